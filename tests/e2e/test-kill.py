# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at any moment: what was reported done is there after the next start."""
import random
import threading
import unittest

import clients
import signalbox
import tap


class Story:
    """What an admin did, and so what must be there."""

    def __init__(self, server):
        self.server = server
        self.tokens = {}   # id → (label, secret)
        self.revoked = set()
        self.revocations = 0  # those that were reported done
        self.messages = []
        self.kept = None

    def issue(self):
        label = f"token {len(self.tokens)}"
        secret, number = self.server.issue(label, "--channels", "/a,/b/*")
        self.tokens[number] = (label, secret)

    def use(self):
        number = next(n for n in self.tokens if n not in self.revoked)
        client = clients.PythonClient()
        client.open(self.server.url + "/a", self.tokens[number][1])
        signalbox.wait_until(lambda: self.server.ctl("clients"), "the client is listed")
        self.client = client

    def revoke(self):
        number = next(n for n in self.tokens if n not in self.revoked)
        self.server.ctl("token", "revoke", str(number))
        self.revoked.add(number)
        self.revocations += 1

    def broadcast(self):
        text = '{"n":%d}' % len(self.messages)
        self.server.ctl("broadcast", text)
        self.messages.append(text)

    def retain(self):
        text = '{"kept":%d}' % len(self.messages)
        self.server.ctl("broadcast", "--retain", "--channel", "/b/*", text)
        self.messages.append(text)
        self.kept = text

    def check(self, case):
        listed = {token["id"]: token for token in self.server.ctl("token", "list")}
        for number, (label, secret) in self.tokens.items():
            case.assertIn(number, listed)
            case.assertEqual(listed[number]["label"], label)
            case.assertEqual(listed[number]["channels"], ["/a", "/b/*"])
            case.assertEqual(listed[number]["state"], "revoked" if number in self.revoked else "active")
            client = clients.PythonClient()
            if number in self.revoked:
                case.assertEqual(client.refusal(self.server.url + "/b/x", secret), client.refusal_code)
            else:
                client.open(self.server.url + "/b/x", secret)
                if self.kept is not None:
                    case.assertEqual(client.receive(), self.kept)
                client.end()
        audit = self.server.ctl("audit", "--limit", "10000")
        for act, count in (("token_issued", len(self.tokens)), ("token_revoked", self.revocations),
                           ("broadcast_sent", len(self.messages))):
            case.assertGreaterEqual(sum(entry["act"] == act for entry in audit), count, act)
        history = [broadcast["message"] for broadcast in self.server.ctl("broadcasts", "--limit", "1000")]
        for text in self.messages:
            case.assertIn(text, history)


class Kill(unittest.TestCase):
    def test_between_any_two_steps(self):
        steps = ["issue", "issue", "use", "broadcast", "retain", "revoke", "retain", "broadcast", "issue"]
        server = signalbox.Server()
        try:
            story = Story(server)
            for step in steps:
                server.start()
                getattr(story, step)()
                server.kill()
                server.start()
                story.check(self)
                server.kill()
        finally:
            server.clean()

    def test_in_the_middle_of_work(self):
        chance = random.Random()
        # Every revoked token is tried after each round.
        server = signalbox.Server({"max-attempts": 1000000})
        try:
            story = Story(server)
            for _ in range(5):
                server.start()
                process = server.process
                timer = threading.Timer(chance.uniform(0.05, 0.6), process.kill)
                timer.start()
                try:
                    while True:
                        story.issue()
                        story.broadcast()
                        if chance.random() < 0.3:
                            story.revoke()
                except (signalbox.CommandFailed, StopIteration):
                    pass
                timer.join()
                server.kill()
                server.start()
                # A command that was cut may or may not have happened; one that was reported done must have.
                pending = {token["id"] for token in server.ctl("token", "list") if token["state"] == "revoked"}
                story.revoked |= pending & set(story.tokens)
                story.check(self)
                server.kill()
            self.assertGreater(len(story.tokens), 0)
        finally:
            server.clean()


if __name__ == "__main__":
    tap.main()
