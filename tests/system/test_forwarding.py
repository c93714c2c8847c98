# SPDX-License-Identifier: MIT
"""Mail to accounts that forward, and its way back."""

import json
import re
import secrets

import pytest

SENDER = "Ann+VERP=list.example@Outside.Example"
# Cases that a filter or a gateway could spoil: trailing white space, a line
# that begins with a dot, 8-bit text, a folded header, no newline style but
# CRLF.
ODD_BODY = ("Subject: odd {subject}\r\n"
            "From: Ann <ann@outside.example>\r\n"
            "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
            "Message-Id: <{subject}@outside.example>\r\n"
            "X-Folded: first\r\n\tsecond \r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n"
            "\r\n"
            "trailing blanks  \r\n"
            ".begins with a dot\r\n"
            "..two dots\r\n"
            "\r\n"
            "bl\u00e5b\u00e6rsyltet\u00f8y\r\n"
            "\r\n")
OUR_HEADER = b"X-Alumnimail-Forwarded:"


def token():
    return secrets.token_hex(6)


def forwarding_account(instance, *options, target=None, domain="outside"):
    """An account of the test's own that forwards; its name and target."""
    name = instance.add_account("fwd")
    target = target or f"{name}@{domain}.example"
    instance.alumnictl("forward", "set", name, target, *options)
    return name, target


def header_of(message, name):
    found = re.search(rb"(?mi)^" + name.encode() + rb":[ \t]*(.*)$", message)
    return found[1].strip().decode() if found else None


def without_trace(message):
    """The message below the trace fields and our header that were put in
    front."""
    text = message.replace(b"\r\n", b"\n")
    at = text.index(b"Subject: odd")
    prepended = re.sub(rb"\n[ \t]+", b" ", text[:at]).strip().splitlines()
    for line in prepended:
        assert re.match(rb"(?i)(Return-Path|Delivered-To|Received|"
                        rb"X-Alumnimail-Forwarded):", line), line
    return text[at:], prepended


def is_srs(sender):
    return re.fullmatch(r"SRS0[=+-][^=]{4}=[A-Z2-7]{2}=Outside\.Example="
                        r"Ann\+VERP=list\.example@alumni\.example", sender,
                        re.I)


def forwarded_srs_address(instance, sender="ann@outside.example"):
    """An SRS address as the outside sees it."""
    name, target = forwarding_account(instance, "--no-copy")
    instance.send(instance.address(name), "Subject: srs\r\n\r\n",
                  sender=sender)
    return instance.wait_outside(target).sender


def rcpt(instance, recipient, sender=""):
    with instance.smtp() as connection:
        connection.ehlo()
        connection.docmd("MAIL", f"FROM:<{sender}>")
        return connection.docmd("RCPT", f"TO:<{recipient}>")


def test_keep_copy_delivers_here_and_forwards_with_srs(instance):
    subject = token()
    text = ODD_BODY.format(subject=subject).encode()
    with instance.smtp() as connection:
        connection.sendmail(SENDER, "copy@alumni.example", text,
                            mail_options=["BODY=8BITMIME"])
    sent = instance.wait_outside(
        "copy@outside.example", lambda mail: subject.encode() in mail.content)
    assert is_srs(sent.sender), sent.sender
    assert sent.recipients == ["copy@outside.example"]
    kept = instance.wait_message("copy", subject)
    assert header_of(kept, "Return-Path") == f"<{SENDER}>"
    original = text.replace(b"\r\n", b"\n")
    for message in (sent.content, kept):
        body, prepended = without_trace(message)
        assert body.rstrip(b"\n") == original.rstrip(b"\n")
        ours = [line for line in prepended
                if not re.match(rb"(?i)(Return-Path|Delivered-To|Received):",
                                line)]
        assert len(ours) == 1 and ours[0].startswith(OUR_HEADER)


def test_without_copy_nothing_stays(instance):
    subject = token()
    instance.send("away@alumni.example", f"Subject: {subject}\r\n\r\n")
    instance.wait_outside("away@outside.example",
                          lambda mail: subject.encode() in mail.content)
    instance.wait_queue_empty()
    assert not [mail for mail in instance.messages("away")
                if subject.encode() in mail]


def test_the_null_sender_stays_null(instance):
    name, target = forwarding_account(instance)
    instance.send(instance.address(name), "Subject: bounce\r\n\r\n", sender="")
    assert instance.wait_outside(target).sender == ""
    kept = instance.wait_message(name, "Subject: bounce")
    assert header_of(kept, "Return-Path") == "<>"


def test_mixed_recipients_each_get_it_once(instance):
    subject = token()
    plain = instance.add_account("plain")
    keeps, kept_target = forwarding_account(instance)
    leaves, left_target = forwarding_account(instance, "--no-copy")
    instance.send([instance.address(name) for name in (plain, keeps, leaves)],
                  f"Subject: {subject}\r\n\r\n", sender=SENDER)
    for target in (kept_target, left_target):
        instance.wait_outside(target)
    for name in (plain, keeps):
        kept = instance.wait_message(name, subject)
        assert header_of(kept, "Return-Path") == f"<{SENDER}>"
    instance.wait_queue_empty()
    assert len(instance.messages(plain)) == len(instance.messages(keeps)) == 1
    assert instance.messages(leaves) == []
    for target in (kept_target, left_target):
        assert len([mail for mail in instance.outside()
                    if target in mail.recipients]) == 1


def test_a_target_shared_by_two_accounts_gets_one_copy(instance):
    target = f"shared-{token()}@outside.example"
    names = [forwarding_account(instance, target=target)[0] for _ in "ab"]
    instance.send([instance.address(name) for name in names],
                  "Subject: shared\r\n\r\n")
    for name in names:
        instance.wait_message(name, "Subject: shared")
    instance.wait_outside(target)
    instance.wait_queue_empty()
    assert len([mail for mail in instance.outside()
                if target in mail.recipients]) == 1


def test_notify_never_is_kept(instance):
    author = f"ann-{token()}@outside.example"
    name, _ = forwarding_account(instance, domain="refuses")
    with instance.smtp() as connection:
        connection.sendmail(author, instance.address(name),
                            "Subject: silent\r\n\r\n",
                            rcpt_options=["NOTIFY=NEVER"])
    instance.wait_message(name, "Subject: silent")
    instance.wait_queue_empty()
    assert not [mail for mail in instance.outside()
                if author in mail.recipients]


@pytest.mark.parametrize("written, notify", [
    (None, "SUCCESS,FAILURE"), (None, "SUCCESS,FAILURE,DELAY"),
    ("rfc822;list+2Bx@university.example", "DELAY"), (None, None)])
def test_what_the_author_asks_to_be_told_of_goes_on(instance, written, notify):
    """And about which address: the author's own words for it, or ours."""
    name, target = forwarding_account(instance, "--no-copy")
    with instance.smtp() as connection:
        connection.sendmail(
            "ann@outside.example", instance.address(name),
            "Subject: told\r\n\r\n",
            mail_options=["RET=HDRS", "ENVID=QQ314159"],
            rcpt_options=[f"{key}={value}" for key, value in
                          (("NOTIFY", notify), ("ORCPT", written)) if value])
    sent = instance.wait_outside(target)
    assert {"RET=HDRS", "ENVID=QQ314159"} <= set(sent.sender_options.split())
    options, = sent.recipient_options
    assert dict(option.split("=", 1) for option in options.split()) == {
        "ORCPT": written or f"rfc822;{instance.address(name)}",
        **({"NOTIFY": notify} if notify else {})}


def test_mail_to_an_srs_address_reaches_the_true_sender(instance):
    author = f"ann-{token()}@outside.example"
    back = forwarded_srs_address(instance, author)
    instance.send(back, "Subject: a bounce\r\n\r\n", sender="")
    bounce = instance.wait_outside(author)
    assert bounce.sender == "" and b"Subject: a bounce" in bounce.content


def test_case_folding_on_the_way_does_not_break_the_way_back(instance):
    author = f"ann-{token()}@outside.example"
    back = forwarded_srs_address(instance, author).lower()
    instance.send(back, "Subject: folded\r\n\r\n", sender="")
    instance.wait_outside(author)


@pytest.mark.parametrize("spoil", [
    lambda address: re.sub(r"=outside\.example=", "=elsewhere.example=",
                           address),
    lambda address: re.sub(r"(?i)^srs0(.)....", r"SRS0\1AAAA", address),
    lambda address: "SRS0=@alumni.example",
    lambda address: "SRS1=x@alumni.example",
    lambda address: "SRS0=a=b=c@alumni.example",
])
def test_a_forged_srs_address_is_an_unknown_user(instance, spoil):
    spoiled = spoil(forwarded_srs_address(instance))
    code, text = rcpt(instance, spoiled)
    assert code == 550 and text.startswith(b"5.1.1"), text


def mail_srs(instance, sender, days_ago):
    """Mail::SRS with the instance's secret, as it was some days ago."""
    secret = (instance.state / "etc/alumnimail/srs.secret").read_text()
    return instance.run_argv(
        ["faketime", "-f", f"-{days_ago}d", "perl", "-MMail::SRS", "-e",
         "chomp(my $secret = <STDIN>);"
         "print Mail::SRS->new(Secret => $secret)"
         "->forward($ARGV[0], 'alumni.example');", sender],
        text=secret).stdout


def test_mail_srs_and_we_agree_on_age(instance):
    author = f"ann-{token()}@outside.example"
    young = mail_srs(instance, author, 5)
    assert rcpt(instance, young)[0] == 250
    instance.send(young, "Subject: by Mail::SRS\r\n\r\n", sender="")
    instance.wait_outside(author)
    code, text = rcpt(instance, mail_srs(instance, author, 60))
    assert code == 550 and text.startswith(b"5.1.1"), text


def test_a_refusal_by_the_remote_comes_back_to_the_true_sender(instance):
    author = f"ann-{token()}@outside.example"
    name, target = forwarding_account(instance, domain="refuses")
    instance.send(instance.address(name), "Subject: refused\r\n\r\n",
                  sender=author)
    notice = instance.wait_outside(author)
    assert notice.sender == ""
    assert b"delivery-status" in notice.content
    assert re.search(rb"(?m)^Final-Recipient: rfc822; ?"
                     + re.escape(target.encode()), notice.content)
    # The author never heard of the target.
    assert re.search(rb"(?m)^Original-Recipient: rfc822; ?"
                     + re.escape(instance.address(name).encode()),
                     notice.content)
    # The copy is here all the same.
    instance.wait_message(name, "Subject: refused")


def test_a_refusal_of_the_kept_copy_comes_back_to_the_true_sender(instance):
    """LMTP decides, also when the published usage was too low."""
    author = f"ann-{token()}@outside.example"
    name, target = forwarding_account(instance)
    instance.alumnictl("quota", "set", name, "300K")
    instance.send(instance.address(name),
                  "Subject: filling\r\n\r\n" + "x" * 70 * 1 + "\r\n"
                  + ("y" * 70 + "\r\n") * 3500)
    instance.wait_message(name, "Subject: filling")
    for key in ("storage", "messages"):
        instance.dict_set(name, f"priv/quota/{key}", 0)
    instance.send(instance.address(name),
                  "Subject: too much\r\n\r\n" + ("z" * 70 + "\r\n") * 2000,
                  sender=author)
    notice = instance.wait_outside(author)
    assert notice.sender == "" and b"5.2.2" in notice.content
    instance.wait_outside(target, lambda mail: b"too much" in mail.content)


def test_mail_by_local_submission_is_forwarded(instance):
    subject = token()
    name, target = forwarding_account(instance)
    prefix = instance.endpoints["postqueue"][:-1]
    instance.run_argv([*prefix, "sendmail", "-f", "cron@host.example",
                       instance.address(name)],
                      text=f"Subject: {subject}\n\nlocal\n")
    sent = instance.wait_outside(target)
    assert sent.sender.upper().startswith("SRS0=")
    kept = instance.wait_message(name, subject)
    assert header_of(kept, "Return-Path") == "<cron@host.example>"


def test_a_bounce_made_by_postfix_is_forwarded(instance):
    """copy's owner writes to an address that refuses; the notification for
    them follows the forwarding."""
    name, target = forwarding_account(instance)
    with instance.submission(name) as connection:
        connection.sendmail(instance.address(name), "x@refuses.example",
                            "Subject: will bounce\r\n\r\n")
    notice = instance.wait_outside(target)
    assert notice.sender == "" and b"delivery-status" in notice.content
    instance.wait_message(name, "delivery-status")


def test_a_message_that_comes_back_is_not_forwarded_again(instance):
    name, target = forwarding_account(instance)
    instance.send(instance.address(name), "Subject: round\r\n\r\n")
    sent = instance.wait_outside(target)
    instance.wait_message(name, "Subject: round")
    instance.send(instance.address(name), sent.content,
                  sender="x@other.example")
    instance.wait(lambda: len(instance.messages(name)) == 2,
                  "the message that came back")
    instance.wait_queue_empty()
    assert len([mail for mail in instance.outside()
                if target in mail.recipients]) == 1


def test_a_forged_loop_tag_does_not_stop_forwarding(instance):
    name, target = forwarding_account(instance, "--no-copy")
    instance.send(instance.address(name),
                  f"{OUR_HEADER.decode()} AAAAAAAAAAAAAAAA\r\n"
                  "Subject: forged tag\r\n\r\n")
    instance.wait_outside(target)


def test_an_owners_own_mail_keeps_its_sender(instance):
    name, target = forwarding_account(instance)
    with instance.submission("alumna") as connection:
        connection.sendmail("alumna@alumni.example", instance.address(name),
                            "Subject: inside\r\n\r\n")
    assert instance.wait_outside(target).sender == "alumna@alumni.example"


def test_a_detail_stays_with_the_kept_copy(instance):
    name, target = forwarding_account(instance)
    instance.send(f"{name}+lists@alumni.example", "Subject: detail\r\n\r\n")
    instance.wait_outside(target)
    kept = instance.wait_message(name, "Subject: detail")
    assert header_of(kept, "Delivered-To") == \
        f"{name}+lists@alumni.example"


def test_an_address_of_our_own_is_refused_as_target(instance):
    done = instance.alumnictl("forward", "set", "alumna",
                              "small@alumni.example", check=False)
    assert done.returncode == 65 and "alumni.example" in done.stderr
    shown = json.loads(instance.alumnictl("--json", "account", "show",
                                          "alumna").stdout)
    assert shown["forward"] is None


def test_clearing_ends_it(instance):
    name, target = forwarding_account(instance, "--no-copy")
    instance.alumnictl("forward", "clear", name)
    instance.send(instance.address(name), "Subject: stays\r\n\r\n")
    instance.wait_message(name, "Subject: stays")
    assert not [mail for mail in instance.outside()
                if target in mail.recipients]
