# SPDX-License-Identifier: MIT
"""Many accounts at once, faster than alumnictl makes them."""

import sqlite3
import zlib

TEMPLATE = "template"


def fill(store, count, name, forward=None):
    """Makes accounts 1NAME to COUNTNAME like the account `template`, which
    must be there. forward, if given, is a function of the number that returns
    the address to forward to; a copy is kept. Nobody else may use the store
    meanwhile."""
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
                (tuple({**template, **_own(number, name, forward)}.values())
                 for number in range(1, count + 1)))
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


def _own(number, name, forward):
    # Spread as random ids are, but the same in each run.
    own = {"id": f"{number * 0x9e3779b97f4a7c15 % 2**64:016x}"
                 f"{zlib.crc32(name.encode()):08x}{number:08x}",
           "name": f"{number}{name}"}
    if forward is not None:
        own.update(forward_address=forward(number), forward_keep_copy=1)
    return own
