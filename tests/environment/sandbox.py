# SPDX-License-Identifier: GPL-3.0-or-later
"""The client as a Flatpak: built from the shipped manifest on a runtime made of Debian packages, installed in the build
folder, run in its sandbox. Nothing of the Flatpak installation of whoever runs the tests is read or changed."""

import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess

import yaml

from . import processes
from .portals import Portals
from .processes import Missing
from .world import ROOT, STILL, World

ID = "tw.nhicard.Client"
MANIFEST = ROOT / "flatpak" / f"{ID}.yaml"
TOOLS = ROOT / "tests" / "flatpak"
OWN_RUN = f"/run/user/{os.getuid()}"  # where every sandbox has it
PROGRAMS = ("flatpak", "flatpak-builder", "ostree", "mmdebstrap", "eu-strip", "apt-get")


def need_sandboxes():
    """Missing, with the reason, when this machine cannot build or run a Flatpak."""
    processes.need(*PROGRAMS)
    probe = subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-user", "--unshare-pid", "--proc", "/proc", "true"],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        raise Missing("no sandbox can be made here: " + probe.stderr.strip())


class Installation:
    """Runtime, sources and the installed client under @folder; what is there from an earlier run is used again."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
        self.environment = {**os.environ, "FLATPAK_USER_DIR": str(self.folder / "installation")}

    def prepare_runtime(self):
        self._run([str(TOOLS / "runtime"), str(self.folder), str(self.manifest["runtime-version"])])

    def install(self):
        """Builds and installs what is not yet; the log of the build when it fails."""
        manifest = self._local_manifest()
        stamp = self.folder / "client.stamp"
        now = self._fingerprint(manifest)
        if stamp.exists() and stamp.read_text(encoding="ascii") == now:
            return
        stamp.unlink(missing_ok=True)
        path = self.folder / MANIFEST.name
        path.write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
        self._run(["flatpak-builder", "--user", "--install", "--force-clean", "--disable-download",
                   "--disable-rofiles-fuse", "--delete-build-dirs",
                   f"--state-dir={self.folder / 'state'}", str(self.folder / "tree"), str(path)])
        stamp.write_text(now, encoding="ascii")

    def _local_manifest(self):
        """The shipped manifest with the one override and with paths that hold from anywhere."""
        override = yaml.safe_load((TOOLS / "local-sources.yaml").read_text(encoding="utf-8"))
        manifest = {**self.manifest, "modules": []}
        for module in self.manifest["modules"]:
            replaced = override.get(module["name"], {})
            base = self.folder / "sources" if "sources" in replaced else MANIFEST.parent
            module = {**module, **replaced}
            module["sources"] = [{**source, "path": os.path.normpath(base / source["path"])} if "path" in source else source
                                 for source in module["sources"]]
            manifest["modules"].append(module)
        return manifest

    def _fingerprint(self, manifest):
        """Of the manifest and of every file that it names."""
        found = hashlib.sha256(repr(manifest).encode())
        runtime = self.folder / "runtime.stamp"
        places = [runtime] + [pathlib.Path(source["path"]) for module in manifest["modules"] for source in module["sources"]]
        for place in places:
            for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
                if path.is_file() and "__pycache__" not in path.parts:
                    found.update(f"{path}\0".encode() + path.read_bytes())
        return found.hexdigest()

    def _run(self, command):
        log = self.folder.with_name(self.folder.name + ".log")
        with open(log, "wb") as file:
            done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        if done.returncode != 0:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
            raise AssertionError(f"{command[0]} ended with {done.returncode}; the end of {log}:\n{tail}")

    def ask(self, *arguments):
        """What flatpak says."""
        return subprocess.run(["flatpak", "--user", *arguments], env=self.environment, check=True, capture_output=True,
                              text=True).stdout


class SandboxedWorld(World):
    """A world whose client is the installed Flatpak; its runtime is prepared, the caller has a /run/user of its own."""

    def __init__(self, name, **options):
        super().__init__(name, **options)
        self.installation = Installation(self.build / "flatpak")
        self.program = ["flatpak", "run", "--die-with-parent", ID]
        for variable in ("LOCPATH", "LC_ALL", "GSETTINGS_BACKEND", "GSETTINGS_SCHEMA_DIR", "NHICARD_LOCALEDIR"):
            self.environment.pop(variable)  # the sandbox has its own, and they are what is tested
        self.environment.update(LANG="zh_TW.UTF-8", XDG_RUNTIME_DIR=OWN_RUN,
                                FLATPAK_USER_DIR=self.installation.environment["FLATPAK_USER_DIR"])
        self.private = pathlib.Path(self.environment["HOME"], ".var", "app", ID)
        settings = self.private / "config" / "gtk-4.0"
        settings.mkdir(parents=True)
        (settings / "settings.ini").write_text(STILL, encoding="utf-8")
        if self.service:
            self._hand_in_authority()
        # Before the client, which would have the bus start the portals of whoever runs the tests.
        self.portals = Portals(self.folder, self.environment)
        self.also_stop(self.portals)

    def _hand_in_authority(self):
        """The sandbox sees the demo's authority only in the application's own folder."""
        path = self.private / "data" / "authority.pem"
        path.parent.mkdir(parents=True)
        shutil.copy(self.service.ca_file, path)
        self.environment["NHICARD_CA_FILE"] = str(path)

    def inside(self, *command):
        """The output of a command in the sandbox."""
        return subprocess.run(["flatpak", "run", f"--command={command[0]}", ID, *command[1:]], check=True, timeout=60,
                              env=self.environment, capture_output=True, text=True).stdout

    def run_desktop_file(self, file):
        """Starts the client as the desktop does for a file: by the line that Flatpak exported."""
        exported = self.installation.folder / "installation" / "exports" / "share" / "applications" / f"{ID}.desktop"
        line = next(line for line in exported.read_text(encoding="utf-8").splitlines() if line.startswith("Exec="))
        words = [str(file) if word == "%f" else word for word in shlex.split(line.removeprefix("Exec="))]
        return self._run_program(["flatpak", "run", "--die-with-parent", *words[2:]])
