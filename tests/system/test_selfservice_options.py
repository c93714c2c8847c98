# SPDX-License-Identifier: MIT
"""Self-service as a site's own options have it: which addresses are denied,
how good passwords must be, and what is not offered at all.
"""

import json

import pytest

from metadata import WAYS, by, login, refusal

GOOD = "Correct-horse-47-battery"


@pytest.fixture(name="strict", scope="module")
def _strict(module_state):
    """An instance with options of its own."""
    instance = module_state.up()
    config = module_state.layout.config
    config.write_text(
        'forward_confirm = no\n'
        'forward_denied_domains = { "disposable.example" }\n'
        'srs_domain = "srs.example"\n'
        'password_length = 14\n'
        'password_classes = 4\n'
        'password_bad_words = { "gloeshaugen" }\n'
        'app_passwords = no\n' + config.read_text())
    instance.service("stop", "dovecot")
    instance.service("start", "dovecot")
    return instance


@pytest.fixture(name="person")
def _person(strict):
    return strict.add_account("strict")


@pytest.fixture(name="own", params=WAYS)
def _own(request, strict, person):
    return by(request.param, strict, person)


@pytest.mark.parametrize("domain", [
    "disposable.example", "DISPOSABLE.example", "mx.disposable.example"])
def test_a_denied_domain_is_refused(own, domain):
    assert refusal(own, "forward", f"me@{domain}") == (
        f"Forwarding to {domain.lower()} is not allowed. Enter an address "
        "elsewhere.")
    assert own.get("forward") is None


def test_a_domain_that_only_looks_denied_is_taken(own, person):
    own.set("forward", f"{person}@notdisposable.example")
    assert own.get("forward") == f"{person}@notdisposable.example"


def test_the_domain_of_return_addresses_is_ours(own):
    assert refusal(own, "forward", "me@srs.example") == (
        "Mail cannot be forwarded to an address at srs.example. Enter an "
        "address elsewhere.")


def test_without_confirmation_an_address_is_in_force_at_once(strict, own,
                                                             person):
    first, second = f"{person}.1@outside.example", f"{person}@outside.example"
    own.set("forward", first)
    assert own.get("forward") == first
    assert own.get("forward-pending") is None
    assert json.loads(own.get("account"))["forward_confirm"] is False
    own.set("forward", second)
    assert own.get("forward") == second
    # Who had it is told, and so is the mailbox.
    strict.wait_outside(
        first, lambda message: b"is now forwarded to" in message.content)
    strict.wait_message(person, f"is now forwarded to {second}")


def test_changes_of_forwarding_are_limited(own, person):
    for number in range(20):
        own.set("forward", f"{person}.{number}@outside.example")
    assert refusal(own, "forward", f"{person}@outside.example") == (
        "The forwarding was changed too often today. Try again tomorrow.")
    assert own.get("forward") == f"{person}.19@outside.example"


@pytest.mark.parametrize("password, sentence", [
    ("Correct-47-hb", "The new password is too short: it must have at least "
     "14 characters."),
    ("correct-horse-47-battery", "The new password must have characters of at "
     "least 4 kinds: small and capital letters, digits, others."),
    ("My-Gloeshaugen-47-horse", "The new password contains your name, the "
     "domain or another word that is easy to guess."),
])
def test_passwords_are_as_good_as_the_site_wants(own, person, password,
                                                 sentence):
    assert refusal(own, "password",
                   f"{person}-alumni\t{password}") == sentence


def test_a_good_password_is_taken(strict, own, person):
    own.set("password", f"{person}-alumni\t{GOOD}")
    strict.imap(person, GOOD).logout()


def test_app_passwords_are_not_offered(strict, person):
    own = login(strict, person)
    assert refusal(own, "app-password", f"{person}-alumni\tphone") == (
        "App passwords are not used here.")
    assert own.get("app-password") is None
    assert json.loads(own.get("account"))["app_passwords_used"] is False
