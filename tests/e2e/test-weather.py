#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may go wrong around a server: no descriptors left, no room on the disk, peers that stop reading or vanish, and its own end."""
import os
import resource
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import raw
import tap
from network import set_loopback
from signalbox import DEADLINE, SIGNALBOXD, CommandFailed, Server, wait_until


def totals(server):
    return server.ctl("status")["totals"]


def audit_has(server, subject):
    return any(entry["subject"] == subject for entry in server.ctl("audit", "--limit", "1000"))


class TestDescriptors(unittest.TestCase):
    LIMIT, KNOCKS = 96, 120

    def test_out_of_descriptors(self):
        with Server() as server:
            token, _ = server.issue("x")
            before = totals(server)
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (self.LIMIT, self.LIMIT))
            knocking = [raw.Raw(server.port, token=token) for _ in range(self.KNOCKS)]
            try:
                wait_until(lambda: server.ctl("status")["state"] == "degraded", "the admin is told")
                began, first = time.monotonic(), totals(server)
                self.assertIn("wait", server.ctl("status")["problem"])
                wait_until(lambda: audit_has(server, "out_of_descriptors"), "it is in the trail")
                # The admin still works, and so does the store.
                server.issue("while it is full")
                server.ctl("settings", "set", "max-attempts", "31")

                # It tries again once a second, and does not spin.
                last = wait_until(lambda: (now := totals(server))["accept_pauses"] >= first["accept_pauses"] + 2 and now,
                                  "it has tried again")
                tries = last["accept_pauses"] - first["accept_pauses"]
                self.assertLessEqual(tries, time.monotonic() - began + 2)

                inside = server.ctl("status")["clients"]
                self.assertGreater(inside, 10)
                self.assertLess(len(os.listdir(f"/proc/{server.process.pid}/fd")), self.LIMIT - 8)

                # The first came in first. When they go, those who waited come in.
                for client in knocking[:inside]:
                    self.assertEqual(client.read_response(), (101, None))
                    client.close()
                for client in knocking[inside:inside * 2]:
                    self.assertEqual(client.read_response(), (101, None))
                for client in knocking[inside:inside * 2]:
                    client.close()
                wait_until(lambda: server.ctl("status")["state"] == "listening", "all is well again")
                wait_until(lambda: audit_has(server, "accepting_again"), "it is in the trail")
                for client in knocking[inside * 2:]:
                    self.assertEqual(client.read_response(), (101, None))
                self.assertEqual(before["accept_pauses"], 0)
            finally:
                for client in knocking:
                    client.close()


class TestDrain(unittest.TestCase):
    MESSAGES = ['"%d%s"' % (number, "d" * 900_000) for number in range(6)]

    def test_what_is_queued_arrives(self):
        server = Server({"max-backlog": "64 MiB", "drain-timeout": 60}).start()
        try:
            token, _ = server.issue("x")
            slow = raw.enter(server.port, token, receive_buffer=4096)
            sender = raw.enter(server.port, token)
            for message in self.MESSAGES:
                sender.send(message.encode())
            wait_until(lambda: totals(server)["messages_in"] == len(self.MESSAGES), "all is queued")
            self.assertGreater(totals(server)["backlog"], 0)

            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(sender.receive(), (8, struct.pack(">H", 1001) + b"server stopping"))
            self.assertEqual(raw.Raw(server.port, token=token).read_response(), (503, "draining"))
            self.assertIsNone(server.process.poll())

            for message in self.MESSAGES:
                opcode, payload = slow.receive()
                self.assertEqual(opcode, 1)
                self.assertEqual(payload.decode(), message)
            self.assertEqual(slow.receive(), (8, struct.pack(">H", 1001) + b"server stopping"))
            for client in (slow, sender):
                client.send(struct.pack(">H", 1001), 8)
                self.assertRaises(EOFError, client.receive)
            self.assertEqual(server.process.wait(DEADLINE), 0)
        finally:
            server.clean()

    def test_who_does_not_read_is_cut(self):
        server = Server({"max-backlog": "64 MiB", "drain-timeout": 1}).start()
        try:
            token, _ = server.issue("x")
            stuck = raw.enter(server.port, token, receive_buffer=4096)
            sender = raw.enter(server.port, token)
            for message in self.MESSAGES:
                sender.send(message.encode())
            wait_until(lambda: totals(server)["messages_in"] == len(self.MESSAGES), "all is queued")
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(DEADLINE), 0)
            stuck.close()
        finally:
            server.clean()

    def test_second_signal_ends_at_once(self):
        server = Server({"drain-timeout": 300, "close-timeout": 60}).start()
        try:
            token, _ = server.issue("x")
            client = raw.enter(server.port, token)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(client.receive()[0], 8)
            # It does not answer, which the drain would wait five minutes for.
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(DEADLINE), 0)
        finally:
            server.clean()


class TestStuck(unittest.TestCase):
    OTHERS, BATCH, PAYLOAD = 999, 16, b'"' + b"s" * 16000 + b'"'
    BACKLOG = 256 << 10

    def test_one_among_a_thousand(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with Server({"max-backlog": self.BACKLOG}) as server:
            token, _ = server.issue("x")
            stuck = raw.enter(server.port, token, receive_buffer=4096)
            others = [raw.enter(server.port, token) for _ in range(self.OTHERS)]
            sender = others[0]
            received = dict.fromkeys((client.socket.fileno() for client in others[1:]), 0)
            poll = select.epoll()
            for client in others[1:]:
                client.socket.setblocking(False)
                poll.register(client.socket, select.EPOLLIN)
            by_number = {client.socket.fileno(): client.socket for client in others}
            scratch = bytearray(1 << 18)

            def read_until(expected):
                end = time.monotonic() + 4 * DEADLINE
                missing = sum(expected - count for count in received.values())
                while missing > 0:
                    self.assertLess(time.monotonic(), end)
                    for number, _ in poll.poll(1):
                        size = by_number[number].recv_into(scratch)
                        self.assertGreater(size, 0, "one of the others was cut off")
                        received[number] += size
                        missing -= size

            frame = len(self.PAYLOAD) + 4
            sent = 0
            while (now := totals(server))["closed_slow"] == 0:
                self.assertLessEqual(now["held"], self.BACKLOG + 4 * (frame + 64))
                self.assertLess(sent, 4000)
                for _ in range(self.BATCH):
                    sender.send(self.PAYLOAD)
                sent += self.BATCH
                read_until(sent * frame)
            # Everything, and nothing else: pings would count as well, but come after 25 s of silence.
            wait_until(lambda: totals(server)["held"] <= frame + 64, "its memory is given back")
            now = totals(server)
            self.assertEqual((now["closed_slow"], now["closed_memory"], now["messages_in"]), (1, 0, sent))
            to_stuck = now["messages_out"] - sent * (self.OTHERS - 1)
            self.assertGreater(now["dropped"], 0)
            self.assertLessEqual(to_stuck + now["dropped"], sent)
            self.assertEqual(server.ctl("status")["clients"], self.OTHERS)

            # What it was sent before it was closed, then why.
            whole = 0
            while (got := stuck.receive())[0] == 1:
                self.assertEqual(got[1], self.PAYLOAD)
                whole += 1
            self.assertEqual(got, (8, struct.pack(">H", 1013) + b"too slow"))
            self.assertEqual(whole, totals(server)["messages_out"] - sent * (self.OTHERS - 1))
            for client in [stuck, *others]:
                client.close()


# --- in namespaces of their own: a network that can be cut, a disk that can be full ---

class Inside(unittest.TestCase):
    """Run by TestNamespaces."""

    def half_open(self):
        """Packets vanish: nobody says good-bye, and nobody is told."""
        set_loopback(True)
        with Server({"ping-interval": 1, "pong-timeout": 1, "max-backlog": "64 MiB"}) as server:
            token, _ = server.issue("x")
            idle = [raw.enter(server.port, token, "/idle") for _ in range(5)]
            owed = raw.enter(server.port, token, "/owed", 4096)
            sender = raw.enter(server.port, token, "/owed")
            for _ in range(4):
                sender.send(b'"' + b"h" * 900_000 + b'"')
            wait_until(lambda: totals(server)["messages_in"] == 4, "there is something to send")
            wait_until(lambda: server.ctl("status")["clients"] == len(idle) + 2, "all are listed")
            set_loopback(False)
            wait_until(lambda: server.ctl("status")["clients"] == 0, "all are found to be gone")
            now = totals(server)
            self.assertEqual(now["closed_silent"], len(idle) + 2)
            self.assertEqual((now["backlog"], now["held"]), (0, 0))
            # Whoever comes when the network is there again is served.
            set_loopback(True)
            raw.enter(server.port, token).close()
            owed.close()

    def full_disk(self):
        directory = tempfile.gettempdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "none", directory], check=True)
        set_loopback(True)
        server = Server(directory=os.path.join(directory, "data"))
        os.makedirs(server.directory)
        server.start()
        token, _ = server.issue("kept")
        victim, victim_id = server.issue("to be revoked")
        one, other = raw.enter(server.port, token, "/a"), raw.enter(server.port, token, "/a")
        revoked = raw.enter(server.port, victim, "/a")

        filler = os.path.join(directory, "filler")
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        # What cannot be kept is not reported done.
        failures = []
        for number in range(200):
            try:
                server.issue(f"{number} not kept")
            except CommandFailed as error:
                failures.append(error)
                break
        self.assertTrue(failures, "the disk was never full")
        issued = number
        self.assertIn("full", failures[0].message)
        wait_until(lambda: server.ctl("status")["state"] == "degraded", "the admin is told")
        self.assertIn("full", server.ctl("status")["problem"])
        # A revocation is in force all the same, and says that it is not on disk.
        with self.assertRaises(CommandFailed):
            server.ctl("token", "revoke", str(victim_id))
        self.assertEqual(revoked.receive()[0], 8)
        self.assertEqual(raw.Raw(server.port, token=victim).read_response(), (401, "invalid_token"))
        with self.assertRaises(CommandFailed):
            server.ctl("block", "10.0.0.1")
        # Messages go on.
        one.send(b'"still"')
        self.assertEqual(other.receive(), (1, b'"still"'))

        os.unlink(filler)
        wait_until(lambda: server.ctl("status")["state"] == "listening", "it recovers when there is room")
        server.issue("kept again")
        self.assertEqual(server.stop(), 0)
        server.start()
        tokens = {one["label"]: one["state"] for one in server.ctl("token", "list")}
        self.assertEqual(tokens["to be revoked"], "revoked")
        self.assertEqual(tokens["kept again"], "active")
        self.assertEqual(len(tokens), 3 + issued)
        self.assertNotIn(f"{issued} not kept", tokens)
        self.assertEqual(server.stop(), 0)

        # Read-only from the start: it says so, and does not begin.
        subprocess.run(["mount", "-o", "remount,ro", directory], check=True)
        done = subprocess.run([SIGNALBOXD, "--data", server.directory, "--listen", "127.0.0.1:0"], capture_output=True,
                              text=True, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "can only be read")


class TestNamespaces(unittest.TestCase):
    def run_inside(self, name):
        # Root may do it without a namespace of users, which some containers forbid.
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        unshare = ["unshare", *user, "--net", "--mount", "--kill-child"]
        allowed = subprocess.run([*unshare, "true"], capture_output=True, text=True)
        if allowed.returncode != 0:
            self.skipTest(f"it needs network and mount namespaces: {allowed.stderr.strip()}")
        with tempfile.TemporaryDirectory(prefix="signalbox-weather-") as directory:
            done = subprocess.run([*unshare, sys.executable, os.path.abspath(__file__), "--inside", name], capture_output=True,
                                  text=True, timeout=8 * DEADLINE, env={**os.environ, "TMPDIR": directory})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_half_open(self):
        self.run_inside("half_open")

    def test_full_disk(self):
        self.run_inside("full_disk")


class TestLocked(unittest.TestCase):
    def test_another_program_has_the_database(self):
        with Server() as server:
            token, _ = server.issue("x")
            one, other = raw.enter(server.port, token), raw.enter(server.port, token)
            aside = sqlite3.connect(os.path.join(server.directory, "signalbox.db"), isolation_level=None)
            aside.execute("BEGIN IMMEDIATE")
            with self.assertRaisesRegex(CommandFailed, "lock|another program|busy"):
                server.issue("not kept")
            one.send(b'"still"')
            self.assertEqual(other.receive(), (1, b'"still"'))
            wait_until(lambda: server.ctl("status")["state"] == "degraded", "the admin is told")
            aside.execute("ROLLBACK")
            aside.close()
            wait_until(lambda: server.ctl("status")["state"] == "listening", "it recovers")
            server.issue("kept")
            self.assertEqual(sorted(one["label"] for one in server.ctl("token", "list")), ["kept", "x"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        getattr(Inside(sys.argv[2]), sys.argv[2])()
    else:
        tap.main()
