# SPDX-License-Identifier: MIT
"""Open sessions of an account end when it is disabled or its password changes,
and nothing goes on by another way: sending, delivery, forwarding.
"""

import imaplib
import json
import poplib
import smtplib

import pytest

from alumnictl_program import OK, UNAVAILABLE
from sessions import assert_ended, assert_open


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

    def is_gone():
        try:
            pop3.noop()
        except (OSError, poplib.error_proto):
            return True
        return False

    instance.wait(is_gone, "the POP3 session to be ended")


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


def test_delivery_and_forwarding_stop_and_begin_again(instance, name):
    target = f"{name}@outside.example"
    instance.alumnictl("forward", "set", name, target)
    instance.send(instance.address(name), "Subject: a\n\nbefore\n")
    instance.wait_outside(target)
    instance.alumnictl("account", "disable", name)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        instance.send(instance.address(name), "Subject: b\n\nmeanwhile\n")
    instance.alumnictl("account", "enable", name)
    instance.send(instance.address(name), "Subject: c\n\nafterwards\n")
    instance.wait_outside(target,
                          lambda message: b"afterwards" in message.content)
    assert not [message for message in instance.outside()
                if target in message.recipients
                and b"meanwhile" in message.content]


def test_an_app_password_that_is_revoked(instance, name):
    made = instance.alumnictl("app-password", "add", name, "phone",
                              "--json").stdout
    password = json.loads(made)["password"]
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
