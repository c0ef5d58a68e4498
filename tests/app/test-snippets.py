#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code to start with does what it says: each snippet, with a token filled in, is run as a person would run it, says hello to
another client, hears a broadcast, and goes with the token. (websocat and an ESP32 are not to be had here.)"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import tap  # noqa: E402
from signalbox import Server, wait_until  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

BROWSER, NODE, PYTHON, CURL = range(4)


class Program:
    """A snippet, running; what it prints is kept."""

    def __init__(self, command, text, suffix):
        self.file = tempfile.NamedTemporaryFile("w", suffix=suffix)
        self.file.write(text)
        self.file.flush()
        environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs", "PYTHONUNBUFFERED": "1"}
        self.output = ""
        self.process = subprocess.Popen([*command, self.file.name], env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while text := self.process.stdout.read(1):
            self.output += text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.file.close()


class Snippets(unittest.TestCase):
    def run_snippet(self, number, command, suffix, hello):
        with Server() as server:
            secret, token = server.issue("Snippet")
            uri = server.url + "/snippets"
            text = subprocess.run([os.environ["PRINT_SNIPPET"], str(number), uri, secret], check=True, capture_output=True, text=True).stdout
            listener_secret, _ = server.issue("Listener")
            with connect(uri, additional_headers={"Authorization": "Bearer " + listener_secret}) as listener, \
                    Program(command, text, suffix) as program:
                if hello is not None:
                    self.assertEqual(json.loads(listener.recv(timeout=30)), hello, program.output)
                wait_until(lambda: len(server.ctl("clients")) == 2, "the snippet is connected: " + program.output)
                server.ctl("broadcast", '{"doors":"open"}')
                wait_until(lambda: "doors" in program.output and "open" in program.output, "the snippet has heard it")
                server.ctl("token", "revoke", str(token))
                wait_until(lambda: len(server.ctl("clients")) == 1, "the snippet is cut off")
                if number in (BROWSER, NODE):
                    wait_until(lambda: "closed 3000 token revoked" in program.output, "the snippet says why it was closed")

    def test_browser(self):
        """In Node's own WebSocket, which is the browsers' interface; real browsers are in the e2e suite."""
        self.run_snippet(BROWSER, ["node", "--experimental-websocket", "--no-warnings"], ".js", {"hello": "world"})

    def test_node(self):
        self.run_snippet(NODE, ["node"], ".js", {"hello": "world"})

    def test_python(self):
        self.run_snippet(PYTHON, ["python3"], ".py", {"hello": "world"})

    def test_curl(self):
        self.run_snippet(CURL, ["sh"], ".sh", None)


if __name__ == "__main__":
    tap.main()
