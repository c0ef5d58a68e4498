# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian packages: installed by dpkg, used as the administrator and a person at the desktop use them, removed. Called by tests/install/run-deb."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))
import signalbox  # noqa: E402
import tap  # noqa: E402
import window  # noqa: E402
import xpicture  # noqa: E402
from unit_sandbox import Sandbox  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

NAMES = ("signalbox", "signalboxctl", "signalboxd")
STATE = "/var/lib/signalbox"
UNIT = "/usr/lib/systemd/system/signalboxd.service"
NOBODY = 65534


def run(*command, status=0):
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    assert done.returncode == status, (done.returncode, done.stdout + done.stderr)
    return done.stdout + done.stderr


class Service(signalbox.Server):
    """signalboxd as its unit runs it: another user's, who may do nothing else, on the directory of the service."""

    def __init__(self):
        os.makedirs(STATE, mode=0o700, exist_ok=True)
        os.chown(STATE, NOBODY, NOBODY)
        super().__init__(directory=STATE)

    def start(self):
        with open(UNIT, encoding="utf-8") as file:
            sandbox = Sandbox(file.read())
        before = signalbox.die_with_test

        def enter():
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            before()
            sandbox.enter()

        signalbox.die_with_test = enter
        try:
            return super().start()
        finally:
            signalbox.die_with_test = before

    def ctl(self, *words):
        """Without --data: root finds it."""
        return json.loads(run("signalboxctl", *words, "--json"))


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        signalbox.SIGNALBOXD, signalbox.SIGNALBOXCTL, window.SIGNALBOX = "/usr/bin/signalboxd", "/usr/bin/signalboxctl", "/usr/bin/signalbox"
        cls.debs = sorted(deb for deb in glob.glob(os.path.join(os.environ["DEB_PACKAGES"], "*.deb")) if "-dbgsym_" not in deb)
        # The SDK tree leaves out what nobody reads there.
        included = [f"--path-include=/usr/share/{what}/*" for what in ("man", "locale", "doc")]
        cls.said = run("dpkg", *included, "--install", *cls.debs)

    def test_1_installed(self):
        self.assertEqual([os.path.basename(deb).split("_")[0] for deb in self.debs], sorted(NAMES))
        for name in NAMES:
            self.assertIn("Status: install ok installed", run("dpkg", "--status", name))
            version = run("dpkg-query", "--show", "--showformat=${Version}", name)
            self.assertEqual(run(name, "--version"), f"{name} {version}\n")
        self.assertNotRegex(self.said, r"(?i)warning|error")
        self.assertEqual(run("dpkg", "--verify", *NAMES), "")

    def test_2_who_has_what(self):
        for path, name in {"/usr/share/man/man8/signalboxd.8.gz": "signalboxd", UNIT: "signalboxd",
                           "/usr/share/bash-completion/completions/signalboxctl": "signalboxctl",
                           "/usr/share/man/man1/signalbox.1.gz": "signalbox",
                           "/usr/share/applications/org.signalbox.Signalbox.desktop": "signalbox"}.items():
            self.assertEqual(run("dpkg", "--search", path), f"{name}: {path}\n")
        self.assertEqual(run("systemd-analyze", "verify", "--man=no", UNIT), "")
        # A server needs no window.
        depends = run("dpkg-query", "--show", "--showformat=${Depends}", "signalboxd", "signalboxctl")
        self.assertNotIn("gtk", depends)
        self.assertIn("libsoup-3.0", depends)

    def test_3_lintian(self):
        if shutil.which("lintian") is None:
            self.skipTest("lintian is not installed")
        run("lintian", "--fail-on", "error,warning", *self.debs)

    def test_4_service(self):
        try:
            os.chown("/var/lib/dpkg/lock", NOBODY, NOBODY)
            os.chown("/var/lib/dpkg/lock", 0, 0)
        except OSError:
            self.skipTest("a plain user's system has one user only")
        service = Service().start()
        try:
            secret, token = service.issue("kiosk")
            with connect(service.url + "/hall", additional_headers={"Authorization": "Bearer " + secret}) as client:
                service.ctl("broadcast", '{"hello":1}')
                self.assertEqual(client.recv(timeout=signalbox.DEADLINE), '{"hello":1}')
            self.assertEqual(service.stop(), 0)
            self.assertIn("belongs to another user", run("signalboxctl", "token", "list", status=3))
            service.start()
            self.assertEqual([one["id"] for one in service.ctl("token", "list")], [token])
            self.assertEqual(service.stop(), 0)
        finally:
            if service.process is not None:
                service.kill()

    def test_5_window(self):
        environment = signalbox.ENVIRONMENT
        signalbox.ENVIRONMENT = {name: value for name, value in environment.items() if name != "GSETTINGS_SCHEMA_DIR"}
        try:
            with window.Window({"port": "0"}) as program:
                program.wait_listening()
                secret = program.issue_by_clicking("kiosk 7")
                with connect(program.url + "/hall", additional_headers={"Authorization": "Bearer " + secret}) as client:
                    program.go_to("Clients")
                    program.wait_for_name("kiosk 7", below="Clients")
                    xpicture.take(os.environ["DEB_PICTURE"])
                    client.send("[1]")
        finally:
            signalbox.ENVIRONMENT = environment

    def test_6_no_path_of_where_it_was_built(self):
        for name in NAMES:
            for path in run("dpkg", "--listfiles", name).split():
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertIsNone(re.search(rb"signalbox-deb\.\w+|/build/signalbox", file.read()), path)

    def test_9_removed(self):
        files = [path for path in run("dpkg", "--listfiles", *NAMES).split() if os.path.isfile(path)]
        self.assertGreater(len(files), 15)
        run("dpkg", "--purge", *NAMES)
        self.assertEqual([path for path in files if os.path.exists(path)], [])
        self.assertFalse(os.path.exists(STATE))


if __name__ == "__main__":
    tap.main()
