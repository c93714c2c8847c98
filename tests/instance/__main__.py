# SPDX-License-Identifier: MIT
"""Command line of ./dev for what concerns instances."""

import argparse
import signal
import sys

from . import demo, services, up
from .errors import InstanceError
from .layout import Layout


def parse():
    parser = argparse.ArgumentParser(prog="./dev", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)

    def with_state(name, text):
        command = commands.add_parser(name, help=text, allow_abbrev=False)
        command.add_argument("--state", required=True, metavar="DIR",
                             help="folder that the instance lives in")
        return command

    command = with_state("up", "start an instance")
    command.add_argument("--sanitize", action="store_const",
                         dest="variant", const="sanitize", default="plain",
                         help="run the instrumented programs")
    command.add_argument("--rspamd", action="store_true",
                         help="with rspamd in front of alumni-milter")
    command.add_argument("--for-tests", action="store_true",
                         help="with hashes that cost little, and patience")
    command.add_argument("--owner", type=int, default=0, metavar="PID",
                         help="stop the instance when this process ends")
    with_state("down", "stop an instance")
    command = with_state("service", "start or stop one server")
    command.add_argument("action", choices=("start", "stop", "kill"))
    command.add_argument("name", choices=services.NAMES
                         + services.FURTHER_NAMES)
    command = commands.add_parser("demo", help="walk through the main job")
    command.add_argument("--no-wait", action="store_true",
                         help="do not wait for Ctrl-C")
    return parser.parse_args()


def run(arguments):
    if arguments.command == "demo":
        demo.run(wait=not arguments.no_wait)
        return
    layout = Layout(arguments.state)
    if arguments.command == "up":
        print(f"==> Instance in {layout.folder}", flush=True)
        up.up(layout, arguments.variant, arguments.owner,
              arguments.rspamd, arguments.for_tests)
        print(f"==> It is up: {layout.endpoints}")
    elif arguments.command == "down":
        ran = up.down(layout)
        print(f"==> {layout.folder}: " + ("stopped" if ran else "not running"))
    else:
        up.service(layout, arguments.action, arguments.name)


def interrupted(number, frame):
    """Lets SIGTERM and SIGHUP clean up as Ctrl-C does."""
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
    arguments = parse()
    try:
        run(arguments)
    except InstanceError as error:
        print(f"{arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{arguments.command}: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
