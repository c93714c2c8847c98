# SPDX-License-Identifier: MIT
"""Command line of ./dev lint: runs all checks, or those named."""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import time

from instance.layout import BUILD, ROOT
from lint.cache import Cache
from lint.checks import CHECKS
from lint.tree import Tree

WORKERS = min(2, os.cpu_count() or 1)
# So many lines of a check are shown; mending one often mends more.
MAX_SHOWN = 40


def parse():
    names = ", ".join(check.name for check in CHECKS)
    parser = argparse.ArgumentParser(
        prog="./dev lint", allow_abbrev=False,
        description="Checks the form of everything in the repository. The "
                    "status is 1 when there is a complaint.")
    parser.add_argument("--fix", action="store_true",
                        help="mend first what a program can mend")
    parser.add_argument("names", nargs="*", metavar="CHECK",
                        help=f"all unless named: {names}")
    arguments = parser.parse_args()
    known = {check.name: check for check in CHECKS}
    for name in arguments.names:
        if name not in known:
            parser.error(f"there is no check {name}")
    arguments.checks = [known[name] for name in arguments.names] or CHECKS
    return arguments


def versions(checks):
    """The installed version of each package, as results depend on it."""
    packages = sorted({name for check in checks for name in check.packages})
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *packages],
        capture_output=True, text=True, check=False).stdout
    return dict(line.split() for line in listed.splitlines() if " " in line)


class Runner:
    """Runs checks over a tree, a few units at a time."""

    def __init__(self, tree, cache, installed):
        self.tree = tree
        self.cache = cache
        self.versions = installed

    def complaints(self, check, pool):
        """What a check complains of, and how many units it looked at."""
        found, new = [], []
        for unit in check.units(self.tree):
            key = check.key(self.tree, unit, self.versions)
            if not self.cache.has(check.name, key):
                new.append((unit, key))
        batches = [new[start:start + check.batch]
                   for start in range(0, len(new), check.batch)]
        for complaints in pool.map(lambda batch: self._look(check, batch),
                                   batches):
            found += complaints
        return sorted(set(found)), len(new)

    def _look(self, check, batch):
        try:
            results = check.run(self.tree, [unit for unit, _ in batch])
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return [f"{batch[0][0].name}:1: {check.name}: {error}"]
        complaints = []
        for unit, key in batch:
            if not results[unit]:
                self.cache.put(check.name, key)
            complaints += results[unit]
        return complaints

    def report(self, check, pool):
        """Prints the line of a check and its complaints; whether it passed."""
        start = time.monotonic()
        complaints, new = self.complaints(check, pool)
        result = f"{len(complaints)} FAULTS" if complaints else "ok"
        print(f"    {check.name:<20} {result:<12}"
              f"{time.monotonic() - start:7.1f} s"
              + (f"   ({new} looked at)" if new else ""), flush=True)
        for complaint in complaints[:MAX_SHOWN]:
            print(f"        {complaint}")
        if len(complaints) > MAX_SHOWN:
            print(f"        and {len(complaints) - MAX_SHOWN} more")
        return not complaints


def main():
    arguments = parse()
    if arguments.fix:
        tree = Tree(ROOT)
        for check in arguments.checks:
            check.fix(tree)
    cache = Cache(BUILD / "lint")
    runner = Runner(Tree(ROOT), cache, versions(arguments.checks))
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        passed = [runner.report(check, pool) for check in arguments.checks]
    cache.prune()
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
