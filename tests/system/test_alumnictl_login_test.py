# SPDX-License-Identifier: MIT
"""alumnictl login-test, with a server that answers as told, and Dovecot."""

import contextlib
import json
import os
import socket
import threading

import pytest

from alumnictl_program import (
    DATA, NOPERM, OK, SECONDS, TEMPORARY, UNAVAILABLE, other_user)


class FakeDovecot:
    """Speaks the server's side of the auth protocol, once."""

    def __init__(self, path, answer):
        self.path = str(path)
        self.answer = answer
        self.asked = b""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(path, 0o600)
        self.listener.listen(1)
        self.listener.settimeout(SECONDS)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1"
                             b"\nCUID\t1\nCOOKIE\t00\nDONE\n")
                stream.flush()
                self.asked = b"".join(stream.readline() for _ in range(3))
                stream.write(self.answer)

    def close(self):
        # If nobody has come, it still waits.
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(self.path)
        self.thread.join()
        self.listener.close()


@pytest.fixture
def dovecot(bare):
    started = []

    def start(answer):
        started.append(FakeDovecot(bare.folder / "auth", answer))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.mark.parametrize("answer, status, result, code", [
    (b"OK\t1\tuser=alumna\n", OK, "ok", None),
    (b"FAIL\t1\tuser=alumna\n", NOPERM, "refused", None),
    (b"FAIL\t1\tuser=alumna\tcode=user_disabled\n", NOPERM, "refused",
     "user_disabled"),
    (b"FAIL\t1\tuser=alumna\tcode=temp_fail\n", TEMPORARY,
     "temporary failure", "temp_fail"),
    (b"", TEMPORARY, "temporary failure", None),
])
@pytest.mark.parametrize("as_json", [False, True])
def test_login_test(bare, dovecot, answer, status, result, code, as_json):
    dovecot(answer)
    done = bare.run("login-test", "Alumna@alumni.example",
                    *(["--json"] if as_json else []), text="top-secret\n",
                    status=status)
    if as_json:
        assert json.loads(done.stdout) == {
            "name": "Alumna@alumni.example", "result": result, "code": code}
    else:
        assert done.stdout == f"{result}\n"
    assert "top-secret" not in done.stdout + done.stderr


def test_login_test_at_a_terminal(ctl, terminal, dovecot):
    dovecot(b"OK\t1\tuser=alumna\n")
    screen = terminal("login-test", "alumna")
    screen.expect(b"Password: ")
    assert not screen.echoes()
    screen.type(b"top-secret\n")
    status, seen = screen.end()
    assert status == OK
    assert seen == b"Password: \nok\n"
    assert screen.echoes()


def test_login_test_without_dovecot(bare):
    done = bare.run("login-test", "alumna", text="x\n", status=UNAVAILABLE)
    assert str(bare.folder / "auth") in done.stderr
    assert done.stdout == ""


def test_login_test_without_permission(bare, dovecot):
    dovecot(b"OK\t1\tuser=alumna\n")
    done = bare.run("login-test", "alumna", text="x\n", status=NOPERM,
                    **other_user())
    assert str(bare.folder / "auth") in done.stderr


def test_login_test_without_a_password(bare):
    done = bare.run("login-test", "alumna", status=DATA)
    assert "no password" in done.stderr


def test_login_test_with_dovecot(instance):
    name = instance.add_account("login")

    def login_test(user, password):
        done = instance.alumnictl("login-test", user, text=f"{password}\n",
                                  check=False)
        return done.returncode, done.stdout

    assert login_test(name, f"{name}-alumni") == (OK, "ok\n")
    assert login_test(f"{name.upper()}@{instance.domain}",
                      f"{name}-alumni") == (OK, "ok\n")
    assert login_test(name, "wrong") == (NOPERM, "refused\n")
    assert login_test(name, "") == (NOPERM, "refused\n")
    assert login_test("nobody-at-all", "wrong") == (NOPERM, "refused\n")

    instance.alumnictl("account", "disable", name)
    assert login_test(name, f"{name}-alumni") == (NOPERM, "refused\n")
    instance.alumnictl("account", "enable", name)
    assert login_test(name, f"{name}-alumni") == (OK, "ok\n")

    instance.alumnictl("password", "clear", name)
    assert login_test(name, f"{name}-alumni") == (NOPERM, "refused\n")


def test_login_test_when_the_directory_is_away(instance):
    """A temporary failure, where the directory's word would count."""
    instance.alumnictl("login-test", "employee", text="employee-university\n")
    instance.service("stop", "slapd")
    try:
        done = instance.alumnictl("login-test", "employee",
                                  text="employee-university\n", check=False)
    finally:
        instance.service("start", "slapd")
    assert (done.returncode, done.stdout) == (TEMPORARY,
                                              "temporary failure\n")
