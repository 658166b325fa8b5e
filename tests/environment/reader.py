# SPDX-License-Identifier: GPL-3.0-or-later
"""pcscd with vpcd's virtual reader in namespaces of its own, and the virtual card in it."""

import os
import re
import shutil
import socket
import subprocess
import time

from . import processes
from .processes import Missing, Process, wait_until

DRIVER_FOLDERS = ("/usr/lib/pcsc/drivers/serial",)
READER_PORT = 35963
HAND_SECONDS = 1.0

# A private /run/pcscd for the daemon, whose folder stays visible outside, and a private loopback for vpcd.
START_DAEMON = r"""
set -e
if [ "$2" = network ]; then ip link set lo up; fi
if [ "$2" != none ]; then
  mount --make-rprivate / 2>/dev/null || true
  mount -t tmpfs -o mode=0755 tmpfs /run
fi
mkdir -p /run/pcscd
if [ "$2" != none ]; then mount --bind "$1" /run/pcscd; fi
exec setpriv --pdeathsig KILL /usr/sbin/pcscd --foreground --config "$3"
"""


def driver():
    for folder in DRIVER_FOLDERS:
        path = os.path.join(folder, "libifdvpcd.so")
        if os.path.exists(path):
            return path
    raise Missing("vsmartcard-vpcd is not installed")


def namespaces():
    """The arguments of unshare that this machine allows, best first, with the mode START_DAEMON needs."""
    tries = [(["unshare", "-rmn"], "network"),
             (["unshare", "-mn"], "network"),
             (["unshare", "-m"], "mounts")]
    probe = "mount -t tmpfs tmpfs /run && mkdir /run/x"
    for arguments, mode in tries:
        script = probe + (" && ip link set lo up" if mode == "network" else "")
        if subprocess.run(arguments + ["sh", "-c", script], capture_output=True).returncode == 0:
            return arguments, mode
    return [], "none"


class Daemon:
    """One pcscd. With with_reader False it starts without any reader."""

    def __init__(self, folder):
        processes.need("/usr/sbin/pcscd", "unshare")
        self.folder = folder
        self.sockets = os.path.join(folder, "pcscd")
        self.config = os.path.join(folder, "reader.conf.d")
        self.with_reader = True
        self.process = None
        self.enter = []
        os.makedirs(self.sockets, exist_ok=True)
        os.makedirs(self.config, exist_ok=True)
        self.namespaces, self.mode = namespaces()
        if self.mode == "none" and os.geteuid() != 0:
            raise Missing("this machine allows no namespaces and we are not root: pcscd cannot be started")
        self.port = READER_PORT if self.mode == "network" else processes.free_ports(2)

    @property
    def socket(self):
        return "/run/pcscd/pcscd.comm" if self.mode == "none" else os.path.join(self.sockets, "pcscd.comm")

    def configure(self, with_reader):
        path = os.path.join(self.config, "vpcd")
        if os.path.exists(path):
            os.unlink(path)
        if with_reader:
            with open(path, "w", encoding="ascii") as file:
                file.write('FRIENDLYNAME "Virtual PCD"\n'
                           f"DEVICENAME /dev/null:0x{self.port:X}\n"
                           f"LIBPATH {driver()}\nCHANNELID 0x{self.port:X}\n")

    def start(self):
        self.configure(self.with_reader)
        arguments = self.namespaces + ["sh", "-c", START_DAEMON, "pcscd", self.sockets, self.mode, self.config]
        self.process = Process("pcscd", arguments, self.folder)
        wait_until(lambda: self._listening(), lambda: "pcscd: " + self.process.log_text())
        self.enter = self._enter()

    def _listening(self):
        if not self.process.running():
            raise Missing("pcscd did not start: " + self.process.log_text())
        probe = socket.socket(socket.AF_UNIX)
        try:
            probe.connect(self.socket)
            return True
        except OSError:
            return False
        finally:
            probe.close()

    def _enter(self):
        if self.mode != "network":
            return []
        arguments = ["nsenter", "--target", str(self.process.pid), "--net"]
        if "-rmn" in self.namespaces:
            arguments += ["--user", "--preserve-credentials"]
        return arguments

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None
        if self.mode != "none":
            shutil.rmtree(self.sockets, ignore_errors=True)
            os.makedirs(self.sockets)


class Card:
    """The virtual card in a daemon's reader; obeys orders over its Unix socket."""

    def __init__(self, daemon, program, people, arguments=(), slot=0):
        self.path = os.path.join(daemon.folder, f"card-{slot}.socket")
        self.process = Process(
            f"virtual-card-{slot}",
            daemon.enter + [program, "--port", str(daemon.port + slot), "--people", people, "--control", self.path,
                            "--trace", *arguments],
            daemon.folder)
        self._connection = None
        wait_until(self._connect, lambda: "virtual-card: " + self.process.log_text())

    def _connect(self):
        if not self.process.running():
            raise Missing("virtual-card did not start: " + self.process.log_text())
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(self.path)
        except OSError:
            connection.close()
            return False
        self._connection = connection.makefile("rw", encoding="utf-8", newline="\n")
        return True

    def order(self, *lines):
        for line in lines:
            if line == "insert":
                self._let_pcscd_look()
            self._tell(line)

    def bounce(self):
        """Out and in again before pcscd can look: a card that slips in its slot."""
        self._tell("remove")
        self._tell("insert")

    def _tell(self, line):
        self._connection.write(line + "\n")
        self._connection.flush()
        answer = self._connection.readline().strip()
        if answer != "ok":
            raise AssertionError(f"virtual-card refused “{line}”: {answer}")

    def _let_pcscd_look(self):
        """pcscd looks at a virtual reader every 0.4 s: no hand changes a card faster than that."""
        removals = [at for at, what in self.events() if what == "removed"]
        if removals:
            time.sleep(max(0.0, removals[-1] + HAND_SECONDS - time.monotonic()))

    def insert(self, persona=None):
        self.order(*([f"persona {persona}"] if persona else []), "insert")

    def remove(self):
        self.order("remove")

    def events(self):
        """[(monotonic seconds, text)] of everything that happened so far."""
        pattern = re.compile(r"^(\d+\.\d+) (.*)$", re.M)
        return [(float(at), what) for at, what in pattern.findall(self.process.log_text())]

    def stop(self):
        if self._connection:
            self._connection.close()
        self.process.stop()
