# SPDX-License-Identifier: MIT
"""Emptying Trash where something is due, beside `doveadm expunge -A`.

One account in a hundred has a message that has been in Trash for too long. The
others have never had any mail, which is the least that a visit can cost. After
each run the mailboxes are put back as they were. The second figure is what as
many due accounts cost among ten times as many.

Dovecot 2.4.0 to 2.4.2 cannot list so many accounts (doc/operations.md). There
the peer gets their names by `-F FILE`, made beforehand, and need not list them;
what a visit costs is the same.

Both figures are the median of each round's ratio, since the machine's other
work differs between rounds.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import time

from bench import mail_system, result, say
from instance.configuration import dovecot_breaks_off_lists
from instance.errors import InstanceError

ACCOUNTS = 20_000
FEWER_ACCOUNTS = 2_000
DUE = 200
NAME = "bench"
DAYS_AGO = 10
ROUNDS = 5
SCALE_ROUNDS = 9
MESSAGE = "Subject: old\n\n" + "Nobody needs this any more.\n" * 100
BUSY_SECONDS = 30
COMMAND_SECONDS = 600


class Site:
    """An instance with mailboxes of which some are due."""

    def __init__(self, instance, count):
        self.instance = instance
        self.store = instance.state / "store/accounts/accounts.db"
        names = [f"{number}{NAME}" for number in
                 range(1, count + 1, count // DUE)]
        with self._database() as database:
            ids = dict(database.execute("SELECT name, id FROM accounts"))
        self.ids = [ids[name] for name in names]
        self.everybody = ["-A"]
        if dovecot_breaks_off_lists():
            file = instance.state / "everybody"
            file.write_text("".join(f"{name}\n" for name in sorted(ids)))
            self.everybody = ["-F", str(file)]
        for mailbox in ("INBOX", "Trash"):
            instance.save(names[0], MESSAGE, mailbox, DAYS_AGO)
        self.template = instance.state / "template"
        self._copy(self._home(self.ids[0]), self.template)
        self.oldest = int(time.time()) - DAYS_AGO * 86400

    @contextlib.contextmanager
    def _database(self):
        database = sqlite3.connect(self.store, timeout=BUSY_SECONDS)
        try:
            with database:
                yield database
        finally:
            database.close()

    def _home(self, account_id):
        return self.instance.state / "mail" / account_id[:2] / account_id

    @staticmethod
    def _copy(source, target):
        """With owners and times."""
        subprocess.run(["cp", "-a", source, target], check=True)

    def _trash(self, account_id):
        return self._home(account_id).glob(
            "mail/mailboxes/Trash/dbox-Mails/u.*")

    def put_back(self):
        for account_id in self.ids:
            home = self._home(account_id)
            shutil.rmtree(home, ignore_errors=True)
            home.parent.mkdir(exist_ok=True)
            owner = self.template.stat()
            os.chown(home.parent, owner.st_uid, owner.st_gid)
            self._copy(self.template, home)
        with self._database() as database:
            database.executemany(
                "UPDATE accounts SET trash_oldest = ?, "
                "trash_generation = trash_generation + 1 WHERE id = ?",
                [(self.oldest, account_id) for account_id in self.ids])
        # Or else the first fsync of whoever comes next would write it.
        os.sync()

    def _timed(self, *arguments):
        """Seconds that the command takes, and what it printed."""
        self.put_back()
        argv = [*self.instance.endpoints["doveadm"], *arguments]
        begun = time.monotonic()
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, check=False,
                              timeout=COMMAND_SECONDS)
        seconds = time.monotonic() - begun
        if done.returncode != 0:
            raise InstanceError(f"doveadm {' '.join(arguments)}: status "
                                f"{done.returncode}: {done.stderr[-2000:]}")
        left = sum(1 for account_id in self.ids
                   for _ in self._trash(account_id))
        if left:
            raise InstanceError(f"doveadm {' '.join(arguments)} left {left} "
                                "messages in Trash")
        return seconds, done.stdout

    def ours(self):
        seconds, printed = self._timed("alumni", "expire", "--json")
        totals = json.loads(printed.splitlines()[-1])
        if totals["visited"] != DUE or totals["expunged"] != DUE:
            raise InstanceError(f"doveadm alumni expire: {totals}")
        return seconds

    def peer(self):
        # Without our plugins, as a site has it that does not know them.
        return self._timed("-o", "mail_plugins=quota", "expunge",
                           *self.everybody, "mailbox", "Trash",
                           "savedbefore", "7d")[0]


def compare(site):
    """Seconds of ours and of the peer, in each round."""
    rounds = []
    for turn in range(ROUNDS):
        rounds.append((site.ours(), site.peer()))
        say(f"round {turn + 1} of {ROUNDS}: {rounds[-1][0]:.2f} s, "
            f"{rounds[-1][1]:.2f} s")
    return rounds


def scale(sites):
    """Seconds at each site, in each round."""
    rounds = []
    for turn in range(SCALE_ROUNDS):
        rounds.append(tuple(site.ours() for site in sites))
        say(f"round {turn + 1} of {SCALE_ROUNDS}: "
            + ", ".join(f"{seconds:.2f} s" for seconds in rounds[-1]))
    return rounds


def medians(rounds):
    return [statistics.median(seconds) for seconds in zip(*rounds)]


def run():
    with mail_system.running(ACCOUNTS, NAME) as many, \
            mail_system.running(FEWER_ACCOUNTS, NAME) as few:
        sites = Site(many, ACCOUNTS), Site(few, FEWER_ACCOUNTS)
        # Warms up both, and makes what a first visit makes.
        sites[0].ours()
        sites[0].peer()
        rounds = compare(sites[0])
        ours, peer = medians(rounds)
        yield result("expire", DUE / ours, DUE / peer, "accounts/s",
                     wanted=("at least", 15),
                     ratio=statistics.median(peer / ours
                                             for ours, peer in rounds))
        rounds = scale(sites)
        among_many, among_few = medians(rounds)
        yield result("expire-scale", among_many, among_few, "s",
                     wanted=("at most", 1.3),
                     ratio=statistics.median(many / few
                                             for many, few in rounds))
