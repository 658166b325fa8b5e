#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flatpak: built from its manifest, installed, run in the sandbox against the host's pcscd with a card."""

import json
import os
import pathlib
import socket
import struct
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "journeys")]

from framework import Journey, assert_equal, main  # noqa: E402
import way  # noqa: E402
from environment import x11  # noqa: E402
from environment.processes import Missing, build_folder, wait_until  # noqa: E402
from environment.sandbox import ID, OWN_RUN, Installation, SandboxedWorld, need_sandboxes  # noqa: E402
from environment.world import persona  # noqa: E402
from journeys.screen import Application  # noqa: E402

journey = Journey("flatpak", make_world=SandboxedWorld)
PERSON = persona("chen-mei-ling")
RESTART = "重新開啟本程式"
MAY = {"shared": {"network", "ipc"}, "sockets": {"x11", "wayland", "fallback-x11", "pcsc"}, "devices": {"dri"}}


def sections(text):
    """{section: {key: set of values}} of what flatpak prints."""
    found, section = {}, None
    for line in filter(None, text.splitlines()):
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        else:
            key, _, value = line.partition("=")
            section[key] = set(filter(None, value.split(";")))
    return found


def verdict(world, check):
    """What one row of the check says: (verdict, code)."""
    answer = world.terminal("check", "--json", timeout=120)
    row = next(row for row in json.loads(answer.stdout)["checks"] if row["id"] == check)
    return row["verdict"], row["code"]


class StrangeDaemon:
    """Listens where pcscd would and refuses every client's version, as a daemon of another protocol does."""

    HEADER, VERSION = struct.Struct("II"), struct.Struct("iiI")
    STOPPED = 0x8010001E

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            with client:
                request = client.recv(self.HEADER.size + self.VERSION.size, socket.MSG_WAITALL)
                if len(request) == self.HEADER.size + self.VERSION.size:
                    client.sendall(self.VERSION.pack(99, 0, self.STOPPED))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@journey.step("the-manifest-builds-and-installs")
def _(world):
    world.installation.install()


@journey.step("it-may-do-only-what-it-needs")
def _(world):
    assert_equal(sections(world.installation.ask("info", "--show-permissions", ID)), {"Context": MAY})


@journey.step("it-brings-only-what-runs")
def _(world):
    place = pathlib.Path(world.installation.ask("info", "--show-location", ID).strip()) / "files"
    names = {str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir()}
    assert_equal({name for name in names if name.startswith(("bin/", "sbin/", "etc/", "include/"))}, {"bin/nhicard"})
    assert any(name.startswith("lib/libpcsclite.so.1") for name in names), names
    assert not [name for name in names if name.endswith((".a", ".la", ".pc", ".h", ".cache"))], names


@journey.step("the-terminal-reads-the-card")
def _(world):
    world.card.insert(PERSON["key"])
    answer = world.terminal("card", "--json", "--wait")
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)
    card = json.loads(answer.stdout)["card"]
    assert_equal((card["name"], card["card_number"]), (PERSON["name"], PERSON["card_number"]))


@journey.step("the-check-passes-in-the-sandbox")
def _(world):
    answer = world.terminal("check", "--json", LC_ALL="zh_TW.UTF-8")
    checks = {check["id"]: check for check in json.loads(answer.stdout)["checks"]}
    assert not [check for check in checks.values() if check["verdict"] == "fail"], answer.stdout
    assert_equal(checks["sandbox"]["found"], "Flatpak 沙箱")
    for healthy in ("pcsc-service", "pcsc-protocol", "nhi-card", "font", "locale"):
        assert_equal(checks[healthy]["verdict"], "pass", healthy)


@journey.step("the-window-shows-the-card")
def _(world):
    screen = world.run_client()
    screen.go("健保卡")
    screen.wait(lambda: screen.find("list", "卡片資料") and screen.values("卡片資料").get("姓名") == PERSON["name"],
                "the card")
    world.picture("card")


@journey.step("keyring-and-printing-are-found-behind-the-portals")
def _(world):
    assert_equal(verdict(world, "secrets"), ("pass", None))
    assert_equal(verdict(world, "printing"), ("pass", None))


@journey.step("a-download-asks-where-and-is-saved-through-the-portal")
def _(world):
    person = way.registered(world, PERSON["key"])
    way.ready_by_interface(world, person)
    screen = world.run_client()
    screen.wait_says(PERSON["name"])
    way.sign_in(world, person["password"])
    screen.wait_for("list", "帳號資料")
    way.open_results(world)
    screen.click("push button", "下載")
    way.save_as(world, world.downloads + "/package.zip")
    screen.wait_for("push button", "開啟健康存摺")
    screen.wait_says("已儲存為 package.zip")
    assert_equal([path.name for path in pathlib.Path(world.downloads).iterdir()], ["package.zip"])
    world.picture("saved")


@journey.step("what-was-saved-opens-from-the-desktop")
def _(world):
    screen = world.run_desktop_file(pathlib.Path(world.downloads, "package.zip"))
    screen.type("password text", "檔案密碼", PERSON["id_number"])
    screen.click("push button", "開啟")
    screen.wait_for("list", "健康存摺內容")
    world.picture("opened")


@journey.step("without-the-socket-at-the-start-it-says-restart")
def _(world):
    world.stop_client()
    world.card.stop()
    world.daemon.stop()
    assert_equal(verdict(world, "pcsc-service"), ("fail", "PCSCD-SANDBOX"))


@journey.step("a-new-socket-is-seen-only-by-a-new-start")
def _(world):
    world.daemon.start()
    world.restart_card()
    screen = world.run_client()
    screen.go("健保卡")
    screen.wait_says("請插入健保卡")
    world.card.stop()
    world.daemon.stop()
    world.daemon.start()
    world.restart_card()
    world.card.insert(PERSON["key"])
    screen.go("環境檢測")
    row = "2. 讀卡機服務"
    screen.wait(lambda: screen.find("list item", row) and "沙箱" in screen.value(row), "the stale socket to be told")
    world.picture("stale-socket")


@journey.step("the-restart-button-opens-the-program-with-the-new-socket")
def _(world):
    old = world.application
    if not old.find("push button", RESTART):
        old.press(old.wait_for("list item", "2. 讀卡機服務"))
    old.click("push button", RESTART)
    wait_until(lambda: not world.client_process.running(), "the old program to end")
    opened = Application(world.portals.program("flatpak-portal"))
    opened.wait_says(PERSON["name"])
    world.picture("restarted")
    x11.press_key("q", ["Control_L"])
    wait_until(lambda: not x11.top_windows(), "the new program to end")


@journey.step("a-daemon-of-another-protocol-is-named")
def _(world):
    world.stop_client()
    world.card.stop()
    world.daemon.stop()
    with StrangeDaemon(world.daemon.socket):
        assert_equal(verdict(world, "pcsc-service"), ("pass", None))
        assert_equal(verdict(world, "pcsc-protocol"), ("fail", "PCSC-8010001E"))


def enter_own_run():
    """Goes on with a /run/user of its own: what a portal hands in has its path there, outside the sandbox and in it."""
    mount = 'mount --make-rprivate / && mount -t tmpfs tmpfs /run/user && mkdir -m 700 "$1" && shift && exec "$@"'
    namespace = ["unshare", "-m" if os.geteuid() == 0 else "-rm"]
    os.makedirs("/run/user", exist_ok=True)
    os.execvpe("unshare", [*namespace, "sh", "-ec", mount, "sh", OWN_RUN, sys.executable, __file__],
               {**os.environ, "XDG_RUNTIME_DIR": OWN_RUN, "NHI_OWN_RUN": "yes"})


if __name__ == "__main__":
    if os.environ.get("NHI_OWN_RUN"):
        main(journey)
    try:
        need_sandboxes()
        Installation(build_folder() / "flatpak").prepare_runtime()
        enter_own_run()
    except Missing as missing:
        print(f"1..0 # SKIP {missing}")
