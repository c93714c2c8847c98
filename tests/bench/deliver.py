# SPDX-License-Identifier: MIT
"""Deliveries by LMTP with our plugins, and without.

Usage is published before LMTP answers, so that the next recipient is judged by
it: this is what that costs. Each message goes to another account, as mail does,
and each side has accounts of its own: one would have to find out what the other
has delivered.
"""

import statistics
import time

from bench import accounts, mail_system, plain_dovecot, result, say

ACCOUNTS = 400
SESSIONS = 4
BYTES = 10_000
ROUNDS = 21


def deliver(instance, side):
    """Messages per second."""
    begun = time.monotonic()
    mail_system.send("-L", "-d", "-N", "-s", SESSIONS, "-m", ACCOUNTS, "-l",
                     BYTES, "-f", "sender@outside.example", "-t",
                     f"{side.name}@{instance.domain}", f"unix:{side.lmtp}")
    return ACCOUNTS / (time.monotonic() - begun)


def run():
    with mail_system.running(ACCOUNTS, "ours", "peer",
                             named=accounts.as_smtp_source) as instance, \
            plain_dovecot.running(instance) as peer:
        sides = plain_dovecot.ours(instance), peer
        # Makes the mailboxes.
        for side in sides:
            deliver(instance, side)
        rounds = []
        for turn in range(ROUNDS):
            # Neither is always the second.
            order = sides if turn % 2 == 0 else sides[::-1]
            rates = {side.name: deliver(instance, side) for side in order}
            rounds.append(rates)
            say(f"round {turn + 1} of {ROUNDS}: {rates['ours']:.0f} and "
                f"{rates['peer']:.0f} messages/s")
    yield result_of_rounds("deliver", rounds, "messages/s")


def result_of_rounds(name, rounds, unit):
    """The median of each side, and of the ratios of rounds: what else the
    machine does weighs on both sides of a round."""
    ratio = statistics.median(rates["ours"] / rates["peer"]
                              for rates in rounds)
    peer = statistics.median(rates["peer"] for rates in rounds)
    return result(name, ratio * peer, peer, unit, wanted=("at least", 0.95))
