# SPDX-License-Identifier: MIT
"""Peak memory of alumni-milter with 500 connections in use at once.

Each asks about recipients, and then hands in messages of 128 KiB.
"""

from bench import lone_milter, result, say

CONNECTIONS = 500
SECONDS = 5
ACCOUNTS = 100_000
LIMIT_MIB = 64


def run():
    say(f"{CONNECTIONS} connections at once")
    with lone_milter.running(ACCOUNTS) as milter:
        for protocol in ("milter", "message"):
            milter.load(CONNECTIONS, SECONDS, protocol)
        peak = milter.peak_memory() / 2**20
    yield result("milter-memory", peak, None, "MiB",
                 wanted=("at most", LIMIT_MIB))
