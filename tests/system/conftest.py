# SPDX-License-Identifier: MIT
"""What the system tests share: one instance for the whole run, or for each of
its workers (workers.py).

The tests use `instance` (instance.clients.RunningInstance) and accounts of
their own, from its add_account(), so that none disturbs another. A test that
stops servers starts them again.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# Started in the background, a shell has these ignored, and every program that a
# test starts would inherit that: Ctrl-C would end none of them. So it is with
# the hang-up after nohup(1).
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from instance import processes  # noqa: E402
from instance.clients import RunningInstance  # noqa: E402
from instance.configuration import dovecot_version  # noqa: E402
from instance.layout import Layout  # noqa: E402

# The fixtures of those tests that need the program alumnictl and no server, and
# of those of its doctor; and how the tests are shared out.
pytest_plugins = ["alumnictl_program", "doctor_patient", "terminals",
                  "workers"]

# One release's tools are the judge of form, and CONTRIBUTING.md speaks of a
# machine, where a debugger can open the programs of an instance: it cannot in a
# tree.
collect_ignore = (["test_lint.py", "test_changed.py", "test_contributing.py"]
                  if "ALUMNIMAIL_TREE" in os.environ else [])

UP_SECONDS = 1200
TAIL_BYTES = 6000


def _run(argv, check):
    """A failure shows what it printed."""
    argv = [str(word) for word in argv]
    done = subprocess.run(argv, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          stdin=subprocess.DEVNULL, timeout=UP_SECONDS)
    if check and done.returncode != 0:
        pytest.fail(f"{' '.join(argv)}: status {done.returncode}\n"
                    f"{done.stdout}", pytrace=False)
    return done


def dev(*arguments, check=True):
    """Runs ./dev."""
    return _run([ROOT / "dev", *arguments], check)


def manage(*arguments, check=True):
    """What ./dev up and ./dev down do once everything is installed and built,
    as it is when there are tests."""
    return _run(["/usr/bin/env", f"PYTHONPATH={ROOT / 'tests'}",
                 sys.executable, "-m", "instance", *arguments], check)


def keep_artifacts(layout):
    """Copies what explains a failure to ARTIFACTS_DIR, but no secret."""
    folder = os.environ.get("ARTIFACTS_DIR")
    if not folder:
        return
    target = Path(folder) / layout.folder.name
    for name in ("log", "outside"):
        if (layout.folder / name).exists():
            shutil.copytree(layout.folder / name, target / name,
                            dirs_exist_ok=True)


RUN = pytest.StashKey()
# Those that are there now.
STATES = pytest.StashKey()


def folder_prefix(config):
    """What the names of the folders of all instances of this run begin with,
    also those of its workers."""
    if RUN not in config.stash:
        given = getattr(config, "workerinput", {})
        config.stash[RUN] = given.get("run") or secrets.token_hex(3)
    return f"alumnimail-{config.stash[RUN]}-"


def pytest_configure_node(node):
    folder_prefix(node.config)
    node.workerinput["run"] = node.config.stash[RUN]


def remove_leftovers(config):
    """Stops and removes the instances of workers that have died."""
    for folder in Path("/tmp").glob(folder_prefix(config) + "*"):
        manage("down", "--state", folder, check=False)
        keep_artifacts(Layout(folder))
        shutil.rmtree(folder, ignore_errors=True)


class State:
    """A folder for an instance, which is stopped and removed at the end."""

    def __init__(self, config):
        # Short, since sockets lie in it, and open to the servers' users,
        # which TMPDIR need not be.
        self.layout = Layout(tempfile.mkdtemp(
            prefix=folder_prefix(config), dir="/tmp"))
        self.folder = self.layout.folder
        self.config = config
        config.stash.setdefault(STATES, []).append(self)

    def up(self, *options):
        manage("up", "--state", self.folder, "--owner", os.getpid(),
               "--for-tests", *options)
        return RunningInstance(self.folder)

    def down(self):
        return manage("down", "--state", self.folder)

    def sanitizer_reports(self):
        return "\n".join(path.read_text(errors="replace") for path in
                         sorted(self.layout.sanitizer_log.glob("*")))

    def close(self):
        """Returns what was wrong, or nothing."""
        wrong = []
        done = manage("down", "--state", self.folder, check=False)
        if done.returncode != 0:
            wrong.append(f"down failed:\n{done.stdout}")
        left = processes.of_instance(self.layout)
        if left:
            wrong.append(f"processes are left: {left}")
        reports = self.sanitizer_reports()
        if reports:
            wrong.append(f"sanitizers complained:\n{reports}")
        if self.layout.log.exists():
            keep_artifacts(self.layout)
        shutil.rmtree(self.folder)
        self.config.stash[STATES].remove(self)
        return "\n".join(wrong)


WRONG_AT_THE_END = pytest.StashKey()


def note_wrong(config, wrong):
    """Keeps what was wrong with an instance that many tests share, for the
    report at the end: an exception after the last test would be shown as one
    of pytest's own when the run was cut short."""
    wrong = config.stash.get(WRONG_AT_THE_END, "") + wrong
    config.stash[WRONG_AT_THE_END] = wrong
    if hasattr(config, "workeroutput"):
        config.workeroutput["wrong"] = wrong


@pytest.fixture(scope="session")
def _shared_state(request):
    state = State(request.config)
    try:
        yield state
    finally:
        note_wrong(request.config, state.close())


@pytest.fixture(scope="session")
def _shared_instance(_shared_state):
    return _shared_state.up("--sanitize")


@pytest.fixture
def instance(_shared_instance, _shared_state):
    """The running instance; a test during which a sanitizer complained has
    failed."""
    before = _shared_state.sanitizer_reports()
    yield _shared_instance
    new = _shared_state.sanitizer_reports()[len(before):]
    if new:
        pytest.fail(f"sanitizers complained:\n{new}", pytrace=False)


STORAGE_FORMATS = ("sdbox", "mdbox", "maildir")


def set_storage_format(state, instance, name):
    """Before there is any mail."""
    local = state.layout.dovecot_etc / "local.conf"
    if dovecot_version() == "2.3":
        local.write_text(f"mail_location = {name}:~/mail\n")
    else:
        local.write_text(f"mail_driver = {name}\n")
    instance.service("stop", "dovecot")
    instance.service("start", "dovecot")


@pytest.fixture(scope="session", params=STORAGE_FORMATS)
def _stored(request):
    if request.param == "sdbox":
        instance = request.getfixturevalue("_shared_instance")
        instance.storage_format = request.param
        yield instance
        return
    state = State(request.config)
    try:
        instance = state.up()
        set_storage_format(state, instance, request.param)
        instance.storage_format = request.param
        yield instance
    finally:
        note_wrong(request.config, state.close())


@pytest.fixture
def stored(_stored):
    """A running instance, once for each format in which mail is stored."""
    return _stored


@pytest.fixture(scope="session")
def filtering(request):
    """A running instance with rspamd in front of alumni-milter."""
    state = State(request.config)
    try:
        instance = state.up("--rspamd")
        instance.layout = state.layout
        yield instance
    finally:
        note_wrong(request.config, state.close())


@pytest.fixture(scope="module")
def module_state(request):
    """A folder for an instance that a module's tests share."""
    state = State(request.config)
    wrong = ""
    try:
        yield state
    finally:
        wrong = state.close()
    assert not wrong, wrong


@pytest.fixture
def new_state(request):
    """Makes folders for instances that a test starts itself."""
    states = []

    def make():
        states.append(State(request.config))
        return states[-1]

    try:
        yield make
    finally:
        wrong = [state.close() for state in states]
    assert not any(wrong), "\n".join(wrong)


# ---- reports ----

SIZES = pytest.StashKey()


def _logs(config):
    return [path for state in config.stash.get(STATES, [])
            for path in sorted(state.layout.log.glob("*.log"))]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    item.stash[SIZES] = {path: path.stat().st_size
                         for path in _logs(item.config)}


def _attach_logs(item, report):
    """What each server has logged during the test, the end of it."""
    sizes = item.stash.get(SIZES, {})
    for path in _logs(item.config):
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(sizes.get(path, 0), size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
        if text:
            report.sections.append((str(path), text))


def _fail_skipped(report):
    # Nothing may be skipped: what a test needs is installed by ./dev deps. Nor
    # may anything be expected to fail.
    if report.outcome == "skipped" or hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = ("skipped, or expected to fail, which counts as "
                           f"failed: {report.longrepr}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    _fail_skipped(report)
    if report.failed:
        _attach_logs(item, report)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    _fail_skipped(outcome.get_result())


def pytest_testnodedown(node):
    note_wrong(node.config, getattr(node, "workeroutput", {}).get("wrong", ""))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    yield
    if not hasattr(session.config, "workerinput"):
        remove_leftovers(session.config)
    if session.config.stash.get(WRONG_AT_THE_END, ""):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    wrong = config.stash.get(WRONG_AT_THE_END, "")
    if wrong:
        terminalreporter.section("the shared instances, at the end")
        terminalreporter.write_line(wrong)
