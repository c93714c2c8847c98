# SPDX-License-Identifier: MIT
"""Decisions at RCPT, beside those of Dovecot's quota-status.

Both are asked by the same program about the same accounts, each over the
protocol in which Postfix would ask it.
"""

import statistics

from bench import lone_milter, mail_system, result, say
from instance import configuration

ACCOUNTS = 1_000
CONNECTIONS = 8
ROUNDS = 5
SECONDS = 3

# As Dovecot's documentation sets it up.
SERVICE = """
service quota-status {
  executable = quota-status -p postfix
  client_limit = 1
  unix_listener quota-status {
    mode = 0666
  }
}
"""
ANSWERS = """
quota_status_success = DUNNO
quota_status_overquota = "552 5.2.2 Mailbox is full"
"""
QUOTA_STATUS = {
    "2.3": f"{SERVICE}plugin {{{ANSWERS}}}\n",
    "2.4": SERVICE + ANSWERS,
}


def add_quota_status(instance):
    local = instance.state / "etc/dovecot/local.conf"
    local.write_text(QUOTA_STATUS[configuration.dovecot_version()])
    instance.service("stop", "dovecot")
    instance.service("start", "dovecot")
    return instance.endpoints["auth_socket"].replace("auth-client",
                                                     "quota-status")


def run():
    with mail_system.running(ACCOUNTS, lone_milter.NAME) as instance:
        sockets = {"milter": instance.endpoints["milter_socket"],
                   "policy": add_quota_status(instance)}
        rates = {"milter": [], "policy": []}
        for turn in range(ROUNDS + 1):
            for protocol, socket in sockets.items():
                found = lone_milter.load(protocol, socket, CONNECTIONS,
                                         SECONDS, ACCOUNTS)
                # The first round warms up, and makes mailboxes.
                if turn > 0:
                    rates[protocol].append(found["per_second"])
            say(f"round {turn} of {ROUNDS}")
    yield result("rcpt-check", statistics.median(rates["milter"]),
                 statistics.median(rates["policy"]), "decisions/s",
                 wanted=("at least", 20))
