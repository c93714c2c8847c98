# SPDX-License-Identifier: MIT
"""Finds where a test sleeps for a fixed second or more, in place of waiting for
what it waits for.

Python is read as Python: what a number is called, what it is computed from and
by which name sleep() is imported make no difference. In C, Lua, shell scripts
and in strings of Python (which may be shell scripts, too) numbers are looked
for where they are written.
"""

import ast
import math
import re
from pathlib import Path

LIMIT_SECONDS = 1

# Calls in C and Lua, and commands, with what they count in.
TEXT = (
    (re.compile(r"\bsleep\s*\(\s*([\d.]+)"), 1),
    (re.compile(r"\busleep\s*\(\s*([\d.]+)"), 1e-6),
    (re.compile(r"\.tv_sec\s*=\s*(\d+)(?=[^;]*\}\s*;)"), 1),
    (re.compile(r"\bsleep\s+(\d+\.?\d*|\.\d+)s?\b"), 1),
    (re.compile(r"\bsleep\s+(\d+\.?\d*|\.\d+)m\b"), 60),
)

OPERATORS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Pow: lambda a, b: a ** b,
}


def _called(node):
    """The last part of the name of what is called, "sleep" say."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return getattr(node.func, "id", None)


class Numbers:
    """What the names in a file stand for: at most, when there are several."""

    def __init__(self, tree, folders):
        self.folders = folders
        self.values = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                self._take_in(node)
        # Twice, since a constant may be made of one that follows.
        for _ in range(2):
            for node in ast.walk(tree):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        self._assign(target, node.value)
                elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
                    self._assign(node.target, node.value)

    def _assign(self, target, value):
        found = self.value(value) if value is not None else None
        if found is not None:
            name = (target.attr if isinstance(target, ast.Attribute)
                    else getattr(target, "id", None))
            self.values[name] = max(found, self.values.get(name, found))

    def _take_in(self, node):
        """Constants of another file of ours."""
        for folder in self.folders:
            path = folder / (node.module.replace(".", "/") + ".py")
            if path.exists():
                theirs = Numbers(ast.parse(path.read_text()), self.folders)
                for alias in node.names:
                    if alias.name in theirs.values:
                        self.values[alias.asname or alias.name] = (
                            theirs.values[alias.name])

    def value(self, node):
        """A number; the largest that it can be, if that is known; or None."""
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.Name):
            return self.values.get(node.id)
        if isinstance(node, ast.Attribute):
            return self.values.get(node.attr)
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            found = self.value(node.operand)
            return None if found is None else -found
        if isinstance(node, ast.IfExp):
            return self._largest([node.body, node.orelse])
        if isinstance(node, ast.Call):
            # The largest argument of uniform(), max(), min(), float(),
            # environ.get().
            return self._largest(node.args)
        return None

    @staticmethod
    def _constant(value):
        if isinstance(value, (int, float)):
            return value
        try:
            return float(value)
        except (TypeError, ValueError):
            return None

    def _operation(self, node):
        left, right = self.value(node.left), self.value(node.right)
        operate = OPERATORS.get(type(node.op))
        if left is None or right is None or operate is None:
            return None
        return operate(left, right)

    def _largest(self, nodes):
        found = [self.value(node) for node in nodes]
        return max((one for one in found if one is not None), default=None)


def _names_of_sleep(tree):
    """Under which names the file knows time.sleep()."""
    names = {"sleep"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names.update(alias.asname or alias.name for alias in node.names
                         if alias.name == "sleep")
    return names


def _seconds_node(call, names):
    """What says how long this call sleeps, if that is what it does."""
    name = _called(call)
    if name in names:
        return call.args[0] if call.args else call.keywords[0].value
    # Of nothing: no descriptor, an event that nobody else knows.
    if (name == "select" and len(call.args) == 4
            and not any(getattr(one, "elts", [one]) for one in call.args[:3])):
        return call.args[3]
    of = getattr(call.func, "value", None)
    if (name == "wait" and call.args and isinstance(of, ast.Call)
            and _called(of) == "Event"):
        return call.args[0]
    return None


def _in_words(words):
    """A command given as a list of words."""
    for first, second in zip(words, words[1:]):
        if getattr(first, "value", None) == "sleep":
            yield second


def in_python(text, folders=()):
    """(line, what is written there) of each sleep that is too long, or of which
    nobody can tell how long it is. folders: where modules of ours lie."""
    tree = ast.parse(text)
    numbers, names = Numbers(tree, folders), _names_of_sleep(tree)
    found = []
    for node in ast.walk(tree):
        nodes = []
        if isinstance(node, ast.Call):
            seconds = _seconds_node(node, names)
            if seconds is not None:
                value = numbers.value(seconds)
                if value is None or value >= LIMIT_SECONDS:
                    found.append((node.lineno, ast.unparse(node)))
            nodes = list(_in_words(node.args))
        elif isinstance(node, (ast.List, ast.Tuple)):
            nodes = list(_in_words(node.elts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [(node.lineno, what) for _, what in in_text(node.value)]
        for seconds in nodes:
            value = numbers.value(seconds)
            # "sleep infinity" is for a process that is ended.
            if value is not None and LIMIT_SECONDS <= value < math.inf:
                found.append((node.lineno, ast.unparse(node)))
    return found


def in_text(text):
    """The same of a text in another language."""
    return [(text.count("\n", 0, match.start()) + 1, match[0])
            for pattern, unit in TEXT for match in pattern.finditer(text)
            if float(match[1]) * unit >= LIMIT_SECONDS]


def in_file(path, folders):
    """The same of a file, in whichever language it is."""
    text = Path(path).read_text(errors="replace")
    first = text.partition("\n")[0]
    if path.suffix == ".py":
        return in_python(text, folders)
    if path.suffix in (".c", ".h", ".lua", ".sh", ".bash") or (
            not path.suffix and first.startswith("#!")):
        return in_text(text)
    return []
