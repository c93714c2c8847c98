# SPDX-License-Identifier: MIT
"""alumnictl with a store and a configuration of its own, for tests that need
the program and no server: that of the environment variable ALUMNICTL, or the
one built with sanitizers.
"""

import contextlib
import ctypes
import ctypes.util
import json
import os
import re
import select
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from instance.configuration import dovecot_version
from instance.layout import BUILD

SECONDS = 180
NOBODY = 65534

OK, NO, USAGE, DATA, NOUSER, UNAVAILABLE, IO, TEMPORARY, NOPERM, CONFIG = (
    0, 1, 64, 65, 67, 69, 74, 75, 77, 78)

CONFIGURATION = """\
domains = {{ "alumni.example", "alumni.example.org" }}
store = "sqlite:{folder}/store"
mail_home = "{folder}/mail"
srs_secret_file = "{folder}/srs.secret"
auth_socket = "{folder}/auth"
dovecot_config = "{folder}/dovecot.conf"
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
        self.configure_dovecot()
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

    def configure_dovecot(self):
        """A Dovecot that does not run, so that there are no sessions."""
        version = ("" if dovecot_version() == "2.3" else
                   "dovecot_config_version = 2.4.1\n"
                   "dovecot_storage_version = 2.4.1\n")
        (self.folder / "dovecot.conf").write_text(
            f"{version}base_dir = {self.folder}/run\n")

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


def other_user():
    """Options of subprocess that make a program run as somebody else. As root
    that is nobody; otherwise files are taken away instead."""
    assert os.geteuid() == 0, "run as root, as ./dev test does"
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def argon2_fits(stored, password):
    """Asks libsodium itself."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    scheme, text = stored[1:].split("}")
    assert scheme == "ARGON2ID"
    secret = password.encode()
    return sodium.crypto_pwhash_str_verify(
        text.encode(), secret, ctypes.c_ulonglong(len(secret))) == 0


def wait(condition):
    """Waits until it is true."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "timed out"
        select.select([], [], [], 0.01)
