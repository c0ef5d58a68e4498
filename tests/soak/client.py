# SPDX-License-Identifier: GPL-3.0-or-later
"""A WebSocket client that can misbehave, and the control interface: both on bare asyncio streams."""

import asyncio
import base64
import json
import os
import struct
import zlib

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
PATIENCE = 20  # s, for whatever must come
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"


class Refused(Exception):
    """The handshake was answered with another status than 101, or not at all (0)."""

    def __init__(self, status):
        super().__init__(f"status {status}")
        self.status = status


def encode(opcode, payload, first=0x80):
    """One frame as a client sends it."""
    mask = os.urandom(4)
    length = len(payload)
    if length < 126:
        header = bytes([first | opcode, 0x80 | length])
    elif length < 65536:
        header = bytes([first | opcode, 0x80 | 126]) + struct.pack(">H", length)
    else:
        header = bytes([first | opcode, 0x80 | 127]) + struct.pack(">Q", length)
    repeated = (mask * (length // 4 + 1))[:length]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return header + mask + masked.to_bytes(length, "big")


def deflate(payload):
    """A whole message by RFC 7692 §7.2.1, without anything of the one before."""
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflate(payload):
    return zlib.decompressobj(wbits=-15).decompress(payload + b"\0\0\xff\xff")


def request_for(path, secret, extensions=""):
    key = base64.b64encode(os.urandom(16)).decode()
    return (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {secret}\r\n{extensions}\r\n").encode()


class Client:
    """A connection that is let in. Unless told otherwise it reads, answers pings and closes as it should."""

    def __init__(self, reader, writer, packs):
        self.packs = packs  # permessage-deflate was agreed on
        self.unpacked = 0   # messages that came compressed
        self.reader = reader
        self.writer = writer
        self.received = []  # payloads of text messages
        self.close_code = None
        self.task = None

    @classmethod
    async def connect(cls, port, path, secret, source="127.0.0.1", read=True, packs=False):
        opening = asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        reader, writer = await asyncio.wait_for(opening, PATIENCE)
        try:
            writer.write(request_for(path, secret, OFFER if packs else ""))
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            status = int(head.split(b" ", 2)[1])
        except (asyncio.IncompleteReadError, ConnectionError):
            status = 0
        except BaseException:
            writer.transport.abort()
            raise
        if status != 101:
            writer.transport.abort()
            raise Refused(status)
        self = cls(reader, writer, packs and b"permessage-deflate" in head)
        if read:
            self.task = asyncio.create_task(self._read())
        return self

    async def _read_frame(self):
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", await self.reader.readexactly(8))
        payload = await self.reader.readexactly(length)
        if first & 0x40:
            self.unpacked += 1
            payload = inflate(payload)
        return first & 0x0F, payload

    async def _read(self):
        try:
            while True:
                opcode, payload = await self._read_frame()
                if opcode == TEXT:
                    self.received.append(payload)
                elif opcode == PING:
                    self.write(encode(PONG, payload))
                elif opcode == CLOSE:
                    self.close_code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                    self.write(encode(CLOSE, payload[:2]))
                    self.writer.close()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass

    def write(self, data):
        if self.writer.is_closing():
            raise ConnectionResetError("the connection is gone")
        self.writer.write(data)

    def send(self, text):
        payload = text.encode()
        self.write(encode(TEXT, deflate(payload), 0xC0) if self.packs else encode(TEXT, payload))

    async def drain(self):
        try:
            await asyncio.wait_for(self.writer.drain(), 5)
        except (ConnectionError, asyncio.TimeoutError):
            pass

    async def close(self):
        """As RFC 6455 §7.1.2 wants it. Must have been reading."""
        self.write(encode(CLOSE, struct.pack(">H", 1000)))
        try:
            await asyncio.wait_for(self.task, PATIENCE)
        finally:
            self.cut()

    def cut(self):
        """Gone without a word."""
        if self.task is not None:
            self.task.cancel()
        self.writer.transport.abort()


class Control:
    """HTTP over DIR/control.sock, one connection a request."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "control.sock")

    async def ask(self, method, path, body=None):
        """(status, answer)"""
        reader, writer = await asyncio.open_unix_connection(self.path)
        try:
            content = b"" if body is None else json.dumps(body).encode()
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: signalbox\r\nConnection: close\r\n"
                         "Content-Type: application/json\r\n"
                         f"Content-Length: {len(content)}\r\n\r\n".encode() + content)
            answer = await asyncio.wait_for(reader.read(), PATIENCE)
        finally:
            writer.close()
        head, _, content = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), json.loads(content)

    async def follow(self, seconds, reads):
        """What is said in that time, the lines of it; one that does not READ leaves them where they are."""
        reader, writer = await asyncio.open_unix_connection(self.path)
        lines = []

        async def read():
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                return
            rest = b""
            while size := int(await reader.readline() or b"0", 16):
                *whole, rest = (rest + (await reader.readexactly(size + 2))[:-2]).split(b"\n")
                lines.extend(json.loads(line) for line in whole)

        try:
            writer.write(b"GET /traffic?follow=true HTTP/1.1\r\nHost: signalbox\r\n\r\n")
            await asyncio.wait_for(read() if reads else asyncio.sleep(seconds), seconds)
        except (asyncio.TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()
        return lines

    async def get(self, path):
        status, answer = await self.ask("GET", path)
        assert status == 200, answer
        return answer
