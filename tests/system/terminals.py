# SPDX-License-Identifier: MIT
"""A program at a terminal of its own, and the person in front of it."""

import errno
import fcntl
import os
import pty
import select
import subprocess
import termios

import pytest

from alumnictl_program import SECONDS, wait


class Terminal:
    """A program at a terminal of its own, and the person in front of it."""

    def __init__(self, argv, environment):
        self.master, slave = pty.openpty()
        self.seen = b""

        def own_terminal():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=own_terminal, env=environment)
        self.slave = slave

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def read(self):
        """What came since the last time, without waiting."""
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.seen += os.read(self.master, 4096)
            except OSError as error:
                assert error.errno == errno.EIO
                return

    def expect(self, text, times=1):
        def there():
            self.read()
            return self.seen.count(text) >= times

        wait(there)

    def type(self, text):
        os.write(self.master, text)

    def end(self):
        """The exit status, and all that was on the screen."""
        status = self.process.wait(timeout=SECONDS)
        self.read()
        return status, self.seen.replace(b"\r\n", b"\n")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(ctl):
    opened = []

    def start(*arguments):
        opened.append(Terminal(ctl.argv(*arguments), ctl.environment()))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
