# SPDX-License-Identifier: MIT
"""alumnictl and the configuration file."""

import subprocess

import pytest

from alumnictl_program import CONFIG, OK, SECONDS, nothing_changes


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
