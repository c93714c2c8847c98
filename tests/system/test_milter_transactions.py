# SPDX-License-Identifier: MIT
"""Whole SMTP transactions: every kind of recipient in one message, and every
way to go about it that the protocol allows."""

import base64
import hashlib
import re
import secrets
import smtplib
import subprocess
import threading
import urllib.request

import dkim
import pytest

from milter_people import header, is_rewritten, left, make_people, stored
from postfix_settings import configured

SENDER = "Ann+VERP=list@outside.example"
OURS = ("return-path", "delivered-to", "received", "x-alumnimail-forwarded")
MEBIBYTE = 2**20
SESSIONS_SECONDS = 240


def token():
    return secrets.token_hex(8)


def message(subject, body="text\r\n"):
    return (f"Subject: {subject}\r\nFrom: Ann <ann@outside.example>\r\n"
            "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
            f"Message-Id: <{subject}@outside.example>\r\n\r\n{body}")


def addresses(instance, people):
    return [instance.address(person.name) for person in people]


def wait_stored(instance, person, text, count=1):
    """Waits until the account has the message; returns those with it."""
    def find():
        found = [mail for mail in stored(instance, person)
                 if text.encode() in mail]
        return found if len(found) >= count else None

    return instance.wait(find, f"{text} in the mailbox of {person.name}")


def check_delivery(instance, people, subject, sender, rewritten=True):
    """Waits until everyone has the message, and checks that each has it once,
    from the sender that is right there."""
    instance.wait_queue_empty()
    counts, senders = left(instance, subject)
    for person in people:
        kept = [mail for mail in stored(instance, person)
                if subject.encode() in mail]
        wanted = 0 if person.kind == "forwarded" else 1
        assert len(kept) == wanted, (person, len(kept))
        for mail in kept:
            assert header(mail, "Return-Path") == f"<{sender}>"
        if person.target:
            assert counts[person.target] == 1, person
    if any(person.target for person in people):
        for used in senders:
            if rewritten:
                assert is_rewritten(used), used
            else:
                assert used == sender


def below_ours(mail):
    """The message without what was put in front of it on the way."""
    text = mail.replace(b"\r\n", b"\n")
    while True:
        line = re.match(rb"([!-9;-~]+):.*\n(?:[ \t].*\n)*", text)
        if line is None or line[1].decode().lower() not in OURS:
            return text
        text = text[line.end():]


def digest(mail):
    return hashlib.sha256(mail.rstrip(b"\n")).hexdigest()


# ---- mixed recipients ----

def test_a_hundred_recipients_of_every_kind(instance):
    subject = token()
    good = make_people(instance, kept=36, copied=26, forwarded=26)
    full = make_people(instance, full=7)
    disabled = make_people(instance, disabled=1)
    unknown = [f"nobody-{number}-{subject}@alumni.example"
               for number in range(4)]
    recipients = addresses(instance, good + full + disabled) + unknown
    assert len(recipients) == 100
    # In no order of kinds.
    recipients.sort()
    with instance.smtp() as connection:
        refused = connection.sendmail(
            SENDER, recipients,
            message(subject, "bl\u00e5b\u00e6r\r\n").encode(),
            mail_options=["BODY=8BITMIME"])
    replies = {address: (code, text[:5])
               for address, (code, text) in refused.items()}
    assert replies == {
        **{address: (552, b"5.2.2") for address in addresses(instance, full)},
        **{address: (550, b"5.2.1")
           for address in addresses(instance, disabled)},
        **{address: (550, b"5.1.1") for address in unknown}}
    check_delivery(instance, good, subject, SENDER)
    for person in full + disabled:
        assert stored(instance, person) == []


def test_from_inside_the_sender_stays_and_nobody_is_refused(instance):
    """A mail program gives up the whole message for one refusal, so LMTP
    refuses who is over quota, and the sender gets a notification."""
    subject = token()
    good = make_people(instance, kept=2, copied=2, forwarded=2)
    full, = make_people(instance, full=1)
    author = instance.add_account("author")
    sender = instance.address(author)
    with instance.submission(author) as connection:
        refused = connection.sendmail(
            sender, addresses(instance, good + [full])
            + [f"friend-{subject}@elsewhere.example"],
            f"From: {sender}\r\nSubject: {subject}\r\n\r\n")
    assert refused == {}
    check_delivery(instance, good, subject, sender, rewritten=False)
    instance.wait_outside(f"friend-{subject}@elsewhere.example")


def test_a_blind_copy_is_not_told(instance):
    """Neither headers nor envelopes say who else got the message."""
    subject = token()
    seen, blind = make_people(instance, forwarded=2)
    text = message(subject).replace(
        "Subject:", f"To: {instance.address(seen.name)}\r\nSubject:")
    instance.send(addresses(instance, [seen, blind]), text, sender=SENDER)
    check_delivery(instance, [seen, blind], subject, SENDER)
    for mail in instance.outside():
        if subject.encode() in mail.content:
            for secret in (blind.name, blind.id, seen.id):
                others = mail.content.replace(blind.target.encode(), b"")
                assert secret.encode() not in others
            if mail.recipients == [seen.target]:
                assert blind.target.encode() not in mail.content


def test_messages_stay_as_they_were(instance):
    """But for trace fields and our one header, in front."""
    subject = token()
    kept, copied = people = make_people(instance, kept=1, copied=1)
    lines = ["trailing blanks  ", ".dot", "..two dots", "", "x" * 990,
             "na\u00efve \u2014 text", "From here", "\ttab", ""]
    text = message(subject, "\r\n".join(lines) + "\r\n").encode()
    with instance.smtp() as connection:
        connection.sendmail(SENDER, addresses(instance, people), text,
                            mail_options=["BODY=8BITMIME"])
    check_delivery(instance, people, subject, SENDER)
    original = text.replace(b"\r\n", b"\n")
    mails = [wait_stored(instance, person, subject)[0] for person in people]
    sent = instance.wait_outside(copied.target).content
    for mail in mails + [sent]:
        assert below_ours(mail).rstrip(b"\n") == original.rstrip(b"\n")
        # One message with one header of ours, for whomever it is.
        assert len(re.findall(rb"(?im)^X-Alumnimail", mail)) == 1


# ---- the protocol ----

def test_pipelining(instance):
    """Everything up to DATA in one packet."""
    subject = token()
    people = make_people(instance, kept=3, copied=2, forwarded=2)
    commands = [f"MAIL FROM:<{SENDER}> SIZE=200",
                *(f"RCPT TO:<{address}>"
                  for address in addresses(instance, people)),
                f"RCPT TO:<nobody-{subject}@alumni.example>", "DATA"]
    with instance.smtp() as connection:
        assert b"PIPELINING" in connection.ehlo()[1]
        connection.send("".join(command + "\r\n" for command in commands))
        codes = [connection.getreply()[0] for _ in commands]
        assert codes == [250] * (len(commands) - 2) + [550, 354]
        connection.send(message(subject) + ".\r\nQUIT\r\n")
        assert connection.getreply()[0] == 250
        assert connection.getreply()[0] == 221
    check_delivery(instance, people, subject, SENDER)


STAGES = {
    "mail": ["MAIL FROM:<{sender}>"],
    "recipient": ["MAIL FROM:<{sender}>", "RCPT TO:<{first}>"],
    "recipients": ["MAIL FROM:<{sender}>", "RCPT TO:<{first}>",
                   "RCPT TO:<nobody-at-all@alumni.example>"],
    "data": ["MAIL FROM:<{sender}>", "RCPT TO:<{first}>", "DATA"],
}


def play(connection, stage, first):
    """Goes through a transaction up to a stage."""
    for command in STAGES[stage]:
        connection.docmd(command.format(
            sender="given-up@outside.example", first=first))


@pytest.mark.parametrize("end", ["RSET", "EHLO again.example"])
@pytest.mark.parametrize("stage", [stage for stage in STAGES
                                   if stage != "data"])
def test_what_was_reset_is_forgotten(instance, stage, end):
    subject = token()
    given_up, wanted = make_people(instance, copied=2)
    with instance.smtp() as connection:
        connection.ehlo()
        play(connection, stage, instance.address(given_up.name))
        assert connection.docmd(end)[0] == 250
        assert connection.docmd("DATA")[0] >= 500
        connection.sendmail(SENDER, instance.address(wanted.name),
                            message(subject))
    check_delivery(instance, [wanted], subject, SENDER)
    assert stored(instance, given_up) == []
    assert left(instance, subject)[0][given_up.target] == 0


@pytest.mark.parametrize("stage", STAGES)
def test_what_was_given_up_never_was(instance, stage):
    """The client goes away, in DATA in the middle of a line."""
    subject = token()
    given_up, wanted = make_people(instance, copied=2)
    connection = instance.smtp()
    connection.ehlo()
    play(connection, stage, instance.address(given_up.name))
    if stage == "data":
        connection.send(message(subject) + "half a li")
    connection.close()
    instance.send(instance.address(wanted.name), message(subject),
                  sender=SENDER)
    check_delivery(instance, [wanted], subject, SENDER)
    assert stored(instance, given_up) == []
    assert left(instance, subject)[0][given_up.target] == 0


def test_several_messages_in_one_session_keep_apart(instance):
    people = make_people(instance, kept=2, copied=2, forwarded=2)
    subjects = [token() for _ in people]
    with instance.smtp() as connection:
        for person, subject in zip(people, subjects):
            connection.sendmail(f"{subject}@outside.example",
                                instance.address(person.name),
                                message(subject))
    for person, subject in zip(people, subjects):
        check_delivery(instance, [person], subject,
                       f"{subject}@outside.example")
        assert len(stored(instance, person)) == (person.kind != "forwarded")


def test_a_message_of_fifty_megabytes(instance):
    """Just below message_size_limit; nobody may hold it in memory."""
    subject = token()
    copied, = make_people(instance, copied=1)
    line = "0123456789abcdef" * 4 + "\r\n"
    body = line * (49 * MEBIBYTE // len(line))
    with instance.smtp() as connection:
        connection.sendmail(SENDER, instance.address(copied.name),
                            message(subject, body))
    check_delivery(instance, [copied], subject, SENDER)
    kept, = stored(instance, copied)
    sent = instance.wait_outside(copied.target).content
    # Digests: pytest would show the difference of two such texts.
    original = message(subject, body).replace("\r\n", "\n").encode()
    assert {digest(below_ours(mail)) for mail in (kept, sent)} == {
        digest(original)}


def test_two_hundred_sessions_at_once(instance):
    """All of them are in the middle of a message together."""
    with configured(instance, lambda text: text
                    + "default_process_limit = 250\n"
                    + "smtpd_client_connection_count_limit = 0\n"):
        run_sessions(instance)


def open_connections(instance):
    """Of Postfix to the filter, as the filter counts them."""
    with urllib.request.urlopen(instance.endpoints["metrics"],
                                timeout=60) as answer:
        text = answer.read().decode()
    return int(re.search(r"(?m)^alumni_milter_connections (\d+)$", text)[1])


def run_sessions(instance):
    people = make_people(instance, kept=8, copied=8, forwarded=4)
    sessions = 200
    failures, subjects = [], [token() for _ in range(sessions)]
    opened = []
    barrier = threading.Barrier(
        sessions, lambda: opened.append(open_connections(instance)))
    host, port = instance.endpoints["smtp"]

    def run(number):
        person = people[number % len(people)]
        try:
            with smtplib.SMTP(host, port, timeout=SESSIONS_SECONDS,
                              source_address=(
                                  f"127.0.0.{3 + number % 5}", 0)
                              ) as connection:
                connection.ehlo("many.example")
                connection.docmd(f"MAIL FROM:<{SENDER}>")
                connection.docmd(f"RCPT TO:<{instance.address(person.name)}>")
                assert connection.docmd("DATA")[0] == 354
                barrier.wait(SESSIONS_SECONDS)
                connection.send(message(subjects[number]) + ".\r\n")
                code, text = connection.getreply()
                assert code == 250, text
        except (OSError, smtplib.SMTPException, AssertionError,
                threading.BrokenBarrierError) as error:
            failures.append(error)
            barrier.abort()

    threads = [threading.Thread(target=run, args=(number,))
               for number in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    # Each smtpd has one, and keeps it from one message to the next.
    assert opened[0] >= sessions
    instance.wait_queue_empty(SESSIONS_SECONDS)
    assert_arrived(instance, people, subjects)


def assert_arrived(instance, people, subjects):
    """Each message reached each place that it was for, once."""
    kept = {person.name: b"".join(stored(instance, person))
            for person in people}
    gone = b"".join(mail.content for mail in instance.outside())
    for number, subject in enumerate(subjects):
        person = people[number % len(people)]
        line = f"Subject: {subject}\n".encode()
        assert kept[person.name].count(line) == (person.kind != "forwarded")
        assert gone.count(line) == bool(person.target)


# ---- signatures ----

@pytest.fixture(name="signed", scope="module")
def _signed(tmp_path_factory):
    """A function that signs a message as its author's server does, and one
    that looks the key up."""
    key = tmp_path_factory.mktemp("dkim") / "key.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"],
                   check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"],
        check=True, capture_output=True).stdout
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def sign(mail, canonicalize):
        return dkim.sign(mail, b"test", b"outside.example", key.read_bytes(),
                         canonicalize=canonicalize,
                         include_headers=[b"From", b"To", b"Subject", b"Date",
                                          b"Message-Id"]) + mail

    return sign, lambda name, timeout=5: record


@pytest.mark.parametrize("canonicalize", [(b"relaxed", b"relaxed"),
                                          (b"simple", b"simple")])
def test_signatures_made_before_still_verify(instance, signed, canonicalize):
    sign, look_up = signed
    subject = token()
    people = make_people(instance, kept=1, copied=1)
    text = message(subject, "two  blanks \r\n\r\n.dot\r\n\r\n\r\n").replace(
        "Subject:", "To: list@outside.example\r\nSubject:").encode()
    mail = sign(text, canonicalize)
    assert dkim.verify(mail, dnsfunc=look_up)
    instance.send(addresses(instance, people), mail, sender=SENDER)
    check_delivery(instance, people, subject, SENDER)
    copies = [wait_stored(instance, person, subject)[0] for person in people]
    copies.append(instance.wait_outside(people[1].target).content)
    for copy in copies:
        assert dkim.verify(copy.replace(b"\n", b"\r\n"), dnsfunc=look_up)
        broken = copy.replace(b"two  blanks", b"two  words ")
        assert not dkim.verify(broken.replace(b"\n", b"\r\n"),
                               dnsfunc=look_up)
