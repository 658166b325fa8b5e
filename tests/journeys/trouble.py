#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad day at the service: its database is locked, then it is gone. What is told, what still works, what is lost."""

from framework import Journey, assert_all_named, assert_equal, main
import way

journey = Journey("trouble")


def wait_for_alert(screen):
    screen.wait(lambda: screen.find("alert"), "an error", timeout=60)
    return screen.find("alert")


@journey.step("a-locked-database-is-told-at-sign-in")
def _(world):
    world.person = way.registered(world, "chen-mei-ling")
    world.card.insert("chen-mei-ling")
    screen = world.run_client()
    screen.wait_says("陳美玲")
    world.lock = world.service.database.lock()
    world.also_stop(world.lock)
    way.sign_in(world, world.person["password"])
    wait_for_alert(screen)
    world.picture("locked-at-sign-in")
    assert_all_named(screen)
    assert not screen.find("list", "帳號資料")


@journey.step("and-signs-in-when-it-is-free")
def _(world):
    world.lock.stop()
    way.sign_in(world, world.person["password"])
    world.application.wait_for("list", "帳號資料", timeout=30)


@journey.step("a-locked-database-is-told-at-the-application")
def _(world):
    screen = world.application
    world.lock = world.service.database.lock()
    world.also_stop(world.lock)
    way.apply_for_everything(world)
    wait_for_alert(screen)
    world.picture("locked-at-the-application")


@journey.step("and-applies-when-it-is-free")
def _(world):
    world.lock.stop()
    screen = world.application
    screen.click("push button", "提出申請")
    world.package = way.download(world)


@journey.step("a-lost-service-is-told-above-every-page")
def _(world):
    screen = world.application
    world.service.stop()
    screen.go("環境檢測")
    screen.click("push button", "重新檢測")
    screen.wait_says("目前連不上服務", timeout=40)
    world.picture("lost-service")
    screen.wait_for("push button", "重新連線")
    assert_all_named(screen)


@journey.step("the-card-is-still-read")
def _(world):
    screen = world.application
    screen.go("健保卡")
    screen.wait(lambda: screen.find("list", "卡片資料"), "the card")
    world.card.remove()
    screen.wait_says("請插入健保卡")
    world.card.insert("lin-yu-an")
    screen.wait(lambda: screen.find("list", "卡片資料") and screen.values("卡片資料")["姓名"] == "林宥安",
                "the other card")


@journey.step("a-saved-package-still-opens")
def _(world):
    answer = world.terminal("health-bank", "open", str(world.package), "--password-file=-",
                            stdin=world.person["id_number"] + "\n")
    assert_equal(answer.returncode, 0, answer.stderr)
    assert answer.stdout.strip()


@journey.step("the-service-returns-and-the-banner-goes")
def _(world):
    screen = world.application
    world.service.start()
    screen.click("push button", "重新連線")
    screen.wait_silent("目前連不上服務", timeout=40)
    world.picture("back")


if __name__ == "__main__":
    main(journey)
