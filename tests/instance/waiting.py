# SPDX-License-Identifier: MIT
"""Waiting for a condition, with a deadline."""

import time

from .errors import InstanceError

POLL_SECONDS = 0.05


def wait_until(condition, seconds, what):
    """Calls condition() until it returns something true, and returns that.
    Raises InstanceError at the deadline; what says what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= deadline:
            raise InstanceError(f"waited {seconds} s in vain for {what}")
        time.sleep(POLL_SECONDS)
