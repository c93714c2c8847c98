# SPDX-License-Identifier: MIT
"""Who is let in, by which password, over every door."""

import imaplib
import json
import poplib
import re
import smtplib
import socket
import ssl

import pytest

from directory import Directory

MIB = 1024 * 1024


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


def imap_quota(connection):
    """Usage and limit of the quota root, in KiB."""
    status, (_, answer) = connection.getquotaroot("INBOX")
    assert status == "OK"
    found = re.search(rb"STORAGE (\d+) (\d+)", answer[0])
    assert found, answer
    return int(found[1]), int(found[2])


def account(instance, name):
    return json.loads(instance.alumnictl("--json", "account", "show",
                                         name).stdout)


def imap_opens(instance, user, password):
    instance.imap(user, password).logout()


def pop3_opens(instance, user, password):
    instance.pop3(user, password).quit()


def submission_opens(instance, user, password):
    instance.submission(user, password).quit()


def imap_refuses(instance, user, password):
    connection = instance.imap_connection()
    with pytest.raises(imaplib.IMAP4.error,
                       match="AUTHENTICATIONFAILED.*Authentication failed"):
        connection.login(user, password)
    connection.shutdown()


def pop3_refuses(instance, user, password):
    with pytest.raises(poplib.error_proto, match="AUTH.*failed"):
        instance.pop3(user, password)


def submission_refuses(instance, user, password):
    with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
        instance.submission(user, password)
    assert refusal.value.smtp_code == 535


OPENS = [imap_opens, pop3_opens, submission_opens]
REFUSES = [imap_refuses, pop3_refuses, submission_refuses]


@pytest.mark.parametrize("name,class_name,quota",
                         [("employee", "employee", 500 * MIB),
                          ("student", "student", 50 * MIB)])
def test_a_directory_login_gives_an_account_of_the_class(
        instance, directory, name, class_name, quota):
    connection = instance.imap(name, f"{name}-university")
    assert imap_quota(connection)[1] == quota // 1024
    connection.logout()
    shown = account(instance, name)
    assert shown["class"] == class_name
    assert shown["directory"] == {"name": "university",
                                  "id": directory.entry_id(name)}


def test_the_first_login_makes_the_account_and_later_ones_find_it(
        instance, directory):
    name = directory.add_person(affiliation="student")
    absent = instance.alumnictl("account", "show", name, check=False)
    assert absent.returncode == 67
    instance.imap(name, f"{name}-university").logout()
    first = account(instance, name)
    instance.imap(name, f"{name}-university").logout()
    assert account(instance, name)["id"] == first["id"]


def test_a_leaver_is_let_in_by_the_alumni_password_alone(instance):
    for opens, refuses in zip(OPENS, REFUSES):
        refuses(instance, "leaver", "leaver-university")
        opens(instance, "leaver", "leaver-alumni")


@pytest.mark.parametrize("opens", OPENS)
@pytest.mark.parametrize("typed", ["alumna", "alumna@alumni.example",
                                   "Alumna@Alumni.Example"])
def test_the_user_name_may_have_our_domain(instance, opens, typed):
    opens(instance, typed, "alumna-alumni")


@pytest.mark.parametrize("refuses", REFUSES)
def test_another_domain_is_refused(instance, refuses):
    refuses(instance, "alumna@other.example", "alumna-alumni")


@pytest.mark.parametrize("opens", OPENS)
def test_the_university_password_opens_every_door(instance, directory, opens):
    name = directory.add_person()
    opens(instance, name, f"{name}-university")
    opens(instance, instance.address(name), f"{name}-university")


@pytest.mark.parametrize("refuses", REFUSES)
@pytest.mark.parametrize("password", ["wrong", ""])
@pytest.mark.parametrize("kind", ["alumni", "university", "nobody"])
def test_wrong_and_empty_passwords_are_refused(instance, directory, refuses,
                                               password, kind):
    user = {"alumni": lambda: "alumna", "university": directory.add_person,
            "nobody": lambda: "no-such-person"}[kind]()
    refuses(instance, user, password)
    if kind == "university":
        # No account comes of a failed login.
        assert instance.alumnictl("account", "show", user,
                                  check=False).returncode == 67


def test_plaintext_passwords_without_tls_are_refused(instance):
    host, port = instance.endpoints["submission"]
    with smtplib.SMTP(host, port) as connection:
        connection.ehlo()
        assert not connection.has_extn("auth")
        code, _ = connection.docmd("AUTH", "PLAIN "
                                   "AGFsdW1uYQBhbHVtbmEtYWx1bW5p")
        assert code in (502, 503, 530, 538)
    # IMAP and POP3 speak TLS from the first byte and have no other door.
    for door in ("imaps", "pop3s"):
        with socket.create_connection(
                tuple(instance.endpoints[door])) as plain:
            plain.sendall(b"a LOGIN alumna alumna-alumni\r\n")
            plain.settimeout(30)
            try:
                answer = plain.recv(512)
            except ConnectionResetError:
                answer = b""
            assert not answer.startswith((b"*", b"a OK", b"+OK"))


def test_the_certificate_is_checked_by_the_client(instance):
    host, port = instance.endpoints["imaps"]
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(host, port,
                          ssl_context=ssl.create_default_context())


def test_a_deleted_entry_leaves_the_alumni_password(instance, directory):
    name = directory.add_person()
    imap_opens(instance, name, f"{name}-university")
    instance.alumnictl("password", "set", name, text=f"{name}-alumni\n")
    imap_opens(instance, name, f"{name}-alumni")
    imap_opens(instance, name, f"{name}-university")
    directory.delete(name)
    for opens, refuses in zip(OPENS, REFUSES):
        refuses(instance, name, f"{name}-university")
        opens(instance, name, f"{name}-alumni")


def test_an_unpinned_account_is_not_opened_by_an_entry_of_its_name(
        instance, directory):
    name = instance.add_account("reused")
    directory.add_person(name=name)
    imap_refuses(instance, name, f"{name}-university")
    imap_opens(instance, name, f"{name}-alumni")
    instance.alumnictl("account", "pin", name, "--directory", "university",
                       "--directory-id", directory.entry_id(name))
    imap_opens(instance, name, f"{name}-university")


def test_a_reused_name_does_not_open_the_leavers_account(instance, directory):
    name = directory.add_person()
    imap_opens(instance, name, f"{name}-university")
    instance.alumnictl("password", "set", name, text=f"{name}-alumni\n")
    directory.delete(name)
    directory.add_person(name=name)
    imap_refuses(instance, name, f"{name}-university")
    imap_opens(instance, name, f"{name}-alumni")


def test_a_disabled_account_is_closed_in_both_tiers(instance, directory):
    name = directory.add_person()
    imap_opens(instance, name, f"{name}-university")
    instance.alumnictl("password", "set", name, text=f"{name}-alumni\n")
    instance.alumnictl("account", "disable", name)
    for refuses in REFUSES:
        refuses(instance, name, f"{name}-university")
        refuses(instance, name, f"{name}-alumni")
    instance.alumnictl("account", "enable", name)
    imap_opens(instance, name, f"{name}-university")


def test_a_suspended_entry_closes_both_tiers(instance, directory):
    name = directory.add_person()
    imap_opens(instance, name, f"{name}-university")
    instance.alumnictl("password", "set", name, text=f"{name}-alumni\n")
    directory.replace(name, "alumniAccountStatus", "suspended")
    imap_refuses(instance, name, f"{name}-university")
    imap_refuses(instance, name, f"{name}-alumni")


def test_a_class_change_moves_the_quota_at_the_next_login(instance, directory):
    name = directory.add_person(affiliation="student")
    imap_opens(instance, name, f"{name}-university")
    directory.replace(name, "alumniAffiliation", "employee")
    connection = instance.imap(name, f"{name}-university")
    connection.logout()
    assert account(instance, name)["class"] == "employee"


def without_quarantine(instance, *arguments):
    """alumnictl with a configuration that keeps nothing of the deleted."""
    configuration = instance.state / "etc/alumnimail/alumnimail.conf"
    changed = configuration.with_name("no-quarantine.conf")
    changed.write_text(re.sub(r"(?m)^\s*name_quarantine\b.*$", "",
                              configuration.read_text())
                       + '\nname_quarantine = "0s"\ndelete_grace = "0s"\n')
    return instance.alumnictl("--config", changed, *arguments)


def test_a_deleted_name_is_not_given_out_again_at_once(instance, directory):
    name = directory.add_person()
    imap_opens(instance, name, f"{name}-university")
    instance.alumnictl("account", "delete", "--yes", name)
    refused = instance.alumnictl("account", "add", name, check=False)
    assert refused.returncode == 65 and "quarantine" in refused.stderr
    # Nor does a first login get it.
    imap_refuses(instance, name, f"{name}-university")


def test_a_name_created_again_inherits_nothing(instance):
    name = instance.add_account("again", "--quota", "5M")
    instance.alumnictl("forward", "set", name, "old@outside.example")
    instance.send(instance.address(name), "Subject: old\r\n\r\nfor the old\r\n")
    instance.wait_message(name, "for the old")
    old = account(instance, name)
    without_quarantine(instance, "account", "delete", "--yes", name)
    imap_refuses(instance, name, f"{name}-alumni")
    without_quarantine(instance, "account", "purge")
    instance.alumnictl("account", "add", name)
    new = account(instance, name)
    assert new["id"] != old["id"]
    imap_refuses(instance, name, f"{name}-alumni")
    instance.alumnictl("password", "set", name, text="another-password\n")
    assert instance.messages(name, password="another-password") == []
    shown = account(instance, name)
    assert shown["forward"] is None
    assert shown["quota"]["bytes"] == 2048 * MIB


@pytest.mark.parametrize("prefix", ["", "mail/"])
def test_folders_are_there_with_and_without_a_path_prefix(instance, prefix):
    connection = instance.imap("alumna")
    for folder in ("Trash", "Sent", "Drafts", "Junk"):
        status, _ = connection.select(f"{prefix}{folder}")
        assert status == "OK", folder
    connection.logout()


def test_special_use_folders_are_announced(instance):
    connection = instance.imap("alumna")
    _, listed = connection.list()
    announced = b"\n".join(listed)
    for folder in (b"Trash", b"Sent", b"Drafts", b"Junk"):
        assert re.search(rb"\\" + folder + rb'.* "?' + folder + rb'"?$',
                         announced, re.M), folder
    connection.logout()


def test_dovecot_lists_every_account(instance):
    names = instance.doveadm("user", "*").stdout.split()
    listed = [entry["name"] for entry in json.loads(
        instance.alumnictl("--json", "account", "list").stdout)]
    assert sorted(names) == sorted(listed)
    assert {"alumna", "small", "copy", "away", "leaver"} <= set(names)


@pytest.mark.parametrize("password,status,word",
                         [("alumna-alumni", 0, "ok"),
                          ("wrong", 77, "refused")])
def test_login_test_asks_the_running_dovecot(instance, password, status, word):
    done = instance.alumnictl("login-test", "alumna", text=f"{password}\n",
                              check=False)
    assert done.returncode == status
    assert word in done.stdout + done.stderr


def test_no_password_reaches_a_log(instance, directory):
    name = directory.add_person()
    imap_opens(instance, name, f"{name}-university")
    imap_refuses(instance, name, "SecretThatIsWrong")
    imap_opens(instance, "alumna", "alumna-alumni")
    for path in (instance.state / "log").glob("*.log"):
        text = path.read_text(errors="replace")
        for secret in (f"{name}-university", "SecretThatIsWrong",
                       "alumna-alumni"):
            assert secret not in text, path
