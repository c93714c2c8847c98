# SPDX-License-Identifier: MIT
"""alumnictl store."""

import stat

import pytest

from alumnictl_program import CONFIG, nothing_changes


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
