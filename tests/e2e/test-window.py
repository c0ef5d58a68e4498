# SPDX-License-Identifier: GPL-3.0-or-later
"""The window from outside, with real clients: by accessibility, on a display of its own."""
import json
import socket
import unittest

import clients
import crowd
import tap
import window

SETTINGS = {"port": 0, "start-on-launch": "true"}


class WindowTest(unittest.TestCase):
    def test_a_token_from_issue_to_revocation(self):
        with window.Window(SETTINGS) as program:
            program.wait_listening()
            secret = program.issue_by_clicking("kiosk 7")
            client = clients.PythonClient()
            client.open(program.url + "/hall?name=left", secret)

            program.go_to("Clients")
            program.wait_for_name("kiosk 7", below="Clients")
            program.wait_for(lambda widget: "left" in widget.name, "what it calls itself", below="Clients")
            program.wait_for_name("/hall", below="Clients")

            client.send('{"seat":12}')
            program.go_to("Traffic")
            program.wait_for(lambda widget: '{"seat":12}' in widget.name, "the message", below="Traffic")

            program.go_to("Broadcast")
            program.write("Message", '{"hello":1}')
            program.do("Send to 1 Client")
            self.assertEqual(client.receive(), '{"hello":1}')
            program.wait_for(lambda widget: "everyone · 1 of 1 client" in widget.name, "the report", below="History")

            program.go_to("Tokens")
            program.select("kiosk 7", below="Tokens")
            program.do("Tokens", "token.revoke")
            program.do("Revoke", below="Revoke Token?")
            self.assertEqual(client.wait_closed(), (3000, "token revoked"))
            program.wait_for_name("“kiosk 7” revoked, 1 client disconnected")
            program.wait_for_name("Revoked", below="kiosk 7")

            program.go_to("Clients")
            program.wait_gone("kiosk 7", below="Clients")
            self.assertEqual(client.refusal(program.url + "/hall", secret), client.refusal_code)

    def test_a_rule_from_bad_messages_to_a_readable_error(self):
        with window.Window(SETTINGS) as program:
            program.wait_listening()
            secret, _ = program.issue("oven")
            client = clients.PythonClient()
            client.open(program.url + "/lab", secret)
            good = ['{"sensor":"a","temperature":21.5}', '{"sensor":"a","temperature":22}', '{"sensor":"a","temperature":23}']
            bad = '{"sensor":"a","temperature":120}'
            for message in [*good, bad]:
                client.send(message)
            program.go_to("Traffic")
            program.wait_for(lambda widget: bad in widget.name, "the bad message", below="Traffic")

            # Nothing forbids it yet: a schema is made of what was said, and made stricter.
            program.go_to("Rules")
            program.do("Add Rule…")
            program.write("Channels, Such as /news or /room/*", "/lab", below="Rules")
            program.wait_for_text("1 client is on such a channel now.")
            program.do("Suggest from Traffic…")
            program.wait_for_text("4 messages of /lab are used.")
            program.do("Suggest", below="Suggest a Schema")
            program.wait_for_text("Valid JSON Schema")
            program.wait_for_text("All 4 recent messages would have passed.")
            editor = program.wait_for(lambda widget: widget.name == "Schema" and widget.node.get_editable_text_iface(), "the schema")
            schema = json.loads(editor.text)
            self.assertIn("temperature", schema["required"])
            schema["properties"]["temperature"]["maximum"] = 60
            program.write("Schema", json.dumps(schema, indent=2), below="Rules")
            program.wait_for_text("1 of 4 recent messages would have failed.")
            program.do("Save")
            program.wait_for_name("Rule for /lab saved")

            client.send(bad)
            reply = json.loads(client.receive())
            self.assertEqual((reply["code"], reply["message"], reply["pointer"]),
                             ("schema", "/temperature: 120 is more than the maximum 60", "/temperature"))
            client.send(good[0])
            rule = program.ctl("rule", "list")[0]
            self.assertEqual(rule["channels"], "/lab")
            program.wait_for_name("1 message failed", below="Rules")

    def test_a_taken_port_is_told_with_a_way_out(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with window.Window({"port": port}) as program:
                program.wait_for(lambda widget: str(port) in widget.name and "in use" in widget.name, "the reason")
                self.assertEqual(program.ctl("status")["state"], "failed")
                program.do("Change Port…")
                program.write("Port", "0", below="Preferences")
                # An entry is applied when it is left.
                program.do("Limits", below="Preferences")
                program.do("Server", below="Preferences")
                program.do("Start", below="Preferences")
                program.wait_listening()
                self.assertNotEqual(program.port, port)
                program.wait_gone("Change Port…")

    def test_a_thousand_clients_and_the_window_open(self):
        with window.Window(SETTINGS) as program:
            program.wait_listening()
            crowd.check(self, program)
            # It still answers.
            program.go_to("Audit")
            program.wait_for(lambda widget: "everyone" in widget.name, "the broadcasts", below="Audit")


if __name__ == "__main__":
    tap.main()
