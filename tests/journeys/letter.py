#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The letter: what arrives by SMTP, what its page does, in a plain client and in a real browser."""

import os
import shutil
import subprocess

from framework import Journey, assert_equal, assert_in, main
import way
from environment import mailbox
from environment.processes import wait_until
from environment.world import persona

journey = Journey("letter", reader=None, display=False)
PERSON = persona("chen-mei-ling")
OTHER = persona("zheng-shu-fen")
BROWSER = ["--headless", "--accept-lang=zh-TW", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
           "--ignore-certificate-errors", "--window-size=900,900", "--hide-scrollbars"]


@journey.step("arrives-with-text-and-html")
def _(world):
    world.service.register(PERSON)
    letter = world.mailbox.wait_for_letter(PERSON["email"])
    world.letter = letter
    assert letter.get_body(("html",)) is not None, "no HTML part"
    text = mailbox.text_of(letter)
    assert "健保" in text and "confirm" in text.lower(), text
    for private in (PERSON["id_number"], PERSON["card_number"], PERSON["household_number"], PERSON["password"]):
        assert private not in letter.as_string() and private not in text, private


@journey.step("the-link-looks-first-and-changes-nothing")
def _(world):
    link = mailbox.confirm_link(world.letter)
    for _visit in range(2):
        status, page = way.open_page(link, world.service.ca_file)
        assert_equal(status, 200)
        assert PERSON["id_number"] not in page
    status, _answer = world.service.request("POST", "/api/v1/sessions", {
        "card_number": PERSON["card_number"], "id_number": PERSON["id_number"],
        "password": PERSON["password"], "client": "journey"})
    assert_equal(status, 401, "sign-in before the click")


@journey.step("a-click-confirms")
def _(world):
    way.confirm(mailbox.confirm_link(world.letter), world.service.ca_file)
    assert world.service.sign_in(PERSON)


@journey.step("a-second-click-says-that-it-is-done")
def _(world):
    status, page = way.open_page(mailbox.confirm_link(world.letter), world.service.ca_file)
    assert_equal(status, 200)
    assert_in("已", page)


@journey.step("a-wrong-link-is-told-in-words")
def _(world):
    status, page = way.open_page(world.service.uri + "/confirm/" + "A" * 43, world.service.ca_file)
    assert status in (404, 410), status
    assert "<form" not in page


@journey.step("a-mail-server-that-is-away-loses-no-letter")
def _(world):
    world.mailbox.sink.refuse = "451 try again later"
    world.service.register(OTHER)
    wait_until(lambda: world.mailbox.sink.refused > 0, "an attempt to deliver", timeout=30)
    assert_equal(world.mailbox.count(OTHER["email"]), 0)
    world.mailbox.sink.refuse = None
    world.other_letter = world.mailbox.wait_for_letter(OTHER["email"], timeout=120)


@journey.step("a-browser-shows-the-page-and-its-button-confirms")
def _(world):
    if not shutil.which("chromium"):
        raise AssertionError("chromium is not installed")
    link = mailbox.confirm_link(world.other_letter)
    picture = world.pictures / "confirm-page.png"
    browse(world, [f"--screenshot={picture}", link])
    assert picture.stat().st_size > 5000
    click_in_browser(world, link)
    assert world.service.sign_in(OTHER)


def browse(world, arguments):
    profile = os.path.join(world.folder, "chromium")
    subprocess.run(["chromium", *BROWSER, f"--user-data-dir={profile}", *arguments], check=True, timeout=90,
                   capture_output=True, env={**world.environment, "HOME": world.folder})


def click_in_browser(world, link):
    """By WebDriver, with the standard library only."""
    from environment.browser import Browser

    with Browser(world.folder, BROWSER) as browser:
        browser.open(link)
        browser.click("button, input[type=submit]")
        browser.picture(str(world.pictures / "confirmed-page.png"))


if __name__ == "__main__":
    main(journey)
