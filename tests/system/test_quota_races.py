# SPDX-License-Identifier: MIT
"""What is published is right in the end: with many sessions at once, when
processes are killed, and when the dict service is down.

The number of seconds is short here; RACE_SECONDS=30 is the whole test.
"""

import contextlib
import imaplib
import os
import random
import re
import signal
import smtplib
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from test_quota import message, usage
from test_trash import expire, published_oldest, save_to_trash, subjects

SECONDS = float(os.environ.get("RACE_SECONDS", "3"))
IMAP_CLIENTS = 10
LMTP_CLIENTS = 10
MAILBOXES = ("INBOX", "Sent", "Trash", "Trash/Old")


def counted(instance, name):
    """Bytes and messages as Dovecot counts them."""
    shown = instance.doveadm("-f", "tab", "quota", "get", "-u", name).stdout
    found = {}
    for line in shown.splitlines()[1:]:
        fields = line.split("\t")
        found[fields[1]] = int(fields[2])
    return found["STORAGE"], found["MESSAGE"]


def sizes(instance, name):
    """Bytes and messages, one by one."""
    listed = instance.doveadm("fetch", "-u", name, "size.virtual",
                              "mailbox", "*").stdout
    found = [int(number) for number in
             re.findall(r"^size\.virtual: (\d+)$", listed, re.MULTILINE)]
    return sum(found), len(found)


def assert_right(instance, name):
    """Published usage is what doveadm counts, and the sum of all sizes."""
    true = sizes(instance, name)
    kilobytes, messages = counted(instance, name)
    assert (kilobytes, messages) == ((true[0] + 1023) // 1024, true[1])
    instance.wait(lambda: usage(instance, name) == true,
                  f"{true} to be published, not {usage(instance, name)}")


def rounds(work, deadline):
    """Calls work until then; a session that was killed begins anew."""
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, imaplib.IMAP4.error,
                                 smtplib.SMTPException, EOFError):
            work(deadline)


def imap_client(instance, name, seed):
    choose = random.Random(seed)

    def work(deadline):
        connection = instance.imap(name)
        try:
            connection.create("Trash/Old")
            while time.monotonic() < deadline:
                connection.select(choose.choice(MAILBOXES))
                act = choose.randrange(5)
                if act < 2:
                    connection.append(
                        choose.choice(MAILBOXES), None, None,
                        message(choose.randrange(200, 20000)).encode())
                elif act == 2:
                    connection._simple_command("MOVE", "1:2",
                                               choose.choice(MAILBOXES))
                elif act == 3:
                    connection.copy("1", choose.choice(MAILBOXES))
                else:
                    connection.store("1:3", "+FLAGS", r"(\Deleted)")
                    connection.expunge()
        finally:
            connection.shutdown()

    return work


def lmtp_client(instance, name, seed):
    choose = random.Random(seed)

    def work(deadline):
        with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
            while time.monotonic() < deadline:
                lmtp.sendmail("s@outside.example", instance.address(name),
                              message(choose.randrange(200, 20000)))

    return work


def run_clients(instance, name, seconds, meanwhile=None):
    deadline = time.monotonic() + seconds
    clients = ([imap_client(instance, name, n) for n in range(IMAP_CLIENTS)]
               + [lmtp_client(instance, name, n) for n in
                  range(LMTP_CLIENTS)])
    threads = [threading.Thread(target=rounds, args=(work, deadline))
               for work in clients]
    for thread in threads:
        thread.start()
    while meanwhile is not None and time.monotonic() < deadline:
        meanwhile()
    for thread in threads:
        thread.join()


def test_many_sessions_at_once(stored):
    name = stored.add_account("race", "--quota", "unlimited")
    run_clients(stored, name, SECONDS)
    assert_right(stored, name)


def imap_pids(instance, name):
    listed = instance.doveadm("who", name).stdout
    return [int(pid) for pids in re.findall(r"\(([\d ]+)\)", listed)
            for pid in pids.split()]


def kill_sessions(instance, name):
    for pid in imap_pids(instance, name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_sessions_killed_at_random_and_one_touch(stored):
    name = stored.add_account("race", "--quota", "unlimited")

    def kill():
        time.sleep(random.uniform(0.1, 0.6))
        kill_sessions(stored, name)

    run_clients(stored, name, SECONDS, meanwhile=kill)
    stored.imap(name).logout()
    assert_right(stored, name)


# ---- the dict service ----

@contextlib.contextmanager
def dict_down(instance):
    socket = instance.state / "run/dovecot/dict"
    away = socket.parent / "dict.away"
    socket.rename(away)
    try:
        yield
    finally:
        away.rename(socket)


def log_size(instance):
    return (instance.state / "log/dovecot.log").stat().st_size


def logged(instance, size):
    with open(instance.state / "log/dovecot.log", errors="replace") as log:
        log.seek(size)
        return log.read()


def marks(instance, name):
    home = instance.doveadm("user", "-f", "home", name).stdout.strip()
    return sorted(file for file in os.listdir(home)
                  if file.startswith(".alumni-"))


def append(connection, mailbox="INBOX"):
    status, data = connection.append(mailbox, None, None,
                                     message(1000).encode())
    assert status == "OK", data


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


def lmtp_pids(instance):
    """Those of this instance: they stay in its folders."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text() == "lmtp\n" and str(
                    instance.state) in os.readlink(process / "cwd"):
                found.append(int(process.name))
    return found


def test_lmtp_killed_at_random_and_one_touch(stored):
    name = stored.add_account("race", "--quota", "unlimited")
    deadline = time.monotonic() + SECONDS
    clients = [threading.Thread(target=rounds,
                                args=(lmtp_client(stored, name, n), deadline))
               for n in range(4)]
    for client in clients:
        client.start()
    killed = 0
    while time.monotonic() < deadline:
        time.sleep(random.uniform(0.05, 0.3))
        for pid in lmtp_pids(stored):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
    for client in clients:
        client.join()
    assert killed > 0
    stored.imap(name).logout()
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
    with dict_down(instance):
        for _ in range(3):
            with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
                lmtp.sendmail("s@outside.example", instance.address(name),
                              message(1000))
    assert "Cannot publish" in logged(instance, size)
    with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
        lmtp.sendmail("s@outside.example", instance.address(name),
                      message(1000))
        assert usage(instance, name)[1] == 4


# ---- every other way to change a mailbox ----

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


# ---- emptying Trash while something is put there ----

@pytest.mark.parametrize("order", ["save first", "empty first", "together"])
def test_a_trash_that_is_emptied_meanwhile_still_expires(stored, order):
    name = stored.add_account("both")
    save_to_trash(stored, name, 3)
    emptier, saver = stored.imap(name), stored.imap(name)
    emptier.select("Trash")

    def empty():
        emptier.store("1:*", "+FLAGS", r"(\Deleted)")
        emptier.expunge()

    def save():
        append(saver, "Trash")

    steps = {"save first": [save, empty, save], "empty first": [empty, save],
             "together": []}[order]
    for step in steps:
        step()
    if order == "together":
        both = [threading.Thread(target=step) for step in (empty, save)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    emptier.logout()
    saver.logout()
    assert len(subjects(stored, name)) >= 1
    stored.wait(lambda: published_oldest(stored, name) != 0,
                "the save time to be published")
    stored.alumnictl("trash", "set", name, "1s")
    time.sleep(1.1)
    expire(stored)
    assert subjects(stored, name) == []


def test_expiring_while_sessions_save(instance):
    name = instance.add_account("both", "--quota", "unlimited")
    instance.alumnictl("trash", "set", name, "1s")
    done = threading.Event()

    def save():
        connection = instance.imap(name)
        while not done.is_set():
            append(connection, "Trash")
        connection.logout()

    thread = threading.Thread(target=save)
    thread.start()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        expire(instance)
    done.set()
    thread.join()
    time.sleep(1.1)
    expire(instance)
    assert subjects(instance, name) == []
    assert published_oldest(instance, name) == 0
    assert_right(instance, name)
