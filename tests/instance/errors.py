# SPDX-License-Identifier: MIT
"""What goes wrong in a way that a person can mend."""


class InstanceError(Exception):
    """A sentence that says what failed, where, and how to mend it."""
