# SPDX-License-Identifier: MIT
"""alumnictl run by users who may less than root."""

import os
import stat
import subprocess

from alumnictl_program import (
    CONFIG, NOBODY, NOPERM, OK, SECONDS, nothing_changes, other_user, wait)


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
                        ["account", "purge"],
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
