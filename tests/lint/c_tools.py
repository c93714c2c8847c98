# SPDX-License-Identifier: MIT
"""Checks of C that need to know how a file is compiled."""

import functools
import json
import os
import re
import shlex

from instance.layout import BUILD
from lint.check import Check, Unit, call

DATABASE = BUILD / "plain/compile_commands.json"
# A room's headers are seen through links; a complaint names the true path.
VIEW = re.compile(r"^.*/build/\w+/views/[^/]+/")
PLACE = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):\d+: "
                   r"(?P<text>(warning|error|fatal error): .*)$")


@functools.lru_cache(maxsize=None)
def commands(tree):
    """How each C file is compiled: {path: (folder, arguments)}."""
    found = {}
    for row in json.loads(DATABASE.read_text()):
        path = os.path.normpath(os.path.join(row["directory"], row["file"]))
        path = os.path.relpath(path, tree.root)
        if tree.exists(path):
            arguments = shlex.split(row["command"])
            if arguments[0].endswith("ccache"):
                arguments = arguments[1:]
            found.setdefault(path, (row["directory"], arguments))
    return found


def without_outputs(arguments):
    """The arguments of a compiler less those that name what it writes."""
    kept, skip = [], False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in ("-o", "-MF", "-MQ", "-c"):
            skip = argument != "-c"
        elif argument != "-MD":
            kept.append(argument)
    return kept


def complaints(tree, folder, printed):
    """What a compiler or clang-tidy printed, with paths of the tree."""
    found = []
    for line in printed.splitlines():
        match = PLACE.match(line)
        if match is None:
            continue
        path = os.path.normpath(os.path.join(folder, match["path"]))
        path = VIEW.sub("", path)
        path = os.path.relpath(os.path.join(tree.root, path), tree.root)
        found.append(f"{path}:{match['line']}: {match['text']}")
    return found


class CompiledCheck(Check):
    """A check of each C file with the arguments that it is compiled with."""

    def wanted(self, path):
        """Whether to look at this file."""
        return True

    def units(self, tree):
        units = []
        for path, (_, arguments) in sorted(commands(tree).items()):
            if self.wanted(path):
                extra = " ".join(without_outputs(arguments))
                units.append(Unit(path, tuple(tree.with_headers(path)),
                                  extra.replace(str(tree.root), "")))
        return units

    def run(self, tree, units):
        known = commands(tree)
        return {unit: self.look(tree, unit.name, *known[unit.name])
                for unit in units}

    def look(self, tree, path, folder, arguments):
        raise NotImplementedError


class ClangTidy(CompiledCheck):
    name = "clang-tidy"
    packages = ("clang-tidy-14",)
    settings = (".clang-tidy",)

    def look(self, tree, path, folder, arguments):
        done = call(tree, [
            "clang-tidy-14", "--quiet",
            f"--config-file={tree.root}/{self.settings[0]}",
            str(tree.root / path), "--", *clang_arguments(arguments)],
            cwd=folder)
        found = complaints(tree, folder, done.stdout)
        if done.returncode != 0 and not found:
            found = [f"{path}:1: clang-tidy: status {done.returncode}: "
                     f"{done.stderr.strip()[-300:]}"]
        return found


def clang_arguments(arguments):
    """What clang understands of gcc's arguments, without the program."""
    source = arguments[-1]
    return [argument for argument in without_outputs(arguments)[1:]
            if argument not in (source, "-Werror")]


class Analyzer(CompiledCheck):
    """gcc -fanalyzer, less what it says of good code:

    It takes memory that a structure has become the owner of for lost, and does
    not see that a look-up which returned 1 has filled in its output, nor that
    a test ends where it finds NULL.
    """
    name = "gcc-analyzer"
    packages = ("gcc",)
    left_out = ("malloc-leak", "null-dereference", "null-argument",
                "possible-null-argument", "possible-null-dereference",
                "use-of-uninitialized-value")

    def look(self, tree, path, folder, arguments):
        done = call(tree, [
            "gcc", *without_outputs(arguments)[1:], "-fanalyzer",
            "-fdiagnostics-color=never", "-fdiagnostics-path-format=none",
            *[f"-Wno-analyzer-{name}" for name in self.left_out],
            "-Wno-error", "-S", "-o", "/dev/null"], cwd=folder)
        found = complaints(tree, folder, done.stderr)
        if done.returncode != 0 and not found:
            found = [f"{path}:1: gcc: status {done.returncode}: "
                     f"{done.stderr.strip()[-300:]}"]
        return found


class Cppcheck(Check):
    name = "cppcheck"
    packages = ("cppcheck",)
    settings = ("tests/lint/cppcheck-suppressions.txt",)
    batch = 16

    def units(self, tree):
        return [Unit(path, tuple(tree.with_headers(path)))
                for path in tree.ending(".c")]

    def run(self, tree, units):
        done = call(tree, [
            "cppcheck", "--quiet", "--std=c11", "--language=c",
            "--enable=warning,style,performance,portability",
            "--library=gnu,posix", "-D_GNU_SOURCE", "-I.", "--inline-suppr",
            f"--suppressions-list={self.settings[0]}",
            "--template={file}:{line}: {severity} {id}: {message}",
            *[unit.name for unit in units]])
        found = {unit: [] for unit in units}
        names = {unit.name: unit for unit in units}
        for line in (done.stdout + done.stderr).splitlines():
            path = line.split(":")[0]
            # What is wrong in a header is told of a unit that includes it.
            found[names.get(path, units[0])].append(line)
        if done.returncode != 0:
            found[units[0]].append(f"cppcheck: status {done.returncode}")
        return found
