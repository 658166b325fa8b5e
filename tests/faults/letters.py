# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail server is away, refuses, is slow, or dies: the letter comes later, and once."""

import asyncio
import os
import signal
import sys

import citizen
from framework import case, expect, main, service
from workers import jobs_worker

from environment import processes
from environment.mailbox import Mailbox, confirm_link, read_letter
from environment.processes import wait_until
from environment.world import persona

ADDRESS = persona("chen-mei-ling")["email"]


class Server(Mailbox):
    """@hold: "before" keeps a letter in the air without taking it, "after" takes it and does not say so."""

    def __init__(self, folder):
        self.hold = None
        self.in_the_air = 0
        super().__init__(folder)
        take = self.sink.handle_DATA

        async def handle(server, session, envelope):
            mode = self.hold
            answer = await take(server, session, envelope) if mode != "before" else None
            self.in_the_air += 1
            while mode and self.hold == mode:
                await asyncio.sleep(0.01)
            return answer or await take(server, session, envelope)

        self.sink.handle_DATA = handle


def registered(one):
    status, answer = citizen.register(one)
    expect(status == 202, f"{status} {answer}")


def wait_for_attempt(one, attempts=1):
    """Until the letter's job has failed @attempts times and waits."""
    return wait_until(lambda: [error for error, in one.database.rows(
        f"SELECT error FROM job WHERE kind = 'mail' AND state = 'waiting' AND attempts >= {attempts}")],
        "a failed attempt", 60)[0]


def hurry(one):
    """The next attempt is due now: what the wait would be is the unit tests' matter."""
    one.database.rows("UPDATE job SET run_at = 0 WHERE kind = 'mail' AND state = 'waiting'")


def sent_once(one, mailbox):
    letter = mailbox.wait_for_letter(ADDRESS)
    wait_until(lambda: one.database.rows("SELECT state FROM outbox") == [("sent",)], "the row says sent")
    expect(one.database.rows("SELECT state FROM job WHERE kind = 'mail'") == [("done",)], "the job is not done")
    expect(mailbox.count(ADDRESS) == 1, f"{mailbox.count(ADDRESS)} letters")
    confirm_link(letter)
    citizen.confirm(one, letter)


@case
def the_mail_server_is_away(folder):
    port = processes.free_ports()
    with service(folder, smtp_port=port) as one:
        registered(one)
        why = wait_for_attempt(one)
        expect("mail server" in why, why)
        mailbox = Mailbox(folder, port)
        try:
            hurry(one)
            sent_once(one, mailbox)
        finally:
            mailbox.stop()


@case
def the_mail_server_says_try_later(folder):
    mailbox = Mailbox(folder)
    mailbox.sink.refuse = "451 Greylisted, come back"
    try:
        with service(folder, smtp_port=mailbox.port) as one:
            registered(one)
            expect("451" in wait_for_attempt(one), "the reason is not kept")
            mailbox.sink.refuse = None
            hurry(one)
            sent_once(one, mailbox)
    finally:
        mailbox.stop()


@case
def the_mail_server_refuses_for_good(folder):
    """The letter is given up at once, its text forgotten, and the person may apply again."""
    mailbox = Mailbox(folder)
    mailbox.sink.refuse = "550 No such mailbox"
    try:
        with service(folder, smtp_port=mailbox.port) as one:
            registered(one)
            wait_until(lambda: one.database.rows("SELECT state, length(message) FROM outbox") == [("failed", 0)],
                       lambda: str(one.database.rows("SELECT state, length(message) FROM outbox")))
            expect(mailbox.sink.refused == 1, f"{mailbox.sink.refused} attempts")
            mailbox.sink.refuse = None
            registered(one)
            mailbox.wait_for_letter(ADDRESS)
    finally:
        mailbox.stop()


@case
def a_slow_mail_server_holds_nobody_up(folder):
    mailbox = Server(folder)
    mailbox.hold = "before"
    try:
        with service(folder, smtp_port=mailbox.port) as one:
            registered(one)
            wait_until(lambda: mailbox.in_the_air, "the letter is handed over")
            status, _ = citizen.register(one, "wang-kun")
            expect(status == 202, status)
            mailbox.hold = None
            sent = mailbox.wait_for_letter(ADDRESS)
            confirm_link(sent)
            wait_until(lambda: one.database.rows("SELECT DISTINCT state FROM outbox") == [("sent",)], "both are sent")
            expect(mailbox.count(ADDRESS) == 1, f"{mailbox.count(ADDRESS)} letters")
    finally:
        mailbox.stop()


@case
def killed_before_the_server_took_the_letter(folder):
    mailbox = Server(folder)
    mailbox.hold = "before"
    try:
        with service(folder, smtp_port=mailbox.port) as one:
            registered(one)
            wait_until(lambda: mailbox.in_the_air, "the letter is handed over")
            os.kill(jobs_worker(one), signal.SIGKILL)
            wait_until(lambda: mailbox.in_the_air == 2, "the next process tries again", 30)
            expect(mailbox.count(ADDRESS) == 0, "a letter arrived that was not taken")
            mailbox.hold = None
            sent_once(one, mailbox)
    finally:
        mailbox.stop()


@case
def killed_after_the_server_took_the_letter(folder):
    """It cannot be known, so it comes again: the same letter with the same Message-ID, which mailboxes show once."""
    mailbox = Server(folder)
    mailbox.hold = "after"
    try:
        with service(folder, smtp_port=mailbox.port) as one:
            registered(one)
            wait_until(lambda: mailbox.count(ADDRESS) == 1, "the letter is taken")
            os.kill(jobs_worker(one), signal.SIGKILL)
            mailbox.hold = None
            wait_until(lambda: one.database.rows("SELECT state FROM outbox") == [("sent",)], "the row says sent", 30)
            letters = [read_letter(name) for _, name in mailbox.sink.letters]
            expect(1 <= len(letters) <= 2, f"{len(letters)} letters")
            expect(len({letter["Message-ID"] for letter in letters}) == 1, "they are different letters")
            expect(len({confirm_link(letter) for letter in letters}) == 1, "they hold different links")
            citizen.confirm(one, letters[-1])
    finally:
        mailbox.stop()


@case
def a_folder_that_cannot_be_written(folder):
    blocked = os.path.join(folder, "letters-are-here")
    with service(folder, mail_folder=blocked, start=False) as one:
        os.rmdir(blocked)
        with open(blocked, "w", encoding="ascii") as file:
            file.write("a file where the folder should be")
        one.start()
        registered(one)
        expect("folder" in wait_for_attempt(one), "the reason is not kept")
        os.unlink(blocked)
        hurry(one)
        wait_until(lambda: os.path.isdir(blocked) and [name for name in os.listdir(blocked) if name[0] != "."],
                   "the letter")
        wait_until(lambda: one.database.rows("SELECT state FROM outbox") == [("sent",)], "the row says sent")
        expect(len(os.listdir(blocked)) == 1, os.listdir(blocked))


if __name__ == "__main__":
    sys.exit(main("letters"))
