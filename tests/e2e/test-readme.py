# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md says to type, typed."""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

import signalbox
import tap

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
HELLO = re.compile(r'\{\s*"hello": ?"world"\s*\}')


def read_blocks():
    """The blocks of code, each by the last line that stands before it."""
    with open(README, encoding="utf-8") as file:
        parts = re.split(r"((?:^ {4}.*\n|(?<=\n)\n(?= {4}\S))+)", file.read(), flags=re.MULTILINE)
    return {before.strip().splitlines()[-1]: re.sub(r"^ {4}", "", code, flags=re.MULTILINE).strip()
            for before, code in zip(parts[0::2], parts[1::2])}


BLOCKS = read_blocks()


def block(words):
    found = [code for before, code in BLOCKS.items() if words in before]
    assert len(found) == 1, f"README.md has {len(found)} blocks of code after “{words}”"
    return found[0]


class Program:
    """A snippet that runs until it is ended, and what it printed."""

    def __init__(self, server, token, words, *command):
        snippet = block(words)
        assert "ws://127.0.0.1:8080/" in snippet, snippet
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen([*command, snippet.replace("ws://127.0.0.1:8080", server.url)], stdout=self.output,
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, preexec_fn=signalbox.die_with_test,
                                        env={**os.environ, "TOKEN": token, "PYTHONUNBUFFERED": "1"})

    def read(self):
        self.output.seek(0)
        return self.output.read().decode()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.output.close()


class ReadmeTest(unittest.TestCase):
    def test_snippets_hear_each_other(self):
        python = ("Python with", sys.executable, "-c")
        node = ("Node.js with", "node", "-e")
        # ws has the interface of browsers, too; Chromium itself is in test-clients.py.
        browser = ("In a browser", "node", "-e")
        with signalbox.Server() as server:
            token, _ = server.issue("readme")
            for first, second in ((python, node), (node, python), (browser, node), (python, browser)):
                programs = []
                try:
                    for number, (words, *command) in enumerate((first, second), 1):
                        if words == "In a browser":
                            command = ["node", "-r", self.make_browser(token), "-e"]
                        programs.append(Program(server, token, words, *command))
                        signalbox.wait_until(lambda: programs[-1].process.poll() is not None
                                             or server.ctl("status")["clients"] == number, f"“{words}” is connected")
                        self.assertIsNone(programs[-1].process.poll(), programs[-1].read())
                    signalbox.wait_until(lambda: HELLO.search(programs[0].read()), f"{first[0]} hears {second[0]}")
                finally:
                    for program in programs:
                        program.end()
                signalbox.wait_until(lambda: server.ctl("status")["clients"] == 0, "both are gone")

    def make_browser(self, token):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "browser.js")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"globalThis.WebSocket = require('ws'); globalThis.token = '{token}';")
        return path

    def test_commands(self):
        """Those that administer, in their order; "./run" finds the programs, which is not tried here."""
        lines = [shlex.split(line, comments=True) for line in block("administers whichever of the two is running").splitlines()]
        self.assertEqual(lines.pop(0), ["./run", "signalboxd", "--listen", "127.0.0.1:8080"])
        self.assertGreater(len(lines), 5)
        with signalbox.Server() as server, tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "room.json"), "w", encoding="utf-8") as file:
                file.write('{"type": "object", "properties": {"temperature": {"maximum": 100}}}')
            for run, program, *words in lines:
                self.assertEqual((run, program), ("./run", "signalboxctl"))
                done = subprocess.run([signalbox.SIGNALBOXCTL, "--data", server.directory, *words], cwd=directory, capture_output=True,
                                      text=True, timeout=signalbox.DEADLINE, env=signalbox.ENVIRONMENT)
                if words[:2] == ["rule", "test"]:
                    self.assertIn("line 1, column 17", done.stdout, words)
                else:
                    self.assertEqual((done.returncode, done.stderr if words[:2] != ["token", "issue"] else ""), (0, ""), words)
            self.assertEqual([one["state"] for one in server.ctl("token", "list")], ["revoked"])
            self.assertEqual([one["channels"] for one in server.ctl("rule", "list")], ["/room/*"])
            self.assertEqual(len(server.ctl("schedule", "list")), 1)


if __name__ == "__main__":
    tap.main()
