# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said, looked at without a window while there is more of it than can be looked at: every message is shown, or counted as not shown."""
import asyncio
import collections
import http.client
import json
import os
import socket
import subprocess
import threading
import unittest
import urllib.request

import websockets

import signalbox
import tap

CLIENTS = 10
EACH = 3000
KEPT = 2000
TEXT = json.dumps({"reading": 21.5, "place": "x" * 200})


class UnixConnection(http.client.HTTPConnection):
    """HTTP on the control socket, by a library that knows nothing of Signalbox."""

    def __init__(self, path):
        super().__init__("localhost", timeout=signalbox.DEADLINE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Account:
    """What a follower was told, added up."""

    def __init__(self):
        self.n = collections.Counter()
        self.last = 0

    def add(self, line):
        said = json.loads(line)
        event = said["event"]
        if event in ("missed", "not_kept"):
            self.n[event] += said[event]
        else:
            self.n[event] += 1
        if event == "message":
            # The number of each is the one before, and what was missed between.
            assert said["id"] > self.last, said
            self.last = said["id"]
            assert said["id"] == self.n["message"] + self.n["missed"], (said, self.n)

    @property
    def of_log(self):
        return self.n["message"] + self.n["missed"]


async def talk(url, secret):
    async with websockets.connect(url + "/flood", additional_headers={"Authorization": f"Bearer {secret}"}) as client:
        for _ in range(EACH):
            await client.send(TEXT)


async def talk_all(url, secret):
    await asyncio.gather(*(talk(url, secret) for _ in range(CLIENTS)))


def read_metrics(server):
    with urllib.request.urlopen(server.ctl("status")["metrics"], timeout=signalbox.DEADLINE) as answer:
        text = answer.read().decode()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if not line.startswith("#")}


class Follow(unittest.TestCase):
    def test_nothing_goes_unaccounted(self):
        with signalbox.Server({"traffic-messages": KEPT, "metrics-listen": "127.0.0.1:0", "max-backlog": "64 MiB"}) as server:
            secret, _ = server.issue("flood")
            # One that reads nothing before all is said.
            stalled = UnixConnection(os.path.join(server.directory, "control.sock"))
            stalled.request("GET", "/traffic?follow=true")
            answer = stalled.getresponse()
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/x-ndjson"))
            fast = Account()
            program = subprocess.Popen([signalbox.SIGNALBOXCTL, "--data", server.directory, "traffic", "--follow", "--json", "-n", "0"],
                                       stdout=subprocess.PIPE, env=signalbox.ENVIRONMENT, preexec_fn=signalbox.die_with_test)
            reading = threading.Thread(target=lambda: [fast.add(line) for line in program.stdout])
            reading.start()
            signalbox.wait_until(lambda: read_metrics(server)["signalbox_traffic_followers"] == 2, "both follow")

            asyncio.run(talk_all(server.url, secret))
            signalbox.wait_until(lambda: (now := read_metrics(server))["signalbox_clients"] == 0
                                 and now["signalbox_traffic_logged_total"] + now["signalbox_traffic_not_kept_total"] == CLIENTS * EACH,
                                 "all is said and logged, or counted")
            metrics = read_metrics(server)
            self.assertEqual(metrics["signalbox_messages_received_total"], CLIENTS * EACH)
            logged = metrics["signalbox_traffic_logged_total"]
            self.assertEqual(metrics["signalbox_traffic_log_messages"], KEPT)

            slow = Account()
            while slow.of_log < logged or slow.n["left"] < CLIENTS:
                slow.add(answer.readline())
            signalbox.wait_until(lambda: fast.of_log == logged and fast.n["left"] == CLIENTS, "the fast one has all")
            for account in (slow, fast):
                self.assertEqual((account.n["joined"], account.n["left"]), (CLIENTS, CLIENTS))
                self.assertGreaterEqual(account.n["message"], KEPT)
            self.assertGreater(slow.n["missed"], 0)
            print("#", "stalled:", dict(slow.n), "fast:", dict(fast.n))

            # Nothing is said any more, and still it is noticed that one is gone.
            stalled.close()
            answer.close()
            signalbox.wait_until(lambda: read_metrics(server)["signalbox_traffic_followers"] == 1, "one has gone")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(program.wait(signalbox.DEADLINE), 3)
            reading.join()
            program.stdout.close()
            self.assertEqual(fast.of_log, logged)


if __name__ == "__main__":
    tap.main()
