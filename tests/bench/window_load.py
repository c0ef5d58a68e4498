# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window under load: how long its main loop is kept, and how far its frames are apart, on each of its busiest pages.

Opens signalbox on a virtual display, drawn in software, with 10,000 clients that send 50,000 messages a second in pairs,
and prints what its own --stats says at the end. The window runs on the first CPU with the server in it, the load generator
on the second; where there are only these two, the display's own work is on either.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

from report import print_count, show, table
from servers import PROJECT, Failure, note

PAGES = ["overview", "clients", "traffic"]
N_MEASURED = 3  # turns by the clock, turns by what was computed, frames
COMPUTING = "main loop turn, computing"
WANTED = {"main loop turn": ("longest", 50), "frame gap": ("p99", 34)}  # ms
LINE = re.compile(r"^(?P<what>[^:]+): n (?P<n>\d+), p50 (?P<p50>[\d.]+) ms, p99 (?P<p99>[\d.]+) ms, longest (?P<longest>[\d.]+) ms$")
START_TIMEOUT = 60  # s
LEAD = 2  # s of load before it is measured
# Settings that must not be those of whoever measures; the page is chosen by the one that remembers it.
SETTINGS = "[org/signalbox/Signalbox]\npage='{page}'\nwindow-width=1200\nwindow-height=800\n"


class Window:
    """signalbox, with its server, on the display that there is."""

    def __init__(self, options, page, cpu):
        self.build = options.build
        self.page = page
        self.cpu = cpu

    def ctl(self, *words):
        command = [self.build / "src/ctl/signalboxctl", "--data", self.data, *words, "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def start(self, directory):
        self.data = directory / "data"
        keyfile = directory / "config/glib-2.0/settings/keyfile"
        self.data.mkdir()
        keyfile.parent.mkdir(parents=True)
        keyfile.write_text(SETTINGS.format(page=self.page), encoding="utf-8")
        (self.data / "settings.ini").write_text(
            "[server]\nlisten-address=127.0.0.1\nport=0\nstart-on-launch=true\nmax-clients=30000\nmax-clients-per-address=30000\n",
            encoding="utf-8")
        self.token = self.ctl("token", "issue", "--label", "bench")["secret"]
        self.log = open(directory / "log", "w+", encoding="utf-8")
        environment = {**os.environ, "GSETTINGS_BACKEND": "keyfile", "XDG_CONFIG_HOME": str(directory / "config"),
                       "GSETTINGS_SCHEMA_DIR": str(self.build / "data"), "GSK_RENDERER": "cairo"}
        self.process = subprocess.Popen([self.build / "src/app/signalbox", "--data", self.data, "--stats", "0"], env=environment,
                                        stderr=self.log, preexec_fn=lambda: os.sched_setaffinity(0, {self.cpu}))
        self.port = self.wait_listening()

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def wait_listening(self):
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end and self.process.poll() is None:
            status = self.ctl("status")
            if status and status["state"] == "listening":
                return status["port"]
            time.sleep(0.1)
        raise Failure(f"the window does not listen: {self.read_log()[-500:]}")

    def wait_for_clients(self, count):
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end and self.process.poll() is None:
            status = self.ctl("status")
            if status and status["clients"] >= count:
                return
            time.sleep(0.2)
        raise Failure(f"not all clients are there in time: {self.read_log()[-500:]}")

    def ask(self, so_far):
        """Has --stats say what there was since it was asked last; returns that, by what it measured. `so_far`: lines it said before."""
        self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end and self.process.poll() is None:
            lines = [line for line in map(LINE.match, self.read_log().splitlines()) if line][so_far:]
            stats = {line["what"]: {key: float(line[key]) for key in ("n", "p50", "p99", "longest")} for line in lines}
            if len(stats) == N_MEASURED:
                return stats
            time.sleep(0.05)
        raise Failure(f"the window does not say what was measured (exit status {self.process.poll()}): {self.read_log()[-500:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("the window does not end") from None


def measure(options, page):
    """Returns (what --stats said, messages a second that arrived)."""
    cpus = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as directory:
        window = Window(options, page, cpus[0])
        window.start(pathlib.Path(directory))
        load = [options.build / "tests/bench/load", "pair", "--clients", options.clients, "--rate", options.rate,
                "--seconds", options.seconds + LEAD + 2, "--port", window.port, "--token", window.token, "--sleep",
                "--server", window.process.pid]
        try:
            process = subprocess.Popen([str(word) for word in load], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       preexec_fn=lambda: os.sched_setaffinity(0, {cpus[-1]}))
            window.wait_for_clients(options.clients)
            time.sleep(LEAD)
            window.ask(0)
            time.sleep(options.seconds)
            stats = window.ask(N_MEASURED)
            output, errors = process.communicate(timeout=240)
        finally:
            process.kill()
            window.stop()
        if process.returncode != 0:
            raise Failure(errors.decode(errors="replace").strip())
        result = json.loads(output)
        return stats, result["deliveries"] / result["seconds"]


def verdict(stats, what):
    """“unclear”: too long by the clock, but not for what the window computed, so others had the processor."""
    key, wanted = WANTED[what]
    if stats[what][key] < wanted:
        return "yes"
    return "unclear" if stats[COMPUTING]["longest"] < wanted else "no"


def print_report(results, offered):
    """Returns the verdicts."""
    rows, verdicts = [], []
    for page, (stats, rate) in results.items():
        for what, values in stats.items():
            key, wanted = WANTED.get(what, (None, None))
            verdicts += [verdict(stats, what)] if key else []
            rows.append([f"{page}, {what}", f"{offered:,}", f"{rate:,.0f}", f"{values['n']:,.0f}", show(values["p50"], 2),
                         show(values["p99"], 2), show(values["longest"], 2), f"{key} < {wanted}" if key else "–", verdicts[-1] if key else "–"])
    print(table(["page, what", "messages/s offered", "arrived", "n", "p50 ms", "p99 ms", "longest ms", "wanted ms", "met"], rows))
    return verdicts


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="./check --bench --window", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=PROJECT / "_build/bench", help="build directory (%(default)s)")
    parser.add_argument("--clients", type=int, default=10000, help="an even number (%(default)s)")
    parser.add_argument("--rate", type=int, default=50000, help="messages a second of all together (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20, help="on each page (%(default)s)")
    parser.add_argument("--pages", default=",".join(PAGES), help="by commas (%(default)s)")
    options = parser.parse_args(arguments)
    options.build = options.build.resolve()
    return options


def main(arguments):
    options = parse_options(arguments)
    if "DISPLAY" not in os.environ or "SIGNALBOX_BENCH_DISPLAY" not in os.environ:
        # Not on the display of whoever measures: its compositor and its settings would be measured, too.
        os.environ["SIGNALBOX_BENCH_DISPLAY"] = "1"
        with_display = PROJECT / "tests/app/with-display"
        os.execv(with_display, [with_display, sys.executable, PROJECT / "tests/bench/run", "--window", *arguments])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    results, n_broken = {}, 0
    for page in options.pages.split(","):
        note(f"{page}: {options.clients:,} clients, {options.rate:,} messages/s")
        try:
            results[page] = measure(options, page)
        except Failure as failure:
            note(f"  failed: {failure}")
            n_broken += 1
    verdicts = print_report(results, options.rate)
    return print_count(verdicts.count("yes"), verdicts.count("no") + n_broken, verdicts.count("unclear"))
