# SPDX-License-Identifier: MIT
"""Aliases, several domains, spam, limits and reloading, through Postfix."""

import contextlib
import json
import os
import re
import secrets
import signal
import smtplib
import sqlite3
import urllib.request

import pytest

from instance import control
from instance.layout import Layout

JUNK_HEADER = b"X-Alumnimail-Junk: Yes"


def token():
    return secrets.token_hex(6)


def forwarding(instance, *options):
    name = instance.add_account("held")
    target = f"{name}@outside.example"
    instance.alumnictl("forward", "set", name, target, *options)
    return name, target


def left_for(instance, target):
    instance.wait_queue_empty()
    return [mail for mail in instance.outside() if target in mail.recipients]


def shown(instance, name):
    return json.loads(instance.alumnictl("--json", "account", "show",
                                         name).stdout)


def milter_log(instance):
    return (instance.state / "log/alumni-milter.log").read_text()


def metric(instance, name):
    with urllib.request.urlopen(instance.endpoints["metrics"],
                                timeout=10) as answer:
        text = answer.read().decode()
    found = re.search(rf"(?m)^alumni_milter_{re.escape(name)} (\S+)$", text)
    assert found, text
    return float(found[1])


def reload(instance):
    """Reads the configuration anew; what was logged about it."""
    before = len(milter_log(instance))
    pid = control.ask(Layout(instance.state), "status")["alumni-milter"]["pid"]
    os.kill(pid, signal.SIGUSR1)

    def find():
        found = re.search(r"event=reload(ed|-failed).*",
                          milter_log(instance)[before:])
        return found and found[0]

    return instance.wait(find, "the configuration to be read anew")


@contextlib.contextmanager
def configured(instance, option, value):
    """Another value of an option, while it is needed."""
    path = instance.state / "etc/alumnimail/alumnimail.conf"
    before = path.read_text()
    changed, count = re.subn(rf"(?m)^#?{option} = .*$",
                             lambda _: f"{option} = {value}", before)
    assert count == 1
    path.write_text(changed)
    try:
        assert "reloaded" in reload(instance)
        yield
    finally:
        path.write_text(before)
        assert "reloaded" in reload(instance)


# ---- aliases and domains ----

def test_an_alias_gets_its_accounts_mail(instance):
    name = instance.add_account("alias")
    alias = f"first.last-{token()}"
    instance.alumnictl("alias", "add", name, alias)
    for address in (f"{alias}@alumni.example",
                    f"{alias.upper()}@Second.Example",
                    f"{alias}+lists@alumni.example"):
        subject = token()
        instance.send(address, f"Subject: {subject}\r\n\r\n")
        instance.wait_message(name, subject)
    instance.alumnictl("alias", "remove", name, alias)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        instance.send(f"{alias}@alumni.example", "Subject: gone\r\n\r\n")
    (code, text), = refusal.value.recipients.values()
    assert code == 550 and text.startswith(b"5.1.1")


@pytest.mark.parametrize("options", [[], ["--no-copy"]])
def test_mail_for_an_alias_is_forwarded(instance, options):
    name, target = forwarding(instance, *options)
    alias = f"fwd-{token()}"
    instance.alumnictl("alias", "add", name, alias)
    instance.send(f"{alias}@second.example", "Subject: by alias\r\n\r\n")
    sent = instance.wait_outside(target)
    assert sent.sender.upper().startswith("SRS0=")
    instance.wait_queue_empty()
    assert len(instance.messages(name)) == (0 if options else 1)
    assert len(left_for(instance, target)) == 1


def test_an_alias_of_a_full_account_is_refused(instance):
    name = instance.add_account("full")
    instance.alumnictl("quota", "set", name, "1K")
    alias = f"full-{token()}"
    instance.alumnictl("alias", "add", name, alias)
    with instance.smtp() as connection:
        connection.ehlo()
        connection.docmd("MAIL", "FROM:<s@outside.example> SIZE=5000")
        code, text = connection.docmd("RCPT", f"TO:<{alias}@alumni.example>")
    assert code == 552 and text.startswith(b"5.2.2")


def test_who_has_an_alias_may_send_as_it(instance):
    name = instance.add_account("sender")
    alias = f"nom-de-plume-{token()}"
    instance.alumnictl("alias", "add", name, alias)
    recipient = f"{token()}@elsewhere.example"
    with instance.submission(name) as connection:
        connection.sendmail(f"{alias}@second.example", recipient,
                            f"From: Me <{alias}@alumni.example>\r\n\r\n")
    assert instance.wait_outside(recipient)
    with pytest.raises(Exception) as refusal:
        instance.submission(alias, f"{name}-alumni")
    assert isinstance(refusal.value, smtplib.SMTPAuthenticationError)


def test_every_account_has_its_address_in_each_domain(instance):
    name = instance.add_account("second")
    subject = token()
    instance.send(f"{name}+x@second.example", f"Subject: {subject}\r\n\r\n")
    instance.wait_message(name, subject)


# ---- targets ----

@pytest.mark.parametrize("options", [[], ["--no-copy"]])
def test_a_target_of_our_own_is_not_followed(instance, options):
    """Nobody can set one; it may be there from before a domain became ours."""
    name, _ = forwarding(instance, *options)
    other = instance.add_account("other")
    set_target(instance, name, f"{other}@second.example")
    subject = token()
    instance.send(instance.address(name), f"Subject: {subject}\r\n\r\n",
                  sender="ann@outside.example")
    message = instance.wait_message(name, subject)
    assert b"Return-Path: <ann@outside.example>" in message
    assert b"X-Alumnimail" not in message
    instance.wait_queue_empty()
    assert instance.messages(other) == []
    assert re.search(rf'to=<?{name}@[^ ]+ fate=held-target',
                     milter_log(instance).replace('"', ""))


def set_target(instance, name, target):
    """What alumnictl would refuse."""
    with contextlib.closing(sqlite3.connect(
            instance.state / "store/accounts/accounts.db",
            timeout=30)) as database, database:
        assert database.execute(
            "UPDATE accounts SET forward_address = ? WHERE name = ?",
            (target, name)).rowcount == 1


def test_a_domain_in_utf8_is_one_that_every_server_knows(instance):
    name = instance.add_account("idn")
    instance.alumnictl("forward", "set", name,
                       f"{name}@bl\u00e5b\u00e6r.example", "--no-copy")
    instance.send(instance.address(name), "Subject: x\r\n\r\n")
    instance.wait_outside(f"{name}@xn--blbr-roah.example")


# ---- no room ----

def no_room(instance, name, size=5000):
    """The answer to RCPT for a message of this size; None if it is taken."""
    with instance.smtp() as connection:
        connection.ehlo()
        connection.docmd("MAIL", f"FROM:<s@outside.example> SIZE={size}")
        code, text = connection.docmd("RCPT", f"TO:<{instance.address(name)}>")
    return None if code == 250 else (code, text.decode())


def test_the_refusal_is_in_the_words_of_the_site(instance):
    name = instance.add_account("full", "--quota", "1K")
    with configured(instance, "over_quota_text",
                    "'%s do not fit: %u of %q are used. Ask %c'"):
        assert no_room(instance, name) == (
            552, "5.2.2 4.88 KB do not fit: 0 B of 1 KB are used. Ask "
            "postmaster@alumni.example")


def test_a_full_copy_is_refused_where_the_site_says_so(instance):
    name, target = forwarding(instance)
    away, _ = forwarding(instance, "--no-copy")
    for account in (name, away):
        instance.alumnictl("quota", "set", account, "1K")
    with configured(instance, "over_quota_copy", '"reject"'):
        code, text = no_room(instance, name)
        assert code == 552 and text.startswith("5.2.2")
        assert no_room(instance, away) is None
    assert no_room(instance, name) is None
    assert left_for(instance, target) == []


@contextlib.contextmanager
def grace(instance, value):
    """The same for the milter and for Dovecot, as set-up writes it."""
    path = instance.state / "etc/dovecot/mail.conf"
    before = path.read_text()
    changed, count = re.subn(r"(?m)^(\s*\w+_grace) = .*$", rf"\1 = {value}",
                             before)
    assert count == 1
    with configured(instance, "quota_grace", f'"{value}"'):
        path.write_text(changed)
        try:
            restart_dovecot(instance)
            yield
        finally:
            path.write_text(before)
            restart_dovecot(instance)


def restart_dovecot(instance):
    instance.service("stop", "dovecot")
    instance.service("start", "dovecot")


def test_grace_is_room_for_the_milter_and_for_delivery(instance):
    name = instance.add_account("grace", "--quota", "100K")
    text = ("y" * 70 + "\r\n") * 860   # 60 KB
    with grace(instance, "40K"):
        for subject in ("below the quota", "in the grace"):
            assert no_room(instance, name, len(text)) is None
            instance.send(instance.address(name),
                          f"Subject: {subject}\r\n\r\n{text}")
            instance.wait_message(name, f"Subject: {subject}")
        assert no_room(instance, name, 30_000)[0] == 552
        assert no_room(instance, name, 10_000) is None
    assert no_room(instance, name, 10)[0] == 552


# ---- spam ----

@pytest.mark.parametrize("mark", [
    "X-Spam: Yes", "X-Spam-Flag: YES", "X-Spam: Yes, score=12"])
def test_marked_mail_is_not_forwarded_but_goes_to_junk(instance, mark):
    name, target = forwarding(instance, "--no-copy")
    instance.send(instance.address(name),
                  f"Subject: cheap\r\n{mark}\r\n\r\n", sender="s@spam.example")
    message = instance.wait_message(name, "Subject: cheap", "Junk")
    assert JUNK_HEADER in message
    assert b"Return-Path: <s@spam.example>" in message
    assert instance.messages(name) == []
    assert left_for(instance, target) == []


@pytest.mark.parametrize("header", [
    "X-Spam: No",
    "Authentication-Results: other.example; dmarc=fail (policy=reject)",
    # Ours, but from outside; what the spam filter finds is in test_rspamd.py.
    "Authentication-Results: mail.alumni.example; dmarc=fail (policy=reject)"])
def test_other_mail_is_forwarded(instance, header):
    name, target = forwarding(instance)
    instance.send(instance.address(name),
                  f"Subject: fine\r\n{header}\r\n\r\n")
    instance.wait_outside(target)
    assert JUNK_HEADER not in instance.wait_message(name, "Subject: fine")


def test_marked_mail_for_an_account_that_does_not_forward(instance):
    """Delivery sorts it, without any header of ours."""
    name = instance.add_account("plain")
    instance.send(instance.address(name),
                  "Subject: cheap\r\nX-Spam: Yes\r\n\r\n")
    assert JUNK_HEADER not in instance.wait_message(name, "Subject: cheap",
                                                    "Junk")


# ---- limits ----

def test_forwarding_has_a_limit_of_a_day(instance):
    name, target = forwarding(instance, "--no-copy")
    with configured(instance, "forward_messages_per_day", 2):
        for number in range(4):
            instance.send(instance.address(name),
                          f"Subject: number {number}\r\n\r\n")
        instance.wait(lambda: len(instance.messages(name)) == 2,
                      "two messages that stay")
    assert len(left_for(instance, target)) == 2
    assert re.search(rf'to=<?{name}@[^ ]+ fate=held-limit',
                     milter_log(instance).replace('"', ""))
    instance.wait(lambda: shown(instance, name)["activity"]
                  ["forwarded_today"] == 2, "the count")


def test_sending_to_too_many_is_blocked(instance):
    name = instance.add_account("stolen")

    def send(count):
        with instance.submission(name) as connection:
            connection.ehlo()
            connection.docmd("MAIL", f"FROM:<{instance.address(name)}>")
            return [connection.docmd("RCPT", f"TO:<{n}@elsewhere.example>")
                    for n in range(count)]

    blocked = metric(instance, "sending_blocked_total")
    with configured(instance, "submission_recipients_per_hour", 3):
        answers = send(5)
        assert [code for code, _ in answers] == [250, 250, 250, 550, 550]
        assert answers[3][1].startswith(
            b"5.7.1 Sending from this account is blocked, ask "
            b"postmaster@alumni.example")
        state = shown(instance, name)["sending"]
        assert state["blocked"] and "hour" in state["reason"]
        assert metric(instance, "sending_blocked_total") == blocked + 1
        alerts = [line for line in milter_log(instance).splitlines()
                  if "event=sending-blocked" in line
                  and f"account={name}" in line]
        assert len(alerts) == 1 and "level=alert" in alerts[0]
        # Reading and receiving go on.
        instance.send(instance.address(name), "Subject: still here\r\n\r\n")
        instance.wait_message(name, "Subject: still here")
        # Counts reach the store within about a second.
        instance.wait(lambda: shown(instance, name)["activity"]
                      ["recipients_today"] == 3, "the counts")
        instance.alumnictl("sending", "unblock", name)
        assert [code for code, _ in send(1)] == [250]


def test_sending_blocked_by_hand_holds_in_open_sessions(instance):
    name = instance.add_account("barred")
    with instance.submission(name) as connection:
        connection.ehlo()
        connection.docmd("MAIL", f"FROM:<{instance.address(name)}>")
        assert connection.docmd("RCPT", "TO:<a@elsewhere.example>")[0] == 250
        instance.alumnictl("sending", "block", name)
        code, text = connection.docmd("RCPT", "TO:<b@elsewhere.example>")
    assert code == 550 and text.startswith(b"5.7.1")


@pytest.mark.parametrize("header", [
    "From: ceo@university.example", "From: small@alumni.example",
    "From: {own}, small@alumni.example", "From: broken <"])
def test_from_must_be_the_senders_own(instance, header):
    name = instance.add_account("author")
    header = header.format(own=instance.address(name))
    with instance.submission(name) as connection:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            connection.sendmail(instance.address(name), "x@elsewhere.example",
                                f"{header}\r\nSubject: x\r\n\r\n")
    assert refusal.value.smtp_code == 550
    assert refusal.value.smtp_error.startswith(b"5.7.1 The From header")


# ---- operation ----

def pairs(line):
    """Of a line of the log, in order; a value with a space is in quotes."""
    found = re.findall(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|\S*)(?: |$)', line)
    assert " ".join(f"{key}={value}" for key, value in found) == line
    return [(key, value.strip('"')) for key, value in found]


def test_a_decision_is_one_line_with_the_queue_id(instance):
    """Of the message, and of each recipient that was refused before."""
    name, target = forwarding(instance)
    plain = instance.add_account("plain")
    full = instance.add_account("full", "--quota", "1K")
    with instance.smtp() as connection:
        connection.ehlo()
        connection.docmd("MAIL", "FROM:<ann@outside.example> SIZE=5000")
        codes = [connection.docmd("RCPT", f"TO:<{instance.address(person)}>")
                 [0] for person in (name, full, plain)]
        assert codes == [250, 552, 250]
        code, text = connection.data("Subject: x\r\n\r\n")
    queue_id = re.search(rb"queued as (\w+)", text)[1].decode()
    instance.wait_outside(target)
    lines = [pairs(line) for line in milter_log(instance).splitlines()
             if instance.address(name) in line
             or instance.address(full) in line]
    refused, decided = map(dict, lines)
    assert decided["event"] == "message"
    assert decided["queue_id"] == queue_id
    assert refused["event"] == "recipient-refused"
    assert refused["queue_id"] in (queue_id, "NOQUEUE")
    assert (refused["code"], refused["status"]) == ("552", "5.2.2")
    assert decided["from"] == "<ann@outside.example>"
    assert [(key, value) for key, value in lines[1]
            if key in ("to", "fate", "forward_to")] == [
        ("to", f"<{instance.address(name)}>"), ("fate", "copied"),
        ("to", f"<{instance.address(plain)}>"), ("fate", "kept"),
        ("forward_to", f"<{target}>")]


def test_a_bad_configuration_changes_nothing(instance):
    path = instance.state / "etc/alumnimail/alumnimail.conf"
    before = path.read_text()
    failed = metric(instance, 'reloads_total{result="failed"}')
    path.write_text(before + "\nno_such_option = 1\n")
    try:
        line = reload(instance)
    finally:
        path.write_text(before)
    assert "reload-failed" in line and "no_such_option" in line
    assert metric(instance, 'reloads_total{result="failed"}') == failed + 1
    subject = token()
    instance.send("copy@alumni.example", f"Subject: {subject}\r\n\r\n")
    instance.wait_outside("copy@outside.example",
                          lambda mail: subject.encode() in mail.content)


def test_a_new_srs_secret_is_taken_up(instance):
    path = instance.state / "etc/alumnimail/srs.secret"
    name, target = forwarding(instance, "--no-copy")
    author = f"ann-{token()}@outside.example"
    instance.send(instance.address(name), "Subject: old\r\n\r\n",
                  sender=author)
    old = instance.wait_outside(target).sender
    before = path.read_text()
    path.write_text(secrets.token_hex(32) + "\n" + before)
    try:
        assert "reloaded" in reload(instance)
        instance.send(instance.address(name), "Subject: new\r\n\r\n",
                      sender=author)
        new = instance.wait_outside(
            target, lambda mail: b"Subject: new" in mail.content).sender
        assert new != old
        for address in (old, new):
            instance.send(address, "Subject: back\r\n\r\n", sender="")
        instance.wait(lambda: len([mail for mail in instance.outside()
                                   if author in mail.recipients]) == 2,
                      "both to find their way back")
    finally:
        path.write_text(before)
        assert "reloaded" in reload(instance)


def test_metrics_count_decisions(instance):
    names = ('recipients_total{outcome="taken"}',
             'messages_total{outcome="decided"}',
             'fates_total{fate="forwarded"}', 'lookups_total{result="found"}',
             'seconds_count{step="recipient"}', 'seconds_count{step="store"}')
    before = [metric(instance, name) for name in names]
    name, target = forwarding(instance, "--no-copy")
    instance.send(instance.address(name), "Subject: counted\r\n\r\n")
    instance.wait_outside(target)
    for value, name in zip(before, names):
        assert metric(instance, name) > value, name
    assert metric(instance, 'build_info{version="0.1.0"}') == 1
