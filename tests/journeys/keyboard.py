#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without a mouse: pages by number, Tab through a page, the menu, the dialogs, signing in, leaving."""

import re

from framework import Journey, assert_all_named, assert_equal, main
from screen import key, name_of, role_of
import way

journey = Journey("keyboard")
PAGES = (("1", "首頁"), ("2", "環境檢測"), ("3", "健保卡"), ("4", "帳號"), ("5", "健康存摺"))
KEYSYMS = {"-": "minus", " ": "space"}
PREFERENCES = re.compile("^偏好設定")
TABS = 60  # more than any page has


def title(screen, page):
    return screen.find("label", page)


def press_until(screen, condition, what, name, *modifiers):
    """A window that has just come may not hear the first key."""
    for _ in range(5):
        key(name, *modifiers)
        try:
            return screen.wait(condition, what, timeout=3)
        except AssertionError:
            continue
    return screen.wait(condition, what, timeout=1)


def type_text(text):
    for letter in text:
        shift = ("Shift_L",) if letter.isupper() else ()
        key(KEYSYMS.get(letter, letter), *shift)


def walk_by_tab(screen):
    """The names of all that Tab reaches until it is where it began."""
    reached = []
    for _ in range(TABS):
        before = screen.focused()
        key("Tab")
        screen.wait(lambda: screen.focused() is not None and screen.focused() != before, "the focus to move", timeout=5)
        node = screen.focused()
        if node in reached:
            break
        reached.append(node)
    return [(role_of(node), name_of(node)) for node in reached]


@journey.step("every-page-by-its-number")
def _(world):
    world.person = way.registered(world, "chen-mei-ling")
    world.card.insert("chen-mei-ling")
    screen = world.run_client()
    screen.wait_says("陳美玲")
    for number, page in reversed(PAGES):
        press_until(screen, lambda page=page: title(screen, page), f"page {page}", number, "Control_L")


@journey.step("tab-reaches-everything-and-leaves-nothing-unnamed")
def _(world):
    screen = world.application
    for number, page in PAGES:
        key(number, "Control_L")
        screen.wait(lambda page=page: title(screen, page), f"page {page}")
        reached = walk_by_tab(screen)
        assert len(reached) >= 4, f"{page}: {reached}"
        assert all(name.strip() for _, name in reached), f"{page}: {reached}"
        assert title(screen, page), f"Tab led away from {page}"


@journey.step("tab-stays-on-a-page-below-another")
def _(world):
    screen = world.application
    key("4", "Control_L")
    way.open_registration(screen)
    walk_by_tab(screen)
    screen.wait_says("第 1 步，共 6 步：準備")
    press_until(screen, lambda: screen.find("password text", "註冊密碼"), "the account page", "Left", "Alt_L")


@journey.step("the-menu-and-escape")
def _(world):
    screen = world.application
    press_until(screen, lambda: screen.find("menu item", PREFERENCES), "the menu", "F10")
    world.picture("menu")
    key("Escape")
    screen.wait_gone("menu item", PREFERENCES)


@journey.step("dialogs-open-are-named-and-close")
def _(world):
    screen = world.application
    for dialog, press in (("preferences", ("comma", "Control_L")), ("shortcuts", ("question", "Control_L", "Shift_L"))):
        press_until(screen, lambda: len(screen.windows()) == 2, dialog, *press)
        if dialog == "preferences":  # the other is GTK's own, whose search button has no name
            assert_all_named(screen)
        world.picture(dialog)
        press_until(screen, lambda: len(screen.windows()) == 1, f"{dialog} to close", "Escape")


@journey.step("signs-in-by-keys-alone")
def _(world):
    screen = world.application
    key("4", "Control_L")
    screen.wait_for("password text", "註冊密碼")
    for _ in range(TABS):
        if role_of(screen.focused()) == "password text":
            break
        before = screen.focused()
        key("Tab")
        screen.wait(lambda: screen.focused() not in (None, before), "the focus to move", timeout=5)
    type_text(world.person["password"])
    key("Return")
    screen.wait_for("list", "帳號資料", timeout=30)
    assert_equal(screen.said(), "已登入")


@journey.step("who-signed-in-here-before-is-asked-to-sign-in")
def _(world):
    world.stop_client()
    screen = world.run_client()
    screen.wait_says("陳美玲")
    screen.wait_for("push button", "登入")
    assert screen.find("push button", "首次使用請先註冊") and not screen.find("push button", "開始註冊")
    world.picture("home-of-one-who-signed-in-before")


@journey.step("control-q-ends-it")
def _(world):
    screen = world.application
    process = screen.process
    for _ in range(5):
        key("q", "Control_L")
        try:
            assert_equal(process.popen.wait(3), 0)
            return
        except Exception:  # pylint: disable=broad-except
            assert process.running(), process.log_text()
    raise AssertionError("Ctrl+Q did nothing")


if __name__ == "__main__":
    main(journey)
