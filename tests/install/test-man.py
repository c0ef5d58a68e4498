# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages: well-formed, and of the same commands and options that the programs themselves name in their help."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))
import signalbox  # noqa: E402
import tap  # noqa: E402

PAGES = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "data", "man")
SIGNALBOX = os.path.join(signalbox.BUILD, "src", "app", "signalbox")
# Of the toolkit: what it offers besides changes with its version.
TOOLKIT = {"--help-all", "--help-gapplication", "--help-gtk", "--gapplication-service", "--gapplication-replace", "--gapplication-app-id"}


def page(name):
    with open(os.path.join(PAGES, name), encoding="utf-8") as file:
        return file.read()


def complaints(name, text):
    """What mandoc has against it, but that it does not find the other pages, which are not installed."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", path], capture_output=True, text=True, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if "referenced manual not found" not in line]


def options_in(text):
    """What mdoc(7) source names as options: the arguments of the macro Fl."""
    found = set()
    for line in re.findall(r"^\.(.*)$", text, re.MULTILINE):
        inside = False
        for word in line.split():
            if re.fullmatch(r"[A-Z][a-z]", word):
                inside = word == "Fl"
            elif inside and re.fullmatch(r"-?[a-z-]+", word):
                found.add("-" + word)
    return found


def help_of(*command):
    done = subprocess.run([*command], capture_output=True, text=True, timeout=signalbox.DEADLINE, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def options_of_help(text):
    found = set()
    for line in re.findall(r"^  (-.*)$", text, re.MULTILINE):
        match = re.match(r"(?:(-\w), )?(--[\w-]+)", line)
        found |= {option for option in match.groups() if option}
    return found


def commands_of_page(text):
    """Each command with its words, and what the page says of it."""
    begun = re.split(r"^\.It Cm ", text.split("\n.Sh ENVIRONMENT")[0], flags=re.MULTILINE)[1:]
    commands = {}
    for part in begun:
        line = part.split("\n", 1)[0]
        name = re.match(r"[a-z ]+", line)[0].strip()
        arguments = re.search(r"^[a-z ]+Ar ([A-Z ]+?)(?: Op.*)?$", line)
        commands[name] = (arguments[1] if arguments else "", ".It Cm " + re.split(r"^\.S[sh] ", part, flags=re.MULTILINE)[0])
    return commands


class Manual(unittest.TestCase):
    def test_well_formed(self):
        for name in sorted(os.listdir(PAGES)):
            if name != "meson.build":
                self.assertEqual(complaints(name, page(name)), [])
                self.assertNotEqual(complaints(name, page(name).replace(".Sh NAME", ".Xy NAME")), [])

    def test_signalboxd(self):
        self.assertEqual(options_in(page("signalboxd.8").split(".Sh SIGNALS")[0]), options_of_help(help_of(signalbox.SIGNALBOXD, "--help")))

    def test_signalbox(self):
        known = options_of_help(help_of(SIGNALBOX, "--help-all"))
        self.assertIn("--background", known)
        said = options_in(page("signalbox.1"))
        self.assertEqual(said - TOOLKIT, known - TOOLKIT)
        self.assertLessEqual(said, known)

    def test_commands(self):
        listed = re.findall(r"^  (\S.*?)  ", help_of(signalbox.SIGNALBOXCTL, "--help"), re.MULTILINE)
        known = {re.match(r"[a-z ]+", line)[0].strip(): " ".join(re.findall(r"\b[A-Z]+\b", line)) for line in listed}
        self.assertGreaterEqual(len(known), 40)
        self.assertEqual({name: arguments for name, (arguments, _) in commands_of_page(page("signalboxctl.1")).items()}, known)

    def test_options_of_commands(self):
        text = page("signalboxctl.1")
        commands = commands_of_page(text)
        common = {"--help", "-h", "--data", "-d", "--json", "-j"}
        self.assertEqual(options_in(re.search(r"\.Sh OPTIONS.*?\.Sh", text, re.DOTALL)[0]) - {"--version"}, common)
        for name, (_, said) in commands.items():
            known = options_of_help(help_of(signalbox.SIGNALBOXCTL, *name.split(), "--help"))
            own = options_in(said) - {"--version"}
            self.assertLessEqual(own, known, name)
            # "Takes the options of .Cm OTHER"
            for other in re.findall(r"^\.Cm ([a-z ]+[a-z])", said, re.MULTILINE):
                own |= options_in(commands[other][1])
            shorts = {option for option in known if len(option) == 2}
            self.assertLessEqual(known - common - shorts, own, name)

    def test_versions_agree(self):
        versions = {help_of(program, "--version").split()[-1] for program in (SIGNALBOX, signalbox.SIGNALBOXD, signalbox.SIGNALBOXCTL)}
        self.assertEqual(len(versions), 1, versions)
        for program in (SIGNALBOX, signalbox.SIGNALBOXD, signalbox.SIGNALBOXCTL):
            self.assertEqual(help_of(program, "--version"), f"{os.path.basename(program)} {min(versions)}\n")


if __name__ == "__main__":
    tap.main()
