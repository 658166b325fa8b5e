# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen that nobody sees, a session bus with the accessibility services."""

import os
import subprocess

from . import processes
from .processes import Process, read_line


class Display:
    """Xvfb on a number of its own choosing and a session bus; @environment is what a program on it needs."""

    def __init__(self, folder, size="1280x900x24"):
        processes.need("Xvfb", "dbus-daemon")
        self.folder = folder
        number, self._write = os.pipe()
        os.set_inheritable(self._write, True)
        self.server = self._start_server(size)
        os.close(self._write)
        with os.fdopen(number) as stream:
            self.name = ":" + read_line(stream).strip()
        self.environment = {"DISPLAY": self.name, "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo",
                            "GDK_DEBUG": "gl-disable"}
        self.bus = Process("dbus-daemon", ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                           folder, env={**os.environ, **self.environment}, stdout=subprocess.PIPE)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = read_line(self.bus.popen.stdout).decode().strip()

    def _start_server(self, size):
        arguments = ["Xvfb", "-displayfd", str(self._write), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
        log = open(os.path.join(self.folder, "Xvfb.log"), "ab")
        return subprocess.Popen(arguments, pass_fds=[self._write], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                start_new_session=True, preexec_fn=processes.die_with_parent)

    def stop(self):
        self.bus.stop()
        self.server.terminate()
        self.server.wait(10)
