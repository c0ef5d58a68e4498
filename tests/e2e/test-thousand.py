# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand clients in one process, a thousand broadcasts: nothing lost, order kept."""
import asyncio
import http.client
import json
import os
import resource
import socket
import unittest

import websockets.asyncio.client

import signalbox
import tap

CLIENTS = 1000
BROADCASTS = 1000


class ControlConnection(http.client.HTTPConnection):
    """HTTP over the control socket, one connection for all requests."""

    def __init__(self, directory):
        super().__init__("signalbox")
        self.path = os.path.join(directory, "control.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


class Thousand(unittest.TestCase):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    async def listen(self, url, secret, ready):
        """Gives the numbers of the broadcasts in the order they came."""
        async with websockets.asyncio.client.connect(url, additional_headers={"Authorization": "Bearer " + secret},
                                                     compression=None, open_timeout=60, ping_interval=None) as socket:
            ready.release()
            return [json.loads(await socket.recv())["n"] for _ in range(BROADCASTS)]

    def broadcast_all(self, server):
        control = ControlConnection(server.directory)
        for number in range(BROADCASTS):
            body = json.dumps({"message": {"n": number}})
            control.request("POST", "/broadcasts", body, {"Content-Type": "application/json"})
            answer = control.getresponse()
            report = json.loads(answer.read())
            self.assertEqual(answer.status, 200, report)
            self.assertEqual((report["targeted"], report["sent"], report["dropped"]), (CLIENTS, CLIENTS, 0))
        control.close()

    async def run_all(self, server, secret):
        ready = asyncio.Semaphore(0)
        listeners = [asyncio.create_task(self.listen(server.url + "/", secret, ready)) for _ in range(CLIENTS)]
        for _ in range(CLIENTS):
            await asyncio.wait_for(ready.acquire(), 60)
        await asyncio.to_thread(signalbox.wait_until, lambda: server.ctl("status")["clients"] == CLIENTS, "all are connected")
        await asyncio.to_thread(self.broadcast_all, server)
        return await asyncio.wait_for(asyncio.gather(*listeners), 120)

    def test_a_thousand_clients_get_a_thousand_broadcasts(self):
        with signalbox.Server() as server:
            secret, _ = server.issue("crowd")
            expected = list(range(BROADCASTS))
            for received in asyncio.run(self.run_all(server, secret)):
                self.assertEqual(received, expected)
            self.assertEqual(server.ctl("status")["dropped"], 0)


if __name__ == "__main__":
    tap.main()
