# SPDX-License-Identifier: MIT
"""A private instance of the whole mail system, for people who work on it.

Everything that an instance is made of lives under one folder: configuration,
databases, mail, queue, logs. Its servers run in a mount namespace of their
own, so that nothing of the machine's /etc, /var or installed modules is
changed. `./dev up` and the system tests are the users of this package.

Only the standard library is used: it must run on a bare machine.
"""
