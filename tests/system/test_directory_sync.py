# SPDX-License-Identifier: MIT
"""alumnictl and whole directories: sync, pinning everybody, and reports.

Each test has a store of its own beside the instance's directory, since a sync
looks at all accounts of a store.
"""

import contextlib
import json
import os
import pty
import secrets
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from directory import Directory

OK, USAGE, DATA, TEMPORARY, CONFIG = 0, 64, 65, 75, 78

FORMER = 'class "former" { quota = "10M" }\n'
COMMAND_SECONDS = 180


class WholeDirectory(Directory):
    """The directory, with changes that few tests need."""

    def add_value(self, name, attribute, value):
        self._run("ldapmodify", text=f"dn: {self.dn(name)}\n"
                  f"changetype: modify\nadd: {attribute}\n"
                  f"{attribute}: {value}\n")

    def add_entries(self, names):
        self._run("ldapadd", text="".join(
            f"dn: {self.dn(name)}\nobjectClass: inetOrgPerson\n"
            f"uid: {name}\ncn: {name}\nsn: Example\n\n" for name in names))

    def delete_entries(self, names):
        self._run("ldapdelete", text="".join(f"{self.dn(name)}\n"
                                             for name in names))


class World:
    """A store, and the directory as its administrators see it."""

    def __init__(self, instance, folder):
        self.instance = instance
        self.folder = folder
        self.directory = WholeDirectory(instance)
        self.config = folder / "alumnimail.conf"
        self.original = (instance.state / "etc/alumnimail/alumnimail.conf"
                         ).read_text()
        self.configure('leaver_class = "former"')
        self.run("store", "init")

    def configure(self, *lines, before=None, after=None):
        """Writes the configuration, with lines added and one part
        replaced."""
        text = self.original.replace(f'"sqlite:{self.instance.state}/store"',
                                     f'"sqlite:{self.folder}/store"')
        assert text != self.original
        if before is not None:
            assert before in text
            text = text.replace(before, after)
        self.config.write_text("\n".join([*lines, FORMER, text]))

    def argv(self, *arguments):
        return [*self.instance.endpoints["alumnictl"], "--config",
                str(self.config), *arguments]

    def run(self, *arguments, status=OK, text=""):
        done = subprocess.run(self.argv(*arguments), input=text, text=True,
                              capture_output=True, check=False,
                              timeout=COMMAND_SECONDS)
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        return done

    def json(self, *arguments, status=OK):
        return json.loads(self.run(*arguments, "--json",
                                   status=status).stdout)

    def sync(self, *arguments, status=OK):
        """The changes by account name, and all that is printed."""
        result = self.json("directory", "sync", *arguments, status=status)
        return {change["name"]: change for change in result["changes"]}, result

    def show(self, name):
        return self.json("account", "show", name)

    def class_of(self, name):
        return self.show(name)["class"]

    def add_account(self, name, *options):
        self.run("account", "add", name, *options)
        return name

    def add_member(self, affiliation="student", status="active"):
        """Somebody with an entry, and an account that is pinned to it."""
        name = self.directory.add_person("member", affiliation, status)
        return self.add_account(name, "--class", affiliation, "--directory",
                                "university", "--directory-id",
                                self.directory.entry_id(name))

    def dump(self):
        path = self.folder / "store/accounts/accounts.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            return list(database.iterdump())


@pytest.fixture
def world(instance):
    folder = Path(tempfile.mkdtemp(prefix="alumnimail-sync-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield World(instance, folder)
    finally:
        shutil.rmtree(folder)


def set_status(world, name, status):
    world.directory.replace(name, "alumniAccountStatus", status)


# ---- who left, who came back ----

def test_people_leave_and_come_back(world):
    stays, leaves, deleted = (world.add_member() for _ in range(3))
    assert world.sync()[0] == {}
    set_status(world, leaves, "inactive")
    world.directory.delete(deleted)

    before = world.dump()
    changes, result = world.sync("--dry-run")
    assert not result["applied"]
    assert world.dump() == before
    assert {name: change["change"] for name, change in changes.items()} == {
        leaves: "left", deleted: "left"}
    assert result["directories"][0]["members"] == 3
    assert result["directories"][0]["leaving"] == 2
    text = world.run("directory", "sync", "--dry-run").stdout
    assert f"{leaves}: left, class student -> former\n" in text
    assert "Nothing was changed." in text
    assert world.dump() == before

    changes, result = world.sync()
    assert result["applied"]
    assert set(changes) == {leaves, deleted}
    assert world.show(leaves)["class"] == "former"
    assert world.show(leaves)["quota"]["bytes"] == 10 * 1024 * 1024
    assert world.class_of(deleted) == "former"
    assert world.class_of(stays) == "student"
    assert world.sync()[0] == {}

    set_status(world, leaves, "active")
    world.directory.replace(leaves, "alumniAffiliation", "employee")
    assert world.sync()[0][leaves]["change"] == "came-back"
    assert world.class_of(leaves) == "employee"
    assert world.sync()[0] == {}


def test_a_class_change_is_taken_up(world):
    name = world.add_member("student")
    own = world.add_member("student")
    world.run("quota", "set", own, "7M")
    for member in (name, own):
        world.directory.replace(member, "alumniAffiliation", "employee")
    assert world.sync()[0][name]["change"] == "changed-class"
    assert world.show(name)["quota"]["bytes"] == 500 * 1024 * 1024
    assert world.class_of(own) == "employee"
    assert world.show(own)["quota"]["bytes"] == 7 * 1024 * 1024


def test_who_is_suspended_has_not_left(world):
    name = world.add_member()
    set_status(world, name, "suspended")
    changes, _ = world.sync()
    assert changes[name]["suspended"]
    assert changes[name]["change"] is None
    assert world.class_of(name) == "student"
    assert world.sync()[0] == {}
    set_status(world, name, "active")
    assert world.sync()[0][name]["readmitted"]
    assert world.sync()[0] == {}


def test_a_name_that_was_given_to_another_is_noted(world):
    name = world.add_member()
    former_id = world.directory.entry_id(name)
    world.directory.delete(name)
    world.directory.add_person(name=name)
    new_id = world.directory.entry_id(name)
    changes, _ = world.sync()
    assert changes[name]["change"] == "left"
    assert changes[name]["name_reused"]
    assert changes[name]["name_belongs_to"] == new_id
    assert world.show(name)["directory"]["id"] == former_id
    assert world.sync()[0] == {}
    world.directory.delete(name)
    changes, _ = world.sync()
    assert changes[name]["name_belongs_to"] is None
    assert world.sync()[0] == {}


def test_accounts_without_a_pin_are_left_alone(world):
    name = world.directory.add_person("alone")
    world.add_account(name, "--class", "student")
    changes, result = world.sync()
    assert changes == {}
    assert result["not_pinned"] == 1
    assert world.class_of(name) == "student"


def test_the_default_class_is_the_leavers_unless_set(world):
    world.configure()
    name = world.add_member()
    set_status(world, name, "inactive")
    world.sync()
    assert world.class_of(name) == "alumni"


# ---- directories that make no sense ----

def test_suspiciously_few_entries_change_nothing(world):
    members = [world.add_member() for _ in range(6)]
    for name in members[1:]:
        world.directory.delete(name)
    before = world.dump()
    done = world.run("directory", "sync", status=DATA)
    assert "suspiciously few" in done.stderr
    assert "of 6 members 5 would leave" in done.stderr
    assert done.stdout == ""
    result = world.sync(status=DATA)[1]
    assert not result["applied"]
    assert result["directories"][0]["suspicious"]
    world.run("directory", "sync", "--dry-run", status=DATA)
    assert world.dump() == before

    # The share is an option.
    world.configure('leaver_class = "former"', "sync_least_percent = 10")
    assert len(world.sync("--dry-run")[0]) == 5
    world.configure('leaver_class = "former"')
    assert len(world.sync("--force")[0]) == 5
    assert [world.class_of(name) for name in members] == (
        ["student"] + 5 * ["former"])


def test_an_empty_directory_changes_nothing(world):
    name = world.add_member()
    world.configure('leaver_class = "former"', 'sync_least_percent = 0',
                    before='filter = "(uid=%u)"',
                    after='filter = "(&(uid=%u)(sn=nobody))"')
    world.run("directory", "sync", status=DATA)
    assert world.class_of(name) == "student"


def test_a_directory_that_cannot_be_asked_changes_nothing(world):
    name = world.add_member()
    set_status(world, name, "inactive")
    uri = world.instance.endpoints["ldap"]
    world.configure('leaver_class = "former"', before=uri,
                    after="ldap://127.0.0.1:1")
    done = world.run("directory", "sync", status=TEMPORARY)
    assert 'directory "university"' in done.stderr
    assert "nothing was changed" in done.stderr
    assert world.class_of(name) == "student"


def test_more_than_a_page_is_listed(world):
    name = world.add_member()
    people = [f"page-{secrets.token_hex(4)}-{number}" for number in range(520)]
    world.directory.add_entries(people)
    try:
        changes, result = world.sync()
        assert changes == {}
        assert result["directories"][0]["entries"] > 520
    finally:
        world.directory.delete_entries(people)
    assert world.class_of(name) == "student"


def test_without_a_directory_there_is_nothing_to_compare(world):
    text = world.original[:world.original.index('directory "university"')]
    world.original = text
    world.configure('leaver_class = "former"')
    world.run("directory", "sync", status=CONFIG)
    assert world.json("directory", "status") == []


# ---- on a terminal ----

def run_on_terminal(argv):
    """Standard error is a terminal, standard output is not."""
    primary, secondary = pty.openpty()
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=secondary) as process:
        os.close(secondary)
        shown = b""
        with contextlib.suppress(OSError):
            while data := os.read(primary, 4096):
                shown += data
        out = process.stdout.read()
    os.close(primary)
    return process.returncode, out.decode(), shown.decode()


def test_a_terminal_shows_how_far_it_is(world):
    name = world.add_member()
    set_status(world, name, "inactive")
    status, out, shown = run_on_terminal(world.argv("directory", "sync"))
    assert status == OK
    assert f"{name}: left" in out
    assert "university: " in shown
    assert "changes: [" in shown
    assert "0/1" in shown
    # The line is cleared at the end, and nothing of it is in the output.
    assert shown.endswith("\r\x1b[K")
    assert "\x1b" not in out
    assert world.run("directory", "sync").stderr == ""


# ---- pinning ----

def test_all_accounts_are_pinned_by_name(world):
    name = world.directory.add_person("pinned")
    gone = world.directory.add_person("left", status="inactive")
    alone = world.add_account("alone-" + secrets.token_hex(4))
    # This entry has the name, but is another account's: the person was
    # renamed, and the name is somebody else's account.
    renamed = world.directory.add_person("renamed")
    world.add_account("before-" + secrets.token_hex(4), "--directory",
                      "university", "--directory-id",
                      world.directory.entry_id(renamed))
    # One entry with the names of two accounts.
    two = world.directory.add_person("two")
    other = f"{two}-b"
    world.directory.add_value(two, "uid", other)
    for account in (name, gone, renamed, two, other):
        world.add_account(account)

    pin_all = ("account", "pin", "--all", "--from-directory")
    before = world.dump()
    done = world.run(*pin_all, "--dry-run")
    assert "2 would be pinned, 3 left alone, 1 without an entry" in done.stdout
    shown = json.loads(world.run(*pin_all, "--dry-run", "--json").stdout)
    assert {pin["name"] for pin in shown.pop("pinned")} == {name, gone}
    assert shown == {"applied": False, "left_alone": 3, "without_entry": 1}
    assert world.dump() == before
    done = world.run(*pin_all)
    assert f"{name}: pinned to university, id " in done.stdout
    assert "2 pinned, 3 left alone, 1 without an entry" in done.stdout
    for account in (renamed, two, other):
        assert f"{account}: left alone" in done.stderr
        assert world.show(account)["directory"] is None
    for account in (name, gone):
        assert world.show(account)["directory"] == {
            "name": "university", "id": world.directory.entry_id(account)}
    assert world.show(alone)["directory"] is None
    assert "0 pinned, 3 left alone" in world.run(*pin_all, "--directory",
                                                  "university").stdout


def test_a_name_of_several_entries_pins_nothing(world):
    name = world.directory.add_person("several")
    twin = world.directory.add_person("twin")
    world.directory.add_value(twin, "uid", name)
    world.add_account(name)
    done = world.run("account", "pin", "--all", "--from-directory")
    assert "several entries" in done.stderr
    assert world.show(name)["directory"] is None


def test_an_account_is_pinned_by_dn(world):
    entry = world.directory.add_person("entry")
    name = world.add_account("by-dn-" + secrets.token_hex(4))
    world.run("account", "pin", name, "--directory", "university", "--dn",
              world.directory.dn(entry))
    assert world.show(name)["directory"]["id"] == (
        world.directory.entry_id(entry))
    before = world.dump()
    for dn in (world.directory.dn("nobody-there"),
               world.instance.endpoints["ldap_base"]):
        done = world.run("account", "pin", name, "--directory", "university",
                         "--dn", dn, status=DATA)
        assert "has no person" in done.stderr
    assert world.dump() == before


@pytest.mark.parametrize("arguments, status", [
    (["NAME", "--dn", "uid=x"], USAGE),
    (["NAME", "--directory", "university"], USAGE),
    (["NAME", "--directory", "university", "--dn", "uid=x", "--directory-id",
      "x"], USAGE),
    (["NAME", "--directory", "nowhere", "--dn", "uid=x"], DATA),
    (["NAME", "--from-directory"], USAGE),
    (["NAME", "--directory", "university", "--directory-id", "x",
      "--dry-run"], USAGE),
    (["--all"], USAGE),
    (["--all", "NAME", "--from-directory"], USAGE),
    (["--all", "--from-directory", "--directory-id", "x"], USAGE),
    (["--all", "--from-directory", "--dn", "uid=x"], USAGE),
    (["--all", "--from-directory", "--directory", "nowhere"], DATA),
    (["--from-directory"], USAGE),
])
def test_pin_refuses_what_makes_no_sense(world, arguments, status):
    name = world.add_account("account")
    before = world.dump()
    done = world.run("account", "pin", *(name if word == "NAME" else word
                                         for word in arguments),
                     status=status)
    assert done.stderr.startswith("alumnictl: ")
    assert world.dump() == before


# ---- reports ----

def test_who_has_no_password_is_reported(world):
    locked_out = world.add_member()
    has_one = world.add_member()
    world.run("password", "set", has_one, text="a long password\n")
    disabled = world.add_member()
    world.run("account", "disable", disabled)
    world.add_account("not-pinned")
    rows = world.json("report", "no-password")
    assert [row["name"] for row in rows] == [locked_out]
    assert rows[0]["class"] == "student"
    assert rows[0]["directory"] == "university"
    lines = world.run("report", "no-password").stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].split()[:3] == [locked_out, "student", "university"]
    world.run("password", "set", locked_out, text="a long password\n")
    assert world.json("report", "no-password") == []


def status_of(instance):
    return json.loads(instance.alumnictl("directory", "status",
                                         "--json").stdout)[0]


def test_the_status_tells_a_directory_that_hangs(instance):
    name = Directory(instance).add_person("status")
    instance.imap(name, f"{name}-university").logout()
    assert status_of(instance)["state"] == "answering"
    assert "answers" in instance.alumnictl("directory", "status").stdout
    times = status_of(instance)["times_opened"]

    pid = instance.endpoints["slapd_pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Exception, match="(?i)auth|unavailable"):
            instance.imap(name, f"{name}-university")
        status = status_of(instance)
        assert status["state"] == "not-answering"
        assert status["times_opened"] == times + 1
        assert "does not answer" in instance.alumnictl("directory",
                                                       "status").stdout
    finally:
        os.kill(pid, signal.SIGCONT)
    instance.wait(lambda: status_of(instance)["state"] == "answering",
                  "the directory to be asked again")
