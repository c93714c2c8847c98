# SPDX-License-Identifier: MIT
"""Finding and ending processes: always by pid, and never another's.

A pid alone may have been given to another process meanwhile, so a process is
remembered by its pid and its start time, and signalled through a pidfd.
"""

import os
import select
import signal
import time


def start_time(pid):
    """The start time of a process in clock ticks since boot; None if it is
    gone, or is only waiting to be reaped."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name, in parentheses, may hold spaces and parentheses.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return int(fields[19])


def is_alive(pid, started):
    """True if this very process still runs."""
    return started is not None and start_time(pid) == started


def _all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def descendants(ancestor):
    """Pids of all processes that descend from this one."""
    children = {}
    for pid in _all_pids():
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(pid)
    found = []
    queue = list(children.get(ancestor, ()))
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue.extend(children.get(pid, ()))
    return found


def _is_of_instance(pid, layout, passwd, own_namespace):
    try:
        if os.stat(f"/proc/{pid}/ns/mnt").st_ino == own_namespace:
            return False
        # The instance's file is bound over /etc/passwd in its namespace.
        found = os.stat(f"/proc/{pid}/root/etc/passwd")
        if passwd and (found.st_dev, found.st_ino) == (passwd.st_dev,
                                                       passwd.st_ino):
            return True
    except OSError:
        pass
    # A server that has changed its root sees no /etc/passwd.
    for link in ("root", "cwd"):
        try:
            target = os.readlink(f"/proc/{pid}/{link}")
        except OSError:
            continue
        if (target + "/").startswith(f"{layout.folder}/"):
            return True
    return False


def of_instance(layout):
    """(pid, start time) of every process in the instance's namespace. Needs
    no parent: they are found also when their holder was killed."""
    own_namespace = os.stat("/proc/self/ns/mnt").st_ino
    try:
        passwd = os.stat(layout.passwd)
    except OSError:
        passwd = None
    found = []
    for pid in _all_pids():
        started = start_time(pid)
        if started is not None and _is_of_instance(pid, layout, passwd,
                                                   own_namespace):
            found.append((pid, started))
    return found


def send(pid, started, number):
    """Sends a signal to this very process; False if it is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if start_time(pid) != started:
            return False
        signal.pidfd_send_signal(descriptor, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)


def wait_gone(pid, started, seconds):
    """Waits until the process has ended; False if it has not in time."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return True
    try:
        if start_time(pid) != started:
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def end_instance(layout, seconds=10):
    """Ends whatever is left of an instance, politely and then by force.
    Returns the pids that had to be ended."""
    ended = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            left = of_instance(layout)
            if not left:
                return ended
            for pid, started in left:
                if pid not in ended:
                    ended.append(pid)
                send(pid, started, number)
            for pid, started in left:
                wait_gone(pid, started,
                          max(0, deadline - time.monotonic()))
    return ended
