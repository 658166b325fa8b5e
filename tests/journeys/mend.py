#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment check that mends, in the window: one button, a refusal, the command to copy, the restart of a sandbox;
and how the page looks in every look while something is wrong."""

import os
import re

from framework import Journey, assert_all_named, assert_in, main
from environment import x11
from environment.buses import Bus, FlatpakPortal, Systemd
from environment.machine import Machine
from environment.processes import wait_until
from journeys.screen import children, description_of, do, name_of, shown, text_in, width_of

journey = Journey("mend", reader="later", mail=False)
TROUBLE = re.compile(r"^有 \d+ 項需要處理")
GROUP = "讀卡機與卡片"
NARROW = 360
COMMAND = "sudo systemctl enable --now pcscd.socket"


def machine(world, *lines):
    """The client runs on a computer with systemd; @lines are planted too."""
    folder = os.path.join(world.folder, f"machine-{len(os.listdir(world.folder))}")
    os.makedirs(folder)
    own = Machine(folder, world.shipped[-1], {})
    own.plant('mkdir -p "$ROOT/run/systemd/system"', *lines)
    world.program = [*own.prefix(), *world.shipped]


def with_systemd(world, **how):
    if not hasattr(world, "shipped"):
        world.shipped = world.program
    folder = os.path.join(world.folder, f"bus-{len(os.listdir(world.folder))}")
    os.makedirs(folder)
    bus = Bus(folder)
    world.also_stop(bus)
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address
    return bus.add(Systemd(**how))


def open_check(world, **changes):
    screen = world.run_client(**changes)
    screen.go("環境檢測")
    screen.wait_says(TROUBLE)
    return screen


def row(screen, title):
    return next(child for child in children(screen.wait_for("list", GROUP)) if name_of(child).endswith(". " + title))


@journey.step("a-stopped-service-can-be-mended-with-one-button")
def _(world):
    world.systemd = with_systemd(world, state="disabled", active="inactive", start=world.daemon.start)
    machine(world)
    screen = open_check(world)
    assert screen.find("push button", "修正全部"), screen.outline()
    assert_all_named(screen)
    world.picture("something-is-wrong")


@journey.step("the-row-says-why-and-how")
def _(world):
    screen = world.application
    assert do(row(screen, "讀卡機服務啟動方式"), "row.toggle")
    screen.wait_for("push button", "複製指令")
    assert_in(COMMAND, screen.outline())
    assert screen.find("push button", "啟動"), screen.outline()
    screen.click("push button", "複製指令")
    screen.wait(lambda: "已複製指令" in screen.said(), "the copy to be told")
    assert_all_named(screen)
    world.picture("row-open")


@journey.step("one-button-mends-and-the-page-looks-again")
def _(world):
    screen = world.application
    screen.click("push button", "修正全部")
    screen.wait(lambda: description_of(row(screen, "讀卡機服務")).startswith("正常"), "the service to run")
    screen.wait(lambda: "正常" in description_of(row(screen, "讀卡機服務啟動方式")), "the start to be switched on")
    screen.wait(lambda: not screen.find("push button", "修正全部"), "the button to go")
    assert ("StartUnit", ("pcscd.socket", "replace")) in world.systemd.calls, world.systemd.calls
    world.picture("mended")


@journey.step("a-refusal-is-told-in-words-that-stay")
def _(world):
    world.stop_client()
    world.daemon.stop()
    with_systemd(world, state="disabled", active="inactive", polkit="no")
    screen = open_check(world)
    screen.click("push button", "修正全部")
    alert = screen.wait(lambda: screen.find("alert"), "the refusal")
    assert_in("未取得授權", text_in(alert) or name_of(alert))
    assert screen.find("push button", "修正全部"), "the button went although nothing was mended"
    assert_all_named(screen)
    world.picture("refused")


@journey.step("every-change-is-said-once")
def _(world):
    screen = world.application
    world.daemon.with_reader = True
    world.daemon.start()
    screen.wait(lambda: "讀卡機服務：正常" in screen.said(), "the change to be said")
    said = screen.said()
    screen.click("push button", "重新檢測")
    screen.wait(lambda: "檢測中" in screen.said(), "the run to be said")
    screen.wait_says(re.compile("^(有 |可以使用|一切就緒)"))
    assert "讀卡機服務：正常" in said and said.count("讀卡機服務：") == 1, said
    assert "讀卡機服務：正常" not in screen.said(), screen.said()


@journey.step("a-sandbox-that-came-too-early-is-opened-anew")
def _(world):
    world.stop_client()
    world.daemon.stop()
    portal = FlatpakPortal()
    portal.start(world.environment["DBUS_SESSION_BUS_ADDRESS"])
    world.also_stop(portal)
    machine(world, 'touch "$ROOT/.flatpak-info"')
    screen = open_check(world)
    assert not screen.find("push button", "修正全部"), "a sandbox cannot mend the computer"
    assert do(row(screen, "讀卡機服務"), "row.toggle")
    screen.wait_for("push button", "重新開啟本程式")
    world.picture("sandbox")
    screen.click("push button", "重新開啟本程式")
    process = world.client_process
    wait_until(lambda: not process.running(), "the client to make room for the new one")
    world.client_process = None
    assert process.stop() == 0, process.log_text()
    spawned = portal.called("Spawn")
    assert len(spawned) == 1 and bytes(spawned[0][1][0]).rstrip(b"\0").endswith(b"nhicard"), spawned


def look(world, name, width=None, **changes):
    screen = open_check(world, **changes)
    if width:
        x11.resize_top(width, 720)
        screen.wait(lambda: any(found == width for _, found, _h in x11.top_windows()), f"{width} pixels")
    assert do(row(screen, "讀卡機服務啟動方式"), "row.toggle")
    screen.wait_for("push button", "複製指令")
    assert_all_named(screen)
    if width:
        for window in children(screen.root):
            wide = width_of(window) if shown(window) else 0
            assert wide <= width, f"the page needs {wide} pixels"
    world.picture(name)


@journey.step("it-looks-right-in-every-look")
def _(world):
    with_systemd(world, state="disabled", active="inactive")
    machine(world)
    look(world, "dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
    look(world, "contrast", ADW_DEBUG_HIGH_CONTRAST="1")
    look(world, "narrow", width=NARROW)
    with x11.text_scale(2.0):
        look(world, "large-text")
        look(world, "large-and-narrow", width=NARROW)


if __name__ == "__main__":
    main(journey)
