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
    answer = world.terminal("card", "--json")
    assert answer.returncode != 0, answer.stdout
    assert "Traceback" not in answer.stderr


@journey.step("reads-the-card")
def _(world):
    world.card.insert(PERSON["key"])
    card = run_json(world, "card", "--wait")
    assert_equal(card["name"], PERSON["name"])
    assert_equal(card["card_number"], PERSON["card_number"])
    assert_equal(card["birth_date"], PERSON["birth_date"])


@journey.step("registers")
def _(world):
    answer = world.terminal(
        "register", "--household-number", PERSON["household_number"], "--village", PERSON["village_code"],
        "--neighbourhood", PERSON["neighbourhood"], "--email", PERSON["email"], "--phone", PERSON["phone"],
        "--password-stdin", stdin=PERSON["password"] + "\n")
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)
    letter = world.mailbox.wait_for_letter(PERSON["email"])
    way.confirm(mailbox.confirm_link(letter), world.service.ca_file)


@journey.step("a-wrong-password-has-its-exit-code")
def _(world):
    answer = world.terminal("sign-in", "--password-stdin", stdin="wrong-password-1\n")
    assert answer.returncode not in (0, 1, 2), (answer.returncode, answer.stderr)


@journey.step("signs-in")
def _(world):
    answer = world.terminal("sign-in", "--password-stdin", stdin=PERSON["password"] + "\n")
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)


@journey.step("applies-lists-downloads-opens")
def _(world):
    applied = run_json(world, "health-bank", "apply", "--wait")
    applications = run_json(world, "health-bank", "list")
    assert applied["application_id"] in json.dumps(applications)
    target = pathlib.Path(world.downloads, "package.zip")
    answer = world.terminal("health-bank", "download", "--output", str(target))
    assert_equal(answer.returncode, 0, answer.stdout + answer.stderr)
    opened = run_json(world, "health-bank", "open", str(target), "--password-stdin",
                      stdin=PERSON["id_number"] + "\n")
    assert opened


@journey.step("signs-out-and-then-knows-nobody")
def _(world):
    assert_equal(world.terminal("sign-out").returncode, 0)
    assert world.terminal("health-bank", "list").returncode != 0


@journey.step("nonsense-is-refused-with-help")
def _(world):
    for arguments in (("nonsense",), ("health-bank", "nonsense"), ("card", "--nonsense")):
        answer = world.terminal(*arguments)
        assert answer.returncode != 0 and (answer.stderr + answer.stdout).strip(), arguments


if __name__ == "__main__":
    main(journey)
