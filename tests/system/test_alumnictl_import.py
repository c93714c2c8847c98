# SPDX-License-Identifier: MIT
"""alumnictl import and export: each other's inverse, all or nothing, in memory
that does not grow.
"""

import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess

import pytest

from alumnictl_program import (
    CONFIG, DATA, IO, OK, SECONDS, Ctl, nothing_changes, wait)
from instance.layout import BUILD

HASH = "{SSHA512}" + "a" * 100
MANY = 100_000
# Far from what is needed; constant, and not that of the sanitizers.
MEMORY_KIB = 48 * 1024


def write(ctl, text, name="list.csv", mode=0o600):
    path = ctl.folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def hashes(ctl):
    """All credentials, read without any program of ours."""
    with contextlib.closing(sqlite3.connect(ctl.databases()[1])) as database:
        return database.execute(
            "SELECT account_id, kind, label, hash, set_at, last_used_at,"
            " expires_at FROM credentials ORDER BY 1, 2, 3").fetchall()


def another(ctl):
    """Another store."""
    folder = ctl.folder / "other"
    folder.mkdir()
    return Ctl(folder)


def run_import(ctl, *arguments, status=OK, text=""):
    """Errors come a line each, so not by Ctl.run()."""
    done = subprocess.run(ctl.argv("import", *map(str, arguments)),
                          input=text, text=True, capture_output=True,
                          check=False, timeout=SECONDS,
                          env=ctl.environment())
    assert done.returncode == status, (done.stdout, done.stderr)
    return done


# ---- what is imported ----

FULL = {
    "name": "full", "id": "0123456789abcdef0123456789abcdef",
    "class": "student", "enabled": False,
    "created_at": "2001-02-03T04:05:06Z", "directory": "university",
    "directory_id": "31-f", "denied_at": "2020-01-01T00:00:00Z",
    "quota": 1048576, "trash_retention": "86400s",
    "aliases": ["a.full", "full.name"], "forward": "f@outside.example",
    "keep_copy": False, "backend": "mail2.example",
    "sending_blocked_at": "2021-01-01T00:00:00Z",
    "sending_block_reason": 'a "reason", with\u00e6 all'}
SECRETS = {
    "password_hash": HASH, "password_set_at": "2010-01-01T00:00:00Z",
    "other_credentials": [
        {"kind": "app", "label": "my phone", "hash": "{ALUMNI-APP}xyz",
         "set_at": "2022-01-01T00:00:00Z",
         "last_used_at": "2022-02-02T00:00:00Z"},
        {"kind": "invite", "label": "", "hash": "{ALUMNI-APP}abc",
         "set_at": "2022-01-01T00:00:00Z",
         "expires_at": "2090-01-01T00:00:00Z"},
        {"kind": "learned", "label": "university", "hash": HASH,
         "set_at": "2022-01-01T00:00:00Z"}]}
PLAIN = {**{key: None for key in FULL}, "name": "plain", "class": "alumni",
         "enabled": True, "aliases": []}


def as_csv(records):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(records[0])
    for record in records:
        writer.writerow(
            "" if value is None else ("no", "yes")[value]
            if isinstance(value, bool) else json.dumps(value)
            if key == "other_credentials" else " ".join(value)
            if isinstance(value, list) else value
            for key, value in record.items())
    return out.getvalue()


def as_json(records):
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize("form, name", [(as_csv, "in.csv"),
                                        (as_json, "in.jsonl")])
def test_every_column(ctl, form, name):
    records = [{**FULL, **SECRETS},
               {**PLAIN, **{key: None for key in SECRETS}}]
    done = run_import(ctl, "--with-hashes", write(ctl, form(records), name))
    assert done.stdout == "2 accounts imported, 0 lines wrong\n"
    shown = ctl.show("full")
    assert shown["id"] == FULL["id"]
    assert shown["created_at"] == FULL["created_at"]
    assert shown["directory"] == {"name": "university", "id": "31-f"}
    assert shown["aliases"] == FULL["aliases"]
    assert shown["quota"] == {"bytes": 1048576, "origin": "account"}
    assert shown["trash"]["retention_seconds"] == 86400
    assert shown["forward"] == {"address": "f@outside.example",
                                "keep_copy": False}
    assert shown["sending"]["reason"] == FULL["sending_block_reason"]
    assert ctl.hash_of("plain") is None
    kinds = [row[1:4] for row in hashes(ctl)]
    assert kinds == [("app", "my phone", "{ALUMNI-APP}xyz"),
                     ("invite", "", "{ALUMNI-APP}abc"),
                     ("learned", "university", HASH),
                     ("password", "", HASH)]

    # And out again: the same, whichever way it came in.
    exported = ctl.folder / "out.jsonl"
    ctl.run("export", "--with-hashes", "--output", str(exported))
    lines = {line["name"]: line for line in
             map(json.loads, exported.read_text().splitlines())}
    del lines["alumna"]
    assert lines["full"] == records[0]
    assert lines["plain"] == {**records[1], "id": lines["plain"]["id"],
                              "created_at": lines["plain"]["created_at"]}


@pytest.mark.parametrize("name", ["all.csv", "all.jsonl"])
def test_export_and_import_are_each_others_inverse(ctl, name):
    run_import(ctl, "--with-hashes",
               write(ctl, as_json([{**FULL, **SECRETS}]), "in.json"))
    ctl.run("account", "add", "never", "--quota", "unlimited")
    ctl.run("trash", "set", "never", "never")
    ctl.run("forward", "set", "never", "n@outside.example")
    ctl.run("password", "set", "never", text="secret\n")
    first, second = ctl.folder / name, ctl.folder / f"again-{name}"
    ctl.run("export", "--with-hashes", "--output", str(first))
    before = [account for account in ctl.json("account", "list")]
    kept = hashes(ctl)

    other = another(ctl)
    other.run("store", "init")
    run_import(other, "--with-hashes", first)
    other.run("export", "--with-hashes", "--output", str(second))
    assert second.read_text() == first.read_text()
    assert hashes(other) == kept
    for account, copy in zip(before, other.json("account", "list")):
        copy["mail_folder"] = account["mail_folder"]
        assert copy == account


# ---- secrets ----

def test_hashes_only_when_asked_for(ctl):
    ctl.run("password", "set", "alumna", text="x\n")
    for options in ([], ["--format", "json"], ["--json"]):
        text = ctl.run("export", *options).stdout
        assert text.startswith("{") == bool(options)
        assert "ARGON" not in text and "hash" not in text
    for text in (f"name,password_hash\na,{HASH}\n",
                 "name,other_credentials\na,\n"):
        with nothing_changes(ctl):
            done = run_import(ctl, write(ctl, text), status=DATA)
        assert "--with-hashes" in done.stderr
    with nothing_changes(ctl):
        done = run_import(ctl, write(ctl, json.dumps(
            {"name": "a", "password_hash": HASH}), "a.json"), status=DATA)
    assert "--with-hashes" in done.stderr and HASH not in done.stderr


def test_a_file_with_hashes_is_closed_to_others(ctl):
    path = ctl.folder / "out.csv"
    ctl.run("export", "--with-hashes", "--output", str(path), umask=0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # It is not overwritten.
    ctl.run("export", "--output", str(path), status=73)
    for mode in (0o640, 0o604, 0o620, 0o644):
        path.chmod(mode)
        done = run_import(ctl, "--with-hashes", path, status=CONFIG)
        assert f"chmod 0600 {path}" in done.stderr


@pytest.mark.parametrize("value", [
    "secret", "{PLAIN}secret", "{plain}secret", "{CLEARTEXT}secret",
    "{PLAIN.b64}c2VjcmV0", "{SSHA512}", "{}x", "{SSHA512", "x" * 600])
def test_passwords_in_the_clear_are_refused(ctl, value):
    with nothing_changes(ctl):
        done = run_import(ctl, "--with-hashes", write(
            ctl, f"name,password_hash\na,{value}\n"), status=DATA)
    assert "secret" not in done.stderr
    done = run_import(ctl, write(ctl, "name,password\na,secret\n"),
                      status=DATA)
    assert "secret" not in done.stderr and "password_hash" in done.stderr


# ---- what is wrong ----

@pytest.mark.parametrize("text, line, says", [
    ("", 0, "names of the columns"),
    ("nme\nx\n", 0, '"nme"'),
    ("name,name\na,b\n", 0, "twice"),
    ("class\nalumni\n", 2, "no name"),
    ("name\na b\n", 2, "name"),
    ("name\nx@outside.example\n", 2, "outside.example"),
    ("name\nok\nalumna\n", 3, "already"),
    ("name\nok\nother\nok\n", 4, "already"),
    ("name\nanna\n", 2, "already"),
    ("name,aliases\nok,alumna\n", 2, "alumna"),
    ("name,aliases\nok,x\ntwo,x\n", 3, "x is the name or an alias"),
    ("name,class\nok,none\n", 2, '"none"'),
    ("name,enabled\nok,maybe\n", 2, "maybe"),
    ("name,created_at\nok,2020\n", 2, "2020"),
    ("name,quota\nok,much\n", 2, "much"),
    ("name,trash_retention\nok,7\n", 2, "trash_retention"),
    ("name,directory\nok,university\n", 2, "directory_id"),
    ("name,directory,directory_id\nok,other,1\n", 2, '"other"'),
    ("name,forward\nok,b@alumni.example\n", 2, "forward"),
    ("name,forward\nok,nobody\n", 2, "forward"),
    ("name,id\nok,12\n", 2, "id"),
    ("name,id\nok,{id}\n", 2, "another account"),
    ("name,backend\nok,a b\n", 2, "host"),
    ("name,sending_block_reason\nok,a\x1b[0m\n", 2, "printable"),
    ("name,class\nok\n", 2, "1 fields for 2 columns"),
    ('name\n"ok\n', 2, "quote"),
    ('name\n"ok"x\n', 2, "quote"),
    ('name,class\n"a\nb",alumni\nok,none\n', 4, '"none"'),
])
def test_a_wrong_line_is_named_and_nothing_imported(ctl, text, line, says):
    ctl.run("alias", "add", "alumna", "anna")
    text = text.replace("{id}", ctl.show("alumna")["id"])
    path = write(ctl, text)
    with nothing_changes(ctl):
        done = run_import(ctl, path, status=DATA)
    # What is wrong with the whole file has no line.
    assert f"alumnictl: {path}{f':{line}' if line else ''}: " in done.stderr
    assert says in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("text", [
    "name", "{", '{"name": "a"} x', "[]", '"a"', '{"name": ["a", "b"]}',
    '{"name": "a\\u0000b"}', '{"name": "ok", "aliases": ["a b"]}',
    '{"name": "ok", "aliases": [1]}', '{"name": "ok", "nme": 1}',
    '{"name": "ok", "enabled": 1}', '{"name": {"a": 1}}'])
def test_wrong_json(ctl, text):
    path = write(ctl, f'{{"name": "good"}}\n{text}\n', "in.json")
    with nothing_changes(ctl):
        done = run_import(ctl, path, status=DATA)
    assert f"{path}:2: " in done.stderr
    assert "nothing was imported" in done.stderr


def test_keep_going(ctl):
    path = write(ctl, "name\none\nalumna\ntwo\na b\none\nthree\n")
    done = run_import(ctl, "--keep-going", path, status=DATA)
    assert done.stdout == "3 accounts imported, 3 lines wrong\n"
    assert [line.split(": ")[1] for line in
            done.stderr.splitlines()[:-1]] == [
                f"{path}:{number}" for number in (3, 5, 6)]
    assert ctl.run("account", "list", "--names").stdout.split() == [
        "alumna", "one", "three", "two"]


def test_dry_run(ctl):
    good = write(ctl, "name\none\ntwo\n", "good.csv")
    bad = write(ctl, "name\none\none\nalumna\n", "bad.csv")
    with nothing_changes(ctl):
        assert run_import(ctl, "--dry-run", good).stdout == (
            "2 accounts could be imported, 0 lines wrong\n")
        done = run_import(ctl, "--dry-run", bad, status=DATA)
        assert done.stderr.count("already") == 2
        shown = json.loads(run_import(ctl, "--dry-run", "--keep-going",
                                      "--json", bad, status=DATA).stdout)
    assert shown["applied"] is False and shown["accounts"] == 1
    assert [error["line"] for error in shown["errors"]] == [3, 4]
    shown = json.loads(run_import(ctl, "--json", good).stdout)
    assert shown == {"applied": True, "accounts": 2, "wrong_lines": 0,
                     "errors": []}


def test_from_standard_input(ctl):
    done = run_import(ctl, "-", text="\ufeffname,quota\r\n\r\none,1G\r\n")
    assert done.stdout == "1 account imported, 0 lines wrong\n"
    assert ctl.show("one")["quota"]["bytes"] == 1 << 30
    run_import(ctl, "--format", "json", "-", text='{"name": "two"}')
    ctl.show("two")


def test_export_that_does_not_get_out(ctl):
    with open("/dev/full", "w") as full:
        done = subprocess.run(ctl.argv("export"), stdout=full,
                              stderr=subprocess.PIPE, check=False,
                              timeout=SECONDS, env=ctl.environment())
    assert done.returncode == IO


def test_an_imported_name_in_quarantine(ctl):
    ctl.run("account", "rename", "alumna", "berg", "--no-alias")
    with nothing_changes(ctl):
        done = run_import(ctl, write(ctl, "name\nalumna\n"), status=DATA)
    assert "quarantine" in done.stderr


def test_progress_at_a_terminal(ctl, terminal):
    path = write(ctl, "name\n" + "".join(f"n{number}\n"
                                         for number in range(3000)))
    status, seen = terminal("import", str(path)).end()
    assert status == OK
    assert b"check: [" in seen and b"import: [" in seen
    assert seen.endswith(b"3000 accounts imported, 0 lines wrong\n")


# ---- many ----

def many(ctl, count=MANY, bad=None):
    path = ctl.folder / "many.csv"
    with open(path, "w") as file:
        os.chmod(path, 0o600)
        file.write("name,class,password_hash\n")
        for number in range(1, count + 1):
            # The line after the head is 2.
            kind = "none" if number + 1 == bad else "student"
            file.write(f"user{number},{kind},{HASH}{number}\n")
    return path


@pytest.fixture
def plain(ctl):
    """Without sanitizers, whose memory is not ours."""
    ctl.program = BUILD / "plain/ctl/alumnictl"
    return ctl


def run_measured(ctl, *arguments):
    """Exit status, and the peak of memory in KiB: read again and again, since
    what wait4(2) tells is at least that of the program that started it."""
    process = subprocess.Popen(ctl.argv(*map(str, arguments)),
                               stdout=subprocess.DEVNULL)
    peaks = [0]

    def ended():
        with contextlib.suppress(OSError, StopIteration):
            with open(f"/proc/{process.pid}/status") as file:
                peaks.append(next(int(line.split()[1]) for line in file
                                  if line.startswith("VmHWM")))
        return process.poll() is not None

    try:
        wait(ended)
    finally:
        process.kill()
        process.wait()
    return process.returncode, peaks[-1]


def test_many_in_constant_memory(plain):
    few = run_measured(plain, "import", "--with-hashes",
                       many(plain, MANY // 10))
    assert few[0] == OK
    plain.run("account", "list", "--names")
    other = another(plain)
    other.program = plain.program
    other.run("store", "init")
    all_of_them = run_measured(other, "import", "--with-hashes",
                               many(other))
    assert all_of_them[0] == OK
    assert len(hashes(other)) == MANY
    assert all_of_them[1] < MEMORY_KIB
    assert all_of_them[1] < 1.5 * few[1]
    exported = run_measured(other, "export", "--output",
                            other.folder / "out.csv")
    assert exported[0] == OK and exported[1] < MEMORY_KIB
    assert len((other.folder / "out.csv").read_text().splitlines()) == (
        MANY + 1)


def test_a_bad_line_50000_leaves_nothing_behind(plain):
    path = many(plain, bad=50_000)
    with nothing_changes(plain):
        done = run_import(plain, "--with-hashes", path, status=DATA)
    assert f"{path}:50000: class" in done.stderr


def test_a_clash_at_line_50000_leaves_nothing_behind(plain):
    """What only shows when it is written."""
    plain.run("account", "add", "user49999")
    with nothing_changes(plain):
        done = run_import(plain, "--with-hashes", many(plain), status=DATA)
    assert ":50000: user49999" in done.stderr


@pytest.mark.parametrize("part", [1, 5, 9])
def test_killed_in_the_middle_nothing_usable_is_left(plain, part):
    path = many(plain)
    wal = plain.databases()[0].with_name("accounts.db-wal")
    before = plain.run("account", "list", "--names").stdout
    process = subprocess.Popen(
        plain.argv("import", "--with-hashes", str(path)),
        stdout=subprocess.DEVNULL)
    try:
        # While it writes: what does not fit into memory goes there.
        wait(lambda: process.poll() is not None or (
            wal.exists() and wal.stat().st_size > part << 20))
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert plain.run("account", "list", "--names").stdout == before
    assert hashes(plain) == []
    # And it can be done again.
    run_import(plain, "--with-hashes", many(plain, 1000))
