# SPDX-License-Identifier: MIT
"""Chooses the tests that a change can break: ./dev test --changed.

What a room's change can break is read from the build: the unit tests that see
a header of the room, or of a room above it. For system tests, which see all
programs, there is a table (changed_table.py).
"""

import argparse
import ast
import fnmatch
import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from instance.layout import BUILD, ROOT
from lint.changed_table import BROWSER, SYSTEM_TESTS
from lint.tree import Tree

PLAIN = BUILD / "plain"
SYSTEM = "tests/system"
KINDS = ("lint", "unit", "fuzz", "system", "browser")


def git(*arguments):
    """What git prints, or None when it fails."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], text=True,
                          capture_output=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def default_base():
    """Where this branch left the one that it goes to, or the last commit."""
    for upstream in ("@{upstream}", "origin/main"):
        base = git("merge-base", upstream, "HEAD")
        if base:
            return base
    return "HEAD"


def changed_paths(base):
    """The paths that differ from a commit, new and deleted ones, too."""
    differ = git("diff", "--name-only", "--no-renames", base)
    if differ is None:
        raise SystemExit(f"./dev test --changed: {base} is no commit")
    new = git("ls-files", "--others", "--exclude-standard")
    return sorted({*differ.splitlines(), *new.splitlines()})


class Build:
    """What meson and ninja know of the parts of build/plain."""

    def __init__(self, tree):
        self.tree = tree
        listed = subprocess.run(
            ["meson", "introspect", "--targets", str(PLAIN)],
            text=True, capture_output=True, check=True).stdout
        self.targets = json.loads(listed)

    def sources(self, target):
        """The sources of a target, without those of what it links."""
        return {os.path.relpath(path, ROOT)
                for group in target["target_sources"]
                for path in group.get("sources", [])}

    @functools.cached_property
    def rooms_below(self):
        """{room: the rooms that it uses, and itself}."""
        below = {}
        for target in self.targets:
            if target["name"].startswith("room-"):
                folders = self.folders_in(target["filename"][0])
                room = target["name"].removeprefix("room-").replace("-", "/")
                below[room] = folders | {room}
        return below

    @staticmethod
    def folders_in(program):
        """The folders of all C files in a program, libraries included."""
        listed = subprocess.run(
            ["ninja", "-C", str(PLAIN), "-t", "inputs",
             os.path.relpath(program, PLAIN)], text=True,
            capture_output=True, check=True).stdout
        return {os.path.dirname(os.path.relpath(PLAIN / path, ROOT))
                for path in listed.split() if path.endswith(".c")}

    def unit_tests(self):
        """(name, its own sources and headers, the rooms it sees) of each."""
        for target in self.targets:
            if not target["name"].startswith("test-"):
                continue
            files = {header for source in self.sources(target)
                     if self.tree.exists(source)
                     for header in self.tree.with_headers(source)}
            rooms = {os.path.dirname(path) for path in files}
            for room in set(rooms):
                rooms |= self.rooms_below.get(room, set())
            yield (target["name"].removeprefix("test-"), files,
                   rooms & set(self.rooms_below))


class Choice:
    """The tests that were chosen, and why."""

    def __init__(self):
        self.chosen = {kind: {} for kind in KINDS}

    def add(self, kind, name, why):
        self.chosen[kind].setdefault(name, why)

    def show(self):
        if not any(self.chosen.values()):
            print("Nothing is to be run.")
        for kind in KINDS:
            for name, why in sorted(self.chosen[kind].items()):
                print(f"    {kind:<8} {name:<36} {why}")

    def write(self, path):
        """One line a kind: its name and the names of the tests."""
        lines = [" ".join([kind, *sorted(self.chosen[kind])])
                 for kind in KINDS if self.chosen[kind]]
        Path(path).write_text("".join(f"{line}\n" for line in lines))


def choose(paths, tree, build):
    choice = Choice()
    for path in paths:
        choice.add("lint", "all", f"{path} changed")
    choose_unit(choice, paths, tree, build)
    for path in paths:
        choose_fuzz(choice, path, tree)
        choose_system(choice, path, tree)
        if path.startswith(BROWSER):
            choice.add("browser", "all", f"{path} changed")
    return choice


def choose_unit(choice, paths, tree, build):
    for name, files, rooms in build.unit_tests():
        texts = "".join(tree.text(path) for path in files
                        if path.startswith("tests/"))
        for path in paths:
            room = os.path.dirname(path)
            if path in files:
                choice.add("unit", name, f"has {path}")
            elif room in rooms and path.endswith((".c", ".h")):
                choice.add("unit", name, f"uses {room}, where {path} changed")
            elif path in ("meson.build", "tests/unit/meson.build"):
                choice.add("unit", name, f"is built by {path}")
            elif names(texts, path):
                choice.add("unit", name, f"reads {path}")


def names(text, path):
    """Whether a text names a file that is no source.

    A name without a folder or an ending would be found in any text.
    """
    if path.endswith((".c", ".h", ".py", ".build")) or not re.search(
            "[/.]", path):
        return False
    base = re.escape(os.path.basename(path))
    return re.search(
        rf"(?<![\w.-]){re.escape(path)}(?![\w-])|[\"/]{base}\"", text)


def choose_fuzz(choice, path, tree):
    if path == "tests/fuzz/meson.build":
        for target in fuzz_targets(tree):
            choice.add("fuzz", target, f"is built by {path}")
    header = path.removesuffix(".c") + ".h" if path.endswith(".c") else path
    for target, source in fuzz_targets(tree).items():
        if path == source or path.startswith(f"tests/fuzz/corpus/{target}/"):
            choice.add("fuzz", target, f"{path} changed")
        elif header in tree.included(source):
            choice.add("fuzz", target, f"feeds {path}")


def fuzz_targets(tree):
    """{name: the source} of each fuzz target."""
    prefix = "tests/fuzz/fuzz-"
    return {path[len(prefix):-2]: path for path in tree.paths
            if path.startswith(prefix) and path.endswith(".c")}


def choose_system(choice, path, tree):
    tests = [test for test in tree.below(SYSTEM)
             if test.startswith(f"{SYSTEM}/test_") and test.endswith(".py")]
    for prefix, patterns in SYSTEM_TESTS.items():
        if not path.startswith(prefix):
            continue
        for test in tests:
            stem = Path(test).stem
            if any(fnmatch.fnmatch(stem, pattern) for pattern in patterns):
                choice.add("system", test, f"looks at {prefix} ({path})")
    for test in tests:
        if test == path:
            choice.add("system", test, "changed")
        elif path in imported(tree, test):
            choice.add("system", test, f"imports {path}")
        elif names(tree.text(test), path):
            choice.add("system", test, f"names {path}")


@functools.lru_cache(maxsize=None)
def imported(tree, test):
    """The modules beside a system test that it comes to import."""
    found, todo = set(), [test]
    while todo:
        for node in ast.walk(ast.parse(tree.text(todo.pop()))):
            for name in imports(node):
                path = f"{SYSTEM}/{name}.py"
                if path not in found and tree.exists(path):
                    found.add(path)
                    todo.append(path)
    return found


def imports(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module]
    return []


def main():
    parser = argparse.ArgumentParser(
        prog="./dev test --changed", allow_abbrev=False,
        description="Runs what the changes since the base can break.")
    parser.add_argument("--base", metavar="REV",
                        help="a commit; by default where the branch left its "
                             "upstream or origin/main, or else HEAD")
    parser.add_argument("--list", action="store_true",
                        help="only say what would be run, and why")
    parser.add_argument("--plan", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    base = arguments.base or default_base()
    paths = changed_paths(base)
    print(f"Files that differ from {base}: {len(paths)}")
    tree = Tree(ROOT)
    choice = choose(paths, tree, Build(tree)) if paths else Choice()
    choice.show()
    if arguments.plan and not arguments.list:
        choice.write(arguments.plan)


if __name__ == "__main__":
    sys.exit(main())
