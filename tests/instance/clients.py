# SPDX-License-Identifier: MIT
"""A running instance as its users and its administrators see it."""

import contextlib
import imaplib
import json
import os
import poplib
import re
import secrets
import smtplib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import up
from .configuration import dovecot_version
from .errors import InstanceError
from .layout import Layout
from .waiting import wait_until

CLIENT_SECONDS = 60
COMMAND_SECONDS = 300
WAIT_SECONDS = 60


@dataclass
class OutsideMessage:
    """A message that left for the internet, with its envelope."""

    path: Path
    sender: str          # without <>
    sender_options: str  # what followed on the MAIL command
    recipients: list     # without <>
    recipient_options: list
    content: bytes       # as it was sent, lines ending in \n


def parse_outside(path):
    """Reads a file of smtp-sink: the envelope as headers, one Received header
    of three lines, the message, an empty line."""
    head, _, rest = path.read_bytes().partition(b"\nReceived: ")
    sender, recipients, options = ("", ""), [], []
    for line in head.decode(errors="surrogateescape").split("\n"):
        name, _, value = line.partition(": ")
        address = re.match(r"<(.*?)>\s*(.*)", value)
        if name == "X-Mail-Args":
            sender = address.groups()
        elif name == "X-Rcpt-Args":
            recipients.append(address.group(1))
            options.append(address.group(2))
    content = rest.split(b"\n", 3)[3]
    return OutsideMessage(path, sender[0], sender[1], recipients, options,
                          content.removesuffix(b"\n"))


def _open_files():
    """Every file that a sink has open: a message that is still being written is
    among them."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        # A process may end at any time, and close its files.
        with contextlib.suppress(OSError):
            if (process / "comm").read_text() != "smtp-sink\n":
                continue
            for link in os.listdir(process / "fd"):
                with contextlib.suppress(OSError):
                    found.add(os.readlink(process / "fd" / link))
    return found


class RunningInstance:
    """Clients and commands for the instance in a folder."""

    def __init__(self, state):
        self.state = Path(state)
        self.reload()

    def reload(self):
        """Reads the endpoints again: some change with a server's restart."""
        self.endpoints = json.loads(
            (self.state / "endpoints.json").read_text())
        self.domain = self.endpoints["domain"]
        self.outside_dir = Path(self.endpoints["outside_dir"])

    # ---- commands ----

    def run(self, prefix, *arguments, text=None, check=True):
        """Runs the command that endpoints.json has under this key."""
        return self.run_argv([*self.endpoints[prefix], *arguments],
                             text=text, check=check)

    @staticmethod
    def run_argv(argv, text=None, check=True):
        """Runs a command; a failure is an error unless check is false."""
        argv = [str(word) for word in argv]
        # Without text, standard input is empty.
        done = subprocess.run(argv, input=text or "", text=True,
                              capture_output=True, check=False,
                              timeout=COMMAND_SECONDS)
        if check and done.returncode != 0:
            raise InstanceError(f"{' '.join(argv)}: status {done.returncode}"
                                f"\n{done.stdout}{done.stderr}")
        return done

    def alumnictl(self, *arguments, text=None, check=True):
        return self.run("alumnictl", *arguments, text=text, check=check)

    def doveadm(self, *arguments, text=None, check=True):
        return self.run("doveadm", *arguments, text=text, check=check)

    def dict_get(self, user, key):
        """Looks a key up in the dict "alumni", as a mail process would."""
        return self._dict("get", user, key).stdout.strip()

    def dict_set(self, user, key, value):
        self._dict("set", user, key, str(value))

    def _dict(self, action, user, *arguments):
        if dovecot_version() == "2.3":
            return self.doveadm("dict", action, "-u", user, "proxy::alumni",
                                *arguments)
        # The name of a filter comes first; here it is not used.
        return self.doveadm("-o", "dict=alumni",
                            "-o", "dict/alumni/dict_driver=proxy",
                            "-o", "dict/alumni/dict_proxy_name=alumni",
                            "dict", action, "-u", user, "alumni", *arguments)

    def save(self, user, message, mailbox="Trash", days_ago=0):
        """Saves a message into a mailbox, with a clock that is days behind (or
        ahead, below 0): it then counts as saved that long ago."""
        enter = self.endpoints["enter"]
        doveadm, *options = self.endpoints["doveadm"][len(enter):]
        # -k: doveadm would clear the variables that faketime works by.
        self.run_argv([*enter, "faketime", "--exclude-monotonic",
                       "-f", f"{-days_ago:+d}d", doveadm,
                       "-k", *options, "save", "-u", user, "-m", mailbox],
                      text=message)

    def service(self, action, name):
        """Starts, stops or kills one server, as ./dev service does."""
        up.service(Layout(self.state), action, name)
        self.reload()

    def add_account(self, hint="person", *options, password=None):
        """Creates an account under a name that no test used yet; the alumni
        password is NAME-alumni unless given. Returns the name."""
        name = f"{hint}-{secrets.token_hex(4)}"
        self.alumnictl("account", "add", name, *options)
        self.alumnictl("password", "set", name,
                       text=f"{password or name + '-alumni'}\n")
        return name

    def address(self, name):
        return f"{name}@{self.domain}"

    # ---- mail programs ----

    def tls(self):
        """Trusts the instance's own authority, and nobody else."""
        return ssl.create_default_context(cafile=self.endpoints["ca_file"])

    def imap_connection(self):
        host, port = self.endpoints["imaps"]
        return imaplib.IMAP4_SSL(host, port, ssl_context=self.tls(),
                                 timeout=CLIENT_SECONDS)

    def imap(self, user, password=None):
        """A session of imaplib; the alumni password unless given."""
        connection = self.imap_connection()
        try:
            connection.login(user, password if password is not None
                             else f"{user}-alumni")
        except BaseException:
            connection.shutdown()
            raise
        return connection

    def pop3(self, user, password=None):
        host, port = self.endpoints["pop3s"]
        connection = poplib.POP3_SSL(host, port, context=self.tls(),
                                     timeout=CLIENT_SECONDS)
        try:
            connection.user(user)
            connection.pass_(password if password is not None
                             else f"{user}-alumni")
        except BaseException:
            connection.close()
            raise
        return connection

    def smtp(self):
        """As another mail server connects: no authentication."""
        host, port = self.endpoints["smtp"]
        return smtplib.SMTP(host, port, local_hostname="sender.outside.example",
                            timeout=CLIENT_SECONDS)

    def submission(self, user, password=None):
        """As a mail program connects: STARTTLS, then authentication."""
        host, port = self.endpoints["submission"]
        connection = smtplib.SMTP(host, port, timeout=CLIENT_SECONDS)
        try:
            connection.starttls(context=self.tls())
            connection.login(user, password if password is not None
                             else f"{user}-alumni")
        except BaseException:
            connection.close()
            raise
        return connection

    def send(self, recipients, message, sender="sender@outside.example"):
        """Hands a message in from outside."""
        if isinstance(recipients, str):
            recipients = [recipients]
        with self.smtp() as connection:
            return connection.sendmail(sender, recipients, message)

    # ---- what came of it ----

    def wait(self, condition, what, seconds=WAIT_SECONDS):
        return wait_until(condition, seconds, what)

    def outside(self):
        """Every message that has completely left, oldest first."""
        times = {}
        for path in self.outside_dir.iterdir():
            # The sink that refuses removes what it began to write.
            with contextlib.suppress(FileNotFoundError):
                times[path] = path.stat().st_mtime_ns
        writing = _open_files()
        messages = []
        for path in sorted(times, key=times.get):
            if str(path) in writing:
                continue
            with contextlib.suppress(FileNotFoundError):
                if b"\nReceived: " in path.read_bytes():
                    messages.append(parse_outside(path))
        return messages

    def wait_outside(self, recipient, matching=lambda message: True,
                     seconds=WAIT_SECONDS):
        """Waits for a message to this recipient to leave."""
        def find():
            for message in self.outside():
                if recipient in message.recipients and matching(message):
                    return message
            return None

        return self.wait(find, f"a message to {recipient} outside", seconds)

    def messages(self, user, mailbox="INBOX", password=None):
        """The messages of a mailbox as bytes."""
        connection = self.imap(user, password)
        try:
            status, answer = connection.select(mailbox, readonly=True)
            if status != "OK":
                raise InstanceError(f"{user} has no mailbox {mailbox}: "
                                    f"{answer}")
            _, numbers = connection.search(None, "ALL")
            found = []
            for number in numbers[0].split():
                _, data = connection.fetch(number.decode(), "(BODY.PEEK[])")
                found.append(data[0][1])
            return found
        finally:
            connection.logout()

    def wait_message(self, user, text, mailbox="INBOX", password=None,
                     seconds=WAIT_SECONDS):
        """Waits for a message that holds the text; returns its bytes."""
        def find():
            for message in self.messages(user, mailbox, password):
                if text.encode() in message:
                    return message
            return None

        return self.wait(find, f"{text!r} in {user}'s {mailbox}", seconds)

    def queue(self):
        """The messages in Postfix's queue, as postqueue -j tells them."""
        lines = self.run("postqueue", "-j").stdout.splitlines()
        return [json.loads(line) for line in lines]

    def wait_queue_empty(self, seconds=WAIT_SECONDS):
        self.wait(lambda: not self.queue(), "an empty queue", seconds)
