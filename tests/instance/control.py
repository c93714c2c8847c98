# SPDX-License-Identifier: MIT
"""Talking to the holder of an instance, and running commands inside."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess

from . import processes
from .errors import InstanceError
from .layout import ROOT
from .waiting import wait_until

HOLDER_START_SECONDS = 60
# Longer than the holder itself ever takes for all servers.
REQUEST_SECONDS = 300

SANITIZER_OPTIONS = "abort_on_error=0:exitcode=99:print_stacktrace=1"


@contextlib.contextmanager
def locked(layout):
    """One `up`, `down` or `service` at a time for an instance."""
    with open(layout.lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def holder(layout):
    """(pid, start time) of the holder, or None if it does not run."""
    try:
        state = json.loads(layout.holder_state.read_text())
    except (OSError, ValueError):
        return None
    if not processes.is_alive(state["pid"], state["started"]):
        return None
    return state["pid"], state["started"]


def ask(layout, operation, **arguments):
    """Asks the holder to do something; returns its result."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(REQUEST_SECONDS)
        try:
            connection.connect(str(layout.holder_socket))
            with connection.makefile("rw") as stream:
                stream.write(json.dumps({"operation": operation, **arguments})
                             + "\n")
                stream.flush()
                line = stream.readline()
        except OSError as error:
            raise InstanceError(
                f"{layout.folder}: its holder does not answer ({error}); "
                f"stop it with ./dev down --state {layout.folder}") from error
    if not line:
        raise InstanceError(f"{layout.folder}: its holder has ended; see "
                            f"{layout.log_of('holder')}")
    answer = json.loads(line)
    if "error" in answer:
        raise InstanceError(f"{operation} failed: {answer['error']}")
    return answer["result"]


def start_holder(layout, binds, owner):
    """Starts the holder in a mount namespace of its own."""
    options = json.dumps({
        "binds": [[str(source), str(target)] for source, target in binds],
        "owner": owner})
    with open(layout.log_of("holder"), "ab") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "--ipc", "--propagation", "private",
             "/usr/bin/python3", "-m", "instance.holder",
             str(layout.folder), options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests"),
                 "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"})

    def answers():
        if process.poll() is not None:
            raise InstanceError(
                "the instance's mount namespace could not be made (a "
                "container may forbid it; and in a chroot, the tree must be "
                "a mount point: mount --bind TREE TREE):\n"
                + tail(layout.log_of("holder")))
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(layout.holder_socket))
            except OSError:
                return False
        return True

    wait_until(answers, HOLDER_START_SECONDS, "the holder to answer")


def tail(path, lines=30):
    """The last lines of a log."""
    try:
        text = path.read_text(errors="replace").splitlines()
    except OSError as error:
        return f"({path}: {error.strerror})"
    return "\n".join(f"  {line}" for line in text[-lines:])


def environment(layout):
    """What the instance's programs find in their environment."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "ALUMNIMAIL_CONFIG": str(layout.config),
        # For those servers that are of these tests.
        "PYTHONPATH": str(ROOT / "tests"),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ASAN_OPTIONS": f"{SANITIZER_OPTIONS}:detect_leaks=1:"
                        f"log_path={layout.sanitizer_log}/report",
        "UBSAN_OPTIONS": f"{SANITIZER_OPTIONS}:halt_on_error=1:"
                         f"log_path={layout.sanitizer_log}/report",
    }


def enter(layout):
    """argv prefix that runs a command inside the instance. It goes by the
    holder's pid, which stays the same while single servers come and go."""
    found = holder(layout)
    if found is None:
        raise InstanceError(f"{layout.folder}: no instance runs there")
    return (["/usr/bin/nsenter", "-t", str(found[0]), "-m", "-r", "-w", "--",
             "/usr/bin/env"]
            + [f"{name}={value}"
               for name, value in environment(layout).items()])


def run(layout, argv, text=None):
    """Runs a command inside the instance; returns its standard output."""
    done = subprocess.run(enter(layout) + [str(word) for word in argv],
                          input=text, text=True, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise InstanceError(
            f"{' '.join(str(word) for word in argv)} ended with status "
            f"{done.returncode}:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout
