# SPDX-License-Identifier: MIT
"""./dev lint: finds a planted fault of each kind, mends what it can, and
passes what is in order.

All of it happens in a small repository with our own dev and tests/lint. That
the whole tree passes is a part of .ci/run.
"""

import os
import re
import shutil
import subprocess

import pytest

from instance.layout import ROOT
from lint.checks import CHECKS

SECONDS = 600
COPIED = ("dev", ".clang-format", ".clang-tidy", ".editorconfig",
          "tests/packages.bash", "tests/parts.bash", "tests/lint",
          "tests/instance/__init__.py", "tests/instance/errors.py",
          "tests/instance/layout.py")
LICENSE = "SPDX-License-Identifier: MIT"
C = f"/* {LICENSE} */\n"
PYTHON = f"# {LICENSE}\n"

MESON = """project('small', 'c')
static_library('base', {sources}, include_directories: include_directories('.'))
"""

GOOD = {
    "lib/base/thing.h": C + """#ifndef ALUMNI_BASE_THING_H
#define ALUMNI_BASE_THING_H

/* Twice the number. */
int thing_double(int number);

#endif
""",
    "lib/base/thing.c": C + """#include "lib/base/thing.h"

int thing_double(int number)
{
	return number * 2;
}
""",
    "lib/base/user.c": C + """#include "lib/base/thing.h"

/* See thing_double(). */
int main(void)
{
	return thing_double(0);
}
""",
    "README.md": "# Small\n\n[dev](dev), and `lib/base/thing.c`.\n",
    "ctl/greet.sh": f"#!/bin/sh\n# {LICENSE}\necho hello\n",
    "webmail/page.php": f"<?php\n// {LICENSE}\n\necho 'hello';\n",
    "tests/milter/mail.lua": f"-- {LICENSE}\nlocal mail = 1\nreturn mail\n",
}

# What each check has to complain of: a file, and what is in it.
FAULTS = {
    "clang-format": ("lib/base/form.c", C + "int  form;\n"),
    "autopep8": ("tests/form.py", PYTHON + "number=1\n"),
    "whitespace": ("doc/blanks.md", "Two blanks  \n"),
    "shellcheck": ("ctl/quote.sh", f"#!/bin/sh\n# {LICENSE}\nrm $1\n"),
    "flake8": ("tests/unused.py", PYTHON + "import os\n"),
    "php": ("webmail/broken.php", f"<?php\n// {LICENSE}\n\necho 'x\n"),
    "phpcs": ("webmail/form.php", f"<?php\n// {LICENSE}\n\nif(1){{}}\n"),
    "luac": ("tests/milter/broken.lua", f"-- {LICENSE}\nlocal = 1\n"),
    "codespell": ("doc/spelling.md", "To reci" "eve is better.\n"),
    "mandoc": ("doc/man/broken.8", ".Dd 2026\n.Nosuch\n"),
    "spdx": ("lib/base/license.c", "int license;\n"),
    "upward-includes": ("lib/base/up.c", C + '#include "../base/thing.h"\n'),
    "header-guards": ("lib/base/guard.h",
                      C + "#ifndef GUARD_H\n#define GUARD_H\n#endif\n"),
    "file-lengths": ("lib/base/long.c", C + "\n" * 500),
    "function-lengths": ("lib/base/function.c", C + "static int function(void)"
                         "\n{\n" + "\tputs(\"\");\n" * 45 + "}\n"),
    "contracts": ("lib/base/bare.h", C + "\nint bare(void);\n"),
    "links": ("doc/links.md", "[a page](nowhere.md)\n"),
    "names-in-comments": ("lib/base/names.c", C + "/* See thing_wait(). */\n"),
    "unused-functions": ("lib/base/alone.c",
                         C + "int alone(void)\n{\n\treturn 1;\n}\n"),
    "unused-includes": ("lib/base/included.c",
                        C + '#include "lib/base/thing.h"\n\nint included;\n'),
    "cppcheck": ("lib/base/leak.c", C + """#include <stdlib.h>

int main(void)
{
	char *lost = malloc(1);

	return lost == NULL;
}
"""),
    "clang-tidy": ("lib/base/tidy.c", C + """int main(int count, char **words)
{
	if (words[0])
		return 1;
	else
		return count;
}
"""),
    "gcc-analyzer": ("lib/base/twice.c", C + """#include <stdlib.h>

int main(void)
{
	char *freed = malloc(1);

	free(freed);
	free(freed);
	return 0;
}
"""),
}


def write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    sources = [path for path in GOOD | files if path.endswith(".c")]
    (root / "meson.build").write_text(MESON.format(sources=sources))


def repository(root, files):
    """A small repository that has these files besides the good ones."""
    for path in COPIED:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, root / path)
    write(root, GOOD | files)
    (root / ".gitignore").write_text("/build/\n__pycache__/\n")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    return root


def lint(root, *arguments):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("ALUMNIMAIL_")}
    return subprocess.run(
        [root / "dev", "lint", *arguments], text=True, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=SECONDS)


def sections(output):
    """{check: its line and its complaints}."""
    found, name = {}, None
    for line in output.splitlines():
        begins = re.match(r" {4}(\S+) +(ok|\d+ FAULTS) ", line)
        if begins:
            name = begins[1]
        if name:
            found[name] = found.get(name, "") + line + "\n"
    return found


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return repository(tmp_path_factory.mktemp("good"), {})


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """What ./dev lint says of a repository with all faults."""
    root = repository(tmp_path_factory.mktemp("faulty"), dict(FAULTS.values()))
    return lint(root)


def test_what_is_in_order_passes_and_is_remembered(good):
    done = lint(good)
    assert done.returncode == 0, done.stdout
    assert list(sections(done.stdout)) == [check.name for check in CHECKS]
    assert "looked at" in done.stdout
    again = lint(good)
    assert again.returncode == 0, again.stdout
    assert "looked at" not in again.stdout
    assert f"{len(CHECKS)} passed, 0 failed" in again.stdout


def test_a_changed_header_is_looked_at_with_what_includes_it(good):
    lint(good)
    path = good / "lib/base/thing.h"
    path.write_text(path.read_text().replace("Twice", "Two times"))
    done = lint(good, "clang-tidy", "clang-format")
    found = sections(done.stdout)
    assert done.returncode == 0, done.stdout
    assert "(2 looked at)" in found["clang-tidy"]
    assert "(1 looked at)" in found["clang-format"]


def test_there_is_a_fault_of_each_kind():
    assert set(FAULTS) == {check.name for check in CHECKS}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(faulty, name):
    path, _ = FAULTS[name]
    assert faulty.returncode == 1, faulty.stdout
    complaints = sections(faulty.stdout)[name].splitlines()[1:]
    assert any(line.strip().startswith(f"{path}:") for line in complaints), (
        faulty.stdout)


def test_what_a_program_can_mend_is_mended(tmp_path):
    kinds = ("clang-format", "autopep8", "whitespace", "phpcs")
    root = repository(tmp_path, dict(FAULTS[kind] for kind in kinds))
    assert lint(root, *kinds).returncode == 1
    done = lint(root, "--fix", *kinds)
    assert done.returncode == 0, done.stdout
    assert (root / "lib/base/form.c").read_text() == C + "int form;\n"
    assert (root / "tests/form.py").read_text() == PYTHON + "number = 1\n"
    assert (root / "doc/blanks.md").read_text() == "Two blanks\n"
    assert (root / "lib/base/thing.c").read_text() == GOOD["lib/base/thing.c"]


def test_a_program_that_fails_is_a_complaint(tmp_path):
    root = repository(tmp_path, {".clang-format": "Nosuch: option\n"})
    done = lint(root, "clang-format", "luac")
    assert done.returncode == 1
    assert "clang-format" in sections(done.stdout)["clang-format"]
    assert "1 passed, 1 failed" in done.stdout


@pytest.mark.parametrize("argument", ["--nosuch", "nosuch"])
def test_an_unknown_argument_is_an_error_of_usage(good, argument):
    done = lint(good, argument)
    assert done.returncode == 2
    assert "usage: ./dev lint" in done.stdout and argument in done.stdout
