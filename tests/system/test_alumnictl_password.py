# SPDX-License-Identifier: MIT
"""alumnictl password: from standard input and at a terminal."""

import signal

import pytest

from alumnictl_program import (
    DATA, NOUSER, OK, argon2_fits, nothing_changes)


@pytest.mark.parametrize("text, password", [
    ("secret word\n", "secret word"), ("secret", "secret"),
    ("secret\r\n", "secret"), ("first\nsecond\n", "first"),
    ("blåbær\n", "blåbær"), (" spaces \n", " spaces "),
    pytest.param("p" * 1024 + "\r\n", "p" * 1024, id="longest")])
def test_password_set_from_standard_input(ctl, text, password):
    done = ctl.run("password", "set", "alumna", text=text)
    assert done.stdout == "alumna: password set\n"
    assert argon2_fits(ctl.hash_of("alumna"), password)
    assert ctl.show("alumna")["password_set_at"] is not None


def test_password_set_replaces(ctl):
    ctl.run("password", "set", "alumna", text="one\n")
    ctl.run("password", "set", "alumna", text="two\n")
    assert argon2_fits(ctl.hash_of("alumna"), "two")
    assert not argon2_fits(ctl.hash_of("alumna"), "one")


def test_password_clear(ctl):
    ctl.run("password", "set", "alumna", text="one\n")
    assert ctl.run("password", "clear", "alumna").stdout == (
        "alumna: password cleared\n")
    assert ctl.show("alumna")["password_set_at"] is None
    assert ctl.hash_of("alumna") is None
    assert ctl.run("password", "clear", "alumna").stdout == (
        "alumna: had no password\n")


def test_the_hash_is_never_shown(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    stored = ctl.hash_of("alumna")
    assert stored.startswith("{ARGON2ID}")
    for options in ([], ["--json"]):
        for command in (["account", "show", "alumna"], ["account", "list"]):
            text = ctl.run(*command, *options).stdout
            assert "ARGON" not in text
            assert stored.rpartition("$")[2] not in text


def test_password_at_a_terminal(ctl, terminal):
    screen = terminal("password", "set", "alumna")
    screen.expect(b"New password: ")
    assert not screen.echoes()
    screen.type(b"top-secret\n")
    screen.expect(b"New password again: ")
    assert not screen.echoes()
    screen.type(b"top-secret\n")
    status, seen = screen.end()
    assert status == OK
    assert seen == (b"New password: \nNew password again: \n"
                    b"alumna: password set\n")
    assert screen.echoes()
    assert argon2_fits(ctl.hash_of("alumna"), "top-secret")


def test_password_at_a_terminal_typed_differently(ctl, terminal):
    with nothing_changes(ctl):
        screen = terminal("password", "set", "alumna")
        screen.expect(b"New password: ")
        screen.type(b"top-secret\n")
        screen.expect(b"New password again: ")
        screen.type(b"top-sekret\n")
        status, seen = screen.end()
    assert status == DATA
    assert b"differ" in seen
    assert b"top-" not in seen
    assert screen.echoes()


@pytest.mark.parametrize("typed, number", [
    (b"half\x03", signal.SIGINT), (b"half\x1c", signal.SIGQUIT)])
def test_interrupted_at_the_password(ctl, terminal, typed, number):
    with nothing_changes(ctl):
        screen = terminal("password", "set", "alumna")
        screen.expect(b"New password: ")
        screen.type(typed)
        status, seen = screen.end()
    assert status == -number
    assert b"half" not in seen
    assert screen.echoes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_at_the_password(ctl, terminal, number):
    screen = terminal("password", "set", "alumna")
    screen.expect(b"New password: ")
    screen.process.send_signal(number)
    assert screen.end()[0] == -number
    assert screen.echoes()


def test_stopped_at_the_password_asks_again(ctl, terminal):
    """The program is alone in its session, so that the terminal's stop has no
    effect; but it has put the terminal right for it, and asks anew."""
    screen = terminal("password", "set", "alumna")
    screen.expect(b"New password: ")
    screen.type(b"half\x1a")
    screen.expect(b"New password: ", times=2)
    assert not screen.echoes()
    screen.type(b"whole\n")
    screen.expect(b"New password again: ")
    screen.type(b"whole\n")
    assert screen.end()[0] == OK
    assert argon2_fits(ctl.hash_of("alumna"), "whole")


def test_no_password_at_a_terminal(ctl, terminal):
    with nothing_changes(ctl):
        screen = terminal("password", "set", "alumna")
        screen.expect(b"New password: ")
        screen.type(b"\x04")
        status, seen = screen.end()
    assert status == DATA
    assert b"no password" in seen
    assert screen.echoes()


def test_unknown_account_is_said_before_the_password_is_asked(terminal):
    status, seen = terminal("password", "set", "nobody").end()
    assert status == NOUSER
    assert b"New password" not in seen
