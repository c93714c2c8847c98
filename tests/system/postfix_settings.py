# SPDX-License-Identifier: MIT
"""Another main.cf of the instance's Postfix, while a test needs it."""

import contextlib
from pathlib import Path

from instance.waiting import wait_until

RELOAD_SECONDS = 60


@contextlib.contextmanager
def configured(instance, change):
    """change(text) returns the new text."""
    path = next(instance.state.glob("**/postfix/main.cf"))
    before = path.read_text()
    changed = change(before)
    assert changed != before
    path.write_text(changed)
    try:
        reload(instance)
        yield
    finally:
        path.write_text(before)
        reload(instance)


def reload(instance):
    """Returns when no server of the old configuration is left to answer."""
    # One that takes a connection before it notices the reload cannot tell
    # master(8), which goes on believing that it is free and starts no other
    # until it ends. Who needs several servers at once would wait for ever.
    old = servers(instance)
    instance.run("postfix", "reload")
    wait_until(lambda: not old & servers(instance), RELOAD_SECONDS,
               "the smtpd(8) from before the reload to end")


def servers(instance):
    """The process IDs of its smtpd(8)."""
    master = (instance.state / "spool/pid/master.pid").read_text().strip()
    children = Path(f"/proc/{master}/task/{master}/children").read_text()
    return {pid for pid in children.split() if name(pid) == "smtpd"}


def name(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
