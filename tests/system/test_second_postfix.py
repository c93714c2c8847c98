# SPDX-License-Identifier: MIT
"""Forwarding to another site, whose Postfix takes mail and returns it later:
it comes back to the true sender."""

import re
import secrets

import pytest

from milter_people import is_rewritten
from peers import second_postfix
from postfix_settings import configured

COLLEGE = second_postfix.DOMAIN
UTF8 = "bl\u00e5b\u00e6r"


@pytest.fixture(name="college")
def _college(instance):
    """The other site; our Postfix knows the way there."""
    with second_postfix.running(["inbox", UTF8],
                                instance.endpoints["smtp"][1]) as server:
        with configured(instance, lambda text: re.sub(
                r"(?m)^transport_maps = inline:\{",
                rf"\g<0>{COLLEGE}=smtp:[127.0.0.1]:{server.port}, ", text)):
            yield server


def forwarding(instance, target, *options):
    name = instance.add_account("abroad")
    instance.alumnictl("forward", "set", name, f"{target}@{COLLEGE}", *options)
    return name


def returned(instance, author):
    return instance.wait_outside(author, lambda mail: mail.sender == "")


def test_mail_arrives_with_the_rewritten_sender(instance, college):
    name = forwarding(instance, "inbox", "--no-copy")
    subject = secrets.token_hex(8)
    instance.send(instance.address(name), f"Subject: {subject}\r\n\r\n")
    instance.wait(lambda: subject.encode() in college.box("inbox"),
                  "the message to arrive", 60)
    sender = re.findall(r"(?m)^Return-Path: <(.*)>$",
                        college.box("inbox").decode())[-1]
    assert is_rewritten(sender)


@pytest.mark.parametrize("options", [[], ["--no-copy"]])
def test_a_bounce_comes_back_to_the_true_sender(instance, college, options):
    name = forwarding(instance, "moved-away", *options)
    author = f"Ann+{secrets.token_hex(6)}@outside.example"
    subject = secrets.token_hex(8)
    instance.send(instance.address(name), f"Subject: {subject}\r\n\r\n",
                  sender=author)
    bounce = returned(instance, author).content.decode()
    # Of that other server, about the address that the author knows.
    assert f"Reporting-MTA: dns; {second_postfix.HOSTNAME}" in bounce
    assert f"Final-Recipient: rfc822; moved-away@{COLLEGE}" in bounce
    assert f"Original-Recipient: rfc822;{instance.address(name)}" in bounce
    assert re.search(r"(?m)^Status: 5\.1\.1$", bounce)
    assert f"Subject: {subject}" in bounce
    instance.wait_queue_empty()
    assert len([mail for mail in instance.outside()
                if author in mail.recipients]) == 1
    assert len(instance.messages(name)) == (0 if options else 1)


def test_a_bounce_finds_its_way_through_two_sites(instance, college):
    """Mail from the other site, forwarded there again and returned."""
    name = forwarding(instance, "moved-away", "--no-copy")
    subject = secrets.token_hex(8)
    instance.send(instance.address(name), f"Subject: {subject}\r\n\r\n",
                  sender=f"inbox@{COLLEGE}")
    instance.wait(lambda: subject.encode() in college.box("inbox"),
                  "the message to come back", 60)
    box = college.box("inbox").decode()
    assert f"Original-Recipient: rfc822;{instance.address(name)}" in box


# ---- addresses in UTF-8 ----

def test_utf8_addresses_are_not_offered(instance):
    """LMTP could not deliver them; a client is told so at once."""
    with instance.smtp() as connection:
        connection.command_encoding = "utf-8"
        assert b"SMTPUTF8" not in connection.ehlo()[1]
        code, text = connection.docmd(
            "MAIL", f"FROM:<{UTF8}@outside.example> SMTPUTF8")
        assert 500 <= code < 600, text


def test_utf8_senders_are_forwarded_and_found_again(instance, college):
    """Where a site offers them: to the other site and back, as they were."""
    name = forwarding(instance, "moved-away", "--no-copy")
    subject = secrets.token_hex(8)
    with configured(instance, lambda text: text.replace(
            "smtputf8_enable = no", "smtputf8_enable = yes")):
        with instance.smtp() as connection:
            connection.command_encoding = "utf-8"
            assert b"SMTPUTF8" in connection.ehlo()[1]
            code, text = connection.mail(f"{UTF8}@{COLLEGE}", ["SMTPUTF8"])
            assert code == 250, text
            code, text = connection.rcpt(instance.address(name))
            assert code == 250, text
            code, text = connection.data(
                f"Subject: {subject} \u00e6\r\n\r\n".encode())
            assert code == 250, text
        instance.wait(lambda: subject.encode() in college.box(UTF8),
                      "the message to come back", 60)
        instance.wait_queue_empty()
    log = college.log()
    assert re.search(rf"from=<SRS0=\S+={re.escape(COLLEGE)}={UTF8}@alumni"
                     r"\.example>", log), log


def test_a_utf8_recipient_is_an_unknown_user(instance, college):
    """No account has such a name; the detail of one that exists may be."""
    name = forwarding(instance, "inbox", "--no-copy")
    subject = secrets.token_hex(8)
    with configured(instance, lambda text: text.replace(
            "smtputf8_enable = no", "smtputf8_enable = yes")):
        with instance.smtp() as connection:
            connection.command_encoding = "utf-8"
            connection.ehlo()
            connection.mail("sender@outside.example", ["SMTPUTF8"])
            code, text = connection.rcpt(instance.address(UTF8))
            assert code == 550 and text.startswith(b"5.1.1")
            code, text = connection.rcpt(
                instance.address(f"{name}+{UTF8}"))
            assert code == 250, text
            code, text = connection.data(f"Subject: {subject}\r\n\r\n")
            assert code == 250, text
        instance.wait(lambda: subject.encode() in college.box("inbox"),
                      "the message to arrive", 60)
