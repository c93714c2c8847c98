# SPDX-License-Identifier: MIT
"""Forwarding with a kept copy, beside virtual aliases and postsrsd.

Each side is a Postfix with as many accounts; a message counts when its copy
and its forwarded one have reached the sinks. Intake, rewriting, queue and
delivery are in it, but no mailbox, which would be the same for both.
"""

import contextlib
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from bench import mail_system, result, say
from instance.errors import InstanceError
from peers import postsrsd

ACCOUNTS = 100_000
NAME = "bench"
OUTSIDE = "outside.example"
MESSAGES = 1500
SESSIONS = 10
BYTES = 4000
ROUNDS = 7
SINK_SECONDS = 300

# What both sides have in common.
SETTINGS = ("disable_dns_lookups=yes", "relayhost=[127.0.0.1]:{outside}",
            "virtual_transport=lmtp:unix:{copies}")

PEER_MAIN = """\
compatibility_level = 3.6
myhostname = peer.{domain}
mydomain = {domain}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_relay_restrictions = reject_unauth_destination
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = {table}:{folder}/mailboxes
virtual_alias_domains =
virtual_alias_maps = {table}:{folder}/aliases
sender_canonical_maps = {forward}
sender_canonical_classes = envelope_sender
recipient_canonical_maps = {reverse}
recipient_canonical_classes = envelope_recipient, header_recipient
smtp_tls_security_level = may
"""


class Ours:
    """Postfix as an instance has it, with alumni-milter."""

    def __init__(self, instance):
        self.instance = instance
        self.port = instance.endpoints["smtp"][1]
        self.copies = instance.state / "spool/private/copies"

    def configure(self, settings):
        mail_system.configure_postfix(self.instance, *settings)

    def forget(self):
        mail_system.inside(self.instance, "postsuper", "-d", "ALL")


class Peer:
    """Postfix as its and postsrsd's documentation say."""

    def __init__(self, instance, folder, srs):
        self.instance = instance
        self.folder = folder
        self.etc = folder / "etc"
        self.port = postsrsd.free_port()
        self.copies = folder / "spool/private/copies"
        shutil.copytree(instance.state / "etc/postfix", self.etc,
                        ignore=shutil.ignore_patterns("main.cf", "master.cf"))
        for name in ("spool", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        self._write_tables(instance.domain, srs)
        self._write_master()

    def _inside(self, *argv):
        return mail_system.inside(self.instance, *argv)

    def _write_tables(self, domain, srs):
        table = subprocess.run(
            ["postconf", "-d", "-h", "default_database_type"], text=True,
            capture_output=True, check=True).stdout.strip()
        (self.etc / "main.cf").write_text(PEER_MAIN.format(
            domain=domain, folder=self.folder, table=table,
            forward=srs.forward_map, reverse=srs.reverse_map))
        with open(self.folder / "mailboxes", "w") as mailboxes, \
                open(self.folder / "aliases", "w") as aliases:
            for number in range(1, ACCOUNTS + 1):
                address = f"{number}{NAME}@{domain}"
                mailboxes.write(f"{address} OK\n")
                aliases.write(
                    f"{address} {address}, {number}{NAME}@{OUTSIDE}\n")
        for name in ("mailboxes", "aliases"):
            self._inside("postmap", "-c", self.etc,
                         f"{table}:{self.folder}/{name}")

    def _write_master(self):
        """Debian's, on a port of our own and without chroot."""
        lines = Path("/usr/share/postfix/master.cf.dist").read_text()
        (self.etc / "master.cf").write_text(lines.replace(
            "\nsmtp      inet", f"\n127.0.0.1:{self.port} inet"))
        self._inside("postconf", "-c", self.etc, "-F", "*/*/chroot = n")

    def configure(self, settings):
        self._inside("postconf", "-c", self.etc, "-e", *settings)
        self._inside("postfix", "-c", self.etc, "start")

    def forget(self):
        self._inside("postsuper", "-c", self.etc, "-d", "ALL")

    def stop(self):
        self._inside("postfix", "-c", self.etc, "stop")


@contextlib.contextmanager
def peer_of(instance):
    folder = instance.state / "peer"
    folder.mkdir(mode=0o755)
    with postsrsd.running(instance.domain, "a-secret-for-benchmarks") as srs:
        peer = Peer(instance, folder, srs)
        try:
            yield peer
        finally:
            peer.stop()


@contextlib.contextmanager
def sink(*arguments):
    """smtp-sink that ends after the last message. It listens once it has
    started; what comes before is tried again."""
    with subprocess.Popen(
            ["smtp-sink", "-u", "postfix", "-M", str(MESSAGES), *arguments,
             "200"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            umask=0) as process:
        try:
            yield process
        finally:
            process.kill()


def measure(side, outside):
    """Messages per second."""
    with sink("-L", f"unix:{side.copies}") as copies, \
            sink(f"127.0.0.1:{outside}") as forwarded:
        begun = time.monotonic()
        mail_system.send("-d", "-N", "-s", SESSIONS, "-m", MESSAGES, "-l",
                         BYTES, "-f", f"sender@{OUTSIDE}", "-t",
                         f"{NAME}@{side.instance.domain}",
                         f"127.0.0.1:{side.port}")
        for process in (copies, forwarded):
            try:
                process.wait(SINK_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise InstanceError(
                    f"not every message arrived in {SINK_SECONDS} s: see "
                    f"the logs of {type(side).__name__}") from error
        seconds = time.monotonic() - begun
    side.forget()
    return MESSAGES / seconds


def run():
    with mail_system.running(ACCOUNTS, NAME, lambda number:
                             f"{number}{NAME}@{OUTSIDE}") as instance, \
            peer_of(instance) as peer:
        outside = postsrsd.free_port()
        sides = {"ours": Ours(instance), "peer": peer}
        for side in sides.values():
            side.configure([setting.format(outside=outside,
                                           copies=side.copies)
                            for setting in SETTINGS])
        rates = {name: [] for name in sides}
        for turn in range(ROUNDS + 1):
            for name, side in sides.items():
                rate = measure(side, outside)
                # The first round warms up.
                if turn > 0:
                    rates[name].append(rate)
            say(f"round {turn} of {ROUNDS}")
    yield result("forward", statistics.median(rates["ours"]),
                 statistics.median(rates["peer"]), "messages/s",
                 wanted=("at least", 1.0))
