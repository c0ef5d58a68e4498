# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs under test: a daemon on a directory of its own, and the command line."""
import ctypes
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

BUILD = os.environ["SIGNALBOX_BUILD_DIR"]
SIGNALBOXD = os.path.join(BUILD, "src", "daemon", "signalboxd")
SIGNALBOXCTL = os.path.join(BUILD, "src", "ctl", "signalboxctl")
# s. Times how patient ./check has meson be: sanitizers make everything slower.
DEADLINE = 20 * int(os.environ.get("SIGNALBOX_TEST_PATIENCE", "1"))
# A warning ends the program, and so fails the test.
ENVIRONMENT = {**os.environ, "G_DEBUG": "fatal-warnings"}


def wait_until(condition, what, deadline=DEADLINE):
    """Polls until condition() is true; what it gave is returned."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s in vain until {what}")
        time.sleep(0.01)


def die_with_test():
    """In the child: a test that is killed must not leave its daemon running."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class CommandFailed(Exception):
    def __init__(self, status, message):
        super().__init__(f"exit status {status}: {message}")
        self.status = status
        self.message = message


class Server:
    """signalboxd on a fresh directory and a free port."""

    def __init__(self, settings=None, directory=None):
        self.directory = directory or tempfile.mkdtemp(prefix="signalbox-e2e-")
        self.process = None
        self.port = None
        self.url = None
        if settings:
            with open(os.path.join(self.directory, "settings.ini"), "w") as file:
                file.write("[server]\n" + "".join(f"{key}={value}\n" for key, value in settings.items()))

    def start(self):
        self.log = open(os.path.join(self.directory, "log"), "ab")
        self.process = subprocess.Popen([SIGNALBOXD, "--data", self.directory, "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, stderr=self.log, env=ENVIRONMENT, preexec_fn=die_with_test)
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE)
        line = self.process.stdout.readline().decode() if ready else ""
        match = re.fullmatch(r"listening on (wss?)://127\.0\.0\.1:(\d+)\n", line)
        if not match:
            raise AssertionError(f"signalboxd said {line!r} instead of where it listens\n{self.read_log()}")
        self.port = int(match[2])
        self.url = f"{match[1]}://127.0.0.1:{self.port}"
        return self

    def read_log(self):
        with open(os.path.join(self.directory, "log"), "rb") as file:
            return file.read().decode(errors="replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.log.close()
        self.process = None

    def stop(self):
        """Asks politely; says how it ended."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return status

    def clean(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            if self.process is not None:
                status = self.stop()
                assert status == 0, f"signalboxd ended with {status}\n{self.read_log()}"
        finally:
            self.clean()

    def ctl(self, *words):
        """Runs signalboxctl --json and gives what it printed."""
        done = subprocess.run([SIGNALBOXCTL, "--data", self.directory, *words, "--json"],
                              capture_output=True, text=True, timeout=DEADLINE * 2, env=ENVIRONMENT)
        if done.returncode != 0:
            raise CommandFailed(done.returncode, done.stderr.strip())
        return json.loads(done.stdout)

    def issue(self, label, *options):
        """A new token: (secret, id)."""
        token = self.ctl("token", "issue", "--label", label, *options)
        return token["secret"], token["id"]
