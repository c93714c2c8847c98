# SPDX-License-Identifier: MIT
"""Every error of alumnictl with its exit status, and that an error has changed
nothing.
"""

import contextlib
import sqlite3

import pytest

from alumnictl_program import DATA, NOUSER, TEMPORARY, USAGE, nothing_changes

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
    (USAGE, ["completion", "bash", "--json"], "", "--json"),
    (USAGE, ["completion", "fish"], "", "fish"),
    (NOUSER, ["account", "rename", "nobody", "n"], "", "no account nobody"),
    (NOUSER, ["account", "undelete", "alumna"], "", "no deleted account"),
    (NOUSER, ["class", "set", "nobody", "student"], "", "no account nobody"),
    (NOUSER, ["password", "reset", "nobody"], "", "no account nobody"),
    (NOUSER, ["password", "invite", "nobody", "--to", "a@outside.example"],
     "", "no account nobody"),
    (NOUSER, ["app-password", "add", "nobody", "phone"], "", "no account"),
    (NOUSER, ["app-password", "list", "nobody"], "", "no account nobody"),
    (NOUSER, ["app-password", "revoke", "nobody", "phone"], "",
     "no account"),
    (DATA, ["account", "rename", "alumna", "alumna"], "", "already"),
    (DATA, ["account", "rename", "alumna", "a b"], "", ""),
    (DATA, ["account", "rename", "alumna", "a@outside.example"], "", ""),
    (DATA, ["class", "set", "alumna", "none"], "", '"none"'),
    (DATA, ["class", "set", "alumna", LONG], "", ""),
    (DATA, ["app-password", "add", "alumna", ""], "", "label"),
    (DATA, ["app-password", "add", "alumna", "x" * 64], "", "label"),
    (DATA, ["app-password", "add", "alumna", "a\x1b[0m"], "", "label"),
    (DATA, ["app-password", "revoke", "alumna", "phone"], "", '"phone"'),
    (USAGE, ["password", "invite", "alumna"], "", "--to"),
    (DATA, ["password", "invite", "alumna", "--to", "a@alumni.example"], "",
     "--to"),
    (DATA, ["password", "invite", "alumna", "--to", "a@outside.example",
            "--expires", "never"], "", "--expires"),
    (DATA, ["password", "invite", "alumna", "--to", "a@outside.example",
            "--expires", "91d"], "", "--expires"),
    (USAGE, ["account", "list", "--state", "asleep"], "", "asleep"),
    (DATA, ["account", "list", "--directory", "other"], "", '"other"'),
    (USAGE, ["account", "list", "--names", "--json"], "", "--names"),
    (DATA, ["audit", "list", "--since", "yesterday"], "", "yesterday"),
    (DATA, ["audit", "list", "a b"], "", ""),
    (USAGE, ["audit", "list", "--limit", "few"], "", "few"),
    (DATA, ["audit", "prune", "--before", "never"], "", "never"),
    (USAGE, ["export", "--with-hashes"], "", "--output"),
    (USAGE, ["export", "--format", "xml"], "", "xml"),
    (73, ["export", "--output", "/nonexistent/file"], "", "/nonexistent"),
    (66, ["import", "/nonexistent"], "", "/nonexistent"),
    (66, ["import", "/"], "", "/"),
    (USAGE, ["import"], "", "FILE"),
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
