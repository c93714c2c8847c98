# SPDX-License-Identifier: MIT
"""alumnictl from outside: every command, every error with its exit status,
and that an error has changed nothing.

Most of it needs no server, only the program: that of the environment variable
ALUMNICTL, or the one built with sanitizers.
"""

import contextlib
import errno
import fcntl
import csv
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import termios
import threading
import time
from pathlib import Path

import pytest

from instance.layout import BUILD

SECONDS = 60
NOBODY = 65534

OK, NO, USAGE, DATA, NOUSER, UNAVAILABLE, IO, TEMPORARY, NOPERM, CONFIG = (
    0, 1, 64, 65, 67, 69, 74, 75, 77, 78)

CONFIGURATION = """\
domains = {{ "alumni.example", "alumni.example.org" }}
store = "sqlite:{folder}/store"
mail_home = "{folder}/mail"
srs_secret_file = "{folder}/srs.secret"
auth_socket = "{folder}/auth"
class "alumni" {{ quota = "2G" }}
class "student" {{ quota = "50M" }}
directory "university" {{
	uris = {{ "ldap://localhost" }}
	bind_dn = "cn=mail"
	bind_password_file = "{folder}/directory.secret"
	base = "dc=university"
}}
"""


def program():
    """The path of the built program."""
    return os.environ.get("ALUMNICTL") or str(
        BUILD / "sanitize/ctl/alumnictl")


class Ctl:
    """A store and a configuration of its own, and the program."""

    def __init__(self, folder):
        self.folder = Path(folder)
        # A copy, so that other users can run it wherever the checkout is.
        self.program = self.folder / "alumnictl"
        shutil.copy(program(), self.program)
        self.program.chmod(0o755)
        self.config = self.folder / "alumnimail.conf"
        self.configure()
        for name in ("srs.secret", "directory.secret"):
            (self.folder / name).write_text("not for everybody\n")
            (self.folder / name).chmod(0o640)

    def configure(self, before=None, after=None):
        """Writes the configuration, with one part replaced."""
        text = CONFIGURATION.format(folder=self.folder)
        if before is not None:
            assert before in text
            text = text.replace(before, after)
        self.config.write_text(text)

    def argv(self, *arguments):
        return [str(self.program), "--config", str(self.config), *arguments]

    def environment(self):
        return {**os.environ, "ASAN_OPTIONS": "exitcode=99:detect_leaks=1",
                "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99"}

    def run(self, *arguments, text="", status=OK, **options):
        """Runs a command and checks its exit status, and that an error is one
        line."""
        done = subprocess.run(self.argv(*arguments), input=text, text=True,
                              capture_output=True, check=False,
                              timeout=SECONDS, env=self.environment(),
                              **options)
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        if status == OK and arguments[:2] == ("store", "init"):
            # As root, it warns where our groups do not exist.
            assert re.fullmatch(r"(alumnictl: warning: [^\n]+\n)?",
                                done.stderr)
        elif status == OK:
            assert done.stderr == ""
        elif status != 99:
            assert re.fullmatch(r"alumnictl: [^\n]+\n", done.stderr)
        return done

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def show(self, name):
        return self.json("account", "show", name)

    def databases(self):
        return (self.folder / "store/accounts/accounts.db",
                self.folder / "store/credentials/credentials.db")

    def dump(self):
        """All that the store holds, read without any program of ours."""
        lines = []
        for path in self.databases():
            with contextlib.closing(sqlite3.connect(path)) as database:
                lines += database.iterdump()
        return lines

    def hash_of(self, name):
        account_id = self.show(name)["id"]
        with contextlib.closing(
                sqlite3.connect(self.databases()[1])) as database:
            rows = database.execute(
                "SELECT hash FROM credentials WHERE account_id = ?",
                (account_id,)).fetchall()
        return rows[0][0] if rows else None


@pytest.fixture
def bare():
    """No store yet."""
    folder = tempfile.mkdtemp(prefix="alumnictl-")
    os.chmod(folder, 0o755)
    yield Ctl(folder)
    shutil.rmtree(folder)


@pytest.fixture
def ctl(bare):
    """A store with one account, alumna."""
    bare.run("store", "init")
    bare.run("account", "add", "alumna")
    return bare


@contextlib.contextmanager
def nothing_changes(ctl):
    before = ctl.dump()
    yield
    assert ctl.dump() == before


# ---- store ----

def test_store_init(bare):
    assert "is ready" in bare.run("store", "init").stdout
    for path in bare.databases():
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o2770
    bare.run("account", "add", "alumna")
    with nothing_changes(bare):
        assert "up to date" in bare.run("store", "init").stdout


@pytest.mark.parametrize("command", [
    ["account", "list"], ["account", "add", "alumna"],
    ["password", "set", "alumna"]])
def test_store_missing(bare, command):
    done = bare.run(*command, status=CONFIG)
    assert "alumnictl store init" in done.stderr
    assert not (bare.folder / "store").exists()


def test_store_that_cannot_be_made(bare):
    bare.configure(f"sqlite:{bare.folder}/store",
                   f"sqlite:{bare.folder}/absent/store")
    done = bare.run("store", "init", status=CONFIG)
    assert f"{bare.folder}/absent/store" in done.stderr


def test_store_damaged(ctl):
    ctl.databases()[0].write_bytes(b"no database at all, but long enough" * 99)
    done = ctl.run("account", "list", status=CONFIG)
    assert str(ctl.databases()[0]) in done.stderr


# ---- accounts ----

def test_account_add(ctl):
    done = ctl.run("account", "add", "plain")
    assert done.stdout.startswith("plain: added, id ")
    shown = ctl.show("plain")
    created = shown.pop("created_at")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", created)
    account_id = shown["id"]
    assert re.fullmatch("[0-9a-f]{32}", account_id)
    assert shown == {
        "name": "plain", "address": "plain@alumni.example", "id": account_id,
        "class": "alumni", "enabled": True, "directory": None,
        "other_entry": None, "denied_at": None,
        "password_set_at": None, "learned_at": None, "backend": None,
        "quota": {"bytes": 2 << 30, "origin": "class"},
        "usage": {"bytes": 0, "messages": 0},
        "trash": {"retention_seconds": 7 * 86400, "origin": "class",
                  "oldest_saved_at": None},
        "forward": None,
        "aliases": [],
        "sending": {"blocked": False, "blocked_at": None, "reason": None},
        "activity": {"recipients_this_hour": 0, "recipients_today": 0,
                     "forwarded_today": 0},
        "mail_folder": f"{ctl.folder}/mail/{account_id[:2]}/{account_id}"}


def test_account_add_with_everything(ctl):
    added = ctl.json("account", "add", "--class", "student", "Full",
                     "--quota=3G", "--directory", "university",
                     "--directory-id", "31-f", "--disabled")
    shown = ctl.show("full")
    assert added["name"] == "full"
    assert shown["class"] == "student"
    assert shown["quota"] == {"bytes": 3 << 30, "origin": "account"}
    assert shown["directory"] == {"name": "university", "id": "31-f"}
    assert shown["enabled"] is False
    assert added == {key: shown[key] for key in added}
    assert shown.keys() - added.keys() == {"password_set_at", "learned_at",
                                           "aliases", "activity"}


@pytest.mark.parametrize("typed", ["OTHER", "other@alumni.example",
                                   "Other@ALUMNI.example.org"])
def test_names_are_normalised(ctl, typed):
    ctl.run("account", "add", typed)
    assert ctl.show("other")["name"] == "other"
    assert ctl.show(typed)["name"] == "other"


def test_account_show_text(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("forward", "set", "alumna", "a@outside.example")
    ctl.run("account", "pin", "alumna", "--directory", "university",
            "--directory-id", "7")
    shown = ctl.show("alumna")
    text = ctl.run("account", "show", "alumna").stdout
    lines = dict(re.split(r":\s+", line, maxsplit=1)
                 for line in text.splitlines())
    assert lines == {
        "Name": "alumna", "Address": "alumna@alumni.example",
        "Id": shown["id"], "Class": "alumni", "State": "enabled",
        "Created": shown["created_at"],
        "Directory": "university, id 7",
        "Password": f"set {shown['password_set_at']}",
        "Quota": "2 GB (of class alumni)",
        "Usage": "0 B in 0 messages, 0 %",
        "Trash": "messages stay 7 days (of class alumni)",
        "Forwarding": "a@outside.example, a copy is kept",
        "Aliases": "none", "Sending": "allowed",
        "Sent": "0 of 300 recipients this hour, 0 of 1500 today",
        "Forwarded": "0 of 1000 messages today",
        "Mail folder": shown["mail_folder"]}


def test_the_hash_is_never_shown(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    stored = ctl.hash_of("alumna")
    assert stored.startswith("{ARGON2ID}")
    for options in ([], ["--json"]):
        for command in (["account", "show", "alumna"], ["account", "list"]):
            text = ctl.run(*command, *options).stdout
            assert "ARGON" not in text
            assert stored.rpartition("$")[2] not in text


def test_account_list(ctl):
    for name in ("b", "c", "a"):
        ctl.run("account", "add", name, "--class", "student")
    ctl.run("forward", "set", "b", "b@outside.example")
    listed = ctl.json("account", "list")
    assert [account["name"] for account in listed] == ["a", "alumna", "b", "c"]
    for account in listed:
        shown = ctl.show(account["name"])
        for key in ("password_set_at", "learned_at", "aliases",
                    "activity"):
            del shown[key]
        assert account == shown
    rows = [line.split() for line in
            ctl.run("account", "list").stdout.splitlines()]
    assert [row[0] for row in rows] == ["NAME", "a", "alumna", "b", "c"]
    assert rows[3] == ["b", "student", "enabled", "0", "B", "50", "MB",
                       "b@outside.example"]


def test_account_list_empty(bare):
    bare.run("store", "init")
    assert bare.json("account", "list") == []


@pytest.mark.parametrize("count", [255, 256, 257])
def test_account_list_in_pages(ctl, count):
    """A page is 256 accounts."""
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        columns = [row[1] for row in
                   database.execute("PRAGMA table_info(accounts)")]
        others = ", ".join(columns[2:])
        for number in range(count - 1):
            database.execute(
                f"INSERT INTO accounts (id, name, {others}) "
                f"SELECT ?, ?, {others} FROM accounts WHERE name = 'alumna'",
                (f"{number:032x}", f"n{number:05}"))
        database.commit()
    names = [account["name"] for account in ctl.json("account", "list")]
    assert names == ["alumna"] + [f"n{n:05}" for n in range(count - 1)]
    assert len(ctl.run("account", "list").stdout.splitlines()) == count + 1


def test_output_that_does_not_get_out_is_an_error(ctl):
    with open("/dev/full", "w") as full:
        done = subprocess.run(ctl.argv("account", "list"), stdout=full,
                              stderr=subprocess.PIPE, check=False,
                              timeout=SECONDS, env=ctl.environment())
    assert done.returncode == IO
    assert done.stderr == b"alumnictl: cannot write to standard output\n"


def test_account_disable_and_enable(ctl):
    assert ctl.run("account", "disable", "alumna").stdout == (
        "alumna: disabled\n")
    assert ctl.show("alumna")["enabled"] is False
    ctl.run("account", "disable", "alumna")
    assert ctl.run("account", "enable", "alumna").stdout == (
        "alumna: enabled\n")
    assert ctl.show("alumna")["enabled"] is True


def test_account_pin_and_unpin(ctl):
    before = ctl.show("alumna")
    ctl.run("account", "pin", "--directory-id", "nøkkel 1", "--directory",
            "university", "alumna")
    assert ctl.show("alumna") == {
        **before, "directory": {"name": "university", "id": "nøkkel 1"}}
    ctl.run("account", "unpin", "alumna")
    assert ctl.show("alumna") == before


def test_account_delete(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    shown = ctl.show("alumna")
    folder = Path(shown["mail_folder"])
    folder.mkdir(parents=True)
    (folder / "mail").write_text("kept")
    with nothing_changes(ctl):
        done = ctl.run("account", "delete", "alumna", status=USAGE)
        assert "--yes" in done.stderr
        done = ctl.run("account", "delete", "alumna", text="y\n", status=USAGE)
    done = ctl.run("account", "delete", "alumna", "--yes")
    assert str(folder) in done.stdout
    assert (folder / "mail").read_text() == "kept"
    ctl.run("account", "show", "alumna", status=NOUSER)
    assert not [line for line in ctl.dump() if shown["id"] in line]


def test_account_delete_json(ctl):
    shown = ctl.show("alumna")
    assert ctl.json("account", "delete", "--yes", "alumna") == {
        key: shown[key] for key in ("name", "id", "mail_folder")}


def test_a_deleted_name_is_in_quarantine_then_inherits_nothing(ctl):
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    ctl.run("forward", "set", "alumna", "a@outside.example")
    ctl.run("quota", "set", "alumna", "1G")
    old = ctl.show("alumna")
    ctl.run("account", "delete", "alumna", "--yes")
    with nothing_changes(ctl):
        done = ctl.run("account", "add", "alumna", status=DATA)
    assert "name_quarantine" in done.stderr

    ctl.run("account", "add", "other")
    ctl.configure('class "alumni"', 'name_quarantine = "0"\nclass "alumni"')
    ctl.run("account", "delete", "other", "--yes")
    ctl.run("account", "add", "other")
    with contextlib.closing(sqlite3.connect(ctl.databases()[0])) as database:
        database.execute("UPDATE quarantine SET until = 1")
        database.commit()
    ctl.run("account", "add", "alumna")
    new = ctl.show("alumna")
    assert new["id"] != old["id"]
    assert new["mail_folder"] != old["mail_folder"]
    assert new["password_set_at"] is None
    assert new["forward"] is None
    assert new["quota"]["origin"] == "class"


# ---- passwords ----

@pytest.mark.parametrize("text, password", [
    ("secret word\n", "secret word"), ("secret", "secret"),
    ("secret\r\n", "secret"), ("first\nsecond\n", "first"),
    ("blåbær\n", "blåbær"), (" spaces \n", " spaces "),
    pytest.param("p" * 1024 + "\r\n", "p" * 1024, id="longest")])
def test_password_set_from_standard_input(ctl, text, password):
    done = ctl.run("password", "set", "alumna", text=text)
    assert done.stdout == "alumna: password set\n"
    assert argon2_fits(ctl.hash_of("alumna"), password)
    assert ctl.show("alumna")["password_set_at"] is not None


def argon2_fits(stored, password):
    """Asks libsodium itself."""
    import ctypes
    import ctypes.util
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    scheme, text = stored[1:].split("}")
    assert scheme == "ARGON2ID"
    secret = password.encode()
    return sodium.crypto_pwhash_str_verify(
        text.encode(), secret, ctypes.c_ulonglong(len(secret))) == 0


def test_password_set_replaces(ctl):
    ctl.run("password", "set", "alumna", text="one\n")
    ctl.run("password", "set", "alumna", text="two\n")
    assert argon2_fits(ctl.hash_of("alumna"), "two")
    assert not argon2_fits(ctl.hash_of("alumna"), "one")


def test_password_clear(ctl):
    ctl.run("password", "set", "alumna", text="one\n")
    assert ctl.run("password", "clear", "alumna").stdout == (
        "alumna: password cleared\n")
    assert ctl.show("alumna")["password_set_at"] is None
    assert ctl.hash_of("alumna") is None
    assert ctl.run("password", "clear", "alumna").stdout == (
        "alumna: had no password\n")


# ---- quota and forwarding ----

@pytest.mark.parametrize("size, count", [
    ("3G", 3 << 30), ("500m", 500 << 20), ("1", 1), ("unlimited", None)])
def test_quota(ctl, size, count):
    ctl.run("quota", "set", "alumna", size)
    assert ctl.show("alumna")["quota"] == {"bytes": count,
                                           "origin": "account"}
    ctl.run("quota", "clear", "alumna")
    assert ctl.show("alumna")["quota"] == {"bytes": 2 << 30,
                                           "origin": "class"}


def test_forward(ctl):
    assert ctl.run("forward", "show", "alumna").stdout == (
        "alumna: not forwarded\n")
    assert ctl.json("forward", "show", "alumna") == {"name": "alumna",
                                                     "forward": None}
    ctl.run("forward", "set", "alumna", "A.B@Outside.example")
    assert ctl.json("forward", "show", "alumna") == {
        "name": "alumna", "forward": {"address": "A.B@outside.example",
                                      "keep_copy": True}}
    assert ctl.run("forward", "show", "alumna").stdout == (
        "alumna: forwarded to A.B@outside.example, a copy is kept\n")
    ctl.run("forward", "set", "--no-copy", "alumna", "c@outside.example")
    assert ctl.show("alumna")["forward"] == {"address": "c@outside.example",
                                             "keep_copy": False}
    ctl.run("forward", "clear", "alumna")
    assert ctl.show("alumna")["forward"] is None


# ---- aliases ----

def test_aliases(ctl):
    assert ctl.json("alias", "list", "alumna") == []
    ctl.run("alias", "add", "alumna", "Anna.Nordmann@alumni.example.org")
    ctl.run("alias", "add", "alumna", "anna")
    assert ctl.json("alias", "list", "alumna") == ["anna", "anna.nordmann"]
    assert ctl.run("alias", "list", "alumna").stdout == (
        "anna\nanna.nordmann\n")
    assert ctl.show("alumna")["aliases"] == ["anna", "anna.nordmann"]
    ctl.run("alias", "remove", "alumna", "anna")
    assert ctl.json("alias", "list", "alumna") == ["anna.nordmann"]


def test_an_alias_is_one_accounts(ctl):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "alumna", "anna")
    before = ctl.dump()
    for arguments in (["alias", "add", "other", "anna"],
                      ["alias", "add", "alumna", "anna"],
                      ["alias", "add", "alumna", "other"],
                      ["alias", "add", "alumna", "alumna"],
                      ["alias", "add", "alumna", "postmaster"],
                      ["alias", "add", "alumna", "abuse@alumni.example"],
                      ["alias", "add", "alumna", "x@elsewhere.example"],
                      ["alias", "add", "alumna", "a+b"],
                      ["alias", "remove", "other", "anna"],
                      ["account", "add", "anna"]):
        ctl.run(*arguments, status=DATA)
    ctl.run("alias", "add", "nobody", "x", status=NOUSER)
    assert ctl.dump() == before


def test_a_removed_alias_is_kept_from_others(ctl):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("alias", "remove", "alumna", "anna")
    done = ctl.run("alias", "add", "other", "anna", status=DATA)
    assert "quarantine" in done.stderr
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("alias", "remove", "alumna", "anna", "--release")
    ctl.run("alias", "add", "other", "anna")


def test_aliases_of_a_deleted_account_are_kept_from_others(ctl):
    ctl.run("account", "add", "other")
    ctl.run("alias", "add", "alumna", "anna")
    ctl.run("account", "delete", "alumna", "--yes")
    ctl.run("alias", "add", "other", "anna", status=DATA)
    ctl.run("account", "add", "anna", status=DATA)


# ---- sending ----

def test_sending_block_and_unblock(ctl):
    ctl.run("sending", "block", "alumna", "--reason", "stolen password")
    shown = ctl.show("alumna")["sending"]
    assert shown["blocked"] is True and shown["reason"] == "stolen password"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT.*Z", shown["blocked_at"])
    text = ctl.run("account", "show", "alumna").stdout
    assert re.search(r"(?m)^Sending: +BLOCKED since 20.*: stolen password$",
                     text)
    assert "already" in ctl.run("sending", "block", "alumna").stdout
    assert ctl.show("alumna")["sending"] == shown
    ctl.run("sending", "unblock", "alumna")
    assert ctl.show("alumna")["sending"] == {
        "blocked": False, "blocked_at": None, "reason": None}
    ctl.run("sending", "block", "nobody", status=NOUSER)
    ctl.run("sending", "block", "alumna", "--reason", "x" * 200, status=DATA)
    ctl.run("sending", "block", "alumna", "--reason", "a\nb", status=DATA)


# ---- the SRS secret ----

def test_srs_init(bare):
    secret = bare.folder / "srs.secret"
    secret.unlink()
    if os.geteuid() == 0:
        bare.configure('class "alumni"', 'milter_user = "nobody"\n'
                       'class "alumni"')
    bare.run("srs", "init")
    made = secret.read_text()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", made)
    status = secret.stat()
    assert stat.S_IMODE(status.st_mode) == 0o640
    if os.geteuid() == 0:
        assert status.st_uid == 0 and status.st_gid == NOBODY
    # A second run leaves it alone.
    assert "not changed" in bare.run("srs", "init").stdout
    assert secret.read_text() == made
    secret.write_text("# no secret here\n")
    bare.run("srs", "init", status=CONFIG)
    assert not list(bare.folder.glob("srs.secret.*"))


def test_srs_init_that_cannot_be(bare):
    (bare.folder / "srs.secret").unlink()
    if os.geteuid() == 0:
        bare.configure('class "alumni"', 'milter_user = "no-such-user"\n'
                       'class "alumni"')
        assert "no-such-user" in bare.run("srs", "init", status=CONFIG).stderr
        assert not (bare.folder / "srs.secret").exists()
    bare.configure(f"{bare.folder}/srs.secret", f"{bare.folder}/absent/s")
    bare.run("srs", "init", status=73)


# ---- errors ----

LONG = "x" * 2000
PIN = ["--directory", "university", "--directory-id"]


@pytest.mark.parametrize("status, command, text, says", [
    # No such account, with every command that takes one.
    (NOUSER, ["account", "show", "nobody"], "", "no account nobody"),
    (NOUSER, ["account", "disable", "nobody"], "", "no account nobody"),
    (NOUSER, ["account", "enable", "nobody"], "", "no account nobody"),
    (NOUSER, ["account", "delete", "nobody", "--yes"], "", "no account"),
    (NOUSER, ["account", "pin", "nobody", *PIN, "1"], "", "no account"),
    (NOUSER, ["account", "unpin", "nobody"], "", "no account nobody"),
    (NOUSER, ["password", "set", "nobody"], "secret\n", "no account nobody"),
    (NOUSER, ["password", "clear", "nobody"], "", "no account nobody"),
    (NOUSER, ["quota", "set", "nobody", "1G"], "", "no account nobody"),
    (NOUSER, ["quota", "clear", "nobody"], "", "no account nobody"),
    (NOUSER, ["forward", "set", "nobody", "a@outside.example"], "",
     "no account nobody"),
    (NOUSER, ["forward", "clear", "nobody"], "", "no account nobody"),
    (NOUSER, ["forward", "show", "nobody"], "", "no account nobody"),
    # Names that no account can have.
    (DATA, ["account", "add", "alumna"], "", "already"),
    (DATA, ["account", "add", "Alumna@alumni.example.org"], "", "already"),
    (DATA, ["account", "add", ""], "", ""),
    (DATA, ["account", "add", "a b"], "", ""),
    (DATA, ["account", "add", "a..b"], "", ""),
    (DATA, ["account", "add", "../../etc"], "", ""),
    (DATA, ["account", "add", "a+b"], "", ""),
    (DATA, ["account", "add", "a@outside.example"], "", "outside.example"),
    (DATA, ["account", "add", LONG], "", ""),
    (DATA, ["account", "add", "a\nalumnictl: forged"], "", ""),
    (DATA, ["account", "show", "'; DROP TABLE accounts"], "", ""),
    # Bad values.
    (DATA, ["account", "add", "n", "--class", "none"], "", '"none"'),
    (DATA, ["account", "add", "n", "--class", ""], "", ""),
    (DATA, ["account", "add", "n", "--class", LONG], "", ""),
    (DATA, ["account", "add", "n", "--class", "a\nalumnictl: b\x1b[0m"], "",
     '"a?alumnictl: b?[0m"'),
    (DATA, ["account", "add", "n", "--quota", "much"], "", "much"),
    (DATA, ["account", "add", "n", "--quota", ""], "", ""),
    (DATA, ["account", "add", "n", *PIN, ""], "", "directory id"),
    (DATA, ["account", "add", "n", *PIN, LONG], "", "directory id"),
    (DATA, ["account", "add", "n", *PIN, "a\x1b[0m"], "", "directory id"),
    (DATA, ["account", "add", "n", *PIN, b"\xff"], "", "directory id"),
    (DATA, ["account", "add", "n", "--directory", "other", "--directory-id",
            "1"], "", '"other"'),
    (DATA, ["account", "pin", "alumna", "--directory", "other",
            "--directory-id", "1"], "", '"other"'),
    (DATA, ["account", "pin", "alumna", *PIN, ""], "", "directory id"),
    (DATA, ["quota", "set", "alumna", "1.5G"], "", "1.5G"),
    (DATA, ["quota", "set", "alumna", "99999999999T"], "", "too large"),
    (DATA, ["quota", "set", "alumna", ""], "", ""),
    (DATA, ["forward", "set", "alumna", "outside.example"], "", ""),
    (DATA, ["forward", "set", "alumna", "b@alumni.example"], "", ""),
    (DATA, ["forward", "set", "alumna", "b@Alumni.example.ORG"], "", ""),
    (DATA, ["forward", "set", "alumna", "b@[127.0.0.1]"], "", ""),
    (DATA, ["forward", "set", "alumna", "a@b.example, c@d.example"], "", ""),
    (DATA, ["forward", "set", "alumna", "a@b.example\nBcc: x@y.example"], "",
     ""),
    (DATA, ["forward", "set", "alumna", ""], "", ""),
    (DATA, ["password", "set", "alumna"], "", "no password"),
    (DATA, ["password", "set", "alumna"], "\n", "empty"),
    (DATA, ["password", "set", "alumna"], "p" * 1025 + "\n", "1024"),
    (DATA, ["password", "set", "alumna"], "p" * 99999, "1024"),
    (DATA, ["password", "set", "alumna"], "a\0b\n", "NUL"),
    (DATA, ["password", "set", "alumna"], "a\tb\n", "control"),
    # The command line.
    (USAGE, [], "", "a command is missing"),
    (USAGE, ["account"], "", "a command is missing"),
    (USAGE, ["account", "rename", "a"], "", "account rename"),
    (USAGE, ["--colour", "account", "list"], "", "--colour"),
    (USAGE, ["account", "list", "all"], "", "all"),
    (USAGE, ["account", "show"], "", "NAME"),
    (USAGE, ["account", "add", "n", "--quota"], "", "--quota"),
    (USAGE, ["account", "add", "n", "--directory", "university"], "",
     "--directory-id"),
    (USAGE, ["account", "add", "n", "--directory-id", "1"], "",
     "--directory"),
    (USAGE, ["account", "pin", "alumna"], "", "--directory-id"),
    (USAGE, ["account", "pin", "alumna", "--directory", "university"], "",
     "--directory-id"),
    (USAGE, ["quota", "set", "alumna", "-5"], "", "-5"),
    (USAGE, ["quota", "set", "alumna", "1G", "--json"], "", "--json"),
    (USAGE, ["password", "set", "alumna", "secret"], "x\n", "secret"),
    (USAGE, ["forward", "set", "alumna"], "", "ADDRESS"),
], ids=lambda value: repr(value)[:60])
def test_error(ctl, status, command, text, says):
    # One that is there already, so that "unchanged" means something.
    ctl.run("password", "set", "alumna", text="alumna-alumni\n")
    with nothing_changes(ctl):
        done = ctl.run(*command, text=text, status=status)
    assert says in done.stderr
    assert done.stdout == ""


def test_without_the_class_of_an_account(ctl):
    """The configuration lost a class that an account is of."""
    ctl.run("account", "add", "pupil", "--class", "student")
    ctl.configure('class "student" { quota = "50M" }\n', "")
    assert ctl.show("pupil")["quota"]["bytes"] == 2 << 30
    assert "2 GB (of class alumni)" in ctl.run("account", "show",
                                               "pupil").stdout


def test_busy_store_is_a_temporary_failure(ctl):
    with contextlib.closing(sqlite3.connect(
            ctl.databases()[0], isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        # Readers are not hindered.
        assert ctl.show("alumna")["name"] == "alumna"
        done = ctl.run("quota", "set", "alumna", "1G", status=TEMPORARY)
        assert "locked" in done.stderr
        database.execute("ROLLBACK")
    assert ctl.show("alumna")["quota"]["origin"] == "class"


# ---- configuration ----

@pytest.mark.parametrize("before, after, says", [
    ("domains =", "domainz =", "domainz"),
    ('"2G"', '"2X"', "2X"),
    ('store = "sqlite:', 'store = "mysql:', "mysql:"),
    ('class "alumni"', 'class "other"', '"alumni"'),
    ("base =", "basis =", "basis"),
    ('quota = "2G" }', 'quota = "2G"', ""),
])
def test_bad_configuration(ctl, before, after, says):
    ctl.configure(before, after)
    with nothing_changes(ctl):
        done = ctl.run("account", "disable", "alumna", status=CONFIG)
    assert str(ctl.config) in done.stderr
    assert says in done.stderr
    assert ctl.run("store", "init", status=CONFIG).stderr == done.stderr
    assert ctl.run("login-test", "alumna", text="x\n",
                   status=CONFIG).stderr == done.stderr


def test_missing_configuration(ctl):
    ctl.config.unlink()
    done = ctl.run("account", "list", status=CONFIG)
    assert str(ctl.config) in done.stderr


@pytest.mark.parametrize("name", ["srs.secret", "directory.secret"])
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_secret_open_to_everybody(ctl, name, mode):
    secret = ctl.folder / name
    secret.chmod(mode)
    with nothing_changes(ctl):
        done = ctl.run("account", "disable", "alumna", status=CONFIG)
    assert f"chmod o= {secret}" in done.stderr
    assert "not for everybody" not in done.stderr
    secret.chmod(0o640)
    ctl.run("account", "disable", "alumna")


def test_secrets_need_not_be_there(ctl):
    (ctl.folder / "srs.secret").unlink()
    ctl.run("account", "disable", "alumna")


def test_configuration_from_the_environment(ctl):
    def run(variable, *arguments):
        return subprocess.run(
            [ctl.program, *arguments], capture_output=True, text=True,
            check=False, timeout=SECONDS,
            env={**ctl.environment(), "ALUMNIMAIL_CONFIG": str(variable)})

    assert "alumna" in run(ctl.config, "account", "list").stdout
    assert run("/nonexistent", "account", "list").returncode == CONFIG
    # The option has the last word.
    done = run("/nonexistent", "account", "list", "--config", str(ctl.config))
    assert done.returncode == OK


def other_user():
    """Options of subprocess that make a program run as somebody else. As root
    that is nobody; otherwise files are taken away instead."""
    assert os.geteuid() == 0, "run as root, as ./dev test does"
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def test_user_without_permission(ctl):
    with nothing_changes(ctl):
        for command in (["account", "list"], ["account", "disable", "alumna"],
                        ["password", "set", "alumna"], ["store", "init"]):
            ctl.run(*command, text="x\n", status=NOPERM, **other_user())


def test_user_who_cannot_make_the_store(bare):
    bare.run("store", "init", status=NOPERM, **other_user())
    assert not (bare.folder / "store").exists()


def test_user_who_may_not_see_credentials(ctl):
    accounts = ctl.databases()[0]
    for path in (accounts, accounts.parent):
        os.chown(path, 0, NOBODY)
    accounts.parent.chmod(0o2770)
    assert "alumna" in ctl.run("account", "list", **other_user()).stdout
    with nothing_changes(ctl):
        for command in (["account", "show", "alumna"],
                        ["account", "delete", "alumna", "--yes"],
                        ["password", "set", "alumna"]):
            ctl.run(*command, text="x\n", status=NOPERM, **other_user())
    # What is wrong here is not the permission.
    accounts.write_bytes(b"no database at all, but long enough" * 99)
    ctl.run("account", "list", status=CONFIG, **other_user())


def test_root_does_not_take_files_away_from_their_group(ctl):
    """A command that root runs while nobody else has the store open makes
    -wal and -shm; the group must be able to write to them."""
    paths = [f"{path}{suffix}" for path in ctl.databases()
             for suffix in ("", "-wal", "-shm")]
    for path in ctl.databases():
        os.chown(path, 0, NOBODY)
        os.chown(path.parent, 0, NOBODY)
        # chown drops it.
        path.parent.chmod(0o2770)
    process = subprocess.Popen(
        ctl.argv("password", "set", "alumna"), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env=ctl.environment(),
        umask=0o077)
    try:
        wait(lambda: all(os.path.exists(path) for path in paths))
        for path in paths:
            status = os.stat(path)
            assert stat.S_IMODE(status.st_mode) == 0o660, path
            assert status.st_gid == NOBODY, path
        process.communicate(b"alumna-alumni\n", timeout=SECONDS)
        assert process.returncode == OK
    finally:
        process.kill()
        process.wait()
    assert [path for path in paths if os.path.exists(path)] == [
        str(path) for path in ctl.databases()]
    # A member of the group reads and writes as before.
    ctl.run("account", "disable", "alumna", **other_user())


# ---- help ----

def commands():
    """The names of all commands, from --help."""
    text = subprocess.run([program(), "--help"], capture_output=True,
                          text=True, check=True, timeout=SECONDS).stdout
    listed = text.partition("Commands:\n")[2].partition("\n\n")[0]
    return [re.split(" {2,}", line.strip())[0]
            for line in listed.splitlines()]


def test_help_on_every_level(bare):
    names = commands()
    assert len(names) >= 17
    for name in names:
        words = name.split()
        text = bare.run(*words, "--help").stdout
        assert text.startswith(f"usage: alumnictl {name} ")
        assert "--config FILE" in text
        assert name in bare.run(words[0], "--help").stdout
        assert max(len(line) for line in text.splitlines()) < 100


def test_help_needs_no_configuration():
    for arguments in (["--help"], ["--version"], ["account", "-h"],
                      ["account", "add", "--help"]):
        done = subprocess.run(
            [program(), *arguments], capture_output=True, text=True,
            check=False, timeout=SECONDS,
            env={**os.environ, "ALUMNIMAIL_CONFIG": "/nonexistent"})
        assert (done.returncode, done.stderr) == (OK, "")
    assert re.fullmatch(r"alumnictl \d+\.\d+\.\d+\n", subprocess.run(
        [program(), "--version"], capture_output=True, text=True, check=True,
        timeout=SECONDS).stdout)


# ---- at a terminal ----

def wait(condition):
    """Waits until it is true."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "timed out"
        select.select([], [], [], 0.01)


class Terminal:
    """A program at a terminal of its own, and the person in front of it."""

    def __init__(self, argv, environment):
        self.master, slave = pty.openpty()
        self.seen = b""

        def own_terminal():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=own_terminal, env=environment)
        self.slave = slave

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def read(self):
        """What came since the last time, without waiting."""
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.seen += os.read(self.master, 4096)
            except OSError as error:
                assert error.errno == errno.EIO
                return

    def expect(self, text, times=1):
        def there():
            self.read()
            return self.seen.count(text) >= times

        wait(there)

    def type(self, text):
        os.write(self.master, text)

    def end(self):
        """The exit status, and all that was on the screen."""
        status = self.process.wait(timeout=SECONDS)
        self.read()
        return status, self.seen.replace(b"\r\n", b"\n")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(ctl):
    opened = []

    def start(*arguments):
        opened.append(Terminal(ctl.argv(*arguments), ctl.environment()))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_password_at_a_terminal(ctl, terminal):
    screen = terminal("password", "set", "alumna")
    screen.expect(b"New password: ")
    assert not screen.echoes()
    screen.type(b"top-secret\n")
    screen.expect(b"New password again: ")
    assert not screen.echoes()
    screen.type(b"top-secret\n")
    status, seen = screen.end()
    assert status == OK
    assert seen == (b"New password: \nNew password again: \n"
                    b"alumna: password set\n")
    assert screen.echoes()
    assert argon2_fits(ctl.hash_of("alumna"), "top-secret")


def test_password_at_a_terminal_typed_differently(ctl, terminal):
    with nothing_changes(ctl):
        screen = terminal("password", "set", "alumna")
        screen.expect(b"New password: ")
        screen.type(b"top-secret\n")
        screen.expect(b"New password again: ")
        screen.type(b"top-sekret\n")
        status, seen = screen.end()
    assert status == DATA
    assert b"differ" in seen
    assert b"top-" not in seen
    assert screen.echoes()


@pytest.mark.parametrize("typed, number", [
    (b"half\x03", signal.SIGINT), (b"half\x1c", signal.SIGQUIT)])
def test_interrupted_at_the_password(ctl, terminal, typed, number):
    with nothing_changes(ctl):
        screen = terminal("password", "set", "alumna")
        screen.expect(b"New password: ")
        screen.type(typed)
        status, seen = screen.end()
    assert status == -number
    assert b"half" not in seen
    assert screen.echoes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_at_the_password(ctl, terminal, number):
    screen = terminal("password", "set", "alumna")
    screen.expect(b"New password: ")
    screen.process.send_signal(number)
    assert screen.end()[0] == -number
    assert screen.echoes()


def test_stopped_at_the_password_asks_again(ctl, terminal):
    """The program is alone in its session, so that the terminal's stop has no
    effect; but it has put the terminal right for it, and asks anew."""
    screen = terminal("password", "set", "alumna")
    screen.expect(b"New password: ")
    screen.type(b"half\x1a")
    screen.expect(b"New password: ", times=2)
    assert not screen.echoes()
    screen.type(b"whole\n")
    screen.expect(b"New password again: ")
    screen.type(b"whole\n")
    assert screen.end()[0] == OK
    assert argon2_fits(ctl.hash_of("alumna"), "whole")


def test_no_password_at_a_terminal(ctl, terminal):
    with nothing_changes(ctl):
        screen = terminal("password", "set", "alumna")
        screen.expect(b"New password: ")
        screen.type(b"\x04")
        status, seen = screen.end()
    assert status == DATA
    assert b"no password" in seen
    assert screen.echoes()


def test_unknown_account_is_said_before_the_password_is_asked(terminal):
    status, seen = terminal("password", "set", "nobody").end()
    assert status == NOUSER
    assert b"New password" not in seen


@pytest.mark.parametrize("typed, status", [
    (b"y\n", OK), (b"Yes\n", OK), (b"n\n", NO), (b"\n", NO), (b"\x04", NO),
    (b"yesterday\n", NO)])
def test_delete_asks_at_a_terminal(ctl, terminal, typed, status):
    before = ctl.dump()
    screen = terminal("account", "delete", "alumna")
    screen.expect(b"[y/N] ")
    screen.type(typed)
    assert screen.end()[0] == status
    if status == OK:
        ctl.run("account", "show", "alumna", status=NOUSER)
    else:
        assert ctl.dump() == before


# ---- login-test ----

class FakeDovecot:
    """Speaks the server's side of the auth protocol, once."""

    def __init__(self, path, answer):
        self.path = str(path)
        self.answer = answer
        self.asked = b""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(path, 0o600)
        self.listener.listen(1)
        self.listener.settimeout(SECONDS)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1"
                             b"\nCUID\t1\nCOOKIE\t00\nDONE\n")
                stream.flush()
                self.asked = b"".join(stream.readline() for _ in range(3))
                stream.write(self.answer)

    def close(self):
        # If nobody has come, it still waits.
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(self.path)
        self.thread.join()
        self.listener.close()


@pytest.fixture
def dovecot(bare):
    started = []

    def start(answer):
        started.append(FakeDovecot(bare.folder / "auth", answer))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.mark.parametrize("answer, status, result, code", [
    (b"OK\t1\tuser=alumna\n", OK, "ok", None),
    (b"FAIL\t1\tuser=alumna\n", NOPERM, "refused", None),
    (b"FAIL\t1\tuser=alumna\tcode=user_disabled\n", NOPERM, "refused",
     "user_disabled"),
    (b"FAIL\t1\tuser=alumna\tcode=temp_fail\n", TEMPORARY,
     "temporary failure", "temp_fail"),
    (b"", TEMPORARY, "temporary failure", None),
])
@pytest.mark.parametrize("as_json", [False, True])
def test_login_test(bare, dovecot, answer, status, result, code, as_json):
    dovecot(answer)
    done = bare.run("login-test", "Alumna@alumni.example",
                    *(["--json"] if as_json else []), text="top-secret\n",
                    status=status)
    if as_json:
        assert json.loads(done.stdout) == {
            "name": "Alumna@alumni.example", "result": result, "code": code}
    else:
        assert done.stdout == f"{result}\n"
    assert "top-secret" not in done.stdout + done.stderr


def test_login_test_at_a_terminal(ctl, terminal, dovecot):
    dovecot(b"OK\t1\tuser=alumna\n")
    screen = terminal("login-test", "alumna")
    screen.expect(b"Password: ")
    assert not screen.echoes()
    screen.type(b"top-secret\n")
    status, seen = screen.end()
    assert status == OK
    assert seen == b"Password: \nok\n"
    assert screen.echoes()


def test_login_test_without_dovecot(bare):
    done = bare.run("login-test", "alumna", text="x\n", status=UNAVAILABLE)
    assert str(bare.folder / "auth") in done.stderr
    assert done.stdout == ""


def test_login_test_without_permission(bare, dovecot):
    dovecot(b"OK\t1\tuser=alumna\n")
    done = bare.run("login-test", "alumna", text="x\n", status=NOPERM,
                    **other_user())
    assert str(bare.folder / "auth") in done.stderr


def test_login_test_without_a_password(bare):
    done = bare.run("login-test", "alumna", status=DATA)
    assert "no password" in done.stderr


# ---- with the running system ----

def test_login_test_with_dovecot(instance):
    name = instance.add_account("login")

    def login_test(user, password):
        done = instance.alumnictl("login-test", user, text=f"{password}\n",
                                  check=False)
        return done.returncode, done.stdout

    assert login_test(name, f"{name}-alumni") == (OK, "ok\n")
    assert login_test(f"{name.upper()}@{instance.domain}",
                      f"{name}-alumni") == (OK, "ok\n")
    assert login_test(name, "wrong") == (NOPERM, "refused\n")
    assert login_test(name, "") == (NOPERM, "refused\n")
    assert login_test("nobody-at-all", "wrong") == (NOPERM, "refused\n")

    instance.alumnictl("account", "disable", name)
    assert login_test(name, f"{name}-alumni") == (NOPERM, "refused\n")
    instance.alumnictl("account", "enable", name)
    assert login_test(name, f"{name}-alumni") == (OK, "ok\n")

    instance.alumnictl("password", "clear", name)
    assert login_test(name, f"{name}-alumni") == (NOPERM, "refused\n")


def test_mail_folder_is_the_home_that_dovecot_uses(instance):
    name = instance.add_account("folder")
    shown = json.loads(instance.alumnictl("account", "show", name,
                                          "--json").stdout)
    home = instance.doveadm("user", "-f", "home", name).stdout.strip()
    assert home == shown["mail_folder"]


def test_login_test_when_the_directory_is_away(instance):
    """A temporary failure, where the directory's word would count."""
    instance.alumnictl("login-test", "employee", text="employee-university\n")
    instance.service("stop", "slapd")
    try:
        done = instance.alumnictl("login-test", "employee",
                                  text="employee-university\n", check=False)
    finally:
        instance.service("start", "slapd")
    assert (done.returncode, done.stdout) == (TEMPORARY,
                                              "temporary failure\n")


# ---- trash ----

def test_trash_set_and_clear(ctl):
    ctl.run("account", "add", "keeper")
    for span, seconds, text in (("1d", 86400, "1 day"),
                                ("36h", 36 * 3600, "36 hours"),
                                ("2w", 14 * 86400, "14 days"),
                                ("90s", 90, "90 seconds"),
                                ("never", None, "for ever")):
        done = ctl.run("trash", "set", "keeper", span)
        assert done.stdout == (
            f"keeper: messages stay in Trash {text} (its own)\n")
        trash = ctl.show("keeper")["trash"]
        assert trash["retention_seconds"] == seconds
        assert trash["origin"] == "account"
    done = ctl.run("trash", "clear", "keeper")
    assert done.stdout == (
        "keeper: messages stay in Trash 7 days (of its class)\n")
    assert ctl.show("keeper")["trash"]["origin"] == "class"
    for span in ("7", "1.5d", "x", ""):
        ctl.run("trash", "set", "keeper", span, status=DATA)
    ctl.run("trash", "set", "nobody-there", "1d", status=NOUSER)


# ---- usage ----

def set_usage(ctl, name, number, messages):
    ctl.run("account", "add", name)
    with sqlite3.connect(ctl.folder / "store/accounts/accounts.db") as store:
        store.execute("UPDATE accounts SET usage_bytes = ?, usage_messages = ?"
                      " WHERE name = ?", (number, messages, name))
    store.close()


def fill_for_usage(ctl):
    for name, number, quota in (("full", 100, "100"), ("over", 130, "100"),
                                ("half", 59, "100"), ("nine", 99, "100"),
                                ("zero", 0, "100"),
                                ("free", 1 << 40, "unlimited")):
        set_usage(ctl, name, number, 2)
        ctl.run("quota", "set", name, quota)
    ctl.run("account", "add", "--class", "student", "pupil")


def test_usage_for_programs(ctl):
    fill_for_usage(ctl)
    shown = ctl.json("usage", "--top", "3")
    assert [row["name"] for row in shown["fullest"]] == [
        "over", "full", "nine"]
    assert shown["fullest"][0] == {
        "name": "over", "class": "alumni", "bytes": 130, "messages": 2,
        "quota_bytes": 100}
    tenths = {row["from_percent"]: row["accounts"]
              for row in shown["histogram"]}
    assert list(tenths) == list(range(0, 101, 10))
    assert (tenths[100], tenths[90], tenths[50]) == (2, 1, 1)
    assert shown["unlimited"] == 1
    classes = {row["class"]: row for row in shown["classes"]}
    assert classes["student"]["accounts"] == 1
    assert shown["total"]["accounts"] == sum(
        row["accounts"] for row in shown["classes"])
    assert classes["alumni"]["bytes"] == 100 + 130 + 59 + 99 + (1 << 40)
    assert classes["alumni"]["messages"] == 12
    assert ctl.json("usage", "--top=0")["fullest"] == []


def test_usage_for_people(ctl):
    fill_for_usage(ctl)
    text = ctl.run("usage").stdout
    assert re.search(r"^over +alumni +130 B +100 B +130 %$", text, re.M)
    assert re.search(r"^free +alumni +1 TB +unlimited +-$", text, re.M)
    assert re.search(r"^100 % +2  #{2,}$", text, re.M)
    assert re.search(r"^unlimited +1  #+$", text, re.M)
    assert re.search(r"^student +1 +0 +0 B +50 MB +0$", text, re.M)
    assert re.search(r"^all +", text, re.M)


def test_usage_as_csv(ctl):
    fill_for_usage(ctl)
    done = ctl.run("usage", "--csv")
    rows = {row["name"]: row for row in csv.DictReader(
        io.StringIO(done.stdout))}
    assert rows["over"] == {"name": "over", "class": "alumni", "bytes": "130",
                            "messages": "2", "quota_bytes": "100"}
    assert rows["free"]["quota_bytes"] == ""
    ctl.run("--json", "usage", "--csv", status=USAGE)
    for number in ("x", "", "-1", "1001"):
        ctl.run("usage", f"--top={number}", status=USAGE)
