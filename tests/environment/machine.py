# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer to plant faults in: network and file system of its own around the shipped client, nothing of the real one
is changed."""

import json
import os
import subprocess
import sys

from .processes import Missing

# A network of this process and its children: loopback, and an interface into which everything vanishes without a word.
NETWORK = """
set -e
ip link set lo up
ip tuntap add void0 mode tun
ip addr add 192.0.2.1/24 dev void0
ip -6 addr add 2001:db8::1/64 dev void0 nodad
ip link set void0 up
ip route add default via 192.0.2.254
ip route add unreachable 203.0.113.0/24
mount --make-rprivate /
"""
SILENT_ADDRESS = "192.0.2.99"
SILENT_ADDRESS_6 = "2001:db8::99"
NO_WAY_ADDRESS = "203.0.113.9"

# A root of its own: the top folders are the real ones, but for /run, /sys and single files that are planted.
ROOT = r"""
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$ROOT"
for folder in /*; do
  case "$folder" in /run | /sys) mkdir "$ROOT$folder"; mount -t tmpfs -o mode=0755 tmpfs "$ROOT$folder"; continue;; esac
  if [ -L "$folder" ]; then cp -P "$folder" "$ROOT$folder"
  elif [ -d "$folder" ]; then mkdir "$ROOT$folder"; mount --rbind "$folder" "$ROOT$folder"
  fi
done
mkdir -p "$ROOT/sys/bus/usb/devices" "$ROOT/run/cups"
. "$PLANT"
exec chroot "$ROOT" "$@"
"""


def enter_network(arguments):
    """Starts this program again in a network and mounts of its own; comes back only there."""
    if os.environ.get("NHI_MACHINE") == "inside":
        return
    for namespaces in (["unshare", "-mn"], ["unshare", "-rmn"]):
        if subprocess.run(namespaces + ["sh", "-c", NETWORK], capture_output=True, check=False).returncode == 0:
            os.environ["NHI_MACHINE"] = "inside"
            os.execvp("unshare", namespaces + ["sh", "-c", NETWORK + 'exec "$@"', "sh", sys.executable, *arguments])
    raise Missing("this machine allows no network namespace with a tun interface")


class Machine:
    """@folder: of this machine; @environment: of the client. plant() adds lines of shell that run with the new root in
    $ROOT before the client starts."""

    def __init__(self, folder, program, environment):
        self.folder = folder
        self.program = program
        self.environment = dict(environment)
        self.lines = []
        self.before = []

    def plant(self, *lines):
        self.lines += lines

    def file(self, path, text):
        """A file below the new root; only where the root has a folder of its own."""
        name = os.path.join(self.folder, f"planted-{len(self.lines)}")
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        self.plant(f'mkdir -p "$ROOT{os.path.dirname(path)}"', f'cp {name} "$ROOT{path}"')

    def over(self, path, text):
        """A file laid over a real one."""
        name = os.path.join(self.folder, f"planted-{len(self.lines)}")
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        self.plant(f'mount --bind {name} "$ROOT{path}"')

    def prefix(self):
        """What stands before a command, so that it runs in this machine."""
        plant = os.path.join(self.folder, "plant.sh")
        with open(plant, "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines) + "\n")
        root = os.path.join(self.folder, "root")
        os.makedirs(root, exist_ok=True)
        changed = [f"{name}={value}" for name, value in self.environment.items() if name == "LD_PRELOAD"]
        return ["unshare", "-m", "env", f"ROOT={root}", f"PLANT={plant}", "sh", "-c", ROOT, "sh", *self.before,
                "env", "-u", "ROOT", "-u", "PLANT", *changed]

    def run(self, *arguments, timeout=60):
        """(exit code, output, standard error)"""
        variables = {name: value for name, value in self.environment.items() if name != "LD_PRELOAD"}
        done = subprocess.run([*self.prefix(), self.program, *arguments], env=variables, capture_output=True, text=True,
                              timeout=timeout, check=False, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def check(self, *arguments):
        """The report of `nhicard check`, by id of the check, and what was told beside it."""
        code, output, told = self.run("check", "--json", *arguments)
        if any(word in told for word in ("Sanitizer", "runtime error:", "-CRITICAL **")):
            raise AssertionError(told)
        try:
            report = json.loads(output)
        except ValueError as error:
            raise AssertionError(f"exit code {code}, no report: {output}{told}") from error
        return {check["id"]: check for check in report["checks"]}, told
