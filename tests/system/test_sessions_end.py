# SPDX-License-Identifier: MIT
"""Open sessions of an account end when it is disabled or its password changes,
and nothing goes on by another way: sending, delivery, forwarding.
"""

import imaplib
import json
import poplib
import smtplib
import time

import pytest

from alumnictl_program import OK, UNAVAILABLE
from sessions import assert_ended, assert_open
from webmail_client import WebmailClient


@pytest.fixture
def name(instance):
    return instance.add_account("session")


@pytest.fixture
def bystander(instance):
    session = instance.imap(instance.add_account("bystander"))
    yield session
    # Nobody else is ever thrown out.
    assert_open(session)
    session.logout()


def pop3_is_over(session):
    try:
        session.noop()
    except (OSError, poplib.error_proto):
        return True
    return False


@pytest.mark.parametrize("command, text", [
    (["account", "disable"], ""),
    (["account", "delete", "--yes"], ""),
    (["password", "set"], "another-password\n"),
    (["password", "reset"], ""),
    (["password", "clear"], ""),
])
def test_a_session_ends(instance, name, bystander, command, text):
    session = instance.imap(name)
    session.select()
    assert_open(session)
    instance.alumnictl(*command, name, text=text)
    assert_ended(instance, session)
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name)


def test_all_of_its_sessions_end(instance, name, bystander):
    sessions = [instance.imap(name) for _ in range(3)]
    pop3 = instance.pop3(name)
    instance.alumnictl("account", "disable", name)
    for session in sessions:
        assert_ended(instance, session)

    instance.wait(lambda: pop3_is_over(pop3), "the POP3 session to be ended")


@pytest.mark.parametrize("command", [
    ["account", "enable"], ["quota", "set", "NAME", "1G"],
    ["forward", "clear"], ["class", "set", "NAME", "student"]])
def test_other_changes_end_no_session(instance, name, command):
    session = instance.imap(name)
    words = [name if word == "NAME" else word for word in command]
    instance.alumnictl(*words, *([] if "NAME" in command else [name]))
    assert_open(session)
    session.logout()


def test_sending_stops_at_the_next_command(instance, name):
    session = instance.submission(name)
    assert session.mail(instance.address(name))[0] == 250
    session.rset()
    instance.alumnictl("account", "disable", name)
    codes = [session.mail(instance.address(name))[0]]
    if codes == [250]:
        codes.append(session.rcpt("somebody@outside.example")[0])
    assert codes[-1] // 100 == 5
    session.close()
    with pytest.raises(smtplib.SMTPAuthenticationError):
        instance.submission(name)


PASSWORDS = {
    "set": (["password", "set", "NAME"], "another-password\n"),
    "reset": (["password", "reset", "NAME"], ""),
    "clear": (["password", "clear", "NAME"], ""),
    "app password revoked": (["app-password", "revoke", "NAME", "phone"], ""),
}


def app_password(instance, name):
    made = instance.alumnictl("app-password", "add", name, "phone", "--json")
    return json.loads(made.stdout)["password"]


@pytest.mark.parametrize("case", PASSWORDS)
def test_a_changed_password_ends_every_session(instance, name, bystander, case):
    """By whichever protocol, at the next command."""
    command, text = PASSWORDS[case]
    password = app_password(instance, name)
    if "app" not in case:
        password = f"{name}-alumni"
    imap, pop3 = (instance.imap(name, password), instance.pop3(name, password))
    sending = instance.submission(name, password)
    assert sending.mail(instance.address(name))[0] == 250
    assert sending.rcpt("first@outside.example")[0] == 250
    sending.rset()
    begun = int(time.time())
    # The trail counts in seconds.
    instance.wait(lambda: time.time() >= begun + 1, "the next second")
    instance.alumnictl(*[name if word == "NAME" else word for word in command],
                       text=text)
    assert_ended(instance, imap)
    instance.wait(lambda: pop3_is_over(pop3), "the POP3 session to be ended")
    assert sending.mail(instance.address(name))[0] == 250
    assert sending.rcpt(f"{name}@outside.example") == (
        421, b"4.7.0 The password was changed, log in again")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        sending.noop()
    with pytest.raises(smtplib.SMTPAuthenticationError):
        instance.submission(name, password)
    with pytest.raises(poplib.error_proto):
        instance.pop3(name, password)
    assert not [message for message in instance.outside()
                if f"{name}@outside.example" in message.recipients]


def test_who_logs_in_after_the_change_may_send(instance, name):
    instance.alumnictl("password", "set", name, text="another-password\n")
    sending = instance.submission(name, "another-password")
    target = f"{name}@outside.example"
    sending.sendmail(instance.address(name), target,
                     f"From: {instance.address(name)}\n\nhello\n")
    sending.quit()
    instance.wait_outside(target)


@pytest.mark.parametrize("command, text", [
    (["account", "disable"], ""), (["password", "reset"], "")])
def test_an_open_webmail_shows_nothing_more(instance, name, command, text):
    instance.save(name, "Subject: words for nobody else\n\nx\n", "INBOX")
    webmail = WebmailClient(instance)
    assert webmail.log_in(name, f"{name}-alumni")
    mails = {"_task": "mail", "_action": "list", "_remote": "1",
             "_mbox": "INBOX"}
    assert "words for nobody else" in webmail.request(mails)[1]
    assert "cannot show this now" not in webmail.settings("alumnimail-account")
    instance.alumnictl(*command, name, text=text)
    # PHP still knows the person, the IMAP server does not.
    page = webmail.request(mails)[1]
    assert "words for nobody else" not in page
    assert "Authentication failed" in page
    assert "The server cannot show this now" in webmail.settings(
        "alumnimail-account")
    assert not WebmailClient(instance).log_in(name, f"{name}-alumni")


def test_mail_past_smtpd_does_not_leak_either(instance, name):
    """Mail of this machine's own programs is not refused, which would stop all
    of it: the account's mailbox keeps it, and it is not forwarded."""
    target = f"{name}@outside.example"
    instance.alumnictl("forward", "set", name, target, "--no-copy")
    instance.alumnictl("account", "disable", name)
    prefix = instance.endpoints["enter"]
    # One of another account goes the same way, and shows that it was gone.
    other = instance.add_account("witness")
    instance.alumnictl("forward", "set", other, f"{other}@outside.example",
                       "--no-copy")
    instance.run_argv([*prefix, "sendmail", "-f", "cron@host.example",
                       instance.address(name), instance.address(other)],
                      text="Subject: from a program\n\nwhile disabled\n")
    instance.wait_outside(f"{other}@outside.example")
    instance.wait_queue_empty()
    assert not [message for message in instance.outside()
                if target in message.recipients]
    instance.alumnictl("account", "enable", name)
    instance.wait_message(name, "while disabled")


def test_delivery_and_forwarding_stop_and_begin_again(instance, name):
    target = f"{name}@outside.example"
    instance.alumnictl("forward", "set", name, target)
    instance.send(instance.address(name), "Subject: a\n\nbefore\n")
    instance.wait_outside(target)
    instance.alumnictl("account", "disable", name)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        instance.send(instance.address(name), "Subject: b\n\nmeanwhile\n")
    (code, text), = refused.value.recipients.values()
    assert code == 550 and text.startswith(b"5.2.1")
    instance.alumnictl("account", "enable", name)
    instance.send(instance.address(name), "Subject: c\n\nafterwards\n")
    instance.wait_outside(target,
                          lambda message: b"afterwards" in message.content)
    assert not [message for message in instance.outside()
                if target in message.recipients
                and b"meanwhile" in message.content]


def test_an_app_password_that_is_revoked(instance, name):
    password = app_password(instance, name)
    session = instance.imap(name, password)
    listed = json.loads(instance.alumnictl("app-password", "list", name,
                                           "--json").stdout)
    assert listed[0]["label"] == "phone"
    assert listed[0]["last_used_at"] is not None
    instance.alumnictl("app-password", "revoke", name, "phone")
    assert_ended(instance, session)
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name, password)
    # The account's own password is as good as before.
    instance.imap(name).logout()


def test_a_reset_password_opens_the_account(instance, name):
    done = instance.alumnictl("password", "reset", name)
    password = done.stdout.splitlines()[1]
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name)
    instance.imap(name, password).logout()


def code_in(message):
    return next(line.split(":")[1].strip()
                for line in message.content.decode().splitlines()
                if line.strip().startswith("code:"))


def test_an_invited_person_gets_in(instance, name):
    address = f"{name}@outside.example"
    instance.alumnictl("password", "clear", name)
    instance.alumnictl("password", "invite", name, "--to", address)
    message = instance.wait_outside(address)
    assert message.sender == ""
    code = code_in(message)
    instance.imap(name, code).logout()
    # Another one takes its place.
    instance.alumnictl("password", "invite", name, "--to", address)
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name, code)
    second = instance.wait_outside(
        address, lambda one: code.encode() not in one.content)
    code = code_in(second)
    instance.imap(name, code).logout()
    # It ends when there is a password.
    instance.alumnictl("password", "set", name, text="new-password\n")
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name, code)


def test_without_dovecot_there_is_no_session_to_end(instance, name):
    instance.service("stop", "dovecot")
    try:
        done = instance.alumnictl("account", "disable", name, check=False)
    finally:
        instance.service("start", "dovecot")
    assert (done.returncode, done.stdout) == (OK, f"{name}: disabled\n")


def test_who_may_not_end_sessions_is_told(instance, name):
    """The store's groups may change an account, but only root may ask
    Dovecot."""
    enter, program = (instance.endpoints["enter"],
                      instance.endpoints["alumnictl"][-1])
    session = instance.imap(name)
    done = instance.run_argv(
        [*enter, "setpriv", "--reuid=nobody", "--regid=nogroup",
         "--groups=alumnimail,alumniauth", program, "account", "disable",
         name], check=False)
    assert done.returncode == UNAVAILABLE
    assert "doveadm kick" in done.stderr
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name)
    session.logout()
