# SPDX-License-Identifier: GPL-3.0-or-later
"""The window, as assistive technologies find and use it. To be run by tests/app/with-display."""
import glob
import os
import re
import resource
import subprocess

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

import signalbox  # noqa: E402

SIGNALBOX = os.path.join(signalbox.BUILD, "src", "app", "signalbox")
# For a build with sanitizers: known-leaks.c.
PRELOAD = os.environ.get("SIGNALBOX_TEST_PRELOAD")

# A busy machine answers late.
Atspi.set_timeout(20000, 20000)


class Widget:
    """One accessible, found again by the way it was found: widgets come and go."""

    def __init__(self, node):
        self.node = node

    @property
    def name(self):
        return self.node.get_name()

    @property
    def description(self):
        return self.node.get_description()

    @property
    def text(self):
        """What a label or an entry says."""
        text = self.node.get_text_iface()
        return Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)) if text is not None else ""

    def actions(self):
        action = self.node.get_action_iface()
        try:
            return [action.get_action_name(number) for number in range(action.get_n_actions())] if action else []
        except GLib.Error:
            # GTK counts actions of some labels that it does not name.
            return []

    def do(self, name):
        assert self.node.get_action_iface().do_action(self.actions().index(name)), f"{name} of {self.name} was refused"

    def write(self, text):
        assert self.node.get_editable_text_iface().set_text_contents(text), f"{self.name} cannot be written"

    def has(self, state):
        return self.node.get_state_set().contains(state)

    def children(self):
        for number in range(self.node.get_child_count()):
            child = self.node.get_child_at_index(number)
            if child is not None:
                yield Widget(child)

    def walk(self):
        """What is shown, this first, what it holds behind it."""
        if not self.has(Atspi.StateType.SHOWING):
            return
        yield self
        for child in self.children():
            yield from child.walk()

    def list(self):
        """All that is shown, for a test's log."""
        return [f"{widget.node.get_role_name()} {widget.name!r} {widget.description!r} "
                f"{[name for name in widget.actions() if not re.match('clipboard|selection|link|menu', name)]}"
                for widget in self.walk() if widget.name]


def keep_core():
    """In the child: what breaks off leaves its memory in the directory where it runs, unless the system has another place for it."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


class Window(signalbox.Server):
    """signalbox on a fresh directory, driven by accessibility."""

    def start(self):
        self.log = open(os.path.join(self.directory, "log"), "ab")
        environment = {**signalbox.ENVIRONMENT, "GSETTINGS_SCHEMA_DIR": os.path.join(signalbox.BUILD, "data")}
        if PRELOAD:
            environment["LD_PRELOAD"] = PRELOAD
        self.process = subprocess.Popen([SIGNALBOX, "--data", self.directory], stdout=subprocess.PIPE, stderr=self.log,
                                        env=environment, cwd=self.directory, preexec_fn=keep_core)
        self.frame = signalbox.wait_until(self._find_frame, "the window is open")
        return self

    def wait_listening(self):
        """Until the server in it accepts clients."""
        self.port = signalbox.wait_until(self._listening, "the server listens")["port"]
        self.url = f"ws://127.0.0.1:{self.port}"

    def _listening(self):
        status = self.ctl("status")
        return status if status["state"] == "listening" else None

    def _frames(self):
        self.check_alive()
        desktop = Widget(Atspi.get_desktop(0))
        desktop.node.clear_cache()
        return [frame for application in desktop.children() if application.node.get_process_id() == self.process.pid
                for frame in application.children()]

    def _find_frame(self):
        return next(iter(self._frames()), None)

    def turn_to_new(self, title, *known):
        """From here on at the window of that title that is none of those known; gives it."""
        self.frame = signalbox.wait_until(
            lambda: next((frame for frame in self._frames() if frame.name == title and all(frame.node != other.node for other in known)), None),
            f"another window “{title}” is open")
        return self.frame

    def check_alive(self):
        assert self.process.poll() is None, f"the window ended with {self.process.returncode}\n{self.read_log()}"

    def read_log(self):
        """With where each thread was, if it broke off: a warning that comes once in a thousand times has to tell then."""
        return super().read_log() + "".join(self._read_core(core) for core in glob.glob(os.path.join(self.directory, "core*")))

    def _read_core(self, core):
        command = ["gdb", "-batch", "-nx", "-ex", "backtrace", "-ex", "thread apply all backtrace 12", SIGNALBOX, core]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"its core was not read: {error}\n"
        return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("[New LWP"))

    def check_log(self):
        """What GTK or Signalbox complained of."""
        log = self.read_log()
        assert not re.search(r"WARNING|CRITICAL|ERROR", log), log

    def __exit__(self, *exception):
        try:
            if exception[0] is None:
                self.check_log()
        finally:
            super().__exit__(*exception)

    # --- looking ---

    def find(self, matches, below=None):
        """The first shown widget that matches, or None; below is the name of a widget that holds it."""
        self.check_alive()
        # What libatspi keeps is brought up to date by a main loop, which there is not.
        self.frame.node.clear_cache()
        try:
            for root in self.frame.walk():
                if below is None or root.name == below:
                    found = next((widget for widget in root.walk() if matches(widget)), None)
                    if found is not None or below is None:
                        return found
            return None
        except GLib.Error:
            # It went while it was looked at.
            return None

    def wait_for(self, matches, what, below=None):
        try:
            return signalbox.wait_until(lambda: self.find(matches, below), what)
        except AssertionError as error:
            raise AssertionError(f"{error}; there are:\n" + "\n".join(self.frame.list())) from None

    def wait_for_name(self, name, below=None):
        return self.wait_for(lambda widget: widget.name == name, f"there is “{name}”", below)

    def wait_for_text(self, text, below=None):
        """Until a label says it whose name is not what it says, as that of a status."""
        return self.wait_for(lambda widget: widget.node.get_text_iface() is not None and widget.text == text,
                             f"“{text}” is said", below)

    def wait_gone(self, name, below=None):
        signalbox.wait_until(lambda: not self.find(lambda widget: widget.name == name, below), f"“{name}” is gone")

    # --- doing ---

    def do(self, name, action="click", below=None):
        """Does the action of the widget of that name, when it is there and can be used."""
        def usable(widget):
            return widget.name == name and action in widget.actions() and widget.has(Atspi.StateType.SENSITIVE)

        self.wait_for(usable, f"“{name}” can {action}", below).do(action)

    def go_to(self, page):
        self.do(page, "page.open", below="Pages")

    def write(self, name, text, below=None):
        def writable(widget):
            return widget.name == name and widget.node.get_editable_text_iface() is not None

        self.wait_for(writable, f"“{name}” can be written", below).write(text)

    def select(self, name, below):
        """Selects the row of that name in the list or table @below."""
        def holds(widget):
            return (widget.node.get_selection_iface() is not None and
                    any(child.name == name for child in widget.children()))

        rows = self.wait_for(holds, f"“{name}” is in “{below}”", below)
        position = [child.name for child in rows.children()].index(name)
        assert rows.node.get_selection_iface().select_child(position), f"{name} cannot be selected"

    # --- what many tests do ---

    def issue_by_clicking(self, label):
        """Issues a token as a person would; gives its secret."""
        self.go_to("Tokens")
        self.do("Issue Token…")
        self.write("Label, Such as Who or What Will Use It", label, below="Issue Token")
        self.do("Issue", below="Issue Token")
        hidden = self.wait_for(lambda widget: widget.name.startswith("sbx_"), "the token", below="Store the Token")
        assert "•" in hidden.name, hidden.name
        self.do("Show Token")
        secret = self.wait_for(lambda widget: widget.name.startswith("sbx_") and "•" not in widget.name,
                               "the token is shown", below="Store the Token").name
        self.do("I Have Stored It")
        self.wait_gone("Store the Token")
        assert re.fullmatch("sbx_[0-9A-Za-z]{36}", secret), "the token is not of its form"
        return secret
