# SPDX-License-Identifier: MIT
"""alumni-milter under a service manager: notifications, watchdog, signals, and
its end, without Postfix."""

import grp
import pwd
import re
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from instance.layout import ROOT
from instance.lone_milter import GROUP, USER
from instance.waiting import wait_until
from milter_daemon import SECONDS, Daemon, LookUps, Question, in_folder


@pytest.fixture
def daemon():
    with in_folder(Daemon) as made:
        yield made


def test_it_tells_when_it_is_ready_and_when_it_stops(daemon):
    daemon.start()
    daemon.told("READY=1")
    assert (daemon.folder / "run/milter.sock").is_socket()
    assert daemon.stop() == 0, daemon.log.read_text()
    daemon.told("STOPPING=1")
    assert not (daemon.folder / "run/milter.sock").exists()
    assert "Sanitizer" not in daemon.log.read_text()


def test_it_feeds_the_watchdog(daemon):
    daemon.start(WATCHDOG_USEC="400000")
    daemon.told("READY=1")
    for _ in range(3):
        daemon.told("WATCHDOG=1")
    assert daemon.stop() == 0


def test_a_watchdog_of_another_process_is_not_fed(daemon):
    daemon.start(WATCHDOG_USEC="200000", WATCHDOG_PID="1")
    daemon.told("READY=1")
    daemon.manager.settimeout(1)
    with pytest.raises(TimeoutError):
        daemon.told("WATCHDOG=1")
    assert daemon.stop() == 0


def test_the_watchdog_starves_when_a_socket_does_not_answer(daemon):
    daemon.start(WATCHDOG_USEC="400000")
    daemon.told("WATCHDOG=1")
    (daemon.folder / "run/maps.sock").unlink()
    daemon.logged("self-check-failed")
    # What was said before.
    daemon.manager.settimeout(1)
    with pytest.raises(TimeoutError):
        while True:
            daemon.manager.recv(4096)
    assert daemon.stop() == 0


def test_reloading_is_told(daemon):
    daemon.start()
    daemon.told("READY=1")
    daemon.process.send_signal(signal.SIGUSR1)
    daemon.told("RELOADING=1")
    daemon.told("READY=1")
    daemon.logged("event=reloaded")
    daemon.config.write_text(daemon.text + "no_such_option = 1\n")
    daemon.process.send_signal(signal.SIGUSR1)
    daemon.told("READY=1")
    daemon.logged("event=reload-failed")
    daemon.config.write_text(daemon.text.replace("run/maps.sock",
                                                 "run/others.sock"))
    daemon.process.send_signal(signal.SIGUSR1)
    daemon.logged("takes_a_restart=maps_socket")
    assert daemon.stop() == 0, daemon.log.read_text()
    assert not (daemon.folder / "run/maps.sock").exists()


def test_hangup_is_ignored(daemon):
    daemon.start()
    daemon.told("READY=1")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.logged("hangup-ignored")
    assert daemon.stop() == 0


def test_stopping_during_the_start_leaks_nothing(daemon):
    """At every step of the start, told by the number of threads: it ends in
    order, or by the signal if it has not begun yet."""
    for threads in [1, 2, 3, 4, 5, 6, 7] * 3:
        daemon.start()
        wait_until(lambda: len(daemon.threads()) >= threads
                   or daemon.process.poll() is not None, SECONDS,
                   f"{threads} threads")
        assert daemon.stop() in (0, -signal.SIGTERM), daemon.log.read_text()
        assert list(daemon.folder.glob("run/*")) == []
        daemon.hear()
    assert "Sanitizer" not in daemon.log.read_text()


def test_what_is_under_way_comes_to_its_end(daemon):
    """A message that had begun is decided, with the look-ups that Postfix
    makes meanwhile; one that begins now is deferred."""
    daemon.alumnictl("account", "add", "away")
    daemon.alumnictl("forward", "set", "away", "away@outside.example")
    daemon.start()
    daemon.told("READY=1")
    sockets = daemon.folder / "run"
    with Question(sockets / "milter.sock") as begun, \
            Question(sockets / "milter.sock") as idle, \
            LookUps(sockets / "maps.sock") as look_ups:
        begun.begin("away@alumni.example")
        daemon.process.send_signal(signal.SIGTERM)
        daemon.told("STOPPING=1")
        wait_until(lambda: (idle.recipient("away@alumni.example") or "")
                   .startswith("451 4.3.0 "), SECONDS,
                   "new messages to be deferred")
        assert look_ups.ask("mailbox away@alumni.example") == "OK away"
        assert begun.end() is None
        assert daemon.process.wait(SECONDS) == 0, daemon.log.read_text()
    assert "forward_to=<away@outside.example>" in daemon.log.read_text()


def test_only_its_user_and_the_socket_s_group_can_ask(daemon):
    daemon.start()
    daemon.told("READY=1")
    owner = (pwd.getpwnam(USER).pw_uid, grp.getgrnam(GROUP).gr_gid)
    for path, mode in (("run", 0o750), ("run/milter.sock", 0o660),
                       ("run/maps.sock", 0o660)):
        found = (daemon.folder / path).stat()
        assert (found.st_uid, found.st_gid) == owner, path
        assert stat.S_IMODE(found.st_mode) == mode, path
    assert daemon.stop() == 0


def test_it_is_root_no_more(daemon):
    """Neither by a user or group of it, nor by a capability, nor by a program
    that it could run."""
    # Not every root has groups besides its own.
    daemon.start(before=["setpriv", "--groups", "0,4"])
    daemon.told("READY=1")
    uid = str(pwd.getpwnam(USER).pw_uid)
    gid = str(pwd.getpwnam(USER).pw_gid)
    for thread in daemon.threads():
        status = Path(f"/proc/{daemon.process.pid}/task/{thread}/status")
        fields = dict(re.findall(r"(?m)^(\w+):\s*(.*)$", status.read_text()))
        assert fields["Uid"].split() == [uid] * 4
        assert fields["Gid"].split() == [gid] * 4
        assert set(fields["Groups"].split()) == {gid}
        for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
            assert int(fields[name], 16) == 0, name
        assert fields["NoNewPrivs"] == "1"
    assert daemon.stop() == 0


def test_only_one_thread_is_given_signals(daemon):
    """libmilter would take them for itself and end in the middle of messages;
    then who gets one is up to chance."""
    daemon.start()
    daemon.told("READY=1")
    wait_until(lambda: daemon.taking(signal.SIGTERM) == {daemon.process.pid},
               SECONDS, "the main thread alone to wait for SIGTERM")
    assert daemon.stop() == 0


def test_a_taken_metrics_port_is_told_at_the_start(daemon):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        daemon.config.write_text(
            f'metrics_listen = "127.0.0.1:{port}"\n' + daemon.text)
        daemon.start()
        assert daemon.process.wait(SECONDS) == 78
    assert "metrics_listen" in daemon.log.read_text()


def test_the_unit_file_is_in_order(daemon):
    """As systemd reads it."""
    values = daemon.folder / "values"
    text = (ROOT / "deploy/production.values").read_text()
    values.write_text(text + f"sbin = {daemon.folder}\n"
                      f"config_file = {daemon.config}\n")
    unit = daemon.folder / "alumni-milter.service"
    unit.write_text(subprocess.run(
        [ROOT / "deploy/render", values,
         ROOT / "deploy/systemd/alumni-milter.service.in"], text=True,
        capture_output=True, check=True).stdout)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit],
                          text=True, capture_output=True, check=False)
    wrong = [line for line in done.stderr.splitlines()
             if "alumni-milter" in line]
    assert wrong == []
