# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes out of a measurement, the tables of it, and what it had to reach."""
import statistics

DEFLATE_SIZE = 1000  # bytes of a message that is compressed


def per(cpu, count):
    """Microseconds of CPU for each of `count`."""
    return cpu / count * 1e6 if count > 0 else None


def cpu_per_delivery(result):
    return per(result["server_cpu"], result["deliveries"])


def delivery_rate(result):
    return result["deliveries"] / result["seconds"]


def percentile(name):
    return lambda result: result["latency_us"][name] / 1e3


def memory_per_client(result):
    return (result["memory_connected"] - result["memory_before"]) / result["connected"] / 1024


def handshake_rate(result):
    return result["connected"] / result["connect_seconds"]


def cpu_per_handshake(result):
    return per(result["connect_cpu"], result["connected"])


def idle_share(result):
    return result["server_cpu"] / result["seconds"] * 100


def show(value, digits=None):
    """A number as a person writes it; "–" for none."""
    if value is None:
        return "–"
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def table(header, rows):
    """A Markdown table that also reads well as it is: the first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(cells):
        first, *others = cells
        padded = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:]))]
        return "| " + " | ".join(padded) + " |"

    rules = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    return "\n".join([line(header), "|" + "|".join(rules) + "|", *map(line, rows)])


HEADER = ["clients, server", "fan-out µs/delivery", "deliveries/s", "p50 ms", "p99 ms", "echo µs/message",
          "messages/s", "p50 ms", "p99 ms", "KB/client", "handshakes/s", "µs/handshake"]


def main_table(bench, counts):
    rows = []
    for count in counts:
        for server in bench.servers:
            cells = [f"{count:,} {server.label}"]
            for load in ("fan-out", "pair"):
                for compute in (cpu_per_delivery, delivery_rate, percentile("p50"), percentile("p99")):
                    cells.append(show(bench.value(server.name, f"{load} {count}", compute)))
            for compute in (memory_per_client, handshake_rate, cpu_per_handshake):
                cells.append(show(bench.value(server.name, f"storm {count}", compute)))
            rows.append(cells)
    return table(HEADER, rows)


def ratio(a, b):
    return a / b if a is not None and b else None


def ratio_table(bench, counts):
    """How many times as much as Signalbox each peer needs."""
    rows = []
    for count in counts:
        for server in bench.servers:
            if server.name == "ours":
                continue
            cells = [f"{count:,} {server.label}"]
            for key, compute in ((f"fan-out {count}", cpu_per_delivery), (f"pair {count}", cpu_per_delivery),
                                 (f"storm {count}", cpu_per_handshake), (f"storm {count}", memory_per_client)):
                cells.append(show(ratio(bench.value(server.name, key, compute), bench.value("ours", key, compute)), 2))
            rows.append(cells)
    return table(["a peer's cost ÷ Signalbox's", "fan-out CPU", "echo CPU", "handshake CPU", "memory"], rows)


def tls_table(bench, counts):
    """Fan-out and echo inside TLS: µs of the server's CPU, and how many times as much as without."""
    rows = []
    for count in counts:
        for name, plain, label in (("ours-tls", "ours", "Signalbox"), ("ws-tls", "ws", "Node ws")):
            cells = [f"{count:,} {label}"]
            for load in ("fan-out", "pair"):
                value = bench.value(name, f"tls {load} {count}", cpu_per_delivery)
                cells += [show(value), show(ratio(value, bench.value(plain, f"{load} {count}", cpu_per_delivery)), 2)]
            rows.append(cells)
    return table(["clients, server over TLS", "fan-out µs/delivery", "÷ plain", "echo µs/message", "÷ plain"], rows)


def deflate_table(bench, counts):
    """Fan-out of compressed messages."""
    rows = []
    for count in counts:
        for name, label in (("ours-deflate", "Signalbox"), ("ws-deflate", "Node ws")):
            key = f"deflate fan-out {count}"
            rows.append([f"{count:,} {label}", show(bench.value(name, key, cpu_per_delivery)),
                         show(bench.value(name, key, delivery_rate))])
    return table([f"clients, server, {DEFLATE_SIZE:,} bytes compressed", "fan-out µs/delivery", "deliveries/s"], rows)


class Goal:
    """One line of what must be reached. `values` are those of single rounds, each of two measurements made one after the other."""

    RELATIONS = {"≥": lambda value, wanted: value >= wanted, "≤": lambda value, wanted: value <= wanted,
                 "<": lambda value, wanted: value < wanted}

    def __init__(self, what, values, relation, wanted):
        self.what = what
        self.values = values
        self.relation = relation
        self.wanted = wanted

    def is_met(self, value):
        return self.RELATIONS[self.relation](value, self.wanted)

    def verdict(self):
        """“unclear”: the median misses it, but not every round does, so this machine cannot tell."""
        if not self.values:
            return "not measured"
        if self.is_met(statistics.median(self.values)):
            return "yes"
        return "unclear" if len(self.values) > 1 and any(map(self.is_met, self.values)) else "no"

    def row(self):
        if not self.values:
            return [self.what, "–", "–", f"{self.relation} {self.wanted}", "not measured"]
        spread = f"{show(min(self.values), 2)}–{show(max(self.values), 2)}" if len(self.values) > 1 else "–"
        return [self.what, show(statistics.median(self.values), 2), spread, f"{self.relation} {self.wanted}", self.verdict()]


def goals(bench, options):
    """What of the list can be told from what was asked for."""
    names = {server.name for server in bench.servers}
    counts, largest = options.clients, max(options.clients)
    for count in counts:
        if "ws" in names:
            yield Goal(f"fan-out to {count:,}: CPU of ws ÷ ours",
                       bench.ratios(("ws", f"fan-out {count}"), ("ours", f"fan-out {count}"), cpu_per_delivery), "≥", 8)
        if "floor" in names:
            yield Goal(f"fan-out to {count:,}: CPU of ours ÷ floor",
                       bench.ratios(("ours", f"fan-out {count}"), ("floor", f"fan-out {count}"), cpu_per_delivery), "≤", 1.15)
        if "uws" in names:
            # Deliveries a second, with one core that is busy all the time, say the same once more, the other way round.
            yield Goal(f"fan-out to {count:,}: CPU of ours ÷ uWebSockets",
                       bench.ratios(("ours", f"fan-out {count}"), ("uws", f"fan-out {count}"), cpu_per_delivery), "≤", 1.15)
    if "uws" in names:
        for count in counts:
            yield Goal(f"echo with {count:,}: CPU of uWebSockets ÷ ours",
                       bench.ratios(("uws", f"pair {count}"), ("ours", f"pair {count}"), cpu_per_delivery), "≥", 0.6)
    if "ws" in names:
        for count in counts:
            yield Goal(f"echo with {count:,}: CPU of ws ÷ ours",
                       bench.ratios(("ws", f"pair {count}"), ("ours", f"pair {count}"), cpu_per_delivery), "≥", 1.5)
        yield Goal("handshake: CPU of ws ÷ ours",
                   bench.ratios(("ws", f"storm {largest}"), ("ours", f"storm {largest}"), cpu_per_handshake), "≥", 1.8)
        yield Goal("memory per idle client: ours ÷ ws",
                   bench.ratios(("ours", f"storm {largest}"), ("ws", f"storm {largest}"), memory_per_client), "≤", 0.5)
    if "floor" in names:
        # It looks a token up, computes two digests and tells who has come.
        yield Goal("handshake: CPU of ours ÷ floor",
                   bench.ratios(("ours", f"storm {largest}"), ("floor", f"storm {largest}"), cpu_per_handshake), "≤", 2)
    yield Goal(f"a pair beside {options.idle:,} idle clients ÷ alone, CPU",
               bench.ratios(("ours", "pair beside idle"), ("ours", "pair alone"), cpu_per_delivery), "≤", 1.2)
    yield Goal(f"{options.idle + 1000:,} idle clients, % of a core", bench.values("ours", "idle", idle_share), "<", 1)
    yield Goal("p99 of 999 others beside a stuck client ÷ without",
               [value for result in bench.results.get(("ours", "stuck"), []) for value in result["stuck_ratios"]], "≤", 1.1)
    if options.tls and "ws" in names:
        for count in options.tls_clients:
            yield Goal(f"fan-out over TLS to {count:,}: CPU of ws ÷ ours",
                       bench.ratios(("ws-tls", f"tls fan-out {count}"), ("ours-tls", f"tls fan-out {count}"), cpu_per_delivery),
                       "≥", 1)


    if options.deflate and "ws" in names:
        for count in options.tls_clients:
            key = f"deflate fan-out {count}"
            yield Goal(f"fan-out compressed to {count:,}: CPU of ws ÷ ours",
                       bench.ratios(("ws-deflate", key), ("ours-deflate", key), cpu_per_delivery), "≥", 1)


def goal_table(reached):
    return table(["what it must reach", "median", "rounds", "wanted", "met"], [goal.row() for goal in reached])


def print_count(n_passed, n_failed, n_unclear):
    """The last line of ./check; returns the exit status."""
    print(f"\n{n_passed} passed, {n_failed} failed" + (f", {n_unclear} skipped" if n_unclear else ""))
    return 1 if n_failed > 0 or n_passed + n_unclear == 0 else 0


def print_verdict(reached):
    verdicts = [goal.verdict() for goal in reached]
    n_passed, n_unclear = verdicts.count("yes"), verdicts.count("unclear")
    return print_count(n_passed, len(verdicts) - n_passed - n_unclear, n_unclear)
