# SPDX-License-Identifier: MIT
"""Trash expires by the time of saving, and only where something is due."""

import os
import re
import smtplib
import time

import pytest


def alumnus_with_trash(instance, *ages_days):
    """An account with a message saved to Trash so many days ago, for each of
    the ages."""
    name = instance.add_account("trash")
    for age in ages_days:
        save_to_trash(instance, name, age)
    return name


def save_to_trash(instance, name, age_days, mailbox="Trash"):
    """Saves a message as if the clock had been turned back."""
    # The message's own date is today's: it must not count.
    instance.save(name, time.strftime("Date: %a, %d %b %Y %H:%M:%S +0000\n")
                  + f"Subject: saved {age_days} days ago\n\nbody\n",
                  mailbox, age_days)


def expire(instance, **options):
    return instance.doveadm("alumni", "expire", **options).stdout


def keep_for_a_second(instance, name):
    """Sets a retention of a second, and waits until what is in Trash now has
    been there for longer."""
    begun = time.time()
    instance.alumnictl("trash", "set", name, "1s")
    instance.wait(lambda: time.time() > begun + 1.1, "a second to pass")


def subjects(instance, name, mailbox="Trash"):
    return sorted(re.search(rb"Subject: (.*?)\r?\n", message)[1].decode()
                  for message in instance.messages(name, mailbox))


def published_oldest(instance, name):
    return int(instance.dict_get(name, "priv/trash/oldest"))


def test_old_messages_go_and_younger_ones_stay(instance):
    name = alumnus_with_trash(instance, 30, 8, 6, 0)
    assert len(subjects(instance, name)) == 4
    expire(instance)
    assert subjects(instance, name) == ["saved 0 days ago",
                                        "saved 6 days ago"]
    # What is left is known, so that the next run comes in time.
    oldest = published_oldest(instance, name)
    assert abs(oldest - (time.time() - 6 * 86400)) < 3600


def test_only_due_accounts_are_visited(instance):
    expire(instance)
    due = alumnus_with_trash(instance, 9)
    young = alumnus_with_trash(instance, 2)
    none = instance.add_account("notrash")
    printed = expire(instance)
    assert due in printed
    assert young not in printed and none not in printed
    # A second run finds nothing to do.
    assert due not in expire(instance)


def test_the_inbox_is_left_alone(instance):
    name = alumnus_with_trash(instance, 9)
    save_to_trash(instance, name, 30, mailbox="INBOX")
    expire(instance)
    assert subjects(instance, name, "INBOX") == ["saved 30 days ago"]
    assert subjects(instance, name) == []


def test_freed_space_counts_without_a_login(instance):
    name = instance.add_account("trash", "--quota", "300K")
    instance.save(name, "Subject: big\n\n" + ("x" * 70 + "\n") * 4000,
                  days_ago=8)
    large = "z" * 70 + "\r\n"
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        instance.send(instance.address(name),
                      "Subject: no room\r\n\r\n" + large * 600)
    (code, _), = refused.value.recipients.values()
    assert code == 552
    expire(instance)
    instance.send(instance.address(name), "Subject: room again\r\n\r\n"
                  + large * 600)
    instance.wait_message(name, "Subject: room again")


@pytest.mark.parametrize("trash", ["Trash", "mail/Trash"])
@pytest.mark.parametrize("how", ["MOVE", "COPY", "APPEND"])
def test_each_way_into_trash_is_published(instance, how, trash):
    """Whatever path prefix the mail program has."""
    name = instance.add_account("trash")
    before = int(time.time())
    connection = instance.imap(name)
    connection.append("INBOX", None, None, b"Subject: moved\r\n\r\n")
    connection.select("INBOX")
    if how == "MOVE":
        connection._simple_command("MOVE", "1", trash)
    elif how == "COPY":
        connection.copy("1", trash)
    else:
        connection.append(trash, None, '"01-Jan-2020 00:00:00 +0000"',
                          b"Subject: moved\r\n\r\n")
    connection.logout()
    instance.wait(lambda: published_oldest(instance, name) >= before,
                  "the save time to be published")
    assert published_oldest(instance, name) <= time.time()


def test_a_session_that_saves_while_it_expires_is_not_forgotten(instance):
    """The generation: what a session publishes after the expiry has read it
    survives the expiry's own news."""
    name = alumnus_with_trash(instance, 9)
    state = instance.dict_get(name, "priv/trash/state").split()
    save_to_trash(instance, name, 1)
    instance.dict_set(name, "priv/trash/expired", f"{state[0]} 0")
    assert published_oldest(instance, name) != 0
    expire(instance)
    assert subjects(instance, name) == ["saved 1 days ago"]


def test_expire_with_the_dict_service_down_says_so(instance):
    """A failure is no silent success."""
    socket = instance.endpoints["dict_socket"]
    os.rename(socket, f"{socket}.away")
    try:
        done = instance.doveadm("alumni", "expire", check=False)
    finally:
        os.rename(f"{socket}.away", socket)
    assert done.returncode != 0
    assert "dict" in done.stderr
