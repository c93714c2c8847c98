# SPDX-License-Identifier: MIT
"""alumnictl account rename, also with a mailbox and the people who write to
it.
"""

import imaplib

import pytest

from alumnictl_program import DATA, NOUSER, nothing_changes
from sessions import assert_ended


def test_the_old_name_becomes_an_alias(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("alias", "add", "alumna", "anna")
    before = ctl.show("alumna")
    assert ctl.run("account", "rename", "alumna", "Berg").stdout == (
        "alumna: is berg now, and gets mail for both names\n")
    ctl.run("account", "show", "alumna", status=NOUSER)
    assert ctl.show("berg") == {
        **before, "name": "berg", "address": "berg@alumni.example",
        "aliases": ["alumna", "anna"]}
    # Back again: a name may be one of the account's own aliases.
    assert ctl.json("account", "rename", "berg", "alumna")["name"] == "alumna"
    assert ctl.show("alumna")["aliases"] == ["anna", "berg"]


def test_without_an_alias_the_old_name_is_in_quarantine(ctl):
    ctl.run("account", "rename", "alumna", "berg", "--no-alias")
    assert ctl.show("berg")["aliases"] == []
    ctl.run("account", "add", "other")
    with nothing_changes(ctl):
        ctl.run("account", "add", "alumna", status=DATA)
        ctl.run("account", "rename", "other", "alumna", status=DATA)


@pytest.mark.parametrize("taken", ["other", "anna"])
def test_a_name_that_is_taken(ctl, taken):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "other", "anna")
    with nothing_changes(ctl):
        ctl.run("account", "rename", "alumna", taken, status=DATA)


def test_the_mailbox_goes_with_it(instance):
    name = instance.add_account("rename")
    other, password = f"{name}-new", f"{name}-alumni"
    instance.send(instance.address(name), "Subject: one\n\nbefore it\n")
    instance.wait_message(name, "before it")
    session = instance.imap(name)
    instance.alumnictl("account", "rename", name, other)
    # It ran under the old name.
    assert_ended(instance, session)
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name, password)
    instance.wait_message(other, "before it", password=password)
    for number, address in enumerate((name, other)):
        instance.send(instance.address(address),
                      f"Subject: more\n\nafter it {number}\n")
        instance.wait_message(other, f"after it {number}", password=password)
