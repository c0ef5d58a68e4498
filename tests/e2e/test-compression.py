# SPDX-License-Identifier: GPL-3.0-or-later
"""permessage-deflate as real clients speak it: each agrees to it, and hears and is heard by the others and by one without it."""
import random
import ssl
import unittest

import clients
import signalbox
import tap

SIZES = [0, 1, 2, 125, 126, 127, 255, 256, 257, 1023, 1024, 4096, 4097, 65535, 65536, 1 << 20]


def text_of(size):
    """Text of so many bytes, that can be compressed, but not to nothing."""
    words = random.Random(size)
    made = []
    length = 0
    while length < size:
        made.append(f"station {words.randrange(1000)} ")
        length += len(made[-1])
    return "".join(made)[:size]


class Compression(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = signalbox.Server({"compression": "true", "require-json": "false", "max-backlog": "64 MiB"}).start()
        cls.kinds = {kind.name: kind() for kind in clients.ALL}
        cls.kinds["python"].compression = "deflate"
        cls.kinds["plain"] = clients.PythonClient()
        cls.secret, _ = cls.server.issue("all")
        for client in cls.kinds.values():
            client.open(cls.server.url + "/packed", cls.secret)
        signalbox.wait_until(lambda: len(cls.server.ctl("clients")) == 4, "all are connected")

    @classmethod
    def tearDownClass(cls):
        for client in cls.kinds.values():
            client.end()
        cls.server.clean()

    def test_1_all_but_one_agree(self):
        self.assertEqual(sorted(client["compressed"] for client in self.server.ctl("clients")), [False, True, True, True])
        for name, client in self.kinds.items():
            expected = "" if name == "plain" else "permessage-deflate"
            self.assertEqual(client.extensions().split(";")[0], expected, name)

    def test_2_every_size_from_each_to_all(self):
        for size in SIZES:
            text = text_of(size)
            for name, client in self.kinds.items():
                client.send(text)
                for other_name, other in self.kinds.items():
                    if other_name != name:
                        self.assertEqual(other.receive(), text, f"{size} bytes from {name} to {other_name}")

    def test_3_the_same_again_and_again(self):
        """Who kept its window from one message to the next would show it here."""
        text = text_of(3000)
        for _ in range(20):
            for name, client in self.kinds.items():
                client.send(text)
                for other_name, other in self.kinds.items():
                    if other_name != name:
                        self.assertEqual(other.receive(), text, f"from {name} to {other_name}")

    def test_4_it_was_worth_it(self):
        plain = 3 * (sum(SIZES) + 20 * 3000)
        heard = 3 * (len(SIZES) + 20)
        # The rows are refreshed now and then.
        signalbox.wait_until(lambda: all(client["messages_out"] == heard for client in self.server.ctl("clients")),
                             "all is counted")
        for client in self.server.ctl("clients"):
            if client["compressed"]:
                self.assertLess(client["bytes_in"] * 3, plain, client)
            else:
                self.assertGreater(client["bytes_out"], plain, client)

    def test_5_broadcast(self):
        text = '"%s"' % text_of(2000)
        report = self.server.ctl("broadcast", text)
        self.assertEqual((report["targeted"], report["sent"], report["dropped"]), (4, 4, 0))
        for name, client in self.kinds.items():
            self.assertEqual(client.receive(), text, name)


class OverTLS(unittest.TestCase):
    def test_compressed_and_plain(self):
        server = signalbox.Server({"compression": "true", "require-json": "false"})
        self.addCleanup(server.clean)
        context = ssl.create_default_context(cadata=server.ctl("certificate", "make")["pem"])
        server.start()
        secret, _ = server.issue("all")
        packed, plain, sender = clients.PythonClient(), clients.PythonClient(), clients.PythonClient()
        packed.compression = sender.compression = "deflate"
        for client in packed, plain, sender:
            client.context = context
            client.open(server.url + "/packed", secret)
            self.addCleanup(client.end)
        self.assertEqual(packed.extensions().split(";")[0], "permessage-deflate")
        for size in SIZES:
            text = text_of(size)
            sender.send(text)
            self.assertEqual(packed.receive(), text, size)
            self.assertEqual(plain.receive(), text, size)


if __name__ == "__main__":
    tap.main()
