# SPDX-License-Identifier: MIT
"""The processes that our mail plugins and the dict driver run in, under
valgrind: nothing is read that was not written, and nothing is lost."""

import smtplib
from pathlib import Path

import pytest

from conftest import STORAGE_FORMATS, State, set_storage_format
from published_usage import dict_down
from test_login import imap_quota
from test_quota import message, usage
from test_quota_full import KIB, append, ok, refused
from test_trash import published_oldest, save_to_trash, subjects

# Everything is slow there.
SECONDS = 120

# With GDB, Dovecot does not unload modules at the end: what libraries hold for
# as long as they are there would look lost.
VALGRIND = ("/usr/bin/env GDB=1 /usr/bin/valgrind --vgdb=no --quiet"
            " --log-file={log}.%p --leak-check=full"
            " --show-leak-kinds=definite --errors-for-leak-kinds=definite"
            " --num-callers=40 --suppressions={suppressions}")
SUPPRESSIONS = Path(__file__).parent / "data/valgrind-dovecot.supp"

SERVICE = """
service {name} {{
  executable = {valgrind} /usr/lib/dovecot/{name}
  vsz_limit = 4G
}}
"""
SERVICES = ("imap", "pop3", "lmtp", "dict")


class Watched:
    """An instance whose mail processes run under valgrind."""

    def __init__(self, state, storage_format):
        self.instance = state.up()
        folder = state.folder / "valgrind"
        folder.mkdir()
        # The processes belong to several users.
        folder.chmod(0o777)
        self.valgrind = VALGRIND.format(log=folder / "log",
                                        suppressions=SUPPRESSIONS)
        self.folder = folder
        self.said = {}
        # What does not depend on the format is watched once.
        self.is_first = storage_format == STORAGE_FORMATS[0]
        set_storage_format(state, self.instance, storage_format)
        local = state.layout.dovecot_etc / "local.conf"
        with open(local, "a", encoding="ascii") as file:
            for name in SERVICES:
                file.write(SERVICE.format(name=name, valgrind=self.valgrind))
        self.restart()

    def restart(self):
        self.instance.service("stop", "dovecot")
        self.instance.service("start", "dovecot")

    def doveadm(self, *arguments):
        enter = self.instance.endpoints["enter"]
        doveadm, *options = self.instance.endpoints["doveadm"][len(enter):]
        # -k: doveadm would forget GDB.
        return self.instance.run_argv(
            [*enter, *self.valgrind.split(), doveadm, "-k", *options,
             *arguments]).stdout

    def complaints(self):
        """What valgrind said, and not yet here. Stops Dovecot, for leaks to be
        known."""
        self.restart()
        said = {path: path.read_text(errors="replace")
                for path in sorted(self.folder.glob("log.*"))}
        assert len(said) >= len(SERVICES), "not all ran under valgrind"
        new = [text[len(self.said.get(path, "")):]
               for path, text in said.items()]
        self.said = said
        return "\n".join(new)


@pytest.fixture(name="watched", scope="module", params=STORAGE_FORMATS)
def _watched(request):
    state = State(request.config)
    try:
        yield Watched(state, request.param)
    finally:
        wrong = state.close()
    assert not wrong, wrong


def change_everything(instance, name, folder="Old"):
    """A session that does all that the plugins look at."""
    connection = instance.imap(name)
    ok(connection.create(folder))
    for mailbox in ("INBOX", "INBOX", folder, "Trash"):
        ok(append(connection, mailbox))
    ok(connection.select("INBOX"))
    ok(connection.copy("1", folder))
    ok(connection.copy("1", "Trash"))
    ok(connection._simple_command("MOVE", "1", "Trash"))
    ok(connection.store("1", "+FLAGS", r"(\Deleted)"))
    ok(connection.expunge())
    ok(connection.rename(folder, f"Trash/{folder}"))
    ok(connection.create("Gone"))
    ok(append(connection, "Gone"))
    ok(connection.delete("Gone"))
    ok(connection.getquotaroot("INBOX"))
    connection.logout()


def be_over_quota(instance, name):
    connection = instance.imap(name)
    ok(append(connection))
    instance.alumnictl("quota", "set", name, "1K")
    instance.wait(lambda: imap_quota(connection)[1] == 1, "the new limit",
                  SECONDS)
    assert append(connection)[0] == "NO"
    ok(connection.select("INBOX"))
    refused(connection, "COPY", "1", "Sent")
    ok(connection.copy("1", "Trash"))
    with instance_lmtp(instance) as lmtp:
        with pytest.raises(smtplib.SMTPDataError):
            lmtp.sendmail("s@outside.example", instance.address(name),
                          message(20 * KIB))
    instance.alumnictl("quota", "set", name, "1M")
    connection.logout()


def instance_lmtp(instance):
    return smtplib.LMTP(instance.endpoints["lmtp"])


def test_mail_processes(watched):
    instance = watched.instance
    name = instance.add_account("valgrind", "--quota", "1M")
    change_everything(instance, name)
    with instance_lmtp(instance) as lmtp:
        for recipient in (name, "alumna", name):
            lmtp.sendmail("s@outside.example", instance.address(recipient),
                          message(1000))
    be_over_quota(instance, name)

    if watched.is_first:
        # With the dict service away, and news left to the next session.
        with dict_down(instance):
            change_everything(instance, name, "Older")
            with instance_lmtp(instance) as lmtp:
                lmtp.sendmail("s@outside.example", instance.address(name),
                              message(1000))
    connection = instance.pop3(name)
    connection.dele(1)
    connection.quit()
    right = instance.doveadm("-f", "tab", "quota", "get", "-u", name)
    messages = int(right.stdout.split("MESSAGE\t")[1].split("\t")[0])
    instance.wait(lambda: usage(instance, name)[1] == messages,
                  "the usage to be published", SECONDS)

    # A warning gets through to a mailbox that is full.
    used = usage(instance, name)[0]
    instance.alumnictl("quota", "set", name, str(used))
    append_flags(instance, name)
    instance.wait(lambda: name in instance.alumnictl(
        "warnings", "send", "--dry-run").stdout, "a warning", SECONDS)
    instance.alumnictl("warnings", "send")
    instance.wait_message(name, "X-Alumnimail-Quota-Warning", seconds=SECONDS)
    assert watched.complaints().strip() == ""


def append_flags(instance, name):
    """A change that needs no room, by which the usage is published."""
    connection = instance.imap(name)
    ok(connection.select("INBOX"))
    ok(connection.copy("1", "Trash"))
    connection.logout()


def test_doveadm(watched):
    instance = watched.instance
    name = instance.add_account("valgrind")
    for age in (9, 8, 2):
        save_to_trash(instance, name, age)
    change_everything(instance, name)
    if watched.is_first:
        assert name in watched.doveadm("alumni", "expire", "-n")
    assert name in watched.doveadm("alumni", "expire", "--json")
    assert "saved 2 days ago" in subjects(instance, name)
    if watched.is_first:
        assert "failed 0" in watched.doveadm("alumni", "rescan", "-A")
        assert published_oldest(instance, name) != 0
        watched.doveadm("quota", "recalc", "-u", name)
        watched.doveadm("expunge", "-u", name, "mailbox", "Trash", "all")
        watched.doveadm("alumni", "expire", "-u", name)
    with dict_down(instance):
        watched.doveadm("expunge", "-u", name, "mailbox", "*", "all")
    watched.doveadm("alumni", "rescan", "-u", name)
    assert usage(instance, name) == (0, 0)
    assert watched.complaints().strip() == ""
