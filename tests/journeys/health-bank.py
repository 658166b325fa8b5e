#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health bank: apply, results, download, cut download resumed, 7-Zip, the viewer."""

import hashlib
import os
import pathlib
import subprocess

from framework import Journey, assert_all_named, assert_equal, main
import way

journey = Journey("health-bank")


@journey.step("signed-out-leads-to-the-sign-in")
def _(world):
    world.person = way.registered(world, "ten-years")
    world.card.insert("ten-years")
    screen = world.run_client()
    screen.wait_says("李福來")
    screen.go("健康存摺")
    screen.wait_for("push button", "前往登入")
    world.picture("signed-out")
    assert_all_named(screen)


@journey.step("applies-for-everything")
def _(world):
    screen = world.application
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料")
    way.apply_for_everything(world)
    assert_all_named(screen)


@journey.step("the-results-become-ready")
def _(world):
    way.open_results(world)
    screen = world.application
    assert_all_named(screen)
    values = screen.values("申請結果")
    assert len(values) >= 5, values
    assert any("無資料" in value for value in values.values()), values


@journey.step("downloads-a-package-that-7-zip-opens")
def _(world):
    world.package = package = way.download(world)
    target = os.path.join(world.folder, "unpacked")
    done = subprocess.run(["7z", "x", f"-p{world.person['id_number']}", f"-o{target}", str(package)],
                          capture_output=True, text=True)
    assert_equal(done.returncode, 0, done.stdout + done.stderr)
    names = sorted(os.listdir(target))
    assert [name for name in names if name.endswith(".xml")], names
    for name in names:
        if name.endswith(".xml"):
            subprocess.run(["/usr/bin/python3", "-c", "import sys,xml.dom.minidom as m; m.parse(sys.argv[1])",
                            os.path.join(target, name)], check=True)
    wrong = subprocess.run(["7z", "t", "-pA000000000", str(package)], capture_output=True)
    assert wrong.returncode != 0, "a wrong password opens the package"


@journey.step("opens-in-the-viewer")
def _(world):
    way.open_in_viewer(world, world.person)
    assert_all_named(world.application)


@journey.step("the-search-narrows-the-list")
def _(world):
    screen = world.application
    field = screen.wait_for("entry", "搜尋")
    screen.fill(field, "這幾個字不會出現")
    screen.wait_says("共 0 筆")
    screen.fill(field, "")
    screen.wait_gone("label", "共 0 筆")


@journey.step("a-download-cut-by-a-killed-worker-goes-on")
def _(world):
    world.stop_client()
    first = hashlib.sha256(world.package.read_bytes()).hexdigest()
    whole = world.package.read_bytes()
    world.package.rename(str(world.package) + ".part")
    pathlib.Path(str(world.package) + ".part").write_bytes(whole[:len(whole) // 3])
    screen = world.run_client()
    screen.wait_says("李福來")
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料")
    way.open_results(world)
    world.service.kill_workers()
    screen.click("push button", "下載")
    screen.wait(lambda: screen.find("push button", "開啟健康存摺") or screen.find("push button", "繼續下載"),
                "the download or its cut", timeout=60)
    world.picture("after-the-kill")
    if screen.find("push button", "繼續下載"):
        screen.click("push button", "繼續下載")
    screen.wait(lambda: world.package.exists(), "the package", timeout=60)
    assert_equal(hashlib.sha256(world.package.read_bytes()).hexdigest(), first)


@journey.step("nothing-decrypted-is-left-on-disk")
def _(world):
    for parent, _folders, names in os.walk(os.path.join(world.folder, "home")):
        for name in names:
            data = pathlib.Path(parent, name).read_bytes()
            assert "李福來".encode() not in data and b"<r1" not in data, os.path.join(parent, name)


if __name__ == "__main__":
    main(journey)
