# SPDX-License-Identifier: MIT
"""The auth worker under valgrind, all the way through Dovecot and our plugin:
nothing is read that was not written, and nothing is lost."""

import os
import signal

import pytest

from auth_server import AuthServer
from directory import Directory

# Everything is slow there.
PATIENCE = {"connect_timeout_msecs": "20000", "request_timeout_msecs": "20000",
            "breaker_probe_msecs": "100"}
SHORT = {"connect_timeout_msecs": "5000", "request_timeout_msecs": "5000",
         "breaker_probe_msecs": "100"}
WAIT_SECONDS = 300

# With GDB, Dovecot does not unload modules at the end: what libraries hold for
# as long as they are there would look lost.
VALGRIND = """
service auth-worker {{
  executable = /usr/bin/env GDB=1 /usr/bin/valgrind --vgdb=no --quiet \
--log-file={log}.%p --leak-check=full --show-leak-kinds=definite \
--errors-for-leak-kinds=definite --num-callers=40 /usr/lib/dovecot/auth -w
  vsz_limit = 4G
}}
"""


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


class Watched(AuthServer):
    """Its workers run under valgrind, which takes long to start."""

    answer_seconds = 300

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.add_dovecot(VALGRIND.format(log=self.folder / "valgrind"))

    def complaints(self):
        """What valgrind said, after stop()."""
        logs = sorted(self.folder.glob("valgrind.*"))
        assert logs, "no worker ran under valgrind"
        return "\n".join(path.read_text(errors="replace") for path in logs)


def test_logins_of_all_kinds(instance, directory):
    person = directory.add_person("valgrind")
    suspended = directory.add_person("valgrind", status="suspended")
    disabled = instance.add_account("valgrind")
    instance.alumnictl("account", "disable", disabled)
    imported = instance.add_account("valgrind")
    instance.alumnictl("backend", "set", imported, "192.0.2.9")
    server = Watched(instance, PATIENCE,
                     options={"learn_password": '"always"',
                              "order": '"last-success-first"'})
    with server:
        expected = [
            (person, f"{person}-university", "ok"),    # creates, and learns
            (person, f"{person}-university", "ok"),
            (person, "wrong", "mismatch"),
            (person, "wrong", "mismatch"),             # refused before
            (person, "", "mismatch"),
            (person, "x" * 2000, "mismatch"),
            (suspended, f"{suspended}-university", "mismatch"),
            (disabled, f"{disabled}-alumni", "mismatch"),
            (imported, f"{imported}-alumni", "ok"),    # a hash made anew
            (imported, f"{imported}-alumni", "ok"),
            ("no-such-person", "x", "mismatch"),
            ("a@other.example", "x", "mismatch"),
        ]
        for name, password, result in expected:
            assert server.ask(name, password) == result, (name, server.log())
        # Changed, gone, and given to another.
        directory.set_password(person, "changed")
        assert server.ask(person, f"{person}-university") == "mismatch"
        assert server.ask(person, "changed") == "ok"
        directory.delete(person)
        assert server.ask(person, "changed") == "ok"
        directory.add_person(name=person)
        assert server.ask(person, f"{person}-university") == "mismatch"
        # Look-ups, and the list of everybody.
        assert "home" in server.doveadm("user", person)
        assert person in server.doveadm("user", "*").split()
        assert "user" in server.doveadm("auth", "lookup", person)
    assert server.complaints().strip() == ""


def test_a_directory_that_hangs_or_goes_away(instance, directory):
    name = directory.add_person("valgrind")
    pid = instance.endpoints["slapd_pid"]
    server = Watched(instance, SHORT)
    with server:
        instance.wait(lambda: server.ask(name, f"{name}-university") == "ok",
                      "the directory to answer in time", WAIT_SECONDS)
        os.kill(pid, signal.SIGSTOP)
        try:
            assert server.ask(name, f"{name}-university") == "temporary"
            assert server.ask(name, "x") == "temporary"
        finally:
            os.kill(pid, signal.SIGCONT)
        instance.wait(lambda: server.ask(name, f"{name}-university") == "ok",
                      "the directory to be asked again", WAIT_SECONDS)
        instance.service("stop", "slapd")
        try:
            assert server.ask(name, f"{name}-university") == "temporary"
        finally:
            instance.service("start", "slapd")
        instance.wait(lambda: server.ask(name, f"{name}-university") == "ok",
                      "the directory to be asked again", WAIT_SECONDS)
        (server.state_dir / "login-state").write_bytes(b"\xff" * 10000)
        assert server.ask(name, f"{name}-university") == "ok"
        server.config.write_text("nonsense\n" + server.config.read_text())
        assert server.ask(name, f"{name}-university") == "ok"
    assert server.complaints().strip() == ""
