# SPDX-License-Identifier: MIT
"""Debian's rspamd in front of alumni-milter, set up as deploy/rspamd says.

Messages come from 192.0.2.0/24, as far as Postfix knows (XCLIENT), and every
name that anybody asks is in the instance's name server.
"""

import email.utils
import re
import secrets
import smtplib

import dkim
import dns.message
import dns.query
import dns.rdatatype
import pytest

from instance import configuration, spam_filter

# rspamd's own test strings: one that it takes for spam, and SpamAssassin's.
GTUBE = "JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
MARKED, CERTAIN = "Y" + GTUBE, "X" + GTUBE

OUR_NAME = "mail.alumni.example"
ADDRESS = "192.0.2.1"
# A domain whose mail comes from ADDRESS, and one that lets nobody send, for
# each policy.
FRIEND = "friend.example"
POLICIES = ("none", "quarantine", "reject")

RECORDS = (
    f"mx.{FRIEND} A {ADDRESS}",
    f"1.2.0.192.in-addr.arpa PTR mx.{FRIEND}.",
    f"{FRIEND} A {ADDRESS}",
    f"{FRIEND} MX 10 mx.{FRIEND}.",
    f"{FRIEND} TXT v=spf1 ip4:{ADDRESS} -all",
    f"_dmarc.{FRIEND} TXT v=DMARC1; p=reject",
    *(line for policy in POLICIES for line in (
        f"{policy}.example A 192.0.2.9",
        f"{policy}.example MX 10 mx.{FRIEND}.",
        f"{policy}.example TXT v=spf1 ip4:192.0.2.9 ~all",
        f"_dmarc.{policy}.example TXT v=DMARC1; p={policy}")),
)


@pytest.fixture(scope="module")
def key(filtering, tmp_path_factory):
    """The private key of FRIEND; DNS knows the public one, and the rest."""
    path = tmp_path_factory.mktemp("keys") / "key"
    spam_filter.make_key(path)
    with open(filtering.layout.zone, "a") as zone:
        print(*RECORDS, f"key._domainkey.{FRIEND} TXT "
              f"{spam_filter.public_key(path)}", sep="\n", file=zone)
    return path.read_bytes()


@pytest.fixture
def instance(filtering, key):
    # Lets a test come from another address than 127.0.0.1.
    del key
    enter = filtering.endpoints["enter"]
    wanted = "smtpd_authorized_xclient_hosts = 127.0.0.1"
    if wanted not in filtering.run_argv([*enter, "postconf", "-n"]).stdout:
        filtering.run_argv([*enter, "postconf", "-e", wanted])
        filtering.service("stop", "postfix")
        filtering.service("start", "postfix")
    return filtering


@pytest.fixture
def sealing(instance):
    """The switch is on meanwhile."""
    turn_sealing(instance, "true")
    yield instance
    turn_sealing(instance, "false")


def turn_sealing(instance, value):
    layout = instance.layout
    with open(layout.values, "a") as values:
        print(f"arc_sealing = {value}", file=values)
    configuration.render(layout, configuration.DEPLOY
                         / "rspamd/local.d/arc.conf.in",
                         layout.rspamd_etc / "local.d/arc.conf")
    instance.service("stop", "rspamd")
    instance.service("start", "rspamd")


def dns_text(instance):
    """A function by which dkimpy asks the instance's name server."""
    port = int(instance.state.joinpath("ports.json").read_text()
               .partition('"nameserver": ')[2].split("}")[0].split(",")[0])

    def ask(name, timeout=5):
        query = dns.message.make_query(name.decode(), dns.rdatatype.TXT)
        reply = dns.query.udp(query, "127.0.0.1", port=port, timeout=timeout)
        for answer in reply.answer:
            return b"".join(answer[0].strings)
        return None

    return ask


def message(sender, recipient, body="Nothing special.", *headers):
    token = secrets.token_hex(8)
    domain = sender.rpartition("@")[2]
    return "\r\n".join([
        *headers,
        f"From: Ann Other <{sender}>",
        f"To: <{recipient}>",
        f"Subject: about {token}",
        f"Date: {email.utils.formatdate()}",
        f"Message-ID: <{token}@{domain}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        body,
        ""]), token


def send(instance, sender, recipient, text, address=ADDRESS):
    """Hands a message in from an address outside."""
    name = f"mx.{FRIEND}"
    with instance.smtp() as connection:
        code, reply = connection.docmd("XCLIENT",
                                       f"NAME={name} ADDR={address}")
        assert code == 220, reply
        connection.ehlo(name)
        connection.sendmail(sender, recipient, text)


def forwarding(instance):
    """An account that forwards and keeps a copy; name, address, target."""
    name = instance.add_account("rspamd")
    target = f"{name}@outside.example"
    instance.alumnictl("forward", "set", name, target)
    return name, instance.address(name), target


def left(instance, token):
    return [mail for mail in instance.outside() if token.encode()
            in mail.content]


def headers_of(content, name):
    """Every header of this name above the body, unfolded."""
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode()
    found = re.findall(rf"(?im)^{name}:[ \t]*(.*(?:\n[ \t].*)*)", head)
    return [re.sub(r"\n[ \t]+", " ", value) for value in found]


def wire(content):
    """As a server at the other end sees it."""
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def is_signed_by(instance, content, domain):
    """True if the message's one signature is of this domain, and verifies."""
    signatures = headers_of(content, "DKIM-Signature")
    assert len(signatures) == 1, signatures
    found = dict(field.strip().partition("=")[::2]
                 for field in signatures[0].split(";"))
    return found["d"] == domain and dkim.verify(
        wire(content), dnsfunc=dns_text(instance))


# ---- what comes in ----

def test_ordinary_mail_is_forwarded_with_our_results(instance):
    name, address, target = forwarding(instance)
    text, token = message(f"ann@{FRIEND}", address)
    send(instance, f"ann@{FRIEND}", address, text)
    kept = instance.wait_message(name, token)
    sent = instance.wait_outside(target)
    for content in (kept, sent.content):
        results, = headers_of(content, "Authentication-Results")
        assert results.startswith(f"{OUR_NAME};"), results
        assert "spf=pass" in results and "dmarc=pass" in results, results
        assert not headers_of(content, "ARC-Seal")
        assert not headers_of(content, "DKIM-Signature")


@pytest.mark.parametrize("body, header", [
    (MARKED, "X-Nothing: to say"), ("Buy now!", "X-Test-Spam: likely")])
def test_spam_goes_to_junk_and_nowhere_else(instance, body, header):
    name, address, _ = forwarding(instance)
    text, token = message(f"ann@{FRIEND}", address, body, header)
    send(instance, f"ann@{FRIEND}", address, text)
    kept = instance.wait_message(name, token, "Junk")
    assert headers_of(kept, "X-Spam") == ["Yes"]
    instance.wait_queue_empty()
    assert not left(instance, token)


@pytest.mark.parametrize("body, header", [
    (CERTAIN, "X-Nothing: to say"), ("Buy now!", "X-Test-Spam: certain")])
def test_certain_spam_is_refused(instance, body, header):
    _, address, _ = forwarding(instance)
    text, _ = message(f"ann@{FRIEND}", address, body, header)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(instance, f"ann@{FRIEND}", address, text)
    assert refused.value.smtp_code == 554


@pytest.mark.parametrize("policy", POLICIES)
def test_mail_that_fails_a_strict_policy_stays(instance, policy):
    name, address, _ = forwarding(instance)
    sender = f"ann@{policy}.example"
    text, token = message(sender, address)
    send(instance, sender, address, text)
    kept = instance.wait_message(name, token,
                                 "INBOX" if policy == "none" else "Junk")
    results, = headers_of(kept, "Authentication-Results")
    assert "dmarc=fail" in results and f"(policy={policy})" in results
    # It was not for a mark of spam that it stayed.
    assert not headers_of(kept, "X-Spam")
    instance.wait_queue_empty()
    assert len(left(instance, token)) == (policy == "none")


@pytest.mark.parametrize("forged", [
    f"Authentication-Results: {OUR_NAME}; dmarc=fail (p=reject)",
    f"authentication-results : (a; (b))\r\n \"{OUR_NAME.upper()}\"\r\n 1;"
    " dmarc=fail (p=reject)",
])
def test_forged_results_are_taken_out(instance, forged):
    name, address, target = forwarding(instance)
    other = "mx.elsewhere.example; spf=pass smtp.mailfrom=ann@friend.example"
    text, token = message(f"ann@{FRIEND}", address, "Hello.", forged,
                          f"Authentication-Results: {other}")
    send(instance, f"ann@{FRIEND}", address, text)
    instance.wait_outside(target)
    kept = instance.wait_message(name, token)
    ours, others = headers_of(kept, "Authentication-Results")
    assert ours.startswith(f"{OUR_NAME};") and "dmarc=pass" in ours
    assert others == other


def test_an_attached_message_keeps_its_headers(instance):
    name, address, _ = forwarding(instance)
    inner = f"Authentication-Results: {OUR_NAME}; dmarc=pass"
    text, token = message(
        f"ann@{FRIEND}", address, f"{inner}\r\nSubject: inner\r\n\r\nHello.")
    text = text.replace("text/plain; charset=us-ascii", "message/rfc822")
    send(instance, f"ann@{FRIEND}", address, text)
    assert inner.encode() in instance.wait_message(name, token)


def test_an_older_signature_verifies_after_forwarding(instance, key):
    name, address, target = forwarding(instance)
    text, token = message(f"ann@{FRIEND}", address)
    signed = dkim.sign(text.encode(), b"key", FRIEND.encode(), key)
    send(instance, f"ann@{FRIEND}", address, signed.decode() + text)
    sent = instance.wait_outside(target)
    assert sent.sender.startswith("SRS0=")
    for content in (sent.content, instance.wait_message(name, token)):
        assert is_signed_by(instance, content, FRIEND)
        assert "dkim=pass" in headers_of(content, "Authentication-Results")[0]


@pytest.mark.parametrize("address", [ADDRESS, "10.1.2.3", "192.168.1.2"])
def test_mail_from_outside_is_not_signed_in_our_name(instance, address):
    name, recipient, _ = forwarding(instance)
    text, token = message("alumna@alumni.example", recipient)
    send(instance, f"ann@{FRIEND}", recipient, text, address)
    # It fails our own policy.
    kept = instance.wait_message(name, token, "Junk")
    assert not headers_of(kept, "DKIM-Signature")
    assert not left(instance, token)


def test_without_rspamd_mail_waits_at_the_sender(instance):
    _, address, target = forwarding(instance)
    text, _ = message(f"ann@{FRIEND}", address)
    instance.service("stop", "rspamd")
    try:
        with pytest.raises(smtplib.SMTPException) as deferred:
            instance.send(address, text, sender=f"ann@{FRIEND}")
        assert deferred.value.smtp_code in (421, 451)
    finally:
        instance.service("start", "rspamd")
    send(instance, f"ann@{FRIEND}", address, text)
    instance.wait_outside(target)


# ---- what people and programs send ----

@pytest.mark.parametrize("domain", ["alumni.example", "second.example"])
def test_submitted_mail_is_signed_for_the_domain_in_from(instance, domain):
    name = instance.add_account("author")
    target = f"{name}-to@outside.example"
    text, _ = message(f"{name}@{domain}", target)
    with instance.submission(name) as connection:
        connection.sendmail(f"{name}@{domain}", target, text)
    sent = instance.wait_outside(target)
    assert is_signed_by(instance, sent.content, domain)
    assert not headers_of(sent.content, "Authentication-Results")
    assert not headers_of(sent.content, "X-Spam")


def test_certain_spam_is_refused_from_our_people_too(instance):
    name = instance.add_account("author")
    text, _ = message(f"{name}@alumni.example", "x@outside.example",
                      "Buy now!", "X-Test-Spam: certain")
    with instance.submission(name) as connection:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            connection.sendmail(f"{name}@alumni.example", "x@outside.example",
                                text)
    assert refused.value.smtp_code == 554


def sendmail(instance, sender, recipient, text):
    instance.run_argv([*instance.endpoints["enter"], "sendmail", "-f", sender,
                       recipient], text=text.replace("\r\n", "\n"))


def test_mail_of_programs_is_signed(instance):
    target = f"{secrets.token_hex(6)}@outside.example"
    text, _ = message("postmaster@alumni.example", target)
    sendmail(instance, "postmaster@alumni.example", target, text)
    sent = instance.wait_outside(target)
    assert is_signed_by(instance, sent.content, "alumni.example")


def test_mail_of_programs_is_never_refused(instance):
    """Nobody would be told."""
    name = instance.add_account("reader")
    text, token = message("postmaster@alumni.example", instance.address(name),
                          "Buy now!", "X-Test-Spam: certain")
    sendmail(instance, "postmaster@alumni.example", instance.address(name),
             text)
    instance.wait_message(name, token, "Junk")


# ---- seals ----

def chain(instance, content):
    """What dkimpy says of the chain, and how long it is."""
    result, results, reason = dkim.arc_verify(wire(content),
                                              dnsfunc=dns_text(instance))
    assert result is not None, reason
    return result, len(results)


def test_forwarded_mail_is_sealed_when_asked_for(sealing, key):
    name, address, target = forwarding(sealing)
    text, token = message(f"ann@{FRIEND}", address)
    signed = dkim.sign(text.encode(), b"key", FRIEND.encode(), key)
    send(sealing, f"ann@{FRIEND}", address, signed.decode() + text)
    sent = sealing.wait_outside(target)
    # Ours is in front of the seal, and breaks nothing.
    assert sent.content.startswith(b"X-Alumnimail-Forwarded:")
    assert chain(sealing, sent.content) == (dkim.CV_Pass, 1)
    seal, = headers_of(sent.content, "ARC-Seal")
    assert "d=alumni.example;" in seal and "cv=none;" in seal
    results, = headers_of(sent.content, "ARC-Authentication-Results")
    assert results.startswith(f"i=1; {OUR_NAME};") and "dmarc=pass" in results
    assert is_signed_by(sealing, sent.content, FRIEND)
    assert chain(sealing, sealing.wait_message(name, token)) == \
        (dkim.CV_Pass, 1)


def test_a_chain_goes_on(sealing, key):
    """What was sealed once comes in again, for somebody else who forwards."""
    targets, sent = [], None
    for _ in range(2):
        _, address, target = forwarding(sealing)
        if sent is None:
            text, _ = message(f"ann@{FRIEND}", address)
            signed = dkim.sign(text.encode(), b"key", FRIEND.encode(),
                               key)
            text = signed.decode() + text
        else:
            text = wire(sent.content).decode()
        send(sealing, f"ann@{FRIEND}", address, text)
        sent = sealing.wait_outside(target)
        targets.append(target)
        assert chain(sealing, sent.content) == (dkim.CV_Pass, len(targets))
    assert any("cv=pass" in seal
               for seal in headers_of(sent.content, "ARC-Seal"))


def test_submitted_mail_is_not_sealed(sealing):
    name = sealing.add_account("author")
    target = f"{name}-to@outside.example"
    text, _ = message(f"{name}@alumni.example", target)
    with sealing.submission(name) as connection:
        connection.sendmail(f"{name}@alumni.example", target, text)
    sent = sealing.wait_outside(target)
    assert not headers_of(sent.content, "ARC-Seal")
    assert is_signed_by(sealing, sent.content, "alumni.example")
