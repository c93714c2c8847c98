# SPDX-License-Identifier: MIT
"""A stop and start, a reload, and an upgrade from an older Dovecot lose
nothing."""

import imaplib
import json
import os
import secrets
import shutil
import smtplib
import tarfile
import tempfile
import threading
from pathlib import Path

import pytest

from belongings import all_of, check_expiry, fill, wait_published
from directory import Directory

DATA = Path(__file__).parent / "data"
RELOADS = 5
JOIN_SECONDS = 60


def test_a_stop_and_start_loses_nothing(new_state):
    state = new_state()
    instance = state.up()
    person = Directory(instance).add_person()
    instance.imap(person, f"{person}-university").logout()
    fill(instance, "alumna")
    wait_published(instance, "alumna")
    before = all_of(instance, "alumna")
    # Accepted, but not yet delivered.
    subject = secrets.token_hex(6)
    instance.service("stop", "dovecot")
    instance.send(instance.address("copy"), f"Subject: {subject}\r\n\r\n")
    instance.wait_outside("copy@outside.example",
                          lambda mail: subject.encode() in mail.content)
    assert len(instance.queue()) == 1

    state.down()
    instance = state.up()
    assert all_of(instance, "alumna") == before
    instance.imap(person, f"{person}-university").logout()
    instance.run("postqueue", "-f")
    instance.wait_message("copy", subject)
    instance.wait_queue_empty()
    check_expiry(instance, "alumna")


class Sender(threading.Thread):
    """Sends one message after the other, whatever comes of it."""

    def __init__(self, instance, recipient):
        super().__init__()
        self.instance, self.recipient = instance, recipient
        self.stop = threading.Event()
        self.tried, self.accepted, self.wrong = [], [], []

    def run(self):
        while not self.stop.is_set():
            subject = secrets.token_hex(8)
            self.tried.append(subject)
            try:
                self.instance.send(self.instance.address(self.recipient),
                                   f"Subject: {subject}\r\n\r\n")
                self.accepted.append(subject)
            except smtplib.SMTPRecipientsRefused as refused:
                self.note([code for code, _ in refused.recipients.values()])
            except smtplib.SMTPResponseException as error:
                self.note([error.smtp_code])
            except (OSError, smtplib.SMTPServerDisconnected):
                # For a client that is as good as a 4xx.
                continue

    def note(self, codes):
        self.wrong += [code for code in codes if code >= 500]


class Visitor(threading.Thread):
    """Logs in again and again."""

    def __init__(self, instance, name):
        super().__init__()
        self.instance, self.name = instance, name
        self.stop = threading.Event()
        self.logins, self.wrong = 0, []

    def run(self):
        while not self.stop.is_set():
            try:
                connection = self.instance.imap(self.name)
                connection.select("INBOX")
                connection.logout()
                self.logins += 1
            except (imaplib.IMAP4.error, OSError) as error:
                # It may fail for now, but the password is right.
                if "AUTHENTICATIONFAILED" in str(error):
                    self.wrong.append(str(error))


def reload_everything(instance, sender):
    for _ in range(RELOADS):
        goal = len(sender.accepted) + 3
        instance.doveadm("reload")
        instance.run("postfix", "reload")
        instance.service("stop", "alumni-milter")
        instance.service("start", "alumni-milter")
        instance.wait(lambda: len(sender.accepted) >= goal,
                      "mail to be accepted after a reload")


def nothing_queued_for(instance, name):
    """Has Postfix try at once what had to wait, which may be more than
    once."""
    instance.run("postqueue", "-f")
    return not any(recipient["address"] == instance.address(name)
                   for mail in instance.queue()
                   for recipient in mail["recipients"])


def test_a_reload_under_load_loses_nothing(instance):
    name = instance.add_account("reload")
    old = instance.add_account("patient")
    fill(instance, old)
    wait_published(instance, old)
    before = all_of(instance, old)

    sender, visitor = Sender(instance, name), Visitor(instance, name)
    threads = (sender, visitor)
    for thread in threads:
        thread.start()
    try:
        reload_everything(instance, sender)
    finally:
        for thread in threads:
            thread.stop.set()
        for thread in threads:
            thread.join(JOIN_SECONDS)
    assert sender.wrong == [] and visitor.wrong == []
    assert len(sender.accepted) >= 3 * RELOADS and visitor.logins > 0

    instance.wait(lambda: nothing_queued_for(instance, name),
                  "the queue to be delivered")
    arrived = [message.split(b"Subject: ")[1][:16].decode()
               for message in instance.messages(name)]
    # When Dovecot's LMTP server stops between storing and answering, Postfix
    # delivers again: some may be there twice, but none is missing.
    assert set(sender.accepted) <= set(arrived) <= set(sender.tried)
    assert all_of(instance, old) == before


# ---- an upgrade in place ----

def home(instance, name):
    """Where the account's mail is."""
    shown = json.loads(instance.alumnictl("--json", "account", "show",
                                          name).stdout)
    return instance.state / "mail" / shown["id"][:2] / shown["id"]


def pack(folder, archive, view):
    """Keeps the mail of a stopped instance, and what was seen of it."""
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(folder, "home")
    del view["account"]
    archive.with_suffix(".json").write_text(
        json.dumps(view, indent=1, sort_keys=True) + "\n")


def unpack(folder, archive):
    """Puts it where a stopped instance keeps an account's mail."""
    owner = folder.parent.parent.stat()
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        with tarfile.open(archive) as tar:
            # As it is: it is our own. Older Python cannot be told so.
            tar.extraction_filter = lambda member, path: member
            tar.extractall(beside)
        Path(beside, "home").rename(folder)
    for found in (folder.parent, folder, *folder.rglob("*")):
        os.chown(found, owner.st_uid, owner.st_gid, follow_symlinks=False)


@pytest.fixture(name="packed", params=["of this Dovecot", "of Dovecot 2.3"])
def _packed(request, new_state, tmp_path):
    """An account's mail, and what was to be seen of it when it was packed. That
    of Dovecot 2.3 was packed by this very code; see data/README.md."""
    if request.param == "of Dovecot 2.3":
        return DATA / "dovecot-2.3.tar.xz"
    state = new_state()
    instance = state.up()
    fill(instance, "alumna")
    wait_published(instance, "alumna")
    view = all_of(instance, "alumna")
    folder = home(instance, "alumna")
    state.down()
    archive = Path(os.environ.get("ALUMNIMAIL_PACK", tmp_path / "new.tar.xz"))
    pack(folder, archive, view)
    return archive


def test_mail_of_an_older_dovecot_is_all_there(packed, new_state):
    state = new_state()
    folder = home(state.up(), "alumna")
    state.down()
    unpack(folder, packed)
    instance = state.up()
    view = json.loads(packed.with_suffix(".json").read_text())
    # The store is this instance's own; it knew of the Trash.
    instance.dict_set("alumna", "priv/trash/oldest", view["trash"])
    found = all_of(instance, "alumna")
    del found["account"]
    assert found == view

    instance.send(instance.address("alumna"), "Subject: after\r\n\r\n")
    instance.wait_message("alumna", "Subject: after")
    wait_published(instance, "alumna")
    check_expiry(instance, "alumna")
