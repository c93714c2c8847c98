# SPDX-License-Identifier: MIT
"""The time of a milter's decision, with 1,000 and with 1,000,000 accounts.

Both daemons run at the same time and are asked in turn, over accounts chosen
at random, so that whatever else the machine does meets both alike.
"""

import statistics

from bench import lone_milter, result, say

FEW = 1_000
MANY = 1_000_000
# Short, so that both sides of a round meet the same machine.
ROUNDS = 51
SECONDS = 0.2


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
            if turn % 10 == 0:
                say(f"round {turn} of {ROUNDS}")
    # Of each round, since the machine's other work differs between rounds.
    ratio = statistics.median(many / few for many, few
                              in zip(times[MANY], times[FEW]))
    yield result("scale", statistics.median(times[MANY]),
                 statistics.median(times[FEW]), "microseconds per decision",
                 wanted=("at most", 1.3), ratio=ratio)
