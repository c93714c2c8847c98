# SPDX-License-Identifier: MIT
"""A name server on loopback that knows what a test tells it."""

import contextlib
import socket
import struct
import threading

TYPES = {"A": 1, "PTR": 12, "MX": 15, "TXT": 16}
NO_SUCH_NAME = 3


def _name(text):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in text.rstrip(".").split(".")) + b"\0"


def _data(kind, value):
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "PTR":
        return _name(value)
    if kind == "MX":
        return struct.pack("!H", 10) + _name(value)
    # A string of TXT has at most 255 octets.
    parts = [value[at:at + 255].encode() for at in range(0, len(value), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts)


def _question(message):
    """The name that is asked for, its type, and where the question ends."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    kind, = struct.unpack_from("!H", message, at + 1)
    return ".".join(labels).lower(), kind, at + 5


class NameServer:
    """records: (name, type) to value. One without records knows nothing."""

    def __init__(self, address, records):
        self.records = dict(records)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _answer(self, message):
        name, kind, end = _question(message)
        word = next((word for word, number in TYPES.items()
                     if number == kind), None)
        value = self.records.get((name, word))
        code = 0 if value else NO_SUCH_NAME
        head = message[:2] + struct.pack("!HHHHH", 0x8180 | code, 1,
                                         1 if value else 0, 0, 0)
        if not value:
            return head + message[12:end]
        data = _data(word, value)
        return (head + message[12:end] + b"\xc0\x0c"
                + struct.pack("!HHIH", kind, 1, 60, len(data)) + data)

    def _serve(self):
        while True:
            message, client = self.socket.recvfrom(4096)
            if not message:
                return
            self.socket.sendto(self._answer(message), client)

    def close(self):
        address = self.socket.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", address)
        self.thread.join()
        self.socket.close()


@contextlib.contextmanager
def name_server(address, records):
    server = NameServer(address, records)
    try:
        yield server
    finally:
        server.close()
