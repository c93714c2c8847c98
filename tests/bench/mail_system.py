# SPDX-License-Identifier: MIT
"""An instance of the whole mail system for a benchmark."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from bench import accounts, say
from instance import up
from instance.clients import RunningInstance
from instance.errors import InstanceError
from instance.layout import BUILD, Layout
from instance.waiting import wait_until

PROGRAMS = BUILD / "plain/tests/bench/programs"
CLIENT_SECONDS = 600


@contextlib.contextmanager
def running(count, *names, forward=None, named=accounts.numbered):
    """An instance with so many accounts of each name, as accounts.fill() makes
    them; stopped and removed at the end."""
    layout = Layout(tempfile.mkdtemp(prefix="alumnimail-", dir="/tmp"))
    try:
        say("starting an instance")
        with contextlib.redirect_stdout(sys.stderr):
            up.up(layout, "plain", os.getpid())
        instance = RunningInstance(layout.folder)
        instance.alumnictl("account", "add", accounts.TEMPLATE)
        for server in ("postfix", "dovecot", "alumni-milter"):
            instance.service("stop", server)
        say(f"making {count:,} accounts")
        for name in names:
            accounts.fill(layout.store, count, name, forward, named)
        for server in ("alumni-milter", "dovecot", "postfix"):
            instance.service("start", server)
        yield instance
    finally:
        up.down(layout)
        shutil.rmtree(layout.folder)


def configure_postfix(instance, *settings, master=""):
    """Sets parameters of main.cf, adds to master.cf, and has them in force."""
    if settings:
        inside(instance, "postconf", "-e", *settings)
    if master:
        with open(instance.state / "etc/postfix/master.cf", "a") as file:
            file.write(master)
    instance.service("stop", "postfix")
    instance.service("start", "postfix")


def inside(instance, *argv):
    """Runs a command inside the instance."""
    return instance.run_argv([*instance.endpoints["enter"], *argv])


@contextlib.contextmanager
def program(argv, ready):
    """Runs a program meanwhile, once ready() is true."""
    process = subprocess.Popen([str(word) for word in argv],
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: ready() or process.poll() is not None, 30,
                   f"{argv[0]} to be ready")
        if process.poll() is not None:
            raise InstanceError(f"{argv[0]} has ended: {process.returncode}")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def send(*arguments):
    """Runs smtp-source."""
    done = subprocess.run(["smtp-source", *map(str, arguments)], text=True,
                          capture_output=True, check=False,
                          timeout=CLIENT_SECONDS)
    if done.returncode != 0:
        raise InstanceError(f"smtp-source: {done.stderr.strip()}")
