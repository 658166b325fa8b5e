#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mending with `nhicard check --fix`, over real D-Bus messages to a systemd and a PackageKit that do what they are told
to: they obey, they refuse, they never answer."""

import os
import pathlib
import shutil
import signal
import sys
import traceback

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from environment import machine  # noqa: E402
from environment.buses import PackageKit  # noqa: E402
from environment.processes import Missing  # noqa: E402
from environment.reader import Daemon  # noqa: E402
from room import Base, Room  # noqa: E402

_cases = []


def case(function):
    _cases.append(function)
    return function


def expect(good, what):
    if not good:
        raise AssertionError(what)


def fix(room, seconds="20"):
    report, told = room.machine.check("--fix", "--fix-seconds", seconds)
    return report, told


def stopped_pcscd(room, **how):
    """pcscd stands still until systemd is told to start it; then it really runs."""
    daemon = Daemon(room.folder)
    room.keep(daemon)
    room.set(PCSCLITE_CSOCK_NAME=daemon.socket)
    shutil.rmtree(daemon.sockets)
    os.makedirs(daemon.sockets)
    bus, systemd = room.systemd(active="inactive", start=daemon.start, **how)
    return bus, systemd


@case
def a_stopped_pcscd_is_started_and_enabled(room):
    _, systemd = stopped_pcscd(room, state="disabled")
    report, told = fix(room)
    expect(report["pcsc-service"]["verdict"] == "pass", report["pcsc-service"])
    expect(report["pcsc-startup"]["verdict"] == "pass", report["pcsc-startup"])
    expect(report["reader"]["verdict"] == "pass", report["reader"])
    expect(systemd.called("EnableUnitFiles") == [(["pcscd.socket"], False, False)], systemd.calls)
    expect(systemd.called("StartUnit") == [("pcscd.socket", "replace")], systemd.calls)
    expect("1 item was mended" in told, told)


@case
def a_forbidden_pcscd_is_allowed_and_started(room):
    _, systemd = stopped_pcscd(room, state="masked")
    report, _ = fix(room)
    expect(report["pcsc-startup"]["verdict"] == "pass", report["pcsc-startup"])
    expect(report["pcsc-service"]["verdict"] == "pass", report["pcsc-service"])
    expect(systemd.called("UnmaskUnitFiles") == [(["pcscd.socket", "pcscd.service"], False)], systemd.calls)


@case
def a_stuck_socket_is_restarted(room):
    _, systemd = stopped_pcscd(room)
    daemon, _ = room.daemon()
    daemon.process.kill()
    systemd.on_start = daemon.start
    report, _ = fix(room)
    expect(report["pcsc-service"]["verdict"] == "pass", report["pcsc-service"])
    expect(systemd.called("RestartUnit") and not systemd.called("StartUnit"), systemd.calls)


@case
def a_refusal_is_told_and_changes_nothing(room):
    _, systemd = stopped_pcscd(room, state="disabled", polkit="no")
    report, told = fix(room)
    expect("the permission was not given" in told, told)
    expect(report["pcsc-service"]["code"] == "PCSCD-NOT-RUNNING", report["pcsc-service"])
    expect(report["pcsc-service"]["command"] == "sudo systemctl enable --now pcscd.socket", report["pcsc-service"])
    expect(systemd.state == "disabled", systemd.state)


@case
def a_person_who_went_away_is_not_waited_for_for_ever(room):
    stopped_pcscd(room, polkit="silent")
    _, told = fix(room, "1")
    expect("did not answer in time" in told, told)


@case
def a_start_that_never_ends_is_told(room):
    stopped_pcscd(room, job="silent")
    _, told = fix(room, "1")
    expect("did not answer in time" in told, told)


@case
def a_start_that_fails_is_told(room):
    stopped_pcscd(room, job="failed")
    report, told = fix(room)
    expect("The card reader service could not be started: failed" in told, told)
    expect(report["pcsc-service"]["verdict"] == "fail", report["pcsc-service"])


@case
def a_unit_that_vanishes_is_told(room):
    _, systemd = stopped_pcscd(room)
    systemd.GetUnitFileState = lambda *_: machine_says_enabled()
    systemd.state = None
    _, told = fix(room)
    expect("The card reader service is not installed" in told, told)


def machine_says_enabled():
    from gi.repository import GLib

    return GLib.Variant("(s)", ("enabled",))


@case
def a_missing_package_is_installed_and_then_started(room):
    bus, systemd = stopped_pcscd(room, state=None)

    def install(name):
        systemd.state = "disabled"
        installed.append(name)

    installed = []
    bus.add(PackageKit(["pcscd"], install=install))
    report, told = fix(room)
    expect(installed == ["pcscd"], installed)
    expect(report["pcsc-startup"]["verdict"] == "pass", report["pcsc-startup"])
    expect(report["pcsc-service"]["verdict"] == "pass", report["pcsc-service"])
    expect("2 items were mended" in told, told)


def without_fonts(room, **how):
    config = os.path.join(room.folder, "fonts.conf")
    with open(config, "w", encoding="ascii") as file:
        file.write('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
                   f"<dir>{room.folder}/fonts</dir><cachedir>{room.folder}/cache</cachedir></fontconfig>")
    room.set(FONTCONFIG_FILE=config)
    bus, _ = room.systemd()
    return bus.add(PackageKit(**how))


@case
def a_font_is_fetched(room):
    def install(_name):
        shutil.copytree("/usr/share/fonts/opentype/noto", os.path.join(room.folder, "fonts"))

    if not os.path.isdir("/usr/share/fonts/opentype/noto"):
        raise Missing("fonts-noto-cjk is not installed")
    package_kit = without_fonts(room, packages=["fonts-noto-cjk"], install=install)
    report, _ = fix(room)
    expect(report["font"]["verdict"] == "pass", report["font"])
    expect(package_kit.called("InstallPackages")[0][1] == ["fonts-noto-cjk;1.0;all;main"], package_kit.calls)


@case
def a_refused_installation_is_told(room):
    without_fonts(room, packages=["fonts-noto-cjk"], polkit="no")
    report, told = fix(room)
    expect("fonts-noto-cjk was not installed, because the permission was not given" in told, told)
    expect(report["font"]["command"] == "sudo apt install fonts-noto-cjk", report["font"])


@case
def an_installation_that_never_ends_is_told(room):
    without_fonts(room, packages=["fonts-noto-cjk"], polkit="silent")
    _, told = fix(room, "1")
    expect("did not answer in time" in told, told)


@case
def an_unknown_package_is_told(room):
    without_fonts(room, packages=[])
    _, told = fix(room)
    expect("is not in the sources of this computer" in told, told)


@case
def without_systemd_and_package_kit_only_the_command_is_told(room):
    room.without_systemd()
    room.no_socket()
    report, told = fix(room)
    check = report["pcsc-service"]
    expect((check["fix"], check["command"], check["fixable"]) == ("command", "sudo pcscd", False), check)
    expect("mended" not in told, told)


@case
def a_healthy_machine_is_left_alone(room):
    _, systemd = room.systemd()
    _, told = fix(room)
    changes = [call for call in systemd.calls if call[0] not in ("GetUnitFileState", "LoadUnit", "Subscribe")]
    expect(not changes, changes)
    expect(told == "", told)


def run(base, number, function):
    room = Room(base)
    name = f"/fixes/{function.__name__.replace('_', '-')}"
    try:
        function(room)
        print(f"ok {number} {name}", flush=True)
        return True
    except Missing as missing:
        print(f"ok {number} {name} # SKIP {missing}", flush=True)
        return True
    except Exception:  # pylint: disable=broad-except
        print(f"not ok {number} {name}", flush=True)
        for line in traceback.format_exc().splitlines()[-8:]:
            print("# " + line, flush=True)
        return False
    finally:
        room.stop()


def main():
    only = sys.argv[1:]
    cases = [function for function in _cases if not only or function.__name__ in only]
    print(f"1..{len(cases)}", flush=True)
    base = Base()
    try:
        good = [run(base, number, function) for number, function in enumerate(cases, 1)]
    finally:
        base.stop()
    return 0 if all(good) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        machine.enter_network([str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])
    except Missing as reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    sys.exit(main())
