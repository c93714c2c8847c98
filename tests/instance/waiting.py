# SPDX-License-Identifier: MIT
"""Waiting for a condition, with a deadline."""

import time

from .errors import InstanceError

# The longer it takes, the less often it is looked, since to look may cost as
# much as what is waited for: a tenth of the time that has gone by.
POLL_SECONDS_MIN = 0.02
POLL_SECONDS_MAX = 0.25
POLL_SHARE = 0.1


def wait_until(condition, seconds, what):
    """Calls condition() until it returns something true, and returns that.
    Raises InstanceError at the deadline; what says what was waited for."""
    begun = time.monotonic()
    while True:
        result = condition()
        if result:
            return result
        gone_by = time.monotonic() - begun
        if gone_by >= seconds:
            raise InstanceError(f"waited {seconds} s in vain for {what}")
        time.sleep(min(POLL_SECONDS_MAX,
                       max(POLL_SECONDS_MIN, POLL_SHARE * gone_by)))
