# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a service, from the outside."""

import os
import pathlib

from environment.processes import wait_until

ESTABLISHED, LISTENING = "01", "0A"


def _sockets(port):
    for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        parts = line.split()
        if int(parts[1].split(":")[1], 16) == port:
            yield parts


def unread(port):
    """Bytes that have come for the service and that it has not read yet."""
    return sum(int(parts[4].split(":")[1], 16) for parts in _sockets(port) if parts[3] == ESTABLISHED)


def listens(pid, port):
    """Whether @pid holds a listening socket of @port: a web worker."""
    inodes = {f"socket:[{parts[9]}]" for parts in _sockets(port) if parts[3] == LISTENING}
    try:
        return any(os.readlink(link) in inodes for link in pathlib.Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def web_workers(one):
    return [pid for pid in one.workers() if listens(pid, one.port)]


def jobs_worker(one):
    """The one without a port; all workers must be there to tell it."""
    wait_until(lambda: len(web_workers(one)) == 2 and len(one.workers()) == 3, "all workers are there")
    return (set(one.workers()) - set(web_workers(one))).pop()
