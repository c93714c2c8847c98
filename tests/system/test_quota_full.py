# SPDX-License-Identifier: MIT
"""Over quota, a person can do everything that frees space, and is told what
to do where there is no room; a limit that changes counts in open sessions."""

import imaplib
import smtplib
import time

import pytest

from test_login import imap_quota
from test_quota import message, usage

KIB = 1024
LIMIT = 200 * KIB
# How long a session may go on with the limits that it knows.
FRESH_SECONDS = 5


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def full_account(instance, parts=3):
    """An account that then got a quota of less than it holds."""
    name = instance.add_account("full")
    connection = instance.imap(name)
    for part in range(parts):
        status, _ = connection.append(
            "INBOX", None, None, crlf(message(100 * KIB, f"part {part}")))
        assert status == "OK"
    connection.logout()
    instance.alumnictl("quota", "set", name, "200K")
    return name


def refused(connection, *command):
    """The text of a NO [OVERQUOTA]."""
    status, data = connection._simple_command(*command)
    assert status == "NO", data
    text = data[-1]
    assert text.startswith(b"[OVERQUOTA] "), text
    return text


def ok(result):
    status, data = result
    assert status == "OK", data
    return data


@pytest.fixture(name="full")
def _full(stored):
    """Name and session of an account over quota, INBOX selected."""
    name = full_account(stored)
    connection = stored.imap(name)
    ok(connection.select("INBOX"))
    used, limit = imap_quota(connection)
    assert used > limit == LIMIT // KIB
    yield stored, name, connection
    connection.shutdown()


def append(connection, mailbox="INBOX", size=20 * KIB):
    try:
        status, data = connection.append(mailbox, None, None,
                                         crlf(message(size)))
    except imaplib.IMAP4.error as error:
        return "NO", [str(error).encode()]
    return status, data


def test_append_and_copy_elsewhere_are_refused_with_advice(full):
    _, _, connection = full
    for mailbox in ("INBOX", "Sent", "Trash"):
        status, data = append(connection, mailbox)
        assert status == "NO" and b"[OVERQUOTA]" in data[0]
    text = refused(connection, "COPY", "1", "Sent")
    assert b"full" in text and b"Delete" in text and b"larger quota" in text
    # Nothing of it was kept.
    ok(connection.select("Sent"))
    assert connection.search(None, "ALL")[1] == [b""]


def test_moving_between_folders_works(full):
    """It adds nothing."""
    instance, name, connection = full
    for target in ("Old", "Old/Older"):
        ok(connection.create(target))
    ok(connection._simple_command("MOVE", "1", "Old"))
    ok(connection._simple_command("MOVE", "1:2", "Sent"))
    ok(connection.select("Old"))
    ok(connection._simple_command("MOVE", "1", "Old/Older"))
    ok(connection.select("Sent"))
    ok(connection._simple_command("MOVE", "1:*", "INBOX"))
    assert len(instance.messages(name, "Old/Older")) == 1
    assert len(instance.messages(name)) == 2
    # There is no more room than before.
    ok(connection.select("INBOX"))
    refused(connection, "COPY", "1", "Sent")


@pytest.mark.parametrize("how", ["MOVE", "COPY"])
@pytest.mark.parametrize("target", ["Trash", "Trash/2025", "mail/Trash"])
def test_deleting_by_way_of_trash_works(full, how, target):
    instance, name, connection = full
    if target == "Trash/2025":
        ok(connection.create(target))
    if how == "MOVE":
        ok(connection._simple_command("MOVE", "1:3", target))
    else:
        ok(connection.copy("1:3", target))
        # That was for Trash alone.
        refused(connection, "COPY", "1", "Sent")
        assert append(connection)[0] == "NO"
        ok(connection.store("1:3", "+FLAGS", r"(\Deleted)"))
        ok(connection.expunge())
    assert connection.search(None, "ALL")[1] == [b""]
    assert len(instance.messages(name, target)) == 3


def test_flags_expunge_delete_and_unsubscribe_work(full):
    instance, name, connection = full
    ok(connection.store("1", "+FLAGS", r"(\Seen \Flagged)"))
    ok(connection.create("Old"))
    ok(connection.subscribe("Old"))
    ok(connection._simple_command("MOVE", "1", "Old"))
    ok(connection.rename("Old", "Older"))
    ok(connection.unsubscribe("Old"))
    ok(connection.delete("Older"))
    ok(connection.store("1", "+FLAGS", r"(\Deleted)"))
    ok(connection.expunge())
    # Room again, in the same session.
    assert append(connection)[0] == "OK"
    instance.wait(lambda: usage(instance, name)[1] == 2,
                  "the usage to be published")


def test_pop3_deletes(stored):
    name = full_account(stored)
    connection = stored.pop3(name)
    for number in (1, 2, 3):
        connection.dele(number)
    connection.quit()
    stored.wait(lambda: usage(stored, name) == (0, 0),
                "the usage to be published")


def test_options_bound_copies_into_trash_and_the_number_of_messages(new_state):
    state = new_state()
    instance = state.up()
    config = state.layout.config
    config.write_text(
        config.read_text()
        .replace('#trash_allowance = "unlimited"', 'trash_allowance = "150K"')
        .replace('class "student" {', 'class "student" {\nquota_messages = 2'))
    instance.service("stop", "dovecot")
    instance.service("start", "dovecot")

    name = instance.add_account("full")
    connection = instance.imap(name)
    for _ in range(2):
        ok(append(connection, size=90 * KIB))
    instance.alumnictl("quota", "set", name, "200K")
    ok(connection.select("INBOX"))
    # With 90K more there are 70K too much, with another 90K 160K.
    ok(connection.copy("1", "Trash"))
    refused(connection, "COPY", "1", "Trash")
    # A move needs no room.
    ok(connection._simple_command("MOVE", "1", "Trash"))
    connection.logout()

    two_messages_are_the_limit(instance)
    # In a session that is open, too.
    name = instance.add_account("few")
    connection = instance.imap(name)
    for _ in range(2):
        ok(append(connection, size=100))
    instance.alumnictl("class", "set", name, "student")
    until_fresh(lambda: append(connection, size=100)[0] == "NO",
                "APPEND still goes by the class before")
    connection.logout()


def two_messages_are_the_limit(instance):
    name = instance.add_account("few", "--class", "student")
    connection = instance.imap(name)
    for _ in range(2):
        ok(append(connection, size=100))
    assert append(connection, size=100)[0] == "NO"
    _, (_, shown) = connection.getquotaroot("INBOX")
    assert b"MESSAGE 2 2" in shown[0]
    with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
        with pytest.raises(smtplib.SMTPDataError) as error:
            lmtp.sendmail("s@outside.example", instance.address(name),
                          message(100))
    assert error.value.smtp_code == 552
    ok(connection.select("INBOX"))
    ok(connection.copy("1:2", "Trash"))
    connection.logout()


# ---- at the edges ----

@pytest.mark.parametrize("missing, status", [(0, "OK"), (1, "NO")])
def test_a_message_fits_to_the_byte(stored, missing, status):
    name = stored.add_account("edge")
    text = crlf(message(20 * KIB))
    connection = stored.imap(name)
    ok(connection.append("INBOX", None, None, text))
    stored.alumnictl("quota", "set", name, str(2 * len(text) - missing))
    connection.logout()
    connection = stored.imap(name)
    try:
        found, _ = connection.append("INBOX", None, None, text)
    except imaplib.IMAP4.error as error:
        found = "NO" if "OVERQUOTA" in str(error) else str(error)
    assert found == status
    connection.logout()


def test_the_largest_quota_is_no_smaller_one(instance):
    name = instance.add_account("edge", "--quota", str(2 ** 63 - 1))
    connection = instance.imap(name)
    ok(append(connection))
    assert imap_quota(connection)[1] >= 2 ** 53 - 1
    ok(connection.select("INBOX"))
    ok(connection.copy("1", "Trash"))
    connection.logout()
    instance.send(instance.address(name), message(1000, "fits"))
    instance.wait_message(name, "Subject: fits")


# ---- limits that change while a session is open ----

def until_fresh(check, what):
    """Calls check() until it is true; it must become so in time."""
    begun = time.monotonic()
    while not check():
        assert time.monotonic() - begun <= FRESH_SECONDS + 1, what
        time.sleep(0.2)


def test_a_raised_quota_counts_in_an_open_session(full):
    instance, name, connection = full
    assert append(connection)[0] == "NO"
    instance.alumnictl("quota", "set", name, "1M")
    until_fresh(lambda: append(connection)[0] == "OK",
                "APPEND still goes by the old limit")
    assert imap_quota(connection)[1] == KIB


def test_a_raised_quota_counts_for_copies_in_an_open_session(instance):
    name = full_account(instance)
    connection = instance.imap(name)
    ok(connection.select("INBOX"))
    refused(connection, "COPY", "1", "Sent")
    instance.alumnictl("quota", "set", name, "1M")
    until_fresh(lambda: connection.copy("1", "Sent")[0] == "OK",
                "COPY still goes by the old limit")
    connection.logout()


def test_getquota_shows_a_new_limit_in_an_open_session(instance):
    name = instance.add_account("live", "--quota", "1M")
    connection = instance.imap(name)
    assert imap_quota(connection)[1] == KIB
    instance.alumnictl("quota", "set", name, "3M")
    until_fresh(lambda: imap_quota(connection)[1] == 3 * KIB,
                "GETQUOTA still shows the old limit")
    connection.logout()


def test_a_limit_where_there_was_none_counts_in_an_open_session(instance):
    name = instance.add_account("live", "--quota", "unlimited")
    connection = instance.imap(name)
    ok(append(connection))
    instance.alumnictl("quota", "set", name, "30K")
    until_fresh(lambda: append(connection)[0] == "NO",
                "APPEND still goes without a limit")
    instance.alumnictl("quota", "set", name, "unlimited")
    until_fresh(lambda: append(connection)[0] == "OK",
                "APPEND still goes by the old limit")
    connection.logout()


def test_with_the_dict_down_the_limits_known_last_hold(instance):
    name = instance.add_account("down", "--quota", "30K")
    connection = instance.imap(name)
    ok(append(connection))
    socket = instance.state / "run/dovecot/dict"
    socket.rename(f"{socket}.away")
    try:
        begun = time.monotonic()
        while time.monotonic() - begun < FRESH_SECONDS + 1:
            assert append(connection)[0] == "NO"
        ok(append(connection, size=100))
    finally:
        (socket.parent / "dict.away").rename(socket)
    connection.logout()
