# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy computer with everything around it that is real, and the means to break one thing."""

import os
import shutil
import signal
import tempfile

import stand_ins
from environment.buses import Bus, Keyring, Systemd
from environment.machine import Machine
from environment.reader import Card, Daemon
from environment.service import Service
from environment.world import PEOPLE, SANITIZERS, build_folder

PERSON = "chen-mei-ling"
CLIENT_SANITIZERS = {**SANITIZERS, "ASAN_OPTIONS": SANITIZERS["ASAN_OPTIONS"] + ":verify_asan_link_order=0"}


class Base:
    """What all faults share, because none of them changes it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="nhicard-matrix-")
        os.chmod(self.folder, 0o755)
        self.build = build_folder()
        self.parts = []
        self.service = Service(self.folder, self.build, people=13)
        self.service.start()
        self.daemon, self.card = self.reader(self.folder)
        self.card.insert(PERSON)
        stand_ins.wait_for_card(self.daemon.socket)
        self.session = self.keep(Bus(self.folder, "session"))
        self.session.add(Keyring())
        self.system = self.keep(Bus(self.folder, "system"))
        self.systemd = self.system.add(Systemd())

    def keep(self, part):
        self.parts.append(part)
        return part

    def reader(self, folder, with_reader=True):
        """A pcscd with its virtual reader and a card outside it."""
        daemon = Daemon(folder)
        daemon.with_reader = with_reader
        daemon.start()
        self.keep(daemon)
        if not with_reader:
            return daemon, None
        card = Card(daemon, str(self.build / "tests/virtual-card/virtual-card"), str(PEOPLE), ["--removed"])
        return daemon, self.keep(card)

    def stop(self):
        while self.parts:
            self.parts.pop().stop()
        self.service.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Room:
    """One run of the client: the healthy machine, on which a fault plants itself."""

    def __init__(self, base):
        self.base = base
        self.folder = tempfile.mkdtemp(prefix="fault-", dir=base.folder)
        os.chmod(self.folder, 0o755)
        self.machine = Machine(self.folder, str(base.build / "client/application/nhicard"), self._environment())
        self.machine.plant('mkdir -p "$ROOT/run/systemd/system"', 'touch "$ROOT/run/cups/cups.sock"')
        self._kept = len(base.parts)

    def _environment(self):
        home = os.path.join(self.folder, "home")
        downloads = os.path.join(home, "Downloads")
        config = os.path.join(home, ".config")
        os.makedirs(downloads)
        os.makedirs(config)
        with open(os.path.join(config, "user-dirs.dirs"), "w", encoding="utf-8") as file:
            file.write('XDG_DOWNLOAD_DIR="$HOME/Downloads"\n')
        keep = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return {**keep, "HOME": home, "XDG_CONFIG_HOME": config, "XDG_CACHE_HOME": os.path.join(home, ".cache"),
                "XDG_DATA_HOME": os.path.join(home, ".data"), "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8",
                "LANGUAGE": "en", "GSETTINGS_BACKEND": "memory",
                "GSETTINGS_SCHEMA_DIR": str(self.base.build / "data"),
                "NHICARD_SERVICE_URI": self.base.service.uri, "NHICARD_CA_FILE": self.base.service.ca_file,
                "PCSCLITE_CSOCK_NAME": self.base.daemon.socket,
                "DBUS_SYSTEM_BUS_ADDRESS": self.base.system.address,
                "DBUS_SESSION_BUS_ADDRESS": self.base.session.address, **CLIENT_SANITIZERS}

    @property
    def environment(self):
        return self.machine.environment

    def keep(self, part):
        return self.base.keep(part)

    # ---- means ----

    def set(self, **variables):
        self.environment.update(variables)

    def service_at(self, host, port):
        self.set(NHICARD_SERVICE_URI=f"https://{host}:{port}")

    def names(self, hosts, server=None):
        """/etc/hosts, and who looks up all other names."""
        self.machine.over("/etc/hosts", "127.0.0.1 localhost\n" + hosts)
        if server:
            self.machine.over("/etc/resolv.conf", f"nameserver {server}\noptions attempts:2 timeout:5\n")

    def downloads(self):
        return os.path.join(self.environment["HOME"], "Downloads")

    def systemd(self, **how):
        bus = self.keep(Bus(self.folder, "own-system"))
        self.set(DBUS_SYSTEM_BUS_ADDRESS=bus.address)
        return bus, bus.add(Systemd(**how))

    def without_systemd(self):
        self.machine.plant('rmdir "$ROOT/run/systemd/system"')

    def session(self, *parts):
        bus = self.keep(Bus(self.folder, "own-session"))
        self.set(DBUS_SESSION_BUS_ADDRESS=bus.address)
        for part in parts:
            bus.add(part)

    def daemon(self, with_reader=True):
        daemon, card = self.base.reader(self.folder, with_reader)
        self.set(PCSCLITE_CSOCK_NAME=daemon.socket)
        return daemon, card

    def insert(self, *orders):
        """Another card in a reader of its own."""
        daemon, card = self.daemon()
        card.order(f"persona {PERSON}", *orders, "insert")
        stand_ins.wait_for_card(daemon.socket)
        return card

    def sandbox(self):
        self.machine.plant('touch "$ROOT/.flatpak-info"')

    def no_socket(self):
        self.set(PCSCLITE_CSOCK_NAME=os.path.join(self.folder, "none.comm"))

    @staticmethod
    def stop_process(process):
        os.kill(process.pid, signal.SIGSTOP)

    def clock(self, seconds):
        self.set(LD_PRELOAD=str(self.base.build / "tests/matrix/libwrong-clock.so"), NHI_CLOCK_OFF=str(seconds))

    def stop(self):
        while len(self.base.parts) > self._kept:
            self.base.parts.pop().stop()
        shutil.rmtree(self.folder, ignore_errors=True)
