# SPDX-License-Identifier: MIT
"""What Postfix takes, from whom, and what it answers to the rest."""

import secrets
import smtplib
import subprocess

import pytest

MESSAGE = "Subject: policy\r\n\r\n"


def answer_to(connection, sender, recipient):
    """The answer to RCPT."""
    connection.ehlo()
    assert connection.docmd("MAIL", f"FROM:<{sender}>")[0] == 250
    code, text = connection.docmd("RCPT", f"TO:<{recipient}>")
    return code, text.decode()


def test_an_unknown_user_is_refused(instance):
    with instance.smtp() as connection:
        code, text = answer_to(connection, "s@outside.example",
                               instance.address("no-such-person"))
    assert code == 550 and text.startswith("5.1.1")


@pytest.mark.parametrize("recipient", [
    "somebody@elsewhere.example", "somebody%elsewhere.example@alumni.example",
    "@alumni.example:somebody@elsewhere.example",
    '"somebody@elsewhere.example"@alumni.example'])
def test_nobody_outside_may_relay(instance, recipient):
    with instance.smtp() as connection:
        code, text = answer_to(connection, "s@outside.example", recipient)
    assert (code, text[:5]) in ((554, "5.7.1"), (550, "5.1.1"))
    if recipient == "somebody@elsewhere.example":
        assert code == 554


def test_a_sender_of_ours_gives_no_right_to_relay(instance):
    with instance.smtp() as connection:
        code, text = answer_to(connection, instance.address("alumna"),
                               "somebody@elsewhere.example")
    assert code == 554 and text.startswith("5.7.1")


def test_inside_networks_may_relay_without_authentication(instance):
    recipient = f"{secrets.token_hex(4)}@elsewhere.example"
    host, port = instance.endpoints["smtp"]
    with smtplib.SMTP(host, port, source_address=("127.0.0.2", 0)) as inside:
        inside.sendmail("printer@university.example", recipient, MESSAGE)
    instance.wait_outside(recipient)


def test_submission_relays_for_who_is_authenticated(instance):
    recipient = f"{secrets.token_hex(4)}@elsewhere.example"
    with instance.submission("alumna") as connection:
        connection.sendmail(instance.address("alumna"), recipient, MESSAGE)
    sent = instance.wait_outside(recipient)
    # One of ours: nothing to rewrite.
    assert sent.sender == instance.address("alumna")


def test_submission_takes_the_senders_own_details(instance):
    recipient = f"{secrets.token_hex(4)}@elsewhere.example"
    with instance.submission("alumna") as connection:
        connection.sendmail("Alumna+shop@alumni.example", recipient, MESSAGE)
    assert instance.wait_outside(recipient).sender == \
        "Alumna+shop@alumni.example"


@pytest.mark.parametrize("sender", ["small@alumni.example",
                                    "nobody@alumni.example",
                                    "alumna@elsewhere.example"])
def test_submission_as_somebody_else_is_refused(instance, sender):
    with instance.submission("alumna") as connection:
        code, text = answer_to(connection, sender, "b@elsewhere.example")
    assert code == 553 and text.startswith("5.7.1")


def test_submission_without_authentication_is_refused(instance):
    host, port = instance.endpoints["submission"]
    with smtplib.SMTP(host, port) as connection:
        connection.starttls(context=instance.tls())
        connection.ehlo()
        code, text = connection.docmd("MAIL", "FROM:<alumna@alumni.example>")
        if code == 250:
            code, text = connection.docmd(
                "RCPT", f"TO:<{instance.address('alumna')}>")
    assert 500 <= code < 600, text


def test_submission_without_tls_is_refused(instance):
    host, port = instance.endpoints["submission"]
    with smtplib.SMTP(host, port) as connection:
        connection.ehlo()
        code, text = connection.docmd("MAIL", "FROM:<alumna@alumni.example>")
    assert code == 530 and b"STARTTLS" in text


@pytest.mark.parametrize("address", ["postmaster@alumni.example",
                                     "Postmaster@Alumni.Example",
                                     "abuse@alumni.example"])
def test_role_addresses_are_always_accepted(instance, address):
    subject = f"role {secrets.token_hex(4)}"
    instance.send(address, f"Subject: {subject}\r\n\r\nhelp\r\n", sender="")
    instance.wait_message("postmaster", subject)


def test_a_detail_belongs_to_the_account(instance):
    subject = f"detail {secrets.token_hex(4)}"
    instance.send("Alumna+Lists@alumni.example",
                  f"Subject: {subject}\r\n\r\n")
    instance.wait_message("alumna", subject)


def test_a_disabled_account_is_refused_for_now_and_says_so(instance):
    name = instance.add_account("barred")
    instance.alumnictl("account", "disable", name)
    with instance.smtp() as connection:
        code, text = answer_to(connection, "s@outside.example",
                               instance.address(name))
    assert code == 550 and text.startswith("5.2.1")
    instance.alumnictl("account", "enable", name)
    instance.send(instance.address(name), "Subject: back\r\n\r\n")
    instance.wait_message(name, "Subject: back")


def test_swaks_delivers_over_submission(instance):
    """A client written by others, with its own idea of TLS and SASL."""
    host, port = instance.endpoints["submission"]
    recipient = instance.add_account()
    subject = f"swaks {secrets.token_hex(4)}"
    done = subprocess.run(
        ["swaks", "--server", host, "--port", str(port), "--tls",
         "--tls-verify", "--tls-ca-path", instance.endpoints["ca_file"],
         "--tls-sni", "localhost", "--auth", "PLAIN",
         "--auth-user", "alumna", "--auth-password", "alumna-alumni",
         "--from", "alumna@alumni.example", "--to", instance.address(recipient),
         "--header", f"Subject: {subject}"],
        text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    instance.wait_message(recipient, subject)
