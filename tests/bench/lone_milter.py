# SPDX-License-Identifier: MIT
"""alumni-milter with a store and nothing else, and load on its socket."""

import contextlib
import json
import subprocess
import tempfile
from pathlib import Path

from bench import accounts, mail_system
from instance.errors import InstanceError
from instance.lone_milter import DOMAIN, Place
from instance.waiting import wait_until

NAME = "bench"
START_SECONDS = 30

FURTHER = """\
mail_home = "{folder}/mail"
mail_user = "nobody"
mail_group = "nogroup"
default_class = "alumni"
metrics_listen = ""
"""


def make(folder, count):
    """A store with so many accounts, and what else the daemon needs."""
    place = Place(folder, "plain", FURTHER.format(folder=folder))
    place.alumnictl("account", "add", accounts.TEMPLATE)
    accounts.fill(folder / "store", count, NAME)
    place.give_away()
    return place


@contextlib.contextmanager
def running(count):
    """The milter with so many accounts; yields it, and ends it."""
    with tempfile.TemporaryDirectory(prefix="alumnimail-", dir="/tmp") as path:
        folder = Path(path)
        place = make(folder, count)
        with open(folder / "log", "w") as log:
            process = subprocess.Popen(
                [place.programs / "milter/alumni-milter", "--config",
                 place.config], stderr=log)
        milter = LoneMilter(folder, process.pid, count)
        try:
            wait_until(lambda: "event=started" in milter.log()
                       or process.poll() is not None, START_SECONDS,
                       "alumni-milter to start")
            if process.poll() is not None:
                raise InstanceError(f"alumni-milter: {milter.log()}")
            yield milter
        finally:
            process.terminate()
            process.wait()


class LoneMilter:
    def __init__(self, folder, pid, count):
        self.folder = folder
        self.pid = pid
        self.count = count
        self.socket = folder / "run/milter.sock"

    def log(self):
        return (self.folder / "log").read_text()

    def load(self, connections, seconds, protocol="milter"):
        return load(protocol, self.socket, connections, seconds, self.count)

    def peak_memory(self):
        """The most that was ever resident, in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise InstanceError("alumni-milter has ended")


def load(protocol, socket, connections, seconds, count):
    """Runs decision-load; returns what it found."""
    done = subprocess.run(
        [mail_system.PROGRAMS / "decision-load", protocol, str(socket),
         str(connections),
         str(seconds), str(count), f"{NAME}@{DOMAIN}"],
        text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise InstanceError(f"decision-load: {done.stderr.strip()}")
    return json.loads(done.stdout)
