# SPDX-License-Identifier: MIT
"""Another main.cf of the instance's Postfix, while a test needs it."""

import contextlib


@contextlib.contextmanager
def configured(instance, change):
    """change(text) returns the new text."""
    path = next(instance.state.glob("**/postfix/main.cf"))
    before = path.read_text()
    changed = change(before)
    assert changed != before
    path.write_text(changed)
    try:
        instance.run("postfix", "reload")
        yield
    finally:
        path.write_text(before)
        instance.run("postfix", "reload")
