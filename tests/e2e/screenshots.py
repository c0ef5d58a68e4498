#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""screenshots.py DIRECTORY [LANGUAGE…]: pictures of every page, panel and dialog of the window, with real clients connected and
talking: light, dark, narrow, small, very large, with large text, and before anybody was there. With languages, each in a folder of
its own instead: every page, panel and dialog, wide and narrow. Called by ./run --screenshots, on a virtual display."""
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading

import clients
import signalbox

HERE = os.path.dirname(os.path.abspath(__file__))
SNAP_WINDOW = os.path.join(signalbox.BUILD, "tests", "app", "snap-window")
WITH_DISPLAY = os.path.join(os.path.dirname(HERE), "app", "with-display")

# Label, options, and the clients that come with it: the name they give, and their channel.
TOKENS = [
    ("Stage left", ["--channels", "/cues,/stage/**"], [("lights", "/stage/lights"), ("curtain", "/stage/curtain"), ("desk", "/cues")]),
    ("Lobby screens", ["--channels", "/screens/*", "--read-only"],
     [(f"screen {number}", "/screens/lobby") for number in range(1, 6)]),
    ("Scoreboard", ["--channels", "/score"], [("north", "/score"), ("south", "/score")]),
    ("Workshop sensors", ["--channels", "/lab/**", "--rate", "20"],
     [("oven", "/lab/oven"), ("kiln", "/lab/kiln"), ("door", "/lab/door"), ("bench 2", "/lab/bench")]),
    ("Team Heron", ["--channels", "/teams/heron", "--expires", "3d"], [("anna", "/teams/heron"), ("jo", "/teams/heron")]),
    ("Team Otter", ["--channels", "/teams/otter", "--expires", "3d"], [("mika", "/teams/otter"), ("sam", "/teams/otter")]),
    ("Guest pass", ["--expires", "2h", "--max-connections", "5"], [("phone", "/"), ("laptop", "/")]),
]
MESSAGES = {
    "/stage": lambda n: {"cue": n, "go": True, "fade": 1.5},
    "/cues": lambda n: {"cue": n, "standby": ["lights", "curtain"]},
    "/screens": lambda n: {"shown": n},
    "/score": lambda n: {"home": n // 3, "away": n // 5, "period": 2},
    "/lab": lambda n: {"temperature": 21.5 + n % 7 / 10, "humidity": 40 + n % 9},
    "/teams": lambda n: {"turn": n, "move": "d4 e5".split()[n % 2]},
    "/": lambda n: {"text": "Hello!", "n": n},
}
BROKEN = ['{"temperature":21.5,}', '{"temperature":NaN}', "temperature: 21.5"]


class Crowd:
    """Clients that talk until they are told to stop."""

    def __init__(self):
        self.clients = []
        self.stopping = threading.Event()

    def add(self, url, secret, name, channel, listens_only):
        client = clients.PythonClient()
        client.open(f"{url}{channel}?name={name.replace(' ', '%20')}", secret)
        self.clients.append(client)
        threading.Thread(target=self._listen, args=(client,), daemon=True).start()
        if listens_only:
            return
        make = next(make for prefix, make in MESSAGES.items() if channel.startswith(prefix))
        threading.Thread(target=self._talk, args=(client, make, name == "kiln"), daemon=True).start()

    def _listen(self, client):
        try:
            for _ in client.socket:
                pass
        except clients.websockets.exceptions.ConnectionClosed:
            pass

    def _talk(self, client, make, broken):
        chance = random.Random(len(self.clients))
        number = 0
        while not self.stopping.wait(chance.uniform(0.2, 1.5)):
            number += 1
            try:
                client.send(chance.choice(BROKEN) if broken and number % 3 == 2 else json.dumps(make(number)))
            except clients.websockets.exceptions.ConnectionClosed:
                return


def density(path):
    """Compressed bytes for each pixel of a PNG: one colour compresses to next to nothing."""
    with open(path, "rb") as file:
        data = file.read()
    width, height = struct.unpack(">II", data[16:24])
    return len(data) / (width * height)


def snap(directory, server, options, environment=None):
    """The program that draws the window, on the server's directory."""
    return subprocess.Popen([SNAP_WINDOW, "--data", server.directory, "--out", directory, *options], stdout=subprocess.PIPE, text=True,
                            env={**signalbox.ENVIRONMENT, "GSETTINGS_SCHEMA_DIR": os.path.join(signalbox.BUILD, "data"),
                                 **(environment or {})})


def finish(process):
    try:
        if process.wait(400) != 0:
            sys.exit("The pictures could not be taken.")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def take_first(directory):
    server = signalbox.Server({"port": 0, "start-on-launch": "false"})
    try:
        finish(snap(directory, server, ["--set", "first"]))
    finally:
        server.clean()


def take(directory, options, environment=None):
    server = signalbox.Server({"port": 0, "max-clients-per-address": 100})
    secrets = {}
    for label, choices, _ in TOKENS:
        secrets[label] = server.issue(label, *choices)
    old = server.issue("Old tablet")
    server.ctl("token", "revoke", str(old[1]))
    total = sum(len(members) for _, _, members in TOKENS)
    crowd = Crowd()
    process = snap(directory, server, ["--clients", str(total), *options], environment)
    try:
        url = next(re.match(r"listening on (ws://[^/\s]+)", line)[1] for line in process.stdout
                   if line.startswith("listening on"))
        clients.PythonClient().refusal(url + "/", "sbx_" + "0" * 36)
        clients.PythonClient().refusal(url + "/lab/oven", old[0])
        for label, choices, members in TOKENS:
            for name, channel in members:
                crowd.add(url, secrets[label][0], name, channel, "--read-only" in choices)
        server.ctl("broadcast", '{"notice":"Doors open in five minutes"}')
        server.ctl("broadcast", "--retain", "--channel", "/screens/*", '{"show":"welcome","seconds":30}')
        server.ctl("template", "save", "Doors open", '{"notice":"Doors open in five minutes"}')
        server.ctl("template", "save", "Welcome", '{"show":"welcome","seconds":30}', "--channel", "/screens/*")
        finish(process)
    finally:
        crowd.stopping.set()
        for client in crowd.clients:
            client.end()
        if process.poll() is None:
            process.kill()
            process.wait()
        server.clean()


def take_in(language, directory):
    """The C library translates nothing in C.UTF-8, the only locale that is everywhere: a copy of it by another name will do. Of that
    name the toolkit takes only which way is written."""
    catalogue = os.path.join(signalbox.BUILD, "po", language, "LC_MESSAGES", "signalbox.mo")
    if not os.path.exists(catalogue):
        sys.exit(f"There is no translation into {language}.")
    places = tempfile.mkdtemp(prefix="signalbox-locale-")
    name = language if "_" in language else f"{language}_{language.upper()}"
    shutil.copytree("/usr/lib/locale/C.utf8", os.path.join(places, f"{name}.utf8"))
    try:
        take(directory, ["--seconds", "3", "--set", "tour", "--words", os.path.join(signalbox.BUILD, "po")],
             {"LOCPATH": places, "LC_ALL": f"{name}.UTF-8", "LANGUAGE": language})
    finally:
        shutil.rmtree(places)


def check(directory, styles, others):
    """Every page in every style, and what else must be there, without a picture that shows nothing."""
    pictures = sorted(name for name in os.listdir(directory) if name.endswith(".png"))
    for page in ("overview", "clients", "traffic", "broadcast", "tokens", "rules", "audit"):
        others = [f"{page}-{style}.png" for style in styles] + list(others)
    for name in others:
        if name not in pictures:
            sys.exit(f"{name} is missing.")
        # Much of a very large window is empty, and of one that covers the other as well.
        if density(os.path.join(directory, name)) < (0.001 if name.endswith("-4k.png") else 0.01):
            sys.exit(f"{name} is blank.")
    for style in {"light", "dark", "narrow"} & set(styles):
        if sum(name.startswith("dialog-") and name.endswith(f"-{style}.png") for name in pictures) < 38:
            sys.exit(f"There are dialogs missing that are {style}.")
    print(f"{len(pictures)} pictures in {directory}")


def main():
    if len(sys.argv) < 2:
        sys.exit("Usage: screenshots.py DIRECTORY [LANGUAGE…]")
    directory = os.path.abspath(sys.argv[1])
    if "SIGNALBOX_ON_DISPLAY" not in os.environ:
        os.environ["SIGNALBOX_ON_DISPLAY"] = "1"
        os.environ["SCREEN"] = "3900x2240"
        os.execv(WITH_DISPLAY, [WITH_DISPLAY, sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    for language in sys.argv[2:]:
        place = os.path.join(directory, language)
        os.makedirs(place, exist_ok=True)
        take_in(language, place)
        check(place, ["light", "narrow"], [])
    if len(sys.argv) == 2:
        os.makedirs(directory, exist_ok=True)
        take_first(directory)
        take(directory, ["--seconds", "8"])
        check(directory, ["light", "dark", "narrow", "small", "4k", "large-text", "stopped", "first", "stopped-narrow", "first-narrow"],
              ["broadcast-repeating.png", "clients-panel.png", "clients-several.png", "clients-left.png", "clients-sheet.png",
               "traffic-detail.png", "rules-editor.png", "rules-fault.png", "rules-bench.png", "rules-suggest.png",
               "rules-suggested.png", "panel-sidebar-narrow.png", "overview-degraded.png", "clients-degraded-narrow.png",
               "overview-failed.png", "clients-failed-narrow.png"])


if __name__ == "__main__":
    main()
