# SPDX-License-Identifier: MIT
"""A person whose mailbox is getting full is told, once for each level."""

import json
import re

import pytest

from test_quota import message, refusal, usage

KIB = 1024
LIMIT = 200 * KIB


def warn(instance, *options):
    return instance.alumnictl("warnings", "send", *options).stdout


def warnings(instance, name):
    """Subjects of the warnings in INBOX."""
    found = []
    for content in instance.messages(name):
        head = content.split(b"\r\n\r\n")[0].decode()
        if "X-Alumnimail-Quota-Warning: " in head:
            found.append(re.search(r"^Subject: (.*?)\r?$", head, re.M)[1])
    return found


def wait_warnings(instance, name, count):
    instance.wait(lambda: len(warnings(instance, name)) == count,
                  f"{count} warnings")
    return warnings(instance, name)


def fill_to(instance, name, percent):
    """Appends until so much is used, and lets that be published."""
    connection = instance.imap(name)
    missing = LIMIT * percent // 100 - usage(instance, name)[0]
    status, data = connection.append(
        "Sent", None, None, (b"Subject: x\r\n\r\n" + b"y" * missing)[:missing])
    assert status == "OK", data
    connection.logout()
    instance.wait(lambda: usage(instance, name)[0]
                  >= LIMIT * percent // 100, "the usage to be published")


def empty(instance, name):
    instance.doveadm("expunge", "-u", name, "mailbox", "*", "all")
    instance.wait(lambda: usage(instance, name) == (0, 0),
                  "the usage to be published")


@pytest.fixture(name="account")
def _account(instance):
    warn(instance)
    return instance.add_account("warned", "--quota", "200K")


def test_warnings_for_programs(instance, account):
    fill_to(instance, account, 81)
    instance.wait(lambda: account in warn(instance, "--dry-run"), "a warning")
    lines = [json.loads(line)
             for line in warn(instance, "--json").splitlines()]
    assert [line["percent"] for line in lines
            if line["name"] == account] == [80]
    wait_warnings(instance, account, 1)


def test_each_level_is_told_once(instance, account):
    fill_to(instance, account, 79)
    assert account not in warn(instance)
    fill_to(instance, account, 81)
    assert f"{account}: would be warned at 80 %" in warn(instance,
                                                         "--dry-run")
    assert f"{account}: warned at 80 %" in warn(instance)
    assert account not in warn(instance)
    (subject,) = wait_warnings(instance, account, 1)
    assert subject == "Your mailbox is 81 % full"

    fill_to(instance, account, 90)
    assert account not in warn(instance)
    fill_to(instance, account, 96)
    assert f"{account}: warned at 95 %" in warn(instance)
    assert "almost full" in wait_warnings(instance, account, 2)[1]

    # Emptied and filled again, it is another time.
    empty(instance, account)
    assert account not in warn(instance)
    fill_to(instance, account, 85)
    assert f"{account}: warned at 80 %" in warn(instance)
    wait_warnings(instance, account, 1)


def test_a_warning_has_figures_and_advice(instance, account):
    fill_to(instance, account, 85)
    warn(instance)
    text = instance.wait_message(account, "X-Alumnimail-Quota-Warning")
    text = text.decode()
    assert f"your mailbox {account}@{instance.domain} is 85 % full" in text
    assert "of 200 KB" in text and "messages stay there 7 days" in text
    assert "Return-Path: <>" in text
    assert "Auto-Submitted: auto-generated" in text
    assert re.search(r"empty Trash", text) and "larger quota" in text


def test_a_full_mailbox_accepts_its_warning_and_nothing_else(instance,
                                                             account):
    fill_to(instance, account, 70)
    instance.alumnictl("quota", "set", account, "100K")
    # The next change publishes.
    instance.doveadm("expunge", "-u", account, "mailbox", "INBOX", "all")
    connection = instance.imap(account)
    connection.select("Sent")
    connection.copy("1", "Trash")
    connection.logout()
    instance.wait(lambda: "99 %" in warn(instance, "--dry-run"),
                  "the warning to be due")
    assert refusal(instance, account, message(1000))[0] == 552
    assert f"{account}: warned at 99 %" in warn(instance)
    (subject,) = wait_warnings(instance, account, 1)
    assert subject.startswith("Your mailbox is full")
    token = re.search(rb"X-Alumnimail-Quota-Warning: (\w+)",
                      instance.messages(account)[0])[1].decode()

    # The token is used up: the same again does not get in.
    for used in (token, "0" * 32):
        assert refusal(instance, account,
                       f"X-Alumnimail-Quota-Warning: {used}\r\n"
                       + message(1000))[0] == 552
        sent = instance.run_argv(
            [*instance.endpoints["enter"], "sendmail", "-i", "-f", "<>",
             instance.address(account)],
            text=f"X-Alumnimail-Quota-Warning: {used}\n"
                 "Subject: forged\n\nx\n", check=False)
        assert sent.returncode == 0
        instance.wait_queue_empty()
    assert len(instance.messages(account)) == 1


def test_who_only_forwards_is_not_warned(instance, account):
    instance.alumnictl("forward", "set", account, f"{account}@outside.example",
                       "--no-copy")
    fill_to(instance, account, 96)
    assert account not in warn(instance)
    assert account not in warn(instance)
    assert warnings(instance, account) == []


def test_a_warning_is_forwarded_with_the_mail(instance, account):
    instance.alumnictl("forward", "set", account, f"{account}@outside.example")
    fill_to(instance, account, 96)
    warn(instance)
    instance.wait_outside(f"{account}@outside.example",
                          lambda sent: b"almost full" in sent.content)
    wait_warnings(instance, account, 1)


def test_what_cannot_be_sent_stays_due(instance, account, tmp_path):
    fill_to(instance, account, 85)
    config = tmp_path / "alumnimail.conf"
    text = (instance.state / "etc/alumnimail/alumnimail.conf").read_text()
    for name, value, says in (
            ("sendmail", "/bin/false", "/bin/false"),
            ("sendmail", "/nonexistent", "No such file"),
            ("warning_templates", str(tmp_path), "quota-80.txt")):
        config.write_text(re.sub(rf"(?m)^#?{name} = .*$",
                                 f'{name} = "{value}"', text))
        done = instance.alumnictl("--config", config, "warnings", "send",
                                  check=False)
        assert done.returncode == 75 and says in done.stderr
        assert account in done.stderr
    (tmp_path / "quota-80.txt").write_text("Subject: x\n\n{nothing}\n")
    done = instance.alumnictl("--config", config, "warnings", "send",
                              check=False)
    assert done.returncode == 75
    assert f"{tmp_path}/quota-80.txt" in done.stderr
    assert "{nothing}" in done.stderr
    assert f"{account}: warned at 80 %" in warn(instance)
