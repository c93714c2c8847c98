# SPDX-License-Identifier: MIT
"""doveadm alumni expire and rescan as an administrator runs them."""

import contextlib
import fcntl
import os
import pty
import random
import re
import signal
import subprocess

import pytest

from instance.layout import ROOT
from test_quota import message, usage
from test_trash import (alumnus_with_trash, expire, published_oldest,
                        save_to_trash, subjects)

DEPLOY = ROOT / "deploy"


@pytest.mark.parametrize("number", ["0", "-3", "x", "3x", "", "9" * 20])
def test_a_number_that_makes_no_sense_is_an_error(instance, number):
    done = instance.doveadm("alumni", "expire", "--max-users", number,
                            check=False)
    assert done.returncode == 64 and "--max-users" in done.stderr


@contextlib.contextmanager
def lock_held(instance):
    path = instance.state / "run/dovecot/alumni-expire.lock"
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_two_at_once_are_one(instance):
    name = alumnus_with_trash(instance, 9)
    with lock_held(instance):
        done = instance.doveadm("alumni", "expire", check=False)
        assert done.returncode == 75 and "nother" in done.stderr
        assert len(subjects(instance, name)) == 1
        # Looking does no harm.
        assert name in instance.doveadm("alumni", "expire", "-n").stdout
    assert name in expire(instance)


def test_one_mailbox_that_fails_stops_nobody_else(instance):
    bad, good = (alumnus_with_trash(instance, age) for age in (20, 9))
    home = instance.doveadm("user", "-f", "home", bad).stdout.strip()
    # Neither to be read nor to be mended.
    os.rename(f"{home}/mail", f"{home}/mail.away")
    with open(f"{home}/mail", "w"):
        pass
    try:
        done = instance.doveadm("alumni", "expire", check=False)
    finally:
        os.unlink(f"{home}/mail")
        os.rename(f"{home}/mail.away", f"{home}/mail")
    assert done.returncode == 75
    assert f"{bad}: failed" in done.stdout or bad in done.stderr
    assert subjects(instance, good) == []
    # It stayed due.
    assert f"{bad}: expunged 1" in expire(instance)


def on_terminal(argv):
    """Runs a command whose standard error is a terminal; gives what it
    showed there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=theirs,
                          stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 4096):
                shown += chunk
    os.close(ours)
    assert process.returncode == 0
    return shown.decode()


def test_progress_is_for_terminals(instance):
    expire(instance)
    alumnus_with_trash(instance, 9)
    shown = on_terminal([*instance.endpoints["doveadm"], "alumni", "expire"])
    assert "#] 1 of 1" in shown
    shown = on_terminal([*instance.endpoints["doveadm"], "alumni", "rescan",
                         "-A"])
    assert "[#" in shown and " of " in shown
    assert "[#" not in instance.doveadm("alumni", "rescan", "-A").stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_may_be_stopped_at_any_point(stored, number):
    """Whatever a run was about to do, the next does it, and what it has done
    counts."""
    names = [stored.add_account("trash", "--quota", "300K")
             for _ in range(4)]
    for name in names:
        for _ in range(2):
            stored.save(name, "Subject: big\n\n" + ("x" * 70 + "\n") * 1500,
                        days_ago=8)
    choose = random.Random(int(number))
    stopped = 0
    for _ in range(12):
        with subprocess.Popen([*stored.endpoints["doveadm"], "alumni",
                               "expire"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              start_new_session=True) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(choose.uniform(0, 0.3))
            if process.poll() is None:
                os.killpg(process.pid, number)
                stopped += 1
    assert stopped > 0
    expire(stored)
    for name in names:
        assert subjects(stored, name) == []
        assert usage(stored, name) == (0, 0)
        assert published_oldest(stored, name) == 0


def test_the_units_of_systemd_are_sound(tmp_path):
    for kind in ("expire", "warnings"):
        unit = tmp_path / f"alumnimail-{kind}.service"
        values = tmp_path / "values"
        values.write_text((DEPLOY / "production.values").read_text()
                          .replace("= ?", "= x"))
        unit.write_text(subprocess.run(
            [DEPLOY / "render", values,
             DEPLOY / f"systemd/{unit.name}.in"], text=True,
            capture_output=True, check=True).stdout)
        timer = tmp_path / f"alumnimail-{kind}.timer"
        timer.write_text((DEPLOY / "systemd" / timer.name).read_text())
        # What it starts is not installed here.
        unit.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true",
                               unit.read_text()))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit,
                               timer], text=True, capture_output=True,
                              check=False)
        assert done.returncode == 0, done.stderr
        assert str(tmp_path) not in done.stderr, done.stderr


# ---- which mailboxes ----

def test_any_mailbox_with_the_special_use_is_a_trash(new_state):
    """Whatever it is called, also beside one of the usual name."""
    state = new_state()
    instance = state.up()
    local = state.layout.dovecot_etc / "local.conf"
    local.write_text('namespace inbox {\n  mailbox "Deleted Items" {\n'
                     "    auto = subscribe\n    special_use = \\Trash\n"
                     "  }\n}\n")
    instance.service("stop", "dovecot")
    instance.service("start", "dovecot")
    name = instance.add_account("other")
    stored_in = ("Deleted Items", "Deleted Items/2025", "Deleted Items 2")
    for mailbox in stored_in:
        instance.doveadm("mailbox", "create", "-u", name, mailbox, check=False)
        save_to_trash(instance, name, 9, mailbox)
    # Over quota, it takes copies.
    save_to_trash(instance, name, 0, "INBOX")
    instance.alumnictl("quota", "set", name, "1")
    connection = instance.imap(name)
    connection.select("INBOX")
    assert connection.copy("1", '"Deleted Items/2025"')[0] == "OK"
    assert connection.copy("1", '"Deleted Items 2"')[0] == "NO"
    connection.logout()
    expire(instance)
    left = [subjects(instance, name, f'"{mailbox}"') for mailbox in stored_in]
    assert left == [[], ["saved 0 days ago"], ["saved 9 days ago"]]


# ---- rescan ----

def test_rescan_mends_what_is_published(instance):
    name = alumnus_with_trash(instance, 9, 2)
    instance.send(instance.address(name), message(100_000, "counted"))
    instance.wait_message(name, "Subject: counted")
    instance.wait(lambda: usage(instance, name)[1] == 3, "three messages")
    right = usage(instance, name)
    # As a restored store would be.
    instance.dict_set(name, "priv/quota/storage", 7)
    instance.dict_set(name, "priv/quota/messages", 7)
    generation = instance.dict_get(name, "priv/trash/state").split()[0]
    instance.dict_set(name, "priv/trash/expired", f"{generation} 0")
    assert name not in expire(instance)

    printed = instance.doveadm("alumni", "rescan", "-u", name).stdout
    assert f"{name}: published, 2 in Trash" in printed
    assert usage(instance, name) == right
    assert published_oldest(instance, name) > 0
    assert f"{name}: expunged 1" in expire(instance)


def test_rescan_of_all(instance):
    names = [alumnus_with_trash(instance, 3) for _ in range(2)]
    for name in names:
        instance.dict_set(name, "priv/quota/storage", 7)
    printed = instance.doveadm("alumni", "rescan", "-A").stdout
    assert "failed 0" in printed
    for name in names:
        assert f"{name}: published" in printed
        assert usage(instance, name)[0] != 7


def test_rescan_wants_to_know_whom(instance):
    done = instance.doveadm("alumni", "rescan", check=False)
    assert done.returncode == 64 and "-A" in done.stderr


def test_rescan_looks_whatever_the_retention(instance):
    name = instance.add_account("trash")
    instance.alumnictl("trash", "set", name, "never")
    save_to_trash(instance, name, 9)
    generation = instance.dict_get(name, "priv/trash/state").split()[0]
    instance.dict_set(name, "priv/trash/expired", f"{generation} 0")
    instance.doveadm("alumni", "rescan", "-u", name)
    assert published_oldest(instance, name) > 0
    assert len(subjects(instance, name)) == 1
