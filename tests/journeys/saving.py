#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a person wants it: the package and the report of the check saved under a name of one's own."""

import json
import os
import pathlib
import subprocess

from framework import Journey, empty_folder, main
import way
from environment.world import persona

journey = Journey("saving")
PERSON = persona("chen-mei-ling")


@journey.step("the-report-is-saved-as-text")
def _(world):
    world.place = empty_folder(os.path.join(world.folder, "home", "own"))
    world.card.insert(PERSON["key"])
    screen = world.run_client()
    screen.go("環境檢測")
    screen.wait_says(way.VERDICT)
    screen.click("push button", "儲存報告")
    way.save_as(world, os.path.join(world.place, "report.txt"))
    screen.wait_says("已儲存報告")
    text = pathlib.Path(world.place, "report.txt").read_text(encoding="utf-8")
    assert "讀卡機服務" in text, text
    assert PERSON["name"] not in text and PERSON["id_number"] not in text, "the report names the person"
    world.picture("report")


@journey.step("the-report-is-saved-as-json")
def _(world):
    screen = world.application
    screen.click("push button", "儲存報告")
    way.save_as(world, os.path.join(world.place, "report.json"))
    report = pathlib.Path(world.place, "report.json")
    screen.wait(lambda: report.exists() and report.read_text(encoding="utf-8").rstrip().endswith("}"), "the report")
    assert len(json.loads(report.read_text(encoding="utf-8"))["checks"]) >= 10


@journey.step("a-folder-that-takes-no-file-is-told")
def _(world):
    screen = world.application
    screen.click("push button", "儲存報告")
    way.save_as(world, "/proc/report.txt")
    screen.wait_says("無法儲存報告")


@journey.step("the-package-is-saved-under-a-name-of-ones-own")
def _(world):
    person = way.registered(world, PERSON["key"])
    way.ready_by_interface(world, person)
    screen = world.application
    way.sign_in(world, person["password"])
    screen.wait_for("list", "帳號資料")
    way.open_results(world)
    screen.click("push button", "另存新檔…")
    package = os.path.join(world.place, "mine.zip")
    way.save_as(world, package)
    screen.wait_for("push button", "開啟健康存摺", timeout=60)
    screen.wait_says("已儲存至「own」：mine.zip")
    assert os.listdir(world.downloads) == [], "something is in the download folder"
    subprocess.run(["7z", "t", f"-p{person['id_number']}", package], check=True, capture_output=True)
    world.picture("package")


@journey.step("what-was-saved-there-opens")
def _(world):
    way.open_in_viewer(world, PERSON)


if __name__ == "__main__":
    main(journey)
