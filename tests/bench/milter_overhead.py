# SPDX-License-Identifier: MIT
"""Intake of mail with alumni-milter, and with a filter that does nothing.

The same Postfix has one port with the one filter and one with the other, both
on unix sockets. What is taken is thrown away, so that intake alone counts.
"""

import socket
import statistics
import time

from bench import accounts, mail_system, result, say

ACCOUNTS = 100_000
NAME = "bench"
MESSAGES = 3000
SESSIONS = 10
BYTES = 4000
ROUNDS = 7

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_milters=unix:alumnimail/noop.sock
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def intake(instance, port):
    """Messages per second."""
    begun = time.monotonic()
    mail_system.send("-d", "-N", "-s", SESSIONS, "-m", MESSAGES, "-l", BYTES,
                     "-f", "sender@outside.example", "-t",
                     f"{NAME}@{instance.domain}", f"127.0.0.1:{port}")
    seconds = time.monotonic() - begun
    instance.wait_queue_empty(300)
    return MESSAGES / seconds


def run():
    with mail_system.running(ACCOUNTS, NAME,
                             named=accounts.as_smtp_source) as instance:
        noop = instance.state / "spool/alumnimail/noop.sock"
        port = free_port()
        with mail_system.program(
                [*instance.endpoints["enter"],
                 mail_system.PROGRAMS / "noop-milter", noop], noop.exists):
            mail_system.configure_postfix(
                instance, "virtual_transport=discard:",
                "disable_dns_lookups=yes",
                master=MASTER.format(port=port))
            ports = {"ours": instance.endpoints["smtp"][1], "peer": port}
            rates = {"ours": [], "peer": []}
            for turn in range(ROUNDS + 1):
                for side in ports:
                    rate = intake(instance, ports[side])
                    # The first round warms up.
                    if turn > 0:
                        rates[side].append(rate)
                say(f"round {turn} of {ROUNDS}")
    # Of each round, since the machine's other work differs between rounds.
    yield result("milter-overhead", statistics.median(rates["ours"]),
                 statistics.median(rates["peer"]), "messages/s",
                 wanted=("at least", 0.9),
                 ratio=statistics.median(
                     ours / peer for ours, peer in zip(*rates.values())))
