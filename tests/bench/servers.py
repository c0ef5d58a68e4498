# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the benchmark: how each is started, on which CPU, and what clients need to know of it."""
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
START_TIMEOUT = 20  # s


class Failure(Exception):
    """A measurement that could not be made; the text says why."""


def note(text):
    print(text, file=sys.stderr, flush=True)


class Server:
    """How to start one of the servers. `concurrency` is how many handshakes at once it stands."""

    certificate = None  # (certificate, key): speak TLS with it
    absence = None      # why it may be missing, in words
    deflate = False     # compress

    def __init__(self, name, label, command, concurrency=200, most=10000, slow=False):
        self.name = name
        self.label = label
        self.command = command
        self.concurrency = concurrency
        self.most = most  # clients it is asked to carry
        self.slow = slow  # so far behind that one round tells all

    def missing(self):
        """What it lacks to be run here, in words; None: nothing."""
        for part in self.command[:2]:
            if "/" in str(part) and not os.path.exists(part):
                return self.absence or f"{part} is missing"
            if "/" not in str(part) and shutil.which(part) is None:
                return f"{part} is missing"
        return None

    def prepare(self, directory):
        """Returns the token that clients need; None: none."""
        return None

    def arguments(self, mode, directory):
        return [*self.command, mode, *(self.certificate or []), *(["deflate"] if self.deflate else [])]

    def read_port(self, line):
        return int(line)


class Signalbox(Server):
    """Ours, with everything on that is on for everybody: tokens, JSON guard, meters, pings, traffic log."""

    def __init__(self, build, name="ours", label="Signalbox"):
        self.daemon = build / "src/daemon/signalboxd"
        self.ctl = build / "src/ctl/signalboxctl"
        super().__init__(name, label, [self.daemon, self.ctl])

    def prepare(self, directory):
        settings = "[server]\nmax-clients=30000\nmax-clients-per-address=30000\n"
        if self.deflate:
            settings += "compression=true\n"
        if self.certificate:
            settings += f"tls-certificate={self.certificate[0]}\ntls-key={self.certificate[1]}\n"
        (directory / "settings.ini").write_text(settings, encoding="utf-8")
        issue = [self.ctl, "--data", directory, "token", "issue", "--label", "bench", "--json"]
        return json.loads(subprocess.run(issue, check=True, stdout=subprocess.PIPE).stdout)["secret"]

    def arguments(self, mode, directory):
        return [self.daemon, "--listen", "127.0.0.1:0", "--data", directory]

    def read_port(self, line):
        return int(line.rsplit(":", 1)[1])


def all_servers(build):
    bench = build / "tests/bench"
    uws = Server("uws", "uWebSockets", [bench / "uws-server"])
    uws.absence = "its sources come from the npm registry, which they were not to be had from"
    return [
        Signalbox(build),
        Server("floor", "floor (bare epoll)", [bench / "floor"]),
        uws,
        Server("lws", "libwebsockets", [bench / "lws-server"]),
        Server("ws", "Node ws", ["node", HERE / "peers/ws.js"]),
        Server("websockets", "Python websockets", ["/usr/bin/python3", HERE / "peers/websockets-server.py"], slow=True),
        # Its socket's backlog is 10: with more at once clients wait seconds for their SYN to be repeated; and each event costs it
        # time in proportion to its clients.
        Server("soup", "libsoup alone", [bench / "soup-server"], concurrency=8, most=1000, slow=True),
    ]


def tls_servers(build):
    """Signalbox and its nearest peer with the same certificate."""
    servers = [Signalbox(build, "ours-tls", "Signalbox, TLS"), Server("ws-tls", "Node ws, TLS", ["node", HERE / "peers/ws.js"])]
    for server in servers:
        server.certificate = [PROJECT / "tests/data/localhost.pem", PROJECT / "tests/data/localhost-key.pem"]
    return servers


def deflate_servers(build):
    """The same two with compression, which Signalbox does once for all, as the window is nobody's, and Node for each."""
    servers = [Signalbox(build, "ours-deflate", "Signalbox"), Server("ws-deflate", "Node ws", ["node", HERE / "peers/ws.js"])]
    for server in servers:
        server.deflate = True
    return servers


class Running:
    """A server that is running, for the length of a `with`."""

    def __init__(self, server, mode, cpu):
        self.server = server
        self.mode = mode
        self.cpu = cpu

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="signalbox-bench-")
        self.log = tempfile.TemporaryFile()
        path = pathlib.Path(self.directory.name)
        try:
            self.token = self.server.prepare(path)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failure(f"{self.server.label} could not be prepared: {error}") from None
        self.process = subprocess.Popen(
            self.server.arguments(self.mode, path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.cpu}),
        )
        try:
            self.port = self.server.read_port(self.first_line())
        except BaseException:
            self.__exit__()
            raise
        return self

    def first_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], START_TIMEOUT)
        line = self.process.stdout.readline().decode().strip() if ready else ""
        if not line:
            self.log.seek(0)
            raise Failure(f"{self.server.label} did not start: {self.log.read().decode(errors='replace')[-500:]}")
        return line

    def __exit__(self, *exception):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
        self.directory.cleanup()
