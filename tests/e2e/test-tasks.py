# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of docs/tasks.md, step by step as they stand there, with real clients. Whatever the page quotes must have been
met on the screen when its task is done."""
import json
import os
import re
import subprocess
import sys
import unittest

import clients
import network
import person
import signalbox
import tap

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "tasks.md")
SETTINGS = {"port": 0}


def read_tasks():
    """What each task of the page quotes from the screen, by its number."""
    with open(PAGE, encoding="utf-8") as file:
        parts = re.split(r"^## (\d+)\. .*$", file.read(), flags=re.MULTILINE)
    return {int(number): set(re.sub(r"\s+", " ", word) for word in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", text))
            for number, text in zip(parts[1::2], parts[2::2])}


TASKS = read_tasks()


class TasksTest(unittest.TestCase):
    def setUp(self):
        self.clients = []

    def tearDown(self):
        for client in self.clients:
            client.end()

    def begin(self, settings=None):
        return person.Person(settings or SETTINGS)

    def connect(self, url, secret, source=None):
        client = clients.PythonClient()
        client.source = source
        client.open(url, secret)
        self.clients.append(client)
        return client

    def check_words(self, number, program):
        missing = sorted(TASKS[number] - program.met)
        self.assertEqual(missing, [], f"task {number} of docs/tasks.md quotes what was not met")

    def test_1_let_other_devices_in(self):
        if NO_ADDRESS is not None:
            self.fail(f"This task needs an address that other devices could reach, or user and network namespaces to make one: {NO_ADDRESS}")
        with self.begin() as program:
            program.wait_listening()
            secret = program.ctl("token", "issue", "--label", "phone")["secret"]
            program.go_to("Overview")
            program.wait_for_name("Other Devices Cannot Connect", below="Overview")
            program.do("Change…", below="Overview")
            program.choose("Reachable From", "Local network", below="Preferences")
            program.do("Restart", below="Preferences")
            program.wait_gone("Restart", below="Preferences")
            program.wait_listening()
            program.key("Escape")
            program.wait_gone("Preferences")
            program.wait_gone("Other Devices Cannot Connect")
            row = program.wait_for_name("This Network")
            program.do("Copy Address", below="This Network")
            url = next(widget.name for widget in row.walk() if re.match(r"ws://", widget.name))
            self.assertNotIn("127.0.0.1", url)
            client = self.connect(url, secret)
            program.go_to("Clients")
            program.wait_for_name("phone", below="Clients")
            client.end()
            program.go_to("Overview")
            program.do("Show QR Code", below="This Network")
            program.wait_for_words("QR code of ws://")
            self.check_words(1, program)

    def test_2_connect_a_first_client(self):
        with self.begin() as program:
            program.wait_listening()
            program.go_to("Tokens")
            program.do("Issue Token…")
            program.write("Label, Such as Who or What Will Use It", "Lab sensors", below="Issue Token")
            program.do("Issue", below="Issue Token")
            program.press("Python", below="Store the Token")
            program.do("Copy Code for Python")
            code = program.wait_for(lambda widget: widget.name == "Python" and "import" in (widget.text or ""), "the code")
            path = os.path.join(program.directory, "first.py")
            with open(path, "w") as file:
                file.write(code.text)
            device = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            try:
                program.do("I Have Stored It")
                program.wait_gone("Store the Token")
                program.go_to("Clients")
                program.wait_for_name("Lab sensors", below="Clients")
            finally:
                device.kill()
                device.communicate()
            self.try_without_a_device(program)
            self.check_words(2, program)

    def try_without_a_device(self, program):
        def connect():
            program.do("Connect")
            program.wait_for_words("Connected as client", "on /")

        program.choose_in_menu("Main Menu", "_Test Client…")
        first = program.turn_to_new("Test Client")
        connect()
        program.do("Another Test Client")
        second = program.turn_to_new("Test Client", first)
        connect()
        program.frame = first
        program.do("Send")
        program.frame = second
        program.wait_for_words('{"hello": "world"}', below="Messages")

    def test_3_watch_what_is_said(self):
        with self.begin() as program:
            program.wait_listening()
            secret = program.ctl("token", "issue", "--label", "Lab sensors")["secret"]
            oven, door = (self.connect(f"{program.url}/lab/{name}", secret) for name in ("oven", "door"))
            for number in range(5):
                oven.send(json.dumps({"temperature": 200 + number}))
                door.send(json.dumps({"open": number % 2 == 0}))
            program.go_to("Traffic")
            program.wait_for_words('"open"', below="Traffic")
            program.write("Search", "temperature", below="Traffic")
            signalbox.wait_until(lambda: not program.find(lambda widget: '"open"' in widget.name), "only what matches is left")
            program.wait_for_words('{"temperature": 203}', below="Traffic")
            program.do("Pause")
            program.wait_for_name("Resume")
            oven.send('{"temperature": 999}')
            program.wait_for_name("1 new")
            self.assertIsNone(program.find(lambda widget: "999" in widget.name))
            program.press_that(lambda widget: '{"temperature": 203}' in widget.name, "the message", below="Traffic")
            for name in ("Text", "Bytes"):
                program.wait_for_name(name, below="Show As")
            whole = program.wait_for(lambda widget: widget.name == "Message" and "203" in widget.text, "the whole message")
            self.assertEqual(json.loads(whole.text), {"temperature": 203})
            program.do("Resume")
            program.wait_for_words('{"temperature": 999}', below="Traffic")
            self.check_words(3, program)

    def test_4_tell_everyone_something(self):
        with self.begin() as program:
            program.wait_listening()
            secret = program.ctl("token", "issue", "--label", "Lab sensors")["secret"]
            devices = [self.connect(program.url + path, secret) for path in ("/lab/oven", "/door")]
            program.go_to("Broadcast")
            for name in ("Everyone", "Channels", "Tokens"):
                program.wait_for_name(name, below="Send To")
            program.write("Message", '{"notice": "Closing at six}')
            program.wait_for_words("Line 1, column")
            program.write("Message", '{"notice": "Closing at six"}')
            program.do("Send to 2 Clients")
            for device in devices:
                self.assertEqual(device.receive(), '{"notice": "Closing at six"}')
            program.wait_for_words("everyone · 2 of 2 clients", below="History")
            program.met.add("everyone · 2 of 2 clients")
            self.check_words(4, program)

    def test_5_repeat_a_message_and_stop_it(self):
        with self.begin() as program:
            program.wait_listening()
            device = self.connect(program.url, program.ctl("token", "issue", "--label", "board")["secret"])
            program.go_to("Broadcast")
            program.write("Message", '{"tick":1}')
            program.choose_in_menu("More Ways to Send", "_Repeat or Send Later…")
            program.wait_for(lambda widget: widget.name == "Send" and widget.has(person.Atspi.StateType.FOCUSED), "the dialog has the keyboard")
            program.key("Tab")
            program.wait_for(lambda widget: widget.name == "Every" and widget.has(person.Atspi.StateType.FOCUSED), "the key goes on")
            program.key("2")
            program.choose("Unit", "Seconds", below="Repeat or Send Later")
            program.do("Start", below="Repeat or Send Later")
            for _ in range(2):
                self.assertEqual(device.receive(), '{"tick":1}')
            program.go_to("Tokens")
            program.wait_for_name("A message repeats every 2 s", below="Tokens")
            program.do("Stop", below="Tokens")
            program.wait_gone("A message repeats every 2 s")
            self.assertEqual(program.ctl("schedule", "list"), [])
            self.check_words(5, program)

    def misbehave(self, program):
        """Two tokens and a client of each; one talks nonsense."""
        good, bad = (program.ctl("token", "issue", "--label", label)["secret"] for label in ("Screens", "Lab sensors"))
        screen = self.connect(program.url + "/screens", good)
        oven = self.connect(program.url + "/lab?name=oven", bad, "127.0.0.66")
        oven.send('{"temperature": 200}')
        for _ in range(3):
            oven.send('{"temperature": NaN}')
        return screen, oven, bad

    def test_6_find_a_device_that_misbehaves(self):
        with self.begin() as program:
            program.wait_listening()
            self.misbehave(program)
            program.go_to("Clients")
            program.wait_for_name("Screens", below="Clients")
            program.go_to("Overview")
            program.wait_for_name("Needs Attention")
            program.press("1 client sends messages that are rejected", below="Needs Attention")
            program.wait_for_words("NaN", below="Traffic")
            self.assertIsNone(program.find(lambda widget: "200" in widget.name))
            program.press_that(lambda widget: "NaN" in widget.name, "the message", below="Traffic")
            program.wait_for_words("ine 1, column 17")
            program.do("Show Client", below="Traffic")
            for name in ("Address", "Token", "Rejected"):
                program.wait_for_name(name, below="Details")
            program.wait_for_words("127.0.0.66", below="Details")
            program.wait_for_name("Clients", below="Clients")
            self.check_words(6, program)

    def test_7_cut_it_off(self):
        with self.begin() as program:
            program.wait_listening()
            screen, oven, secret = self.misbehave(program)
            program.go_to("Clients")
            program.press("Lab sensors", below="Clients")
            program.press("Disconnect…", below="Actions")
            program.do("Disconnect", below="Disconnect Client?")
            self.assertEqual(oven.wait_closed()[0], 3003)
            oven.open(program.url + "/lab?name=oven", secret)

            program.press("Lab sensors", below="Clients")
            program.press("Block Address…", below="Actions")
            program.wait_for_name("For 1 Hour", below="Block Address?")
            program.do("Block", below="Block Address?")
            oven.wait_closed()
            self.assertEqual(oven.refusal(program.url + "/lab", secret), 403)
            program.choose_in_menu("More", "_Blocked Addresses…", below="Clients")
            program.wait_for_name("127.0.0.66", below="Blocked Addresses")
            program.do("Lift", below="Blocked Addresses")
            program.wait_for_name("No Address Is Blocked", below="Blocked Addresses")
            program.key("Escape")
            program.wait_gone("Blocked Addresses")
            oven.open(program.url + "/lab", secret)

            program.press("Lab sensors", below="Clients")
            program.press("Revoke Token…", below="Actions")
            program.do("Revoke", below="Revoke Token?")
            self.assertEqual(oven.wait_closed(), (3000, "token revoked"))
            self.assertEqual(oven.refusal(program.url + "/lab", secret), 401)
            oven.source = None
            self.assertEqual(oven.refusal(program.url + "/lab", secret), 401)
            program.go_to("Audit")
            program.press("Refused", below="Show")
            program.wait_for_words("127.0.0.66", below="Audit Trail")
            screen.send("1")
            self.check_words(7, program)

    def test_8_say_what_may_be_said(self):
        with self.begin() as program:
            program.wait_listening()
            device = self.connect(program.url + "/lab/oven", program.ctl("token", "issue", "--label", "Lab sensors")["secret"])
            program.go_to("Rules")
            program.do("Add Rule…", below="Rules")
            program.write("Channels, Such as /news or /room/*", "/lab/**")
            program.write("Schema", '{"type": "object", "required": ["temperature"]}')
            program.wait_for_name("Suggest from Traffic…")
            program.write("Message to Try", '{"humidity": 40}')
            program.wait_for_words("Fails")
            program.wait_for_words("temperature", below="What Is Wrong With It")
            program.write("Message to Try", '{"temperature": 21}')
            program.wait_for_words("Passes")
            program.met.add("Passes")
            program.wait_for_name("Reply with the error", below="When a Message Fails")
            program.do("Save")
            program.wait_for_words("/lab/**", below="Rules")
            signalbox.wait_until(lambda: program.ctl("rule", "list"), "the rule is kept")
            device.send('{"humidity": 40}')
            self.assertIn("temperature", device.receive())
            shared = os.path.join(program.directory, "person.json")
            with open(shared, "w") as file:
                file.write('{"type": "object"}')
            program.ctl("schema", "add", "https://example.org/person.json", shared)
            program.choose_in_menu("More", "_Schemas…", below="Rules")
            program.press("Copy Reference")
            self.check_words(8, program)

    def test_9_give_a_device_a_new_secret(self):
        with self.begin() as program:
            program.wait_listening()
            old = program.ctl("token", "issue", "--label", "Lab sensors")["secret"]
            device = self.connect(program.url, old)
            program.go_to("Tokens")
            program.press("Lab sensors", below="Tokens")
            program.press("Rotate…", below="Actions")
            program.choose("The Old Token Stays Valid", "For 1 Hour", below="Rotate Token")
            program.do("Rotate", below="Rotate Token")
            program.do("Show Token")
            new = program.wait_for(lambda widget: re.fullmatch("sbx_[0-9A-Za-z]{36}", widget.name), "the token").name
            program.do("I Have Stored It")
            program.wait_gone("Store the Token")
            self.assertNotEqual(new, old)
            program.wait_for_name("Token Before Rotation", below="Details")
            device.send("1")
            for secret in (old, new):
                self.connect(program.url, secret)
            self.check_words(9, program)

    def test_10_look_up_who_did_what(self):
        with self.begin() as program:
            program.wait_listening()
            program.ctl("token", "issue", "--label", "By command")
            program.issue_by_clicking("By window")
            program.go_to("Audit")
            program.wait_for_words("By command", below="Audit Trail")
            program.choose_in_menu("Filter", "In the _Window", below="Audit")
            program.wait_for_words("By window", below="Audit Trail")
            signalbox.wait_until(lambda: not program.find(lambda widget: "By command" in widget.name), "only that is left")
            program.wait_for_name("Clients", below="Show")
            program.press("Tokens", below="Show")
            program.write("Search", "By window", below="Audit")
            path = os.path.join(program.directory, "audit.ndjson")
            program.save_as(path, lambda: program.choose_in_menu("More", "_Export What Is Shown…", below="Audit"))
            with open(path) as file:
                lines = [json.loads(line) for line in file]
            self.assertEqual(len(lines), 1)
            self.check_words(10, program)


NO_ADDRESS = None

if __name__ == "__main__":
    try:
        network.get_an_address()
    except OSError as error:
        NO_ADDRESS = error
    tap.main()
