# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as people set them and as real clients meet them."""
import json
import os
import unittest

import clients
import signalbox
import tap

SCHEMA = {
    "type": "object",
    "required": ["sensor"],
    "properties": {"sensor": {"type": "string"}, "temperature": {"type": "number", "maximum": 60}},
}


class Rules(unittest.TestCase):
    def setUp(self):
        self.server = signalbox.Server().start()
        self.schema = os.path.join(self.server.directory, "schema.json")
        self.secret, _ = self.server.issue("sensors")

    def tearDown(self):
        self.server.clean()

    def set_rule(self, channels, schema, *options):
        with open(self.schema, "w", encoding="utf-8") as file:
            json.dump(schema, file)
        return self.server.ctl("rule", "set", channels, "--schema", self.schema, *options)

    def open_client(self, kind, channel="/lab"):
        client = kind()
        self.addCleanup(client.end)
        client.open(self.server.url + channel, self.secret)
        return client

    def check_readable_error(self, kind):
        client, listener = self.open_client(kind), self.open_client(clients.PythonClient)
        good, bad = '{"sensor": "a",\t"temperature": 21.5}', '{"sensor": "a", "temperature": 120}'

        # Without a rule everything that is JSON goes through.
        client.send(bad)
        self.assertEqual(listener.receive(), bad)

        # The rule acts on the next message, and its author can read what is wrong.
        rule = self.set_rule("/lab", SCHEMA)
        client.send(bad)
        reply = json.loads(client.receive())
        self.assertEqual(reply, {"type": "error", "code": "schema", "message": "/temperature: 120 is more than the maximum 60",
                                 "pointer": "/temperature", "id": 2})
        client.send('{"temperature": 20}')
        reply = json.loads(client.receive())
        self.assertEqual((reply["message"], reply["id"]), ("“sensor” is missing", 3))
        client.send(good)
        self.assertEqual(listener.receive(), good)

        counts = self.server.ctl("rule", "show", str(rule["id"]))["counts"]
        self.assertEqual(counts, {"passed": 1, "failed": 2, "causes": {"maximum": 1, "required": 1}})

        # The command line says the same of the same message.
        with self.assertRaises(signalbox.CommandFailed) as caught:
            self.server.ctl("rule", "test", "/lab", bad)
        self.assertEqual(caught.exception.status, 1)

        # Adjusted, what was wrong is right.
        wider = {**SCHEMA, "properties": {"temperature": {"maximum": 200}}}
        self.set_rule("/lab", wider)
        client.send(bad)
        self.assertEqual(listener.receive(), bad)
        self.server.ctl("rule", "remove", "/lab")
        client.send("[]")
        self.assertEqual(listener.receive(), "[]")

    def test_python_gets_a_readable_error(self):
        self.check_readable_error(clients.PythonClient)

    def test_node_gets_a_readable_error(self):
        self.check_readable_error(clients.NodeClient)

    def test_disconnected(self):
        self.set_rule("/lab", SCHEMA, "--on-failure", "disconnect")
        client = self.open_client(clients.PythonClient)
        client.send('{"sensor": "a", "temperature": 120}')
        self.assertEqual(json.loads(client.receive())["code"], "schema")
        self.assertEqual(client.wait_closed(), (1008, "message not allowed: /temperature: 120 is more than the maximum 60"))

    def test_dropped_silently(self):
        self.set_rule("/lab", SCHEMA, "--on-failure", "drop")
        client, listener = self.open_client(clients.PythonClient), self.open_client(clients.PythonClient)
        client.send("17")
        client.send('{"sensor": "a"}')
        self.assertEqual(listener.receive(), '{"sensor": "a"}')
        self.server.ctl("broadcast", '"still here"')
        self.assertEqual(client.receive(), '"still here"')
        self.assertEqual(self.server.ctl("rule", "show", "/lab")["counts"], {"passed": 1, "failed": 1, "causes": {"type": 1}})

    def test_rules_and_counts_survive(self):
        self.set_rule("**", SCHEMA)
        client = self.open_client(clients.PythonClient)
        client.send("17")
        self.assertEqual(json.loads(client.receive())["code"], "schema")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        rule = self.server.ctl("rule", "show", "**")
        self.assertEqual(rule["counts"], {"passed": 0, "failed": 1, "causes": {"type": 1}})
        again = self.open_client(clients.PythonClient, "/other")
        again.send("17")
        self.assertEqual(json.loads(again.receive())["code"], "schema")


if __name__ == "__main__":
    tap.main()
