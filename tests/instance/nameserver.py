# SPDX-License-Identifier: MIT
"""A name server on loopback that knows what a file says, and nothing else.

The file has a line for each record, "NAME TYPE TEXT", and is read again when it
has changed. A text of TXT is one string, however long. Any other name does not
exist, so that nobody waits for an answer from outside.

    python3 -m instance.nameserver FILE PORT
"""

import os
import socketserver
import sys

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

TTL_SECONDS = 60
# RFC 1035, 3.3: a string of TXT.
STRING_BYTES = 255


class Records:
    """What the file says."""

    def __init__(self, path):
        self.path = path
        self.read_at = None
        self.found = {}

    def of(self, name):
        """Texts by type; None if there is no such name."""
        changed = os.stat(self.path)
        stamp = (changed.st_mtime_ns, changed.st_ino, changed.st_size)
        if stamp != self.read_at:
            self.found = {}
            with open(self.path) as file:
                for line in file:
                    owner, kind, text = line.rstrip("\n").split(" ", 2)
                    self.found.setdefault(owner.lower(), {}).setdefault(
                        kind, []).append(text)
            self.read_at = stamp
        return self.found.get(name.lower())


def presentation(kind, text):
    """The text as a zone file has it."""
    if kind != "TXT":
        return text
    return " ".join(f'"{text[at:at + STRING_BYTES]}"'
                    for at in range(0, len(text), STRING_BYTES))


def answer(records, wire):
    """The reply to a query, both as they are on the wire."""
    query = dns.message.from_wire(wire)
    reply = dns.message.make_response(query, recursion_available=True)
    question = query.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    there = records.of(question.name.to_text(omit_final_dot=True))
    if there is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif kind in there:
        reply.answer.append(dns.rrset.from_text_list(
            question.name, TTL_SECONDS, "IN", kind,
            [presentation(kind, text) for text in there[kind]]))
    return reply.to_wire()


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        wire, connection = self.request
        connection.sendto(answer(self.server.records, wire),
                          self.client_address)


def main():
    path, port = sys.argv[1:]
    with socketserver.UDPServer(("127.0.0.1", int(port)), Handler) as server:
        server.records = Records(path)
        server.serve_forever()


if __name__ == "__main__":
    main()
