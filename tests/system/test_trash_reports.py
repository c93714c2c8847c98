# SPDX-License-Identifier: MIT
"""What the expiry tells the account store while it goes on to the next."""

import contextlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from test_quota import usage
from test_trash import alumnus_with_trash, expire, published_oldest

COMMAND_SECONDS = 180


@contextlib.contextmanager
def store_locked(instance):
    """Whoever else writes to the accounts waits, but for 2 s at most."""
    database = sqlite3.connect(
        instance.state / "store/accounts/accounts.db", isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        yield database
    finally:
        database.close()


def dict_processes(instance):
    """Of this instance, by pid."""
    master = (instance.state / "run/dovecot/master.pid").read_text().strip()
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = stat.read_text().partition(" (dict) ")
            if rest and rest.split()[1] == master:
                found.append(int(pid))
    return found


def waits_for_the_store(pid):
    """SQLite sleeps between two tries."""
    with contextlib.suppress(OSError):
        return "nanosleep" in Path(f"/proc/{pid}/wchan").read_text()
    return False


def start_expire(instance):
    return subprocess.Popen(
        [*instance.endpoints["doveadm"], "alumni", "expire", "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)


def wait_expunged(instance, *names):
    """Until nothing is left in the Trash of these accounts, without asking
    the account store."""
    folders = [Path(instance.doveadm("user", "-f", "home", name)
                    .stdout.strip()) / "mail/mailboxes/Trash/dbox-Mails"
               for name in names]
    return lambda: instance.wait(
        lambda: not any(list(folder.glob("u.*")) for folder in folders),
        "the messages to be expunged")


def ended(process):
    """Status, and what it printed: by account, and in the end."""
    printed, _ = process.communicate(timeout=COMMAND_SECONDS)
    *accounts, total = map(json.loads, printed.splitlines())
    return process.returncode, {line["account"]: line
                                for line in accounts}, total


def test_it_goes_on_while_the_store_waits_and_reports_that_fail_count(instance):
    """Also when the dict service is killed while several reports are under
    way."""
    expire(instance)
    names = [alumnus_with_trash(instance, 9 - number) for number in range(2)]
    names.append(alumnus_with_trash(instance, 9, 1))
    before = {name: usage(instance, name) for name in names}
    expunged = wait_expunged(instance, *names[:2])
    with store_locked(instance), start_expire(instance) as process:
        expunged()
        # Nor was any of them answered.
        assert not select.select([process.stdout], [], [], 0)[0]
        for pid in dict_processes(instance):
            os.kill(pid, signal.SIGKILL)
        status, accounts, total = ended(process)
    assert status == 75
    assert total == {"visited": 3, "expunged": 3, "failed": 3}
    for name in names:
        assert accounts[name]["result"] == "failed"
        assert accounts[name]["expunged"] == 1
        assert usage(instance, name) == before[name]
        assert published_oldest(instance, name) != 0
    # All of it is due still.
    printed = expire(instance)
    assert "visited 3, expunged 0, failed 0" in printed
    for name in names[:2]:
        assert usage(instance, name) == (0, 0)
        assert published_oldest(instance, name) == 0
    assert usage(instance, names[2])[1] == 1
    assert abs(published_oldest(instance, names[2])
               - (time.time() - 86400)) < 3600


def test_usage_that_changes_meanwhile_is_counted_anew(instance):
    expire(instance)
    name = alumnus_with_trash(instance, 9)
    expunged = wait_expunged(instance, name)
    with store_locked(instance) as database, \
            start_expire(instance) as process:
        expunged()
        instance.wait(lambda: any(map(waits_for_the_store,
                                      dict_processes(instance))),
                      "the report to wait for the store")
        # As a delivery writes that the count may have seen or not.
        database.execute("UPDATE accounts SET usage_saved_at = ? "
                         "WHERE name = ?", (time.monotonic_ns(), name))
        database.execute("COMMIT")
        status, accounts, total = ended(process)
    assert status == 0
    assert total == {"visited": 1, "expunged": 1, "failed": 0}
    assert accounts[name]["result"] == "done"
    assert accounts[name]["expunged"] == 1
    assert usage(instance, name) == (0, 0)
    assert published_oldest(instance, name) == 0
