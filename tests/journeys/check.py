#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment check: everything healthy, each part missing, in the window and in the terminal."""

import json

from framework import Journey, assert_all_named, assert_equal, main
import way

journey = Journey("check")
GROUPS = ("讀卡機與卡片", "服務", "這部電腦")


def rows(screen):
    found = {}
    for group in GROUPS:
        found.update(screen.values(group))
    return found


def failing(screen):
    return [name for name, description in rows(screen).items() if description.startswith("需處理")]


@journey.step("everything-in-place-passes")
def _(world):
    world.card.insert("chen-mei-ling")
    screen = world.run_client()
    screen.go("環境檢測")
    screen.wait_says(way.VERDICT)
    screen.wait(lambda: not failing(screen) and not any("檢測中" in text for text in rows(screen).values()),
                "every check to pass")
    world.picture("everything-passes")
    assert len(rows(screen)) >= 10, rows(screen)


@journey.step("every-control-has-a-name")
def _(world):
    assert_all_named(world.application)


@journey.step("a-pulled-card-shows-without-a-click")
def _(world):
    screen = world.application
    before = rows(screen)
    world.card.remove()
    screen.wait(lambda: rows(screen) != before and not any("檢測中" in text for text in rows(screen).values()),
                "a row to change by itself")
    world.picture("card-pulled")
    world.card.insert()
    screen.wait(lambda: not failing(screen), "every check to pass again")


@journey.step("a-dead-service-is-told-in-words")
def _(world):
    screen = world.application
    world.service.stop()
    screen.click("push button", "重新檢測")
    screen.wait(lambda: failing(screen), "a failing check", timeout=15)
    world.picture("service-down")
    assert all(name in screen.values("服務") for name in failing(screen)), failing(screen)


@journey.step("a-service-that-returns-is-seen")
def _(world):
    world.service.start()
    world.application.click("push button", "重新檢測")
    world.application.wait(lambda: not failing(world.application), "every check to pass again")


@journey.step("the-terminal-says-the-same")
def _(world):
    answer = world.terminal("check", "--json")
    report = json.loads(answer.stdout)
    window = rows(world.application)
    terminal = {f"{check['number']}. {check['title']}": check for check in report["checks"]}
    assert_equal(sorted(terminal), sorted(window), "the rows")
    assert_equal(answer.returncode, 0, "exit code")


@journey.step("without-a-service-the-terminal-fails")
def _(world):
    answer = world.terminal("check", "--json", NHICARD_SERVICE_URI="https://localhost:9")
    assert answer.returncode != 0
    verdicts = {check["id"]: check["verdict"] for check in json.loads(answer.stdout)["checks"]}
    assert "fail" in verdicts.values(), verdicts


@journey.step("the-report-holds-nothing-private")
def _(world):
    for arguments in (("check",), ("check", "--json")):
        text = world.terminal(*arguments).stdout
        for private in ("陳美玲", "A299000015", "900000000018", world.folder):
            assert private not in text, f"{private} in the report"


if __name__ == "__main__":
    main(journey)
