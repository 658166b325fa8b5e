# SPDX-License-Identifier: GPL-3.0-or-later
"""Several nodes on one database: a web node writes what must happen, two job nodes do it, and one of these is killed,
asked to go, or stands still in the middle. Each letter goes once; twice only what was in the air when its node died."""

import asyncio
import collections
import contextlib
import csv
import os
import signal
import sys

import citizen
from framework import NO_RATE, case, expect, main, program, service

from environment.mailbox import Mailbox, read_letter
from environment.processes import Process, wait_until
from environment.world import PEOPLE, persona

LETTERS_EACH = 4  # of one person; from the sixth on they would have to wait
IN_THE_AIR = 2    # letters that one node sends at once


class Server(Mailbox):
    """Takes its time with each letter. @held: how many of the next letters are kept in the air until let_go, and then
    are not taken."""

    def __init__(self, folder):
        self.held = 0
        self.holding = 0
        self.let_go = False
        super().__init__(folder)
        take = self.sink.handle_DATA

        async def handle(server, session, envelope):
            if self.held > 0:
                self.held -= 1
                self.holding += 1
                while not self.let_go:
                    await asyncio.sleep(0.01)
                return "451 Try again later"
            await asyncio.sleep(0.02)
            return await take(server, session, envelope)

        self.sink.handle_DATA = handle

    def counts(self):
        """How often each letter came, by its Message-ID."""
        return collections.Counter(read_letter(name)["Message-ID"] for _, name in list(self.sink.letters))


class Node(Process):
    """nhicardd in one role."""

    def __init__(self, one, name, role):
        super().__init__(name, [program("nhicardd"), "--config", one.config, "--role", role], one.folder)


@contextlib.contextmanager
def nodes(folder, mailbox, count):
    """The web node, and @count starters of job nodes; all are stopped in the end."""
    with service(folder, NO_RATE, start=False, smtp_port=mailbox.port) as one, contextlib.ExitStack() as stack:
        one.process = Node(one, "web", "web")
        wait_until(one._ready, one.process.log_text, 60)  # pylint: disable=protected-access

        def start(number):
            node = Node(one, f"jobs-{number}", "jobs")
            stack.callback(node.stop)
            return node
        yield one, [lambda number=number: start(number) for number in range(count)]


def everybody():
    """Whoever may register."""
    with open(PEOPLE, encoding="utf-8", newline="") as file:
        rows = csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t",
                              quoting=csv.QUOTE_NONE)
        return [row["key"] for row in rows if row["card_state"] == "active"]


def register_all(one):
    """How many letters wait then."""
    for key in everybody() * LETTERS_EACH:
        status, answer = citizen.register(one, key)
        expect(status == 202, f"{status} {answer}")
    return one.database.value("SELECT count(*) FROM outbox")


def left(one, state):
    return one.database.value(f"SELECT count(*) FROM job WHERE kind = 'mail' AND state = '{state}'")


def hurry(one):
    """The leases of whoever runs now are over: what the wait would be is the unit tests' matter."""
    one.database.rows("UPDATE job SET run_at = 0 WHERE kind = 'mail' AND state = 'running'")


def all_sent(one, letters):
    wait_until(lambda: one.database.value("SELECT count(*) FROM outbox WHERE state = 'sent'") == letters,
               lambda: str(one.database.rows("SELECT state, count(*) FROM outbox GROUP BY state")), 60)
    wait_until(lambda: left(one, "done") == letters, lambda: f"{left(one, 'done')} jobs are done", 30)


@case
def a_node_killed_in_the_middle(folder):
    mailbox = Server(folder)
    try:
        with nodes(folder, mailbox, 2) as (one, start):
            letters = register_all(one)
            first, _ = start[0](), start[1]()
            wait_until(lambda: len(mailbox.sink.letters) >= letters / 4, "letters go", 30)
            first.kill()
            expect(left(one, "waiting") > 0, "everything was sent before it was killed")
            # The other node sends what is left but the dead one's; then these, once their leases are over.
            wait_until(lambda: left(one, "done") >= letters - IN_THE_AIR and left(one, "waiting") == 0,
                       "the other node goes on", 60)
            hurry(one)
            all_sent(one, letters)
            counts = mailbox.counts()
            expect(len(counts) == letters, f"{len(counts)} of {letters} letters came")
            expect(sum(counts.values()) - letters <= IN_THE_AIR, f"too many came twice: {counts.most_common(5)}")
    finally:
        mailbox.stop()


@case
def a_node_that_is_asked_to_go(folder):
    """As in a restart of one node after the other: what is in the air is finished first."""
    mailbox = Server(folder)
    try:
        with nodes(folder, mailbox, 3) as (one, start):
            letters = register_all(one)
            first, second = start[0](), start[1]()
            wait_until(lambda: len(mailbox.sink.letters) >= letters / 4, "letters go", 30)
            expect(first.stop() == 0, first.log_text() if os.path.exists(first.log) else "it ended badly")
            start[2]()
            expect(second.stop() == 0, "it ended badly")
            all_sent(one, letters)
            counts = mailbox.counts()
            expect(len(counts) == letters and max(counts.values()) == 1, f"{letters}: {counts.most_common(5)}")
            expect(one.database.value("SELECT max(attempts) FROM job WHERE kind = 'mail'") == 1, "one was tried twice")
    finally:
        mailbox.stop()


@case
def a_node_that_stands_still_comes_too_late(folder):
    """Its letter is in the air and its lease over; another node sends it. What it then has to say counts no more."""
    mailbox = Server(folder)
    mailbox.held = 1
    try:
        with nodes(folder, mailbox, 2) as (one, start):
            status, answer = citizen.register(one)
            expect(status == 202, f"{status} {answer}")
            late = start[0]()
            wait_until(lambda: mailbox.holding, "the letter is in the air", 30)
            late.popen.send_signal(signal.SIGSTOP)
            hurry(one)
            start[1]()
            mailbox.wait_for_letter(persona("chen-mei-ling")["email"])
            all_sent(one, 1)
            mailbox.let_go = True
            late.popen.send_signal(signal.SIGCONT)
            expect(late.stop() == 0, "it ended badly")
            expect(mailbox.counts().total() == 1, f"{mailbox.counts().total()} letters")
            state = one.database.rows("SELECT o.state, j.state, j.attempts FROM outbox o, job j WHERE j.kind = 'mail'")
            expect(state == [("sent", "done", 2)], state)
    finally:
        mailbox.stop()


if __name__ == "__main__":
    sys.exit(main("nodes"))
