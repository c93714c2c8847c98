# SPDX-License-Identifier: MIT
"""Every command of alumnictl prints JSON when it is asked to."""

import json

import pytest

from test_alumnictl_help import commands

# One that succeeds for every command that needs no server.
ACCOUNT = [
    "class set alumna student", "quota set alumna 1G", "quota clear alumna",
    "trash set alumna 1d", "trash clear alumna",
    "forward set alumna a@outside.example", "forward clear alumna",
    "alias add alumna anna", "alias remove alumna anna",
    "sending block alumna", "sending unblock alumna",
    "backend set alumna mail2", "backend clear alumna",
    "account disable alumna", "account enable alumna",
    "account pin alumna --directory university --directory-id 1",
    "account unpin alumna", "account rename alumna alumna-b",
    "password clear alumna", "password set alumna", "account add new"]
OTHER = [
    "store init", "srs init", "account show alumna", "account list",
    "account delete alumna --yes", "account purge", "password reset alumna",
    "app-password add alumna x", "app-password list alumna", "usage",
    "warnings send", "forward show alumna", "alias list alumna",
    "report no-password", "import /dev/stdin", "export", "audit list",
    "audit prune", "directory status"]
ELSEWHERE = {
    "account undelete", "app-password revoke", "password-key init",
    # With servers, in tests of their own.
    "password invite", "login-test", "directory sync", "doctor"}


@pytest.mark.parametrize("line", ACCOUNT)
def test_a_change_prints_the_account(ctl, line):
    if line.startswith("alias remove"):
        ctl.run("alias", "add", "alumna", "anna")
    shown = ctl.json(*line.split(), text="a-password\n")
    expected = {"account add": "new", "account rename": "alumna-b"}.get(
        " ".join(line.split()[:2]), "alumna")
    now = ctl.show(expected)
    assert shown == {key: now[key] for key in shown}
    assert shown["name"] == expected


@pytest.mark.parametrize("line", OTHER)
def test_the_others(ctl, line):
    if line == "import /dev/stdin":
        (ctl.folder / "in.csv").write_text("name\nnew\n")
        line = f"import {ctl.folder}/in.csv"
    text = ctl.run(*line.split(), "--json").stdout
    # Where there may be many, one a line.
    for one in text.splitlines() if line in ("export",
                                             "warnings send") else [text]:
        json.loads(one)


def test_the_rest(ctl):
    ctl.run("app-password", "add", "alumna", "x")
    assert ctl.json("app-password", "revoke", "alumna", "x")[
        "name"] == "alumna"
    ctl.run("account", "delete", "alumna", "--yes")
    assert ctl.json("account", "undelete", "alumna")["name"] == "alumna"


def test_no_command_is_left_out():
    tried = {" ".join(words[:length]) for words in
             map(str.split, ACCOUNT + OTHER) for length in (1, 2)}
    assert set(commands()) - tried - ELSEWHERE == {"completion"}
