#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in with card and password: right, wrong, too often wrong, service away, card pulled."""

import re

from framework import Journey, assert_all_named, assert_in, main
from screen import enabled
import way

journey = Journey("sign-in")


@journey.step("signs-in-with-card-and-password")
def _(world):
    world.person = way.registered(world, "chen-mei-ling")
    world.card.insert("chen-mei-ling")
    screen = world.run_client()
    screen.wait_says("陳美玲")
    screen.go("帳號")
    screen.wait_for("password text", "註冊密碼")
    world.picture("signed-out")
    assert_all_named(screen)
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料")
    world.picture("signed-in")
    assert_all_named(screen)
    assert_in("陳美玲", screen.values("帳號資料")["姓名"])


@journey.step("signs-out-by-button")
def _(world):
    world.application.click("push button", "登出")
    world.application.wait_for("password text", "註冊密碼")


@journey.step("signs-out-when-the-card-leaves")
def _(world):
    screen = world.application
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料")
    world.card.remove()
    screen.wait(lambda: not screen.says("陳美玲"), "the person to be gone")
    screen.wait_gone("list", "帳號資料")
    world.picture("card-left")
    world.card.insert()
    screen.wait_says("陳美玲")


@journey.step("a-service-that-is-away-is-told-and-comes-back")
def _(world):
    screen = world.application
    world.service.stop()
    way.sign_in(world, world.person["password"])
    screen.wait(lambda: screen.says("連線"), "the offline words", timeout=40)
    world.picture("service-away")
    world.service.start()
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料", timeout=40)
    screen.click("push button", "登出")
    screen.wait_for("password text", "註冊密碼")


@journey.step("a-wrong-password-is-told-kindly-then-the-wait-is-told")
def _(world):
    screen, waits = world.application, re.compile("請等候")

    def failures():
        return int(world.service.database.value("SELECT coalesce(sum(failures), 0) FROM attempt"))

    def is_answered():
        button = screen.find("push button", "登入")
        return screen.says(waits) or (screen.find("alert") and button is not None and enabled(button))
    for attempt in range(12):
        counted = failures()
        way.sign_in(world, f"wrong-{attempt}-password")
        # What the screen says right after the click may still be of the try before.
        screen.wait(lambda: screen.says(waits) or failures() > counted, "the failure to be counted", timeout=30)
        screen.wait(is_answered, "an error", timeout=30)
        if attempt == 0:
            world.picture("wrong-password")
        if screen.says(waits):
            break
    screen.wait_says(waits)
    world.picture("wait-is-told")
    assert_all_named(screen)


@journey.step("the-operator-can-unlock")
def _(world):
    world.service.control("user", "unlock", world.person["id_number"])
    world.stop_client()
    screen = world.run_client()
    screen.wait_says("陳美玲")
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料", timeout=30)


if __name__ == "__main__":
    main(journey)
