# SPDX-License-Identifier: MIT
"""alumnictl account: add, show, disable and enable, pin."""

import json
import re

import pytest


def test_account_add(ctl):
    done = ctl.run("account", "add", "plain")
    assert done.stdout.startswith("plain: added, id ")
    shown = ctl.show("plain")
    created = shown.pop("created_at")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", created)
    account_id = shown["id"]
    assert re.fullmatch("[0-9a-f]{32}", account_id)
    assert shown == {
        "name": "plain", "address": "plain@alumni.example", "id": account_id,
        "class": "alumni", "enabled": True, "directory": None,
        "other_entry": None, "denied_at": None,
        "password_set_at": None, "learned_at": None, "backend": None,
        "quota": {"bytes": 2 << 30, "origin": "class"},
        "usage": {"bytes": 0, "messages": 0},
        "trash": {"retention_seconds": 7 * 86400, "origin": "class",
                  "oldest_saved_at": None},
        "forward": None,
        "aliases": [],
        "sending": {"blocked": False, "blocked_at": None, "reason": None},
        "activity": {"recipients_this_hour": 0, "recipients_today": 0,
                     "forwarded_today": 0},
        "mail_folder": f"{ctl.folder}/mail/{account_id[:2]}/{account_id}"}


def test_account_add_with_everything(ctl):
    added = ctl.json("account", "add", "--class", "student", "Full",
                     "--quota=3G", "--directory", "university",
                     "--directory-id", "31-f", "--disabled")
    shown = ctl.show("full")
    assert added["name"] == "full"
    assert shown["class"] == "student"
    assert shown["quota"] == {"bytes": 3 << 30, "origin": "account"}
    assert shown["directory"] == {"name": "university", "id": "31-f"}
    assert shown["enabled"] is False
    assert added == {key: shown[key] for key in added}
    assert shown.keys() - added.keys() == {"password_set_at", "learned_at",
                                           "aliases", "activity"}


@pytest.mark.parametrize("typed", ["OTHER", "other@alumni.example",
                                   "Other@ALUMNI.example.org"])
def test_names_are_normalised(ctl, typed):
    ctl.run("account", "add", typed)
    assert ctl.show("other")["name"] == "other"
    assert ctl.show(typed)["name"] == "other"


def test_account_show_text(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("forward", "set", "alumna", "a@outside.example")
    ctl.run("account", "pin", "alumna", "--directory", "university",
            "--directory-id", "7")
    shown = ctl.show("alumna")
    text = ctl.run("account", "show", "alumna").stdout
    lines = dict(re.split(r":\s+", line, maxsplit=1)
                 for line in text.splitlines())
    assert lines == {
        "Name": "alumna", "Address": "alumna@alumni.example",
        "Id": shown["id"], "Class": "alumni", "State": "enabled",
        "Created": shown["created_at"],
        "Directory": "university, id 7",
        "Password": f"set {shown['password_set_at']}",
        "Quota": "2 GB (of class alumni)",
        "Usage": "0 B in 0 messages, 0 %",
        "Trash": "messages stay 7 days (of class alumni)",
        "Forwarding": "a@outside.example, a copy is kept",
        "Aliases": "none", "Sending": "allowed",
        "Sent": "0 of 300 recipients this hour, 0 of 1500 today",
        "Forwarded": "0 of 1000 messages today",
        "Mail folder": shown["mail_folder"]}


def test_account_disable_and_enable(ctl):
    assert ctl.run("account", "disable", "alumna").stdout == (
        "alumna: disabled\n")
    assert ctl.show("alumna")["enabled"] is False
    ctl.run("account", "disable", "alumna")
    assert ctl.run("account", "enable", "alumna").stdout == (
        "alumna: enabled\n")
    assert ctl.show("alumna")["enabled"] is True


def test_account_pin_and_unpin(ctl):
    before = ctl.show("alumna")
    ctl.run("account", "pin", "--directory-id", "nøkkel 1", "--directory",
            "university", "alumna")
    assert ctl.show("alumna") == {
        **before, "directory": {"name": "university", "id": "nøkkel 1"}}
    ctl.run("account", "unpin", "alumna")
    assert ctl.show("alumna") == before


def test_without_the_class_of_an_account(ctl):
    """The configuration lost a class that an account is of."""
    ctl.run("account", "add", "pupil", "--class", "student")
    ctl.configure('class "student" { quota = "50M" }\n', "")
    assert ctl.show("pupil")["quota"]["bytes"] == 2 << 30
    assert "2 GB (of class alumni)" in ctl.run("account", "show",
                                               "pupil").stdout


def test_mail_folder_is_the_home_that_dovecot_uses(instance):
    name = instance.add_account("folder")
    shown = json.loads(instance.alumnictl("account", "show", name,
                                          "--json").stdout)
    home = instance.doveadm("user", "-f", "home", name).stdout.strip()
    assert home == shown["mail_folder"]
