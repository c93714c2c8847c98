# SPDX-License-Identifier: MIT
"""alumni-milter when its store fails: mail is deferred, nobody is refused for
good, and all goes on by itself as soon as the store does."""

import contextlib
import fcntl
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from instance.waiting import wait_until
from milter_daemon import SECONDS, Daemon, LookUps, Question, in_folder

# Enough for many pages, so that no handle has them all in its memory.
ACCOUNTS = 3000
DATABASE = "store/accounts/accounts.db"
TMPFS_BYTES = 4 * 2**20
# SQLite's locks of a WAL's index: the write lock and all that readers take.
WAL_LOCKS = (120, 8)


class DaemonWithStore(Daemon):
    """Its store is a file system of its own in a mount namespace of its
    own."""

    def __init__(self, folder):
        super().__init__(folder)
        self.listen_for_metrics()
        self.alumnictl("account", "add", "name-0")
        self.alumnictl("account", "add", "away")
        self.alumnictl("forward", "set", "away", "a@outside.example")
        self.multiply(self.folder / DATABASE)
        self.count = 0

    @staticmethod
    def multiply(path):
        database = sqlite3.connect(path)
        columns = [row[1] for row in
                   database.execute("PRAGMA table_info(accounts)")]
        row = dict(zip(columns, database.execute(
            f"SELECT {', '.join(columns)} FROM accounts WHERE name = 'name-0'"
        ).fetchone()))
        with database:
            for number in range(1, ACCOUNTS):
                row.update(id=f"{number:032x}", name=f"name-{number}")
                database.execute(
                    f"INSERT INTO accounts ({', '.join(columns)}) VALUES "
                    f"({', '.join('?' * len(columns))})",
                    [row[column] for column in columns])
        database.close()

    def start(self, full=False):
        """The copy of the store that is made here goes with the process."""
        store = self.folder / "store"
        super().start(before=[
            "unshare", "-m", "sh", "-ec",
            f"cp -a {store} {store}.copy; "
            f"mount -t tmpfs -o size={TMPFS_BYTES} none {store}; "
            f"cp -a {store}.copy/. {store}; rm -r {store}.copy; "
            + (f"yes > {store}/filler 2> /dev/null || :; " if full else "")
            + 'exec "$@"', "sh"])

    @property
    def root(self):
        """The folder as the daemon sees it."""
        return Path(f"/proc/{self.process.pid}/root{self.folder}")

    @property
    def database(self):
        return self.root / DATABASE

    def sql(self, statement):
        """SQLite would follow the link in the path above, out of there. In a
        tree of another release, the namespace's root is not the daemon's."""
        return subprocess.run(
            ["nsenter", "-t", str(self.process.pid), "-m", "-r", "sqlite3",
             self.folder / DATABASE, statement], text=True, check=True,
            capture_output=True).stdout.strip()

    def next_recipient(self):
        """One that nobody asked for yet."""
        self.count += 1
        return f"name-{self.count}@alumni.example"

    def reply(self, address=None):
        with Question(self.folder / "run/milter.sock") as question:
            return question.recipient(address or self.next_recipient())

    def look_up(self, address):
        with LookUps(self.folder / "run/maps.sock") as look_ups:
            return look_ups.ask(f"mailbox {address}")

    def defers(self):
        reply = self.reply()
        assert reply is None or reply.startswith("451 4.3.0 "), reply
        return reply is not None

    def wait_taken(self):
        wait_until(lambda: self.reply() is None, SECONDS,
                   "mail to be taken again")
        assert self.look_up("name-1@alumni.example").startswith("OK ")
        assert self.look_up("nobody@alumni.example").startswith("NOTFOUND ")

    def check_deferred(self, at_a_time=None):
        """Known, unknown, or forwarded: nobody can tell. Asked all at once
        where each waits for the store for a while."""
        addresses = (self.next_recipient(), "nobody@alumni.example",
                     "away@alumni.example")
        with ThreadPoolExecutor(at_a_time) as pool:
            replies = pool.map(self.reply, addresses)
            found = pool.map(self.look_up, addresses)
            for reply, look_up in zip(replies, found, strict=True):
                assert reply.startswith("451 4.3.0 ")
                assert look_up.startswith("TEMP ")
        # What needs no store goes on.
        assert self.reply("somebody@elsewhere.example") is None
        assert self.metric("store_errors_total") > 0
        assert "event=lookup-failed" in self.log.read_text()


@pytest.fixture(name="daemon")
def _daemon():
    with in_folder(DaemonWithStore) as made:
        yield made


@contextlib.contextmanager
def locked(database):
    with open(f"{database}-shm", "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX, WAL_LOCKS[1], WAL_LOCKS[0])
        yield


def started(daemon):
    daemon.start()
    daemon.told("READY=1")
    assert daemon.reply() is None


def test_a_locked_store(daemon):
    started(daemon)
    with locked(daemon.database):
        daemon.check_deferred()
    daemon.wait_taken()
    assert daemon.stop() == 0, daemon.log.read_text()


def test_a_store_that_is_down(daemon):
    """Its file is gone: what had it open is told by the lock."""
    started(daemon)
    store = daemon.database
    with locked(daemon.database):
        assert daemon.defers()
        store.rename(store.with_name("away.db"))
    wait_until(daemon.defers, SECONDS, "the store to be missed")
    # One at a time: a connection of the daemon's that nobody used meanwhile
    # still has the file that was moved away, and would answer.
    daemon.check_deferred(at_a_time=1)
    store.with_name("away.db").rename(store)
    daemon.wait_taken()
    assert daemon.stop() == 0, daemon.log.read_text()


def test_a_store_that_is_down_at_the_start(daemon):
    store = daemon.folder / DATABASE
    store.rename(store.with_name("away.db"))
    daemon.start()
    daemon.told("READY=1")
    assert "event=store-unavailable" in daemon.log.read_text()
    daemon.check_deferred()
    store = daemon.database
    store.with_name("away.db").rename(store)
    daemon.wait_taken()
    assert daemon.stop() == 0, daemon.log.read_text()


def test_a_corrupt_store(daemon):
    started(daemon)
    store = daemon.database
    daemon.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    before = store.read_bytes()
    with open(store, "r+b") as file:
        file.write(b"\xa5" * len(before))
    wait_until(daemon.defers, SECONDS, "the damage to be met")
    daemon.check_deferred()
    with open(store, "r+b") as file:
        file.write(before)
    daemon.wait_taken()
    assert daemon.stop() == 0, daemon.log.read_text()


def fill(folder):
    """Leaves no octet free on its file system."""
    path = folder / "filler"
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
    return path


def test_a_full_disk_takes_nothing_from_reading(daemon):
    """Counts wait in memory for it to have room again."""
    started(daemon)
    # Or what SQLite writes might fit where it wrote before.
    daemon.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = fill(daemon.root / "store")
    with Question(daemon.folder / "run/milter.sock") as question:
        for _ in range(3):
            assert question.message("away@alumni.example") is None
    daemon.logged("event=counts-not-written")
    assert daemon.reply() is None
    filler.unlink()

    wait_until(lambda: daemon.sql("SELECT sum(forwarded) FROM activity")
               == "3", SECONDS, "the counts to be written")
    assert daemon.stop() == 0, daemon.log.read_text()


def test_a_disk_that_is_full_at_the_start(daemon):
    """There is no room for what SQLite keeps beside the store."""
    daemon.start(full=True)
    daemon.told("READY=1")
    daemon.check_deferred()
    (daemon.root / "store/filler").unlink()
    daemon.wait_taken()
    assert daemon.stop() == 0, daemon.log.read_text()
