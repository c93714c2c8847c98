# SPDX-License-Identifier: MIT
"""C source as text: its comments, its code, and what ctags finds in it."""

import dataclasses
import json
import re

from lint.check import call

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)
WORD = re.compile(r"[A-Za-z_]\w*")


def comments(text):
    """(line number, text) of each comment."""
    line, at = 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match.group().startswith("/"):
            yield line, match.group()


def code(text, strings=False):
    """The text with its comments blanked, and its strings unless wanted.

    Line numbers stay as they are. Paths of includes stay, too.
    """
    def blank(match):
        token = match.group()
        if token.startswith("/"):
            return "\n" * token.count("\n") or " "
        return token if strings else token[0] + token[-1]
    return TOKEN.sub(blank, text)


@dataclasses.dataclass(frozen=True)
class Tag:
    """Something that a file defines or declares."""
    name: str
    path: str
    # As ctags calls it: function, prototype, macro, struct, ...
    kind: str
    line: int
    end: int
    # Static: nobody outside the file sees it.
    local: bool


def tags(tree, paths, kinds="+px"):
    """The tags of C files."""
    done = call(tree, [
        "ctags", "--output-format=json", "--languages=C", "--map-C=+.h",
        f"--kinds-C={kinds}", "--fields=+neKS", "-f", "-", *paths])
    found = []
    for line in done.stdout.splitlines():
        tag = json.loads(line)
        found.append(Tag(
            tag["name"], tag["path"], tag["kind"], tag["line"],
            tag.get("end", tag["line"]), tag.get("file", False)))
    return found
