# SPDX-License-Identifier: MIT
"""alumnictl account delete, undelete and purge, and what is left of an
account.
"""

import contextlib
import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

from alumnictl_program import (
    DATA, NO, NOUSER, OK, TEMPORARY, USAGE, nothing_changes)


def forget_grace(ctl):
    """Deleted accounts can no longer be had back."""
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        database.execute("UPDATE accounts SET deleted_at = 1"
                         " WHERE deleted_at > 0")
        database.commit()


def make_mail(ctl, name):
    folder = Path(ctl.show(name)["mail_folder"])
    (folder / "mail/inbox").mkdir(parents=True)
    (folder / "mail/inbox/1").write_text("a message")
    (folder / "elsewhere").symlink_to(ctl.folder / "srs.secret")
    (folder / "out").symlink_to(ctl.folder)
    return folder


def test_delete_asks(ctl):
    with nothing_changes(ctl):
        done = ctl.run("account", "delete", "alumna", status=USAGE)
        assert "--yes" in done.stderr
        ctl.run("account", "delete", "alumna", text="y\n", status=USAGE)


def test_a_deleted_account_can_be_had_back(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("forward", "set", "alumna", "a@outside.example")
    before = ctl.show("alumna")
    folder = make_mail(ctl, "alumna")
    done = ctl.run("account", "delete", "alumna", "--yes")
    assert str(folder) in done.stdout
    assert "30 days" in done.stdout
    ctl.run("account", "show", "alumna", status=NOUSER)
    ctl.run("password", "set", "alumna", text="x\n", status=NOUSER)
    assert ctl.json("account", "list") == []
    deleted = ctl.json("account", "list", "--state", "deleted")
    assert [one["name"] for one in deleted] == ["alumna"]
    assert deleted[0]["deleted_at"] is not None
    # Its names are not free.
    for name in ("alumna", "anna"):
        ctl.run("account", "add", name, status=DATA)
    assert ctl.run("account", "purge").stdout == ""
    assert ctl.run("account", "undelete", "Alumna").stdout == (
        "alumna: is back\n")
    assert ctl.show("alumna") == before
    assert (folder / "mail/inbox/1").exists()
    ctl.run("account", "undelete", "alumna", status=NOUSER)


def test_delete_json(ctl):
    shown = ctl.show("alumna")
    assert ctl.json("account", "delete", "--yes", "alumna") == {
        **{key: shown[key] for key in ("name", "id", "mail_folder")},
        "keep_mail": False}


def test_purge(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("account", "add", "keeper")
    ctl.run("account", "add", "stays")
    folders = {name: make_mail(ctl, name)
               for name in ("alumna", "keeper", "stays")}
    shown = ctl.show("alumna")
    ctl.run("account", "delete", "alumna", "--yes")
    ctl.run("account", "delete", "keeper", "--yes", "--keep-mail")
    forget_grace(ctl)
    with nothing_changes(ctl):
        done = ctl.run("account", "purge", "--dry-run")
    assert re.search("^alumna: would be purged", done.stdout, re.M)
    assert folders["alumna"].exists()

    purged = {one["name"]: one for one in ctl.json("account", "purge")}
    assert purged.keys() == {"alumna", "keeper"}
    assert purged["alumna"]["mail_folder"] == str(folders["alumna"])
    assert purged["keeper"]["keep_mail"] is True
    assert not folders["alumna"].exists()
    assert (folders["keeper"] / "mail/inbox/1").exists()
    assert (folders["stays"] / "mail/inbox/1").exists()
    # What symbolic links pointed at is still there.
    assert (ctl.folder / "srs.secret").exists()
    assert ctl.json("account", "purge") == []
    assert [one["name"] for one in ctl.json("account", "list")] == ["stays"]
    ctl.run("account", "undelete", "alumna", status=NOUSER)
    # Nothing of it is left but its traces in the audit trail.
    assert not [line for line in ctl.dump()
                if shown["id"] in line and '"audit"' not in line]


def test_purge_tries_again_when_mail_cannot_be_removed(ctl):
    folder = make_mail(ctl, "alumna")
    ctl.run("account", "add", "other")
    other = make_mail(ctl, "other")
    ctl.run("account", "delete", "alumna", "--yes")
    ctl.run("account", "delete", "other", "--yes")
    forget_grace(ctl)
    subprocess.run(["mount", "--bind", folder / "mail", folder / "mail"],
                   check=True)
    try:
        done = ctl.run("account", "purge", status=TEMPORARY)
        assert "alumna" in done.stderr
        assert not other.exists()
    finally:
        subprocess.run(["umount", folder / "mail"], check=True)
    assert [one["name"] for one in
            ctl.json("account", "list", "--state", "deleted")] == ["alumna"]
    ctl.run("account", "purge")
    assert not folder.exists()


def test_a_purged_name_is_in_quarantine_then_inherits_nothing(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("forward", "set", "alumna", "a@outside.example")
    ctl.run("quota", "set", "alumna", "1G")
    old = ctl.show("alumna")
    ctl.run("account", "delete", "alumna", "--yes")
    with nothing_changes(ctl):
        ctl.run("account", "add", "alumna", status=DATA)
    forget_grace(ctl)
    ctl.run("account", "purge")
    with nothing_changes(ctl):
        done = ctl.run("account", "add", "alumna", status=DATA)
    assert "name_quarantine" in done.stderr

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


def credential_owners(ctl):
    with contextlib.closing(sqlite3.connect(ctl.databases()[1])) as database:
        return {row[0] for row in
                database.execute("SELECT account_id FROM credentials")}


def test_purge_sweeps_up_passwords_of_no_account(ctl):
    """A crash between the two databases leaves them."""
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    owner = ctl.show("alumna")["id"]
    # More than are looked at in one go, on both sides of those that stay.
    orphans = [f"{number:032x}" for number in range(250)] + ["f" * 32]
    with contextlib.closing(sqlite3.connect(ctl.databases()[1])) as database:
        database.executemany(
            "INSERT INTO credentials (account_id, kind, label, hash, set_at)"
            " VALUES (?, 'password', '', 'x', 1)", [(i,) for i in orphans])
        database.commit()
    with nothing_changes(ctl):
        ctl.run("account", "purge", "--dry-run")
    ctl.run("account", "purge")
    assert credential_owners(ctl) == {owner}
    # One that is deleted, and not purged yet, can be had back as it was.
    ctl.run("account", "delete", "alumna", "--yes")
    ctl.run("account", "purge")
    assert credential_owners(ctl) == {owner}
    forget_grace(ctl)
    ctl.run("account", "purge")
    assert credential_owners(ctl) == set()


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
