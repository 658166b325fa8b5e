#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error help: reached from the error itself, with drawings, in every look, and a way on from it."""

from framework import Journey, assert_all_named, main
from environment import x11

journey = Journey("error-help", service=False, mail=False)
HELP = "原因與處理方式"
NARROW = 360


def open_help(world, title, **changes):
    screen = world.run_client(**changes)
    x11.press_key("3", ["Control_L"])
    screen.wait_says(title)
    screen.click("push button", HELP)
    screen.wait_for("push button", "重新讀取")
    return screen


def close_help(screen):
    screen.click("push button", "重新讀取")
    screen.wait(lambda: screen.find("push button", "重新讀取") is None, "the window to close")
    x11.focus_top()


@journey.step("no-card-shows-which-way-round")
def _(world):
    screen = open_help(world, "請插入健保卡")
    screen.wait_for("image", "圖：卡片背面朝上，看不到晶片")
    assert_all_named(screen)
    world.picture("no-card")


@journey.step("read-again-closes-and-reads")
def _(world):
    screen = world.application
    world.card.insert("chen-mei-ling")
    close_help(screen)
    screen.wait_says("陳美玲")
    world.card.remove()


@journey.step("a-mute-card-in-the-dark")
def _(world):
    world.card.order("mute on", "insert")
    screen = open_help(world, "卡片沒有回應", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
    assert_all_named(screen)
    world.picture("dark")
    close_help(screen)


@journey.step("in-high-contrast")
def _(world):
    screen = open_help(world, "卡片沒有回應", ADW_DEBUG_HIGH_CONTRAST="1")
    world.picture("contrast")
    close_help(screen)


@journey.step("with-large-text")
def _(world):
    with x11.text_scale(2.0):
        screen = open_help(world, "卡片沒有回應")
        world.picture("large-text")
        close_help(screen)


@journey.step("narrow")
def _(world):
    screen = world.run_client()
    x11.resize_top(NARROW, 720)
    x11.press_key("3", ["Control_L"])
    screen.wait_says("卡片沒有回應")
    world.picture("narrow-page")
    screen.click("push button", HELP)
    screen.wait_for("push button", "重新讀取")
    x11.resize_top(NARROW, 720)
    screen.wait(lambda: any(found <= NARROW for _, found, _h in x11.top_windows()), "a narrow window")
    world.picture("narrow")
    close_help(screen)
    world.card.remove()


@journey.step("no-service-leads-to-the-check")
def _(world):
    world.daemon.stop()
    screen = open_help(world, "讀卡機服務未啟動")
    world.picture("no-service")
    close_help(screen)
    screen.wait_says("讀卡機服務未啟動")
    screen.click("push button", "環境檢測")
    screen.wait_for("push button", "重新檢測", timeout=40)


if __name__ == "__main__":
    main(journey)
