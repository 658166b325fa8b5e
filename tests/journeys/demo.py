#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: with a display the world around a client for a person, without one the citizen's whole way."""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import framework  # noqa: F401  (sets the path to the environment)
import way
from environment import mailbox
from environment.processes import Missing, Process, TimedOut
from environment.world import World, persona


def has_display():
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    return bool(os.environ.get("DISPLAY")) and subprocess.run(
        ["xdpyinfo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def tell_person(world, person):
    county, township, village = way.division(person["village_code"]) if person["key"] != "no-records" else ("", "", "")
    print(f"""
The service runs at {world.service.uri}; letters arrive in {world.service.mail_folder}
The virtual reader holds the card of {person['name']}. Everything about this person is invented.

What the registration asks for:
  戶號 household number   {person['household_number']}
  戶籍地址 address        {county}{township}{village} {person['neighbourhood']} 鄰
  電子郵件 email          {person['email']}
  手機 telephone          {person['phone']}
  註冊密碼 password       {person['password']}  (or one of your own)
The downloaded package opens with the ID number: {person['id_number']}

Ctrl-C or closing the window ends everything.
""", flush=True)


def watch_letters(world, stop):
    """Prints the link of each letter as it comes."""
    seen = set()
    while not stop.wait(0.5):
        for name in mailbox.letters_in_folder(world.service.mail_folder):
            if name in seen:
                continue
            seen.add(name)
            letter = mailbox.read_letter(name)
            print(f"A letter has come: {letter['subject']}\n  {name}")
            try:
                print(f"  Open in a browser (the certificate is the demo's own, the browser will ask):\n"
                      f"  {mailbox.confirm_link(letter)}", flush=True)
            except AssertionError:
                pass


def person_environment(world):
    """The person's own display and theme, but settings and downloads in the demo's folder."""
    environment = dict(os.environ)
    for name in ("NHICARD_SERVICE_URI", "NHICARD_CA_FILE", "NHICARD_LOCALEDIR", "GSETTINGS_SCHEMA_DIR",
                 "PCSCLITE_CSOCK_NAME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        environment[name] = world.environment[name]
    environment["GSETTINGS_BACKEND"] = "keyfile"
    return environment


def own_bus(environment):
    """A display without a session bus, such as a bare X server: the libraries would start one that nobody ends."""
    runtime = environment.get("XDG_RUNTIME_DIR")
    has_bus = "DBUS_SESSION_BUS_ADDRESS" in environment or (runtime and os.path.exists(os.path.join(runtime, "bus")))
    return [] if has_bus else ["dbus-run-session", "--"]


def with_display(world, person):
    tell_person(world, person)
    stop = threading.Event()
    watcher = threading.Thread(target=watch_letters, args=(world, stop), daemon=True)
    watcher.start()
    environment = person_environment(world)
    client = Process("nhicard", own_bus(environment) + [str(world.build / "client/application/nhicard")], world.folder,
                     env=environment)
    try:
        code = client.popen.wait()
    finally:
        stop.set()
        watcher.join()
        client.stop()
    if code != 0:
        print(f"The client ended with {code}:\n{client.log_text()}")
    return code


def whole_way(world, person):
    """Check, card, registration, letter, sign-in, health bank, viewer: as a person goes it."""
    screen = world.run_client()
    world.picture("home")
    screen.go("環境檢測")
    screen.wait_says(way.VERDICT)
    world.picture("check")
    print("1. environment check done")
    screen.go("健保卡")
    screen.wait(lambda: screen.find("list", "卡片資料"), "the card")
    world.picture("card")
    print(f"2. card of {person['name']} read")
    way.register(world, person)
    print("3. registration sent")
    letter = mailbox.newest_letter(world.service.mail_folder)
    way.confirm(mailbox.confirm_link(letter), world.service.ca_file)
    print("4. letter read, link followed, confirmed")
    way.sign_in(world, person["password"])
    screen.wait_for("list", "帳號資料")
    world.picture("signed-in")
    print("5. signed in")
    way.apply_for_everything(world)
    way.download(world)
    way.open_in_viewer(world, person)
    print("6. health bank applied for, downloaded, opened")


def keep_results(world):
    """Letters and package beside the pictures, because the world's folder goes away."""
    for name in mailbox.letters_in_folder(world.service.mail_folder):
        shutil.copy(name, world.pictures)
    for package in pathlib.Path(world.downloads).glob("*"):
        shutil.copy(package, world.pictures)
    print("\nPictures, letters and the package:")
    for path in sorted(world.pictures.iterdir()):
        if path.is_file():
            print(f"  {path}")


def without_display(world, person):
    try:
        whole_way(world, person)
    except (AssertionError, TimedOut) as error:
        print(error)
        world.try_picture("failed")
        world.keep_logs()
        print(f"The way ended early. Pictures and logs: {world.pictures}")
        return 1
    keep_results(world)
    print(f"The package opens with the ID number: {person['id_number']}")
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--persona", default="chen-mei-ling")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    headless = options.headless or not has_display()
    try:
        person = persona(options.persona)
        with World("demo", mail="folder", display=headless, people=200) as world:
            world.card.insert(person["key"])
            return without_display(world, person) if headless else with_display(world, person)
    except KeyError as error:
        print(f"No persona is called {error}; see data/demo-people/personas.tsv")
        return 2
    except Missing as missing:
        print(missing)
        return 1
    except KeyboardInterrupt:
        print("\nEnded.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
