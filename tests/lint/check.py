# SPDX-License-Identifier: MIT
"""What a check is, and the ways of most of them."""

import dataclasses
import hashlib
import inspect
import re
import subprocess


@dataclasses.dataclass(frozen=True)
class Unit:
    """What is checked in one go, and remembered by one result."""
    name: str
    # Paths of everything that the result depends on.
    inputs: tuple
    # What it depends on besides.
    extra: str = ""


class Check:
    """One line of ./dev lint."""

    name = ""
    # Debian packages that have to be installed for it.
    packages = ()
    # Files of the repository that configure it.
    settings = ()
    # How many units one call of run() may be given.
    batch = 1

    def units(self, tree):
        """The units that the whole tree has for this check."""
        raise NotImplementedError

    def run(self, tree, units):
        """Complaints by unit: {unit: ["path:line: text", ...]}."""
        raise NotImplementedError

    def fix(self, tree):
        """Mends what a program can mend, in place."""

    def key(self, tree, unit, versions):
        """A hash of everything that the result for a unit depends on."""
        parts = [self.name, unit.name, unit.extra, source_of(type(self))]
        parts += [versions.get(package, "") for package in self.packages]
        parts += [f"{path} {tree.digest(path)}"
                  for path in (*self.settings, *unit.inputs)
                  if tree.exists(path)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def source_of(checker):
    """The text of the module that a check stands in, and of this one."""
    return "".join(inspect.getsource(inspect.getmodule(of))
                   for of in (checker, Check))


class FileCheck(Check):
    """A check that looks at each file by itself, many with one command."""

    batch = 32

    def files(self, tree):
        raise NotImplementedError

    def units(self, tree):
        return [Unit(path, (path,)) for path in self.files(tree)]

    def run(self, tree, units):
        complaints = self.look(tree, [unit.name for unit in units])
        return by_path(units, complaints)

    def look(self, tree, paths):
        """The complaints about these files, each beginning with its path."""
        raise NotImplementedError


class TreeCheck(Check):
    """A check that needs to see all files of its kind together."""

    def files(self, tree):
        raise NotImplementedError

    def units(self, tree):
        return [Unit("tree", tuple(self.files(tree)))]

    def run(self, tree, units):
        return {unit: self.look(tree, unit.inputs) for unit in units}

    def look(self, tree, paths):
        raise NotImplementedError


def by_path(units, complaints):
    """Sorts complaints to the units whose name they begin with."""
    found = {unit: [] for unit in units}
    names = {unit.name: unit for unit in units}
    for complaint in complaints:
        unit = names.get(complaint.split(":")[0], units[0])
        found[unit].append(complaint)
    return found


def call(tree, argv, **options):
    """Runs a program at the root of the tree; returns what it did."""
    return subprocess.run(argv, **{
        "cwd": tree.root, "text": True, "errors": "replace", "check": False,
        "stdin": subprocess.DEVNULL, "capture_output": True, **options})


def output(tree, argv, pattern=r"[^\s:]+:\d+:", good=(0,)):
    """The lines of a program's output that are complaints.

    A program that fails without one is a complaint itself: it has not looked.
    """
    done = call(tree, argv)
    printed = (done.stdout + done.stderr).splitlines()
    lines = [line for line in printed if re.match(pattern, line)]
    if done.returncode not in good and not lines:
        lines = [f"{argv[0]}: status {done.returncode}: "
                 + " / ".join(printed[-5:])]
    return lines
