# SPDX-License-Identifier: MIT
"""alumnictl audit: who changed what."""

import contextlib
import re
import sqlite3

import pytest


def actions(ctl, *arguments):
    return [entry["action"]
            for entry in ctl.json("audit", "list", *arguments)]


def test_every_change_is_in_the_trail(ctl):
    assert actions(ctl) == ["account.add"]
    for words, action in (
            (["class", "set", "alumna", "student"], "account.class"),
            (["quota", "set", "alumna", "1G"], "quota"),
            (["quota", "clear", "alumna"], "quota"),
            (["trash", "set", "alumna", "1d"], "trash"),
            (["forward", "set", "alumna", "a@outside.example"], "forward"),
            (["forward", "clear", "alumna"], "forward"),
            (["alias", "add", "alumna", "anna"], "alias.add"),
            (["alias", "remove", "alumna", "anna"], "alias.remove"),
            (["sending", "block", "alumna"], "sending.block"),
            (["sending", "unblock", "alumna"], "sending.unblock"),
            (["backend", "set", "alumna", "mail2"], "account.backend"),
            (["account", "pin", "alumna", "--directory", "university",
              "--directory-id", "1"], "account.pin"),
            (["account", "disable", "alumna"], "account.disable"),
            (["account", "enable", "alumna"], "account.enable"),
            (["password", "reset", "alumna"], "password.set"),
            (["password", "clear", "alumna"], "password.clear"),
            (["app-password", "add", "alumna", "x"], "app-password.add"),
            (["app-password", "revoke", "alumna", "x"],
             "app-password.revoke"),
            (["account", "rename", "alumna", "berg"], "account.rename"),
            (["account", "delete", "berg", "--yes"], "account.delete"),
            (["account", "undelete", "berg"], "account.undelete")):
        ctl.run(*words)
        newest = ctl.json("audit", "list", "--limit", "1")
        assert [entry["action"] for entry in newest] == [action], words
        assert newest[0]["actor"] == "root"
        assert newest[0]["origin"] == "alumnictl"
        assert re.fullmatch(r"20\d\d-.*Z", newest[0]["at"])


def test_who_is_behind_sudo(ctl, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "alice")
    ctl.run("quota", "set", "alumna", "1G")
    entry = ctl.json("audit", "list", "--limit", "1")[0]
    assert entry["actor"] == "alice via sudo"
    text = ctl.run("audit", "list", "--limit=1").stdout
    assert re.fullmatch(
        r"20\S+Z alumna quota: .* \(alice via sudo, alumnictl\)\n", text)


def test_of_one_account_under_whatever_name(ctl):
    ctl.run("account", "add", "other")
    ctl.run("account", "rename", "alumna", "berg", "--no-alias")
    ctl.run("quota", "set", "berg", "1G")
    for name in ("alumna", "BERG", "berg@alumni.example"):
        assert actions(ctl, name) == ["quota", "account.rename",
                                      "account.add"]
    assert actions(ctl, "other") == ["account.add"]
    assert actions(ctl, "nobody") == []


def set_times(ctl, moment):
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        database.execute("UPDATE audit SET at = unixepoch(?)", (moment,))
        database.commit()


@pytest.mark.parametrize("since, shown", [
    ("2026-03-01", 1), ("2026-03-02", 0), ("2026-03-01T12:00:00Z", 1),
    ("2026-03-01T12:00:01Z", 0), ("52000w", 1), ("1h", 0)])
def test_since(ctl, since, shown):
    set_times(ctl, "2026-03-01 12:00:00")
    assert len(actions(ctl, "--since", since)) == shown


def test_prune(ctl):
    set_times(ctl, "2020-01-01 00:00:00")
    ctl.run("quota", "set", "alumna", "1G")
    assert ctl.run("audit", "prune", "--before", "2019-12-31").stdout == (
        "0 entries removed\n")
    assert ctl.json("audit", "prune")["message"] == "1 entry removed"
    assert actions(ctl) == ["quota"]
    ctl.configure('class "alumni"', 'audit_keep = "never"\nclass "alumni"')
    set_times(ctl, "2020-01-01 00:00:00")
    ctl.run("audit", "prune")
    assert actions(ctl) == ["quota"]
    ctl.run("audit", "prune", "--before", "1d")
    assert actions(ctl) == []


def test_in_pages(ctl):
    for number in range(300):
        with contextlib.closing(
                sqlite3.connect(ctl.databases()[0])) as database:
            database.execute(
                "INSERT INTO audit (at, account_id, account_name, actor,"
                " origin, action, detail) SELECT 5, id, name, 'x', 'y',"
                " 'z', ? FROM accounts", (str(number),))
            database.commit()
    details = [entry["detail"] for entry in
               ctl.json("audit", "list", "--limit", "0")]
    assert details[:300] == [str(number) for number in range(299, -1, -1)]
    assert len(actions(ctl)) == 100
    assert len(actions(ctl, "--limit", "257")) == 257
