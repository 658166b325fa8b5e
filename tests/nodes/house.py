# SPDX-License-Identifier: GPL-3.0-or-later
"""Three nhicardd on one database, and the house they stand in."""

import contextlib
import os
import signal

import citizen
from front import Front

from environment import processes
from environment.processes import Process, wait_until
from environment.service import Service
from environment.world import build_folder, persona

NOTICE = 5  # seconds, as data/haproxy.cfg says
PATIENCE = 90


class Node:
    """One nhicardd with the three doors that data/haproxy.cfg knows; @house has database and certificate."""

    def __init__(self, house, name, workers, settings):
        self.name = name
        self.folder = os.path.join(house.folder, name)
        os.makedirs(self.folder)
        self.port, self.front_port = processes.free_ports(), processes.free_ports()
        self.unix = os.path.join(self.folder, "http.sock")
        self.config = os.path.join(self.folder, "nhicardd.conf")
        self.process = None
        with open(house.config, encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith(("listen=", "workers="))]
        at = lines.index("[limits]\n")
        own = {"listen": f"127.0.0.1:{self.port}", "front-listen": f"127.0.0.1:{self.front_port}", "unix-socket": self.unix,
               "trusted-fronts": "127.0.0.1;unix", "notice-seconds": NOTICE, "workers": workers, **settings}
        lines[at:at] = [f"{key}={value}\n" for key, value in own.items()]
        with open(self.config, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def start(self):
        self.process = Process("nhicardd", [str(build_folder() / "service/nhicardd"), "--config", self.config], self.folder)

    def end(self):
        """SIGTERM; its exit code when it has gone by itself."""
        self.process.popen.send_signal(signal.SIGTERM)
        wait_until(lambda: not self.process.running(), f"{self.name} ends", PATIENCE)
        return self.process.popen.returncode

    def kill(self):
        """With all its workers, as a power cut does it; they are dead when this returns."""
        pids = [self.process.pid, *self._children()]
        self.process.kill()
        wait_until(lambda: not any(_is_alive(pid) for pid in pids), f"{self.name} is dead", PATIENCE)

    def _children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def stop(self):
        if self.process:
            self.process.stop(timeout=20)


def _is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class House(Service):
    """A Service whose clients call the front: what citizen.py does goes through it, TLS unbroken."""

    def __init__(self, folder, limits=None):
        limits = {"rate-per-minute": 0, "hashing-rate-per-minute": 0, **(limits or {})}
        super().__init__(folder, build_folder(), people=20, limits=limits)
        # One node is a process that is alone, the others have a supervisor.
        self.nodes = [Node(self, f"node{number}", workers, {}) for number, workers in enumerate((2, 1, 2), 1)]
        self.front = Front(folder, self.nodes, self.certificate, self.key)
        self.port = self.front.port
        self.uri = f"https://localhost:{self.port}"

    def start(self):
        for node in self.nodes:
            node.start()
        self.front.start()
        for node in self.nodes:
            self.wait_up(node)

    def wait_up(self, node):
        def is_up():
            if not node.process.running():
                raise AssertionError(f"{node.name} ended:\n{node.process.log_text()}")
            return self.front.states(node.name) == ["UP", "UP"]
        wait_until(is_up, lambda: f"{node.name} is {self.front.states(node.name)}", PATIENCE, pause=0.1)

    def sign_up(self, key):
        """The token of a persona who has registered just now."""
        return citizen.sign_up(self, key)

    def close(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self.database.close)
            for node in self.nodes:
                stack.callback(node.stop)
            stack.callback(self.front.stop)


@contextlib.contextmanager
def house(folder, **options):
    one = House(folder, **options)
    try:
        one.start()
        yield one
    finally:
        one.close()


__all__ = ["House", "Node", "house", "persona"]
