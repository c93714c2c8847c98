# SPDX-License-Identifier: MIT
"""Usage is published after each change, whatever made it, and as soon as the
dict service is there."""

import contextlib
import os
import re
import smtplib
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from published_usage import (append, assert_right, dict_down, imap_pids,
                             kill_sessions, marks)
from test_quota import message, usage
from test_trash import expire, published_oldest, save_to_trash, subjects


# ---- whatever changes a mailbox ----

def test_rename_delete_recalc_and_dsync_are_published(stored):
    name = stored.add_account("ways")
    connection = stored.imap(name)
    connection.create("One")
    append(connection, "One")
    append(connection, "One")
    connection.rename("One", "Two")
    stored.wait(lambda: usage(stored, name)[1] == 2, "the renamed mailbox")
    connection.delete("Two")
    stored.wait(lambda: usage(stored, name)[1] == 0, "the deleted mailbox")
    append(connection)
    connection.logout()
    assert_right(stored, name)
    stored.doveadm("quota", "recalc", "-u", name)
    assert_right(stored, name)
    stored.doveadm("expunge", "-u", name, "mailbox", "INBOX", "all")
    stored.wait(lambda: usage(stored, name) == (0, 0), "doveadm expunge")
    # A synchronisation into the account.
    other = stored.add_account("other")
    save_to_trash(stored, other, 9, "INBOX")
    home = stored.doveadm("user", "-f", "home", other).stdout.strip()
    stored.doveadm("sync", "-1", "-R", "-u", name,
                   f"{stored.storage_format}:{home}/mail")
    assert len(subjects(stored, name, "INBOX")) == 1
    assert_right(stored, name)


def test_a_path_prefix_hides_no_mail_from_the_count(stored):
    """Whoever is the first to list the folders, by whichever names, after
    their index was lost."""
    name = stored.add_account("ways")
    connection = stored.imap(name)
    append(connection)
    connection.logout()
    stored.wait(lambda: usage(stored, name)[1] == 1, "the first message")
    home = stored.doveadm("user", "-f", "home", name).stdout.strip()
    lost = list(Path(home).glob("mail/**/dovecot.list.index*"))
    assert lost
    for path in lost:
        path.unlink()
    connection = stored.imap(name)
    connection.list('""', '"mail/*"')
    append(connection, "mail/Sent")
    connection.logout()
    stored.wait(lambda: usage(stored, name)[1] == 2, "the second message")
    assert_right(stored, name)


# ---- when ----

# At the latest, and how long changes are gathered.
SOON_SECONDS = 5
BATCH_SECONDS = 0.5


def published_messages(instance, name):
    with contextlib.closing(sqlite3.connect(
            instance.state / "store/accounts/accounts.db")) as store:
        (number,) = store.execute("SELECT usage_messages FROM accounts"
                                  " WHERE name = ?", (name,)).fetchone()
    return number


def test_changes_close_together_are_published_together(instance):
    name = instance.add_account("batch")
    connection = instance.imap(name)
    seen = set()
    done = threading.Event()

    def watch():
        while not done.is_set():
            seen.add(published_messages(instance, name))

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.monotonic()
    for _ in range(60):
        append(connection)
    seconds = time.monotonic() - begun
    instance.wait(lambda: published_messages(instance, name) == 60,
                  "all to be published", SOON_SECONDS)
    done.set()
    watcher.join()
    connection.logout()
    assert len(seen) <= 3 + seconds / BATCH_SECONDS


def test_news_of_trash_is_gathered_after_the_first(instance):
    """Each raises the generation."""
    name = instance.add_account("batch")
    connection = instance.imap(name)
    begun = time.monotonic()
    append(connection, "Trash")
    instance.wait(lambda: published_oldest(instance, name) > 0,
                  "the first to be published", SOON_SECONDS)
    for _ in range(60):
        append(connection, "Trash")
    connection.logout()
    seconds = time.monotonic() - begun
    instance.wait(lambda: marks(instance, name) == [],
                  "all to be published", SOON_SECONDS)
    generation = int(instance.dict_get(name, "priv/trash/state").split()[0])
    assert 2 <= generation <= 3 + seconds / BATCH_SECONDS


def test_a_busy_session_is_published_meanwhile(instance):
    """One change after the other does not put it off."""
    name = instance.add_account("busy")
    connection = instance.imap(name)
    begun = time.monotonic()
    while published_messages(instance, name) == 0:
        assert time.monotonic() - begun < SOON_SECONDS
        append(connection)
    connection.logout()


# ---- the dict service ----

def log_size(instance):
    return (instance.state / "log/dovecot.log").stat().st_size


def logged(instance, size):
    with open(instance.state / "log/dovecot.log", errors="replace") as log:
        log.seek(size)
        return log.read()


def test_an_outage_of_the_dict_service_is_logged_once(instance):
    """By each process, whatever it wanted to publish; and anew, when the
    service was there in between."""
    name = instance.add_account("outage")
    for _ in range(2):
        connection = instance.imap(name)
        size = log_size(instance)
        with dict_down(instance):
            for mailbox in ("INBOX", "Trash", "INBOX", "Trash"):
                append(connection, mailbox)
            instance.wait(lambda: "Cannot publish" in logged(instance, size),
                          "the outage to be logged")
            connection.select("INBOX")
            connection.copy("1", "Trash")
            connection.logout()
            instance.wait(lambda: imap_pids(instance, name) == [],
                          "the session to end")
        assert logged(instance, size).count("Cannot publish") == 1
        instance.imap(name).logout()
        instance.wait(lambda: marks(instance, name) == [],
                      "the news to be published")


def test_each_outage_is_logged(instance):
    name = instance.add_account("outage")
    connection = instance.imap(name)
    size = log_size(instance)
    for number in (1, 2):
        with dict_down(instance):
            append(connection)
            instance.wait(lambda count=number: logged(instance, size).count(
                "Cannot publish") == count, "the outage to be logged")
        append(connection)
        instance.wait(lambda: marks(instance, name) == [],
                      "the news to be published")
    connection.logout()


@pytest.mark.parametrize("end", ["logout", "SIGKILL"])
def test_news_of_a_session_that_could_not_publish_is_not_lost(instance, end):
    name = instance.add_account("late")
    connection = instance.imap(name)
    size = log_size(instance)
    with dict_down(instance):
        append(connection)
        append(connection, "Trash")
        if end == "logout":
            connection.logout()
        else:
            kill_sessions(instance, name)
        instance.wait(lambda: imap_pids(instance, name) == [],
                      "the session to end")
    assert usage(instance, name) == (0, 0)
    assert [mark.split("-")[1] for mark in marks(instance, name)] == [
        "trash", "usage"]
    if end == "logout":
        assert logged(instance, size).count("Cannot publish") <= 2
    # The next session need not change anything.
    instance.imap(name).logout()
    instance.wait(lambda: usage(instance, name)[1] == 2,
                  "the usage to be published")
    assert published_oldest(instance, name) != 0
    assert marks(instance, name) == []
    # The expiry looks, and knows then.
    assert f"{name}: expunged 0, kept 1" in expire(instance)
    assert abs(published_oldest(instance, name) - time.time()) < 600


def test_a_session_publishes_when_the_dict_service_answers_again(instance):
    name = instance.add_account("late")
    connection = instance.imap(name)
    with dict_down(instance):
        append(connection)
        append(connection)
    append(connection)
    instance.wait(lambda: usage(instance, name)[1] == 3,
                  "the usage to be published")
    assert marks(instance, name) == []
    connection.logout()


def test_lmtp_accepts_mail_while_the_dict_service_is_down(instance):
    name = instance.add_account("late")
    size = log_size(instance)
    with dict_down(instance), smtplib.LMTP(
            instance.endpoints["lmtp"]) as lmtp:
        for _ in range(3):
            lmtp.sendmail("s@outside.example", instance.address(name),
                          message(1000))
    assert logged(instance, size).count("alumni: Cannot") == 1
    with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
        lmtp.sendmail("s@outside.example", instance.address(name),
                      message(1000))
        assert usage(instance, name)[1] == 4


# ---- LMTP, which counts only when it must ----

def deliver(instance, name, size=1000):
    with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
        lmtp.sendmail("s@outside.example", instance.address(name),
                      message(size))


def published_inbox(instance, name):
    """UIDVALIDITY and UIDNEXT up to which the published usage goes."""
    field = instance.doveadm("user", "-f", "alumni_usage", name).stdout
    return [int(word) for word in field.split()[2:]]


def inbox(instance, name):
    shown = instance.doveadm("mailbox", "status", "-u", name,
                             "uidvalidity uidnext", "INBOX").stdout
    return [int(re.search(rf"{word}=(\d+)", shown)[1])
            for word in ("uidvalidity", "uidnext")]


def test_deliveries_and_sessions_take_turns(stored):
    """What LMTP adds stands on what sessions count, and the other way round."""
    name = stored.add_account("turns")
    for turn in range(3):
        deliver(stored, name, 1000 + turn)
        deliver(stored, name, 2000)
        assert published_inbox(stored, name) == inbox(stored, name)
        assert_right(stored, name)
        connection = stored.imap(name)
        append(connection)
        append(connection, "Sent")
        connection.select("INBOX")
        connection.store("1", "+FLAGS", r"(\Deleted)")
        connection.expunge()
        connection.logout()
        stored.wait(lambda: published_inbox(stored, name)
                    == inbox(stored, name), "the session to publish")
        assert_right(stored, name)


def forget_a_delivery(instance, name):
    """As if LMTP were killed between the delivery and its publication: the
    store knows what it knew before."""
    before = usage(instance, name)
    uid_validity, uid_next = published_inbox(instance, name)
    deliver(instance, name)
    instance.wait(lambda: usage(instance, name) != before, "the delivery")
    with contextlib.closing(sqlite3.connect(
            instance.state / "store/accounts/accounts.db")) as store, store:
        store.execute(
            "UPDATE accounts SET usage_bytes = ?, usage_messages = ?,"
            " usage_uid_validity = ?, usage_uid_next = ? WHERE name = ?",
            (*before, uid_validity, uid_next, name))
    assert usage(instance, name) == before
    assert marks(instance, name) == []


@pytest.mark.parametrize("touch", ["delivery", "login", "open session"])
def test_what_a_killed_delivery_left_is_found(stored, touch):
    name = stored.add_account("left")
    deliver(stored, name)
    forget_a_delivery(stored, name)
    if touch == "delivery":
        deliver(stored, name)
        assert usage(stored, name)[1] == 3
    elif touch == "login":
        stored.imap(name).logout()
        stored.wait(lambda: usage(stored, name)[1] == 2, "the usage")
    else:
        connection = stored.imap(name)
        connection.select("INBOX")
        stored.wait(lambda: usage(stored, name)[1] == 2, "the usage")
        connection.logout()
    assert_right(stored, name)


# ---- an idle session ----

EPOLL_WAIT = {"x86_64": 232, "aarch64": 22}[os.uname().machine]
# Dovecot ends a session after 30 minutes without a command.
OWN_TIMEOUT_MSECS = 30 * 60 * 1000


def waits_msecs(pid):
    """How long the process sleeps at most unless something comes in; None
    while it does not sleep."""
    with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
        words = file.read().split()
    if words[0] != str(EPOLL_WAIT):
        return None
    return int(words[4], 16)


def test_an_idle_session_has_no_timer_of_ours(instance):
    name = instance.add_account("idle")
    connection = instance.imap(name)
    append(connection)
    append(connection, "Trash")
    connection.select("INBOX")
    instance.wait(lambda: usage(instance, name)[1] == 2, "the usage")
    (pid,) = imap_pids(instance, name)
    instance.wait(lambda: (waits_msecs(pid) or 0) > OWN_TIMEOUT_MSECS * 0.9,
                  "the session to have nothing to do")
    connection.logout()
