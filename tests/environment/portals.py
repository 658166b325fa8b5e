# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop's portals, in a runtime folder and on a session bus of the test's own: the documents that a sandbox is
handed, and the dialogs in which a person chooses them."""

import os
import shutil
import subprocess

from . import processes
from .processes import Process, wait_until

FOLDER = "/usr/libexec"
DIALOGS = "/usr/share/xdg-desktop-portal/portals/gtk.portal"
# Somebody who keeps secrets; nothing is ever asked of them.
KEYRING = "[portal]\nDBusName=tw.nhicard.test.Keyring\nInterfaces=org.freedesktop.impl.portal.Secret\nUseIn=gnome\n"
# In this order: each needs the ones before it.
PROGRAMS = {"xdg-permission-store": "org.freedesktop.impl.portal.PermissionStore",
            "xdg-document-portal": "org.freedesktop.portal.Documents",
            "xdg-desktop-portal-gtk": "org.freedesktop.impl.portal.desktop.gtk",
            "xdg-desktop-portal": "org.freedesktop.portal.Desktop",
            "flatpak-portal": "org.freedesktop.portal.Flatpak"}


class Portals:
    """They end with the world; @environment is the world's, with a session bus."""

    def __init__(self, folder, environment):
        processes.need("fusermount3", *(os.path.join(FOLDER, name) for name in PROGRAMS))
        backends = os.path.join(folder, "portals")
        os.makedirs(backends)
        shutil.copy(DIALOGS, backends)
        with open(os.path.join(backends, "keyring.portal"), "w", encoding="ascii") as file:
            file.write(KEYRING)
        self.environment = {**environment, "XDG_CURRENT_DESKTOP": "gnome", "XDG_DESKTOP_PORTAL_DIR": backends,
                            "G_DEBUG": ""}
        self.documents = os.path.join(environment["XDG_RUNTIME_DIR"], "doc")
        self.programs = []
        for name, owned in PROGRAMS.items():
            program = Process(name, [os.path.join(FOLDER, name)], folder, env=self.environment)
            self.programs.append(program)
            wait_until(lambda: self._is_owned(owned), lambda: f"{name}: {program.log_text()}")

    def _is_owned(self, name):
        asked = subprocess.run(["gdbus", "call", "--session", "--dest=org.freedesktop.DBus", "--object-path=/",
                                "--method=org.freedesktop.DBus.NameHasOwner", name],
                               env=self.environment, capture_output=True, text=True)
        return "true" in asked.stdout

    def program(self, name):
        return next(program for program in self.programs if program.name == name)

    def stop(self):
        for program in reversed(self.programs):
            program.stop()
        subprocess.run(["fusermount3", "-u", "-q", self.documents], check=False)
