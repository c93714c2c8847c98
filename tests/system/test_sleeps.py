# SPDX-License-Identifier: MIT
"""No test sleeps for a fixed second or more: it waits for a condition."""

import pytest

import sleeps
from instance.layout import ROOT

TESTS = ROOT / "tests"
# Where modules of the tests are imported from.
FOLDERS = (TESTS, TESTS / "system", TESTS / "browser")


def files():
    return [path for path in (ROOT / "dev", ROOT / ".ci/run",
                              *sorted(TESTS.rglob("*")))
            if path.is_file() and "corpus" not in path.parts
            and path.name != "test_sleeps.py"]


def test_none_of_ours_sleeps():
    looked_at = files()
    assert {"parts.bash", "common.lua", "test_login.py", "clients.py",
            "test-login.c", "debian-tree"} <= {path.name for path in looked_at}
    found = [f"{path.relative_to(ROOT)}:{line}: {what}" for path in looked_at
             for line, what in sleeps.in_file(path, FOLDERS)]
    assert found == []


@pytest.mark.parametrize("text", [
    "time.sleep(1)",
    "time.sleep(1.1)",
    "from time import sleep as nap\nnap(2)",
    "time.sleep(secs=60)",
    "A = 0.5\nB = 2 * A\ntime.sleep(B)",
    "time.sleep(B)\nB = 2 * A\nA = 0.5",
    "class T:\n    PAUSE = 3\n    def t(self):\n        time.sleep(self.PAUSE)",
    "time.sleep(0.1 + 0.9)",
    "time.sleep(0.1 if fast else 5)",
    "time.sleep(random.uniform(0.1, 2))",
    "time.sleep(float(os.environ.get('PAUSE', '3')))",
    "from instance.clients import WAIT_SECONDS as W\ntime.sleep(W)",
    "def t(seconds):\n    time.sleep(seconds)",
    "select.select([], [], [], 2)",
    "threading.Event().wait(1)",
    "await asyncio.sleep(1)",
    "run(['sh', '-c', 'true; sleep 1; true'])",
    "run(f'sleep 1.5 && {command}')",
    "run(['sleep', '2'])",
    "run('sleep', 2)",
])
def test_python_that_sleeps_is_found(text):
    assert len(sleeps.in_python(text, FOLDERS)) == 1


@pytest.mark.parametrize("text", [
    "time.sleep(0.99)",
    "A = 0.5\ntime.sleep(A)",
    "time.sleep(random.uniform(0.1, 0.6))",
    "run(['sleep', 'infinity'])",
    "run('sleep 0.2')",
    "select.select([pipe], [], [], 30)",
    "done.wait(30)",
    "threading.Event().wait()",
    "'asleep 2'",
])
def test_python_that_does_not_is_not(text):
    assert sleeps.in_python(text, FOLDERS) == []


@pytest.mark.parametrize("text", [
    "mt.sleep(1)", "sleep(2);", "usleep(1500000);", "sleep 1", "sleep 5s",
    "while true; do sleep 1m; done",
    "const struct timespec pause = {.tv_sec = 1};",
])
def test_other_text_that_sleeps_is_found(text):
    assert len(sleeps.in_text(text)) == 1


@pytest.mark.parametrize("text", [
    "mt.sleep(0.1)", "usleep(1000);", "sleep 0.2", "sleep infinity",
    "const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};",
    'sleep "$PARTS_LOOK_SECONDS"',
])
def test_other_text_that_does_not_is_not(text):
    assert sleeps.in_text(text) == []
