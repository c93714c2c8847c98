# SPDX-License-Identifier: MIT
"""alumnictl alias."""

from alumnictl_program import DATA, NOUSER


def test_aliases(ctl):
    assert ctl.json("alias", "list", "alumna") == []
    ctl.run("alias", "add", "alumna", "Anna.Nordmann@alumni.example.org")
    ctl.run("alias", "add", "alumna", "anna")
    assert ctl.json("alias", "list", "alumna") == ["anna", "anna.nordmann"]
    assert ctl.run("alias", "list", "alumna").stdout == (
        "anna\nanna.nordmann\n")
    assert ctl.show("alumna")["aliases"] == ["anna", "anna.nordmann"]
    ctl.run("alias", "remove", "alumna", "anna")
    assert ctl.json("alias", "list", "alumna") == ["anna.nordmann"]


def test_an_alias_is_one_accounts(ctl):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "alumna", "anna")
    before = ctl.dump()
    for arguments in (["alias", "add", "other", "anna"],
                      ["alias", "add", "alumna", "anna"],
                      ["alias", "add", "alumna", "other"],
                      ["alias", "add", "alumna", "alumna"],
                      ["alias", "add", "alumna", "postmaster"],
                      ["alias", "add", "alumna", "abuse@alumni.example"],
                      ["alias", "add", "alumna", "x@elsewhere.example"],
                      ["alias", "add", "alumna", "a+b"],
                      ["alias", "remove", "other", "anna"],
                      ["account", "add", "anna"]):
        ctl.run(*arguments, status=DATA)
    ctl.run("alias", "add", "nobody", "x", status=NOUSER)
    assert ctl.dump() == before


def test_a_removed_alias_is_kept_from_others(ctl):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("alias", "remove", "alumna", "anna")
    done = ctl.run("alias", "add", "other", "anna", status=DATA)
    assert "quarantine" in done.stderr
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("alias", "remove", "alumna", "anna", "--release")
    ctl.run("alias", "add", "other", "anna")


def test_aliases_of_a_deleted_account_are_kept_from_others(ctl):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("account", "delete", "alumna", "--yes")
    ctl.run("alias", "add", "other", "anna", status=DATA)
    ctl.run("account", "add", "anna", status=DATA)
