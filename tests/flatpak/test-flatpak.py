# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed Flatpak, from outside its sandbox: the window by accessibility, the server by a real client, the command line
by `flatpak run --command=signalboxctl`. Called by tests/flatpak/run as a plain user on a virtual display."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

import clients  # noqa: E402
import person  # noqa: E402
import portal  # noqa: E402
import signalbox  # noqa: E402
import tap  # noqa: E402
import window  # noqa: E402
import xpicture  # noqa: E402

APP = os.environ["FLATPAK_APP"]
DATA = os.path.join(os.environ["HOME"], ".var", "app", APP, "data", "signalbox")
# What is set for programs outside of a sandbox.
FOREIGN = ("FONTCONFIG_FILE", "GSETTINGS_BACKEND", "ADW_DISABLE_PORTAL", "G_DEBUG")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in FOREIGN}


class Installed(person.Person):
    """The program in its sandbox, on the data it keeps there."""

    def __init__(self):
        os.makedirs(DATA, exist_ok=True)
        super().__init__(directory=DATA)

    def start(self):
        self.log = open(os.path.join(os.environ["HOME"], "log"), "ab")
        self.process = subprocess.Popen(["flatpak", "run", APP], stdout=subprocess.PIPE, stderr=self.log, env=ENVIRONMENT)
        self.frame = signalbox.wait_until(self._find_frame, "the window is open", deadline=60)
        return self

    def read_log(self):
        with open(os.path.join(os.environ["HOME"], "log"), "rb") as file:
            return file.read().decode(errors="replace")

    def _find_frame(self):
        """By name: the process that the accessibility bus sees is the sandbox's proxy."""
        self.check_alive()
        desktop = window.Widget(window.Atspi.get_desktop(0))
        desktop.node.clear_cache()
        for application in desktop.children():
            if application.name in (APP, "signalbox"):
                return next(application.children(), None)
        return None

    def window_is_gone(self):
        frame = self._find_frame()
        return frame is None or not frame.has(window.Atspi.StateType.SHOWING)

    def check_log(self):
        pass  # what libraries say of a desktop that is not there is no fault of the program

    def clean(self):
        if self.process is not None:
            subprocess.run(["flatpak", "kill", APP], check=False, env=ENVIRONMENT)
            self.process.wait(signalbox.DEADLINE)
            self.process.stdout.close()
            self.log.close()
            self.process = None

    def quit(self):
        """By the application's own action, as its menu does it."""
        subprocess.run(["gapplication", "action", APP, "quit"], check=True, env=ENVIRONMENT)
        status = self.process.wait(signalbox.DEADLINE)
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return status

    def __exit__(self, *_):
        self.clean()

    def ctl(self, *words):
        done = subprocess.run(["flatpak", "run", "--command=signalboxctl", APP, *words, "--json"],
                              capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
        if done.returncode != 0:
            raise signalbox.CommandFailed(done.returncode, done.stderr.strip())
        return json.loads(done.stdout)

    def _listening(self):
        try:
            return super()._listening()
        except signalbox.CommandFailed:
            return None


class FlatpakTest(unittest.TestCase):
    def test_from_the_first_token_to_a_restart(self):
        os.makedirs(DATA, exist_ok=True)
        with open(os.path.join(DATA, "settings.ini"), "w", encoding="utf-8") as file:
            file.write("[server]\nport=0\nstart-on-launch=true\n")
        with Installed() as program:
            program.wait_listening()
            secret = program.issue_by_clicking("kiosk 7")
            client = clients.PythonClient()
            client.open(program.url + "/hall", secret)
            program.go_to("Clients")
            program.wait_for_name("kiosk 7", below="Clients")
            program.go_to("Broadcast")
            program.write("Message", '{"hello":1}')
            program.do("Send to 1 Client")
            self.assertEqual(client.receive(), '{"hello":1}')
            xpicture.take(os.environ["FLATPAK_PICTURE"])

            # The command line finds the running program in its sandbox.
            tokens = program.ctl("token", "list")
            self.assertEqual([token["label"] for token in tokens], ["kiosk 7"])
            program.ctl("token", "revoke", str(tokens[0]["id"]))
            self.assertEqual(client.wait_closed(), (3000, "token revoked"))
            self.assertEqual(program.quit(), 0)

        with Installed() as program:
            program.wait_listening()
            tokens = program.ctl("token", "list")
            self.assertEqual([(token["label"], token["state"]) for token in tokens], [("kiosk 7", "revoked")])
            self.assertEqual(clients.PythonClient().refusal(program.url + "/hall", secret), 401)
            program.go_to("Broadcast")
            program.wait_for(lambda widget: "1 of 1 client" in widget.name, "the broadcast is kept", below="History")

    def test_a_second_start_shows_the_first_window(self):
        with Installed() as program:
            program.wait_listening()
            second = subprocess.run(["flatpak", "run", APP], timeout=60, check=False, env=ENVIRONMENT)
            self.assertEqual(second.returncode, 0)
            program.check_alive()

    def test_portals(self):
        """What the sandbox cannot do by itself: a file that somebody chose, a notification, and to go on without a window."""
        exported = os.path.join(DATA, "exported.csv")  # it sees no other place of the host's
        desktop = portal.Portal(exported)
        try:
            with Installed() as program:
                program.wait_listening()
                program.ctl("token", "issue", "--label", "lobby")
                program.go_to("Audit")
                program.wait_for(lambda widget: "lobby" in widget.name, "the token is in the trail", below="Audit Trail")
                program.choose_in_menu("More", "_Export What Is Shown…", below="Audit")
                _, title, options = desktop.wait_for("SaveFile")
                self.assertEqual((title, options["current_name"]), ("Export Audit Trail", "audit.ndjson"))
                program.wait_for_words("Exported to", "exported.csv")
                with open(exported, encoding="utf-8") as file:
                    lines = file.read().splitlines()
                self.assertEqual(lines[0], "time,act,actor,subject,detail,count")
                self.assertTrue(any("lobby" in line for line in lines), lines)

                program.do("Close")
                program.do("Keep Running")
                desktop.wait_for("RequestBackground")
                signalbox.wait_until(lambda: program.window_is_gone(), "the window is closed")
                self.assertEqual(program.ctl("status")["state"], "listening")

                for _ in range(25):
                    self.assertEqual(clients.PythonClient().refusal(program.url + "/hall", "sbx_" + "0" * 36), 401)
                _, notification = desktop.wait_for("AddNotification")
                self.assertEqual(notification["title"], "Many Refused Sign-Ins")
                self.assertEqual((notification["default-action"], notification["default-action-target"]),
                                 ("app.show-page", ("audit", "refused")))
                # As the desktop does when it is clicked.
                subprocess.run(["gapplication", "action", APP, "show-page", "('audit', 'refused')"], check=True, env=ENVIRONMENT)
                program.frame = signalbox.wait_until(program._find_frame, "the window is back")
                program.wait_for_name("Audit Trail")
                self.assertEqual(program.quit(), 0)
        finally:
            desktop.close()

    def test_the_sandbox_has_no_files_of_the_host(self):
        shown = subprocess.run(["flatpak", "info", "--show-permissions", APP], capture_output=True, text=True, check=True, env=ENVIRONMENT)
        self.assertNotIn("filesystems", shown.stdout)
        self.assertIn("network", shown.stdout)


if __name__ == "__main__":
    tap.main()
