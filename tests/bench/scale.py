# SPDX-License-Identifier: MIT
"""The time of a milter's decision, with 1,000 and with 1,000,000 accounts.

Both daemons run at the same time and are asked in turn, over accounts chosen
at random, so that whatever else the machine does meets both alike.
"""

import statistics

from bench import lone_milter, result, say

FEW = 1_000
MANY = 1_000_000
ROUNDS = 7
SECONDS = 1


def run():
    say(f"making {MANY:,} accounts")
    times = {FEW: [], MANY: []}
    with lone_milter.running(FEW) as few, lone_milter.running(MANY) as many:
        for turn in range(ROUNDS + 1):
            for milter in (few, many):
                found = milter.load(1, SECONDS)
                # The first round warms up.
                if turn > 0:
                    times[milter.count].append(1e6 / found["per_second"])
            say(f"round {turn} of {ROUNDS}")
    yield result("scale", statistics.median(times[MANY]),
                 statistics.median(times[FEW]), "microseconds per decision",
                 wanted=("at most", 1.3))
