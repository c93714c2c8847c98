# SPDX-License-Identifier: MIT
"""Benchmarks: ours and what it is compared with, measured in the same run.

A benchmark is a module of this package with a function `run()` that yields
dictionaries, one for each figure: make them with `result()`. Its name is that
of the module with - for _, and its docstring says what is measured. Modules
without `run()` are what benchmarks share. Progress goes to standard error:
standard output is one JSON object per line, and nothing else.
"""

import os
import sys
from pathlib import Path

# What the scheduler gives our session and those of the servers; see
# put_first().
NICE = -15


def say(text):
    """Progress, for whoever waits."""
    print(f"    {text}", file=sys.stderr, flush=True)


def put_first(pid=None):
    """Lets this process and those that it starts, or the session of another
    process, run before whatever else the machine does. That would not slow
    down both sides alike: of two servers with the same work, the one that
    spreads it over more processes would get more of the machine."""
    if pid is None:
        os.nice(NICE)
        return
    # Sessions share the machine evenly first, where the kernel groups
    # processes by them (sched(7)). Ours, a developer's shell, stays as it is.
    group = Path(f"/proc/{pid}/autogroup")
    try:
        group.write_text(str(NICE))
    except (FileNotFoundError, ProcessLookupError):
        pass


def result(name, ours, peer, unit, wanted=None, ratio=None, **further):
    """A figure. ratio is ours / peer unless given, None without a peer. wanted
    says what is asked for, as ("at least", 10) or ("at most", 1.0), of the
    ratio, or of ours where there is no peer."""
    if ratio is None and peer:
        ratio = ours / peer
    figure = {"name": name, "ours": ours, "peer": peer, "unit": unit,
              "ratio": ratio, **further}
    if wanted is not None:
        sense, bound = wanted
        value = ours if peer is None else ratio
        figure["wanted"] = f"{sense} {bound:g}"
        figure["met"] = value is not None and (
            value >= bound if sense == "at least" else value <= bound)
    return {key: round(value, 4) if isinstance(value, float) else value
            for key, value in figure.items()}
