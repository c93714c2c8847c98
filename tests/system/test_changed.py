# SPDX-License-Identifier: MIT
"""./dev test --changed chooses what a change can break.

The choice is tried on the paths of this tree. What counts as changed is tried
in a small repository, where git and the build are asked, too.
"""

import os
import shutil
import subprocess
from fnmatch import fnmatch

import pytest

from instance.layout import ROOT
from lint.changed import Build, choose
from lint.changed_table import SYSTEM_TESTS
from lint.tree import Tree

SECONDS = 300
COPIED = ("dev", "tests/packages.bash", "tests/parts.bash", "tests/lint",
          "tests/instance/__init__.py", "tests/instance/errors.py",
          "tests/instance/layout.py")
MESON = """project('small', 'c')
static_library('thing', 'lib/base/thing.c')
"""


@pytest.fixture(scope="module")
def chosen():
    """A function: the tests of a kind that are chosen for these paths."""
    tree = Tree(ROOT)
    build = Build(tree)
    return lambda kind, *paths: set(choose(paths, tree, build).chosen[kind])


def test_a_rooms_change_runs_its_tests_and_those_of_the_rooms_above(chosen):
    unit = chosen("unit", "lib/store/store.c")
    assert {"store", "store-trash", "login", "milter-session"} <= unit
    # The rooms below cannot see it.
    assert not unit & {"error", "address", "srs", "configuration"}


def test_the_lowest_rooms_change_runs_every_unit_test_of_rooms(chosen):
    assert chosen("unit", "lib/base/error.h") >= chosen(
        "unit", "lib/mail/srs.c") | {"error"}


def test_a_change_of_a_daemon_runs_none_of_the_library(chosen):
    unit = chosen("unit", "milter/session/session.c")
    assert "milter-session" in unit
    assert not unit & {"srs", "store", "login", "command-line"}


def test_a_changed_test_runs_alone(chosen):
    assert chosen("unit", "tests/unit/mail/test-srs.c") == {"srs"}
    assert chosen("system", "tests/system/test_schema.py") == {
        "tests/system/test_schema.py"}


def test_a_changed_fixture_runs_the_tests_that_take_it_in(chosen):
    unit = chosen("unit", "tests/unit/store/store-fixture.c")
    assert "store-audit" in unit and "srs" not in unit
    system = chosen("system", "tests/system/doctor_patient.py")
    assert "tests/system/test_doctor.py" in system
    assert "tests/system/test_trash.py" not in system


def test_a_changed_parser_runs_its_fuzz_target(chosen):
    assert chosen("fuzz", "lib/mail/srs.c") == {"srs"}
    assert chosen("fuzz", "tests/fuzz/corpus/plan/spam") == {"plan"}
    assert chosen("fuzz", "ctl/commands/audit.c") == set()


def test_system_tests_are_those_that_look_at_the_folder(chosen):
    system = chosen("system", "plugins/trash/alumni-trash-plugin.c")
    assert "tests/system/test_trash.py" in system
    assert "tests/system/test_auth_matrix.py" not in system


def test_the_webmails_change_runs_the_browser(chosen):
    path = "webmail/alumnimail/lib/alumnimail_form.php"
    assert chosen("browser", path) == {"all"}
    assert "tests/system/test_webmail_account.py" in chosen("system", path)
    assert chosen("browser", "milter/main.c") == set()


def test_a_manuals_change_runs_what_reads_it(chosen):
    assert chosen("unit", "doc/man/alumnictl.8") == {"manual"}
    assert "configuration-options" in chosen(
        "unit", "doc/man/alumnimail.conf.5")
    assert chosen("lint", "doc/security.md") == {"all"}
    for kind in ("unit", "fuzz", "browser"):
        assert chosen(kind, "doc/security.md") == set()


def test_every_row_of_the_table_leads_to_files_and_tests():
    tree = Tree(ROOT)
    tests = [path.removeprefix("tests/system/")[:-3]
             for path in tree.below("tests/system") if path.endswith(".py")]
    for prefix, patterns in SYSTEM_TESTS.items():
        assert any(path.startswith(prefix) for path in tree.paths), prefix
        for pattern in patterns:
            assert any(fnmatch(test, pattern) for test in tests), pattern


def test_every_room_has_a_row():
    rooms = {os.path.dirname(path) for path in Tree(ROOT).ending(".c")
             if not path.startswith("tests/")}
    assert not [room for room in rooms if not any(
        f"{room}/".startswith(prefix) for prefix in SYSTEM_TESTS)]


def git(root, *arguments):
    subprocess.run(["git", "-C", root, "-c", "user.name=t", "-c",
                    "user.email=t@example", *arguments],
                   check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def small(tmp_path):
    """A small repository with our own dev, and one commit."""
    for path in COPIED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, tmp_path / path)
    (tmp_path / ".gitignore").write_text("/build/\n__pycache__/\n")
    (tmp_path / "meson.build").write_text(MESON)
    (tmp_path / "lib/base").mkdir(parents=True)
    (tmp_path / "lib/base/thing.c").write_text("int thing;\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    return tmp_path


def changed(root, *arguments):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("ALUMNIMAIL_")}
    return subprocess.run(
        [root / "dev", "test", "--changed", *arguments], text=True,
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=SECONDS)


def test_without_a_change_nothing_is_run(small):
    done = changed(small)
    assert done.returncode == 0, done.stdout
    assert "Nothing is to be run." in done.stdout


def test_edited_new_and_deleted_files_are_changes(small):
    (small / "lib/base/thing.c").write_text("int changed;\n")
    (small / "new.md").write_text("# New\n")
    (small / "tests/lint/flake8.ini").unlink()
    done = changed(small, "--list")
    assert done.returncode == 0, done.stdout
    assert "Files that differ from HEAD: 3\n" in done.stdout
    assert "lib/base/thing.c changed" in done.stdout
    assert "Summary" not in done.stdout


def test_commits_since_the_base_are_changes(small):
    (small / "lib/base/thing.c").write_text("int changed;\n")
    git(small, "commit", "--quiet", "-a", "-m", "two")
    assert "Nothing is to be run." in changed(small, "--list").stdout
    done = changed(small, "--list", "--base", "HEAD~1")
    assert "Files that differ from HEAD~1: 1\n" in done.stdout
    git(small, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    assert "lib/base/thing.c changed" in changed(small, "--list").stdout


@pytest.mark.parametrize("arguments, status, complaint", [
    (["--nosuch"], 2, "usage: ./dev test --changed"),
    (["--base", "nosuch"], 1, "nosuch is no commit"),
])
def test_unknown_arguments_are_errors(small, arguments, status, complaint):
    done = changed(small, *arguments)
    assert done.returncode == status
    assert complaint in done.stdout
