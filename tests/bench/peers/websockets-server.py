#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one would write with Python's `websockets`: a peer of the benchmark.

`websockets-server.py bcast|echo|pair` prints the port it listens on.
"""

import asyncio
import collections
import sys

from websockets.asyncio.server import broadcast, serve
from websockets.exceptions import ConnectionClosed

mode = sys.argv[1] if len(sys.argv) == 2 else ""
channels = collections.defaultdict(set)


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def relay(connection):
    channel = channels[connection.request.path if mode == "pair" else ""]
    channel.add(connection)
    try:
        async for message in connection:
            broadcast(channel - {connection}, message)
    finally:
        channel.discard(connection)


async def handler(connection):
    try:
        await (echo if mode == "echo" else relay)(connection)
    except ConnectionClosed:
        pass


async def main():
    if mode not in ("bcast", "echo", "pair"):
        sys.exit("Usage: websockets-server.py bcast|echo|pair")
    async with serve(handler, "127.0.0.1", 0, compression=None, backlog=4096, max_queue=None, open_timeout=60,
                     ping_timeout=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
