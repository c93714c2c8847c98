# SPDX-License-Identifier: MIT
"""Command line of ./dev bench: runs all benchmarks, or those named."""

import argparse
import importlib
import json
import os
import pkgutil
import signal
import sys

import bench
from instance.errors import InstanceError

FIELDS = {"name", "ours", "peer", "unit", "ratio"}


def benchmarks():
    """Name and module of every benchmark."""
    found = {}
    for info in pkgutil.iter_modules(bench.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"bench.{info.name}")
        if hasattr(module, "run"):
            found[info.name.replace("_", "-")] = module
    return found


def parse(found):
    parser = argparse.ArgumentParser(
        prog="./dev bench", allow_abbrev=False,
        description="Each benchmark prints JSON objects, one per line. The "
                    "status is 1 when a figure is not what is asked for.")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="all unless named: " + ", ".join(found))
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in found:
            parser.error(f"there is no benchmark {name}")
    return arguments


def run(name, module):
    """Runs one benchmark; True if every figure is what is asked for."""
    print(f"==> {name}: {module.__doc__.splitlines()[0]}", file=sys.stderr,
          flush=True)
    met = True
    for figure in module.run():
        missing = FIELDS - figure.keys()
        if missing:
            raise InstanceError(f"a figure lacks {', '.join(missing)}")
        print(json.dumps(figure), flush=True)
        met = met and figure.get("met", True)
    return met


def interrupted(number, frame):
    """Lets SIGTERM and SIGHUP clean up as Ctrl-C does."""
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
    os.umask(0o022)
    bench.put_first()
    found = benchmarks()
    failed = []
    for name in parse(found).names or found:
        try:
            if not run(name, found[name]):
                failed.append(name)
        except InstanceError as error:
            print(f"bench {name}: {error}", file=sys.stderr)
            failed.append(name)
        except KeyboardInterrupt:
            print("bench: interrupted", file=sys.stderr)
            return 130
    if failed:
        print(f"==> Not as asked for: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
