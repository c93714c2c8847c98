# SPDX-License-Identifier: MIT
"""House rules on documents, and on the comments of headers."""

import os
import re
import unicodedata

from lint.c_text import tags
from lint.check import TreeCheck

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TICKED = re.compile(r"`([^`\n]+)`")
TYPE_ENDS = re.compile(r"};$|(struct|union|enum) \w+;$")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# What looks like a path of ours: it begins with a folder of ours, or has the
# ending of a source.
PATH = re.compile(r"^[\w.*-]+(/[\w.*-]+)*/?$")
ENDINGS = (".c", ".h", ".py", ".md", ".in", ".php", ".inc", ".lua", ".build")


class Links(TreeCheck):
    """A link of a document, and a path in it, lead somewhere."""
    name = "links"

    def files(self, tree):
        return tree.paths

    def look(self, tree, paths):
        found = []
        for path in tree.documents:
            text = FENCE.sub(lambda match: "\n" * match.group().count("\n"),
                             tree.text(path))
            for number, line in enumerate(text.split("\n"), 1):
                place = f"{path}:{number}"
                found += [f"{place}: the link {target} leads nowhere"
                          for target in LINK.findall(line)
                          if not leads(tree, path, target)]
                found += [f"{place}: there is no {name}"
                          for name in TICKED.findall(line)
                          if is_path(tree, name)
                          and not is_there(tree, path, name)]
        return found


def leads(tree, path, target):
    """Whether the target of a link in the document `path` is there."""
    if re.match(r"[a-z]+:", target):
        return True
    file, _, anchor = target.partition("#")
    if file:
        path = os.path.normpath(os.path.join(os.path.dirname(path), file))
        if not tree.exists(path):
            return False
    return not anchor or anchor in anchors(tree.text(path))


def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    found = set()
    for heading in re.findall(r"^#+\s+(.*)$", text, re.MULTILINE):
        kept = [letter for letter in heading.strip().lower()
                if letter in " -_"
                or unicodedata.category(letter)[0] in "LN"]
        found.add("".join(kept).replace(" ", "-"))
    return found


def is_path(tree, name):
    """Whether a name in backticks is meant as a path of the repository."""
    if not PATH.match(name) or name.startswith("build/"):
        return False
    first = name.split("/")[0]
    return "/" in name and (first in tree.folders
                            or tree.exists(first)) or (
        "/" in name and name.endswith(ENDINGS))


def is_there(tree, document, name):
    """Whether a path is one of the repository, or of the document's folder.

    A * and a word in capitals stand for anything. What is made from a
    template counts as there.
    """
    pattern = re.sub(r"\\\*|(?<![A-Za-z])[A-Z]{3,}(?![a-z])", "[^/]*",
                     re.escape(name.rstrip("/")))
    folder = re.escape(os.path.dirname(document) + "/")
    wanted = re.compile(rf"({folder})?{pattern}(\.in)?$")
    return any(wanted.match(path) for path in (*tree.paths, *tree.folders))


class Contracts(TreeCheck):
    """A declaration in a header has a comment, or its group has one.

    A group is declarations that follow each other without an empty line, and
    those below a type that has a comment.
    """
    name = "contracts"
    packages = ("universal-ctags",)

    def files(self, tree):
        return tree.ending(".h")

    def look(self, tree, paths):
        found = []
        for tag in tags(tree, paths):
            if tag.kind == "prototype" and not has_contract(
                    tree.lines(tag.path), tag.line):
                found.append(f"{tag.path}:{tag.line}: {tag.name} has no "
                             "contract")
        return found


def has_contract(lines, line):
    """Whether the group that a declaration is in has a comment."""
    start = line - 1
    while start > 0 and lines[start - 1].strip():
        start -= 1
        if lines[start].rstrip().endswith("*/"):
            return True
    above = lines[start - 2] if start > 1 else ""
    return bool(TYPE_ENDS.match(above)) and has_contract(lines, start - 1)
