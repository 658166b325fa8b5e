#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registration in the window: every step, every refusal, Back loses nothing, sending twice registers once."""

from framework import Journey, assert_all_named, assert_equal, main
import way
from environment.world import persona

journey = Journey("registration")
PERSON = persona("chen-mei-ling")


@journey.step("each-step-names-its-controls")
def _(world):
    world.card.insert(PERSON["key"])
    screen = world.run_client()
    screen.wait_says("陳美玲")
    way.open_registration(screen)
    assert_all_named(screen)
    way.prepare(screen)
    assert_all_named(screen)
    screen.wait(lambda: screen.find("list", "卡片資料"), "the card")
    screen.click("push button", way.NEXT)
    screen.wait_says("第 3 步，共 6 步：戶號")
    assert_all_named(screen)


@journey.step("a-wrong-household-number-is-told-under-its-field")
def _(world):
    screen = world.application
    screen.type("text", "戶號", "123")
    screen.click("push button", way.NEXT)
    screen.wait_says("第 3 步，共 6 步：戶號")
    world.picture("wrong-household-number")


@journey.step("back-loses-nothing")
def _(world):
    from journeys.screen import text_in

    screen = world.application
    way.fill_household(screen, PERSON)
    screen.wait_says("第 4 步，共 6 步：戶籍地址")
    screen.click("push button", "上一步")
    assert_equal(text_in(screen.wait_for("text", "戶號")), PERSON["household_number"])
    screen.click("push button", way.NEXT)
    screen.wait_says("第 4 步，共 6 步：戶籍地址")


@journey.step("address-contact-and-review")
def _(world):
    screen = world.application
    assert_all_named(screen)
    way.fill_address(screen, PERSON)
    screen.wait_says("第 5 步，共 6 步：聯絡資料與密碼")
    assert_all_named(screen)
    way.fill_contact(screen, PERSON)
    screen.wait_says("第 6 步，共 6 步：確認")
    assert_all_named(screen)
    world.picture("review")
    assert screen.says(PERSON["email"]) and screen.says(PERSON["household_number"])
    assert not screen.says(PERSON["password"]), "the password stands on the review page"


@journey.step("a-wrong-household-is-refused-without-telling-what")
def _(world):
    screen = world.application
    screen.click("push button", "修改戶號")
    screen.type("text", "戶號", "F7654321")
    screen.click("push button", way.NEXT)
    screen.wait_says("第 6 步，共 6 步：確認")
    screen.click("push button", way.SEND)
    screen.wait(lambda: screen.says("不符") or screen.says("不一致"), "the refusal")
    world.picture("refused")
    assert_equal(world.mailbox.count(PERSON["email"]), 0, "letters")


@journey.step("the-service-may-be-away-and-nothing-is-lost")
def _(world):
    screen = world.application
    world.service.stop()
    screen.click("push button", "修改戶號")
    screen.type("text", "戶號", PERSON["household_number"])
    screen.click("push button", way.NEXT)
    screen.wait_says("第 6 步，共 6 步：確認")
    screen.click("push button", way.SEND)
    screen.wait(lambda: screen.says("無法連線") or screen.says("連不上") or screen.says("連線"), "the offline words")
    world.picture("offline")
    world.service.start()


@journey.step("sent")
def _(world):
    screen = world.application
    screen.click("push button", way.SEND)
    screen.wait_says("已送出註冊", timeout=30)
    world.picture("sent")
    assert_all_named(screen)
    world.mailbox.wait_for_letter(PERSON["email"])
    assert_equal(world.mailbox.count(PERSON["email"]), 1, "letters")


@journey.step("the-card-pulled-in-the-middle-clears-the-wizard")
def _(world):
    world.card.remove()
    world.card.insert("zheng-shu-fen")
    screen = world.run_client()
    screen.wait_says("鄭淑芬")
    way.open_registration(screen)
    way.prepare(screen)
    screen.wait(lambda: screen.find("list", "卡片資料"), "the card")
    world.card.remove()
    screen.wait_silent("鄭淑芬")
    world.picture("card-pulled-in-the-middle")


if __name__ == "__main__":
    main(journey)
