#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a whole, from outside: test-program.py SIGNALBOX SIGNALBOXCTL. Run by with-display. Prints TAP."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback

SIGNALBOX, SIGNALBOXCTL = sys.argv[1:3]
DEADLINE = 30


def wait_until(condition):
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return value


def status(data):
    done = subprocess.run([SIGNALBOXCTL, "--data", data, "status", "--json"], capture_output=True, text=True, timeout=DEADLINE)
    return json.loads(done.stdout) if done.returncode == 0 else None


def is_listening(data):
    answer = status(data)
    return answer if answer and answer.get("state") == "listening" else None


def count_windows():
    tree = subprocess.run(["xwininfo", "-root", "-tree"], check=True, capture_output=True, text=True, timeout=DEADLINE).stdout
    return tree.count('"Signalbox"')


def count_shown():
    """Those of them that are on the screen."""
    found = subprocess.run(["xwininfo", "-root", "-tree"], check=True, capture_output=True, text=True, timeout=DEADLINE).stdout
    ids = [line.split()[0] for line in found.splitlines() if '"Signalbox"' in line]
    states = [subprocess.run(["xwininfo", "-id", number], capture_output=True, text=True, timeout=DEADLINE).stdout for number in ids]
    return sum("Map State: IsViewable" in state for state in states)


class Window:
    """A running window on DATA; ended, whatever happens."""

    def __init__(self, data):
        self.process = subprocess.Popen([SIGNALBOX, "--data", data], stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self.process

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def make_data(parent):
    data = os.path.join(parent, "data")
    os.mkdir(data)
    with open(os.path.join(data, "settings.ini"), "w", encoding="utf-8") as settings:
        settings.write("[server]\nport=0\n")
    return data


def version(parent):
    done = subprocess.run([SIGNALBOX, "--version"], capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 0 and done.stdout.strip().endswith("0.1.0"), done


def unknown_option(parent):
    done = subprocess.run([SIGNALBOX, "--no-such-option"], capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode != 0 and "--no-such-option" in done.stderr, done


def serves_and_ends(parent):
    """Starts the server, answers signalboxctl, and ends cleanly when it is told to."""
    for number in (signal.SIGTERM, signal.SIGINT):
        data = make_data(tempfile.mkdtemp(dir=parent))
        with Window(data) as process:
            wait_until(lambda: is_listening(data))
            process.send_signal(number)
            _, errors = process.communicate(timeout=DEADLINE)
            assert process.returncode == 0, (process.returncode, errors)
            assert "CRITICAL" not in errors and "WARNING" not in errors, errors
            assert not os.path.exists(os.path.join(data, "control.sock"))


def token_issued_by_ctl_is_kept(parent):
    """The command line works through the window, and what it did is there when the window is opened again."""
    data = make_data(parent)
    for opened in (1, 2):
        with Window(data) as process:
            wait_until(lambda: is_listening(data))
            if opened == 1:
                subprocess.run([SIGNALBOXCTL, "--data", data, "token", "issue", "--label", "Kiosk"], check=True,
                               capture_output=True, timeout=DEADLINE)
            done = subprocess.run([SIGNALBOXCTL, "--data", data, "token", "list", "--json"], check=True,
                                  capture_output=True, text=True, timeout=DEADLINE)
            assert "Kiosk" in done.stdout, done.stdout
            process.terminate()
            assert process.wait(DEADLINE) == 0


def second_one_waits_for_an_answer(parent):
    """On a directory that is in use, the second window says so and does not end by itself; the first one is not disturbed."""
    data = make_data(parent)
    with Window(data) as first:
        wait_until(lambda: is_listening(data))
        with Window(data) as second:
            wait_until(lambda: count_windows() == 2)
            assert second.poll() is None
            assert is_listening(data)
            second.terminate()
            assert second.wait(DEADLINE) == 0
        assert first.poll() is None
        assert is_listening(data)
        first.terminate()
        assert first.wait(DEADLINE) == 0


def background_and_second_instance(parent):
    """--background serves without a window; opening Signalbox again shows it, and the second program is gone at once."""
    os.environ["XDG_DATA_HOME"] = parent
    data = os.path.join(parent, "signalbox")
    os.mkdir(data)
    with open(os.path.join(data, "settings.ini"), "w", encoding="utf-8") as settings:
        settings.write("[server]\nport=0\nstart-on-launch=false\n")
    first = subprocess.Popen([SIGNALBOX, "--background"], stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: is_listening(data))
        assert count_shown() == 0
        again = subprocess.run([SIGNALBOX, "--background"], capture_output=True, text=True, timeout=DEADLINE)
        assert again.returncode == 0 and count_shown() == 0, again
        again = subprocess.run([SIGNALBOX], capture_output=True, text=True, timeout=DEADLINE)
        assert again.returncode == 0, again
        wait_until(lambda: count_shown() == 1)
        again = subprocess.run([SIGNALBOX], capture_output=True, text=True, timeout=DEADLINE)
        assert again.returncode == 0 and count_shown() == 1, again
        assert first.poll() is None
        first.terminate()
        _, errors = first.communicate(timeout=DEADLINE)
        assert first.returncode == 0 and "CRITICAL" not in errors and "WARNING" not in errors, errors
    finally:
        if first.poll() is None:
            first.kill()
            first.communicate()


CASES = [version, unknown_option, serves_and_ends, token_issued_by_ctl_is_kept, second_one_waits_for_an_answer,
         background_and_second_instance]

print(f"1..{len(CASES)}", flush=True)
failed = False
for index, case in enumerate(CASES, 1):
    with tempfile.TemporaryDirectory() as directory:
        try:
            case(directory)
        except Exception:
            failed = True
            print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
            print(f"not ok {index} /program/{case.__name__.replace('_', '-')}", flush=True)
        else:
            print(f"ok {index} /program/{case.__name__.replace('_', '-')}", flush=True)
sys.exit(failed)
