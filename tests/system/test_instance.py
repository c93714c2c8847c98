# SPDX-License-Identifier: MIT
"""Instances come up whole, stand side by side, and leave nothing behind."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from instance import processes
from instance.layout import ROOT, Layout
from instance.waiting import wait_until

from conftest import dev

SERVERS_SECONDS = 180


def ports_of(layout):
    return json.loads((layout.folder / "ports.json").read_text())


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def assert_nothing_left(layout):
    assert processes.of_instance(layout) == []
    for name, port in ports_of(layout).items():
        assert not is_listening(port), name
    assert str(layout.folder) not in Path("/proc/self/mountinfo").read_text()
    assert not layout.endpoints.exists()


def start(state, *options):
    """./dev up in the background, in a process group as a terminal's."""
    return subprocess.Popen(
        [str(ROOT / "dev"), "up", "--state", str(state.folder), *options],
        text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True)


def finish(process):
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output


def test_endpoints_name_what_answers(instance):
    endpoints = instance.endpoints
    for name in ("smtp", "submission", "imaps", "pop3s", "webmail_http",
                 "webmail_https"):
        host, port = endpoints[name]
        assert host == "127.0.0.1" and is_listening(port), name
    for name in ("lmtp", "auth_socket", "dict_socket", "milter_socket",
                 "maps_socket"):
        assert Path(endpoints[name]).is_socket(), name
    for name in ("alumnictl", "doveadm", "postqueue", "postfix"):
        assert instance.run(name, "--help", check=False), name
    assert Path(endpoints["ca_file"]).is_file()
    assert Path(endpoints["outside_dir"]).is_dir()
    assert Path(f"/proc/{endpoints['slapd_pid']}/comm").read_text() \
        == "slapd\n"


def test_secrets_are_not_for_everybody(instance):
    layout = Layout(instance.state)
    for path in (layout.srs_secret, layout.directory_secret, layout.key,
                 layout.endpoints, layout.slapd_etc / "key.pem",
                 layout.slapd_etc / "admin.secret"):
        assert path.stat().st_mode & 0o007 == 0, path


def test_the_srs_secret_is_in_its_file_alone(instance):
    """After all that was said and done in the instance until now: no log,
    message, queue file, database or rendered configuration has it."""
    path = Layout(instance.state).srs_secret
    instance.send("copy@alumni.example", "Subject: x\r\n\r\n")
    instance.wait_queue_empty()
    for secret in path.read_text().split():
        found = subprocess.run(
            ["grep", "-rslF", "-D", "skip", "--", secret, instance.state],
            text=True, stdout=subprocess.PIPE, check=False).stdout.split()
        assert found == [str(path)]


def test_the_milter_s_sockets_are_in_postfix_s_spool(instance):
    """Where the servers of Postfix that run in it see them, for its group
    alone."""
    spool = Layout(instance.state).spool
    inside = [*instance.endpoints["enter"], "stat", "-c", "%U %G %a"]
    for name in ("milter_socket", "maps_socket"):
        path = Path(instance.endpoints[name])
        assert spool in path.parents
        assert instance.run_argv([*inside, path]).stdout == \
            "alumnimail postfix 660\n"
    assert instance.run_argv([*inside, path.parent]).stdout == \
        "alumnimail postfix 750\n"
    settings = instance.run_argv(
        [*instance.endpoints["enter"], "postconf", "-n"]).stdout
    for name in ("alumnimail/milter.sock", "alumnimail/maps.sock"):
        assert f"unix:{name}" in settings
        assert (spool / name).is_socket()


def test_machine_is_not_touched(instance):
    inside = subprocess.run(
        [*instance.endpoints["enter"], "getent", "passwd", "vmail"],
        capture_output=True, check=False)
    assert inside.returncode == 0
    assert "\nvmail:" not in Path("/etc/passwd").read_text()
    modules = Path("/usr/lib/dovecot/modules")
    assert not list(modules.glob("**/*alumni*"))


def test_two_stand_side_by_side(new_state):
    first, second = new_state(), new_state()
    starting = [start(state) for state in (first, second)]
    for process in starting:
        finish(process)
    ports = [set(ports_of(state.layout).values())
             for state in (first, second)]
    assert not ports[0] & ports[1]

    first.down()
    assert_nothing_left(first.layout)
    second.up()  # says that it is up already, after asking every server
    for name, port in ports_of(second.layout).items():
        # The name server is there with the spam filter alone.
        assert is_listening(port) or name in ("metrics", "nameserver"), name
    second.down()
    assert_nothing_left(second.layout)


def test_up_again_keeps_ports_and_data(new_state):
    state = new_state()
    name = state.up().add_account()
    ports = ports_of(state.layout)
    state.down()
    running = state.up()
    assert ports_of(state.layout) == ports
    running.imap(name).logout()


def test_what_was_killed_is_cleaned_up(new_state):
    state = new_state()
    state.up()
    found = json.loads(state.layout.holder_state.read_text())
    assert processes.send(found["pid"], found["started"], signal.SIGKILL)
    assert processes.wait_gone(found["pid"], found["started"], 10)
    assert processes.of_instance(state.layout) != []

    # Its servers are found without their holder.
    assert "stopped" in state.down().stdout
    assert_nothing_left(state.layout)
    assert "not running" in state.down().stdout
    state.up().imap("alumna").logout()


def test_interrupted_up_leaves_nothing(new_state):
    state = new_state()
    process = start(state)
    wait_until((state.layout.log / "slapd.log").exists, SERVERS_SECONDS,
               "the first server")
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=SERVERS_SECONDS)
    assert process.returncode == 130, output
    assert_nothing_left(state.layout)


def test_failed_up_leaves_nothing_and_shows_the_log(new_state):
    state = new_state()
    state.up()
    state.down()
    # A database that is none.
    data = state.layout.ldap / "data.mdb"
    data.write_bytes(b"no database" * 1000)
    done = dev("up", "--state", state.folder, check=False)
    assert done.returncode == 1
    assert str(state.layout.log_of("slapd")) in done.stdout
    assert_nothing_left(state.layout)


def test_ends_with_its_owner(new_state):
    state = new_state()
    owner = subprocess.Popen(["sleep", "infinity"])
    try:
        finish(start(state, "--owner", str(owner.pid)))
    finally:
        owner.kill()
        owner.wait()
    wait_until(lambda: not processes.of_instance(state.layout),
               SERVERS_SECONDS, "the instance to end with its owner")
    state.down()
    assert_nothing_left(state.layout)


def test_single_servers_come_and_go(instance):
    layout = Layout(instance.state)
    ports = ports_of(layout)
    for action in ("stop", "kill"):
        before = instance.endpoints["slapd_pid"]
        dev("service", "--state", instance.state, action, "slapd")
        assert not is_listening(ports["ldap"])
        assert not Path(f"/proc/{before}").exists()
        dev("service", "--state", instance.state, "start", "slapd")
        instance.reload()
        assert is_listening(ports["ldap"])
        assert instance.endpoints["slapd_pid"] != before
    instance.doveadm("user", "alumna")


@pytest.mark.parametrize("server", ["dovecot", "postfix", "alumni-milter"])
def test_killed_servers_start_again(instance, server):
    instance.service("kill", server)
    instance.service("start", server)
    instance.imap("alumna").logout()
    with instance.smtp() as connection:
        assert connection.noop()[0] == 250


def test_folders_that_cannot_hold_one(new_state):
    base = new_state().folder
    base.chmod(0o755)
    full = base / "full"
    full.mkdir()
    (full / "file").touch()
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    for folder, mend in ((full, "choose a new or an empty one"),
                         (closed / "state", "chmod o+x"),
                         ("/tmp/" + "x" * 100, "shorter --state"),
                         ("/tmp/with a space", "choose another --state")):
        done = dev("up", "--state", folder, check=False)
        assert done.returncode == 1
        assert mend in done.stdout, done.stdout
    assert list(full.iterdir()) == [full / "file"]


def test_down_without_an_instance():
    done = dev("down", "--state", "/tmp/alumnimail-there-is-none")
    assert "not running" in done.stdout
