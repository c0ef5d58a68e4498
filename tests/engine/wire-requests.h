/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The lines of a handshake, to put others in their places. */
#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: 127.0.0.1\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define REST HOST UPGRADE CONNECTION VERSION KEY
