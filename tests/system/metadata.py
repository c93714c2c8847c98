# SPDX-License-Identifier: MIT
"""IMAP METADATA (RFC 5464) for self-service: as a mail program has it, and as
an administrator does over doveadm. Both ways have the same get() and set().
"""

import os
import re

PREFIX = "/private/vendor/vendor.alumnimail/"


class Refused(Exception):
    """The server's NO: `code` as CANNOT, and the sentence."""

    def __init__(self, line):
        # Dovecot adds how long it took, before the last full stop.
        line = re.sub(r" \([\d.+ ]+ secs\)\.$", ".", line)
        found = re.match(r"NO (?:\[(\w+)\] )?(.*)$", line)
        super().__init__(line)
        self.code = found[1] if found else None
        self.text = found[2] if found else line


class Metadata:
    """Raw commands over a connection of imaplib, whose own parser knows
    nothing of METADATA."""

    def __init__(self, connection):
        self.connection = connection
        self.number = 0

    def _line(self):
        return self.connection.readline().rstrip(b"\r\n")

    def command(self, parts):
        """Sends the parts, each bytes of a literal after the first of plain
        text: [text, literal, text, ...]. Returns untagged answers."""
        self.number += 1
        tag = f"m{self.number}".encode()
        out = tag + b" " + parts[0]
        for literal, text in zip(parts[1::2], parts[2::2]):
            self.connection.send(out + b"{%d}\r\n" % len(literal))
            line = self._line()
            if not line.startswith(b"+"):
                # The command failed before its end, or the session was ended.
                if line.startswith(b"* BYE"):
                    raise ConnectionError(line.decode())
                return self._ended(tag, line, [])
            self.connection.send(literal)
            out = text
        self.connection.send(out + b"\r\n")
        return self._answers(tag)

    def _answers(self, tag):
        answers = []
        while True:
            line = self._line()
            if line.startswith(tag + b" "):
                return self._ended(tag, line, answers)
            if not line:
                raise ConnectionError("the server closed the connection")
            found = re.search(rb"\{(\d+)\}$", line)
            if found:
                size = int(found[1])
                line = line[:found.start()] + b"\0" + self.connection.read(
                    size) + b"\0" + self._line()
            answers.append(line)

    @staticmethod
    def _ended(tag, line, answers):
        text = line[len(tag) + 1:].decode()
        if text.startswith("OK"):
            return answers
        raise Refused(text)

    def get(self, name):
        """The value of an entry, or None."""
        (answer,) = self.command(
            [b'GETMETADATA "" (' + (PREFIX + name).encode() + b")"])
        value = answer.split((PREFIX + name).encode() + b" ", 1)[1]
        value = value.removesuffix(b")")
        if value == b"NIL":
            return None
        if value.startswith(b"\0"):
            return value[1:-1].decode()
        return re.sub(rb"\\(.)", rb"\1", value[1:-1]).decode()

    def set(self, name, value):
        """Sets an entry; None removes it. bytes or text, sent as a
        literal."""
        entry = b'SETMETADATA "" (' + (PREFIX + name).encode() + b" "
        if value is None:
            self.command([entry + b"NIL)"])
            return
        if isinstance(value, str):
            value = value.encode()
        self.command([entry, value, b")"])


WAYS = ("imap", "doveadm")


def login(instance, user, password=None):
    return Metadata(instance.imap(user, password))


def by(way, instance, user):
    """The entries of a user, by one of the ways."""
    return login(instance, user) if way == "imap" else Doveadm(instance, user)


def refusal(metadata, name, value):
    """The sentence with which a value is refused; its code is CANNOT."""
    try:
        metadata.set(name, value)
    except Refused as refused:
        assert refused.code == "CANNOT", refused
        return refused.text
    raise AssertionError(f"{name} was set to {value!r}")


class Doveadm:
    """The same entries by `doveadm mailbox metadata`."""

    # sysexits.h: what doveadm makes of a refusal.
    REFUSED = 65

    def __init__(self, instance, user):
        self.instance = instance
        self.user = user

    def run(self, action, name, *value):
        """An entry of the server's; returns what is printed."""
        words = [os.fsdecode(word) if isinstance(word, bytes) else word
                 for word in value]
        done = self.instance.doveadm(
            "mailbox", "metadata", action, "-u", self.user, "-s", "--", "",
            PREFIX + name, *words, check=False)
        if done.returncode == 0:
            assert done.stderr == ""
            return done.stdout
        # One line, whatever was in the value.
        found = re.fullmatch(
            rf"doveadm\({self.user}\): Error: (?:cmd mailbox metadata \w+: )?"
            r"Failed to set attribute: (.*)\n", done.stderr)
        assert found and done.returncode == self.REFUSED, done
        raise Refused(f"NO [CANNOT] {found[1]}")

    def get(self, name):
        """The value of an entry, or None."""
        return self.run("get", name).removesuffix("\n") or None

    def set(self, name, value):
        """Sets an entry; None removes it."""
        if value is None:
            self.run("unset", name)
        else:
            self.run("set", name, value)

    def list(self, prefix=""):
        """The names below the prefix."""
        return self.run("list", prefix).splitlines()
