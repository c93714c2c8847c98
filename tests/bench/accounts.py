# SPDX-License-Identifier: MIT
"""Many accounts at once, faster than alumnictl makes them."""

import functools
import re
import sqlite3
import subprocess
import zlib

TEMPLATE = "template"


def numbered(number, name):
    """What the account of a number from 1 on is called, unless something else
    is said."""
    return f"{number}{name}"


@functools.cache
def _smtp_source_appends():
    """Since Postfix 3.9, -N puts the number behind the name, and not in front
    of it, and begins with 0."""
    version = subprocess.run(["postconf", "-d", "-h", "mail_version"],
                             text=True, capture_output=True,
                             check=True).stdout
    return tuple(int(part) for part in
                 re.findall(r"\d+", version)[:2]) >= (3, 9)


def as_smtp_source(number, name):
    """What smtp-source -N -t NAME calls it."""
    if _smtp_source_appends():
        return f"{name}{number - 1}"
    return f"{number}{name}"


def fill(store, count, name, forward=None, named=numbered):
    """Makes so many accounts like the account `template`, which must be there;
    named(NUMBER, name) is what each is called. forward, if given, is a function
    of the number that returns the address to forward to; a copy is kept. Nobody
    else may use the store meanwhile."""
    database = sqlite3.connect(f"{store}/accounts/accounts.db")
    try:
        columns = [row[1] for row in
                   database.execute("PRAGMA table_info(accounts)")]
        template = dict(zip(columns, database.execute(
            f"SELECT {', '.join(columns)} FROM accounts WHERE name = ?",
            (TEMPLATE,)).fetchone()))
        database.execute("PRAGMA synchronous = OFF")
        with database:
            database.executemany(
                f"INSERT INTO accounts ({', '.join(columns)}) "
                f"VALUES ({', '.join('?' * len(columns))})",
                (tuple({**template,
                        **_own(number, named(number, name), forward)}.values())
                 for number in range(1, count + 1)))
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


def _own(number, name, forward):
    # Spread as random ids are, but the same in each run.
    own = {"id": f"{number * 0x9e3779b97f4a7c15 % 2**64:016x}"
                 f"{zlib.crc32(name.encode()):08x}{number:08x}",
           "name": name}
    if forward is not None:
        own.update(forward_address=forward(number), forward_keep_copy=1)
    return own
