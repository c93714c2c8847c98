# SPDX-License-Identifier: MIT
"""A session of mixed IMAP commands with our plugins, and without.

Several people at once append messages, copy and move them, move some to Trash,
and expunge; each waits for every answer, as mail programs do.
"""

import contextlib
import socket
import ssl
import threading
import time

from bench import mail_system, plain_dovecot, say
from bench.deliver import result_of_rounds

ACCOUNTS = 4
PASSWORD = "a password of a benchmark"
APPENDS = 4
CYCLES = 12
ROUNDS = 21
SECONDS = 120
MESSAGE = (b"Subject: mixed\r\nFrom: <x@outside.example>\r\n\r\n"
           + b"Some text that fills a line of a message.\r\n" * 200)


class Session:
    """IMAP on a plain socket: a library would take as long as the server."""

    def __init__(self, instance, side, name):
        raw = socket.create_connection(("127.0.0.1", side.imaps), SECONDS)
        self.socket = instance.tls().wrap_socket(raw,
                                                 server_hostname="localhost")
        self.file = self.socket.makefile("rb")
        self.tag = 0
        self.commands = 0
        self.file.readline()
        self.run(f'LOGIN {name} "{PASSWORD}"')
        self.run("SELECT INBOX")

    def run(self, text, literal=b""):
        """Sends a command and waits for its answer."""
        self.tag += 1
        line = f"a{self.tag} {text}"
        if literal:
            line += f" {{{len(literal)}+}}"
        self.socket.sendall(line.encode() + b"\r\n"
                            + (literal + b"\r\n" if literal else b""))
        wanted = f"a{self.tag} ".encode()
        while not (answer := self.file.readline()).startswith(wanted):
            if not answer:
                raise ConnectionError("the server hung up")
        if not answer.startswith(wanted + b"OK"):
            raise ConnectionError(f"{text}: {answer}")
        self.commands += 1

    def cycle(self):
        for _ in range(APPENDS):
            self.run("APPEND INBOX", MESSAGE)
        self.run("NOOP")
        self.run("COPY 1:* Drafts")
        self.run("MOVE 1:2 Trash")
        self.run("STORE 1 +FLAGS (\\Seen)")
        self.run("STORE 1:* +FLAGS (\\Deleted)")
        self.run("EXPUNGE")
        self.run("STATUS Trash (MESSAGES)")

    def empty(self):
        """So that each round begins with the same."""
        for mailbox in ("Drafts", "Trash"):
            self.run(f"SELECT {mailbox}")
            self.run("STORE 1:* +FLAGS.SILENT (\\Deleted)")
            self.run("EXPUNGE")

    def close(self):
        self.run("LOGOUT")
        self.socket.close()


def work(instance, side):
    """Commands per second, of all sessions together."""
    done, failed = [], []

    def person(number):
        try:
            session = Session(instance, side, f"{number}{side.name}")
            with contextlib.closing(session):
                for _ in range(CYCLES):
                    session.cycle()
                session.empty()
            done.append(session.commands)
        except (OSError, ssl.SSLError) as error:
            failed.append(error)

    threads = [threading.Thread(target=person, args=(number,))
               for number in range(1, ACCOUNTS + 1)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(done) / (time.monotonic() - begun)


def run():
    with mail_system.running(ACCOUNTS, "ours", "peer") as instance, \
            plain_dovecot.running(instance) as peer:
        for number in range(1, ACCOUNTS + 1):
            for name in ("ours", "peer"):
                instance.alumnictl("password", "set", f"{number}{name}",
                                   text=f"{PASSWORD}\n")
        sides = plain_dovecot.ours(instance), peer
        for side in sides:
            work(instance, side)
        rounds = []
        for turn in range(ROUNDS):
            order = sides if turn % 2 == 0 else sides[::-1]
            rates = {side.name: work(instance, side) for side in order}
            rounds.append(rates)
            say(f"round {turn + 1} of {ROUNDS}: {rates['ours']:.0f} and "
                f"{rates['peer']:.0f} commands/s")
    yield result_of_rounds("imap", rounds, "commands/s")
