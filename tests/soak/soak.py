#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""soak.py [MINUTES [SEED]]: puts signalboxd under random weather and sees what it holds on to afterwards.

In turns a storm and a calm. In a storm up to 120 visitors at once come, talk, flood, stop reading, send what is not
allowed and vanish in the middle of a frame, while tokens are issued, narrowed, rotated and revoked under them, clients
are disconnected and broadcasts sent; in the first half of the time the server is also told to stop in some storms, and
started again on the same directory. In a calm nobody is cut off, so every count must be exact. Once everybody has left,
nobody may still be counted, no descriptor be open and no memory be kept that was not there before. The last line is
"N passed, N failed", counting checks.
"""

import asyncio
import json
import os
import pathlib
import random
import resource
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import signalbox  # noqa: E402
from client import CLOSE, PATIENCE, TEXT, Client, Control, Refused, encode, request_for  # noqa: E402

STORM = 12  # s
VISITORS = 120
CALM_CLIENTS, CALM_MESSAGES, CALM_BROADCASTS = 20, 50, 5
CALM_PAD = "calm " * 80  # long enough to be compressed
# A quiet server may keep so much more than at its first quiet moment after the warm-up.
MEMORY_FACTOR, MEMORY_EXTRA = 1.2, 8 << 20
# More than the traffic log keeps, by number (100,000) as by size (64 MiB): from then on it only replaces.
WARM_UP_MESSAGES, WARM_UP_SIZE, WARM_UP_CHUNK = 110_000, 900, 2000
SETTINGS = {
    "max-attempts": 1000000, "max-message-size": "64KiB", "max-backlog": "256KiB", "max-rejected": 20,
    "ping-interval": 2, "pong-timeout": 3, "handshake-timeout": 3, "close-timeout": 1,
    "compression": "true",
}
CHANNELS = ["/", "/news", "/room/1", "/room/2"]


class Checks:
    """What was looked at, by name; one that failed once has failed."""

    def __init__(self):
        self.results = {}

    def check(self, name, ok, detail=""):
        if not ok:
            print(f"not ok: {name}: {detail}", flush=True)
        self.results[name] = self.results.get(name, True) and bool(ok)

    def equal(self, name, got, expected, detail=""):
        self.check(name, got == expected, f"{got} instead of {expected} {detail}")

    def summarize(self):
        for name, ok in self.results.items():
            print(f"{'ok' if ok else 'not ok'} {name}")
        failed = sum(not ok for ok in self.results.values())
        print(f"\n{len(self.results) - failed} passed, {failed} failed")
        return 1 if failed or not self.results else 0


class Soak:
    def __init__(self, minutes, seed):
        self.end = time.monotonic() + minutes * 60
        self.half = time.monotonic() + minutes * 30
        self.random = random.Random(seed)
        self.checks = Checks()
        self.server = signalbox.Server(SETTINGS)
        self.control = Control(self.server.directory)
        self.tokens = {}  # id → secret, of those that are valid
        self.counts = dict.fromkeys(("visits", "refused", "broadcasts", "commands", "restarts", "calms", "lines"), 0)
        self.stopping = False
        self.baseline = None  # of this process: descriptors, memory

    # --- the server ---

    async def start(self):
        # Not in a thread: the daemon is killed when the thread that started it ends (PR_SET_PDEATHSIG).
        self.server.start()
        self.stopping = False
        self.baseline = None

    async def stop(self):
        self.stopping = True
        status = await asyncio.to_thread(self.server.stop)
        self.checks.equal("the server ends with 0 when it is told to stop", status, 0)

    def process_has(self):
        """Open descriptors and resident memory, bytes."""
        process = f"/proc/{self.server.process.pid}"
        pages = int(pathlib.Path(process, "statm").read_text().split()[1])
        return len(os.listdir(f"{process}/fd")), pages * resource.getpagesize()

    async def command(self, method, path, body=None):
        """For the storm: the server may be going, and what is spoken of be gone."""
        try:
            status, answer = await self.control.ask(method, path, body)
        except (OSError, IndexError, ValueError, asyncio.IncompleteReadError):
            self.checks.check("the control interface answers while the server runs", self.stopping, f"{method} {path}")
            return 0, {}
        self.counts["commands"] += 1
        fine = status < 300 or status in (404, 409)
        self.checks.check("commands succeed, or fail for what has changed meanwhile", fine,
                          f"{method} {path} {body}: {status} {answer}")
        return status, answer

    # --- visitors ---

    async def visit_talker(self, client):
        for number in range(self.random.randint(1, 30)):
            client.send(json.dumps({"n": number, "text": "x" * self.random.randint(0, 200)}))
            await asyncio.sleep(self.random.random() * 0.05)
        await client.close()

    async def visit_flooder(self, client):
        client.write(encode(TEXT, b'{"flood":"' + b"y" * 100 + b'"}') * self.random.randint(100, 3000))
        await client.drain()
        client.cut()

    async def visit_cutter(self, client):
        frame = encode(TEXT, json.dumps({"text": "z" * self.random.randint(1, 60000)}).encode())
        client.send("1")
        client.write(frame[: self.random.randrange(1, len(frame))])
        await client.drain()
        client.cut()

    async def visit_breaker(self, client):
        bad = [b"\x81\x05Hello", b"\x83\x80\0\0\0\0", encode(TEXT, b"\xff"), encode(TEXT, b"a", 0xC0),
               encode(CLOSE, b"\x03"), encode(TEXT, b"x" * 70000), encode(9, b"p" * 126), encode(0, b"x")]
        client.write(self.random.choice(bad))
        await asyncio.wait_for(client.task, PATIENCE)
        # A server that was told to stop may have said good-bye before.
        code = client.close_code
        told = code in (1001, 1002, 1007, 1009, 3000, 3003) or (code is None and self.stopping)
        self.checks.check("who breaks the protocol is told so", told, f"close code {code}")
        client.cut()

    async def visit_nonsense(self, client):
        for _ in range(40):
            client.send(self.random.choice(["{", "[1,]", '{"a":1,"a":2}', "[" * 100, '"\\u0000"', ""]))
        await client.drain()
        await asyncio.sleep(self.random.random())
        client.cut()

    async def visit_sleeper(self, client):
        """Does not read: cut off for want of a pong, or for its backlog."""
        await asyncio.sleep(self.random.random() * 8)
        client.cut()

    async def visit_stranger(self):
        """Never gets in."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.server.port, local_addr=("127.0.0.9", 0))
        head = request_for("/news", "nonsense")
        try:
            writer.write(head[: self.random.choice([0, 1, 20, len(head) - 1, len(head)])])
            await asyncio.sleep(self.random.random() * 4)
        finally:
            writer.transport.abort()

    async def visit(self):
        kind = self.random.choice([self.visit_talker] * 4 + [
            self.visit_flooder, self.visit_cutter, self.visit_breaker, self.visit_nonsense, self.visit_sleeper])
        self.counts["visits"] += 1
        try:
            if self.random.random() < 0.1 or not self.tokens:
                await self.visit_stranger()
                return
            secret = self.random.choice(list(self.tokens.values()))
            source = f"127.0.0.{self.random.randint(2, 8)}"
            client = await Client.connect(self.server.port, self.random.choice(CHANNELS), secret, source,
                                          read=kind not in (self.visit_sleeper, self.visit_flooder),
                                          packs=self.random.random() < 0.3)
            try:
                await kind(client)
            finally:
                client.cut()
        except Refused as refused:
            self.counts["refused"] += 1
            # Revoked meanwhile, not for that channel, too many of the token, stopping.
            known = refused.status in (401, 403, 429, 503) or (refused.status == 0 and self.stopping)
            self.checks.check("handshakes are refused for a reason there is", known, f"status {refused.status}")
        except ConnectionError:
            pass
        except OSError:
            self.checks.check("the server accepts while it runs", self.stopping, "connection failed")

    async def visitors(self, until):
        inside = set()
        while time.monotonic() < until or inside:
            while time.monotonic() < until and len(inside) < VISITORS and not self.stopping:
                inside.add(asyncio.create_task(self.visit()))
                await asyncio.sleep(self.random.random() * 0.02)
            done, inside = await asyncio.wait(inside, timeout=0.1) if inside else (set(), set())
            for task in done:
                error = task.exception()
                self.checks.check("every visit ends as it should", error is None, repr(error))
            if not done:
                await asyncio.sleep(0.02)

    # --- the admin ---

    async def issue(self):
        status, answer = await self.command("POST", "/tokens", {
            "label": f"token {self.counts['commands']}",
            "channels": self.random.choice([["**"], ["/", "/news"], ["/room/*"]]),
            "may_publish": self.random.random() < 0.9, "max_connections": self.random.choice([0, 0, 5]),
            "messages_per_second": self.random.choice([0, 0, 0, 20]),
        })
        if status == 201:
            self.tokens[answer["id"]] = answer["secret"]

    async def give_up(self, token):
        """Revoked and deleted, so that there are never many."""
        self.tokens.pop(token, None)
        await self.command("POST", f"/tokens/{token}/revoke")
        await self.command("DELETE", f"/tokens/{token}")

    async def rotate(self, token):
        status, answer = await self.command("POST", f"/tokens/{token}/rotate", {"grace": self.random.choice([0, 1, 60])})
        if status == 200 and token in self.tokens:
            self.tokens[token] = answer["secret"]

    async def set_rule(self):
        """What was said a moment ago may now be answered, dropped or the end; the calm has a rule of its own."""
        schema = self.random.choice(["", '{"type": "object", "properties": {"text": {"maxLength": 50}}}', '{"not": {"type": "object"}}',
                                     '{"pattern": "^(z+)+$", "uniqueItems": true}'])
        await self.command("PUT", "/rules", {
            "channels": self.random.choice(["**", "/", "/news", "/room/*"]), "schema": schema,
            "enabled": self.random.random() < 0.8, "binary": self.random.random() < 0.5,
            "max_size": self.random.choice([0, 0, 1000]), "max_depth": self.random.choice([0, 0, 2]),
            "messages_per_second": self.random.choice([0, 0, 50]),
            "on_failure": self.random.choice(["reply", "reply", "drop", "disconnect"]),
        })

    async def disconnect(self):
        status, answer = await self.command("GET", "/clients?limit=50")
        if status == 200 and answer["clients"]:
            client = self.random.choice(answer["clients"])
            await self.command("POST", f"/clients/{client['id']}/disconnect", {"reason": "weather"})

    async def broadcast(self):
        some = list(self.tokens)[:1] or [1]
        target = self.random.choice([{"everyone": True}, {"channels": ["/room/*"]}, {"tokens": some}])
        body = {"message": json.dumps({"pad": "b" * self.random.choice([10, 1000, 30000])}), **target}
        status, report = await self.command("POST", "/broadcasts", body)
        if status == 201:
            self.counts["broadcasts"] += 1
            self.check_report(report)

    async def schedule(self):
        """What sends itself, to channels that are empty in a calm; never many at once."""
        status, answer = await self.command("GET", "/schedules")
        if status == 200 and len(answer["schedules"]) > 3:
            await self.command("DELETE", f"/schedules/{self.random.choice(answer['schedules'])['id']}")
            return
        await self.command("POST", "/schedules", {
            "message": json.dumps({"pad": "s" * self.random.choice([10, 2000])}), "every": 1,
            "channels": ["/news", "/room/*"], "times": self.random.choice([1, 3, 20]),
        })

    def check_report(self, report):
        self.checks.equal("a broadcast's targeted = sent + dropped + pending", report["targeted"],
                          report["sent"] + report["dropped"] + report["pending"], report)

    async def admin(self, until):
        while time.monotonic() < until and not self.stopping:
            token = self.random.choice(list(self.tokens)) if self.tokens else None
            what = self.random.random()
            if token is None or len(self.tokens) < 4 or (what < 0.1 and len(self.tokens) < 12):
                await self.issue()
            elif what < 0.2:
                await self.give_up(token)
            elif what < 0.35:
                await self.rotate(token)
            elif what < 0.45:
                await self.command("PATCH", f"/tokens/{token}", {"channels": self.random.choice([["**"], ["/news"]]),
                                                                  "may_publish": self.random.random() < 0.7})
            elif what < 0.5:
                await self.set_rule()
            elif what < 0.62:
                await self.disconnect()
            elif what < 0.68:
                await self.schedule()
            else:
                await self.broadcast()
            await asyncio.sleep(self.random.random() * 0.1)

    def check_followed(self, lines):
        """Every message comes, or is counted."""
        last = missed = 0
        for line in lines:
            if line["event"] == "missed":
                missed += line["missed"]
            elif line["event"] == "message":
                if last:
                    self.checks.equal("who follows is told every message, or how many were missed", line["id"], last + missed + 1)
                last, missed = line["id"], 0
                self.counts["lines"] += 1

    async def onlooker(self, until):
        """Looks at what there is to see; some do not read what they asked for."""
        while time.monotonic() < until and not self.stopping:
            if self.random.random() < 0.5:
                path = self.random.choice(["/traffic?limit=1000", "/traffic?text=flood&rejected=false", "/traffic?rejected=true",
                                           "/traffic?after=1&channel=/room/*", "/left?limit=100", "/channels"])
                await self.command("GET", path)
            else:
                try:
                    self.check_followed(await self.control.follow(self.random.random() * 4, self.random.random() < 0.7))
                except OSError:
                    self.checks.check("the control interface answers while the server runs", self.stopping, "follow")
            await asyncio.sleep(self.random.random() * 0.3)

    async def storm(self, restart):
        until = time.monotonic() + STORM
        people = [self.visitors(until), self.admin(until), self.admin(until), *(self.onlooker(until) for _ in range(4))]
        tasks = [asyncio.create_task(one) for one in people]
        if restart:
            await asyncio.sleep(self.random.uniform(0.3, 0.8) * STORM)
            await self.stop()
        await asyncio.gather(*tasks)
        if restart:
            self.counts["restarts"] += 1
            await self.start()

    # --- quiet ---

    async def until(self, condition, name):
        end = time.monotonic() + PATIENCE
        while True:
            value = await condition()
            if value or time.monotonic() > end:
                self.checks.check(name, value, f"not within {PATIENCE} s")
                return value
            await asyncio.sleep(0.05)

    async def nobody_is_there(self):
        status = await self.control.get("/status")
        totals = status["totals"]
        return status["clients"] == 0 and (totals["backlog"], totals["held"], totals["arriving"]) == (0, 0, 0)

    async def calm(self):
        """Nobody is cut off, so all is known: what was sent, what arrived, in which order, and what the server says of it."""
        await self.until(self.nobody_is_there, "everybody who left is gone, and nothing waits for them")
        secret = (await self.control.ask("POST", "/tokens", {"label": "calm", "channels": ["/calm"]}))[1]
        before = (await self.control.get("/status"))["totals"]
        _, rule = await self.control.ask("PUT", "/rules", {"channels": "/calm", "schema": '{"type": "array", "minItems": 2}'})
        clients = await asyncio.gather(*(
            Client.connect(self.server.port, "/calm", secret["secret"], packs=number % 2 == 1) for number in range(CALM_CLIENTS)))
        for number in range(CALM_MESSAGES):
            for sender, client in enumerate(clients):
                client.send(json.dumps([sender, number, CALM_PAD]))
            await asyncio.sleep(0.01)
        for number in range(CALM_BROADCASTS):
            message = {"message": json.dumps(["admin", number, CALM_PAD]), "channels": ["/calm"]}
            _, report = await self.control.ask("POST", "/broadcasts", message)
            self.check_report(report)
            self.checks.equal("in a calm a broadcast reaches all of its targets",
                              (report["targeted"], report["sent"]), (CALM_CLIENTS, CALM_CLIENTS))
        each = (CALM_CLIENTS - 1) * CALM_MESSAGES + CALM_BROADCASTS
        await self.until(lambda: self.have_received(clients, each), "in a calm all messages arrive")
        for sender, client in enumerate(clients):
            self.check_received(sender, client, each)
        await asyncio.gather(*(client.close() for client in clients))
        await self.until(self.nobody_is_there, "everybody who left is gone, and nothing waits for them")
        after = (await self.control.get("/status"))["totals"]
        expected = {"messages_in": CALM_CLIENTS * CALM_MESSAGES, "messages_out": CALM_CLIENTS * each,
                    "rejected": 0, "dropped": 0, "refused": 0, "closed_busy": 0}
        changes = {name: after[name] - before[name] for name in expected}
        self.checks.equal("in a calm the totals are what the clients sent and received", changes, expected)
        counts = (await self.control.get(f"/rules/{rule['id']}"))["counts"]
        self.checks.equal("in a calm a rule counts every message", (counts["passed"] - rule["counts"]["passed"], counts["failed"]),
                          (CALM_CLIENTS * CALM_MESSAGES, 0))
        await self.give_up(secret["id"])
        self.counts["calms"] += 1

    @staticmethod
    async def have_received(clients, each):
        return all(len(client.received) >= each for client in clients)

    def check_received(self, sender, client, each):
        messages = [tuple(json.loads(one)) for one in client.received]
        self.checks.equal("in a calm everything goes compressed to who agreed to it, and to nobody else", client.unpacked,
                          each if client.packs else 0)
        self.checks.equal("in a calm nothing arrives twice", len(set(messages)), each)
        for other in [*(one for one in range(CALM_CLIENTS) if one != sender), "admin"]:
            numbers = [number for who, number, _ in messages if who == other]
            self.checks.equal("in a calm each sender's messages arrive in order", numbers, sorted(numbers))

    async def forget_tokens(self):
        """All of them, so that the next quiet moment is like this one."""
        for token in (await self.control.get("/tokens"))["tokens"]:
            await self.give_up(token["id"])

    async def look_back(self):
        """What the process holds when nobody is there."""
        await self.forget_tokens()
        descriptors, memory = self.process_has()
        if self.baseline is None:
            self.baseline = descriptors, memory
        else:
            async def closed():
                return self.process_has()[0] <= self.baseline[0]
            await self.until(closed, "no descriptor is left open")
            allowed = int(self.baseline[1] * MEMORY_FACTOR) + MEMORY_EXTRA
            self.checks.check("memory comes back to where it was", memory <= allowed,
                              f"{memory >> 10} KiB, and {self.baseline[1] >> 10} KiB at first")
        print(f"quiet: {descriptors} descriptors, {memory >> 10} KiB; so far {self.counts}", flush=True)

    async def warm_up(self):
        """Fills the traffic log, which is kept whoever leaves, and lets everything happen once."""
        await self.control.ask("PUT", "/rules", {"channels": "/warm-up"})  # whatever the storm says of other channels
        _, token = await self.control.ask("POST", "/tokens", {"label": "warm-up", "channels": ["/warm-up"]})
        client = await Client.connect(self.server.port, "/warm-up", token["secret"])
        frames = encode(TEXT, b'"' + b"w" * WARM_UP_SIZE + b'"') * WARM_UP_CHUNK
        for _ in range(WARM_UP_MESSAGES // WARM_UP_CHUNK):
            client.write(frames)
            await client.drain()
            await asyncio.sleep(0.11)  # the log is told ten times a second, and only of so much
        await client.close()
        await self.give_up(token["id"])
        await self.storm(restart=False)
        await self.calm()

    def check_log(self):
        words = ("WARNING", "CRITICAL", "ERROR", "runtime error", "Sanitizer")
        bad = [line for line in self.server.read_log().splitlines() if any(word in line for word in words)]
        self.checks.check("no warning is written", not bad, "\n".join(bad[:20]))

    async def run(self):
        await self.start()
        storms = 0
        while time.monotonic() < self.half:
            await self.storm(restart=storms % 2 == 1)
            await self.calm()
            storms += 1
        await self.warm_up()
        await self.look_back()
        compared = False
        while time.monotonic() < self.end or not compared:
            await self.storm(restart=False)
            await self.calm()
            await self.look_back()
            compared = True
        await self.stop()
        self.check_log()


def main(minutes="10", seed=None):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    seed = int(seed) if seed else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    soak = Soak(float(minutes), seed)
    try:
        asyncio.run(soak.run())
    except BaseException:
        print(soak.server.read_log()[-4000:], file=sys.stderr)
        raise
    finally:
        soak.server.clean()
    return soak.checks.summarize()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
