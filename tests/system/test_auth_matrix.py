# SPDX-License-Identifier: MIT
"""Everything that a person, a password and a directory can be at a login, as a
table of what has to come of it."""

import os
import secrets
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth_server import AuthServer
from directory import Directory

# Dovecot holds every refusal back for up to half a second.
CONNECTIONS = 24
TIMEOUT_MSECS = 300

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

# LDAPMessage { 1, extended response { success } }: yes to StartTLS.
START_TLS_YES = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
# LDAPMessage { 1, bind response { success } }.
BIND_YES = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
# The beginning of a search entry that says it has 100 octets.
HALF_ENTRY = b"\x30\x64\x02\x01\x02\x64\x5f\x04\x05uid=a"


class FakeDirectory:
    """Accepts connections, and gives one answer to each message that it is
    sent, as long as there are any."""

    def __init__(self, *answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._talk, args=(connection,),
                             daemon=True).start()

    def _talk(self, connection):
        answers = list(self.answers)
        with connection:
            try:
                while connection.recv(4096):
                    if answers:
                        connection.sendall(answers.pop(0))
            except OSError:
                pass

    def close(self):
        # accept() in another thread ends by shutdown(), not by close().
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


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
    assert not wrong, "\n".join(map(str, wrong)) + "\n" + server.log()


TIMEOUTS = {"connect_timeout_msecs": TIMEOUT_MSECS,
            "request_timeout_msecs": TIMEOUT_MSECS}


def test_a_directory_that_answers(instance, people):
    with AuthServer(instance) as server:
        check_cells(server, people, True)


def hang(instance):
    """Stops slapd where it is; the signal takes a moment to reach it."""
    pid = instance.endpoints["slapd_pid"]
    os.kill(pid, signal.SIGSTOP)
    stat = Path(f"/proc/{pid}/stat")
    instance.wait(lambda: stat.read_text().rpartition(") ")[2][0] == "T",
                  "slapd to be stopped")


def test_a_directory_that_is_stopped(instance, people):
    with AuthServer(instance, TIMEOUTS) as server:
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
    fake = FakeDirectory(*answers)
    try:
        with AuthServer(instance, {
                **TIMEOUTS, **options,
                "uris": f'{{ "{scheme}://127.0.0.1:{fake.port}" }}'
        }) as server:
            check_cells(server, people, False)
            assert fake.accepted
    finally:
        fake.close()


def test_a_directory_that_refuses_connections(instance, people):
    with AuthServer(instance, {
            **TIMEOUTS, "uris": f'{{ "ldap://127.0.0.1:{closed_port()}" }}'
    }) as server:
        check_cells(server, people, False)


def test_a_directory_with_a_wrong_certificate(instance, people):
    # The machine's authorities have not signed it.
    with AuthServer(instance, {
            **TIMEOUTS, "ca_file": '"/etc/ssl/certs/ca-certificates.crt"'
    }) as server:
        check_cells(server, people, False)
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
