#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random faults of the real pcscd and a virtual card: as many as fit into a minute, and after each the card is read
again. NHI_SEED repeats a run."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from environment.processes import wait_until  # noqa: E402
from environment.reader import Card, Daemon  # noqa: E402
from environment.world import PEOPLE  # noqa: E402

BUILD = pathlib.Path(os.environ["NHI_BUILD_ROOT"])
RUN_SECONDS = int(os.environ.get("NHI_RUN_SECONDS") or 60)
PATIENCE = 60


class Watcher:
    """The client's monitor as a program; knows the newest state."""

    def __init__(self, daemon):
        self.process = subprocess.Popen([str(BUILD / "tests/recovery/card-states")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, PCSCLITE_CSOCK_NAME=daemon.socket))
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(iter(self._line, None)), daemon=True).start()

    def _line(self):
        line = self.process.stdout.readline()
        return line.split() if line else None

    def wait_for(self, state, since=0):
        wait_until(lambda: len(self.lines) > since and self.lines[-1][0] == state,
                   lambda: f"{state} after {self.lines[-3:]}", timeout=PATIENCE)

    def count(self, what):
        return len(os.listdir(f"/proc/{self.process.pid}/{what}"))

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=PATIENCE)


class Faults:
    def __init__(self, daemon, program):
        self.daemon, self.program = daemon, program
        self.card = None
        self.put_card()

    def put_card(self):
        self.card = Card(self.daemon, self.program, str(PEOPLE), ["--removed"])
        self.card.insert("chen-mei-ling")

    def restart(self, watcher):
        self.card.stop()
        self.daemon.stop()
        watcher.wait_for("no-service")
        self.daemon.start()
        self.put_card()

    def pull(self, watcher):
        self.card.remove()
        watcher.wait_for("no-card")
        self.card.insert()

    def pull_in_the_middle(self, watcher, chance):
        self.card.remove()
        watcher.wait_for("no-card")
        self.card.order(f"pull-after {chance.randint(1, 3)}", "insert")
        wait_until(lambda: self.card.events()[-1][1] == "removed", "the card to leave", timeout=PATIENCE)
        self.card.order("healthy", "insert")

    def mute(self, watcher):
        self.card.remove()
        watcher.wait_for("no-card")
        self.card.order("mute on", "insert")
        watcher.wait_for("mute")
        self.card.order("remove", "healthy", "insert")

    def bounce(self):
        self.card.bounce()


def strike(faults, watcher, chance):
    """One fault; returns its name."""
    name = chance.choice(("restart", "pull", "pull in the middle", "mute", "bounce"))
    if name == "pull in the middle":
        faults.pull_in_the_middle(watcher, chance)
    elif name == "bounce":
        faults.bounce()
    else:
        getattr(faults, name)(watcher)
    return name


def run(folder, seed):
    chance = random.Random(seed)
    daemon = Daemon(folder)
    daemon.start()
    faults = Faults(daemon, str(BUILD / "tests/virtual-card/virtual-card"))
    watcher = Watcher(daemon)
    try:
        watcher.wait_for("read")
        faults.pull(watcher)
        watcher.wait_for("read")
        files, threads = watcher.count("fd"), watcher.count("task")
        number, over = 0, time.monotonic() + RUN_SECONDS
        while time.monotonic() < over:
            name = strike(faults, watcher, chance)
            number += 1
            watcher.wait_for("read")
            print(f"# {number}: {name}", flush=True)
        helpless = [line for line in watcher.lines if line[2] != "helped"]
        assert not helpless, f"codes without help: {helpless}"
        wait_until(lambda: watcher.count("fd") <= files, lambda: f"descriptors: {watcher.count('fd')} > {files}",
                   timeout=PATIENCE)
        wait_until(lambda: watcher.count("task") <= threads, lambda: f"threads: {watcher.count('task')} > {threads}",
                   timeout=PATIENCE)
        assert watcher.end() == 0
        print(f"# {number} faults", flush=True)
    finally:
        watcher.process.kill()
        watcher.process.wait()
        faults.card.stop()
        daemon.stop()


def main():
    seed = int(os.environ.get("NHI_SEED") or random.randrange(2**32))
    print(f"1..1\n# NHI_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="nhicard-recovery-") as folder:
        try:
            run(folder, seed)
        except Exception as error:  # pylint: disable=broad-except
            print(f"not ok 1 /recovery/real-daemon\n# {error!r}")
            sys.exit(1)
    print("ok 1 /recovery/real-daemon")


if __name__ == "__main__":
    main()
