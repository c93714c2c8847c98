# SPDX-License-Identifier: MIT
"""Dovecot's dict service, over its own protocol.

What `doveadm dict` does, whose command line is not the same in every version
of Dovecot: one line a request, fields separated by tabs (lib-dict/dict-client
in Dovecot's source).
"""

import itertools
import socket

from .errors import InstanceError

SECONDS = 30
DICT = "alumni"
# The protocol's major version is 4 in Dovecot 2.4 and 3 before. A service that
# speaks another closes the connection.
MAJOR_VERSIONS = (4, 3)


class DictClient:
    """One connection to the dict socket."""

    def __init__(self, path):
        self.ids = itertools.count(1)
        for version in MAJOR_VERSIONS:
            self._connect(path, version)
            try:
                # Any answer will do: it speaks this version.
                self._request("L", "priv/quota/limit", "nobody")
                return
            except (EOFError, ConnectionError):
                self._close()
        raise InstanceError(f"{path}: speaks no version of the protocol that "
                            "is known here")

    def _connect(self, path, version):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.socket.sendall(f"H{version}\t0\t0\t\t{DICT}\n".encode())

    def _close(self):
        self.lines.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._close()

    def _request(self, command, *fields):
        """Sends a request and returns its answer. From version 4 an answer
        is announced by *ID, and is +ID, a tab, and what it was before."""
        self._send(command, *fields)
        while True:
            line = self.lines.readline()
            if not line:
                raise EOFError
            if line.startswith("*"):
                continue
            if line.startswith("+"):
                line = line.split("\t", 1)[1]
            return line.rstrip("\n")

    def _send(self, command, *fields):
        text = "\t".join(str(field) for field in fields)
        self.socket.sendall(f"{command}{text}\n".encode())

    def get(self, user, key):
        """The value of the key, or None."""
        answer = self._request("L", key, user)
        if answer.startswith("O"):
            return answer[1:].split("\t")[0]
        if answer.startswith("N"):
            return None
        raise InstanceError(f"dict: {key}: {answer}")

    def set(self, user, key, value):
        """Sets the key in a transaction of its own."""
        number = next(self.ids)
        self._send("B", number, user)
        self._send("S", number, key, value)
        answer = self._request("C", number)
        if not answer.startswith("O"):
            raise InstanceError(f"dict: {key}={value}: {answer}")
