# SPDX-License-Identifier: MIT
"""What alumni-milter takes up, however much there is of it: memory, and time
for connections that are idle."""

import contextlib
import re
from pathlib import Path

import pytest

from instance.waiting import wait_until
from milter_daemon import SECONDS, Daemon, LookUps, Question, in_folder

MEBIBYTE = 2**20
CHUNK = b"0123456789abcdef" * 4094 + b"\r\n"  # no more than 64 KiB
MESSAGE_BYTES = 50 * MEBIBYTE
HELD_BYTES_MAX = 4 * MEBIBYTE
IDLE_CONNECTIONS = 500
PEAK_BYTES_MAX = 64 * MEBIBYTE
# CALLBACKS_CONNECTIONS_MAX
CONNECTIONS_MAX = 1000
# Those of the one connection that asks, and of the daemon itself.
BUSY_THREADS_MAX = 8


class PlainDaemon(Daemon):
    """Not instrumented: the sanitizers keep what was freed."""

    def __init__(self, folder):
        super().__init__(folder, "plain")
        self.listen_for_metrics()
        self.alumnictl("account", "add", "alumna")
        self.alumnictl("account", "add", "away")
        self.alumnictl("forward", "set", "away", "a@outside.example")

    def start(self):
        super().start()
        self.told("READY=1")

    @property
    def milter(self):
        return self.folder / "run/milter.sock"

    @property
    def maps(self):
        return self.folder / "run/maps.sock"

    def peak(self):
        """The most that was ever resident, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024

    def switches(self):
        """How often each thread went to sleep."""
        found = {}
        for thread in self.threads():
            path = Path(f"/proc/{self.process.pid}/task/{thread}/status")
            # One may end, as its connection does.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[thread] = re.search(
                    r"(?m)^voluntary_ctxt_switches:\s*(\d+)",
                    path.read_text())[1]
        return found


@pytest.fixture(name="daemon")
def _daemon():
    with in_folder(PlainDaemon) as made:
        yield made


def test_a_body_is_not_held(daemon):
    daemon.start()
    with Question(daemon.milter) as question:
        assert question.message("away@alumni.example") is None
        before = daemon.peak()
        question.begin("away@alumni.example")
        assert question.end([CHUNK] * (MESSAGE_BYTES // len(CHUNK))) is None
        assert daemon.peak() - before < HELD_BYTES_MAX
    assert daemon.stop() == 0, daemon.log.read_text()


def test_idle_look_ups_cost_little(daemon):
    daemon.start()
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(LookUps(daemon.maps))
                for _ in range(IDLE_CONNECTIONS)]
        for look_ups in idle:
            assert look_ups.ask("mailbox alumna@alumni.example") == "OK alumna"
        assert daemon.peak() < PEAK_BYTES_MAX
        before = daemon.switches()
        with LookUps(daemon.maps) as busy:
            for _ in range(IDLE_CONNECTIONS):
                assert busy.ask("mailbox x@alumni.example") == "NOTFOUND "
        after = daemon.switches()
        assert len(before) > IDLE_CONNECTIONS
        woken = [thread for thread in before
                 if after.get(thread) != before[thread]]
        assert len(woken) <= BUSY_THREADS_MAX
        # They are as good as new ones.
        for look_ups in idle:
            assert look_ups.ask("mailbox alumna@alumni.example") == "OK alumna"
    assert daemon.stop() == 0, daemon.log.read_text()


def test_connections_have_a_bound(daemon):
    """Mail of those past it is deferred, and of others is not."""
    daemon.start()
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(Question(daemon.milter))
                 for _ in range(CONNECTIONS_MAX)]
        wait_until(lambda: daemon.metric("connections") == CONNECTIONS_MAX,
                   SECONDS, "every connection to be counted")
        with Question(daemon.milter) as beyond:
            assert beyond.recipient("alumna@alumni.example").startswith(
                "451 4.3.0 ")
        assert daemon.metric("connections_refused_total") == 1
        assert taken[0].recipient("alumna@alumni.example") is None
        assert taken[-1].message("away@alumni.example") is None
        assert daemon.peak() < 2 * PEAK_BYTES_MAX
    wait_until(lambda: daemon.metric("connections") == 0, SECONDS,
               "every connection to end")
    with Question(daemon.milter) as question:
        assert question.message("away@alumni.example") is None
    assert daemon.stop() == 0, daemon.log.read_text()
