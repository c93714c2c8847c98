# SPDX-License-Identifier: MIT
"""Over quota as other programs than the tests' own meet it: mbsync, which
copies to Trash before it expunges, and curl."""

import email
import subprocess

import pytest

from test_quota import message, usage
from test_quota_full import KIB, crlf, full_account, ok

CLIENT_SECONDS = 60


# ---- mbsync ----

class Mbsync:
    """A person's mailbox, kept in step with a folder of files."""

    def __init__(self, instance, name, folder):
        self.mail = folder / "mail"
        self.mail.mkdir()
        self.config = folder / "mbsyncrc"
        _, port = instance.endpoints["imaps"]
        self.config.write_text(f"""
IMAPStore far
Host localhost
Port {port}
User {name}
Pass {name}-alumni
SSLType IMAPS
SystemCertificates no
CertificateFile {instance.endpoints["ca_file"]}
Trash Trash

MaildirStore near
Path {self.mail}/
Inbox {self.mail}/INBOX

Channel all
Far :far:
Near :near:
Pattern INBOX
Create Near
Expunge Both
Sync All
SyncState *
""")
        self.config.chmod(0o600)

    def run(self, *options):
        return subprocess.run(["mbsync", "-c", self.config, *options, "all"],
                              text=True, capture_output=True, check=False,
                              timeout=CLIENT_SECONDS)

    def files(self):
        return sorted(path for folder in ("cur", "new")
                      for path in (self.mail / "INBOX" / folder).iterdir())


def subjects(instance, name, mailbox):
    return sorted(email.message_from_bytes(content)["Subject"]
                  for content in instance.messages(name, mailbox))


def test_mbsync_deletes_by_way_of_trash(stored, tmp_path):
    name = full_account(stored)
    mbsync = Mbsync(stored, name, tmp_path)
    done = mbsync.run()
    assert done.returncode == 0, done.stderr
    assert len(mbsync.files()) == 3
    for path in mbsync.files()[:2]:
        path.unlink()
    done = mbsync.run()
    assert done.returncode == 0, done.stderr
    assert len(subjects(stored, name, "INBOX")) == 1
    assert len(subjects(stored, name, "Trash")) == 2
    # Emptying Trash makes room.
    connection = stored.imap(name)
    ok(connection.select("Trash"))
    ok(connection.store("1:*", "+FLAGS", r"(\Deleted)"))
    ok(connection.expunge())
    connection.logout()
    stored.wait(lambda: usage(stored, name)[1] == 1,
                "the usage to be published")


def test_mbsync_is_told_that_there_is_no_room(stored, tmp_path):
    name = full_account(stored)
    mbsync = Mbsync(stored, name, tmp_path)
    assert mbsync.run().returncode == 0
    new = tmp_path / "mail/INBOX/new/1.written-here"
    new.write_bytes(message(20 * KIB, "written here")
                    .replace("\r\n", "\n").encode())
    # With what goes over the network: newer ones do not pass the text on.
    done = mbsync.run("-Dn")
    assert "far side refuses to store message" in done.stderr
    assert "[OVERQUOTA] The mailbox is full" in done.stdout + done.stderr
    assert "written here" not in subjects(stored, name, "INBOX")
    # It is not lost here.
    assert len(mbsync.files()) == 4


# ---- curl ----

def curl(instance, name, *options, mailbox="INBOX"):
    host, port = instance.endpoints["imaps"]
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--verbose",
         "--cacert", instance.endpoints["ca_file"],
         "--user", f"{name}:{name}-alumni", *options,
         f"imaps://{host}:{port}/{mailbox}"], stdin=subprocess.DEVNULL,
        capture_output=True, check=False, timeout=CLIENT_SECONDS)


@pytest.mark.parametrize("command", [
    "MOVE 1 Trash", "COPY 1 Trash", r"STORE 1 +FLAGS (\Seen \Deleted)",
    "EXPUNGE", "UNSUBSCRIBE Sent", "DELETE Old"])
def test_what_frees_space_works_with_curl(stored, command):
    name = full_account(stored)
    stored.doveadm("mailbox", "create", "-u", name, "Old")
    done = curl(stored, name, "--request", command)
    assert done.returncode == 0, done.stderr.decode()


def test_curl_is_told_that_there_is_no_room(stored, tmp_path):
    name = full_account(stored)
    done = curl(stored, name, "--request", "COPY 1 Sent")
    assert done.returncode != 0
    assert b"[OVERQUOTA] The mailbox is full" in done.stderr
    large = tmp_path / "large"
    large.write_bytes(crlf(message(20 * KIB)))
    done = curl(stored, name, "--upload-file", large, mailbox="Sent")
    assert done.returncode != 0
    assert b"[OVERQUOTA] The mailbox is full" in done.stderr
    assert subjects(stored, name, "Sent") == []
