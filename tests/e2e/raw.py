# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that is nothing but a socket: it reads when it is told to, and not before."""
import json
import os
import socket
import struct

from signalbox import DEADLINE


class Raw:
    def __init__(self, port, path="/", token=None, receive_buffer=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
                             f"Authorization: Bearer {token}\r\n\r\n").encode())
        self.buffer = b""

    def read_response(self):
        """Gives the status and, of a refusal, its "error"."""
        while b"\r\n\r\n" not in self.buffer:
            self._read()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        status = int(head.split()[1])
        if status == 101:
            return status, None
        while b"}" not in self.buffer:
            self._read()
        return status, json.loads(self.buffer)["error"]

    def _read(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError
        self.buffer += data

    def _take(self, size):
        while len(self.buffer) < size:
            self._read()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def receive(self):
        """The next frame but pings: (opcode, payload)."""
        while True:
            first, length = self._take(2)
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(length)
            if first != 0x89:
                return first & 0xF, payload

    def send(self, payload, opcode=1):
        size = len(payload)
        mask = os.urandom(4)
        length = struct.pack(">B", 0x80 | size) if size < 126 else (
            struct.pack(">BH", 0x80 | 126, size) if size < 1 << 16 else struct.pack(">BQ", 0x80 | 127, size))
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")).to_bytes(size, "big")
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def close(self):
        self.socket.close()


def enter(port, token, path="/", receive_buffer=0):
    """A client that is let in."""
    client = Raw(port, path, token, receive_buffer)
    response = client.read_response()
    assert response == (101, None), response
    return client
