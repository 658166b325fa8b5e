#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a person has: given to the client as an argument, without service, reader or sign-in."""

import os
import pathlib
import shutil
import zipfile

from framework import Journey, assert_all_named, main
from screen import children, focus, key, name_of, select, text_in
from environment.world import ROOT

journey = Journey("files", reader=None, service=False, mail=None)
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
LIST, PASSWORD = "健康存摺內容", "A123456789"


def place(world, name):
    return os.path.join(world.folder, name)


def package(world):
    path = place(world, "存摺.zip")
    shutil.copy(CORPUS / "package" / "aes", path)
    return path


@journey.step("a-package-given-as-argument-asks-for-its-password")
def _(world):
    world.package = package(world)
    screen = world.run_client(world.package)
    screen.wait_for("password text", "檔案密碼")
    screen.wait_says("存摺.zip")
    assert_all_named(screen)
    world.picture("password")


@journey.step("a-wrong-password-is-told-at-the-field-and-erased")
def _(world):
    screen = world.application
    screen.type("password text", "檔案密碼", "B123456780")
    screen.click("push button", "開啟")
    screen.wait_says("檔案密碼不正確")
    assert not text_in(screen.wait_for("password text", "檔案密碼"))
    world.picture("wrong-password")


@journey.step("a-small-letter-opens-it-too-and-the-page-stays")
def _(world):
    screen = world.application
    screen.type("password text", "檔案密碼", PASSWORD.lower())
    screen.click("push button", "開啟")
    screen.wait_for("list", LIST)
    screen.wait_says("請選擇一筆資料")
    assert screen.find("label", "健康存摺檢視"), screen.outline()
    assert_all_named(screen)
    world.picture("opened")


@journey.step("an-entry-shows-its-fields")
def _(world):
    screen = world.application
    list_ = screen.wait_for("list", LIST)
    entries = [name_of(child) for child in children(list_)]
    select(list_, next(index for index, name in enumerate(entries) if name[:1].isdigit() or name.startswith("民國")))
    screen.wait_for("list", "欄位")
    screen.wait_silent("請選擇一筆資料")
    world.picture("entry")


@journey.step("control-f-searches-and-escape-shows-all-again")
def _(world):
    screen = world.application
    focus(screen.wait_for("list", LIST))
    key("f", "Control_L")
    field = screen.wait_for("entry", "搜尋")
    screen.fill(field, "這幾個字不會出現")
    screen.wait_says("找不到資料")
    world.picture("nothing-found")
    key("Escape")
    screen.wait_silent("找不到資料")
    assert not text_in(screen.wait_for("entry", "搜尋"))


@journey.step("alt-left-leads-to-the-health-bank")
def _(world):
    key("Left", "Alt_L")
    world.application.wait_for("push button", "前往登入")


@journey.step("the-insurers-json-opens")
def _(world):
    path = place(world, "我的健康存摺.json")
    shutil.copy(CORPUS / "record-json" / "medical", path)
    screen = world.run_client(path)
    screen.wait_for("list", LIST)
    world.picture("json")


@journey.step("what-is-no-package-is-told-kindly")
def _(world):
    with zipfile.ZipFile(place(world, "holiday.zip"), "w") as foreign:
        foreign.writestr("photo.txt", "a beach")
    pathlib.Path(place(world, "damaged.zip")).write_bytes(pathlib.Path(world.package).read_bytes()[:200])
    pathlib.Path(place(world, "text.json")).write_text("not JSON at all", encoding="utf-8")
    for name in ("holiday.zip", "damaged.zip", "text.json", "missing.zip"):
        screen = world.run_client(place(world, name))
        screen.wait_says("無法開啟檔案")
        assert_all_named(screen)
        world.picture(name.replace(".", "-"))


if __name__ == "__main__":
    main(journey)
