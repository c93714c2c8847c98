# SPDX-License-Identifier: MIT
"""Dovecot's own defences against guessing passwords, with our passdb: the auth
penalty, the policy server, what fail2ban reads; and that neither an answer nor
its time tells who has an account."""

import http.server
import json
import re
import statistics
import threading
import time
from pathlib import Path

import pytest

from auth_server import AuthClient, AuthServer
from directory import Directory
from instance.configuration import dovecot_version
from instance.waiting import wait_until

# The instance has neither a penalty nor a delay.
PENALTY = """
auth_failure_delay = 1 secs
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0600
  }
}
"""
# What wrong passwords cost at least, after a few.
PENALTY_SECONDS = 2

# Of each kind.
REFUSALS = 5
LINE_SECONDS = 30


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


# ---- the auth penalty ----

def test_whoever_guesses_has_to_wait(instance):
    name = instance.add_account("guessed")
    server = AuthServer(instance)
    server.add_dovecot(PENALTY)
    with server:
        client = AuthClient(server.socket_path)

        def ask(password):
            start = time.monotonic()
            return client.ask(name, password)[0], time.monotonic() - start

        result, seconds = ask(f"{name}-alumni")
        assert result == "ok" and seconds < PENALTY_SECONDS, seconds
        for password in ("wrong", "wrong too", "and wrong"):
            assert ask(password)[0] == "mismatch"
        # Even a right password, from the same address.
        result, seconds = ask(f"{name}-alumni")
        assert result == "ok" and seconds >= PENALTY_SECONDS, seconds
        client.close()


# ---- the policy server ----

class PolicyServer:
    """Refuses one name before its password is looked at, and remembers what
    it is told."""

    def __init__(self, refused):
        self.reports = []
        reports = self.reports

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                asked = json.loads(self.rfile.read(length))
                reports.append((self.path.partition("?")[2], asked))
                status = -1 if asked["login"] == refused else 0
                answer = json.dumps({"status": status, "msg": ""}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def told(self, command, name):
        return [asked for told, asked in self.reports
                if told == f"command={command}" and asked["login"] == name]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_a_policy_server_is_asked_and_told(instance, directory):
    person = directory.add_person("policy")
    refused = instance.add_account("refused")
    policy = PolicyServer(refused)
    try:
        server = AuthServer(instance)
        server.add_dovecot(
            f"auth_policy_server_url = http://127.0.0.1:{policy.port}/\n"
            "auth_policy_hash_nonce = a-nonce-of-this-test\n")
        with server:
            assert server.ask(person, f"{person}-university") == "ok"
            assert server.ask(person, "wrong") == "mismatch"
            assert server.ask(refused, f"{refused}-alumni") == "mismatch"
            instance.wait(lambda: len(policy.told("report", person)) == 2
                          and policy.told("report", refused),
                          "the reports")
            assert [asked["success"] for asked in
                    policy.told("report", person)] == [True, False]
            assert len(policy.told("allow", person)) >= 2
            # Never the password itself.
            assert f"{person}-university" not in str(policy.reports)
        # Whom it refuses, no tier is asked for.
        assert f"({refused}," not in "\n".join(
            line for line in server.log().splitlines() if "tier " in line)
    finally:
        policy.close()


# ---- what an answer tells ----

LOGIN_LINE = re.compile(r"\(login [a-z ]+: tier none, \d+ ms")


def kinds_of_refusal(instance, directory):
    """Names that are refused, each for a reason of its own, with a
    password."""
    disabled = instance.add_account("disabled")
    instance.alumnictl("account", "disable", disabled)
    without = instance.add_account("without")
    instance.alumnictl("password", "clear", without)
    suspended = directory.add_person("suspended", status="suspended")
    inactive = directory.add_person("inactive", status="inactive")
    alumna = instance.add_account("alumna")
    return {
        "nobody": ("no-such-person", "wrong"),
        "another domain": ("alumna@other.example", "wrong"),
        "wrong": (alumna, "wrong"),
        "no password set": (without, "wrong"),
        "disabled": (disabled, "wrong"),
        "disabled, right password": (disabled, f"{disabled}-alumni"),
        "suspended": (suspended, "wrong"),
        "suspended, right password": (suspended, f"{suspended}-university"),
        "inactive": (inactive, "wrong"),
        "inactive, right password": (inactive, f"{inactive}-university"),
    }


def processor_msecs(server):
    """What each worker has had of the processors: other than the time by the
    clock, hardly more on a machine with much to do."""
    return {pid: int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
            / 1e6 for pid in server.workers()}


def test_neither_answer_nor_time_tells_who_has_an_account(instance, directory):
    kinds = kinds_of_refusal(instance, directory)
    # Hashes as dear as in production, so that one more or less would show.
    with AuthServer(instance, options={"hash_memory": '"64M"',
                                       "hash_passes": "2"}) as server:
        server.set_password(kinds["wrong"][0], "another")
        client = AuthClient(server.socket_path)
        answers, msecs = set(), {kind: [] for kind in kinds}

        def lines():
            return len(LOGIN_LINE.findall(server.log()))

        client.send("no-such-person", "wrong")
        wait_until(lambda: lines() == 1, LINE_SECONDS, "its line in the log")
        for kind, (name, password) in list(kinds.items()) * REFUSALS:
            known, before = lines(), processor_msecs(server)
            # One after the other, but Dovecot keeps the answers back.
            client.send(name, password)
            wait_until(lambda: lines() > known, LINE_SECONDS,
                       "its line in the log")
            msecs[kind].append(sum(
                used - before.get(pid, 0)
                for pid, used in processor_msecs(server).items()))
        for _ in range(len(kinds) * REFUSALS + 1):
            result, fields = client.receive()
            answers.add((result, tuple(
                field for field in fields if not field.startswith("user="))))
        client.close()
    assert len(answers) == 1, answers
    usual = {kind: statistics.median(each) for kind, each in msecs.items()}
    assert max(usual.values()) <= 1.5 * min(usual.values()), (usual, msecs)


# ---- events ----

METRICS = {
    "2.3": """
metric alumni_login_ok {{
  filter = event=alumni_login AND outcome=ok AND tier={tier}
  fields = msecs
}}
metric alumni_login_refused {{
  filter = event=alumni_login AND outcome=mismatch
}}
metric alumni_directory_away {{
  filter = event=alumni_directory AND directory=university AND state="not asked"
}}
metric alumni_directory_back {{
  filter = event=alumni_directory AND directory=university AND state=asked
}}
""",
}
METRICS["2.4"] = METRICS["2.3"].replace("  fields = msecs",
                                        "  fields {{\n    msecs = yes\n  }}")


def test_logins_and_breakers_are_events_of_dovecot(instance, directory):
    name = directory.add_person("events")
    server = AuthServer(instance, {"breaker_probe_msecs": "100"})
    server.add_dovecot(METRICS[dovecot_version()].format(tier="university"))
    with server:
        def count(metric):
            rows = server.doveadm("-f", "tab", "stats", "dump").splitlines()
            names = rows[0].split("\t")
            for row in rows[1:]:
                found = dict(zip(names, row.split("\t")))
                if (found["metric_name"] == metric
                        and found["field"] == "duration"):
                    return int(found["count"])
            return 0

        assert server.ask(name, f"{name}-university") == "ok"
        assert server.ask(name, "wrong") == "mismatch"
        instance.service("stop", "slapd")
        try:
            # A few failures in a row.
            instance.wait(
                lambda: server.ask(name, f"{name}-university") == "temporary"
                and count("alumni_directory_away") == 1, "the event")
        finally:
            instance.service("start", "slapd")
        instance.wait(lambda: server.ask(name, f"{name}-university") == "ok",
                      "the directory to be asked again")
        instance.wait(lambda: count("alumni_directory_back") == 1
                      and count("alumni_login_ok") >= 2
                      and count("alumni_login_refused") == 1, "the events")
