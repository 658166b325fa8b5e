#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The card: put in, read, pulled out at every moment, other cards, broken cards."""

from framework import Journey, assert_all_named, assert_equal, main

journey = Journey("card", service=False, mail=False)
CARD = "卡片資料"
NAME, ID, NUMBER, BORN, SEX, ISSUED, STATE = \
    "姓名", "身分證號", "卡號", "出生日期", "性別", "發卡日期", "卡片狀態"


def wait_for_person(world, name):
    world.application.wait(
        lambda: world.application.find("list", CARD) and world.application.values(CARD).get(NAME) == name,
        f"{name} on the card page")


def wait_for_nobody(world, *private):
    world.application.wait(lambda: not any(world.application.says(text) for text in private),
                           "everything personal to go")


@journey.step("no-card-asks-for-one")
def _(world):
    screen = world.run_client()
    screen.go("健保卡")
    screen.wait_says("請插入健保卡")
    world.picture("insert-a-card")
    assert_all_named(screen)


@journey.step("a-card-shows-its-person")
def _(world):
    world.card.insert("chen-mei-ling")
    wait_for_person(world, "陳美玲")
    values = world.application.values(CARD)
    world.picture("chen-mei-ling")
    assert_equal(values[NUMBER], "900000000018")
    assert "1986" in values[BORN] and "75" in values[BORN], values[BORN]
    assert "女" in values[SEX], values[SEX]
    assert "2019" in values[ISSUED] and "108" in values[ISSUED], values[ISSUED]
    assert_all_named(world.application)


@journey.step("the-id-number-is-masked-until-asked")
def _(world):
    screen = world.application
    assert "A299000015" not in screen.value(ID)
    screen.click("push button", "顯示身分證號")
    screen.wait(lambda: "A299000015" in screen.value(ID), "the whole number")
    screen.click("push button", "隱藏身分證號")
    screen.wait(lambda: "A299000015" not in screen.value(ID), "the masked number")


@journey.step("a-pulled-card-leaves-nothing")
def _(world):
    world.card.remove()
    wait_for_nobody(world, "陳美玲", "A299000015", "900000000018", "1986")
    world.application.wait_says("請插入健保卡")


@journey.step("pulled-after-each-command-it-recovers")
def _(world):
    for command in (1, 2, 3):
        world.card.order("healthy", "persona chen-mei-ling", f"pull-after {command}", "insert")
        world.application.wait(lambda: any(what == "removed" for _, what in world.card.events()[-2:]),
                               "the card to have left")
        wait_for_nobody(world, "陳美玲", "900000000018")
        world.application.wait_says("請插入健保卡")
    world.card.order("healthy", "insert")
    wait_for_person(world, "陳美玲")
    world.card.remove()


@journey.step("other-people-follow-each-other")
def _(world):
    for persona, name in (("lin-yu-an", "林宥安"), ("ten-years", "李福來")):
        world.card.insert(persona)
        wait_for_person(world, name)
        world.card.remove()
        wait_for_nobody(world, name)


@journey.step("a-new-card-that-refuses-select-is-read")
def _(world):
    world.card.order("healthy", "persona zheng-shu-fen", "new-generation on", "insert")
    wait_for_person(world, "鄭淑芬")
    world.card.remove()


@journey.step("a-terminated-card-says-so")
def _(world):
    world.card.order("healthy", "persona zhang-jian-guo", "insert")
    wait_for_person(world, "張建國")
    world.picture("terminated")
    assert "註銷" in world.application.value(STATE), world.application.value(STATE)
    world.card.remove()


@journey.step("a-name-that-the-card-cannot-say-is-shown-honestly")
def _(world):
    world.card.order("healthy", "persona nguyen-thi-huyen", "insert")
    world.application.wait(lambda: world.application.find("list", CARD) and
                           "NGUYEN THI THANH HUY" in world.application.values(CARD).get(NAME, ""), "the cut name")
    world.picture("long-latin-name")
    world.card.remove()


@journey.step("another-kind-of-card-is-named")
def _(world):
    world.second_card("kind certificate", "insert")
    for kind in ("health-professional", "certificate"):
        world.card.order("healthy", f"kind {kind}", "insert")
        world.application.wait_says("這不是健保卡")
        world.picture(kind)
        world.card.remove()
        world.application.wait_says("請插入健保卡")
    world.second_card("remove")


@journey.step("a-mute-card-says-how-to-put-it-in")
def _(world):
    world.second_card("mute on", "insert")
    world.card.order("healthy", "persona chen-mei-ling", "mute on", "insert")
    world.application.wait(lambda: not world.application.says("請插入健保卡"), "another state")
    world.picture("mute")
    world.second_card("remove")
    world.card.remove()
    world.application.wait_says("請插入健保卡")


@journey.step("garbage-from-a-card-harms-nothing")
def _(world):
    world.second_card("healthy", "kind certificate", "insert")
    for seed in range(5):
        world.card.order("healthy", f"garbage {seed}", "insert")
        world.application.wait(lambda: not world.application.says("請插入健保卡"), "an answer to garbage")
        world.card.remove()
        world.application.wait_says("請插入健保卡")
    world.second_card("remove")


@journey.step("the-daemon-may-die-and-return")
def _(world):
    world.card.stop()
    world.daemon.stop()
    world.application.wait(lambda: not world.application.says("請插入健保卡"), "the missing daemon to be noticed")
    world.picture("no-service")
    world.daemon.start()
    world.restart_card()
    world.card.insert("chen-mei-ling")
    wait_for_person(world, "陳美玲")
    world.picture("back-again")


if __name__ == "__main__":
    main(journey)
