# SPDX-License-Identifier: MIT
"""The commands in CONTRIBUTING.md do what it says.

Those of the section about a running instance are one script, which is run as it
stands, with the folder of the test. All others are run one by one.
"""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from instance.layout import BUILD, ROOT

DOCUMENT = ROOT / "CONTRIBUTING.md"
INSIDE = "Look inside a running instance"
STATE = "state=/tmp/alumnimail-debug"
# Long enough for a build that another test waits for, too.
SECONDS = 600

# These would run this test again, or judge and change the files under test. So
# ./dev is only asked whether it knows them, or for the tests that it would run.
REPLACED = {
    "./dev test --changed": "./dev --help | grep -qF 'test --changed'",
    "./dev lint --fix": "./dev --help | grep -qF 'lint [--fix]'",
    "./dev lint": "./dev --help | grep -qF 'lint [--fix]'",
    "./dev test unit": "meson test -C build/sanitize --list",
    "./dev test system tests/system/test_alumnictl_trash.py":
    "./dev test system tests/system/test_alumnictl_trash.py --collect-only -q",
    "./dev test system -k test_trash_set_and_clear":
    "./dev test system -k test_trash_set_and_clear --collect-only -q",
}


def blocks():
    """(heading of the second level, text) of every fenced block."""
    heading, found = "", []
    parts = re.split(r"(?m)^(## .*|```sh\n[\s\S]*?^```)$",
                     DOCUMENT.read_text())
    for part in parts:
        if part.startswith("## "):
            heading = part.removeprefix("## ")
        elif part.startswith("```sh\n"):
            found.append((heading, part.removeprefix("```sh\n")
                          .removesuffix("```")))
    return found


def single_commands():
    return [line for heading, text in blocks() if heading != INSIDE
            for line in text.splitlines()]


def run(script, **environment):
    """Runs it with bash as one who works on this would; returns what it
    printed. What it has started ends with it when it takes too long."""
    # In a tree of another release the build is in another folder.
    script = re.sub(r"(?<![\w/])build/(plain|sanitize)\b",
                    lambda found: str(BUILD / found[1]), script)
    with subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, **environment}) as process:
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"takes too long: {script}\n"
                        + process.communicate()[0], pytrace=False)
    if process.returncode != 0:
        pytest.fail(f"status {process.returncode}: {script}\n{output}",
                    pytrace=False)
    return output


def test_every_fence_has_commands():
    fences = re.findall(r"(?m)^```(.*)$", DOCUMENT.read_text())
    assert fences[::2] == ["sh"] * len(blocks())
    assert fences[1::2] == [""] * len(blocks())


def test_every_replaced_command_stands_in_the_document():
    assert set(REPLACED) <= set(single_commands())


@pytest.mark.parametrize("command", single_commands())
def test_command(command):
    run(REPLACED.get(command, command))


def test_look_inside_a_running_instance(new_state):
    script = "".join(text for heading, text in blocks() if heading == INSIDE)
    assert script.count(STATE) == 1
    output = run(script.replace(STATE, f"state={new_state().folder}"))
    # The breakpoints are met in our sources, and show them.
    for where in (r"Breakpoint 1, login_decide .* at \S*/lib/login/login\.c:",
                  r'\$1 = 0x[0-9a-f]+ "alumna"',
                  r"Breakpoint 1(\.\d+)?, mail_dict_lookup .* at "
                  r"\S*/plugins/common/mail-dict\.c:",
                  r'\$1 = 0x[0-9a-f]+ "priv/account"',
                  r"Breakpoint 1, mail_quota_parse .* at "
                  r"\S*/lib/mail/quota\.c:"):
        assert re.search(where, output), output
    assert len(re.findall(r"(?m)^\[Inferior 1 \(process \d+\) detached\]$",
                          output)) == 3


def test_every_file_that_is_named_exists():
    """Names in capitals, and those with a star, stand for many."""
    named = re.findall(r"`((?:ctl|deploy|doc|lib|milter|plugins|tests|webmail)"
                       r"/[\w./*-]+)`", DOCUMENT.read_text())
    assert len(named) > 20
    missing = []
    for name in named:
        if re.search(r"[A-Z]{4}", Path(name).stem):
            name = str(Path(name).parent)
        if "ROOM" not in name and not list(ROOT.glob(name.rstrip("/"))):
            missing.append(name)
    assert missing == []
