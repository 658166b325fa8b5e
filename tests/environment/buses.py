# SPDX-License-Identifier: GPL-3.0-or-later
"""Private D-Bus buses with what would answer on them: systemd and PackageKit with polkit behind them, a keyring,
Flatpak's portal."""

import subprocess
import threading

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from . import processes  # noqa: E402
from .processes import Process, read_line  # noqa: E402

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_type="method_return"/><allow send_type="error"/><allow receive_type="method_call"/>
    <allow receive_type="signal"/><allow receive_type="method_return"/><allow receive_type="error"/>
  </policy>
</busconfig>
"""


class Bus:
    """One bus daemon that everybody may use; parts are exported on connections of their own."""

    def __init__(self, folder, name="bus"):
        processes.need("dbus-daemon")
        path = f"{folder}/{name}.conf"
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIG.format(folder=folder))
        self.process = Process(name, ["dbus-daemon", f"--config-file={path}", "--nofork", "--print-address=1"], folder,
                               stdout=subprocess.PIPE)
        self.address = read_line(self.process.popen.stdout).decode().strip()
        self.parts = []

    def add(self, part):
        part.start(self.address)
        self.parts.append(part)
        return part

    def stop(self):
        for part in self.parts:
            part.stop()
        self.process.popen.stdout.close()
        self.process.stop()


class Part:
    """Something with a name on a bus, in a thread of its own. Subclasses: NAME, OBJECTS {path: XML} and a method for each
    call; what a method returns is the answer, a Refusal is an error, SILENCE is never answered."""

    NAME = None
    OBJECTS = {}

    def __init__(self):
        self.calls = []
        self.connection = None
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop.new(self._context, False)
        self._ready = threading.Event()
        self._thread = None

    def start(self, address):
        self._thread = threading.Thread(target=self._run, args=(address,), daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise AssertionError(f"{self.NAME} is not on its bus")

    def _run(self, address):
        self._context.push_thread_default()
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        for path, description in self.OBJECTS.items():
            self.export(path, description)
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (self.NAME, 0)), None, 0, 5000, None)
        self._ready.set()
        self._loop.run()
        self._context.pop_thread_default()

    def export(self, path, description):
        for interface in Gio.DBusNodeInfo.new_for_xml(description).interfaces:
            self.connection.register_object(path, interface, self._called, self._asked, None)

    def _called(self, _connection, _sender, path, _interface, method, arguments, invocation):
        interactive = bool(invocation.get_message().get_flags()
                           & Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
        self.calls.append((method, arguments.unpack()))
        try:
            answer = getattr(self, method)(path, interactive, *arguments.unpack())
        except Refusal as refusal:
            invocation.return_dbus_error(refusal.name, str(refusal))
            return
        if answer is not SILENCE:
            invocation.return_value(answer)

    def _asked(self, _connection, _sender, path, _interface, name):
        return self.get(path, name)

    def get(self, path, name):
        raise KeyError(f"{path} {name}")

    def emit(self, path, interface, signal, value):
        self.connection.emit_signal(None, path, interface, signal, value)

    def later(self, function):
        """After the answer to the call that is being handled has gone."""
        def once():
            function()
            return GLib.SOURCE_REMOVE
        source = GLib.idle_source_new()
        source.set_callback(lambda *_: once())
        source.attach(self._context)

    def called(self, method):
        return [arguments for name, arguments in self.calls if name == method]

    def stop(self):
        self._loop.quit()
        self._thread.join(10)
        self.connection.close_sync(None)


SILENCE = object()


class Refusal(Exception):
    def __init__(self, name, text="no"):
        super().__init__(text)
        self.name = name


def ask_polkit(polkit, interactive):
    """What a service does before it changes something: @polkit is "yes" (the person types the password), "no" or
    "silent" (the person has gone)."""
    if polkit == "silent":
        return False
    if not interactive:
        raise Refusal("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")
    if polkit == "no":
        raise Refusal("org.freedesktop.DBus.Error.AccessDenied", "Permission denied")
    return True


SYSTEMD = """<node>
 <interface name="org.freedesktop.systemd1.Manager">
  <method name="GetUnitFileState"><arg type="s" direction="in"/><arg type="s" direction="out"/></method>
  <method name="LoadUnit"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <method name="EnableUnitFiles"><arg type="as" direction="in"/><arg type="b" direction="in"/>
   <arg type="b" direction="in"/><arg type="b" direction="out"/><arg type="a(sss)" direction="out"/></method>
  <method name="UnmaskUnitFiles"><arg type="as" direction="in"/><arg type="b" direction="in"/>
   <arg type="a(sss)" direction="out"/></method>
  <method name="StartUnit"><arg type="s" direction="in"/><arg type="s" direction="in"/>
   <arg type="o" direction="out"/></method>
  <method name="RestartUnit"><arg type="s" direction="in"/><arg type="s" direction="in"/>
   <arg type="o" direction="out"/></method>
  <method name="Subscribe"/><method name="Reload"/>
  <signal name="JobRemoved"><arg type="u"/><arg type="o"/><arg type="s"/><arg type="s"/></signal>
  <property name="Version" type="s" access="read"/>
 </interface></node>"""
UNIT = """<node><interface name="org.freedesktop.systemd1.Unit">
 <property name="ActiveState" type="s" access="read"/></interface></node>"""
MANAGER_PATH = "/org/freedesktop/systemd1"
UNIT_PATH = MANAGER_PATH + "/unit/pcscd_2esocket"


class Systemd(Part):
    """@state: of pcscd.socket, or None when there is no such unit; @start is called when it shall really start."""

    NAME = "org.freedesktop.systemd1"
    OBJECTS = {MANAGER_PATH: SYSTEMD, UNIT_PATH: UNIT}

    def __init__(self, state="enabled", polkit="yes", job="done", start=None, active="active"):
        super().__init__()
        self.state, self.polkit, self.job, self.on_start, self.active = state, polkit, job, start, active
        self.jobs = 0

    def get(self, _path, name):
        return GLib.Variant("s", {"Version": "252", "ActiveState": self.active}[name])

    def GetUnitFileState(self, _path, _interactive, unit):
        if self.state is None or not unit.startswith("pcscd."):
            raise Refusal("org.freedesktop.DBus.Error.FileNotFound", f"{unit} does not exist")
        return GLib.Variant("(s)", (self.state,))

    def LoadUnit(self, _path, _interactive, _unit):
        return GLib.Variant("(o)", (UNIT_PATH,))

    def Subscribe(self, _path, _interactive):
        return None

    def Reload(self, _path, _interactive):
        return None

    def EnableUnitFiles(self, _path, interactive, units, _runtime, _force):
        if not ask_polkit(self.polkit, interactive):
            return SILENCE
        if self.state is None:
            raise Refusal("org.freedesktop.DBus.Error.FileNotFound", f"Unit file {units[0]} does not exist.")
        self.state = "enabled"
        return GLib.Variant("(ba(sss))", (True, []))

    def UnmaskUnitFiles(self, _path, interactive, _units, _runtime):
        if not ask_polkit(self.polkit, interactive):
            return SILENCE
        self.state = "disabled"
        return GLib.Variant("(a(sss))", ([],))

    def StartUnit(self, _path, interactive, unit, _mode):
        if not ask_polkit(self.polkit, interactive):
            return SILENCE
        if self.state is None:
            raise Refusal("org.freedesktop.systemd1.NoSuchUnit", f"Unit {unit} not found.")
        self.jobs += 1
        job = f"{MANAGER_PATH}/job/{self.jobs}"
        self.later(lambda: self._end_job(job, unit))
        return GLib.Variant("(o)", (job,))

    RestartUnit = StartUnit

    def _end_job(self, job, unit):
        if self.job == "silent":
            return
        if self.job == "done":
            self.active = "active"
            if self.on_start:
                self.on_start()
        self.emit(MANAGER_PATH, "org.freedesktop.systemd1.Manager", "JobRemoved",
                  GLib.Variant("(uoss)", (self.jobs, job, unit, self.job)))


PACKAGE_KIT = """<node><interface name="org.freedesktop.PackageKit">
 <method name="CreateTransaction"><arg type="o" direction="out"/></method></interface></node>"""
TRANSACTION = """<node><interface name="org.freedesktop.PackageKit.Transaction">
 <method name="SetHints"><arg type="as" direction="in"/></method>
 <method name="Resolve"><arg type="t" direction="in"/><arg type="as" direction="in"/></method>
 <method name="InstallPackages"><arg type="t" direction="in"/><arg type="as" direction="in"/></method>
 <signal name="Package"><arg type="u"/><arg type="s"/><arg type="s"/></signal>
 <signal name="ErrorCode"><arg type="u"/><arg type="s"/></signal>
 <signal name="Finished"><arg type="u"/><arg type="u"/></signal></interface></node>"""
SUCCESS, FAILED = 1, 2
NOT_AUTHORIZED = 48


class PackageKit(Part):
    """Knows @packages; @install is called with the name of what shall really come."""

    NAME = "org.freedesktop.PackageKit"
    OBJECTS = {"/org/freedesktop/PackageKit": PACKAGE_KIT}

    def __init__(self, packages=(), polkit="yes", install=None):
        super().__init__()
        self.packages, self.polkit, self.install = packages, polkit, install
        self.transactions = 0

    def CreateTransaction(self, _path, _interactive):
        self.transactions += 1
        path = f"/{self.transactions}_transaction"
        self.export(path, TRANSACTION)
        return GLib.Variant("(o)", (path,))

    def SetHints(self, _path, _interactive, _hints):
        return None

    def _tell(self, path, signal, *arguments):
        kind = {"Package": "(uss)", "ErrorCode": "(us)", "Finished": "(uu)"}[signal]
        self.emit(path, "org.freedesktop.PackageKit.Transaction", signal, GLib.Variant(kind, arguments))

    def Resolve(self, path, _interactive, _filter, names):
        def tell():
            for name in names:
                if name in self.packages:
                    self._tell(path, "Package", 2, f"{name};1.0;all;main", name)
            self._tell(path, "Finished", SUCCESS, 1)
        self.later(tell)

    def InstallPackages(self, path, interactive, _flags, identifiers):
        def tell():
            if self.polkit == "silent":
                return
            if self.polkit == "no" or not interactive:
                self._tell(path, "ErrorCode", NOT_AUTHORIZED, "Failed to obtain authentication.")
                self._tell(path, "Finished", FAILED, 1)
                return
            for identifier in identifiers:
                if self.install:
                    self.install(identifier.split(";")[0])
            self._tell(path, "Finished", SUCCESS, 1)
        self.later(tell)


SERVICE = """<node><interface name="org.freedesktop.Secret.Service">
 <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method></interface></node>"""
COLLECTION = """<node><interface name="org.freedesktop.Secret.Collection">
 <property name="Locked" type="b" access="read"/></interface></node>"""
COLLECTION_PATH = "/org/freedesktop/secrets/collection/login"


class Keyring(Part):
    """@state: open, locked, empty (no collection) or silent."""

    NAME = "org.freedesktop.secrets"
    OBJECTS = {"/org/freedesktop/secrets": SERVICE, COLLECTION_PATH: COLLECTION}

    def __init__(self, state="open"):
        super().__init__()
        self.state = state

    def ReadAlias(self, _path, _interactive, _alias):
        if self.state == "silent":
            return SILENCE
        return GLib.Variant("(o)", ("/" if self.state == "empty" else COLLECTION_PATH,))

    def get(self, _path, _name):
        return GLib.Variant("b", self.state == "locked")


PORTAL = """<node><interface name="org.freedesktop.portal.Flatpak">
 <method name="Spawn"><arg type="ay" direction="in"/><arg type="aay" direction="in"/>
  <arg type="a{uh}" direction="in"/><arg type="a{ss}" direction="in"/><arg type="u" direction="in"/>
  <arg type="a{sv}" direction="in"/><arg type="u" direction="out"/></method></interface></node>"""


class FlatpakPortal(Part):
    """Notes which program a sandbox wants to be started in a new one."""

    NAME = "org.freedesktop.portal.Flatpak"
    OBJECTS = {"/org/freedesktop/portal/Flatpak": PORTAL}

    def Spawn(self, _path, _interactive, *_arguments):
        return GLib.Variant("(u)", (4711,))
