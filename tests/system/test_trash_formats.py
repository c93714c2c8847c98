# SPDX-License-Identifier: MIT
"""Which mailboxes are a Trash, and from when on a message counts, in every
format in which mail is stored."""

import json
import time

import pytest

from test_trash import (expire, keep_for_a_second, published_oldest,
                        save_to_trash, subjects)

DAY = 86400


def ok(result):
    status, data = result
    assert status == "OK", data
    return data


def account(stored):
    return stored.add_account("trash")


@pytest.mark.parametrize("how", ["COPY", "MOVE"])
def test_an_old_message_counts_from_when_it_was_put_into_trash(stored, how):
    name = account(stored)
    # The message, and its file, are old.
    save_to_trash(stored, name, 30, mailbox="INBOX")
    save_to_trash(stored, name, 9)
    connection = stored.imap(name)
    ok(connection.select("INBOX"))
    if how == "COPY":
        ok(connection.copy("1", "Trash"))
    else:
        ok(connection._simple_command("MOVE", "1", "Trash"))
    connection.logout()
    expire(stored)
    assert subjects(stored, name) == ["saved 30 days ago"]
    assert abs(published_oldest(stored, name) - time.time()) < 120


def test_flags_and_an_optimisation_leave_the_save_time_alone(stored):
    name = account(stored)
    save_to_trash(stored, name, 9)
    save_to_trash(stored, name, 6)
    connection = stored.imap(name)
    ok(connection.select("Trash"))
    ok(connection.store("1:2", "+FLAGS", r"(\Seen \Flagged keyword)"))
    connection.logout()
    stored.doveadm("index", "-u", name, "Trash")
    stored.doveadm("purge", "-u", name)
    expire(stored)
    assert subjects(stored, name) == ["saved 6 days ago"]


def test_a_clock_that_was_ahead_keeps_nothing_else(stored):
    name = account(stored)
    save_to_trash(stored, name, -2)
    assert published_oldest(stored, name) > time.time()
    # Set right again.
    save_to_trash(stored, name, 9)
    save_to_trash(stored, name, 1)
    expire(stored)
    assert subjects(stored, name) == ["saved -2 days ago", "saved 1 days ago"]
    oldest = published_oldest(stored, name)
    assert abs(oldest - (time.time() - DAY)) < 3600


def test_mailboxes_below_trash_expire_too(stored):
    name = account(stored)
    connection = stored.imap(name)
    ok(connection.create("Trash/Old/Older"))
    ok(connection.create("Trashcan"))
    connection.logout()
    for mailbox in ("Trash/Old", "Trash/Old/Older", "Trashcan"):
        if mailbox == "Trash/Old":
            stored.doveadm("mailbox", "create", "-u", name, mailbox,
                           check=False)
        save_to_trash(stored, name, 9, mailbox)
        save_to_trash(stored, name, 1, mailbox)
    expire(stored)
    assert subjects(stored, name, "Trash/Old") == ["saved 1 days ago"]
    assert subjects(stored, name, "Trash/Old/Older") == ["saved 1 days ago"]
    assert len(subjects(stored, name, "Trashcan")) == 2


def test_a_folder_moved_into_trash_stays_as_long_as_a_message(stored):
    name = account(stored)
    connection = stored.imap(name)
    ok(connection.create("Letters"))
    ok(connection.create("Letters/Private"))
    connection.logout()
    for mailbox in ("Letters", "Letters/Private"):
        save_to_trash(stored, name, 400, mailbox)
    connection = stored.imap(name)
    ok(connection.rename("Letters", "Trash/Letters"))
    connection.logout()
    expire(stored)
    for mailbox in ("Trash/Letters", "Trash/Letters/Private"):
        assert subjects(stored, name, mailbox) == ["saved 400 days ago"]
    stored.wait(lambda: published_oldest(stored, name) > 0,
                "the renaming to be published")
    # As if a week went by.
    keep_for_a_second(stored, name)
    expire(stored)
    for mailbox in ("Trash/Letters", "Trash/Letters/Private"):
        assert subjects(stored, name, mailbox) == []


def test_a_retention_of_ones_own(stored):
    longer, never, shorter = (account(stored) for _ in range(3))
    stored.alumnictl("trash", "set", longer, "30d")
    stored.alumnictl("trash", "set", never, "never")
    stored.alumnictl("trash", "set", shorter, "1d")
    for name in (longer, never, shorter):
        save_to_trash(stored, name, 9)
        save_to_trash(stored, name, 2)
        save_to_trash(stored, name, 0)
    expire(stored)
    assert len(subjects(stored, longer)) == 3
    assert len(subjects(stored, never)) == 3
    assert subjects(stored, shorter) == ["saved 0 days ago"]
    stored.alumnictl("trash", "clear", never)
    expire(stored)
    assert len(subjects(stored, never)) == 2


def test_a_retention_of_the_class(new_state):
    state = new_state()
    instance = state.up()
    config = state.layout.config
    text = config.read_text()
    begin = text.index('class "student" {')
    config.write_text(text[:begin] + text[begin:].replace(
        'trash_retention = "7d"', 'trash_retention = "3d"', 1))
    for server in ("alumni-milter", "dovecot"):
        instance.service("stop", server)
        instance.service("start", server)
    student = instance.add_account("student", "--class", "student")
    other = instance.add_account("other")
    for name in (student, other):
        for age in (9, 4, 1):
            save_to_trash(instance, name, age)
    expire(instance)
    assert subjects(instance, student) == ["saved 1 days ago"]
    assert sorted(subjects(instance, other)) == ["saved 1 days ago",
                                                 "saved 4 days ago"]
    # A class of another retention is another's, and so is what is due.
    instance.alumnictl("class", "set", other, "student")
    expire(instance)
    assert subjects(instance, other) == ["saved 1 days ago"]


def test_freed_space_counts_at_once(stored):
    name = stored.add_account("trash", "--quota", "300K")
    for _ in range(3):
        stored.save(name, "Subject: big\n\n" + ("x" * 70 + "\n") * 1300,
                    days_ago=8)
    expire(stored)
    stored.send(stored.address(name), "Subject: room again\r\n\r\n"
                + ("z" * 70 + "\r\n") * 1300)
    stored.wait_message(name, "Subject: room again")


# ---- the command ----

def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_dry_run_changes_nothing(stored):
    expire(stored)
    name = account(stored)
    save_to_trash(stored, name, 9)
    before = stored.dict_get(name, "priv/trash/state")
    for option in ("-n", "--dry-run"):
        assert (f"{name}: would expunge 1, kept 0"
                in stored.doveadm("alumni", "expire", option).stdout)
    assert stored.dict_get(name, "priv/trash/state") == before
    assert len(subjects(stored, name)) == 1


def test_json_and_the_oldest_first_up_to_a_number(stored):
    expire(stored)
    names = [account(stored) for _ in range(3)]
    for name, age in zip(names, (9, 20, 15)):
        save_to_trash(stored, name, age)
        save_to_trash(stored, name, 1)
    first = lines(stored.doveadm("alumni", "expire", "--json", "--max-users",
                                 "2"))
    assert [row.get("account") for row in first] == [names[1], names[2], None]
    oldest = first[0].pop("oldest_saved_at")
    assert first[0] == {"account": names[1], "result": "done", "expunged": 1,
                        "kept": 1}
    assert oldest.endswith("Z")
    assert first[2] == {"visited": 2, "expunged": 2, "failed": 0}
    second = lines(stored.doveadm("alumni", "expire", "--json"))
    assert [row.get("account") for row in second] == [names[0], None]
