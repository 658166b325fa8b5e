#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client was there first: then comes the daemon, then the reader, then the card."""

from framework import Journey, assert_all_named, main

journey = Journey("late-reader", reader="later", service=False, mail=False)


@journey.step("without-the-daemon-the-page-says-what-to-install")
def _(world):
    world.daemon.with_reader = False
    screen = world.run_client()
    screen.go("健保卡")
    screen.wait_says("讀卡機服務未啟動")
    world.picture("no-daemon")
    assert_all_named(screen)


@journey.step("the-terminal-says-it-too")
def _(world):
    answer = world.terminal("card")
    assert answer.returncode == 3, answer
    assert "讀卡機服務未啟動" in answer.stderr, answer.stderr


@journey.step("a-daemon-that-comes-is-seen-and-the-reader-is-missed")
def _(world):
    world.daemon.start()
    world.application.wait_says("沒有讀卡機")
    world.picture("no-reader")
    assert_all_named(world.application)


@journey.step("a-reader-that-comes-asks-for-a-card")
def _(world):
    world.plug_reader()
    world.application.wait_says("請插入健保卡")
    world.picture("reader-came")


@journey.step("a-card-is-read")
def _(world):
    world.card.insert("chen-mei-ling")
    world.application.wait_says("陳美玲")


@journey.step("a-card-that-bounces-is-read-all-the-same")
def _(world):
    screen = world.application
    for _round in range(5):
        world.card.bounce()
        screen.wait(lambda: screen.find("list", "卡片資料"), "the card's data")
    world.card.remove()
    screen.wait_says("請插入健保卡")


if __name__ == "__main__":
    main(journey)
