# SPDX-License-Identifier: GPL-3.0-or-later
"""What a key pressed in a shell offers behind signalboxctl: in a real bash with bash-completion, and, where they are installed, zsh and fish."""
import os
import shutil
import subprocess
import tempfile
import unittest

from signalbox import DEADLINE, SIGNALBOXCTL, Server
from websockets.sync.client import connect

import tap

COMPLETIONS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "data", "completions")
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"

# What bash does when Tab is pressed at the end of a line, by its own means: the line is split as bash splits it.
BASH = r"""
. "$1" && . "$2" || exit 1
COMP_LINE=$3 COMP_POINT=${#3}
eval "$4"
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_signalboxctl signalboxctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.room = cls.server.issue("left screen", "--channels", "/room/*,/news")
        cls.gone = cls.server.issue("old phone")
        cls.server.ctl("token", "revoke", str(cls.gone[1]))
        cls.server.ctl("rule", "set", "/room/*", "--binary", "off")
        cls.server.ctl("template", "save", "stop all", "[1]")
        cls.server.ctl("schedule", "add", "[1]", "--every", "1h")
        cls.server.ctl("block", "192.0.2.7")
        cls.home = tempfile.mkdtemp(prefix="signalbox-home-")
        cls.environment = {**os.environ, "HOME": cls.home, "PATH": os.path.dirname(SIGNALBOXCTL) + ":" + os.environ["PATH"]}

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.clean()
        shutil.rmtree(cls.home)

    def ask(self, *words):
        """What the program itself offers, word and description."""
        done = subprocess.run([SIGNALBOXCTL, "--complete", "--data", self.server.directory, *words], capture_output=True,
                              text=True, timeout=DEADLINE, check=False, env=self.environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return dict(line.split("\t", 1) if "\t" in line else (line, "") for line in done.stdout.splitlines())

    def press(self, line, split):
        """What Tab offers in bash at the end of LINE, that bash splits into the words SPLIT."""
        words = "COMP_WORDS=(" + " ".join("'" + word.replace("'", "'\\''") + "'" for word in split) + ")"
        done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", BASH_COMPLETION,
                               os.path.join(COMPLETIONS, "signalboxctl.bash"), line, words],
                              capture_output=True, text=True, timeout=DEADLINE, check=False, env=self.environment, cwd=self.home)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout.splitlines()

    def bash(self, *words):
        words = ["signalboxctl", "--data", self.server.directory, *words]
        return self.press(" ".join(words), words)

    # --- what the program says

    def test_every_command_of_the_help(self):
        done = subprocess.run([SIGNALBOXCTL, "--help"], capture_output=True, text=True, timeout=DEADLINE, check=True)
        commands = [line.split("  ")[1].split() for line in done.stdout.splitlines() if line.startswith("  ")]
        commands = [[word for word in command if not word.isupper()] for command in commands]
        self.assertGreaterEqual(len(commands), 40)
        first = self.ask("")
        self.assertEqual(set(first), {command[0] for command in commands})
        for command in commands:
            if len(command) == 2:
                self.assertIn(command[1], self.ask(command[0], ""))
                self.assertNotEqual(self.ask(command[0], command[1])[command[1]], "")

    def test_every_option_of_the_help(self):
        self.assertEqual(set(self.ask("--")), {"--data", "--json", "--help", "--version"})
        for command in (["token", "issue"], ["rule", "set"], ["broadcast"], ["clients"], ["schedule", "add"]):
            done = subprocess.run([SIGNALBOXCTL, *command, "--help"], capture_output=True, text=True, timeout=DEADLINE, check=True)
            known = {word.split("=")[0] for word in done.stdout.split() if word.startswith("--")}
            self.assertEqual(set(self.ask(*command, "-")), known, command)

    def test_what_the_server_has(self):
        room, gone = str(self.room[1]), str(self.gone[1])
        self.assertEqual(self.ask("token", "revoke", ""), {room: "left screen, active"})
        self.assertEqual(self.ask("token", "restore", ""), {gone: "old phone, revoked"})
        self.assertEqual(set(self.ask("broadcast", "[1]", "--token", "")), {room, gone})
        self.assertEqual(self.ask("rule", "show", ""), {"/room/*": ""})
        self.assertEqual(list(self.ask("template", "send", "").values()), ["stop all"])
        self.assertEqual(list(self.ask("schedule", "stop", "").values()), ["everyone"])
        self.assertEqual(list(self.ask("unblock", "")), ["192.0.2.7"])
        self.assertEqual(self.ask("settings", "get", "max-de"), {"max-depth": "64"})
        self.assertEqual(set(self.ask("settings", "set", "compression", "")), {"true", "false"})
        self.assertEqual(self.ask("settings", "set", "max-depth", ""), {"64": ""})
        with connect(self.server.url + "/room/1", additional_headers={"Authorization": "Bearer " + self.room[0]}):
            clients = self.ask("disconnect", "")
            self.assertEqual(list(clients.values()), ["left screen, /room/1"])
            self.assertEqual(self.ask("send", ""), clients)
            self.assertIn("127.0.0.1", self.ask("block", ""))
            self.assertEqual(set(self.ask("broadcast", "-c", "")), {"/room/*", "/room/1"})

    def test_values_of_options(self):
        self.assertEqual(set(self.ask("rule", "set", "/x", "--binary=")), {"--binary=on", "--binary=off"})
        self.assertEqual(set(self.ask("rule", "set", "/x", "--on-failure", "d")), {"drop", "disconnect"})
        self.assertEqual(set(self.ask("token", "list", "--state", "exp")), {"expiring", "expired"})
        self.assertEqual(set(self.ask("rule", "set", "/x", "--schema", "")), {":files"})
        self.assertEqual(set(self.ask("--data", "")), {":directories"})
        self.assertEqual(set(self.ask("token", "import", "")), {":files"})
        # The value of an option is no word of the command; behind "--" nothing is an option.
        self.assertIn("issue", self.ask("--data", self.server.directory, "token", ""))
        self.assertEqual(self.ask("token", "issue", "--label", ""), {})
        self.assertEqual(self.ask("token", "revoke", "--", "-"), {})

    def test_silent_where_nothing_runs(self):
        empty = tempfile.mkdtemp(dir=self.home)
        for words in (["token", "revoke", ""], ["settings", "get", ""], ["disconnect", ""]):
            done = subprocess.run([SIGNALBOXCTL, "--complete", "--data", empty, *words], capture_output=True, text=True,
                                  timeout=DEADLINE, check=False, env=self.environment)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(os.listdir(empty), [])

    # --- bash

    def test_bash(self):
        self.assertEqual(self.bash("tok"), ["token"])
        self.assertEqual(self.bash("token", "iss"), ["issue"])
        self.assertEqual(self.bash("token", "revoke", ""), [str(self.room[1])])
        self.assertEqual(self.bash("token", "issue", "--max"), ["--max-connections"])
        self.assertEqual(self.bash("nonsense", ""), [])

    def test_bash_quotes(self):
        self.assertEqual(self.bash("rule", "show", "/r"), ["/room/\\*"])
        self.assertEqual(self.bash("rule", "show", "/room/\\"), ["/room/\\*"])
        self.assertEqual(self.bash("rule", "show", "'/r"), ["/room/*"])

    def test_bash_behind_an_equals_sign(self):
        # bash makes three words of it and replaces the last.
        words = ["signalboxctl", "rule", "set", "/x", "--on-failure", "=", "d"]
        self.assertEqual(self.press("signalboxctl rule set /x --on-failure=d", words), ["drop", "disconnect"])
        words[-1:] = []
        self.assertEqual(self.press("signalboxctl rule set /x --on-failure=", words), ["reply", "drop", "disconnect"])

    def test_bash_files(self):
        with open(os.path.join(self.home, "room schema.json"), "w", encoding="utf-8"):
            pass
        os.mkdir(os.path.join(self.home, "roof"))
        try:
            self.assertEqual(sorted(self.bash("rule", "set", "/x", "--schema", "roo")), ["roof", "room schema.json"])
            self.assertEqual(self.press("signalboxctl --data roo", ["signalboxctl", "--data", "roo"]), ["roof"])
        finally:
            os.rmdir(os.path.join(self.home, "roof"))
            os.remove(os.path.join(self.home, "room schema.json"))

    # --- the others

    def test_zsh_reads_its_file(self):
        zsh = shutil.which("zsh")
        if zsh is None:
            self.skipTest("zsh is not installed")
        done = subprocess.run([zsh, "-f", "-n", os.path.join(COMPLETIONS, "_signalboxctl")], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_fish(self):
        fish = shutil.which("fish")
        if fish is None:
            self.skipTest("fish is not installed")
        script = f"source {COMPLETIONS}/signalboxctl.fish; complete --do-complete 'signalboxctl --data {self.server.directory} token revoke '"
        done = subprocess.run([fish, "--no-config", "-c", script], capture_output=True, text=True, check=False, env=self.environment)
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.room[1]}\tleft screen, active\n"), done)


if __name__ == "__main__":
    tap.main()
