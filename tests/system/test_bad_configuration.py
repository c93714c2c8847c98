# SPDX-License-Identifier: MIT
"""A bad configuration: every program says what, where and how to mend it,
exits with 78 (EX_CONFIG), and changes nothing."""

import hashlib
import re
import shutil

import pytest

EX_CONFIG = 78


@pytest.fixture(name="broken")
def _broken(instance, tmp_path):
    """A copy of the instance's configuration, to be broken; its store and
    secrets are the instance's own until a test says otherwise."""
    tmp_path.chmod(0o755)
    source = instance.state / "etc/alumnimail"
    copy = tmp_path / "alumnimail.conf"
    shutil.copy(source / "alumnimail.conf", copy)
    return copy


def change(path, pattern, replacement):
    text = path.read_text()
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.M)
    assert count == 1, pattern
    path.write_text(changed)


def line_of(path, word):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if word in line and not line.lstrip().startswith("#"):
            return number
    raise AssertionError(word)


def milter(instance, configuration):
    """The instance's own daemon, with another configuration; on sockets of its
    own, so that the running one is not what it stumbles over."""
    if configuration.exists():
        text = configuration.read_text()
        configuration.write_text(text.replace("/milter.sock", "/m2.sock")
                                 .replace("/maps.sock", "/s2.sock"))
    return milter_as_it_is(instance, configuration)


def milter_as_it_is(instance, configuration, *options):
    argv = instance.endpoints["alumnictl"]
    program = argv[-1].replace("ctl/alumnictl", "milter/alumni-milter")
    return instance.run_argv([*argv[:-1], program, "--config", configuration,
                              *options], check=False)


def milter_check(instance, configuration):
    """The daemon itself would wait for its store, and defer mail meanwhile."""
    return milter_as_it_is(instance, configuration, "--check")


def ctl(instance, configuration):
    return instance.alumnictl("--config", configuration, "account", "list",
                              check=False)


def fingerprints(instance):
    """Of everything that a program could have changed."""
    folders = [instance.state / "etc/alumnimail", instance.state / "store"]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in folders for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix not in (".db-shm", ".db-wal")}


def expect(instance, program, configuration, *words):
    before = fingerprints(instance)
    done = program(instance, configuration)
    assert done.returncode == EX_CONFIG, (done.stdout, done.stderr)
    assert done.stdout == ""
    message = done.stderr.strip()
    assert "\n" not in message, message
    for word in words:
        assert str(word) in message, (word, message)
    assert fingerprints(instance) == before
    assert not list((instance.state / "spool/alumnimail").glob("?2.sock"))


PROGRAMS = [milter, ctl]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_missing_file(instance, program, tmp_path):
    missing = tmp_path / "no-such.conf"
    expect(instance, program, missing, missing, "does not exist", "create it")


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unknown_option(instance, program, broken):
    change(broken, r"^quota_grace\b", "qouta_grace")
    expect(instance, program, broken,
           f"{broken}:{line_of(broken, 'qouta_grace')}", "qouta_grace")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_bad_size(instance, program, broken):
    change(broken, r'"2G"', '"2 gigs"')
    expect(instance, program, broken,
           f"{broken}:{line_of(broken, '2 gigs')}", "2 gigs")


@pytest.mark.parametrize("program", [milter_check, ctl])
def test_an_unreachable_database(instance, program, broken):
    nowhere = instance.state / "nowhere"
    change(broken, r'"sqlite:[^"]*"', f'"sqlite:{nowhere}"')
    expect(instance, program, broken, nowhere, "alumnictl store init")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_secret_that_everybody_may_read(instance, program, broken,
                                          tmp_path):
    secret = tmp_path / "srs.secret"
    secret.write_text("known to all\n")
    secret.chmod(0o644)
    change(broken, r'^(srs_secret_file\s*=\s*)"[^"]*"', rf'\1"{secret}"')
    expect(instance, program, broken, secret, "chmod")


def test_the_instances_milter_is_not_disturbed(instance, broken):
    """A second daemon on the sockets of a running one takes nothing over."""
    done = milter_as_it_is(instance, broken)
    assert done.returncode == EX_CONFIG
    assert instance.endpoints["milter_socket"] in done.stderr
    instance.send(instance.address("postmaster"), "Subject: alive\r\n\r\n")
    instance.wait_message("postmaster", "Subject: alive")


def test_dovecot_says_it_and_refuses_for_now_only(instance):
    """Inside Dovecot there is no exit code: the log says it, and nobody is
    told that a password is wrong."""
    configuration = instance.state / "etc/alumnimail/alumnimail.conf"
    good = configuration.read_text()
    log = instance.state / "log/dovecot.log"
    start = log.stat().st_size
    change(configuration, r"^quota_grace\b", "qouta_grace")
    try:
        instance.doveadm("reload")
        instance.wait(lambda: "temp" in instance.doveadm(
            "auth", "test", "alumna", "alumna-alumni", check=False).stderr
            + instance.doveadm("auth", "test", "alumna", "alumna-alumni",
                               check=False).stdout,
            "a temporary failure")
        with open(log, "rb") as file:
            file.seek(start)
            logged = file.read().decode()
        assert "qouta_grace" in logged and str(configuration) in logged
        done = instance.doveadm("alumni", "expire", check=False)
        assert done.returncode == EX_CONFIG
    finally:
        configuration.write_text(good)
        instance.doveadm("reload")
    instance.wait(lambda: instance.doveadm(
        "auth", "test", "alumna", "alumna-alumni",
        check=False).returncode == 0, "logins to work again")
