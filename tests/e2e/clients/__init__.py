# SPDX-License-Identifier: GPL-3.0-or-later
"""Three clients that nobody here wrote, behind one face.

open() returns when the handshake is done, or raises Refused with the status. A browser never sees a status: it is let
in only to be told with a close code why it is not, so there refusal() opens and waits for the code. refusal_code is what
each sees of a wrong token."""
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

import signalbox

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = signalbox.DEADLINE


class Refused(Exception):
    def __init__(self, status):
        super().__init__(f"refused with {status}")
        self.status = status


class _HTTPClient:
    """What clients that see the status of a refusal have in common."""
    refusal_code = 401

    def refusal(self, url, token):
        """Tries to come in, and gives the status it is refused with."""
        try:
            self.open(url, token)
        except Refused as refused:
            return refused.status
        raise AssertionError(f"{self.name} was let in")


class PythonClient(_HTTPClient):
    """Python's websockets."""
    name = "python"
    compression = None  # "deflate": offers permessage-deflate, as the two others always do
    context = None  # for wss: what the server's certificate is checked with
    source = None  # the address it comes from: any of 127.0.0.0/8

    def open(self, url, token):
        headers = {"Authorization": "Bearer " + token} if token else {}
        try:
            self.socket = websockets.sync.client.connect(url, additional_headers=headers, open_timeout=DEADLINE,
                                                         compression=self.compression, ping_interval=None,
                                                         ssl=self.context,
                                                         source_address=(self.source, 0) if self.source else None)
        except websockets.exceptions.InvalidStatus as error:
            raise Refused(error.response.status_code) from None

    def send(self, text):
        self.socket.send(text)

    def extensions(self):
        """What was agreed on, as the handshake's answer had it."""
        return self.socket.response.headers.get("Sec-WebSocket-Extensions", "")

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


class NodeClient(_HTTPClient):
    """Node's ws, in a process of its own."""
    name = "node"

    def __init__(self):
        self.process = subprocess.Popen(["node", os.path.join(HERE, "node.js")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
        self.number = 0
        self.events = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def _do(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def _next(self, deadline=DEADLINE):
        while True:
            event = self.events.get(timeout=deadline)
            # What an earlier socket still had to say does not count.
            if event["number"] == self.number:
                return event

    def open(self, url, token):
        self.number += 1
        self._do(do="open", number=self.number, url=url, token=token)
        event = self._next()
        if event["event"] == "refused":
            raise Refused(event["status"])
        assert event["event"] == "open", event
        self.agreed = event["extensions"]

    def extensions(self):
        return self.agreed

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
    refusal_code = 3000

    def __init__(self):
        handler = functools.partial(_QuietHandler, directory=HERE)
        self.pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.pages.serve_forever, daemon=True).start()
        self.profile = tempfile.mkdtemp(prefix="signalbox-chromium-")
        # The sandbox is for strangers' pages; root and containers may not have it.
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.devtools = websockets.sync.client.connect(self._find_page(self._find_port()), max_size=None,
                                                       compression=None)
        self.number = 0
        self._call("Page.navigate", url=f"http://127.0.0.1:{self.pages.server_port}/page.html")
        signalbox.wait_until(self._is_loaded, "Chromium has loaded the page")

    def _find_port(self):
        said = []
        for line in self.process.stderr:
            said.append(line)
            if line.startswith("DevTools listening on"):
                threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()
                return int(line.split(":")[2].split("/")[0])
        raise AssertionError("Chromium did not start:\n" + "".join(said))

    def _find_page(self, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=DEADLINE) as answer:
            return next(target["webSocketDebuggerUrl"] for target in json.load(answer) if target["type"] == "page")

    def _call(self, method, deadline=DEADLINE, **parameters):
        self.number += 1
        self.devtools.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.devtools.recv(timeout=deadline))
            if answer.get("id") == self.number:
                return answer.get("result", {"exceptionDetails": answer})

    def _is_loaded(self):
        result = self._call("Runtime.evaluate", expression="document.readyState == 'complete' && typeof open_socket",
                            returnByValue=True)
        return result.get("result", {}).get("value") == "function"

    def _evaluate(self, expression, deadline=DEADLINE):
        result = self._call("Runtime.evaluate", deadline, expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def _next(self, deadline=DEADLINE):
        return self._evaluate("next ()", deadline)

    def open(self, url, token):
        self._evaluate(f"open_socket ({json.dumps(url)}, {json.dumps(token)})")
        event = self._next()
        self.agreed = event.pop("extensions", "")
        assert event == {"event": "open", "protocol": "signalbox"}, event

    def extensions(self):
        return self.agreed

    def refusal(self, url, token):
        """Comes in, and gives the code it is closed with at once."""
        self.open(url, token)
        event = self._next()
        assert event["event"] == "closed" and event["clean"], event
        return event["code"]

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
