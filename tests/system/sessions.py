# SPDX-License-Identifier: MIT
"""Whether a session with a mail program goes on."""

import imaplib


def is_open(session):
    """True if it answers another command."""
    try:
        return session.noop()[0] == "OK"
    except (imaplib.IMAP4.abort, OSError):
        return False


def assert_open(session):
    assert is_open(session)


def assert_ended(instance, session):
    """Dovecot ends it with a signal, which takes a moment."""
    instance.wait(lambda: not is_open(session), "the session to be ended")
