# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that keeps what it is given, and reading a letter as a person does."""

import email
import email.policy
import os
import re
import time

from . import processes
from .processes import wait_until


class _Sink:
    def __init__(self, folder):
        self.folder = folder
        self.letters = []
        self.refuse = None
        self.refused = 0

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            self.refused += 1
            return self.refuse
        name = os.path.join(self.folder, f"letter-{len(self.letters) + 1}.eml")
        with open(name, "wb") as file:
            file.write(envelope.original_content or envelope.content)
        self.letters.append((envelope.rcpt_tos, name))
        return "250 Message accepted for delivery"


class Mailbox:
    """An SMTP sink on a free port. @refuse is an SMTP answer that turns every letter away."""

    def __init__(self, folder, port=None):
        from aiosmtpd.controller import Controller

        self.folder = os.path.join(folder, "mail")
        os.makedirs(self.folder, exist_ok=True)
        self.sink = _Sink(self.folder)
        self.port = port or processes.free_ports()
        self.controller = Controller(self.sink, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def wait_for_letter(self, address, after=0, timeout=30):
        """The newest letter to @address, once more than @after have come; an email.message.EmailMessage."""
        def arrived():
            return [name for to, name in self.sink.letters if address in to][after:]
        name = wait_until(arrived, f"a letter to {address}", timeout)[-1]
        return read_letter(name)

    def count(self, address):
        return sum(address in to for to, _ in self.sink.letters)

    def stop(self):
        self.controller.stop()


def read_letter(name):
    with open(name, "rb") as file:
        return email.message_from_binary_file(file, policy=email.policy.default)


def letters_in_folder(folder):
    names = []
    for parent, _, files in os.walk(folder):
        names += [os.path.join(parent, name) for name in files if name.endswith(".eml")]
    return sorted(names, key=os.path.getmtime)


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def confirm_link(letter):
    """The one link to the confirmation page in the letter's plain text."""
    found = re.search(r"https://\S+/confirm/[A-Za-z0-9_-]+", text_of(letter))
    if not found:
        raise AssertionError("the letter holds no link:\n" + text_of(letter))
    return found.group(0)


def newest_letter(folder, timeout=30, after=0.0):
    def arrived():
        return [name for name in letters_in_folder(folder) if os.path.getmtime(name) > after]
    return read_letter(wait_until(arrived, f"a letter in {folder}", timeout)[-1])


def now():
    return time.time()
