# SPDX-License-Identifier: MIT
"""Self-service refuses what breaks a rule, with a sentence for a person; and
what is sent in bad faith changes nothing."""

import contextlib
import json
import re
import sqlite3

import pytest

from instance.errors import InstanceError
from metadata import PREFIX, WAYS, Doveadm, Refused, by, login, refusal

GOOD = "correct-horse-47-battery"


@pytest.fixture(name="person")
def _person(instance):
    return instance.add_account("rules")


@pytest.fixture(name="own", params=WAYS)
def _own(request, instance, person):
    return by(request.param, instance, person)


@pytest.fixture(name="session")
def _session(instance, person):
    return login(instance, person)


def shown(instance, person):
    """What the help desk sees of the account."""
    found = json.loads(instance.alumnictl("account", "show", person,
                                          "--json").stdout)
    # Where the test itself logged in from, and when.
    return {name: value for name, value in found.items()
            if name not in ("usage", "quota", "last_tier")}


# ---- forwarding addresses ----

NOT_COMPLETE = ("This is not a complete address. Enter one such as "
                "name@example.org.")
ODD = ("Mail cannot be forwarded to an address like this one. Enter one with "
       "plain letters and digits before @.")
HTML = "<script>alert('x')</script>@outside.example"

FORWARD_REFUSALS = {
    "no domain": ("me", NOT_COMPLETE),
    "brackets": ("<me@outside.example>", NOT_COMPLETE),
    "a display name": ("Me <me@outside.example>", NOT_COMPLETE),
    "two": ("a@outside.example, b@outside.example", NOT_COMPLETE),
    "CR LF": ("me@outside.example\r\nBcc: x@outside.example", NOT_COMPLETE),
    "LF": ("me@outside.example\nRCPT TO:<x@outside.example>", NOT_COMPLETE),
    "tab": ("me@outside.example\tx", NOT_COMPLETE),
    "a quoted local part": ('"me you"@outside.example', ODD),
    "a hyphen in front": ("-oQ/tmp@outside.example", ODD),
    "non-ASCII local part": ("mæ@outside.example", ODD),
    "a literal": ("me@[192.0.2.1]", None),
    "an address without brackets": ("me@192.0.2.1", None),
    "no dot": ("me@localhost", '"localhost" is not a complete domain name. '
                               "Enter an address such as name@example.org."),
    "ours": ("alumna@alumni.example", "Mail cannot be forwarded to an address "
             "at alumni.example. Enter an address elsewhere."),
    "ours, other case": ("alumna@ALUMNI.Example",
                         "Mail cannot be forwarded to an address at "
                         "alumni.example. Enter an address elsewhere."),
    "below ours": ("alumna@lists.alumni.example",
                   "Mail cannot be forwarded to an address at "
                   "lists.alumni.example. Enter an address elsewhere."),
    "the second of ours": ("alumna@second.example", None),
    "HTML": (HTML, NOT_COMPLETE),
    "too long": ("x" * 250 + "@outside.example", None),
    "a right-to-left override": ("me\u202emoc@outside.example", ODD),
    "an overlong slash": (b"me\xc0\xaf@outside.example",
                          "This is not valid text."),
    "half of UTF-8": (b"me@outside\xc3.example", "This is not valid text."),
    "a surrogate": (b"me@\xed\xa0\x80.example", "This is not valid text."),
}


@pytest.mark.parametrize("case", FORWARD_REFUSALS)
def test_a_bad_address_is_refused(instance, person, own, case):
    value, sentence = FORWARD_REFUSALS[case]
    before = shown(instance, person)
    text = refusal(own, "forward", value)
    if sentence is not None:
        assert text == sentence
    assert own.get("forward") is None
    assert own.get("forward-pending") is None
    assert shown(instance, person) == before


def test_nul_is_refused(session):
    # A literal8, since a literal cannot carry it; nor can an argument of a
    # command.
    with pytest.raises(Refused) as refused:
        session.command([b'SETMETADATA "" (' + PREFIX.encode() + b"forward ~"
                         b"{4+}\r\na\0b@)"])
    assert refused.value.text == "This must not contain NUL characters."
    assert session.get("forward-pending") is None


@pytest.mark.parametrize("name", ["forward", "forward-code", "password",
                                  "app-password", "app-password-revoke",
                                  "forward-keep-copy"])
def test_a_value_of_100_kb_is_refused(instance, person, own, name):
    before = shown(instance, person)
    # IMAP refuses it, or ends the session, before the plugin sees it.
    with pytest.raises((Refused, ConnectionError)) as refused:
        own.set(name, "x" * 100_000)
    if isinstance(own, Doveadm) and name != "app-password":
        assert refused.value.text == "This is too long."
    assert shown(instance, person) == before


def test_our_own_keep_copy_is_yes_or_no(own):
    assert own.get("forward-keep-copy") == "yes"
    own.set("forward-keep-copy", "no")
    assert own.get("forward-keep-copy") == "no"
    assert refusal(own, "forward-keep-copy", "maybe") == (
        'Say "yes" or "no".')
    assert refusal(own, "forward-keep-copy", None) == "This cannot be removed."


@pytest.mark.parametrize("name", [
    "forward-code", "password", "app-password", "app-password-revoke"])
def test_what_is_only_set_cannot_be_removed(own, name):
    assert refusal(own, name, None) == "This cannot be removed."


@pytest.mark.parametrize("name", ["account", "app-passwords"])
def test_what_is_only_read_cannot_be_removed(own, name):
    assert refusal(own, name, None) == "This can only be read."
    assert own.get(name)


# ---- names that are none of ours ----

UNKNOWN = ("There is no setting of this name. Those of the account are entries "
           "of the server, below /private/vendor/vendor.alumnimail/.")


@pytest.mark.parametrize("name", ["forwards", "a", "zzz", "forward/address",
                                  "Forwards"])
def test_a_misspelt_name_is_refused(instance, person, own, name):
    """Dovecot would keep it as a note of the client's."""
    before = shown(instance, person)
    assert refusal(own, name, f"{person}@outside.example") == UNKNOWN
    assert shown(instance, person) == before
    # What an earlier version let in can be removed.
    own.set(name, None)


@pytest.mark.parametrize("mailbox, prefix", [
    ("INBOX", PREFIX), ("", PREFIX.replace("private", "shared")),
    ("INBOX", PREFIX.replace("private", "shared"))])
def test_entries_are_on_the_server_and_private(instance, person, session,
                                               mailbox, prefix):
    address = f"{person}@outside.example"
    with pytest.raises(Refused) as refused:
        session.command([f'SETMETADATA "{mailbox}" ({prefix}forward '
                         f'"{address}")'.encode()])
    assert refused.value.text == UNKNOWN
    assert session.get("forward-pending") is None
    # Other notes of mail programs are theirs.
    session.command([b'SETMETADATA "INBOX" (/private/comment "mine")'])
    done = instance.doveadm(
        "mailbox", "metadata", "set", "-u", person,
        *([] if mailbox else ["-s"]), mailbox, f"{prefix}forward", address,
        check=False)
    assert done.returncode == Doveadm.REFUSED and UNKNOWN in done.stderr


# ---- confirmation ----

def code_sent_to(instance, address, but=()):
    found = instance.wait_outside(
        address, lambda message: message.path not in but)
    return found, re.search(rb"^    (\S+)\r?$", found.content, re.M)[1].decode()


def test_wrong_codes_are_limited(instance, person, own):
    address = f"{person}@outside.example"
    assert refusal(own, "forward-code", "abcdefgh") == (
        "No address waits for a code, or the code has expired. Set the "
        "address again.")
    own.set("forward", address)
    first, code = code_sent_to(instance, address)
    for _ in range(5):
        assert refusal(own, "forward-code", "abcdefgh") == (
            "This is not the code.")
    # Now the right one is too late.
    assert refusal(own, "forward-code", code) == (
        "Too many wrong codes. Set the address again to get a new one.")
    own.set("forward", address)
    _, code = code_sent_to(instance, address, but=(first.path,))
    own.set("forward-code", code)
    assert own.get("forward") == address
    assert refusal(own, "forward-code", code).startswith("No address waits")


def test_an_old_code_is_refused(instance, person, own):
    own.set("forward", f"{person}@outside.example")
    _, code = code_sent_to(instance, f"{person}@outside.example")
    # A day passes.
    with contextlib.closing(sqlite3.connect(
            instance.state / "store/accounts/accounts.db")) as database:
        with database:
            changed = database.execute(
                "UPDATE pending_forward SET expires_at = expires_at - 86400"
                " WHERE account_id = (SELECT id FROM accounts WHERE name = ?)",
                (person,)).rowcount
    assert changed == 1
    assert own.get("forward-pending") is None
    assert refusal(own, "forward-code", code) == (
        "No address waits for a code, or the code has expired. Set the "
        "address again.")
    assert own.get("forward") is None


def test_nobody_can_be_bombed_with_codes(instance, person, own):
    for number in range(5):
        own.set("forward", f"{person}.{number}@outside.example")
    assert refusal(own, "forward", f"{person}.5@outside.example") == (
        "Too many codes were mailed for this account. Try again tomorrow, or "
        "enter the code that you have.")
    assert own.get("forward-pending") == f"{person}.4@outside.example"


def test_what_waits_can_be_given_up(person, own):
    own.set("forward", f"{person}@outside.example")
    assert refusal(own, "forward-pending", "x@outside.example") == (
        "This can only be given up; set the forwarding address instead.")
    own.set("forward-pending", None)
    assert own.get("forward-pending") is None


def test_a_replaced_address_is_told(instance, person, own):
    old, new = f"{person}.old@outside.example", f"{person}@outside.example"
    instance.alumnictl("forward", "set", person, old)
    own.set("forward", new)
    _, code = code_sent_to(instance, new)
    own.set("forward-code", code)
    told = instance.wait_outside(
        old, lambda message: b"is now forwarded to" in message.content)
    assert told.sender == ""
    assert b"Auto-Submitted: auto-generated" in told.content


def test_a_notice_stays_in_the_mailbox(instance, person, own):
    """Who has aimed the mail elsewhere must not be the one who is told."""
    away = f"{person}.away@outside.example"
    instance.alumnictl("forward", "set", person, away, "--no-copy")
    own.set("password", f"{person}-alumni\t{GOOD}")
    instance.wait_message(person, "was set just now", password=GOOD)
    instance.wait_queue_empty()
    assert not [message for message in instance.outside()
                if away in message.recipients]


# ---- passwords ----

def test_a_password_must_be_good_enough(instance, person, own):
    current = f"{person}-alumni"
    cases = {
        "short": "The new password is too short: it must have at least 10 "
                 "characters.",
        "": "Enter a new password.",
        current: "The new password is the current one.",
        f"x{person}x": "The new password contains your name, the domain or "
                       "another word that is easy to guess.",
        f"Fjord.{person.partition('-')[2]}=Tind": (
            "The new password contains your name, the domain or another word "
            "that is easy to guess."),
        "alumni.example1": "The new password contains your name, the domain "
                           "or another word that is easy to guess.",
        "abcdefghijkl": "The new password is too easy to guess: it is based "
                        "on a word of the dictionary, or too regular.",
        "line\r\nbreak-in-it": "The new password must not contain control "
                               "characters.",
        "x" * 1025: "The new password is longer than 1024 bytes.",
    }
    for password, sentence in cases.items():
        assert refusal(own, "password", f"{current}\t{password}") == sentence
    assert refusal(own, "password", "no tab") == (
        "The current password and what is to be set must be separated by one "
        "TAB.")
    assert refusal(own, "password", f"\t{GOOD}") == (
        "Enter the current password.")
    instance.imap(person).logout()


def test_guesses_at_the_current_password_are_limited(instance, person, own):
    for _ in range(5):
        assert refusal(own, "password", f"wrong\t{GOOD}") == (
            "The current password is wrong.")
    # In another session, so in another dict process, and with the right one.
    again = by("doveadm", instance, person)
    assert re.fullmatch(
        r"The current password was wrong too often. Try again in \d+ minutes.",
        refusal(again, "password", f"{person}-alumni\t{GOOD}"))
    instance.imap(person).logout()


def test_labels_of_app_passwords(person, session):
    own = session
    current = f"{person}-alumni"
    own.set("app-password", f"{current}\t<b>\"phone\\</b>")
    assert own.get("app-password") is not None
    assert json.loads(own.get("app-passwords"))[0]["label"] == (
        '<b>"phone\\</b>')
    assert refusal(own, "app-password", f'{current}\t<b>"phone\\</b>') == (
        "There is an app password of this name already.")
    assert refusal(own, "app-password", f"{current}\t ") == (
        'Give the app password a name, such as "phone".')
    assert refusal(own, "app-password", f"{current}\t{'x' * 64}") == (
        "The name is longer than 63 bytes.")
    assert refusal(own, "app-password", f"{current}\tx\ny") == (
        "The name must not contain control characters.")
    assert refusal(own, "app-password", current.encode() + b"\tx\xff") == (
        "This is not valid text.")
    assert refusal(own, "app-password-revoke", "another") == (
        "There is no app password of this name.")


def test_a_label_that_is_not_there_is_not_revoked(own):
    for label in ("another", "", "x" * 1000, "<b>'\"\r\n", "\u202e"):
        assert refusal(own, "app-password-revoke", label) == (
            "There is no app password of this name.")


def test_app_passwords_are_counted(person, session):
    current = f"{person}-alumni"
    for number in range(20):
        session.set("app-password", f"{current}\t{number}")
    assert refusal(session, "app-password", f"{current}\tone more") == (
        "There are 20 app passwords already: revoke one first.")
    assert len(json.loads(session.get("app-passwords"))) == 20


# ---- what is in the log, and in the trail ----

def test_secrets_are_in_no_log(instance, person, own):
    current = f"{person}-alumni"
    own.set("password", f"{current}\t{GOOD}-secret")
    refusal(own, "password", f"wrong-secret\t{GOOD}")

    def logs():
        return "".join(path.read_text(errors="replace") for path in
                       (instance.state / "log").iterdir() if path.is_file())

    instance.wait(lambda: f"of {person} refused" in logs(), "its line")
    assert f"{GOOD}-secret" not in logs()
    assert "wrong-secret" not in logs()


@pytest.mark.parametrize("name", ["forward", "forward-code", "password",
                                  "app-password-revoke", "forward-keep-copy"])
def test_what_is_refused_cannot_forge_a_log_line(instance, person, own, name):
    before = shown(instance, person)
    for value in ("a@b.example\nNov 27 forged: line",
                  "a@b.example\r\nNov 27 forged: line", "\x1b[2Jforged: x",
                  "\u2028forged: line", "' OR 1=1; --\nforged: line"):
        refusal(own, name, value)
    log = (instance.state / "log/dovecot.log").read_text(errors="replace")
    assert "forged: " not in log and "\x1b" not in log
    assert shown(instance, person) == before


# ---- a process that has the mail user's rights ----

def as_mail_user(instance, *argv):
    return instance.run_argv(
        [*instance.endpoints["enter"], "setpriv", "--reuid=vmail",
         "--regid=vmail", "--clear-groups", *argv], check=False)


def test_the_mail_user_reaches_no_secret(instance):
    state = instance.state
    for path in ("store/accounts/accounts.db",
                 "store/credentials/credentials.db",
                 "etc/alumnimail/password.key", "etc/alumnimail/srs.secret",
                 "etc/alumnimail/directory.secret"):
        assert (state / path).exists(), path
        done = as_mail_user(instance, "cat", state / path)
        assert done.returncode != 0 and "denied" in done.stderr, path
    done = as_mail_user(instance, *instance.endpoints["alumnictl"][-1:],
                        "account", "list")
    assert done.returncode != 0
    assert as_mail_user(instance, "cat", state / "etc/alumnimail/password.pub"
                        ).returncode == 0


def refused_by_dict(instance, person, key, value):
    """Over the dict socket, where a client says itself for whom it speaks."""
    with pytest.raises(InstanceError) as raised:
        instance.dict_set(person, key, value)
    return str(raised.value)


def test_who_has_the_dict_socket_still_needs_the_password(instance, person):
    # Not in a box, or in one of another key.
    for value in (f"{person}-alumni\t{GOOD}", "A" * 80):
        refused_by_dict(instance, person, "priv/password", value)
        refused_by_dict(instance, person, "priv/app-password", value)
    for key in ("priv/account", "priv/app-passwords", "priv/quota/limit",
                "priv/class", "priv/enabled"):
        refused_by_dict(instance, person, key, "1")
    for key in ("priv/password", "priv/app-password", "priv/forward/code"):
        with pytest.raises(InstanceError):
            instance.dict_get(person, key)
    instance.imap(person).logout()


def test_who_has_the_dict_socket_cannot_aim_mail_at_a_stranger(
        instance, person):
    address = f"{person}@outside.example"
    instance.dict_set(person, "priv/forward/address", address)
    for _ in range(5):
        assert "This is not the code" in refused_by_dict(
            instance, person, "priv/forward/code", "22222222")
    assert "Too many wrong codes" in refused_by_dict(
        instance, person, "priv/forward/code", "22222222")
    assert shown(instance, person)["forward"] is None
