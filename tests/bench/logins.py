# SPDX-License-Identifier: MIT
"""What the benchmarks of logins share: an instance whose directory is a round
trip away, stock Dovecot beside it, and load on the auth socket of either."""

import contextlib
import json
import math
import os
import shutil
import signal
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from instance import control, processes, up
from instance.clients import RunningInstance
from instance.errors import InstanceError
from instance.layout import BUILD, Layout
from instance.university import BASE, SERVICE_DN, person
from instance.waiting import wait_until

from bench import accounts, put_first, result, say, stock_dovecot

PROGRAMS = BUILD / "plain/tests/bench/programs"
CLIENTS = 32
ROUND_TRIP_USECS = 5000
WARM_UP_SECONDS = 1
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
START_SECONDS = 30
COMMAND_SECONDS = 120


def run(argv, text=None):
    """Runs a command; returns its standard output."""
    with subprocess.Popen([str(word) for word in argv], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        put_first(process.pid)
        try:
            output, errors = process.communicate(text, COMMAND_SECONDS)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise InstanceError(f"{argv[0]}: status {process.returncode}: "
                            f"{output}{errors}")
    return output


def answers(path):
    """True if something listens on the unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


class World:
    """An instance, and what the benchmarks add to it."""

    def __init__(self, stack):
        self.stack = stack
        self.layout = Layout(tempfile.mkdtemp(prefix="alumnimail-",
                                              dir="/tmp"))
        stack.callback(shutil.rmtree, self.layout.folder)
        say("starting an instance")
        with contextlib.redirect_stdout(sys.stderr):
            stack.callback(self._down)
            up.up(self.layout, "plain", os.getpid())
        self._put_first()
        self.instance = RunningInstance(self.layout.folder)
        self.endpoints = self.instance.endpoints
        self.original = self.layout.config.read_text()
        self.socket = Path(self.endpoints["auth_socket"])

    def _down(self):
        with contextlib.redirect_stdout(sys.stderr):
            up.down(self.layout)

    def _put_first(self):
        for pid, _ in processes.of_instance(self.layout):
            put_first(pid)

    # ---- the directory ----

    def start_proxy(self):
        """Puts the directory a round trip away; its URI from there."""
        port = self.endpoints["ldap"].rpartition(":")[2]
        proxy = subprocess.Popen(
            [PROGRAMS / "delay-proxy", port, str(ROUND_TRIP_USECS)],
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        put_first(proxy.pid)
        self.stack.callback(proxy.wait)
        self.stack.callback(proxy.terminate)
        return f"ldap://127.0.0.1:{proxy.stdout.readline().strip()}"

    def add_people(self, count):
        """Adds entries; returns (name, password) of each."""
        names = [f"bench-{number:04}" for number in range(count)]
        admin = self.endpoints["ldap_admin"]
        run(["ldapadd", "-x", "-H", self.endpoints["ldap"], "-D", admin["dn"],
             "-w", admin["password"]],
            text="".join(person(name, "Bench", "employee", "active")
                         for name in names))
        return [(name, f"{name}-university") for name in names]

    @contextlib.contextmanager
    def hung_directory(self):
        pid = self.endpoints["slapd_pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    # ---- ours ----

    def add_alumni(self, count, pinned=False):
        """Makes accounts with an alumni password, all with the same hash;
        returns (name, password) of each. None is in the directory; those
        that are pinned were."""
        password = "a password of alumni"
        self.alumni_hash = "{SHA512-CRYPT}" + run(
            ["openssl", "passwd", "-6", "-stdin"], text=password).strip()
        self.instance.alumnictl("account", "add", accounts.TEMPLATE)
        for server in ("dovecot", "alumni-milter"):
            up.service(self.layout, "stop", server)
        accounts.fill(self.layout.store, count, "bench")
        with contextlib.closing(self._database("accounts")) as database:
            if pinned:
                database.execute("UPDATE accounts SET directory = "
                                 "'university', directory_id = 'of ' || id "
                                 "WHERE name GLOB '[0-9]*bench'")
            ids = dict(database.execute(
                "SELECT name, id FROM accounts "
                "WHERE name GLOB '[0-9]*bench'"))
            database.commit()
        with contextlib.closing(self._database("credentials")) as database:
            database.executemany(
                "INSERT INTO credentials (account_id, kind, label, hash, "
                "set_at) VALUES (?, 'password', '', ?, 1)",
                [(account_id, self.alumni_hash) for account_id in
                 ids.values()])
            database.commit()
        for server in ("alumni-milter", "dovecot"):
            up.service(self.layout, "start", server)
        self._put_first()
        return [(name, password) for name in ids]

    def _database(self, name):
        return sqlite3.connect(self.layout.store / name / f"{name}.db")

    def configure(self, change):
        """Restarts our Dovecot with the configuration changed."""
        self.layout.config.write_text(change(self.original))
        up.service(self.layout, "stop", "dovecot")
        up.service(self.layout, "start", "dovecot")
        self._put_first()

    def use_directory(self, uri, *more):
        """Has the directory asked there; more are further options."""
        self.configure(lambda text: "\n".join(
            [*more, text.replace(self.endpoints["ldap"], uri)]))

    def use_no_directory(self, *more):
        self.configure(lambda text: "\n".join(
            [*more, re.sub(r'(?ms)^directory "university" \{.*?^\}', "",
                           text)]))

    # ---- stock Dovecot ----

    @contextlib.contextmanager
    def stock(self, name, passdbs, workers=30):
        """Runs stock Dovecot; yields the path of its auth socket."""
        folder = self.layout.folder / f"stock-{name}"
        folder.mkdir(mode=0o755, exist_ok=True)
        file = folder / "dovecot.conf"
        file.write_text(stock_dovecot.main(folder, passdbs, workers))
        server = subprocess.Popen([*self.endpoints["enter"], "dovecot", "-F",
                                   "-c", str(file)],
                                  start_new_session=True)
        put_first(server.pid)
        path = folder / "run/auth-client"
        try:
            wait_until(lambda: answers(path), START_SECONDS,
                       f"stock Dovecot to answer; see {folder}/log")
            yield path
        finally:
            run([*self.endpoints["enter"], "doveadm", "-c", file, "stop"])
            server.wait(START_SECONDS)

    def stock_ldap(self, uri, blocking):
        """A passdb that asks the directory, and binds as the person."""
        return stock_dovecot.ldap(
            self.layout.folder / f"stock-ldap-{blocking}.conf",
            uri=uri, ca=self.endpoints["ca_file"], dn=SERVICE_DN,
            password=self.layout.directory_secret.read_text().strip(),
            base=BASE, blocking=blocking)

    def stock_sql(self, people):
        """A passdb over SQLite, with our alumni and their hash."""
        database = self.layout.folder / "stock.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("CREATE TABLE people "
                               "(name TEXT PRIMARY KEY, password TEXT)")
            connection.executemany("INSERT INTO people VALUES (?, ?)",
                                   [(name, self.alumni_hash)
                                    for name, _ in people])
            connection.commit()
        database.chmod(0o644)
        return stock_dovecot.sql(self.layout.folder / "stock-sql.conf",
                                 database)

    # ---- load ----

    def people_file(self, people):
        path = self.layout.folder / "people"
        path.write_text("".join(f"{name} {password}\n"
                                for name, password in people))
        return path

    def _auth_load(self, path, people, *numbers):
        return json.loads(run([PROGRAMS / "auth-load", path,
                               self.people_file(people), *numbers]))

    def _log_of(self, path):
        """The log of the Dovecot that listens there, ours or a stock one."""
        stock = Path(path).parent.parent / "log"
        return stock if stock.is_file() else self.layout.log_of("dovecot")

    def load(self, path, people, clients=CLIENTS, seconds=SECONDS,
             warm_up=WARM_UP_SECONDS, just_started=True):
        """Lets the people log in; what auth-load says of it. With 0 seconds
        each does just once."""
        if seconds == 0:
            warm_up = 0
        if just_started:
            # From its first worker, Dovecot 2.4 learns how many there may be;
            # of more logins before that, some are lost.
            self._auth_load(path, people[:1], 1, 0, 0)
        done = self._auth_load(path, people, clients, warm_up, seconds)
        if done["refused"] > done["accepted"] / 100:
            raise InstanceError(
                f"{done['refused']} logins were refused at {path}; the end "
                f"of its log:\n{control.tail(self._log_of(path))}")
        say(f"{path}: {done['per_second']:.0f} logins/s, "
            f"p50 {done['p50_msecs']:.0f} ms, p99 {done['p99_msecs']:.0f} ms")
        return done

    def let_in_once(self, path, people):
        """Everybody logs in once, which creates the accounts and starts the
        workers, all at the same time: some may have to try again."""
        say("everybody logs in once")
        for _ in range(3):
            if self.load(path, people, seconds=0)["refused"] == 0:
                return
        raise InstanceError(f"not everybody is let in at {path}")


@contextlib.contextmanager
def world():
    with contextlib.ExitStack() as stack:
        yield World(stack)


def rounds(sides):
    """Measures all sides (functions) in turn, again and again, every other
    time in the opposite order."""
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        for measure in sides[::-1] if number % 2 else sides:
            measure()


def median(results, key):
    return statistics.median(result[key] for result in results)


def compared(name, ours, peer, key, unit, wanted, **further):
    """A figure from the rounds of both. Its ratio is the median of the rounds'
    ratios: what slowed down a round slowed down both sides."""
    ratios = [one[key] / other[key] if other[key] else math.inf
              for one, other in zip(ours, peer, strict=True)]
    return result(name, median(ours, key), median(peer, key), unit, wanted,
                  ratio=statistics.median(ratios), rounds=len(ratios),
                  **further)
