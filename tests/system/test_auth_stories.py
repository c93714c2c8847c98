# SPDX-License-Identifier: MIT
"""What becomes of a person's account over the years, over IMAP."""

import imaplib
import json
import re
import ssl

import pytest

from directory import Directory

MIB = 1024 * 1024


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


@pytest.fixture(name="_learning", scope="module")
def _learning_fixture(_shared_instance):
    """The instance learns passwords while this module's tests run."""
    instance = _shared_instance
    configuration = instance.state / "etc/alumnimail/alumnimail.conf"
    usual = configuration.read_text()
    configuration.write_text('learn_password = "first"\n' + usual)
    try:
        instance.doveadm("reload")
        probe = Directory(instance).add_person("probe")

        def learns():
            return (imap_login(instance, probe, f"{probe}-university")
                    and shown(instance, probe)["learned_at"] is not None)

        instance.wait(learns, "the new configuration to hold")
        yield
    finally:
        configuration.write_text(usual)
        instance.doveadm("reload")
    instance.wait(lambda: imap_login(instance, "alumna", "alumna-alumni"),
                  "logins to work again")


def imap_login(instance, user, password):
    """True or False; None for a temporary failure, or when Dovecot reads its
    configuration anew, in which it may hang up at any point. Anything else is
    an error of the test."""
    try:
        connection = instance.imap_connection()
    except (imaplib.IMAP4.abort, ssl.SSLEOFError, ssl.SSLZeroReturnError,
            ConnectionError):
        return None
    try:
        connection.login(user, password)
    except imaplib.IMAP4.abort:
        return None
    except imaplib.IMAP4.error as error:
        if "UNAVAILABLE" in str(error):
            return None
        assert "AUTHENTICATIONFAILED" in str(error), error
        return False
    finally:
        connection.shutdown()
    return True


def shown(instance, name):
    return json.loads(instance.alumnictl("--json", "account", "show",
                                         name).stdout)


@pytest.mark.usefixtures("_learning")
def test_who_leaves_goes_on_with_the_password_they_have(instance, directory):
    name = directory.add_person("story")
    password = f"{name}-university"
    assert imap_login(instance, name, password)
    instance.send(instance.address(name), "Subject: s\r\n\r\nfrom before\r\n")
    instance.wait_message(name, "from before", password=password)

    directory.set_status(name, "inactive")
    instance.wait_message(name, "from before", password=password)
    assert not imap_login(instance, name, "wrong")
    directory.delete(name)
    instance.wait_message(name, "from before", password=password)


@pytest.mark.usefixtures("_learning")
def test_who_comes_back_has_the_new_password_alone(instance, directory):
    name = directory.add_person("story")
    old, new = f"{name}-university", f"{name}-new"
    assert imap_login(instance, name, old)
    directory.set_status(name, "inactive")
    assert imap_login(instance, name, old)
    # Back, with another password in the directory.
    directory.set_status(name, "active")
    directory.set_password(name, new)
    assert not imap_login(instance, name, old)
    assert imap_login(instance, name, new)
    # And gone again.
    directory.set_status(name, "inactive")
    assert imap_login(instance, name, new)
    assert not imap_login(instance, name, old)


@pytest.mark.usefixtures("_learning")
def test_a_password_changed_after_a_break_in_is_dead(instance, directory):
    name = directory.add_person("story")
    assert imap_login(instance, name, f"{name}-university")
    directory.set_password(name, "changed-by-the-help-desk")
    assert not imap_login(instance, name, f"{name}-university")
    instance.service("stop", "slapd")
    try:
        # What the intruder has is not opened by the outage either.
        assert imap_login(instance, name, f"{name}-university") is None
    finally:
        instance.service("start", "slapd")
    instance.wait(lambda: imap_login(instance, name,
                                     "changed-by-the-help-desk"),
                  "the directory to be asked again")
    directory.set_status(name, "inactive")
    assert not imap_login(instance, name, f"{name}-university")
    assert imap_login(instance, name, "changed-by-the-help-desk")


@pytest.mark.usefixtures("_learning")
def test_a_learned_password_does_not_pass_to_the_next_of_the_name(
        instance, directory):
    name = directory.add_person("story")
    assert imap_login(instance, name, f"{name}-university")
    first = directory.entry_id(name)
    directory.delete(name)
    directory.add_person(name=name)
    directory.set_password(name, "of-the-next-person")
    second = directory.entry_id(name)
    assert first != second
    assert not imap_login(instance, name, "of-the-next-person")
    assert imap_login(instance, name, f"{name}-university")
    account = shown(instance, name)
    assert account["directory"]["id"] == first
    assert account["other_entry"] == {"directory": "university",
                                      "id": second}
    text = instance.alumnictl("account", "show", name).stdout
    assert re.search(rf"(?m)^Other entry:.*{second}", text), text
    log = (instance.state / "log/dovecot.log").read_text(errors="replace")
    assert re.search(rf"{second}.*{first}", log)


def test_a_class_change_moves_the_quota_unless_it_is_the_accounts_own(
        instance, directory):
    name = directory.add_person("story", affiliation="student")
    password = f"{name}-university"

    def limit():
        connection = instance.imap(name, password)
        try:
            _, (_, answer) = connection.getquotaroot("INBOX")
        finally:
            connection.logout()
        return int(re.search(rb"STORAGE \d+ (\d+)", answer[0])[1]) * 1024

    assert limit() == 50 * MIB
    directory.replace(name, "alumniAffiliation", "employee")
    assert limit() == 500 * MIB
    instance.alumnictl("quota", "set", name, "70M")
    directory.replace(name, "alumniAffiliation", "student")
    assert limit() == 70 * MIB
    assert shown(instance, name)["class"] == "student"


def test_who_was_suspended_stays_out_while_the_directory_is_away(
        instance, directory):
    name = directory.add_person("story")
    assert imap_login(instance, name, f"{name}-university")
    instance.alumnictl("password", "set", name, text=f"{name}-alumni\n")
    directory.set_status(name, "suspended")
    assert not imap_login(instance, name, f"{name}-alumni")
    assert shown(instance, name)["denied_at"]
    instance.service("stop", "slapd")
    try:
        assert imap_login(instance, name, f"{name}-alumni") is False
    finally:
        instance.service("start", "slapd")
    directory.set_status(name, "active")
    instance.wait(lambda: imap_login(instance, name, f"{name}-university"),
                  "the directory to be asked again")
    assert shown(instance, name)["denied_at"] is None
    assert imap_login(instance, name, f"{name}-alumni")
