# SPDX-License-Identifier: MIT
"""The pages of the webmail's plugin, without a browser: what they change, what
they refuse, and whose requests they take. Runs on every release of Debian;
tests/browser looks at them."""

import html
import imaplib
import re
import secrets

import pytest

from webmail_client import WebmailClient, message

FORWARDING = "alumnimail-forwarding"
ACCOUNT = "alumnimail-account"
PASSWORD = "seven lamps under a quiet bridge"


@pytest.fixture
def person(instance):
    """(name, WebmailClient that is logged in)."""
    name = instance.add_account("web")
    client = WebmailClient(instance)
    assert client.log_in(name, f"{name}-alumni")
    return name, client


def new_address():
    return f"friend-{secrets.token_hex(4)}@outside.example"


def code_in(content):
    found = re.search(r"^\s+([A-Za-z0-9-]{6,})\s*$", content.decode(),
                      re.MULTILINE)
    assert found, content
    return found.group(1)


def forwarding(instance, name):
    shown = instance.alumnictl("account", "show", name).stdout
    return next(line for line in shown.splitlines() if "orward" in line)


def confirm(instance, client, address, **fields):
    client.post(FORWARDING, "save", address=address, **fields)
    code = code_in(instance.wait_outside(address).content)
    return client.post(FORWARDING, "code", code=code)[1]


def test_forwarding_is_set_changed_and_stopped(instance, person):
    name, client = person
    address = new_address()
    assert "is not forwarded" in client.settings(FORWARDING)
    page = confirm(instance, client, address, keep="yes")
    assert "from now on" in message(page)
    assert f"forwarded to {address}. A copy stays" in page
    assert address in forwarding(instance, name)

    # The copy alone: no new code.
    _, page = client.post(FORWARDING, "save", address=address)
    assert message(page) == "Saved."
    assert f"forwarded to {address}. No copy stays" in page

    _, page = client.post(FORWARDING, "stop")
    assert "is not forwarded" in page
    assert address not in forwarding(instance, name)


@pytest.mark.parametrize("address", [
    "", "nobody", "x@", "a b@outside.example", "x@outside.example\r\nBcc: y",
    "x@alumni.example", "<script>alert(1)</script>@outside.example",
    "søren@outside.example", "x" * 300 + "@outside.example",
])
def test_addresses_that_are_refused(instance, person, address):
    name, client = person
    before = forwarding(instance, name)
    status, page = client.post(FORWARDING, "save", address=address,
                               keep="yes")
    assert status == 200
    assert message(page)
    assert "<script>alert" not in page
    assert 'name="_code"' not in page
    assert forwarding(instance, name) == before


def test_no_address_stops_no_forwarding(instance, person):
    name, client = person
    address = new_address()
    instance.alumnictl("forward", "set", name, address)
    _, page = client.post(FORWARDING, "save", address="", keep="yes")
    assert message(page) == "Enter the whole address, such as name@example.com."
    assert address in forwarding(instance, name)


@pytest.mark.parametrize("language, sentence", [
    ("nb-NO", "E-post kan ikke videresendes til en adresse ved "
              "alumni.example. Skriv inn en adresse et annet sted."),
    ("sv-SE", "E-post kan inte vidarebefordras till en adress vid "
              "alumni.example. Skriv in en adress någon annanstans."),
])
def test_the_server_s_refusals_are_translated(instance, language, sentence):
    name = instance.add_account("web")
    client = WebmailClient(instance, language)
    assert client.log_in(name, f"{name}-alumni")
    _, page = client.post(FORWARDING, "save", address="x@alumni.example",
                          keep="yes")
    assert message(page) == sentence


def test_a_code_is_for_its_address_alone(instance, person):
    _, client = person
    client.post(FORWARDING, "save", address=new_address(), keep="yes")
    _, page = client.post(FORWARDING, "code", code="aaaa-bbbb")
    assert message(page) == "This is not the code."
    assert "is not forwarded" in page
    _, page = client.post(FORWARDING, "giveup")
    assert 'name="_code"' not in page


@pytest.mark.parametrize("token", ["", "0" * 32])
def test_a_request_that_another_site_made_changes_nothing(instance, person,
                                                          token):
    name, client = person
    before = forwarding(instance, name)
    for page, do, fields in (
            (FORWARDING, "save", {"address": new_address(), "keep": "yes"}),
            (FORWARDING, "stop", {}),
            (ACCOUNT, "make", {"label": "x", "current": f"{name}-alumni"})):
        _, answer = client.post(page, do, token=token, **fields)
        assert 'id="alumnimail"' not in answer
    # Nor does what a link can do.
    client.request({"_task": "settings", "_action": f"plugin.{FORWARDING}",
                    "_do": "save", "_address": new_address(),
                    "_keep": "yes"})
    assert forwarding(instance, name) == before
    assert 'name="_code"' not in client.settings(FORWARDING)
    assert "There are no app passwords" in client.settings(ACCOUNT)


def test_account_page_says_what_holds(instance, person):
    name, client = person
    instance.alumnictl("quota", "set", name, "10M")
    instance.alumnictl("trash", "set", name, "30d")
    instance.save(name, "Subject: x\n\n" + ("x" * 70 + "\n") * 30000, "INBOX")
    page = client.settings(ACCOUNT)
    assert f"{name}@{instance.domain}" in page
    assert re.search(r"2(\.\d)? MB of 10 MB \(2\d %\)\. Messages: 1\.", page)
    assert "are deleted after 30 days" in page
    assert "You have set an alumni password" in page
    assert "you are locked out" not in page


def test_who_has_only_the_university_s_password_is_warned(instance):
    instance.imap("student", "student-university").logout()
    client = WebmailClient(instance)
    assert client.log_in("student", "student-university")
    page = client.settings(ACCOUNT)
    assert "You have not set an alumni password" in page
    assert "you are locked out" in page


def password_form(client, current, new):
    client.settings("password")
    return client.request(
        {"_task": "settings", "_action": "plugin.password-save"},
        {"_token": client.token, "_curpasswd": current, "_newpasswd": new,
         "_confpasswd": new})[1]


def test_password_is_set_by_its_page(instance, person):
    name, client = person
    page = password_form(client, "wrong", PASSWORD)
    assert "The current password is wrong." in page
    assert "Successfully saved" not in page
    instance.imap(name).logout()
    page = password_form(client, f"{name}-alumni", f"{name}1")
    assert "Successfully saved" not in page
    instance.imap(name).logout()

    page = password_form(client, f"{name}-alumni", PASSWORD)
    assert "Successfully saved" in page
    instance.imap(name, PASSWORD).logout()
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name)
    # The session goes on.
    assert "Alumni password" in client.settings(ACCOUNT)


def made_in(page):
    found = re.search(r'<code id="alumnimail-made">(.*?)</code>', page)
    return html.unescape(found.group(1)) if found else None


def test_app_password_is_shown_once_and_revoked(instance, person):
    name, client = person
    _, page = client.post(ACCOUNT, "make", label="phone", current="wrong")
    assert message(page) == "The current password is wrong."
    assert made_in(page) is None
    _, page = client.post(ACCOUNT, "make", label="phone",
                          current=f"{name}-alumni")
    made = made_in(page)
    instance.imap(name, made).logout()
    page = client.settings(ACCOUNT)
    assert "phone" in page and made not in page

    # It opens the mail, and is no good to change anything.
    other = WebmailClient(instance)
    assert other.log_in(name, made)
    _, page = other.post(ACCOUNT, "make", label="another", current=made)
    assert made_in(page) is None
    assert "Successfully saved" not in password_form(other, made, PASSWORD)

    _, page = client.post(ACCOUNT, "revoke", label="phone")
    assert "There are no app passwords" in page
    with pytest.raises(imaplib.IMAP4.error):
        instance.imap(name, made)


@pytest.mark.parametrize("label", [
    "<b>x</b>", "\"'><script>alert(1)</script>", "a & b", "jalapeño",
])
def test_a_label_stays_what_it_is(instance, person, label):
    name, client = person
    _, page = client.post(ACCOUNT, "make", label=label,
                          current=f"{name}-alumni")
    assert made_in(page)
    assert html.escape(label).replace("&#x27;", "&#039;") in page \
        or html.escape(label, quote=False) in page
    assert "<script>alert" not in page and "<b>x" not in page
    _, page = client.post(ACCOUNT, "revoke", label=label)
    assert "There are no app passwords" in page


def test_dict_that_is_down_is_no_blank_page(instance, person):
    """Nothing of the server's state is known, and the page says so."""
    name, client = person
    instance.service("stop", "dovecot")
    try:
        status, page = client.request(
            {"_task": "settings", "_action": f"plugin.{ACCOUNT}"})
        assert "cannot show this now" in page or status >= 400 \
            or "rcmloginuser" in page
    finally:
        instance.service("start", "dovecot")
    assert WebmailClient(instance).log_in(name, f"{name}-alumni")


@pytest.mark.parametrize("language, word", [
    ("en-US", "Forwarding"), ("nb-NO", "Videresending"),
    ("sv-SE", "Vidarebefordran"),
])
def test_pages_speak_the_browser_s_language(instance, language, word):
    name = instance.add_account("web")
    client = WebmailClient(instance, language)
    assert client.log_in(name, f"{name}-alumni")
    assert word in client.settings(ACCOUNT)
