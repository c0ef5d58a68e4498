# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of systemd: in order, as closed as they say, and no more closed than signalboxd can live with."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))
import signalbox  # noqa: E402
import tap  # noqa: E402
from unit_sandbox import Sandbox, allowed_calls, values  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

UNITS = os.path.join(signalbox.BUILD, "data", "systemd")
# In tenths, of 10.0 for a service that may do anything.
MOST_EXPOSED = 12


def unit_text(name):
    with open(os.path.join(UNITS, name), encoding="utf-8") as file:
        return re.sub(r"^ExecStart=\S+/signalboxd", "ExecStart=" + signalbox.SIGNALBOXD, file.read(), flags=re.MULTILINE)


def complaints(text, *command):
    """What systemd-analyze says of a unit with that TEXT, and how it ends."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "signalboxd.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(["systemd-analyze", "--no-pager", *command, path], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Units(unittest.TestCase):
    def check_verified(self, name, *where):
        text = unit_text(name)
        self.assertEqual(complaints(text, "verify", "--man=no", *where), (0, ""))
        status, said = complaints(text.replace("UMask=", "UMusk="), "verify", "--man=no", *where)
        self.assertIn("UMusk", said, status)

    def test_system_unit_is_in_order(self):
        self.check_verified("signalboxd.service")

    def test_user_unit_is_in_order(self):
        self.check_verified("signalboxd-user.service", "--user")

    def test_system_unit_is_closed(self):
        security = ("security", "--offline=true", f"--threshold={MOST_EXPOSED}")
        text = unit_text("signalboxd.service")
        status, said = complaints(text, *security)
        self.assertEqual(status, 0, said)
        self.assertNotEqual(complaints(re.sub(r"^(Protect|System|Private|Restrict).*\n", "", text, flags=re.MULTILINE), *security)[0], 0)

    def test_what_it_is_for(self):
        text = unit_text("signalboxd.service")
        for line in ("Type=notify", "DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "StateDirectory=signalbox"):
            self.assertIn(line + "\n", text)
        self.assertGreater(int(values(text, "WatchdogSec")[0]), 0)
        # The directory that signalboxctl looks into for root.
        with open(os.path.join(signalbox.BUILD, "config.h"), encoding="utf-8") as file:
            self.assertIn('#define SYSTEM_DATA_DIR "/var/lib/signalbox"\n', file.read())
        self.assertIn(" --data %S/signalbox\n", text)

    # --- whether it can live with it

    def check_life(self, name):
        # SQLite gives its files to the owner of the database where it is root, which the service is not.
        sandbox = Sandbox(unit_text(name), besides=["fchown"] if os.geteuid() == 0 else [])
        server = signalbox.Server()
        before = signalbox.die_with_test

        def enter():
            before()
            sandbox.enter()

        signalbox.die_with_test = enter
        try:
            server.start()
        finally:
            signalbox.die_with_test = before
        try:
            self.live(server)
            self.assertEqual(server.stop(), 0)
        finally:
            server.clean()

    def live(self, server):
        secret, token = server.issue("kiosk")
        server.ctl("rule", "set", "/room", "--schema", self.schema)
        server.ctl("settings", "set", "compression", "true")
        with connect(server.url + "/room", additional_headers={"Authorization": "Bearer " + secret}) as one, \
                connect(server.url + "/room", additional_headers={"Authorization": "Bearer " + secret}) as other:
            one.send('{"name": "abc"}')
            self.assertEqual(other.recv(timeout=signalbox.DEADLINE), '{"name": "abc"}')
            one.send('{"name": "ABC"}')
            self.assertIn("pattern", one.recv(timeout=signalbox.DEADLINE))
            server.ctl("broadcast", "[1]")
            self.assertEqual(other.recv(timeout=signalbox.DEADLINE), "[1]")
            self.assertEqual([one["channel"] for one in server.ctl("channels")], ["/room"])
            server.ctl("settings", "set", "metrics-listen", "127.0.0.1:0")
            with urllib.request.urlopen(server.ctl("status")["metrics"], timeout=signalbox.DEADLINE) as metrics:
                self.assertIn("\nprocess_resident_memory_bytes ", metrics.read().decode())
        made = server.ctl("certificate", "make")
        self.assertIn("127.0.0.1", made["names"])
        server.ctl("token", "revoke", str(token))

    def setUp(self):
        file = tempfile.NamedTemporaryFile("w", suffix=".json")
        self.addCleanup(file.close)
        file.write('{"properties": {"name": {"pattern": "^[a-z]+$"}}}')
        file.flush()
        self.schema = file.name

    def test_lives_in_the_system_unit(self):
        self.check_life("signalboxd.service")

    def test_lives_in_the_user_unit(self):
        self.check_life("signalboxd-user.service")

    def test_the_sandbox_is_one(self):
        """What this test puts around the program kills one that does what the unit forbids."""
        sandbox = Sandbox(unit_text("signalboxd.service"))
        self.assertGreater(len(allowed_calls(unit_text("signalboxd.service"))), 200)
        for forbidden in ("import os; os.chroot ('/')", f"import socket; socket.socket ({int(socket.AF_PACKET)}, socket.SOCK_RAW)"):
            done = subprocess.run([sys.executable, "-c", forbidden], preexec_fn=sandbox.enter, capture_output=True, check=False)
            self.assertEqual(done.returncode, -signal.SIGSYS, forbidden)


if __name__ == "__main__":
    tap.main()
