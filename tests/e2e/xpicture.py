# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a picture of a whole virtual display, whatever program draws on it."""
import struct
import subprocess

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib  # noqa: E402


def take(path):
    """Writes what the display shows to PATH, a PNG."""
    dump = subprocess.run(["xwd", "-root", "-silent"], capture_output=True, check=True).stdout
    header = struct.unpack(">25I", dump[:100])
    size, width, height, bits, line, colours = header[0], header[4], header[5], header[11], header[12], header[19]
    assert bits in (24, 32), f"{bits} bits a pixel"
    step = bits // 8
    pixels = dump[size + colours * 12:]
    # Blue, green, red, and perhaps a byte for nothing, as little-endian servers have them.
    rgb = bytearray(width * height * 3)
    for channel in range(3):
        for row in range(height):
            rgb[row * width * 3 + channel:(row + 1) * width * 3:3] = pixels[row * line + 2 - channel:row * line + width * step:step]
    GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes(bytes(rgb)), GdkPixbuf.Colorspace.RGB, False, 8, width, height, width * 3).savev(path, "png", [], [])
