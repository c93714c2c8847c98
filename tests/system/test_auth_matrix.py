# SPDX-License-Identifier: MIT
"""Everything that a person, a password and a directory can be at a login, as a
table of what has to come of it."""

import os
import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth_server import AuthServer
from directory import Directory
from instance.ports import closed_port
from ldap_peers import (BIND_YES, HALF_ENTRY, START_TLS_YES, FakeDirectory,
                        Forwarder, expired_certificate)

# Dovecot holds every refusal back for up to half a second.
CONNECTIONS = 24

# An id that no entry has.
GONE = "00000000-0000-4000-8000-000000000000"

STATUSES = ("active", "inactive", "absent")

PASSWORDS = {
    "university": lambda name: f"{name}-university",
    "alumni": lambda name: f"{name}-alumni",
    "wrong": lambda name: "wrong",
    "empty": lambda name: "",
    "10 kB": lambda name: "x" * 10000,
    "with NUL": lambda name: f"{name}-university\0",
    "not UTF-8": lambda name: b"\xff\xfe\x80",
    "filter": lambda name: "*)(uid=*))(|(uid=*",
}

# What has to come of each password when the directory answers, and when it
# does not; with an alumni password, and without. Columns: active, inactive,
# absent.
OK, NO, LATER = "ok", "mismatch", "temporary"
EXPECTED = {
    # answers, has alumni password
    (True, True): {
        "university": (OK, NO, NO),
        "alumni": (OK, OK, OK),
        "wrong": (NO, NO, NO),
        "empty": (NO, NO, NO),
        "10 kB": (NO, NO, NO),
        "with NUL": (NO, NO, NO),
        "not UTF-8": (NO, NO, NO),
        "filter": (NO, NO, NO),
    },
    (True, False): {
        "university": (OK, NO, NO),
        "alumni": (NO, NO, NO),
        "wrong": (NO, NO, NO),
        "empty": (NO, NO, NO),
        "10 kB": (NO, NO, NO),
        "with NUL": (NO, NO, NO),
        "not UTF-8": (NO, NO, NO),
        "filter": (NO, NO, NO),
    },
    # Nobody can tell, so nothing is refused for good but what no directory
    # would ever be asked for.
    (False, True): {
        "university": (LATER, LATER, LATER),
        "alumni": (OK, OK, OK),
        "wrong": (LATER, LATER, LATER),
        "empty": (NO, NO, NO),
        "10 kB": (NO, NO, NO),
        "with NUL": (NO, NO, NO),
        "not UTF-8": (LATER, LATER, LATER),
        "filter": (LATER, LATER, LATER),
    },
    (False, False): {
        "university": (LATER, LATER, LATER),
        "alumni": (LATER, LATER, LATER),
        "wrong": (LATER, LATER, LATER),
        "empty": (NO, NO, NO),
        "10 kB": (NO, NO, NO),
        "with NUL": (NO, NO, NO),
        "not UTF-8": (LATER, LATER, LATER),
        "filter": (LATER, LATER, LATER),
    },
}


@pytest.fixture(name="people", scope="module")
def _people(_shared_instance):
    """One for each status, with and without an alumni password, pinned."""
    instance = _shared_instance
    directory = Directory(instance)
    server = AuthServer(instance)
    names = {}
    for status in STATUSES:
        for has_password in (True, False):
            name = f"matrix-{secrets.token_hex(4)}"
            entry_id = GONE
            if status != "absent":
                directory.add_person(name=name, status=status)
                entry_id = directory.entry_id(name)
            instance.alumnictl("account", "add", name)
            instance.alumnictl("account", "pin", name, "--directory",
                               "university", "--directory-id", entry_id)
            if has_password:
                server.set_password(name, f"{name}-alumni")
            names[status, has_password] = name
    return names


def check_cells(server, people, answers):
    """Asks for every cell, several at a time; the wrong ones."""
    cells = [(status, has_password, password)
             for status in STATUSES for has_password in (True, False)
             for password in PASSWORDS]

    def ask(cell):
        status, has_password, password = cell
        name = people[status, has_password]
        try:
            return server.ask(name, PASSWORDS[password](name))
        except ConnectionError:
            # The auth process takes no line as long as that.
            return "mismatch" if password == "10 kB" else "hung up"

    def expected(cell):
        status, has_password, password = cell
        return EXPECTED[answers, has_password][password][
            STATUSES.index(status)]

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        found = list(pool.map(ask, cells))
    wrong = [(*cell, f"expected {expected(cell)}", f"got {result}")
             for cell, result in zip(cells, found)
             if result != expected(cell)]
    log = server.log()
    assert not wrong, "\n".join(map(str, wrong)) + "\n" + log
    for name in people.values():
        for secret in ("university", "alumni"):
            assert PASSWORDS[secret](name) not in log
    assert PASSWORDS["filter"](None) not in log


def timeouts(msecs):
    return {"connect_timeout_msecs": msecs, "request_timeout_msecs": msecs}


# For servers that never answer rightly.
TIMEOUTS = timeouts(300)
# For one that does, on a machine with much else to do.
PATIENCE = timeouts(5000)


def test_a_directory_that_answers(instance, people):
    with AuthServer(instance, PATIENCE) as server:
        check_cells(server, people, True)


def own_certificate(instance):
    tls = instance.state / "etc/tls"
    return tls / "cert.pem", tls / "key.pem"


def test_a_directory_that_answers_over_ldaps(instance, people):
    with Forwarder(instance, own_certificate(instance)) as peer:
        with AuthServer(instance, {**PATIENCE,
                                   **over(peer, "ldaps")}) as server:
            check_cells(server, people, True)
            assert peer.accepted


def hang(instance):
    """Stops slapd where it is; the signal takes a moment to reach it."""
    pid = instance.endpoints["slapd_pid"]
    os.kill(pid, signal.SIGSTOP)
    stat = Path(f"/proc/{pid}/stat")
    instance.wait(lambda: stat.read_text().rpartition(") ")[2][0] == "T",
                  "slapd to be stopped")


def test_a_directory_that_is_stopped(instance, people):
    with AuthServer(instance, PATIENCE) as server:
        # Workers with connections, and without.
        check_cells(server, people, True)
        hang(instance)
        try:
            check_cells(server, people, False)
        finally:
            os.kill(instance.endpoints["slapd_pid"], signal.SIGCONT)
        name = people["active", False]
        instance.wait(lambda: server.ask(name, f"{name}-university") == "ok",
                      "the directory to be asked again", seconds=10)


def fakes():
    """Name: what it answers, and how it is reached."""
    plain = {"tls": '"none"', "ca_file": None}
    return {
        "silent, in the clear": ((), "ldap", plain),
        "silent, ldaps": ((), "ldaps", {"tls": '"ldaps"'}),
        "silent before StartTLS": ((), "ldap", {}),
        "silent after StartTLS": ((START_TLS_YES,), "ldap", {}),
        "half a PDU": ((BIND_YES, HALF_ENTRY), "ldap", plain),
        "half a PDU at once": ((HALF_ENTRY,), "ldap", plain),
        "nonsense": ((b"HTTP/1.0 400 Bad Request\r\n\r\n",) * 9, "ldap",
                     plain),
        "nonsense, ldaps": ((b"\0" * 64,) * 9, "ldaps", {"tls": '"ldaps"'}),
        "nonsense after StartTLS": ((START_TLS_YES, b"\x80" * 64), "ldap",
                                    {}),
    }


@pytest.mark.parametrize("kind", fakes())
def test_a_directory_that_answers_wrongly_or_never(instance, people, kind):
    answers, scheme, options = fakes()[kind]
    with FakeDirectory(*answers) as fake:
        with AuthServer(instance, {
                **TIMEOUTS, **options,
                "uris": f'{{ "{scheme}://127.0.0.1:{fake.port}" }}'
        }) as server:
            check_cells(server, people, False)
            assert fake.accepted


def test_a_directory_that_refuses_connections(instance, people):
    with AuthServer(instance, {
            **TIMEOUTS, "uris": f'{{ "ldap://127.0.0.1:{closed_port()}" }}'
    }) as server:
        check_cells(server, people, False)


SYSTEM_AUTHORITIES = '"/etc/ssl/certs/ca-certificates.crt"'

# How it is reached, by which address, with an expired certificate or not, and
# the authorities that may have signed it; None for the instance's.
WRONG_CERTIFICATES = {
    "of another authority, StartTLS": ("starttls", "127.0.0.1", False,
                                       SYSTEM_AUTHORITIES),
    "of another authority, ldaps": ("ldaps", "127.0.0.1", False,
                                    SYSTEM_AUTHORITIES),
    "of another name, StartTLS": ("starttls", "127.0.0.2", False, None),
    "of another name, ldaps": ("ldaps", "127.0.0.2", False, None),
    "expired, ldaps": ("ldaps", "127.0.0.1", True, None),
}


def over(peer, tls, authorities=None):
    """Options for a directory that is reached there."""
    scheme = "ldaps" if tls == "ldaps" else "ldap"
    return {"tls": f'"{tls}"',
            "uris": f'{{ "{scheme}://{peer.address}:{peer.port}" }}',
            **({} if authorities is None else {"ca_file": authorities})}


@pytest.mark.parametrize("kind", WRONG_CERTIFICATES)
def test_a_directory_with_a_wrong_certificate(instance, people, kind,
                                              tmp_path):
    tls, address, is_expired, authorities = WRONG_CERTIFICATES[kind]
    certificate = None
    if tls == "ldaps":
        certificate = (expired_certificate(instance, tmp_path) if is_expired
                       else own_certificate(instance))
    with Forwarder(instance, certificate, address) as peer:
        with AuthServer(instance, {
                **PATIENCE, **over(peer, tls, authorities)
        }) as server:
            check_cells(server, people, False)
            assert peer.accepted
            instance.wait(lambda: "TLS handshake failed" in server.log(),
                          "a line in the log")


USERS_OF_NOBODY = [
    b"", b"*", b"matrix*", b"a)(uid=*", b"\\2a", b"\xff\xfe", b"x" * 1000,
    b"no-such-person", b"name@other.example", b"..", b"a b", b"a,ou=b",
]


def test_user_names_of_nobody(instance):
    with AuthServer(instance) as server:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            found = list(pool.map(lambda user: server.ask(user, "x"),
                                  USERS_OF_NOBODY))
        assert set(found) == {"mismatch"}, dict(zip(USERS_OF_NOBODY, found))
