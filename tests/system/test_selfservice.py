# SPDX-License-Identifier: MIT
"""Self-service over IMAP METADATA: what people see, change, and are refused."""

import json
import re

import pytest

from metadata import WAYS, by, login, refusal

GOOD = "correct-horse-47-battery"


@pytest.fixture(name="person")
def _person(instance):
    return instance.add_account("self")


@pytest.fixture(name="own", params=WAYS)
def _own(request, instance, person):
    return by(request.param, instance, person)


@pytest.fixture(name="session")
def _session(instance, person):
    return login(instance, person)


def account(own):
    return json.loads(own.get("account"))


def code_sent_to(instance, address):
    """The code of the newest mail to an address outside."""
    found = instance.wait_outside(address)
    return re.search(r"^    (\S+)\r?$", found.content.decode(), re.M)[1]


def outside_address(person):
    return f"{person}@outside.example"


# ---- what people see ----

def test_the_capability_is_there(instance, person):
    connection = instance.imap(person)
    _, data = connection.capability()
    assert b"METADATA" in data[0].split()


def test_the_account_is_shown(instance, person, own):
    shown = account(own)
    assert shown["name"] == person
    assert shown["address"] == instance.address(person)
    assert shown["class"] == "alumni"
    assert shown["quota_limit"] == 2 * 1024 ** 3
    assert shown["trash_days"] == 7
    assert shown["tiers"] == ["alumni"]
    assert shown["password_set_at"] > 0
    assert shown["directory"] is None
    assert shown["directory_active"] is None
    assert shown["forward"] is None
    assert shown["forward_keep_copy"] is True
    assert shown["forward_pending"] is None
    assert shown["app_passwords"] == 0
    assert shown["forward_confirm"] is True


@pytest.mark.parametrize("name", ["account", "app-passwords"])
def test_what_is_only_read_is_not_set(own, name):
    assert refusal(own, name, "x") == "This can only be read."


@pytest.mark.parametrize("name", ["password", "forward-code",
                                  "app-password", "app-password-revoke"])
def test_what_is_only_set_reads_as_nothing(own, name):
    assert own.get(name) is None


def test_doveadm_lists_the_entries(instance, person):
    assert sorted(by("doveadm", instance, person).list()) == [
        "account", "app-password", "app-password-revoke", "app-passwords",
        "forward", "forward-code", "forward-keep-copy", "forward-pending",
        "password"]


# ---- forwarding ----

def test_forwarding_is_confirmed_with_a_code(instance, person, own):
    address = outside_address(person)
    own.set("forward", address)
    assert own.get("forward") is None
    assert own.get("forward-pending") == address
    code = code_sent_to(instance, address)
    assert refusal(own, "forward-code", "wrong") == "This is not the code."
    own.set("forward-code", code)
    assert own.get("forward") == address
    assert own.get("forward-pending") is None
    instance.wait_message(person, "is now forwarded to " + address)


def test_forwarding_is_removed(instance, person, own):
    address = outside_address(person)
    instance.alumnictl("forward", "set", person, address)
    assert own.get("forward") == address
    own.set("forward", None)
    assert own.get("forward") is None
    # Who had it is told.
    instance.wait_outside(address)


# ---- the password ----

def test_a_password_is_set_and_opens_the_account(instance, person, own):
    own.set("password", f"{person}-alumni\t{GOOD}")
    instance.imap(person, GOOD).logout()
    with pytest.raises(Exception, match="(?i)authentication|invalid"):
        instance.imap(person)
    instance.wait_message(person, "was set just now", password=GOOD)
    del own


def test_a_wrong_current_password_is_refused(own):
    assert refusal(own, "password", f"wrong\t{GOOD}") == (
        "The current password is wrong.")


# ---- app passwords ----

def test_doveadm_makes_no_app_password_that_nobody_sees(instance, person):
    own = by("doveadm", instance, person)
    assert refusal(own, "app-password", f"{person}-alumni\tphone") == (
        "An app password is only shown to the session that made it, and this "
        "one ends here. Use alumnictl app-password add instead.")
    assert json.loads(own.get("app-passwords")) == []
    instance.alumnictl("app-password", "add", person, "phone")
    (shown,) = json.loads(own.get("app-passwords"))
    assert shown["label"] == "phone" and shown["last_used_at"] is None
    own.set("app-password-revoke", "phone")
    assert json.loads(own.get("app-passwords")) == []


def test_an_app_password_opens_the_account_and_changes_nothing(
        instance, person, session):
    session.set("app-password", f"{person}-alumni\tmy phone")
    password = session.get("app-password")
    assert re.fullmatch(r"([a-z2-9]{4}-){4}[a-z2-9]{4}", password)
    assert session.get("app-password") is None
    phone = login(instance, person, password)
    assert refusal(phone, "password", f"{password}\t{GOOD}") == (
        "The current password is wrong.")
    (shown,) = json.loads(session.get("app-passwords"))
    assert shown["label"] == "my phone"
    assert shown["last_used_at"] >= shown["created_at"]
    session.set("app-password-revoke", "my phone")
    assert json.loads(session.get("app-passwords")) == []
    with pytest.raises(Exception, match="(?i)authentication|invalid"):
        instance.imap(person, password)


def test_an_app_password_opens_pop3_and_submission_too(instance, person,
                                                       session):
    session.set("app-password", f"{person}-alumni\tdesktop")
    password = session.get("app-password")
    instance.pop3(person, password).quit()
    instance.submission(person, password).quit()
    # Not another's.
    other = instance.add_account("other")
    with pytest.raises(Exception, match="(?i)authentication|invalid"):
        instance.imap(other, password)


def test_an_invite_is_good_until_a_password_is_set(instance, person):
    contact = f"{person}@contact.example"
    instance.alumnictl("password", "clear", person)
    instance.alumnictl("password", "invite", person, "--to", contact)
    mail = instance.wait_outside(contact).content.decode()
    code = re.search(r"([a-z2-9]{4}-){4}[a-z2-9]{4}", mail)[0]
    own = login(instance, person, code)
    own.set("password", f"{code}\t{GOOD}")
    instance.imap(person, GOOD).logout()
    with pytest.raises(Exception, match="(?i)authentication|invalid"):
        instance.imap(person, code)


def test_a_disabled_account_serves_itself_no_longer(instance, person, session):
    instance.alumnictl("account", "disable", person)
    try:
        text = refusal(session, "forward", outside_address(person))
    except (ConnectionError, OSError):
        pass
    else:
        assert text == "This account is disabled."
    # doveadm opens it all the same.
    assert refusal(by("doveadm", instance, person), "forward",
                   outside_address(person)) == "This account is disabled."
