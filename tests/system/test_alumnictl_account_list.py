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


# ---- filters ----

def names(ctl, *options):
    listed = [one["name"] for one in ctl.json("account", "list", *options)]
    rows = ctl.run("account", "list", *options).stdout.splitlines()[1:]
    assert [row.split()[0] for row in rows] == listed
    assert ctl.run("account", "list", "--names",
                   *options).stdout.split() == listed
    return listed


def test_filters(ctl):
    for name in ("pupil", "full", "away", "pinned", "off", "blocked", "open"):
        ctl.run("account", "add", name)
    ctl.run("class", "set", "pupil", "student")
    ctl.run("quota", "set", "full", "10")
    ctl.run("forward", "set", "away", "a@outside.example")
    ctl.run("account", "pin", "pinned", "--directory", "university",
            "--directory-id", "1")
    ctl.run("account", "disable", "off")
    ctl.run("sending", "block", "blocked")
    ctl.run("password", "set", "open", text="x\n")
    ctl.run("app-password", "add", "full", "phone")
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        database.execute("UPDATE accounts SET usage_bytes = 10")
        database.execute("UPDATE accounts SET denied_at = 5"
                         " WHERE name = 'pinned'")
        database.commit()
    everybody = names(ctl)
    assert names(ctl, "--class", "student") == ["pupil"]
    assert names(ctl, "--class", "alumni", "--over-quota") == ["full"]
    assert names(ctl, "--forwarding") == ["away"]
    assert names(ctl, "--directory", "university") == ["pinned"]
    assert names(ctl, "--directory", "none") == [
        name for name in everybody if name != "pinned"]
    assert names(ctl, "--state", "disabled") == ["off"]
    assert names(ctl, "--state", "enabled") == [
        name for name in everybody if name != "off"]
    assert names(ctl, "--state", "blocked") == ["blocked"]
    assert names(ctl, "--state", "denied") == ["pinned"]
    assert names(ctl, "--state", "deleted") == []
    # App passwords are no alumni password.
    assert names(ctl, "--no-password") == [
        name for name in everybody if name != "open"]
    assert names(ctl, "--no-password", "--forwarding", "--state",
                 "disabled") == []
    ctl.run("account", "delete", "off", "--yes")
    assert names(ctl, "--state", "deleted") == ["off"]
    assert "off" not in names(ctl)


@pytest.mark.parametrize("prefix, expected", [
    ("al", ["al", "al-x", "al.y", "ala", "alumna", "alz"]),
    ("AL", ["al", "al-x", "al.y", "ala", "alumna", "alz"]),
    ("alz", ["alz"]), ("b", ["b"]), ("c", []), ("~", []), ("aa", [])])
def test_prefix(ctl, prefix, expected):
    for name in ("al", "al-x", "al.y", "ala", "alz", "ak", "am", "b", "a"):
        ctl.run("account", "add", name)
    assert names(ctl, "--prefix", prefix) == expected
