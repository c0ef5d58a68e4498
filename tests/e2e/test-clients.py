# SPDX-License-Identifier: GPL-3.0-or-later
"""Each real client: refused without and with a wrong token, let in with one, talks to the others, hears a broadcast, is cut off."""
import json
import time
import unittest

import clients
import signalbox
import tap

WRONG = "sbx_" + "0" * 36


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = signalbox.Server().start()
        cls.kinds = {kind.name: kind() for kind in clients.ALL}

    @classmethod
    def tearDownClass(cls):
        for client in cls.kinds.values():
            client.end()
        cls.server.clean()

    def connected(self, count):
        return lambda: len(self.server.ctl("clients")) == count

    def check_refused(self, client, token):
        self.assertEqual(client.refusal(self.server.url + "/", token), client.refusal_code)

    def test_1_python_is_refused_without_token(self):
        self.check_refused(self.kinds["python"], None)

    def test_1_python_is_refused_with_wrong_token(self):
        self.check_refused(self.kinds["python"], WRONG)

    def test_1_node_is_refused_without_token(self):
        self.check_refused(self.kinds["node"], None)

    def test_1_node_is_refused_with_wrong_token(self):
        self.check_refused(self.kinds["node"], WRONG)

    def test_1_chromium_is_refused_without_token(self):
        self.check_refused(self.kinds["chromium"], None)

    def test_1_chromium_is_refused_with_wrong_token(self):
        self.check_refused(self.kinds["chromium"], WRONG)

    def test_2_they_talk_and_are_cut_off(self):
        tokens = {}
        for name, client in self.kinds.items():
            tokens[name] = self.server.issue(name)
            client.open(self.server.url + "/talk", tokens[name][0])
        signalbox.wait_until(self.connected(3), "all three are connected")

        # Each is heard by the two others, byte for byte, and not by itself.
        for name, client in self.kinds.items():
            text = '{ "from":"%s",\t"n": 1.0, "text":"Grüße \\u00e9 😀" }' % name
            client.send(text)
            for other_name, other in self.kinds.items():
                if other_name != name:
                    self.assertEqual(other.receive(), text, f"{name} to {other_name}")

        # What is not JSON goes to nobody, and its sender is told.
        for name, client in self.kinds.items():
            client.send('{"a":1,}')
            reply = json.loads(client.receive())
            self.assertEqual((reply["type"], reply["code"], reply["id"]), ("error", "json", 2))

        report = self.server.ctl("broadcast", "--channel", "/talk", '{"notice":"all"}')
        self.assertEqual((report["targeted"], report["sent"], report["dropped"]), (3, 3, 0))
        for client in self.kinds.values():
            self.assertEqual(client.receive(), '{"notice":"all"}')

        for number, (name, client) in enumerate(self.kinds.items()):
            began = time.monotonic()
            result = self.server.ctl("token", "revoke", str(tokens[name][1]))
            self.assertEqual(result["closed"], 1)
            code, reason = client.wait_closed()
            self.assertEqual((code, reason), (3000, "token revoked"))
            self.assertLess(time.monotonic() - began, 3)
            self.assertEqual(len(self.server.ctl("clients")), 2 - number)

    def test_3_a_revoked_token_opens_nothing(self):
        secret, number = self.server.issue("short")
        self.server.ctl("token", "revoke", str(number))
        for client in self.kinds.values():
            self.check_refused(client, secret)

    def test_4_what_is_kept_comes_first(self):
        """Retained messages: the first thing that any client hears, before what others say at once; of several the most specific."""
        try:
            self.server.ctl("broadcast", "--retain", '{"for":"everyone"}')
            self.server.ctl("broadcast", "--retain", "--channel", "/kiosk/*", '{"for":"kiosks"}')
            secret, _ = self.server.issue("newcomer")
            speaker = clients.PythonClient()
            speaker.open(self.server.url + "/kiosk/1", secret)
            self.assertEqual(speaker.receive(), '{"for":"kiosks"}')
            for number, client in enumerate(self.kinds.values()):
                client.open(self.server.url + "/kiosk/1", secret)
                signalbox.wait_until(self.connected(2 + number), "it is there")
                speaker.send('{"n":%d}' % number)
                self.assertEqual(client.receive(), '{"for":"kiosks"}')
                self.assertEqual(client.receive(), '{"n":%d}' % number)
            elsewhere = clients.PythonClient()
            elsewhere.open(self.server.url + "/hall", secret)
            self.assertEqual(elsewhere.receive(), '{"for":"everyone"}')

            kept = {one["channels"]: one for one in self.server.ctl("retained", "list")}
            self.assertEqual((kept["**"]["delivered"], kept["/kiosk/*"]["delivered"]), (1, 1 + len(self.kinds)))
            self.server.ctl("retained", "remove", str(kept["/kiosk/*"]["id"]))
            late = clients.PythonClient()
            late.open(self.server.url + "/kiosk/2", secret)
            self.assertEqual(late.receive(), '{"for":"everyone"}')
        finally:
            for one in self.server.ctl("retained", "list"):
                self.server.ctl("retained", "remove", str(one["id"]))

    def test_5_stopping_says_good_bye(self):
        server = signalbox.Server().start()
        try:
            secret, _ = server.issue("x")
            client = clients.PythonClient()
            client.open(server.url + "/", secret)
            server.process.send_signal(15)
            self.assertEqual(client.wait_closed(), (1001, "server stopping"))
            self.assertEqual(server.process.wait(20), 0)
        finally:
            server.clean()


if __name__ == "__main__":
    tap.main()
