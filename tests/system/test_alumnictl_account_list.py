# SPDX-License-Identifier: MIT
"""alumnictl account list, in pages and for programs."""

import contextlib
import sqlite3
import subprocess

import pytest

from alumnictl_program import IO, SECONDS


def test_account_list(ctl):
    for name in ("b", "c", "a"):
        ctl.run("account", "add", name, "--class", "student")
    ctl.run("forward", "set", "b", "b@outside.example")
    listed = ctl.json("account", "list")
    assert [account["name"] for account in listed] == ["a", "alumna", "b", "c"]
    for account in listed:
        shown = ctl.show(account["name"])
        for key in ("password_set_at", "learned_at", "aliases",
                    "activity"):
            del shown[key]
        assert account == shown
    rows = [line.split() for line in
            ctl.run("account", "list").stdout.splitlines()]
    assert [row[0] for row in rows] == ["NAME", "a", "alumna", "b", "c"]
    assert rows[3] == ["b", "student", "enabled", "0", "B", "50", "MB",
                       "b@outside.example"]


def test_account_list_empty(bare):
    bare.run("store", "init")
    assert bare.json("account", "list") == []


@pytest.mark.parametrize("count", [255, 256, 257])
def test_account_list_in_pages(ctl, count):
    """A page is 256 accounts."""
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        columns = [row[1] for row in
                   database.execute("PRAGMA table_info(accounts)")]
        others = ", ".join(columns[2:])
        for number in range(count - 1):
            database.execute(
                f"INSERT INTO accounts (id, name, {others}) "
                f"SELECT ?, ?, {others} FROM accounts WHERE name = 'alumna'",
                (f"{number:032x}", f"n{number:05}"))
        database.commit()
    names = [account["name"] for account in ctl.json("account", "list")]
    assert names == ["alumna"] + [f"n{n:05}" for n in range(count - 1)]
    assert len(ctl.run("account", "list").stdout.splitlines()) == count + 1


def test_output_that_does_not_get_out_is_an_error(ctl):
    with open("/dev/full", "w") as full:
        done = subprocess.run(ctl.argv("account", "list"), stdout=full,
                              stderr=subprocess.PIPE, check=False,
                              timeout=SECONDS, env=ctl.environment())
    assert done.returncode == IO
    assert done.stderr == b"alumnictl: cannot write to standard output\n"
