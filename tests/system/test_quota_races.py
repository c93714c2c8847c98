# SPDX-License-Identifier: MIT
"""What is published is right in the end: with many sessions at once, when
processes are killed, and when Trash is emptied while something is put there.

The number of seconds is short here; RACE_SECONDS=30 is the whole test.
"""

import contextlib
import imaplib
import os
import random
import signal
import smtplib
import threading
import time
from pathlib import Path

import pytest

from published_usage import append, assert_right, kill_sessions
from test_quota import message
from test_trash import (expire, keep_for_a_second, published_oldest,
                        save_to_trash, subjects)

SECONDS = float(os.environ.get("RACE_SECONDS", "3"))
IMAP_CLIENTS = 10
LMTP_CLIENTS = 10
MAILBOXES = ("INBOX", "Sent", "Trash", "Trash/Old")


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


def test_sessions_killed_at_random_and_one_touch(stored):
    name = stored.add_account("race", "--quota", "unlimited")

    def kill():
        time.sleep(random.uniform(0.1, 0.6))
        kill_sessions(stored, name)

    run_clients(stored, name, SECONDS, meanwhile=kill)
    stored.imap(name).logout()
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
    keep_for_a_second(stored, name)
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
    keep_for_a_second(instance, name)
    expire(instance)
    assert subjects(instance, name) == []
    assert published_oldest(instance, name) == 0
    assert_right(instance, name)
