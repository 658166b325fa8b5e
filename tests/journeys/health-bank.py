#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health bank: apply, results, download, cut download resumed, 7-Zip, the viewer."""

import os
import pathlib
import subprocess

from framework import Journey, assert_all_named, assert_equal, main
import way
from environment.proxy import Proxy

journey = Journey("health-bank")
ANSWERS_AROUND = 24 * 1024  # TLS, other requests of the page


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


@journey.step("a-pulled-card-takes-the-list-away")
def _(world):
    screen = world.application
    world.card.remove()
    screen.wait_gone("list", "帳號資料")
    screen.go("健康存摺")
    screen.wait_for("push button", "前往登入")
    assert not screen.find("list", "申請結果"), "the results are still there"
    world.picture("card-pulled")


@journey.step("a-broken-line-leaves-what-has-come")
def _(world):
    world.package.unlink()
    size = way.ready_by_interface(world, world.person, years=10)["size"]
    world.line = Proxy(world.service.port)
    world.also_stop(world.line)
    world.card.insert()
    screen = world.run_client(NHICARD_SERVICE_URI=f"https://localhost:{world.line.port}")
    screen.wait_says("李福來")
    way.sign_in(world, world.person["password"])
    screen.wait_for("list", "帳號資料")
    way.open_results(world)
    world.line.cut_after(size // 2)
    screen.click("push button", "下載")
    screen.wait_for("push button", "繼續下載", timeout=60)
    world.picture("broken-line")
    assert world.line.cuts >= 1, "the line was never cut"
    part, = pathlib.Path(world.downloads).glob("*.part")
    world.missing = size - part.stat().st_size
    assert 0 < world.missing < size, f"{world.missing} of {size} missing"


@journey.step("and-goes-on-where-it-broke")
def _(world):
    world.line.mend()
    world.application.click("push button", "繼續下載")
    world.application.wait_for("push button", "開啟健康存摺", timeout=60)
    passed = world.line.passed
    assert passed < world.missing + ANSWERS_AROUND, f"{passed} bytes came where {world.missing} were missing"
    assert not list(pathlib.Path(world.downloads).glob("*.part*")), "pieces are left"
    package, = pathlib.Path(world.downloads).glob("*.zip")
    subprocess.run(["7z", "t", f"-p{world.person['id_number']}", str(package)], check=True, capture_output=True)


@journey.step("nothing-decrypted-is-left-on-disk")
def _(world):
    for parent, _folders, names in os.walk(os.path.join(world.folder, "home")):
        for name in names:
            data = pathlib.Path(parent, name).read_bytes()
            assert "李福來".encode() not in data and b"<r1" not in data, os.path.join(parent, name)


if __name__ == "__main__":
    main(journey)
