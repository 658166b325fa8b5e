#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same way in a terminal, with exit codes that mean something and JSON that a program reads."""

import json
import pathlib

from framework import Journey, assert_equal, main
import way
from environment import mailbox
from environment.world import persona

journey = Journey("terminal", display=False)
PERSON = persona("chen-mei-ling")


def run_json(world, *arguments, code=0, stdin=""):
    answer = world.terminal(*arguments, "--json", stdin=stdin)
    assert_equal(answer.returncode, code, answer.stdout + answer.stderr)
    return json.loads(answer.stdout)


@journey.step("without-a-card-it-says-so-and-fails")
def _(world):
    answer = run_json(world, "card", code=3)
    assert_equal(answer["error"]["exit_code"], 3)
    assert answer["error"]["message"]


@journey.step("reads-the-card")
def _(world):
    world.card.insert(PERSON["key"])
    card = run_json(world, "card", "--wait")["card"]
    assert_equal(card["name"], PERSON["name"])
    assert_equal(card["card_number"], PERSON["card_number"])
    assert_equal(card["birth_date"], PERSON["birth_date"])


@journey.step("registers")
def _(world):
    answer = world.terminal(
        "register", "--household-number", PERSON["household_number"], "--village-code", PERSON["village_code"],
        "--neighbourhood", PERSON["neighbourhood"], "--email", PERSON["email"], "--phone", PERSON["phone"],
        "--password-file=-", stdin=PERSON["password"] + "\n")
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)
    letter = world.mailbox.wait_for_letter(PERSON["email"])
    way.confirm(mailbox.confirm_link(letter), world.service.ca_file)


@journey.step("a-wrong-password-has-its-exit-code")
def _(world):
    answer = world.terminal("sign-in", "--password-file=-", stdin="wrong-password-1\n")
    assert_equal(answer.returncode, 5, answer.stderr)


@journey.step("signs-in")
def _(world):
    answer = world.terminal("sign-in", "--password-file=-", stdin=PERSON["password"] + "\n")
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)


@journey.step("applies-lists-downloads-opens")
def _(world):
    applied = run_json(world, "health-bank", "apply", "--wait")
    applications = run_json(world, "health-bank", "list")
    assert applied["application_id"] in json.dumps(applications)
    target = pathlib.Path(world.downloads, "package.zip")
    answer = world.terminal("health-bank", "download", "--output", str(target))
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)
    opened = run_json(world, "health-bank", "open", str(target), "--password-file=-",
                      stdin=PERSON["id_number"] + "\n")
    assert opened


@journey.step("signs-out-and-then-knows-nobody")
def _(world):
    assert_equal(world.terminal("sign-out").returncode, 0)
    assert_equal(world.terminal("health-bank", "list").returncode, 7)


@journey.step("a-service-that-is-away-has-its-exit-code")
def _(world):
    answer = world.terminal("sign-in", "--password-file=-", stdin=PERSON["password"] + "\n",
                            NHICARD_SERVICE_URI="https://localhost:9")
    assert_equal(answer.returncode, 4, answer.stderr)


@journey.step("nonsense-is-refused-with-help")
def _(world):
    for arguments in (("health-bank", "nonsense"), ("card", "--nonsense"), ("register", "--email")):
        answer = world.terminal(*arguments)
        assert_equal(answer.returncode, 2, answer.stderr)
        assert (answer.stderr + answer.stdout).strip(), arguments


if __name__ == "__main__":
    main(journey)
