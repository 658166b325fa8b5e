# SPDX-License-Identifier: GPL-3.0-or-later
"""A journey is a row of steps on one world; each step is a TAP line, each screen it passes a picture."""

import os
import pathlib
import shutil
import signal
import sys
import traceback

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from environment.world import World  # noqa: E402

LOST = 3


class Journey:
    def __init__(self, name, make_world=World, **world):
        self.name = name
        self.make_world = make_world
        self.options = world
        self.steps = []

    def step(self, name):
        def keep(function):
            self.steps.append((name, function))
            return function
        return keep

    def run(self):
        """Runs every step, also after a failed one, because most begin on a page of their own; three lost in a
        row mean that the way itself is lost."""
        print(f"1..{len(self.steps)}", flush=True)
        try:
            world = self.make_world(self.name, **self.options)
        except Exception as missing:  # pylint: disable=broad-except
            for number, (name, _) in enumerate(self.steps, 1):
                print(f"not ok {number} /journeys/{self.name}/{name}\n# no world: {missing}", flush=True)
            return 1
        failures = lost = 0
        with world:
            for number, (name, function) in enumerate(self.steps, 1):
                if lost < LOST:
                    good = self._run_step(world, number, name, function)
                else:
                    good = False
                    print(f"not ok {number} /journeys/{self.name}/{name}\n# not tried: the way was lost before")
                lost = 0 if good else lost + 1
                failures += not good
            world.take_down()
            crashes = world.crashes()
            for crash in crashes:
                print(f"# {crash}", flush=True)
            if failures or crashes:
                world.keep_logs()
        return 1 if failures or crashes else 0

    def _run_step(self, world, number, name, function):
        try:
            function(world)
            good = True
        except Exception as error:  # pylint: disable=broad-except
            good = False
            for line in traceback.format_exc().splitlines()[-4:-1] + str(error).splitlines():
                print("# " + line)
            world.try_picture(f"{number:02}-{name}-failed")
        print(f"{'ok' if good else 'not ok'} {number} /journeys/{self.name}/{name}", flush=True)
        return good


def main(journey):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a stopped journey takes its world down
    sys.exit(journey.run())


def assert_equal(found, wanted, what=""):
    assert found == wanted, f"{what} {found!r} instead of {wanted!r}"


def assert_in(wanted, text, what=""):
    assert wanted in text, f"{what} {wanted!r} is not in {text!r}"


def assert_all_named(application):
    """What the keyboard reaches, the screen reader can say."""
    unnamed = application.unnamed()
    assert not unnamed, "without a name: " + "; ".join(unnamed)


def empty_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path
