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

from report import show, table
from servers import PROJECT, Failure, note

PAGES = ["overview", "clients", "traffic"]
WANTED = {"main loop turn": ("longest", 50), "frame gap": ("p99", 34)}  # ms
LINE = re.compile(r"^(?P<what>.+?), in all: n (?P<n>\d+), p50 (?P<p50>[\d.]+) ms, p99 (?P<p99>[\d.]+) ms, longest (?P<longest>[\d.]+) ms$")
START_TIMEOUT = 60  # s
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

    def stop(self):
        """Ends it; returns what --stats said, by what it measured."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("the window does not end") from None
        lines = filter(None, map(LINE.match, self.read_log().splitlines()))
        stats = {line["what"]: {key: float(line[key]) for key in ("n", "p50", "p99", "longest")} for line in lines}
        if not WANTED.keys() <= stats.keys():
            raise Failure(f"the window did not say what was measured: {self.read_log()[-500:]}")
        return stats


def measure(options, page):
    """Returns (what --stats said, messages a second that arrived)."""
    cpus = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as directory:
        window = Window(options, page, cpus[0])
        window.start(pathlib.Path(directory))
        load = [options.build / "tests/bench/load", "pair", "--clients", str(options.clients), "--rate", str(options.rate),
                "--seconds", str(options.seconds), "--port", str(window.port), "--token", window.token, "--sleep",
                "--server", str(window.process.pid)]
        try:
            done = subprocess.run(load, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=options.seconds + 240,
                                  preexec_fn=lambda: os.sched_setaffinity(0, {cpus[-1]}))
        finally:
            stats = window.stop()
        if done.returncode != 0:
            raise Failure(done.stderr.decode(errors="replace").strip())
        result = json.loads(done.stdout)
        return stats, result["deliveries"] / result["seconds"]


def print_report(results):
    """Returns (passed, failed)."""
    rows, verdicts = [], []
    for page, (stats, rate) in results.items():
        for what, values in stats.items():
            key, wanted = WANTED.get(what, (None, None))
            verdict = "–" if key is None else "yes" if values[key] < wanted else "no"
            verdicts += [verdict] if key else []
            rows.append([f"{page}, {what}", f"{rate:,.0f}", f"{values['n']:,.0f}", show(values["p50"], 2), show(values["p99"], 2),
                         show(values["longest"], 2), f"{key} < {wanted}" if key else "–", verdict])
    print(table(["page, what", "messages/s", "n", "p50 ms", "p99 ms", "longest ms", "wanted ms", "met"], rows))
    return verdicts.count("yes"), verdicts.count("no")


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
    passed, failed = print_report(results)
    print(f"\n{passed} passed, {failed + n_broken} failed")
    return 1 if failed + n_broken > 0 or passed == 0 else 0
