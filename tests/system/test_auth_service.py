# SPDX-License-Identifier: MIT
"""What the auth service does besides deciding: creating accounts, renewing
hashes, passing sessions on, logging, and going on like that for ever."""

import configparser
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth_server import AuthClient, AuthServer
from directory import Directory
from instance.configuration import dovecot_version

CONNECTIONS = 20
LEAK_LOGINS = 10000
LEAK_RESTARTS = 10
LEAK_CONNECTIONS = 8
# How far a worker's memory may still grow over the second half. It does some
# 600 logins then: a hundred bytes lost at each would be more.
LEAK_KIB = 64

REFUSED = r"(?:[Uu]nknown user|[Ii]nvalid credentials|[Pp]assword mismatch)"
OWN_WORDS = {
    # From fail2ban's own filter dovecot.conf.
    "2.3": r"auth-worker\(\d+\): Info: (?:conn \w+:auth(?:-worker)?"
           r" \([^\)]+\): auth(?:-worker)?<\d+>: )?"
           r"[a-z\-]{3,15}\(\S*,192\.0\.2\.7(?:,\S*)?\): " + REFUSED,
    "2.4": r"auth-worker\(\S*,192\.0\.2\.7(?:,\S*)?\)<\d+>: "
           r"request \[\d+\]: Info: alumni: " + REFUSED,
}
FILTER = Path(__file__).resolve().parents[2] / "deploy/fail2ban/alumnimail.conf"
# fail2ban takes away the time, and knows who writes into the log.
LOG_TIME = r"\w{3} +\d+ [0-9:]{8} "


def fail2ban_expressions():
    """Those of our filter, as fail2ban makes them."""
    parser = configparser.RawConfigParser()
    parser.read(FILTER)
    section = parser["Definition"]
    for text in section["failregex"].splitlines():
        text = text.replace("%(__prefix_line)s", LOG_TIME)
        text = text.replace("%(_refused)s", section["_refused"])
        text = text.replace("<HOST>", r"(?P<host>[0-9a-f.:]+)")
        text = text.replace("<F-USER>", "(?P<user>").replace("</F-USER>", ")")
        yield re.compile(text)


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


def account(instance, name):
    return json.loads(instance.alumnictl("--json", "account", "show",
                                         name).stdout)


def test_first_logins_at_once_make_one_account(instance, directory):
    name = directory.add_person("rush")
    with AuthServer(instance) as server:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            found = list(pool.map(
                lambda _: server.ask(name, f"{name}-university"),
                range(CONNECTIONS)))
        assert set(found) == {"ok"}
    # Stopped, so that all is in the log.
    assert server.log().count("account created") == 1
    listed = json.loads(instance.alumnictl("--json", "account",
                                           "list").stdout)
    assert [entry["name"] for entry in listed].count(name) == 1
    assert account(instance, name)["directory"]["id"] == \
        directory.entry_id(name)


def credentials(instance):
    return sqlite3.connect(instance.state
                           / "store/credentials/credentials.db", timeout=10)


def stored_hash(instance, name):
    with credentials(instance) as database:
        (text,), = database.execute(
            "SELECT hash FROM credentials WHERE account_id = ? AND"
            " kind = 'password'", (account(instance, name)["id"],))
    return text


def put_hash(instance, name, text):
    """As an import does."""
    with credentials(instance) as database:
        database.execute("INSERT OR REPLACE INTO credentials"
                         " (account_id, kind, label, hash, set_at) VALUES"
                         " (?, 'password', '', ?, 1)",
                         (account(instance, name)["id"], text))


def schemes(instance):
    """All that this Dovecot knows. OTP is no password, and what a client sends
    is not compared with it."""
    return sorted(set(instance.doveadm("pw", "-l").stdout.split()) - {"OTP"})


def test_every_scheme_of_dovecot_is_verified_and_made_anew(instance):
    known = schemes(instance)
    assert {"SHA512-CRYPT", "SSHA", "PLAIN-MD5", "DIGEST-MD5",
            "SCRAM-SHA-256"} <= set(known)
    with AuthServer(instance) as server:
        name = instance.add_account("imported")
        for scheme in known:
            # DIGEST-MD5 has the name in it.
            made = instance.doveadm("pw", "-s", scheme, "-u", name, "-p",
                                    "se:cret").stdout.strip()
            if scheme == "PLAIN-TRUNC":
                # What doveadm makes lacks the length that counts.
                made = "{PLAIN-TRUNC}20-se:cret"
            put_hash(instance, name, made)
            assert server.ask(name, "wrong") == "mismatch", scheme
            assert stored_hash(instance, name) == made
            assert server.ask(name, "se:cret") == "ok", scheme
            renewed = stored_hash(instance, name)
            assert renewed.startswith("{ARGON2ID}$argon2id$v=19$m="), scheme
            # What costs more than new hashes is left as it is.
            if scheme != "ARGON2ID":
                assert "$m=8192,t=1,p=1$" in renewed, scheme
            assert server.ask(name, "se:cret") == "ok", scheme
            assert stored_hash(instance, name) == renewed


def test_hashes_stay_when_they_are_to_stay(instance):
    name = instance.add_account("imported")
    put_hash(instance, name, "{PLAIN}se:cret")
    with AuthServer(instance, options={"rehash": "no"}) as server:
        assert server.ask(name, "se:cret") == "ok"
    assert stored_hash(instance, name) == "{PLAIN}se:cret"


def test_a_scheme_that_nobody_knows_is_a_temporary_failure(instance):
    name = instance.add_account("imported")
    put_hash(instance, name, "{NO-SUCH-SCHEME}x")
    with AuthServer(instance) as server:
        assert server.ask(name, "x") == "temporary"
        instance.wait(lambda: "NO-SUCH-SCHEME" in server.log(),
                      "a line in the log")


def test_sessions_are_passed_on_to_the_backend(instance):
    name = instance.add_account("elsewhere")
    with AuthServer(instance) as server:
        # As login processes ask, which do the passing on.
        client = AuthClient(server.run / "login/login")

        def answer():
            result, fields = client.ask(name, f"{name}-alumni",
                                        "lip=127.0.0.1", "lport=993")
            assert result == "ok"
            return [field for field in fields
                    if field.startswith(("host", "proxy"))]

        assert answer() == []
        instance.alumnictl("backend", "set", name, "192.0.2.9")
        assert account(instance, name)["backend"] == "192.0.2.9"
        # 2.4 says "proxy=yes".
        assert [field.partition("=yes")[0] for field in answer()] == [
            "host=192.0.2.9", "proxy"]
        # On the backend itself they stay.
        instance.alumnictl("backend", "set", name, "127.0.0.1")
        assert answer() == []
        client.close()
    refused = instance.alumnictl("backend", "set", name, "no host",
                                 check=False)
    assert refused.returncode == 65
    instance.alumnictl("backend", "clear", name)
    assert account(instance, name)["backend"] is None


def test_refusals_look_alike_and_are_logged_in_dovecots_words(instance,
                                                              directory):
    disabled = instance.add_account("disabled")
    instance.alumnictl("account", "disable", disabled)
    suspended = directory.add_person("suspended", status="suspended")
    person = directory.add_person("person")
    alumna = instance.add_account("alumna")
    names = ["no-such-person", disabled, suspended, person, alumna]
    with AuthServer(instance) as server:
        # Who gets in is not taken for one who does not.
        assert server.ask(alumna, f"{alumna}-alumni") == "ok"
        instance.wait(lambda: "login ok" in server.log(), "its line")
        assert not any(expression.search(line) for expression in
                       fail2ban_expressions()
                       for line in server.log().splitlines())
        server.log_path.write_text("")
        client = AuthClient(server.socket_path)
        answers = set()
        for name in names:
            result, fields = client.ask(name, "wrong")
            assert result == "mismatch"
            answers.add(tuple(sorted(
                field for field in fields
                if not field.startswith("user="))))
        client.close()
        assert len(answers) == 1, answers
        # Dovecot's log process writes when it gets to it.
        instance.wait(lambda: all(f"({name}," in server.log()
                                  for name in names), "a line for each")
        log = server.log()
    # As Dovecot writes those of its own drivers, and fail2ban reads them.
    own_words = re.compile(OWN_WORDS[dovecot_version()])
    for name in names:
        lines = [line for line in log.splitlines() if f"({name}," in line]
        assert len(lines) == 1 and own_words.search(lines[0]), (name, lines)
        found = [expression.search(lines[0])
                 for expression in fail2ban_expressions()]
        assert [(match["user"], match["host"]) for match in found
                if match] == [(name, "192.0.2.7")], lines
        assert re.search(r"\(login [a-z ]+: tier none, \d+ ms: ", lines[0])


def test_look_ups_touch_no_directory(instance, directory):
    """Of users, for LMTP and doveadm, with the directory away."""
    name = directory.add_person("lookup")
    instance.imap(name, f"{name}-university").logout()
    instance.service("stop", "slapd")
    try:
        found = instance.doveadm("user", name).stdout
        assert "home" in found
        assert name in instance.doveadm("user", "*").stdout.split()
        instance.send(instance.address(name), "Subject: s\r\n\r\nlooked up\r\n")
        instance.wait(lambda: "looked up" in instance.doveadm(
            "fetch", "-u", name, "body", "mailbox", "INBOX").stdout,
            "the message")
    finally:
        instance.service("start", "slapd")


# The help desk, which may log in as anybody. "continue": that there is such a
# person is for our passdb to say.
MASTER = {
    "2.3": """
auth_master_user_separator = *
passdb {{
  driver = passwd-file
  args = {file}
  master = yes
  result_success = continue
}}
""",
    "2.4": """
auth_master_user_separator = *
passdb passwd-file {{
  passwd_file_path = {file}
  master = yes
  result_success = continue
}}
""",
}


def test_a_master_user_gets_in_without_the_directory(instance, directory):
    person = directory.add_person("mastered")
    disabled = instance.add_account("mastered")
    instance.alumnictl("account", "disable", disabled)
    server = AuthServer(instance)
    masters = server.folder / "masters"
    masters.write_text("helpdesk:{PLAIN}of-the-help-desk\n")
    masters.chmod(0o644)
    server.add_dovecot(MASTER[dovecot_version()].format(file=masters))
    with server:
        assert server.ask(person, f"{person}-university") == "ok"
        instance.service("stop", "slapd")
        try:
            for name, password, result in (
                    (person, "of-the-help-desk", "ok"),
                    (person, "wrong", "mismatch"),
                    (person, f"{person}-university", "mismatch"),
                    (disabled, "of-the-help-desk", "mismatch"),
                    ("no-such-person", "of-the-help-desk", "mismatch")):
                assert server.ask(f"{name}*helpdesk", password) == result, (
                    name, password, server.log())
        finally:
            instance.service("start", "slapd")


# ---- for ever ----

def usage(pid):
    """Memory in KiB, and open descriptors."""
    status = Path(f"/proc/{pid}/status").read_text()
    return (int(re.search(r"VmRSS:\s*(\d+)", status)[1]),
            len(list(Path(f"/proc/{pid}/fd").iterdir())))


def test_workers_do_not_grow(instance, directory):
    person = directory.add_person("leak")
    newcomer = directory.add_person("leak")
    with AuthServer(instance, {"breaker_probe_msecs": "100"}) as server, \
            ThreadPoolExecutor(LEAK_CONNECTIONS) as pool:
        def log_in(number):
            assert server.ask(person, f"{person}-university") == "ok"
            if number % 50 == 0:
                assert server.ask(person, f"w-{number}") == "mismatch"
                assert server.ask(newcomer, "wrong") == "mismatch"

        def restart_slapd():
            instance.service("stop", "slapd")
            assert server.ask(person, f"{person}-university") == "temporary"
            instance.service("start", "slapd")
            # All of them have connections again.
            for _ in range(LEAK_CONNECTIONS):
                instance.wait(
                    lambda: server.ask(person,
                                       f"{person}-university") == "ok",
                    "the directory to be asked again")

        used = []
        for part in range(LEAK_RESTARTS):
            list(pool.map(log_in, range(LEAK_LOGINS // LEAK_RESTARTS)))
            restart_slapd()
            used.append({pid: usage(pid) for pid in server.workers()})
    lived_on = set.intersection(*(set(each) for each in used))
    assert lived_on, "no worker lived on"
    for pid in lived_on:
        kib = [each[pid][0] for each in used]
        descriptors = [each[pid][1] for each in used]
        half = LEAK_RESTARTS // 2
        assert max(kib[half:]) - max(kib[:half]) < LEAK_KIB, (kib, used)
        # A thread that probes holds some while it does.
        assert max(descriptors[half:]) <= max(descriptors[:half]) + 1, (
            descriptors, used)
