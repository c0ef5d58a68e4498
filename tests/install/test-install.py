# SPDX-License-Identifier: GPL-3.0-or-later
"""meson install: every file in its place, the programs at work from there, and all of it gone afterwards. Called by tests/install/run."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))
import signalbox  # noqa: E402
import tap  # noqa: E402
import window  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

PREFIX = os.environ["INSTALL_PREFIX"]
DESTDIR = os.environ["INSTALL_DESTDIR"]
APP = os.environ["INSTALL_ID"]
with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "po", "LINGUAS"), encoding="utf-8") as linguas:
    LANGUAGES = [word for line in linguas for word in line.partition("#")[0].split()]

EXPECTED = {
    "bin/signalbox",
    "bin/signalboxctl",
    "bin/signalboxd",
    "lib/systemd/system/signalboxd.service",
    "lib/systemd/user/signalboxd.service",
    f"share/applications/{APP}.desktop",
    "share/bash-completion/completions/signalboxctl",
    f"share/dbus-1/services/{APP}.service",
    "share/fish/vendor_completions.d/signalboxctl.fish",
    f"share/glib-2.0/schemas/{APP}.gschema.xml",
    f"share/icons/hicolor/scalable/apps/{APP}.svg",
    f"share/icons/hicolor/symbolic/apps/{APP}-symbolic.svg",
    "share/man/man1/signalbox.1",
    "share/man/man1/signalboxctl.1",
    "share/man/man8/signalboxd.8",
    f"share/metainfo/{APP}.metainfo.xml",
    "share/zsh/site-functions/_signalboxctl",
} | {f"share/locale/{language}/LC_MESSAGES/signalbox.mo" for language in LANGUAGES}
# Made from what several programs have installed, and so nobody's to remove.
CACHES = {"share/glib-2.0/schemas/gschemas.compiled", "share/icons/hicolor/icon-theme.cache", "share/applications/mimeinfo.cache"}


def files_below(directory):
    return {os.path.relpath(os.path.join(folder, name), directory) for folder, _, names in os.walk(directory) for name in names}


def run(*command, **environment):
    done = subprocess.run(command, cwd=signalbox.BUILD, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(**environment):
    run("meson", "install", "--no-rebuild", "--quiet", **environment)


def uninstall():
    run("ninja", "uninstall")


class InDestdir(unittest.TestCase):
    def test_all_is_below_destdir(self):
        install(DESTDIR=DESTDIR)
        try:
            self.assertEqual(files_below(DESTDIR), {PREFIX.lstrip("/") + "/" + path for path in EXPECTED})
            self.assertEqual(files_below(PREFIX), set())
            self.check_no_path_of_the_build(os.path.join(DESTDIR, PREFIX.lstrip("/")))
        finally:
            uninstall()
        self.assertEqual(files_below(DESTDIR), set())

    def check_no_path_of_the_build(self, root):
        """In what is text: a program has them for its debugger."""
        for path in EXPECTED:
            if not path.startswith("bin/"):
                with open(os.path.join(root, path), "rb") as file:
                    said = file.read()
                self.assertNotIn(signalbox.BUILD.encode(), said, path)
                self.assertNotIn(DESTDIR.encode(), said, path)


class InPlace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install()
        cls.built = signalbox.SIGNALBOXD, signalbox.SIGNALBOXCTL, window.SIGNALBOX
        signalbox.SIGNALBOXD = os.path.join(PREFIX, "bin", "signalboxd")
        signalbox.SIGNALBOXCTL = os.path.join(PREFIX, "bin", "signalboxctl")
        window.SIGNALBOX = os.path.join(PREFIX, "bin", "signalbox")

    @classmethod
    def tearDownClass(cls):
        signalbox.SIGNALBOXD, signalbox.SIGNALBOXCTL, window.SIGNALBOX = cls.built
        uninstall()
        left = files_below(PREFIX)
        assert left <= CACHES, left

    def test_all_is_there(self):
        self.assertEqual(files_below(PREFIX) - CACHES, EXPECTED)
        self.assertIn("share/glib-2.0/schemas/gschemas.compiled", files_below(PREFIX))

    def test_daemon(self):
        with signalbox.Server() as server:
            secret, token = server.issue("kiosk")
            with connect(server.url + "/hall", additional_headers={"Authorization": "Bearer " + secret}) as client:
                server.ctl("broadcast", '{"hello":1}')
                self.assertEqual(client.recv(timeout=signalbox.DEADLINE), '{"hello":1}')
            server.ctl("token", "revoke", str(token))

    def test_units_name_what_is_installed(self):
        for where in ("system", "user"):
            unit = os.path.join(PREFIX, "lib", "systemd", where, "signalboxd.service")
            manager = ["--user"] if where == "user" else []
            self.assertEqual(run("systemd-analyze", "verify", "--man=no", *manager, unit), "")
        with open(os.path.join(PREFIX, "share", "dbus-1", "services", APP + ".service"), encoding="utf-8") as file:
            self.assertIn(f"Exec={PREFIX}/bin/signalbox --gapplication-service\n", file.read())

    def test_languages(self):
        # In the locale C.UTF-8 the C library translates nothing, and there need be no other: so it gets another name.
        locales = tempfile.mkdtemp(prefix="signalbox-locales-")
        self.addCleanup(shutil.rmtree, locales)
        shutil.copytree("/usr/lib/locale/C.utf8", os.path.join(locales, "en_US.utf8"))
        spoken = {language: run(signalbox.SIGNALBOXCTL, "--help", LOCPATH=locales, LC_ALL="en_US.UTF-8", LANGUAGE=language)
                  for language in ["en", *LANGUAGES]}
        for language in LANGUAGES:
            self.assertNotEqual(spoken[language], spoken["en"], language)

    def test_completion_is_found(self):
        found = run("bash", "--norc", "-c", ". /usr/share/bash-completion/bash_completion; _comp_load signalboxctl; complete -p signalboxctl",
                    XDG_DATA_DIRS=f"{PREFIX}/share:/usr/share", PATH=f"{PREFIX}/bin:{os.environ['PATH']}")
        self.assertEqual(found, "complete -F _signalboxctl signalboxctl\n")

    def test_window(self):
        """With the schema that was installed, and not the one of the build directory."""
        environment = signalbox.ENVIRONMENT
        signalbox.ENVIRONMENT = {**environment, "XDG_DATA_DIRS": f"{PREFIX}/share:/usr/share"}
        build, signalbox.BUILD = signalbox.BUILD, "/nonexistent"
        try:
            with window.Window({"port": "0"}) as program:
                program.wait_listening()
                self.assertEqual(program.ctl("status")["program"], "signalbox")
                program.check_alive()
        finally:
            signalbox.ENVIRONMENT, signalbox.BUILD = environment, build


if __name__ == "__main__":
    tap.main()
