# SPDX-License-Identifier: MIT
"""When a part is missing, mail is deferred and logins fail for now only."""

import imaplib
import poplib
import secrets
import smtplib

import pytest

from directory import Directory


@pytest.fixture(name="stopped")
def _stopped(instance):
    """Stops servers; each is started again, whatever the test does."""
    names = []

    def stop(name, how="stop"):
        names.append(name)
        instance.service(how, name)

    yield stop
    for name in names:
        instance.service("start", name)


def defers(instance, recipient):
    with pytest.raises(smtplib.SMTPException) as failure:
        instance.send(recipient, "Subject: too early\r\n\r\n")
    if isinstance(failure.value, smtplib.SMTPRecipientsRefused):
        (code, text), = failure.value.recipients.values()
    else:
        code, text = failure.value.smtp_code, failure.value.smtp_error
    assert 400 <= code < 500, (code, text)


def login_error(instance, user, password):
    connection = instance.imap_connection()
    with pytest.raises(imaplib.IMAP4.error) as failure:
        connection.login(user, password)
    connection.shutdown()
    return str(failure.value)


def lets_in(instance, user, password):
    try:
        instance.imap(user, password).logout()
    except imaplib.IMAP4.error:
        return False
    return True


def test_without_the_milter_mail_is_deferred_and_then_flows(instance, stopped):
    subject = secrets.token_hex(6)
    stopped("alumni-milter", "kill")
    defers(instance, instance.address("alumna"))
    defers(instance, instance.address("copy"))
    # Nor is an unknown user refused for good while nobody can tell.
    defers(instance, instance.address("no-such-person"))
    instance.service("start", "alumni-milter")
    instance.send(instance.address("copy"), f"Subject: {subject}\r\n\r\n")
    instance.wait_message("copy", subject)
    instance.wait_outside("copy@outside.example",
                          lambda mail: subject.encode() in mail.content)


def test_mail_that_is_queued_waits_for_dovecot(instance, stopped):
    subject = secrets.token_hex(6)
    stopped("dovecot")
    instance.send(instance.address("alumna"), f"Subject: {subject}\r\n\r\n")
    instance.wait(lambda: any(
        recipient.get("delay_reason") for mail in instance.queue()
        for recipient in mail["recipients"]
        if recipient["address"] == "alumna@alumni.example"),
        "the message to be deferred")
    instance.service("start", "dovecot")
    instance.run("postqueue", "-f")
    instance.wait_message("alumna", subject)


def test_without_slapd_alumni_logins_go_on(instance, stopped):
    directory = Directory(instance)
    person = directory.add_person()
    instance.imap(person, f"{person}-university").logout()
    newcomer = directory.add_person()
    stopped("slapd")
    instance.imap("alumna").logout()
    instance.imap("leaver").logout()
    for name in (person, newcomer):
        answer = login_error(instance, name, f"{name}-university")
        assert "UNAVAILABLE" in answer
        assert "AUTHENTICATIONFAILED" not in answer
    with pytest.raises(poplib.error_proto, match=r"\[SYS/TEMP\]"):
        instance.pop3(person, f"{person}-university")
    # Postfix gives 535 for every failure that Dovecot reports, so that
    # submission can only be seen to refuse.
    with pytest.raises(smtplib.SMTPAuthenticationError):
        instance.submission(person, f"{person}-university")
    instance.submission("alumna").quit()
    # Who does not need the directory still gets a plain answer.
    assert "AUTHENTICATIONFAILED" in login_error(instance, "alumna", "wrong")
    instance.service("start", "slapd")
    # It is probed every two seconds.
    instance.wait(lambda: lets_in(instance, person, f"{person}-university"),
                  "the directory to be asked again", seconds=10)


def test_the_way_back_is_deferred_without_the_milter(instance, stopped):
    """An SRS address is not refused for good while nobody can tell."""
    stopped("alumni-milter", "kill")
    defers(instance, "SRS0=AAAA=AA=outside.example=ann@alumni.example")


def test_a_login_fails_for_now_when_the_store_is_away(instance):
    store = instance.state / "store/accounts/accounts.db"
    away = store.with_name("accounts.away")
    # Workers keep their handle; new ones must say that they cannot tell.
    store.rename(away)
    try:
        instance.doveadm("reload")
        instance.wait(lambda: "UNAVAILABLE" in login_error(
            instance, "alumna", "wrong-for-now"), "a temporary failure")
    finally:
        away.rename(store)
    instance.doveadm("reload")
    instance.wait(lambda: "AUTHENTICATIONFAILED" in login_error(
        instance, "alumna", "wrong"), "a plain answer again")
    instance.imap("alumna").logout()
