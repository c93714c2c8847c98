# SPDX-License-Identifier: MIT
"""Checks by programs of Debian's for everything that is not C."""

from lint.check import FileCheck, TreeCheck, call, output


class Shellcheck(FileCheck):
    name = "shellcheck"
    packages = ("shellcheck",)
    settings = (".shellcheckrc",)

    def files(self, tree):
        return tree.shell

    def look(self, tree, paths):
        return output(tree, ["shellcheck", "--external-sources", "--format",
                             "gcc", *paths])


class Flake8(FileCheck):
    name = "flake8"
    packages = ("python3-flake8",)
    settings = ("tests/lint/flake8.ini",)

    def files(self, tree):
        return tree.python

    def look(self, tree, paths):
        return output(tree, ["/usr/bin/python3", "-m", "flake8", "--config",
                             self.settings[0], *paths])


class Php(FileCheck):
    """The syntax of PHP."""
    name = "php"
    packages = ("php-cli",)
    batch = 1

    def files(self, tree):
        return php(tree)

    def look(self, tree, paths):
        lines = output(tree, ["php", "-l", *paths], r".*\bon line \d+$")
        return [f"{paths[0]}: {line}" for line in lines]


class Phpcs(FileCheck):
    name = "phpcs"
    packages = ("php-codesniffer", "php-cli")
    settings = ("tests/lint/phpcs.xml",)

    def files(self, tree):
        return php(tree)

    def look(self, tree, paths):
        return output(tree, [
            "phpcs", f"--standard={self.settings[0]}", "--report=emacs",
            f"--basepath={tree.root}", *paths])

    def fix(self, tree):
        # Its status tells how much it mended.
        call(tree, ["phpcbf", "-q", f"--standard={self.settings[0]}",
                    *self.files(tree)])


def php(tree):
    return [path for path in tree.ending(".php", ".inc")
            if tree.content(path).startswith(b"<?php")]


class Lua(FileCheck):
    """The syntax of Lua, as miltertest reads it."""
    name = "luac"
    packages = ("lua5.3",)
    batch = 1

    def files(self, tree):
        return tree.ending(".lua")

    def look(self, tree, paths):
        lines = output(tree, ["luac5.3", "-p", *paths], r"luac5.3: .*:\d+:")
        return [line.removeprefix("luac5.3: ") for line in lines]


class Codespell(FileCheck):
    name = "codespell"
    packages = ("codespell",)
    settings = ("tests/lint/codespell-ignore.txt",)

    def files(self, tree):
        foreign = ("tests/fuzz/corpus/", "tests/browser/package-lock.json",
                   *self.settings)
        return [path for path in tree.paths
                if not path.startswith(foreign)
                and not path.endswith(("nb_NO.inc", "sv_SE.inc"))
                and b"\0" not in tree.content(path)]

    def look(self, tree, paths):
        lines = output(tree, [
            "codespell", "--ignore-words", self.settings[0],
            # The n of a newline is no letter of the word behind it, nor is
            # the rest of a word whose first letter stands in brackets.
            "--ignore-regex", r"\\[nrt]|\[\w\w\]\w+", *paths],
            r"[^\s:]+:\d+: ", good=(0, 65))
        return lines


class Mandoc(TreeCheck):
    """The manual pages. They name each other, so all are seen together."""
    name = "mandoc"
    packages = ("mandoc",)

    def files(self, tree):
        return [path for path in tree.below("doc/man")
                if path[-1].isdigit()]

    def look(self, tree, paths):
        lines = output(
            tree, ["mandoc", "-T", "lint", "-W", "style", *paths],
            r"mandoc: \S+:\d+:\d+:", good=(0, 1, 2, 3, 4))
        # Manuals of other packages are not installed everywhere; mandoc
        # takes any system but its own for a mistake.
        return [line.removeprefix("mandoc: ") for line in lines
                if "referenced manual not found" not in line
                and "operating system explicitly specified" not in line]
