# SPDX-License-Identifier: MIT
"""alumnictl app-password and password reset: what is made is shown once."""

import re

from alumnictl_program import CONFIG, DATA, argon2_fits, nothing_changes

MADE = r"[a-z2-9]{4}(-[a-z2-9]{4}){4}"


def test_add_list_and_revoke(ctl):
    assert ctl.json("app-password", "list", "alumna") == []
    done = ctl.run("app-password", "add", "alumna", "my phone")
    first, password = done.stdout.splitlines()
    assert first.startswith("alumna: the app password for my phone")
    assert re.fullmatch(MADE, password)
    made = ctl.json("app-password", "add", "alumna", "bærbar")
    assert re.fullmatch(MADE, made["password"])
    assert made["password"] != password
    listed = ctl.json("app-password", "list", "alumna")
    assert [one["label"] for one in listed] == ["bærbar", "my phone"]
    assert all(one["last_used_at"] is None for one in listed)
    assert re.fullmatch(r"20\d\d-.*Z", listed[0]["created_at"])
    rows = ctl.run("app-password", "list", "alumna").stdout.splitlines()
    assert re.fullmatch(r"my phone +20\d\d-\S+ +never", rows[2])
    with nothing_changes(ctl):
        ctl.run("app-password", "add", "alumna", "my phone", status=DATA)
    ctl.run("app-password", "revoke", "alumna", "my phone")
    assert [one["label"] for one in
            ctl.json("app-password", "list", "alumna")] == ["bærbar"]


def test_what_was_made_is_nowhere_in_the_store(ctl):
    made = [ctl.json("app-password", "add", "alumna", "phone")["password"],
            ctl.json("password", "reset", "alumna")["password"]]
    text = "\n".join(ctl.dump()) + ctl.run("audit", "list").stdout
    for password in made:
        assert password not in text
        assert password.replace("-", "") not in text
    assert "{" not in ctl.run("audit", "list").stdout


def test_app_passwords_turned_off(ctl):
    ctl.configure('class "alumni"', 'app_passwords = no\nclass "alumni"')
    with nothing_changes(ctl):
        done = ctl.run("app-password", "add", "alumna", "x", status=CONFIG)
    assert "app_passwords" in done.stderr


def test_password_reset(ctl):
    ctl.run("password", "set", "alumna", text="old\n")
    ctl.run("app-password", "add", "alumna", "phone")
    done = ctl.run("password", "reset", "alumna")
    password = done.stdout.splitlines()[1]
    assert re.fullmatch(MADE, password)
    ctl_password = ctl.json("password", "reset", "alumna")
    assert ctl_password["name"] == "alumna"
    assert ctl_password["password"] != password
    assert len(ctl.json("app-password", "list", "alumna")) == 1
    ctl.run("password", "reset", "alumna", "--app-passwords")
    assert ctl.json("app-password", "list", "alumna") == []
    password = ctl.run("password", "reset", "alumna").stdout.splitlines()[1]
    assert argon2_fits(ctl.hash_of("alumna"), password)
