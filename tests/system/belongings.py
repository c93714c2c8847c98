# SPDX-License-Identifier: MIT
"""All that an account has, in a form that can be compared: nothing of it may
be lost by a restart, a reload or an upgrade."""

import hashlib
import json
import re
import time

# Old also where an archive is opened by a machine with another clock.
OLD_DAYS = 1000
MAILBOXES = ("INBOX", "Sent", "Trash", "Brief&APw-bersicht/2026")


def fill(instance, name):
    """Gives an account something of everything."""
    for number in (1, 2, 3):
        instance.send(instance.address(name),
                      f"Subject: message {number}\r\n\r\n"
                      + "text\r\n" * number)
        instance.wait_message(name, f"Subject: message {number}")
    connection = instance.imap(name)
    connection.create('"' + MAILBOXES[3] + '"')
    connection.subscribe('"' + MAILBOXES[3] + '"')
    connection.append("Sent", r"(\Seen)", None,
                      b"Subject: sent\r\n\r\nmine\r\n")
    connection.append('"' + MAILBOXES[3] + '"', "", None,
                      b"Subject: kept\r\n\r\n" + b"letter\r\n" * 100)
    connection.select("INBOX")
    connection.store("1", "+FLAGS", r"(\Seen \Answered)")
    connection.store("2", "+FLAGS", r"(\Flagged $Label1)")
    # So that a UID is missing in the middle.
    connection.append("INBOX", None, None, b"Subject: gone\r\n\r\n")
    connection.append("INBOX", None, None, b"Subject: last\r\n\r\n")
    connection.select("INBOX")
    connection.store("4", "+FLAGS", r"(\Deleted)")
    connection.expunge()
    connection.logout()
    for days in (OLD_DAYS, 1):
        instance.save(name, f"Subject: saved {days} days ago\n\nbody\n",
                      days_ago=days)
    instance.wait(lambda: trash_oldest(instance, name) != 0,
                  "news of Trash to be published")


def trash_oldest(instance, name):
    return int(instance.dict_get(name, "priv/trash/oldest"))


def _messages(connection, mailbox):
    status, _ = connection.select(f'"{mailbox}"', readonly=True)
    assert status == "OK", mailbox
    validity = connection.response("UIDVALIDITY")[1][0].decode()
    found = {}
    _, numbers = connection.search(None, "ALL")
    for number in numbers[0].split():
        _, data = connection.fetch(number.decode(),
                                   "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        about = (data[0][0] + (data[1] if len(data) > 1 else b"")).decode()
        flags = re.search(r"FLAGS \(([^)]*)\)", about)[1].split()
        found[re.search(r"UID (\d+)", about)[1]] = {
            "flags": sorted(set(flags) - {r"\Recent"}),
            "received": re.search(r'INTERNALDATE "([^"]*)"', about)[1],
            "content": hashlib.sha256(data[0][1]).hexdigest()}
    return {"uidvalidity": validity, "messages": found}


def _saved(instance, name, mailbox):
    """Times of saving by UID: Trash expires by them."""
    printed = instance.doveadm("-f", "tab", "fetch", "-u", name,
                               "uid date.saved.unixtime", "mailbox",
                               mailbox).stdout
    return dict(line.split("\t") for line in printed.splitlines()[1:])


def _used(connection):
    _, data = connection.getquotaroot("INBOX")
    return re.search(rb"STORAGE (\d+) ", b" ".join(
        item for part in data for item in part if item))[1].decode()


def all_of(instance, name):
    """What the person sees, and what the store knows."""
    connection = instance.imap(name)
    found = {mailbox: _messages(connection, mailbox)
             for mailbox in MAILBOXES}
    _, subscribed = connection.lsub('""', '"*"')
    view = {
        "mailboxes": found,
        "subscribed": sorted(line.decode() for line in subscribed),
        "quota": _used(connection),
    }
    connection.logout()
    view["saved"] = _saved(instance, name, "Trash")
    view["trash"] = instance.dict_get(name, "priv/trash/oldest")
    shown = json.loads(instance.alumnictl("--json", "account", "show",
                                          name).stdout)
    view["account"] = {key: shown[key] for key in ("id", "usage", "forward")}
    return view


def wait_published(instance, name):
    """Usage is published soon after a session, not within it."""
    def is_published():
        used = all_of(instance, name)["quota"]
        shown = json.loads(instance.alumnictl("--json", "account", "show",
                                              name).stdout)
        return shown["usage"]["bytes"] // 1024 in (int(used) - 1, int(used))

    instance.wait(is_published, "the usage to be published")


def check_expiry(instance, name):
    """The old message in Trash goes, and what is not old stays."""
    before = _saved(instance, name, "Trash")
    now = time.time()
    due = {uid for uid, saved in before.items()
           if int(saved) < now - 7 * 86400}
    assert due
    assert name in instance.doveadm("alumni", "expire").stdout
    after = _saved(instance, name, "Trash")
    assert set(after) == set(before) - due
