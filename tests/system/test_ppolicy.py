# SPDX-License-Identifier: MIT
"""A directory that locks accounts after wrong passwords (OpenLDAP's ppolicy)
does so to nobody whose mail programs keep sending another password."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from auth_server import AuthServer
from directory import Directory

LOGINS = 100
# As many connections as a household's mail programs open at once.
CONNECTIONS = 25
FAILURES_THAT_LOCK = 5


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


def person(server, directory):
    """Somebody with an account and both passwords, whose entry can be
    locked."""
    name = directory.add_person("locked")
    directory.lock_after(name, FAILURES_THAT_LOCK)
    assert server.ask(name, f"{name}-university") == "ok"
    server.set_password(name, f"{name}-alumni")
    return name


def many(server, name, password, logins=LOGINS):
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return set(pool.map(lambda _: server.ask(name, password),
                            range(logins)))


@pytest.mark.parametrize("learn,logins", [("never", LOGINS), ("first", 10),
                                          ("always", 10)])
def test_neither_the_alumni_nor_an_old_password_locks(instance, directory,
                                                      learn, logins):
    with AuthServer(instance,
                    options={"learn_password": f'"{learn}"'}) as server:
        name = person(server, directory)
        old, new = f"{name}-university", f"{name}-changed"
        assert many(server, name, f"{name}-alumni", logins) == {"ok"}
        assert not directory.is_locked(name)
        assert server.ask(name, old) == "ok"

        directory.set_password(name, new)
        assert many(server, name, old, logins) == {"mismatch"}
        assert not directory.is_locked(name)
        assert server.ask(name, new) == "ok"
        assert server.ask(name, old) == "mismatch"

        # Nor does the old one come back when the person leaves.
        directory.set_status(name, "inactive")
        assert server.ask(name, old) == "mismatch"
        # "first" learns where there is no alumni password.
        assert server.ask(name, new) == ("ok" if learn == "always"
                                         else "mismatch")
        assert server.ask(name, f"{name}-alumni") == "ok"


def test_last_success_first_never_tries_the_alumni_password_there(
        instance, directory):
    with AuthServer(instance, options={
            "order": '"last-success-first"', "refused_memory": '"0s"',
            "refused_memory_accepted": '"0s"'}) as server:
        name = person(server, directory)
        # The first one is tried, since the directory was right last.
        assert server.ask(name, f"{name}-alumni") == "ok"
        assert many(server, name, f"{name}-alumni") == {"ok"}
        assert not directory.is_locked(name)


def test_without_the_memory_it_would_lock(instance, directory):
    """The other tests prove something."""
    with AuthServer(instance, options={
            "refused_memory": '"0s"',
            "refused_memory_accepted": '"0s"'}) as server:
        name = person(server, directory)
        assert many(server, name, f"{name}-alumni") == {"ok"}
        assert directory.is_locked(name)
        assert server.ask(name, f"{name}-university") == "mismatch"
