# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything around the client, started on demand and taken down at the end."""

import csv
import os
import pathlib
import shutil
import subprocess
import tempfile

from . import database, x11
from .display import Display
from .mailbox import Mailbox
from .processes import ROOT, Process, TimedOut, build_folder, locked, wait_until
from .reader import Card, Daemon
from .service import Service

PEOPLE = ROOT / "data" / "demo-people" / "personas.tsv"
# No picture in the middle of a movement, no wait for one.
STILL = "[Settings]\ngtk-enable-animations=false\ngtk-cursor-blink=false\n"
# LeakSanitizer walks into freed thread storage when libraries were loaded in threads (TLS back end), unless told not to
# follow it. What is forgiven, and why, stands in lsan.supp.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1:intercept_tls_get_addr=0:" + os.environ.get("ASAN_OPTIONS", ""),
              "LSAN_OPTIONS": f"suppressions={ROOT / 'tests' / 'lsan.supp'}:print_suppressions=0",
              "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
# GTK 4.8 itself leaks when AT-SPI asks for a widget's actions (gtk_action_muxer's names), in frames that only the slow
# unwinder sees. Service and terminal are judged always; the window when NHI_WINDOW_LEAKS is set, slowly.
WINDOW_ONLY = {"ASAN_OPTIONS": SANITIZERS["ASAN_OPTIONS"] + (
    ":fast_unwind_on_malloc=0" if os.environ.get("NHI_WINDOW_LEAKS") else ":detect_leaks=0")}
BAD_WORDS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "-CRITICAL **")


def persona(key):
    with open(PEOPLE, encoding="utf-8", newline="") as file:
        for row in csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t",
                                  quoting=csv.QUOTE_NONE):
            if row["key"] == key:
                return row
    raise KeyError(key)


class World:
    """@reader: "card" (pcscd, reader, virtual card outside it), "later" (pcscd is not started yet), None (no
    pcscd at all).
    @mail: "smtp" (a sink on a free port), "folder" (letters as files), None."""

    def __init__(self, name, reader="card", service=True, mail="smtp", display=True, people=40):
        self.name = name
        self.build = build_folder()
        self.folder = tempfile.mkdtemp(prefix="nhicard-")
        self.pictures = self.build / "journeys" / (name if database.engine() == "sqlite" else f"{name}-{database.engine()}")
        shutil.rmtree(self.pictures, ignore_errors=True)
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.daemon = self.card = self.other_card = self.mailbox = self.service = self.display = None
        self.program = [str(self.build / "client/application/nhicard")]
        self.client_process = self.application = None
        self.bad_ends = []
        self._also = []
        self._picture_number = 0
        self.environment = self._own_environment()
        try:
            self._start(reader, service, mail, display, people)
        except BaseException:
            self.stop()
            raise

    def _own_environment(self):
        """A home of its own, so that nothing of the person who runs the tests is read or changed."""
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("XDG_", "DBUS_", "DISPLAY", "WAYLAND", "GTK_", "LC_", "LANG"))}
        folders = {"HOME": "home", "XDG_CONFIG_HOME": "home/.config", "XDG_DATA_HOME": "home/.local/share",
                   "XDG_CACHE_HOME": "home/.cache", "XDG_STATE_HOME": "home/.local/state", "XDG_RUNTIME_DIR": "run"}
        for variable, folder in folders.items():
            path = os.path.join(self.folder, folder)
            os.makedirs(path, mode=0o700, exist_ok=True)
            environment[variable] = path
        self.downloads = os.path.join(self.folder, "home", "Downloads")
        os.makedirs(self.downloads)
        with open(os.path.join(environment["XDG_CONFIG_HOME"], "user-dirs.dirs"), "w", encoding="utf-8") as file:
            file.write('XDG_DOWNLOAD_DIR="$HOME/Downloads"\n')
        os.makedirs(os.path.join(environment["XDG_CONFIG_HOME"], "gtk-4.0"))
        with open(os.path.join(environment["XDG_CONFIG_HOME"], "gtk-4.0", "settings.ini"), "w", encoding="utf-8") as file:
            file.write(STILL)
        environment.update(LOCPATH=self._taiwanese_locale(), LC_ALL="zh_TW.UTF-8", LANGUAGE="zh_TW",
                           GSETTINGS_BACKEND="keyfile", TZ="Asia/Taipei",
                           GSETTINGS_SCHEMA_DIR=str(self.build / "data"), NHICARD_LOCALEDIR=str(self.build / "po"),
                           G_DEBUG="fatal-criticals", **SANITIZERS)
        return environment

    def _taiwanese_locale(self):
        """The locale a person in Taiwan has; without it Pango draws another country's glyphs."""
        folder = self.build / "locale"
        folder.mkdir(exist_ok=True)
        with locked(folder / "lock"):  # other worlds begin at the same time
            if not (folder / "zh_TW.UTF-8").is_dir():
                subprocess.run(["localedef", "-i", "zh_TW", "-f", "UTF-8", str(folder / "zh_TW.UTF-8")], check=True)
        return str(folder)

    def _start(self, reader, service, mail, display, people):
        if reader:
            self.daemon = Daemon(self.folder)
            self.environment["PCSCLITE_CSOCK_NAME"] = self.daemon.socket
            if reader != "later":
                self.daemon.start()
            if reader == "card":
                self.card = self._new_card()
        else:
            self.environment["PCSCLITE_CSOCK_NAME"] = os.path.join(self.folder, "no-pcscd.comm")
        if mail == "smtp":
            self.mailbox = Mailbox(self.folder)
        mail_folder = os.path.join(self.folder, "letters") if mail == "folder" else None
        if service:
            self.service = Service(self.folder, self.build, people=people,
                                   smtp_port=self.mailbox.port if self.mailbox else None, mail_folder=mail_folder)
            self.service.start()
            self.environment["NHICARD_SERVICE_URI"] = self.service.uri
            self.environment["NHICARD_CA_FILE"] = self.service.ca_file
        if display:
            self.display = Display(self.folder)
            self.environment.update(self.display.environment)
            os.environ.update(self.display.environment)

    def plug_reader(self):
        """An empty reader; pcscd takes one that is not on USB only when it starts."""
        self.daemon.stop()
        self.daemon.with_reader = True
        self.daemon.start()
        self.card = self._new_card()

    def restart_card(self):
        """A card in the reader of a daemon that has come back."""
        self.card.stop()
        self.card = self._new_card()

    def second_card(self, *orders):
        """A card in vpcd's second slot, so that no empty reader hides what the first one holds."""
        if not self.other_card:
            self.other_card = self._new_card(slot=1)
        self.other_card.order(*orders)

    def _new_card(self, slot=0):
        program = str(self.build / "tests/virtual-card/virtual-card")
        return Card(self.daemon, program, str(PEOPLE), ["--removed"], slot)

    def run_client(self, *arguments, **changes):
        """Starts the shipped client; @changes are variables of its environment. Returns its screen."""
        return self._run_program([*self.program, *map(str, arguments)], **changes)

    def _run_program(self, command, **changes):
        from journeys import screen

        self.stop_client()
        environment = {**self.environment, **WINDOW_ONLY, **changes}
        self.client_process = Process("nhicard", command, self.folder, env=environment)
        self.application = screen.Application(self.client_process)
        x11.focus_top()
        return self.application

    def stop_client(self):
        """As a person ends it, so that what it still holds then is a leak; one that does not go is made to."""
        if not self.client_process:
            return
        process, self.client_process, self.application = self.client_process, None, None
        try:
            if process.running():
                x11.press_key("q", ["Control_L"])
                wait_until(lambda: not process.running(), "the client to end", timeout=30)
        except (OSError, TimedOut) as error:
            self.bad_ends.append(f"nhicard did not end at Ctrl+Q: {error}")
        code = process.stop()
        if code != 0:
            self.bad_ends.append(f"nhicard ended with {code}")

    def terminal(self, *arguments, stdin="", timeout=60, **changes):
        """The shipped client without a window; a CompletedProcess with text. It draws no glyphs, so the C library's
        own UTF-8 locale does."""
        changes = {"LOCPATH": "", "LC_ALL": "C.UTF-8", **changes}
        return subprocess.run([*self.program, *arguments], input=stdin, text=True,
                              capture_output=True, timeout=timeout, env={**self.environment, **WINDOW_ONLY, **changes})

    def picture(self, name):
        self._picture_number += 1
        path = str(self.pictures / f"{self._picture_number:02}-{name}.png")
        x11.picture(path)
        return path

    def try_picture(self, name):
        try:
            if self.display:
                self.picture(name)
        except OSError as error:
            print(f"# no picture: {error}")

    def crashes(self):
        """What sanitizers or criticals left in the logs, and programs that ended badly; asked after take_down()."""
        found = list(self.bad_ends)
        for log in sorted(pathlib.Path(self.folder).glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            for number, line in enumerate(lines):
                if any(word in line for word in BAD_WORDS):
                    found += [f"{log.name}: {told}" for told in lines[number:number + 12]]
        return found

    def keep_logs(self):
        target = self.pictures / "logs"
        target.mkdir(exist_ok=True)
        for log in pathlib.Path(self.folder).glob("*.log"):
            shutil.copy(log, target)

    def also_stop(self, part):
        """A journey's own part, to be stopped with the rest."""
        self._also.append(part)

    def take_down(self):
        """Ends everything; the folder with its logs stays until stop()."""
        self.stop_client()
        while self._also:
            self._also.pop().stop()
        if self.service and self.service.close() not in (None, 0):
            self.bad_ends.append("nhicardd ended badly")
        for part in (self.other_card, self.card, self.daemon, self.mailbox, self.display):
            if part:
                part.stop()
        self.other_card = self.card = self.daemon = self.service = self.mailbox = self.display = None

    def stop(self):
        self.take_down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
