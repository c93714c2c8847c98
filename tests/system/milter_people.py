# SPDX-License-Identifier: MIT
"""Many accounts at once for the tests of the milter, and what reached them.

alumnictl makes an account in a tenth of a second; here a hundred are wanted.
What they got is read from the disk, one file a message, for the same reason.
"""

import re
import secrets
import sqlite3
from collections import Counter
from dataclasses import dataclass

OUTSIDE = "outside.example"
BUSY_SECONDS = 30


@dataclass
class Person:
    name: str
    id: str
    kind: str
    target: str = ""  # where mail is forwarded to


# What is different from an account as alumnictl makes it.
KINDS = {
    "kept": {},
    "copied": {"forward_keep_copy": 1},
    "forwarded": {"forward_keep_copy": 0},
    "full": {"own_quota": 1_000_000, "usage_bytes": 1_000_001},
    "small": {"own_quota": 1_000_000, "usage_bytes": 990_000},
    "disabled": {"enabled": 0},
}
FORWARDING = ("copied", "forwarded")


def make_people(instance, **counts):
    """Makes accounts of each kind, as in make_people(instance, kept=3).
    Returns them in the order of the arguments."""
    token = secrets.token_hex(4)
    people = [_person(kind, f"{kind}-{number}-{token}")
              for kind, count in counts.items() for number in range(count)]
    database = sqlite3.connect(
        instance.state / "store/accounts/accounts.db", timeout=BUSY_SECONDS)
    try:
        columns = [row[1] for row in
                   database.execute("PRAGMA table_info(accounts)")]
        listed = ", ".join(columns)
        template = dict(zip(columns, database.execute(
            f"SELECT {listed} FROM accounts WHERE name = 'alumna'"
        ).fetchone()))
        template.update(usage_bytes=0, usage_messages=0)
        with database:
            for person in people:
                row = {**template, **KINDS[person.kind], "id": person.id,
                       "name": person.name, "forward_address": person.target}
                database.execute(
                    f"INSERT INTO accounts ({listed}) "
                    f"VALUES ({', '.join('?' * len(columns))})",
                    [row[column] for column in columns])
    finally:
        database.close()
    return people


def _person(kind, name):
    target = f"{name}@{OUTSIDE}" if kind in FORWARDING else ""
    return Person(name, secrets.token_hex(16), kind, target)


def stored(instance, person):
    """Every message in the account's INBOX, as bytes, lines ending in \\n."""
    home = instance.state / "mail" / person.id[:2] / person.id
    return [_content(path.read_bytes()) for path in
            sorted(home.glob("mail/mailboxes/INBOX/dbox-Mails/u.*"))]


def _content(file):
    """The message of a file of sdbox: a header line, a line that holds its
    size in octets, the message, and a trailer."""
    begin = re.match(rb"2 [^\n]*\n", file)
    head = re.compile(rb"\x01\x02N +([0-9A-Fa-f]{16})\n").match(
        file, begin.end())
    size = int(head[1], 16)
    return file[head.end():head.end() + size].replace(b"\r\n", b"\n")


def header(message, name):
    """The first header of this name, unfolded; None if there is none."""
    head = message.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = re.search(rb"(?im)^" + name.encode()
                      + rb":[ \t]*(.*(?:\n[ \t].*)*)",
                      head)
    return re.sub(rb"\n[ \t]+", b" ", found[1]).decode() if found else None


def left(instance, text):
    """How often a message with this text left for each recipient outside, and
    the senders it had."""
    counts, senders = Counter(), set()
    for message in instance.outside():
        if text.encode() in message.content:
            counts.update(message.recipients)
            senders.add(message.sender)
    return counts, senders


def is_rewritten(sender, domain=OUTSIDE):
    """True for an SRS address of ours that stands for a sender there."""
    return re.fullmatch(rf"SRS0=[^=]+=[A-Z2-7]{{2}}={re.escape(domain)}=.*"
                        r"@alumni\.example", sender, re.I) is not None
