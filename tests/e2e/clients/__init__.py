# SPDX-License-Identifier: GPL-3.0-or-later
"""Three clients that nobody here wrote, behind one face.

open() gives ("open", None) or ("refused", STATUS); a browser is let in only to be told why it is not, so
there it is ("refused", CLOSE CODE)."""
import functools
import http.server
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import urllib.request

import websockets.exceptions
import websockets.sync.client

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 20


class PythonClient:
    """Python's websockets."""
    name = "python"

    def open(self, url, token):
        headers = {"Authorization": "Bearer " + token} if token else {}
        try:
            self.socket = websockets.sync.client.connect(url, additional_headers=headers, open_timeout=DEADLINE,
                                                         compression=None)
        except websockets.exceptions.InvalidStatus as error:
            return "refused", error.response.status_code
        return "open", None

    def send(self, text):
        self.socket.send(text)

    def receive(self, deadline=DEADLINE):
        return self.socket.recv(timeout=deadline)

    def wait_closed(self):
        try:
            while True:
                self.socket.recv(timeout=DEADLINE)
        except websockets.exceptions.ConnectionClosed as error:
            return error.rcvd.code, error.rcvd.reason

    def end(self):
        if hasattr(self, "socket"):
            self.socket.close()


class NodeClient:
    """Node's ws, in a process of its own."""
    name = "node"

    def __init__(self):
        self.process = subprocess.Popen(["node", os.path.join(HERE, "node.js")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
        self.events = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def _do(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def _next(self, deadline=DEADLINE):
        return self.events.get(timeout=deadline)

    def open(self, url, token):
        self._do(do="open", url=url, token=token)
        event = self._next()
        return ("open", None) if event["event"] == "open" else ("refused", event["status"])

    def send(self, text):
        self._do(do="send", data=text)

    def receive(self, deadline=DEADLINE):
        event = self._next(deadline)
        assert event["event"] == "message", event
        return event["data"]

    def wait_closed(self):
        while True:
            event = self._next()
            if event["event"] == "closed":
                return event["code"], event["reason"]

    def end(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE)
        self.process.stdout.close()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class BrowserClient:
    """A page in headless Chromium, asked by the DevTools protocol."""
    name = "chromium"

    def __init__(self):
        handler = functools.partial(_QuietHandler, directory=HERE)
        self.pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.pages.serve_forever, daemon=True).start()
        self.profile = tempfile.mkdtemp(prefix="signalbox-chromium-")
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
             "--remote-debugging-port=0", f"--user-data-dir={self.profile}",
             f"http://127.0.0.1:{self.pages.server_port}/page.html"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        port = self._find_port()
        self.devtools = websockets.sync.client.connect(self._find_page(port), max_size=None, compression=None)
        self.number = 0
        self._evaluate("new Promise (r => document.readyState == 'complete' ? r (1) : addEventListener ('load', () => r (1)))")

    def _find_port(self):
        for line in self.process.stderr:
            if line.startswith("DevTools listening on"):
                threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()
                return int(line.split(":")[2].split("/")[0])
        raise AssertionError("Chromium did not start")

    def _find_page(self, port):
        for _ in range(100):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=DEADLINE) as answer:
                for target in json.load(answer):
                    if target["type"] == "page" and target["url"].endswith("page.html"):
                        return target["webSocketDebuggerUrl"]
        raise AssertionError("Chromium did not open the page")

    def _evaluate(self, expression, deadline=DEADLINE):
        self.number += 1
        self.devtools.send(json.dumps({"id": self.number, "method": "Runtime.evaluate",
                                       "params": {"expression": expression, "awaitPromise": True, "returnByValue": True}}))
        while True:
            answer = json.loads(self.devtools.recv(timeout=deadline))
            if answer.get("id") == self.number:
                assert "exceptionDetails" not in answer["result"], answer
                return answer["result"]["result"].get("value")

    def _next(self, deadline=DEADLINE):
        return self._evaluate("next ()", deadline)

    def open(self, url, token):
        self._evaluate(f"open_socket ({json.dumps(url)}, {json.dumps(token)})")
        event = self._next()
        if event["event"] == "open" and event["protocol"] == "signalbox":
            # A refused one is open for a moment too; only what follows tells.
            try:
                event = self._evaluate("Promise.race ([next (), new Promise (r => setTimeout (r, 300, null))])")
            except TimeoutError:
                event = None
            if event is None:
                return "open", None
            if event["event"] == "message":
                self._evaluate(f"happened.unshift ({json.dumps(event)})")
                return "open", None
        assert event["event"] == "closed", event
        return "refused", event["code"]

    def send(self, text):
        self._evaluate(f"socket.send ({json.dumps(text)})")

    def receive(self, deadline=DEADLINE):
        event = self._next(deadline)
        assert event["event"] == "message", event
        return event["data"]

    def wait_closed(self):
        while True:
            event = self._next()
            if event["event"] == "closed":
                return event["code"], event["reason"]

    def end(self):
        self.devtools.close()
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.process.stderr.close()
        self.pages.shutdown()
        self.pages.server_close()
        shutil.rmtree(self.profile, ignore_errors=True)


ALL = [PythonClient, NodeClient, BrowserClient]
