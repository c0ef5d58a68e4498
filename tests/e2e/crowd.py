# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand clients in one process, and a thousand broadcasts to them."""
import http.client
import json
import os
import resource
import socket
import subprocess

import clients
import signalbox

CLIENTS = 1000
BROADCASTS = 1000


class _ControlConnection(http.client.HTTPConnection):
    """HTTP over the control socket."""

    def __init__(self, directory):
        super().__init__("signalbox", timeout=signalbox.DEADLINE)
        self.path = os.path.join(directory, "control.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Crowd:
    """CLIENTS connected clients, each of which expects BROADCASTS numbered messages."""

    def __init__(self, url, secret):
        # Descriptors for all of them; the soft limit is inherited.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.process = subprocess.Popen(
            ["node", os.path.join(clients.HERE, "crowd.js"), url, secret, str(CLIENTS), str(BROADCASTS)],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
        said = self._read()
        assert said == {"event": "open"}, said

    def _read(self):
        return json.loads(self.process.stdout.readline())

    def finish(self):
        """Gives what became of each client: {"who", "in_order", "trouble" or none}."""
        said = self._read()
        assert said["event"] == "finished", said
        return said["outcomes"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def broadcast_all(directory):
    """Sends the numbered messages to everyone, one after the other; gives the reports."""
    reports = []
    for number in range(BROADCASTS):
        control = _ControlConnection(directory)
        body = json.dumps({"message": json.dumps({"n": number}), "everyone": True})
        control.request("POST", "/broadcasts", body, {"Content-Type": "application/json"})
        answer = control.getresponse()
        report = json.loads(answer.read())
        assert answer.status == 201, report
        reports.append((report["targeted"], report["sent"], report["dropped"]))
        control.close()
    return reports


def check(case, server):
    """Lets a crowd in, broadcasts to it, and asserts that everyone received everything in order."""
    secret, _ = server.issue("crowd")
    with Crowd(server.url + "/", secret) as crowd:
        signalbox.wait_until(lambda: server.ctl("status")["clients"] == CLIENTS, "all are connected")
        for report in broadcast_all(server.directory):
            case.assertEqual(report, (CLIENTS, CLIENTS, 0))
        outcomes = crowd.finish()
    case.assertEqual(sorted(outcome["who"] for outcome in outcomes), list(range(CLIENTS)))
    for outcome in outcomes:
        case.assertEqual(outcome["in_order"], BROADCASTS, outcome)
        case.assertNotIn("trouble", outcome)
    case.assertEqual(server.ctl("status")["totals"]["dropped"], 0)
