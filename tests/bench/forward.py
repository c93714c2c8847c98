# SPDX-License-Identifier: MIT
"""Forwarding with a kept copy, beside virtual aliases and postsrsd.

Each side is a Postfix with as many accounts; a message counts when its copy
and its forwarded one have reached the sinks. Intake, rewriting, queue and
delivery are in it, but no mailbox, which would be the same for both. All make
one queue file of a message, on the same file system, and hand it on to the
same relay host and by LMTP to a sink of their own.

Ours asks alumni-milter twice (at RCPT, and at the end of the message, with all
of it) and by socketmap what the recipient stands for, and for the true sender
of the kept copy. The peer looks mailboxes and aliases
up in files of Postfix's own default kind, with an entry for each account, and
asks postsrsd for the sender and, as its documentation has it, for every
recipient. Its kept copy carries the rewritten sender. Two more peers
tell what a difference comes from: one puts the true sender back in the way that
ours does, so that it ends with the same result, and one has a libmilter filter
that does nothing, which is what over-quota answers in the dialogue cost at
least.
"""

import contextlib
import re
import shutil
import socket
import statistics
import subprocess
import time
from pathlib import Path

from bench import accounts, mail_system, result, say
from instance.waiting import wait_until
from peers import postsrsd

ACCOUNTS = 100_000
NAME = "bench"
OUTSIDE = "outside.example"
MESSAGES = 1500
SESSIONS = 20
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

# The regexp, as in ours, keeps every other address from postsrsd.
PEER_TRUE_SENDER = """\
lmtp_generic_maps = pipemap:{{regexp:{folder}/srs.regexp, {reverse}}}
"""
SRS_REGEXP = "/^(SRS[01][-+=].*@.*)$/ $1\n"


class Ours:
    """Postfix as an instance has it, with alumni-milter."""

    def __init__(self, instance):
        self.instance = instance
        self.port = instance.endpoints["smtp"][1]
        self.copies = instance.state / "copies.ours"

    def configure(self, settings):
        mail_system.configure_postfix(self.instance, *settings)


class Peer:
    """Postfix as its and postsrsd's documentation say."""

    further = ""

    def __init__(self, instance, srs):
        self.instance = instance
        self.folder = folder = instance.state / type(self).__name__.lower()
        folder.mkdir(mode=0o755)
        self.etc = folder / "etc"
        self.port = postsrsd.free_port()
        self.copies = instance.state / f"copies.{folder.name}"
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
        (self.etc / "main.cf").write_text((PEER_MAIN + self.further).format(
            domain=domain, folder=self.folder, table=table,
            forward=srs.forward_map, reverse=srs.reverse_map))
        (self.folder / "srs.regexp").write_text(SRS_REGEXP)
        with open(self.folder / "mailboxes", "w") as mailboxes, \
                open(self.folder / "aliases", "w") as aliases:
            for number in range(1, ACCOUNTS + 1):
                name = accounts.as_smtp_source(number, NAME)
                mailboxes.write(f"{name}@{domain} OK\n")
                aliases.write(f"{name}@{domain} {name}@{domain}, "
                              f"{name}@{OUTSIDE}\n")
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

    def stop(self):
        self._inside("postfix", "-c", self.etc, "stop")


class PeerWithTrueSender(Peer):
    """The same, with the true sender on the kept copy."""

    further = PEER_TRUE_SENDER


class PeerWithFilter(Peer):
    """The same, with a filter that does nothing."""

    further = "smtpd_milters = unix:{folder}/noop.sock\n"

    @contextlib.contextmanager
    def filter(self):
        socket_path = self.folder / "noop.sock"
        with mail_system.program(
                [*self.instance.endpoints["enter"],
                 mail_system.PROGRAMS / "noop-milter", socket_path],
                socket_path.exists):
            yield


@contextlib.contextmanager
def peers_of(instance):
    with contextlib.ExitStack() as stack:
        srs = stack.enter_context(
            postsrsd.running(instance.domain, "a-secret-for-benchmarks"))
        peers = []
        for kind in (Peer, PeerWithTrueSender, PeerWithFilter):
            peers.append(kind(instance, srs))
            stack.callback(peers[-1].stop)
        stack.enter_context(peers[-1].filter())
        yield peers


class Sink:
    """smtp-sink, counting what it gets."""

    def __init__(self, counters):
        self.counters = counters

    def messages(self):
        found = re.findall(rb"mesg=(\d+)", self.counters.read_bytes()[-200:])
        return int(found[-1]) if found else 0


def listens(address):
    kind, _, place = address.partition(":")
    with socket.socket(socket.AF_UNIX if kind == "unix"
                       else socket.AF_INET) as probe:
        return probe.connect_ex(place if kind == "unix"
                                else (kind, int(place))) == 0


@contextlib.contextmanager
def sink(instance, name, address, *options):
    """Yields a Sink that listens. It must stay while Postfix may deliver: a
    destination that does not answer is left alone for minutes."""
    counters = instance.state / f"{name}.counters"
    with open(counters, "wb") as output, subprocess.Popen(
            ["smtp-sink", "-c", "-u", "postfix", "-m", "200", *options,
             address, "200"], stdin=subprocess.DEVNULL, stdout=output,
            umask=0) as process:
        try:
            wait_until(lambda: listens(address) or process.poll() is not None,
                       SINK_SECONDS, "smtp-sink to listen")
            yield Sink(counters)
        finally:
            process.kill()


def measure(side, sinks):
    """Messages per second."""
    wanted = {sink: sink.messages() + MESSAGES for sink in sinks}
    begun = time.monotonic()
    mail_system.send("-d", "-N", "-s", SESSIONS, "-m", MESSAGES, "-l", BYTES,
                     "-f", f"sender@{OUTSIDE}", "-t",
                     f"{NAME}@{side.instance.domain}",
                     f"127.0.0.1:{side.port}")
    wait_until(lambda: all(sink.messages() >= count
                           for sink, count in wanted.items()), SINK_SECONDS,
               f"every message to arrive by way of {type(side).__name__}")
    return MESSAGES / (time.monotonic() - begun)


@contextlib.contextmanager
def sides_of(instance, peers):
    """Yields the sides, set up, and what a round of each is measured by."""
    outside = postsrsd.free_port()
    sides = (Ours(instance), *peers)
    with contextlib.ExitStack() as stack:
        forwarded = stack.enter_context(
            sink(instance, "forwarded", f"127.0.0.1:{outside}"))
        rounds = {}
        for side in sides:
            copies = stack.enter_context(
                sink(instance, type(side).__name__, f"unix:{side.copies}",
                     "-L"))
            side.configure([setting.format(outside=outside,
                                           copies=side.copies)
                            for setting in SETTINGS])
            rounds[side] = (copies, forwarded)
        yield rounds


def compare(name, ours, theirs, wanted=None):
    # Of each round, since the machine's other work differs between rounds.
    ratio = statistics.median(our / their for our, their in zip(ours, theirs))
    return result(name, statistics.median(ours), statistics.median(theirs),
                  "messages/s", wanted=wanted, ratio=ratio)


def run():
    with mail_system.running(
            ACCOUNTS, NAME, named=accounts.as_smtp_source,
            forward=lambda number: f"{accounts.as_smtp_source(number, NAME)}"
                                   f"@{OUTSIDE}") as instance, \
            peers_of(instance) as peers, \
            sides_of(instance, peers) as sides:
        rates = {side: [] for side in sides}
        for turn in range(ROUNDS + 1):
            for side, sinks in sides.items():
                rate = measure(side, sinks)
                # The first round warms up.
                if turn > 0:
                    rates[side].append(rate)
            say(f"round {turn} of {ROUNDS}")
    ours, documented, same, filtered = rates.values()
    yield compare("forward", ours, documented, wanted=("at least", 1.0))
    yield compare("forward-true-sender", ours, same)
    yield compare("forward-with-filter", ours, filtered)
    yield compare("filter-alone", filtered, documented)
