# SPDX-License-Identifier: MIT
"""alumnictl --help, on every level."""

import os
import re
import subprocess

from alumnictl_program import OK, SECONDS, program


def commands():
    """The names of all commands, from --help."""
    text = subprocess.run([program(), "--help"], capture_output=True,
                          text=True, check=True, timeout=SECONDS).stdout
    listed = text.partition("Commands:\n")[2].partition("\n\n")[0]
    return [re.split(" {2,}", line.strip())[0]
            for line in listed.splitlines()]


def test_help_on_every_level(bare):
    names = commands()
    assert len(names) >= 17
    for name in names:
        words = name.split()
        text = bare.run(*words, "--help").stdout
        assert text.startswith(f"usage: alumnictl {name} ")
        assert "--config FILE" in text
        assert name in bare.run(words[0], "--help").stdout
        assert max(len(line) for line in text.splitlines()) < 100


def test_help_needs_no_configuration():
    for arguments in (["--help"], ["--version"], ["account", "-h"],
                      ["account", "add", "--help"]):
        done = subprocess.run(
            [program(), *arguments], capture_output=True, text=True,
            check=False, timeout=SECONDS,
            env={**os.environ, "ALUMNIMAIL_CONFIG": "/nonexistent"})
        assert (done.returncode, done.stderr) == (OK, "")
    assert re.fullmatch(r"alumnictl \d+\.\d+\.\d+\n", subprocess.run(
        [program(), "--version"], capture_output=True, text=True, check=True,
        timeout=SECONDS).stdout)
