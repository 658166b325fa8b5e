#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flatpak: built from its manifest, installed, run in the sandbox against the host's pcscd with a card."""

import json
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "journeys")]

from framework import Journey, assert_equal, main  # noqa: E402
from environment.processes import Missing  # noqa: E402
from environment.sandbox import ID, SandboxedWorld, need_sandboxes  # noqa: E402
from environment.world import persona  # noqa: E402

journey = Journey("flatpak", make_world=SandboxedWorld)
PERSON = persona("chen-mei-ling")
MAY = {"shared": {"network", "ipc"}, "sockets": {"x11", "wayland", "fallback-x11", "pcsc"}, "devices": {"dri"}}


def sections(text):
    """{section: {key: set of values}} of what flatpak prints."""
    found, section = {}, None
    for line in filter(None, text.splitlines()):
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        else:
            key, _, value = line.partition("=")
            section[key] = set(filter(None, value.split(";")))
    return found


@journey.step("the-manifest-builds-and-installs")
def _(world):
    world.installation.install()


@journey.step("it-may-do-only-what-it-needs")
def _(world):
    assert_equal(sections(world.installation.ask("info", "--show-permissions", ID)), {"Context": MAY})


@journey.step("it-brings-only-what-runs")
def _(world):
    place = pathlib.Path(world.installation.ask("info", "--show-location", ID).strip()) / "files"
    names = {str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir()}
    assert_equal({name for name in names if name.startswith(("bin/", "sbin/", "etc/", "include/"))}, {"bin/nhicard"})
    assert any(name.startswith("lib/libpcsclite.so.1") for name in names), names
    assert not [name for name in names if name.endswith((".a", ".la", ".pc", ".h", ".cache"))], names


@journey.step("the-terminal-reads-the-card")
def _(world):
    world.card.insert(PERSON["key"])
    answer = world.terminal("card", "--json", "--wait")
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)
    card = json.loads(answer.stdout)["card"]
    assert_equal((card["name"], card["card_number"]), (PERSON["name"], PERSON["card_number"]))


@journey.step("the-check-passes-in-the-sandbox")
def _(world):
    answer = world.terminal("check", "--json", LC_ALL="zh_TW.UTF-8")
    checks = {check["id"]: check for check in json.loads(answer.stdout)["checks"]}
    assert not [check for check in checks.values() if check["verdict"] == "fail"], answer.stdout
    assert_equal(checks["sandbox"]["found"], "Flatpak 沙箱")
    for healthy in ("pcsc-service", "pcsc-protocol", "nhi-card", "font", "locale"):
        assert_equal(checks[healthy]["verdict"], "pass", healthy)


@journey.step("the-window-shows-the-card")
def _(world):
    screen = world.run_client()
    screen.go("健保卡")
    screen.wait(lambda: screen.find("list", "卡片資料") and screen.values("卡片資料").get("姓名") == PERSON["name"],
                "the card")
    world.picture("card")


if __name__ == "__main__":
    try:
        need_sandboxes()
    except Missing as missing:
        print(f"1..0 # SKIP {missing}")
        sys.exit(0)
    main(journey)
