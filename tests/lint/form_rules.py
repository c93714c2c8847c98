# SPDX-License-Identifier: MIT
"""House rules on the form of a file: its top, its length, its functions'."""

import ast
import re
import statistics

from lint.c_text import tags
from lint.check import FileCheck, TreeCheck

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 45
MAX_MEDIAN_LINES = 13
SPDX = "SPDX-License-Identifier: "
# A line may stand before it: what starts a script, or PHP.
SPDX_LINES = 2
UPWARD = re.compile(r'^\s*#\s*include\s+"[^"]*\.\./')
TABLE_BEGINS = re.compile(r"\tstatic const\b.*\{$")
TABLE_ENDS = re.compile(r"\t}.*;$")
SOURCES = (".c", ".h", ".py", ".sh", ".php", ".inc", ".lua", ".bash")


class Spdx(FileCheck):
    """Each source begins with its license."""
    name = "spdx"

    def files(self, tree):
        return sorted({*tree.ending(*SOURCES), *tree.shell})

    def look(self, tree, paths):
        return [f"{path}:1: no line {SPDX}... on top" for path in paths
                if tree.content(path) and not any(
                    SPDX in line for line in tree.lines(path)[:SPDX_LINES])]


class Includes(FileCheck):
    """An include names its folder from the root, so none goes up."""
    name = "upward-includes"

    def files(self, tree):
        return tree.c

    def look(self, tree, paths):
        return [f"{path}:{number}: include the path from the root, not ../"
                for path in paths
                for number, line in enumerate(tree.lines(path), 1)
                if UPWARD.match(line)]


class Guards(FileCheck):
    """A header's guard is its path, so that no two can be the same."""
    name = "header-guards"

    def files(self, tree):
        return tree.ending(".h")

    def look(self, tree, paths):
        found = []
        for path in paths:
            inner = path.removeprefix("lib/")
            name = "ALUMNI_" + re.sub(r"\W", "_", inner).upper()
            directives = re.findall(r"^#\s*(\w+)\s+(\w+)", tree.text(path),
                                    re.MULTILINE)
            if directives[:2] != [("ifndef", name), ("define", name)]:
                found.append(f"{path}:1: the guard is not {name}")
        return found


class FileLengths(FileCheck):
    name = "file-lengths"

    def files(self, tree):
        return sorted({*tree.ending(*SOURCES), *tree.shell})

    def look(self, tree, paths):
        return [f"{path}:{MAX_FILE_LINES}: has {len(tree.lines(path))} lines "
                f"of at most {MAX_FILE_LINES}" for path in paths
                if len(tree.lines(path)) > MAX_FILE_LINES]


class FunctionLengths(TreeCheck):
    """No function is over the limit, and half of them are far below it.

    Rows of a table of constants are no lines of the function that it is in.
    """
    name = "function-lengths"
    packages = ("universal-ctags",)

    def files(self, tree):
        return [*tree.c, *tree.python]

    def look(self, tree, paths):
        lengths = {tag: length(tree, tag) for tag in tags(tree, tree.c)
                   if tag.kind == "function"}
        found = [f"{tag.path}:{tag.line}: {tag.name} has {lines} lines of at "
                 f"most {MAX_FUNCTION_LINES}"
                 for tag, lines in lengths.items()
                 if lines > MAX_FUNCTION_LINES]
        for path in tree.python:
            found += long_functions(path, tree.text(path))
        own = [lines for tag, lines in lengths.items()
               if not tag.path.startswith("tests/")]
        median = statistics.median(own) if own else 0
        if median > MAX_MEDIAN_LINES:
            found.append(f"meson.build:1: the median function has {median} "
                         f"lines of at most {MAX_MEDIAN_LINES}")
        return found


def length(tree, tag):
    """The lines of a C function, from its name to its closing brace."""
    lines = tree.lines(tag.path)[tag.line - 1:tag.end]
    count, in_table = 0, False
    for line in lines:
        if TABLE_BEGINS.match(line):
            in_table = True
        count += not in_table
        if in_table and TABLE_ENDS.match(line):
            in_table = False
    return count


def long_functions(path, text):
    """Complaints of the functions of a Python file that are too long."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError as error:
        return [f"{path}:{error.lineno}: {error.msg}"]
    return [f"{path}:{node.lineno}: {node.name} has "
            f"{node.end_lineno - node.lineno + 1} lines of at most "
            f"{MAX_FUNCTION_LINES}" for node in nodes
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES]
