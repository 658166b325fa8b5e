#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page in every look: light, dark, high contrast, large text, a telephone's width, English. Each leaves its
pictures, 1:1 and of the window only, in the build folder under journeys/looks."""

import re

from framework import Journey, assert_all_named, main
import way
from environment import x11
from journeys.screen import children, shown, width_of

journey = Journey("looks")
PAGES = (("home", "首頁", "Home"), ("check", "環境檢測", "Environment Check"), ("card", "健保卡", "NHI Card"),
         ("account", "帳號", "Account"))
VERDICT = re.compile(r"^(有 \d+ 項|一切就緒|可以使用|Everything|\d+ items? |Ready)")
NARROW = 360


class Look:
    """One run of the client through all pages in one language."""

    def __init__(self, world, name, english=False, width=None, **changes):
        self.world = world
        self.name = name
        self.english = english
        self.screen = world.run_client(**changes)
        self.width = width
        if width:
            x11.resize_top(width, 720)
            self.screen.wait(lambda: any(found == width for _, found, _h in x11.top_windows()), f"{width} pixels")

    def word(self, chinese, english):
        return english if self.english else chinese

    def show(self, number):
        """By the keyboard, because a narrow window hides the navigation."""
        x11.press_key(str(number), ["Control_L"])

    def press(self, chinese, english):
        self.screen.click("push button", self.word(chinese, english), timeout=40)

    def keep(self, page):
        assert_all_named(self.screen)
        if self.width:
            for window in children(self.screen.root):
                wide = width_of(window) if shown(window) else 0
                assert wide <= self.width, f"{page} needs {wide} pixels"
        self.world.picture(f"{self.name}-{page}")

    def signed_out(self):
        for number, (page, *names) in enumerate(PAGES, 1):
            self.show(number)
            self.screen.wait_says(self.word(*names))
            if page == "check":
                self.screen.wait_says(VERDICT)
            self.keep(page)
        self.press("首次使用請先註冊", "Register First")
        self.screen.wait_says(self.word("第 1 步，共 6 步：準備", "Step 1 of 6: Prepare"))
        self.keep("registration")
        self.press("返回", "Back")

    def signed_in(self):
        screen = self.screen
        screen.type("password text", self.word("註冊密碼", "Password"), self.world.person["password"])
        self.press("登入", "Sign In")
        screen.wait_for("list", self.word("帳號資料", "Account Data"))
        self.keep("signed-in")
        self.show(5)
        screen.wait_for("push button", self.word("提出申請", "Send Application"))
        self.keep("apply")
        self.press("申請結果", "Results")
        screen.wait_for("push button", self.word("下載", "Download"), timeout=40)
        self.keep("results")
        self.press("下載", "Download")
        self.press("開啟健康存摺", "Open Health Bank")
        entries = self.word("健康存摺內容", "Health Bank Entries")
        password = self.word("檔案密碼", "File Password")
        screen.wait(lambda: screen.find("list", entries) or screen.find("password text", password), "the viewer")
        if screen.find("password text", password):
            self.keep("viewer-password")
            screen.type("password text", password, self.world.person["id_number"])
            self.press("開啟", "Open")
        screen.wait_for("list", entries)
        self.keep("viewer")


def tour(world, name, **options):
    if not hasattr(world, "person"):
        world.person = way.registered(world, "chen-mei-ling")
        way.ready_by_interface(world, world.person)
        world.card.insert("chen-mei-ling")
    look = Look(world, name, **options)
    look.screen.wait_says("陳美玲")
    look.signed_out()
    look.signed_in()
    return look.screen


@journey.step("light")
def _(world):
    tour(world, "light", ADW_DEBUG_COLOR_SCHEME="prefer-light")


@journey.step("dark")
def _(world):
    tour(world, "dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")


@journey.step("high-contrast")
def _(world):
    tour(world, "contrast", ADW_DEBUG_HIGH_CONTRAST="1")


@journey.step("large-text")
def _(world):
    with x11.text_scale(1.5):
        tour(world, "large-text")


@journey.step("narrow")
def _(world):
    tour(world, "narrow", width=NARROW)


@journey.step("english")
def _(world):
    world.card.remove()
    world.card.insert("nguyen-thi-huyen")
    world.person = way.registered(world, "nguyen-thi-huyen")
    way.ready_by_interface(world, world.person)
    look = Look(world, "english", english=True, LANGUAGE="en")
    look.screen.wait_says("NGUYEN")
    look.signed_out()
    chinese = [line for line in look.screen.outline().splitlines() if any("一" <= letter <= "鿿" for letter in line)]
    assert not chinese, "Chinese words in the English window:\n" + "\n".join(chinese)
    look.signed_in()


if __name__ == "__main__":
    main(journey)
