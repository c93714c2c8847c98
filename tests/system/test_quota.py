# SPDX-License-Identifier: MIT
"""Limits, usage, and the answer in the SMTP dialogue when it is full."""

import json
import re
import smtplib

import pytest

from test_login import imap_quota

GIB = 1024 * 1024 * 1024


def message(size, subject="filling"):
    """A message of about this many bytes."""
    line = "x" * 70 + "\r\n"
    return (f"Subject: {subject}\r\n\r\n"
            + line * max(1, (size - 40) // len(line)))


def usage(instance, name):
    """What the milter sees."""
    shown = json.loads(instance.alumnictl("--json", "account", "show",
                                          name).stdout)
    return shown["usage"]["bytes"], shown["usage"]["messages"]


def refusal(instance, name, text, **options):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        instance.send(instance.address(name), text, **options)
    (answer,) = refused.value.recipients.values()
    return answer


def fill(instance, name, limit_bytes):
    """Delivers until little room is left."""
    size = limit_bytes // 4
    for part in range(3):
        instance.send(instance.address(name), message(size, f"part {part}"))
        instance.wait_message(name, f"Subject: part {part}")


def test_a_new_alumni_account_has_two_gigabytes(instance):
    name = instance.add_account("fresh")
    connection = instance.imap(name)
    assert imap_quota(connection) == (0, 2 * GIB // 1024)
    connection.logout()


def test_usage_rises_with_a_delivery_and_falls_with_an_expunge(instance):
    name = instance.add_account("usage")
    instance.send(instance.address(name), message(300_000, "counted"))
    instance.wait_message(name, "Subject: counted")
    connection = instance.imap(name)
    used, _ = imap_quota(connection)
    assert 290 <= used <= 310
    published, messages = usage(instance, name)
    assert published // 1024 in (used, used - 1) and messages == 1
    connection.select("INBOX")
    connection.store("1", "+FLAGS", r"(\Deleted)")
    connection.expunge()
    assert imap_quota(connection)[0] == 0
    connection.logout()
    instance.wait(lambda: usage(instance, name) == (0, 0),
                  "the usage to be published")


def test_lmtp_publishes_before_it_answers(instance):
    name = instance.add_account("prompt")
    with smtplib.LMTP(instance.endpoints["lmtp"]) as lmtp:
        lmtp.sendmail("sender@outside.example", instance.address(name),
                      message(100_000))
        assert usage(instance, name)[1] == 1


def test_over_quota_is_refused_at_rcpt_by_the_declared_size(instance):
    name = instance.add_account("full", "--quota", "2M")
    fill(instance, name, 2 * 1024 * 1024)
    code, text = refusal(instance, name, message(700_000))
    assert code == 552
    assert text.startswith(b"5.2.2") and re.search(rb"quota|full", text)
    # A small one still fits.
    instance.send(instance.address(name), message(1000, "small one"))
    instance.wait_message(name, "Subject: small one")


def test_over_quota_is_refused_at_the_end_by_the_true_size(instance):
    name = instance.add_account("full", "--quota", "2M")
    fill(instance, name, 2 * 1024 * 1024)
    with instance.smtp() as connection:
        connection.ehlo()
        # No SIZE is declared, so RCPT cannot know.
        assert connection.docmd("MAIL", "FROM:<s@outside.example>")[0] == 250
        assert connection.docmd(
            "RCPT", f"TO:<{instance.address(name)}>")[0] == 250
        code, text = connection.data(message(700_000))
    assert code == 552 and text.startswith(b"5.2.2")
    assert len(instance.messages(name)) == 3


def test_a_raised_quota_lets_mail_in_again(instance):
    """The account of the demo: small."""
    fill(instance, "small", 2 * 1024 * 1024)
    assert refusal(instance, "small", message(700_000))[0] == 552
    instance.alumnictl("quota", "set", "small", "4M")
    instance.send(instance.address("small"), message(700_000, "now it fits"))
    instance.wait_message("small", "Subject: now it fits")
    instance.alumnictl("quota", "set", "small", "2M")


def test_of_two_recipients_only_the_full_one_is_refused(instance):
    full = instance.add_account("full", "--quota", "100K")
    roomy = instance.add_account("roomy")
    refused = instance.send([instance.address(full), instance.address(roomy)],
                            message(200_000, "for two"))
    assert [answer[0] for answer in refused.values()] == [552]
    instance.wait_message(roomy, "Subject: for two")
    assert instance.messages(full) == []


def test_an_authenticated_sender_gets_a_notification_instead(instance):
    full = instance.add_account("full", "--quota", "100K")
    author = instance.add_account("author")
    with instance.submission(author) as connection:
        refused = connection.sendmail(instance.address(author),
                                      [instance.address(full)],
                                      message(200_000))
    assert refused == {}
    notice = instance.wait_message(author, "Final-Recipient")
    assert b"5.2.2" in notice


def test_an_account_without_its_own_quota_goes_back_to_its_class(instance):
    name = instance.add_account("back", "--quota", "3M")
    instance.alumnictl("quota", "clear", name)
    connection = instance.imap(name)
    assert imap_quota(connection)[1] == 2 * GIB // 1024
    connection.logout()


def test_over_quota_a_forwarding_without_copy_is_not_refused(instance):
    name = instance.add_account("onward", "--quota", "1K")
    instance.alumnictl("forward", "set", name, f"{name}@outside.example",
                       "--no-copy")
    instance.send(instance.address(name), message(50_000))
    instance.wait_outside(f"{name}@outside.example")


def test_over_quota_a_kept_copy_is_skipped_and_the_mail_forwarded(instance):
    name = instance.add_account("onward", "--quota", "1K")
    instance.alumnictl("forward", "set", name, f"{name}@outside.example")
    instance.send(instance.address(name), message(50_000))
    instance.wait_outside(f"{name}@outside.example")
    instance.wait_queue_empty()
    assert instance.messages(name) == []
    # Nobody is told of it: the mail reached the person.
    assert not [sent for sent in instance.outside()
                if sent.sender == "" and name.encode() in sent.content]
