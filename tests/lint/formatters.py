# SPDX-License-Identifier: MIT
"""Checks of form that a program can mend."""

import re
from pathlib import Path

from lint.check import FileCheck, call, output

# Files whose bytes are somebody else's, or are meant to be odd.
ODD = re.compile(r"^(LICENSE|tests/fuzz/corpus/.*|tests/system/data/.*)$")
TABBED = (".c", ".h")


class ClangFormat(FileCheck):
    name = "clang-format"
    packages = ("clang-format-14",)
    settings = (".clang-format",)

    def files(self, tree):
        return tree.c

    def look(self, tree, paths):
        lines = output(tree, ["clang-format-14", "--dry-run", *paths])
        return [line for line in lines if "warning:" in line
                or "error:" in line]

    def fix(self, tree):
        call(tree, ["clang-format-14", "-i", *self.files(tree)], check=True)


class Autopep8(FileCheck):
    """The formatter of Python whose result is closest to how we write."""
    name = "autopep8"
    packages = ("python3-autopep8",)
    settings = ("tests/lint/flake8.ini",)
    argv = ("autopep8", "--max-line-length", "80",
            "--global-config", "tests/lint/flake8.ini")

    def files(self, tree):
        return tree.python

    def look(self, tree, paths):
        lines = output(tree, [*self.argv, "--diff", *paths], r"--- original/")
        return [line.removeprefix("--- original/") + ":1: is not formatted"
                for line in lines]

    def fix(self, tree):
        call(tree, [*self.argv, "--in-place", *self.files(tree)], check=True)


class Whitespace(FileCheck):
    """What .editorconfig says of every text file."""
    name = "whitespace"
    settings = (".editorconfig",)

    def files(self, tree):
        return [path for path in tree.paths if not ODD.match(path)
                and b"\0" not in tree.content(path)]

    def look(self, tree, paths):
        found = []
        for path in paths:
            text = tree.content(path).decode(errors="replace")
            if text != mended(text):
                found.append(f"{path}:{first_difference(text)}: blanks at "
                             "the end of a line, CR, or no newline at the "
                             "end of the file")
            if path.endswith(TABBED):
                found += [f"{path}:{number}: indented with blanks"
                          for number, line in enumerate(tree.lines(path), 1)
                          # clang-format fills up the lines of a macro.
                          if line.startswith(" " * 8)
                          and line.strip() != "\\"]
        return found

    def fix(self, tree):
        for path in self.files(tree):
            text = tree.content(path).decode()
            if text != mended(text):
                Path(tree.root, path).write_text(mended(text))


def mended(text):
    lines = [line.rstrip(" \t\r") for line in text.split("\n")]
    return "\n".join(lines).rstrip("\n") + "\n" if text else text


def first_difference(text):
    lines = text.split("\n")
    wanted = mended(text).split("\n")
    for number, (line, good) in enumerate(zip(lines, wanted), 1):
        if line != good:
            return number
    return min(len(lines), len(wanted))
