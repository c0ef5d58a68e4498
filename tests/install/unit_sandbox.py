# SPDX-License-Identifier: GPL-3.0-or-later
"""What a unit of systemd forbids, without systemd: filters of system calls and address families, and no memory that is written and run.

Namespaces (ProtectSystem=, PrivateUsers=, …) are not among it. Where the unit has a forbidden call fail, here it kills the program, so
that nothing goes wrong quietly.
"""
import ctypes
import re
import socket
import struct
import subprocess

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
PR_SET_MDWE = 65
PR_MDWE_REFUSE_EXEC_GAIN = 1
SECCOMP_MODE_FILTER = 2
RET_ALLOW = 0x7FFF0000
RET_KILL = 0x80000000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K
NUMBER_AT, FIRST_ARGUMENT_AT = 0, 16  # struct seccomp_data


def values(unit, key):
    """The values of KEY in the text of UNIT, in order."""
    return re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)


def members_of(group):
    """The calls of a group such as @system-service, as this systemd has it."""
    listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", group], capture_output=True, text=True, check=True).stdout
    names = set()
    for word in re.findall(r"^    (?:[^#\s])\S*", listed, re.MULTILINE):
        word = word.strip()
        names |= members_of(word) if word.startswith("@") else {word}
    return names


def allowed_calls(unit):
    """Allow lists add, those that begin with ~ take away: systemd.exec(5)."""
    allowed = set()
    for value in values(unit, "SystemCallFilter"):
        named = set().union(*(members_of(word) if word.startswith("@") else {word} for word in value.lstrip("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    return allowed


def numbers_of_calls():
    defined = subprocess.run(["gcc", "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"],
                             capture_output=True, text=True, check=True).stdout
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", defined)}


def make_filter(unit, besides):
    """A program for seccomp(2). BESIDES: calls that are allowed as well."""
    numbers = numbers_of_calls()
    families = [getattr(socket, name, 16 if name == "AF_NETLINK" else None)
                for name in values(unit, "RestrictAddressFamilies")[0].split()]
    program = [(LOAD, 0, 0, NUMBER_AT)]
    # A call of socket() is judged by its first argument, and no further.
    program += [(EQUAL, 0, 2 + 2 * len(families), numbers["socket"]), (LOAD, 0, 0, FIRST_ARGUMENT_AT)]
    for family in families:
        program += [(EQUAL, 0, 1, int(family)), (RETURN, 0, 0, RET_ALLOW)]
    program += [(RETURN, 0, 0, RET_KILL)]
    for name in sorted(allowed_calls(unit) | set(besides)):
        if name in numbers and name != "socket":
            program += [(EQUAL, 0, 1, numbers[name]), (RETURN, 0, 0, RET_ALLOW)]
    program += [(RETURN, 0, 0, RET_KILL)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


class Sandbox:
    """For the preexec_fn of a subprocess."""

    def __init__(self, unit, besides=()):
        self.code = ctypes.create_string_buffer(make_filter(unit, besides))
        self.filter = struct.pack("@HP", (len(self.code) - 1) // 8, ctypes.addressof(self.code))
        self.writes_code = values(unit, "MemoryDenyWriteExecute") != ["yes"]
        self.libc = ctypes.CDLL(None, use_errno=True)

    def _prctl(self, option, *arguments):
        if self.libc.prctl(option, *(ctypes.c_ulong(one) if isinstance(one, int) else one for one in arguments)) != 0:
            raise OSError(ctypes.get_errno(), f"prctl ({option})")

    def enter(self):
        self._prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if not self.writes_code:
            try:
                self._prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)
            except OSError:
                pass  # Linux before 6.3
        self._prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, self.filter, 0, 0)
