# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that a test has, and one of its own where it needs another."""
import fcntl
import os
import socket
import struct

OWN_ADDRESS = "192.0.2.1"  # of those that are nobody's (RFC 5737 §3)


def set_loopback(up):
    """What "ip link set lo up" does."""
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, siocgifflags, request))[1]
        flags = flags | iff_up if up else flags & ~iff_up
        fcntl.ioctl(control, siocsifflags, struct.pack("16sh14x", b"lo", flags))


def add_address(address):
    """What "ip address add ADDRESS dev lo" does."""
    siocsifaddr = 0x8916
    request = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(address))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, siocsifaddr, request)


def can_be_reached_from_elsewhere():
    """Whether this computer has an address of IPv4 that is not its own loopback, nor one that it gave itself."""
    siocgifaddr = 0x8915
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(control, siocgifaddr, struct.pack("16s24x", name.encode()))
            except OSError:
                continue
            if not socket.inet_ntoa(answer[20:24]).startswith(("127.", "169.254.")):
                return True
    return False


def get_an_address():
    """Sees to it that this process and those that it starts have an address that others could reach: that of the computer, or
    one in a network namespace of their own. To be called before any thread is started. OSError where neither is to be had."""
    if can_be_reached_from_elsewhere():
        return
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
    for path, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{path}", "w", encoding="ascii") as file:
            file.write(text)
    set_loopback(True)
    add_address(OWN_ADDRESS)
