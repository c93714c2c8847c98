# SPDX-License-Identifier: MIT
"""Peak memory of alumni-milter with 500 connections in use at once."""

from bench import lone_milter, result, say

CONNECTIONS = 500
SECONDS = 5
ACCOUNTS = 100_000
LIMIT_MIB = 64


def run():
    say(f"{CONNECTIONS} connections for {SECONDS} seconds")
    with lone_milter.running(ACCOUNTS) as milter:
        milter.load(CONNECTIONS, SECONDS)
        peak = milter.peak_memory() / 2**20
    yield result("milter-memory", peak, None, "MiB",
                 wanted=("at most", LIMIT_MIB))
