# SPDX-License-Identifier: MIT
"""More accounts than fit into the buffers between Dovecot's processes."""

import array
import fcntl
import json
import socket
import termios
import time

import pytest

from bench import accounts
from instance.configuration import (dovecot_breaks_off_lists,
                                    dovecot_forgets_ends_of_lists)

COUNT = 8_000
# Long, so that some thousand of them are more than all the buffers between the
# store and a reader that pauses.
NAME = "n" * 56
LOOK_SECONDS = 0.1
LOOKS_THE_SAME = 10
SILENCE_SECONDS = 30
# What Dovecot's auth process reads of its worker at a time.
FORGOTTEN_BYTES_MAX = 8192
LISTS_MAX = 5


@pytest.fixture(scope="module")
def crowded(module_state):
    instance = module_state.up()
    instance.alumnictl("account", "add", accounts.TEMPLATE)
    for server in ("postfix", "dovecot", "alumni-milter"):
        instance.service("stop", server)
    accounts.fill(module_state.layout.store, COUNT, NAME)
    for server in ("alumni-milter", "dovecot", "postfix"):
        instance.service("start", server)
    return instance


def stored_names(instance):
    listed = instance.alumnictl("account", "list", "--json").stdout
    return {account["name"] for account in json.loads(listed)}


def assert_all(instance, names):
    """That these are the accounts, each once."""
    stored = stored_names(instance)
    # A few, since a report with thousands says no more.
    assert sorted(stored ^ set(names))[:5] == []
    assert len(names) == len(stored)


def waiting_bytes(connection):
    count = array.array("i", [0])
    fcntl.ioctl(connection, termios.FIONREAD, count)
    return count[0]


def pause(instance, connection):
    """Reads nothing until nothing more comes."""
    looks = []

    def stands_still():
        looks.append(waiting_bytes(connection))
        time.sleep(LOOK_SECONDS)
        last = set(looks[-LOOKS_THE_SAME:])
        return len(looks) >= LOOKS_THE_SAME and len(last) == 1 and last != {0}

    instance.wait(stands_still, "the list to wait for its reader")


def list_slowly(instance):
    """The users that Dovecot lists to a reader that pauses, and how that
    ended: None for a list that has no end."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SILENCE_SECONDS)
        connection.connect(str(instance.state / "run/dovecot/auth-userdb"))
        connection.sendall(b"VERSION\t1\t2\nLIST\t1\tuser=*\n")
        pause(instance, connection)
        lines = connection.makefile(encoding="ascii")
        names = []
        try:
            for line in lines:
                command, _, *rest = line.rstrip("\n").split("\t")
                if command == "DONE":
                    return names, rest
                if command == "LIST":
                    names += rest
        except TimeoutError:
            return names, None
    pytest.fail("Dovecot hung up")


def assert_forgotten(instance, names):
    """That Dovecot, and not the list of accounts, lost the end."""
    assert dovecot_forgets_ends_of_lists()
    missing = stored_names(instance) - set(names)
    assert len(missing) * len(NAME) < FORGOTTEN_BYTES_MAX


def list_to_its_end(instance):
    for _ in range(LISTS_MAX):
        names, ended = list_slowly(instance)
        if ended is not None:
            return names, ended
        assert_forgotten(instance, names)
    pytest.fail(f"none of {LISTS_MAX} lists had an end")


def test_a_list_waits_for_its_reader(crowded):
    """Every account once; or Dovecot says that it is not the whole list."""
    names, ended = list_to_its_end(crowded)
    if ended == [""]:
        assert_all(crowded, names)
        return
    assert dovecot_breaks_off_lists()
    log = (crowded.state / "log/dovecot.log").read_text()
    assert "Aborted LIST request for *: Shutting down" in log


def test_expiry_of_all_visits_all(crowded):
    done = crowded.doveadm("alumni", "expire", "-n", "-A", check=False)
    assert done.stderr[-500:] == "" and done.returncode == 0
    *visits, total = done.stdout.splitlines()
    assert_all(crowded, [line.split(":")[0] for line in visits])
    assert total == f"visited {len(visits)}, would expunge 0, failed 0"


def test_at_most_so_many_of_all(crowded):
    done = crowded.doveadm("alumni", "expire", "-n", "-A", "--max-users", "3")
    assert done.stdout.splitlines()[3:] == [
        "visited 3, would expunge 0, failed 0"]
