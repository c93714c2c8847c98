# SPDX-License-Identifier: MIT
"""What is published of a mailbox, beside what is in it, and what keeps it from
being published."""

import contextlib
import os
import re
import signal

from test_quota import message, usage


def counted(instance, name):
    """Bytes and messages as Dovecot counts them."""
    shown = instance.doveadm("-f", "tab", "quota", "get", "-u", name).stdout
    found = {}
    for line in shown.splitlines()[1:]:
        fields = line.split("\t")
        found[fields[1]] = int(fields[2])
    return found["STORAGE"], found["MESSAGE"]


def sizes(instance, name):
    """Bytes and messages, one by one."""
    listed = instance.doveadm("fetch", "-u", name, "size.virtual",
                              "mailbox", "*").stdout
    found = [int(number) for number in
             re.findall(r"^size\.virtual: (\d+)$", listed, re.MULTILINE)]
    return sum(found), len(found)


def assert_right(instance, name):
    """Published usage is what doveadm counts, and the sum of all sizes."""
    true = sizes(instance, name)
    kilobytes, messages = counted(instance, name)
    assert (kilobytes, messages) == ((true[0] + 1023) // 1024, true[1])
    instance.wait(lambda: usage(instance, name) == true,
                  f"{true} to be published, not {usage(instance, name)}")


def imap_pids(instance, name):
    listed = instance.doveadm("who", name).stdout
    return [int(pid) for pids in re.findall(r"\(([\d ]+)\)", listed)
            for pid in pids.split()]


def kill_sessions(instance, name):
    for pid in imap_pids(instance, name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def dict_down(instance):
    socket = instance.state / "run/dovecot/dict"
    away = socket.parent / "dict.away"
    socket.rename(away)
    try:
        yield
    finally:
        away.rename(socket)


def marks(instance, name):
    home = instance.doveadm("user", "-f", "home", name).stdout.strip()
    return sorted(file for file in os.listdir(home)
                  if file.startswith(".alumni-"))


def append(connection, mailbox="INBOX"):
    status, data = connection.append(mailbox, None, None,
                                     message(1000).encode())
    assert status == "OK", data
