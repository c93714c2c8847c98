# SPDX-License-Identifier: MIT
"""alumnictl account delete, and what is left of an account."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from alumnictl_program import DATA, NO, NOUSER, OK, USAGE, nothing_changes


def test_account_delete(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    shown = ctl.show("alumna")
    folder = Path(shown["mail_folder"])
    folder.mkdir(parents=True)
    (folder / "mail").write_text("kept")
    with nothing_changes(ctl):
        done = ctl.run("account", "delete", "alumna", status=USAGE)
        assert "--yes" in done.stderr
        done = ctl.run("account", "delete", "alumna", text="y\n", status=USAGE)
    done = ctl.run("account", "delete", "alumna", "--yes")
    assert str(folder) in done.stdout
    assert (folder / "mail").read_text() == "kept"
    ctl.run("account", "show", "alumna", status=NOUSER)
    assert not [line for line in ctl.dump() if shown["id"] in line]


def test_account_delete_json(ctl):
    shown = ctl.show("alumna")
    assert ctl.json("account", "delete", "--yes", "alumna") == {
        key: shown[key] for key in ("name", "id", "mail_folder")}


def test_a_deleted_name_is_in_quarantine_then_inherits_nothing(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("forward", "set", "alumna", "a@outside.example")
    ctl.run("quota", "set", "alumna", "1G")
    old = ctl.show("alumna")
    ctl.run("account", "delete", "alumna", "--yes")
    with nothing_changes(ctl):
        done = ctl.run("account", "add", "alumna", status=DATA)
    assert "name_quarantine" in done.stderr

    ctl.run("account", "add", "other")
    ctl.configure('class "alumni"', 'name_quarantine = "0"\nclass "alumni"')
    ctl.run("account", "delete", "other", "--yes")
    ctl.run("account", "add", "other")
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        database.execute("UPDATE quarantine SET until = 1")
        database.commit()
    ctl.run("account", "add", "alumna")
    new = ctl.show("alumna")
    assert new["id"] != old["id"]
    assert new["mail_folder"] != old["mail_folder"]
    assert new["password_set_at"] is None
    assert new["forward"] is None
    assert new["quota"]["origin"] == "class"


@pytest.mark.parametrize("typed, status", [
    (b"y\n", OK), (b"Yes\n", OK), (b"n\n", NO), (b"\n", NO), (b"\x04", NO),
    (b"yesterday\n", NO)])
def test_delete_asks_at_a_terminal(ctl, terminal, typed, status):
    before = ctl.dump()
    screen = terminal("account", "delete", "alumna")
    screen.expect(b"[y/N] ")
    screen.type(typed)
    assert screen.end()[0] == status
    if status == OK:
        ctl.run("account", "show", "alumna", status=NOUSER)
    else:
        assert ctl.dump() == before
