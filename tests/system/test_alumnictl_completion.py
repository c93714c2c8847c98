# SPDX-License-Identifier: MIT
"""The completion for bash, in bash."""

import subprocess

import pytest

from alumnictl_program import SECONDS
from instance.layout import BUILD
from test_alumnictl_help import commands

SCRIPT = """\
source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_alumnictl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(ctl):
    """What bash offers for the last word of a command line."""
    script = ctl.folder / "completion"
    script.write_text(ctl.run("completion", "bash").stdout)

    def offered(*words):
        done = subprocess.run(
            ["bash", "-u", "-c", SCRIPT, "bash", script, str(ctl.program),
             "--config", str(ctl.config), *words],
            text=True, capture_output=True, check=True, timeout=SECONDS,
            env=ctl.environment())
        assert done.stderr == ""
        return done.stdout.split()

    return offered


def test_commands(complete):
    names = [name.split() for name in commands()]
    assert set(complete("")) == {name[0] for name in names}
    assert len(complete("")) == len(set(complete("")))
    assert complete("ac") == ["account"]
    assert complete("d") == ["directory", "doctor"]
    for group in {name[0] for name in names if len(name) > 1}:
        assert set(complete(group, "")) == {
            name[1] for name in names if name[0] == group}
    assert complete("account", "un") == ["undelete", "unpin"]
    assert complete("no-such-command", "x", "") == []


def test_options(complete):
    assert set(complete("account", "add", "--")) == {
        "--class", "--quota", "--directory", "--directory-id", "--disabled",
        "--config", "--json", "--help", "--version"}
    assert complete("account", "add", "someone", "--dis") == ["--disabled"]
    assert complete("usage", "--t") == ["--top"]
    assert complete("--j") == ["--json"]


def test_account_names(ctl, complete):
    for name in ("alumnus", "bob", "albert"):
        ctl.run("account", "add", name)
    assert complete("account", "show", "al") == ["albert", "alumna",
                                                 "alumnus"]
    assert complete("account", "show", "alumn") == ["alumna", "alumnus"]
    assert complete("account", "disable", "--json", "b") == ["bob"]
    assert complete("audit", "list", "b") == ["bob"]
    # Only where a name belongs.
    assert complete("quota", "set", "bob", "a") == []
    assert complete("usage", "a") == []


def test_without_a_store_there_are_no_names(bare):
    script = bare.folder / "completion"
    script.write_text(bare.run("completion", "bash").stdout)
    done = subprocess.run(
        ["bash", "-c", SCRIPT, "bash", script, str(bare.program), "--config",
         "/nonexistent", "account", "show", ""], text=True,
        capture_output=True, check=True, timeout=SECONDS)
    assert done.stdout.split() == [] and done.stderr == ""


def test_in_an_interactive_bash(ctl, complete):
    """With the package bash-completion, which takes the file by the program's
    name."""
    folder = ctl.folder / "completions"
    folder.mkdir()
    (folder / "alumnictl").write_text(
        (BUILD / "plain/ctl/alumnictl.bash").read_text())
    done = subprocess.run(
        ["bash", "--norc", "-c",
         "source /usr/share/bash-completion/bash_completion\n"
         "_comp_load alumnictl 2> /dev/null ||"
         " __load_completion alumnictl\ncomplete -p alumnictl"],
        text=True, capture_output=True, check=True, timeout=SECONDS,
        env={**ctl.environment(), "BASH_COMPLETION_USER_DIR":
             str(ctl.folder)})
    assert "-F _alumnictl alumnictl" in done.stdout


def test_what_is_installed_is_what_the_program_prints(ctl):
    assert (BUILD / "plain/ctl/alumnictl.bash").read_text() == ctl.run(
        "completion", "bash").stdout
