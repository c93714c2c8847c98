# SPDX-License-Identifier: MIT
"""A directory that hangs: who does not need it does not notice."""

import os
import signal
import statistics
import time

import pytest

from auth_server import AuthServer
from directory import Directory

# As they are unless they are set.
TIMEOUTS = {"connect_timeout_msecs": "1000", "request_timeout_msecs": "1000"}
FIRST_LOGIN_SECONDS = 2
BACK_SECONDS = 10
LOGINS = 40


@pytest.fixture(name="hang")
def _hang(instance):
    """Stops slapd, and lets it go on at the end."""
    pid = instance.endpoints["slapd_pid"]

    def stop():
        os.kill(pid, signal.SIGSTOP)

        def is_stopped():
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(") ")[2].startswith("T")

        instance.wait(is_stopped, "slapd to be stopped")

    yield stop
    os.kill(pid, signal.SIGCONT)


def timed(server, name, password, expected="ok"):
    start = time.monotonic()
    assert server.ask(name, password) == expected
    return time.monotonic() - start


def go_on(instance):
    os.kill(instance.endpoints["slapd_pid"], signal.SIGCONT)


def test_a_hung_directory_is_noticed_once(instance, hang):
    directory = Directory(instance)
    person = directory.add_person("outage")
    with AuthServer(instance, TIMEOUTS) as server, \
            AuthServer(instance) as without:
        without.stop()
        without.without_directory()
        without.start()
        # Pinned, so that the directory has a say, and with both passwords.
        assert server.ask(person, f"{person}-university") == "ok"
        server.set_password(person, f"{person}-alumni")
        hang()

        first = timed(server, person, f"{person}-alumni")
        assert first <= FIRST_LOGIN_SECONDS, server.log()
        # One after the other here and there, so that both see the same load.
        hung, usual = [], []
        for _ in range(LOGINS):
            hung.append(timed(server, person, f"{person}-alumni"))
            usual.append(timed(without, person, f"{person}-alumni"))
        # The quickest of each tell least about what else the machine does.
        assert min(hung) <= 1.5 * min(usual) + 0.005, (hung, usual)
        assert statistics.median(hung) < 0.5, hung

        timed(server, person, f"{person}-university", "temporary")
        timed(server, person, "wrong", "temporary")
        instance.wait(lambda: "does not answer: it is not asked"
                      in server.log(), "a line in the log")

        go_on(instance)
        instance.wait(
            lambda: server.ask(person, f"{person}-university") == "ok",
            "university logins to work again", seconds=BACK_SECONDS)
        instance.wait(lambda: "answers again" in server.log(),
                      "a line in the log")


def test_a_directory_is_found_again_though_nobody_logs_in(instance, hang):
    person = Directory(instance).add_person("outage")
    with AuthServer(instance, TIMEOUTS) as server:
        hang()
        assert server.ask(person, f"{person}-university") == "temporary"
        go_on(instance)
        # Nobody asks meanwhile.
        statuses = server.state_dir / "login-state"
        breaker_opened_at = 4096 + 64

        def is_closed():
            with open(statuses, "rb") as file:
                file.seek(breaker_opened_at)
                return file.read(8) == bytes(8)

        instance.wait(is_closed, "the probe to succeed", seconds=BACK_SECONDS)
        assert server.ask(person, f"{person}-university") == "ok"


def test_a_spoilt_state_stops_no_login(instance):
    person = Directory(instance).add_person("outage")
    with AuthServer(instance, TIMEOUTS) as server:
        state = server.state_dir / "login-state"
        assert server.ask(person, f"{person}-university") == "ok"
        for spoil in (state.unlink, lambda: state.write_bytes(b""),
                      lambda: state.write_bytes(b"rubbish"),
                      lambda: state.write_bytes(b"\xff" * 1000000),
                      lambda: os.truncate(state, 4100),
                      lambda: server.state_dir.chmod(0)):
            spoil()
            assert server.ask(person, f"{person}-university") == "ok"
            assert server.ask(person, "wrong") == "mismatch"
        assert "SIG" not in server.log() and "signal" not in server.log()


def test_a_worker_that_is_killed_stops_nobody(instance, hang):
    person = Directory(instance).add_person("outage")
    with AuthServer(instance, TIMEOUTS) as server:
        assert server.ask(person, f"{person}-university") == "ok"
        server.set_password(person, f"{person}-alumni")
        hang()
        assert server.ask(person, f"{person}-alumni") == "ok"
        # Among them the one that probes.
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
        instance.wait(
            lambda: server.ask(person, f"{person}-alumni") == "ok",
            "alumni logins to work")
        go_on(instance)
        instance.wait(
            lambda: server.ask(person, f"{person}-university") == "ok",
            "university logins to work again", seconds=BACK_SECONDS)
