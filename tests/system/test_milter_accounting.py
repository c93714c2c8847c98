# SPDX-License-Identifier: MIT
"""Accounting: whatever is killed, every accepted message is in the mailbox,
outside, or returned to its sender, exactly once.

ALUMNIMAIL_ACCOUNTING_MESSAGES makes it as long as one likes (5,000 take about
ten minutes for each test), and ALUMNIMAIL_ACCOUNTING_SEED repeats a run; the
seed is printed with the tally.
"""

import os
import queue
import random
import re
import smtplib
import stat
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from instance import up
from instance.errors import InstanceError
from instance.layout import Layout
from milter_people import make_people, stored

MESSAGES = int(os.environ.get("ALUMNIMAIL_ACCOUNTING_MESSAGES", "600"))
SEED = os.environ.get("ALUMNIMAIL_ACCOUNTING_SEED")
CLIENTS = 8
RECIPIENTS_MAX = 10
MESSAGES_PER_KILL = 50
KILL_SECONDS_MAX = 0.5     # a server lives at least that long, at random
AWAY_SECONDS_MAX = 0.2     # and is then away so long
RETRY_SECONDS = 0.1
ATTEMPTS_MAX = 100
STARTS_MAX = 20
SETTLE_SECONDS = 300 + MESSAGES / 2
# Postfix's queues whose messages are on their way.
QUEUES = ("maildrop", "incoming", "active", "deferred")


@dataclass
class Sent:
    """A message, and what its client was told about it."""

    number: int
    recipients: list                    # everybody it was for
    accepted: list = field(default_factory=list)
    answer: str = "deferred"            # or "accepted", "unknown"
    attempts: int = 0


def is_whole(path):
    """False for what a killed process left half written: nobody was told that
    it was taken, and Postfix does not look at it. Whole files are
    executable."""
    try:
        return bool(path.stat().st_mode & stat.S_IXUSR)
    except FileNotFoundError:
        return False


class Ledger:
    def __init__(self, instance, run, people):
        self.instance = instance
        self.run = run
        self.people = people
        self.todo = queue.SimpleQueue()
        self.sent = []

    def author(self, number):
        return f"author-{self.run}-{number}@outside.example"

    def text(self, number):
        return (f"Subject: accounting {self.run}-{number}.\r\n"
                f"From: {self.author(number)}\r\n\r\n"
                + "a line of text\r\n" * 30)

    def plan(self, chance, messages):
        for number in range(messages):
            count = chance.randint(1, RECIPIENTS_MAX)
            self.sent.append(Sent(number, chance.sample(self.people, count)))
            self.todo.put(self.sent[-1])

    # ---- sending ----

    def client(self, kills):
        """Sends until nothing is left, and what is deferred again and again,
        as mail servers do. Keeps pace with the killing."""
        while True:
            try:
                sent = self.todo.get_nowait()
            except queue.Empty:
                return
            kills.wait_for(sent.number // MESSAGES_PER_KILL)
            for _ in range(ATTEMPTS_MAX):
                # A server that cannot be started again takes no mail.
                if kills.failure is not None:
                    return
                self.attempt(sent)
                if sent.answer != "deferred":
                    break
                time.sleep(RETRY_SECONDS)

    def attempt(self, sent):
        sent.accepted = []
        sent.attempts += 1
        try:
            with self.instance.smtp() as connection:
                self.transfer(connection, sent)
        except (OSError, smtplib.SMTPException):
            # Before the end of DATA nothing was promised; after it, the
            # answer was lost, and a real client would send it again.
            pass

    def transfer(self, connection, sent):
        connection.ehlo()
        connection.mail(self.author(sent.number))
        for person in sent.recipients:
            code, _ = connection.rcpt(self.instance.address(person.name))
            if code == 250:
                sent.accepted.append(person)
        if connection.docmd("DATA")[0] != 354:
            return
        connection.send(self.text(sent.number))
        sent.answer = "unknown"
        connection.send(".\r\n")
        code, _ = connection.getreply()
        sent.answer = "accepted" if code == 250 else "deferred"

    # ---- what came of it ----

    def waiting(self, queue):
        """True if a message lies in this queue; looked up in the folder, since
        listing thousands of messages would take from delivering them."""
        spool = self.instance.state / "spool" / queue
        return any(is_whole(Path(folder, name))
                   for folder, _, files in os.walk(spool) for name in files)

    def settle(self):
        """Waits until Postfix has nothing left, trying again at once."""
        def is_empty():
            if self.waiting("incoming") or self.waiting("active"):
                return False
            if not any(map(self.waiting, QUEUES)):
                # A message may have moved from one folder to the next.
                return not self.instance.queue()
            self.instance.run("postqueue", "-f", check=False)
            return False

        self.instance.wait(is_empty, "an empty queue", SETTLE_SECONDS)

    def numbers(self, content):
        return [int(number) for number in re.findall(
            rb"accounting " + self.run.encode() + rb"-(\d+)\.", content)]

    def arrivals(self):
        """How often each (message, place) was reached."""
        found = Counter()
        for person in self.people:
            for mail in stored(self.instance, person):
                for number in self.numbers(mail)[:1]:
                    found[number, "mailbox", person.name] += 1
        for mail in self.instance.outside():
            for number in self.numbers(mail.content)[:1]:
                if self.author(number) in mail.recipients:
                    for target in re.findall(rb"(?m)^Final-Recipient: *rfc822;"
                                             rb" *(\S+)", mail.content):
                        found[number, "returned", target.decode()] += 1
                else:
                    for target in mail.recipients:
                        found[number, "outside", target] += 1
        return found

    def expected(self, sent):
        """The places that an accepted message must reach."""
        places = set()
        for person in sent.accepted:
            if person.kind in ("kept", "copied"):
                places.add((sent.number, "mailbox", person.name))
            if person.target:
                way = ("returned" if person.target.endswith("refuses.example")
                       else "outside")
                places.add((sent.number, way, person.target))
        return places


class Kills(threading.Thread):
    """Kills servers at random until told to stop; all run at the end."""

    def __init__(self, instance, chance, names):
        super().__init__()
        self.layout = Layout(instance.state)
        self.chance = chance
        self.names = names
        self.counts = Counter()
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.failure = None

    def wait_for(self, count):
        """Waits until so many were killed."""
        with self.changed:
            self.changed.wait_for(lambda: self.failure is not None
                                  or self.counts.total() >= count)

    def kill_one(self):
        name = self.chance.choice(self.names)
        up.service(self.layout, "kill", name)
        with self.changed:
            self.counts[name] += 1
            self.changed.notify_all()
        # So that what waits for a server meets its absence.
        self.stopping.wait(self.chance.uniform(0, AWAY_SECONDS_MAX))
        self.start_again(name)

    def start_again(self, name):
        """As a service manager does: once more, if processes of the server
        that was killed still hold its lock or its port."""
        for attempt in range(1, STARTS_MAX + 1):
            try:
                up.service(self.layout, "start", name)
                return
            except InstanceError:
                if attempt == STARTS_MAX:
                    raise
            time.sleep(RETRY_SECONDS)

    def run(self):
        try:
            while not self.stopping.wait(
                    self.chance.uniform(0, KILL_SECONDS_MAX)):
                self.kill_one()
        except InstanceError as error:
            self.failure = error
            with self.changed:
                self.changed.notify_all()

    def stop(self):
        self.stopping.set()
        self.join()
        if self.failure is not None:
            raise self.failure


def people_for(instance):
    people = make_people(instance, kept=10, copied=8, forwarded=6)
    returned = make_people(instance, copied=2, forwarded=2)
    for person in returned:
        person.target = f"{person.name}@refuses.example"
        instance.alumnictl("forward", "set", person.name, person.target,
                           *(["--no-copy"] if person.kind == "forwarded"
                             else []))
    return people + returned


def account(instance, names, messages):
    """Sends while the servers are killed; returns the ledger, what arrived,
    and a tally, which is printed."""
    seed = int(SEED) if SEED else random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    ledger = Ledger(instance, f"{chance.getrandbits(48):012x}",
                    people_for(instance))
    ledger.plan(chance, messages)
    kills = Kills(instance, chance, names)
    clients = [threading.Thread(target=ledger.client, args=(kills,))
               for _ in range(CLIENTS)]
    for thread in [kills, *clients]:
        thread.start()
    for thread in clients:
        thread.join()
    kills.stop()
    ledger.settle()
    tally = count(ledger)
    tally.update({f"{name} killed": times
                  for name, times in kills.counts.items()})
    print(f"\nseed {seed}: " + ", ".join(
        f"{number} {what}" for what, number in sorted(tally.items())))
    # Otherwise the run has shown nothing.
    assert tally["accepted messages"] > messages / 10
    assert tally["lost"] == 0
    assert tally["unexpected"] == 0
    assert tally["half"] == 0
    return tally


def count(ledger):
    """How often each thing happened, in all that was sent and arrived."""
    arrivals = ledger.arrivals()
    tally = Counter(f"{sent.answer} messages" for sent in ledger.sent)
    tally["attempts"] = sum(sent.attempts for sent in ledger.sent)
    for sent in ledger.sent:
        wanted = ledger.expected(sent)
        if sent.answer == "accepted":
            tally["places to reach"] += len(wanted)
            tally["lost"] += sum(arrivals[place] == 0 for place in wanted)
        if sent.answer != "deferred":
            tally["repeated"] += sum(max(0, arrivals[place] - 1)
                                     for place in wanted)
        if sent.answer == "unknown" and not any(
                arrivals[place] for place in wanted):
            wanted = set()
        if sent.answer == "deferred":
            wanted = set()
        tally["unexpected"] += sum(
            times for place, times in arrivals.items()
            if place[0] == sent.number and place not in wanted)
        tally["half"] += (sent.answer == "unknown" and bool(wanted)
                          and any(arrivals[place] == 0 for place in wanted))
    return tally


def test_the_filter_killed_at_random(instance):
    tally = account(instance, ["alumni-milter"], MESSAGES)
    assert tally["repeated"] == 0
    # Postfix never went away, so it always answered.
    assert tally["unknown messages"] == 0


def test_everything_killed_at_random(instance):
    """A repeat is left open by LMTP and SMTP themselves: a server or a client
    that ends between taking a message and telling so."""
    names = ["alumni-milter", "dovecot", "postfix"]
    tally = account(instance, names, MESSAGES)
    killed = sum(tally[f"{name} killed"] for name in names)
    # What was on its way at that moment, over at most so many connections.
    assert tally["repeated"] <= 20 * killed
