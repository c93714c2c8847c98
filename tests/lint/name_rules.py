# SPDX-License-Identifier: MIT
"""House rules on names: each one that is written down leads to something."""

import re

from lint.c_text import WORD, code, comments, tags
from lint.check import TreeCheck, call

# Functions that somebody finds by their name at run time, not by calling them.
# libmilter gets our sigwait() in place of libc's.
FOUND_BY_NAME = re.compile(
    r"^(main|sigwait|LLVMFuzzer\w+|\w+_plugin_(init|deinit)|"
    r"(authdb|dict|doveadm)_alumni\w*_(init|deinit))$")
# Headers that are included for the headers that they bring.
UMBRELLAS = {"plugins/common/dovecot-glue.h"}
FORWARD = re.compile(r"^(?:struct|union|enum) (\w+);", re.MULTILINE)
# An identifier that a macro makes of its argument: before_##name##_after.
JOINED = re.compile(r"\b\w+##\w+(?:##\w+)?")
CALL = re.compile(r"\b([A-Za-z_]\w*)\(\)")
SNAKE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
FILE = re.compile(r"(?<![\w/.<*-])((?:[\w-]+/)*[\w-]+\.(?:c|h|py))\b(?![\w/-])")
# ctl/doctor/GROUP.c stands for many.
PLACEHOLDER = re.compile(r"(?<![A-Za-z])[A-Z]{3,}(?![a-z])")
OTHERS = "tests/lint/names-of-others.txt"


class DeadFunctions(TreeCheck):
    """A function that others could call is called by one, or is static."""
    name = "unused-functions"
    packages = ("universal-ctags",)

    def files(self, tree):
        return tree.c

    def look(self, tree, paths):
        found = tags(tree, paths)
        macros = {tag.name for tag in found if tag.kind == "macro"}
        defined = [tag for tag in found
                   if tag.kind == "function" and not tag.local
                   and tag.path.endswith(".c") and tag.name not in macros
                   and not FOUND_BY_NAME.match(tag.name)]
        declared = {(tag.path, tag.line) for tag in found
                    if tag.kind == "prototype"}
        users = {}
        for path in paths:
            for number, line in enumerate(code(tree.text(path)).split("\n"),
                                          1):
                if (path, number) in declared:
                    line = line.split("(")[-1]
                for word in WORD.findall(line):
                    users.setdefault(word, set()).add(path)
        return [f"{tag.path}:{tag.line}: nobody outside calls {tag.name}"
                for tag in defined
                if not users.get(tag.name, set()) - {tag.path}]


class UnusedIncludes(TreeCheck):
    """Of a header that is included, a name is used."""
    name = "unused-includes"
    packages = ("universal-ctags",)

    def files(self, tree):
        return tree.c

    def look(self, tree, paths):
        names = {path: set(FORWARD.findall(tree.text(path)))
                 for path in tree.ending(".h")}
        for tag in tags(tree, tree.ending(".h")):
            if not tag.name.startswith("__anon"):
                names[tag.path].add(tag.name)
        found = []
        for path in tree.ending(".c"):
            text = code(tree.text(path), strings=True)
            words = set(WORD.findall(text))
            for header in tree.included(path):
                own = header.rsplit(".", 1)[0] == path.rsplit(".", 1)[0]
                if not (own or header in UMBRELLAS or words & names[header]
                        or pasted(text, names[header])):
                    found.append(f"{path}:{line_of(text, header)}: uses "
                                 f"nothing of {header}")
        return found


def pasted(text, names):
    """Whether a macro of the text can put one of the names together."""
    patterns = [re.sub(r"##\w+(##)?", r"\\w+", joined)
                for joined in JOINED.findall(text)]
    return any(re.fullmatch(pattern, name)
               for pattern in patterns for name in names)


def line_of(text, header):
    return text[:text.find(f'"{header}"')].count("\n") + 1


class CommentNames(TreeCheck):
    """A comment names no function and no file that is not there.

    A name is known when it stands in code, in a file that is neither C nor a
    document, in a system header, or in the list of names of others.
    """
    name = "names-in-comments"
    settings = (OTHERS,)

    def files(self, tree):
        return [path for path in tree.paths if not path.endswith(".md")]

    def look(self, tree, paths):
        known = self.known(tree, paths)
        basenames = {path.rsplit("/", 1)[-1] for path in tree.paths}
        known |= {name.split(".")[0] for name in basenames}
        unknown = {}
        for path in tree.c:
            for line, comment in comments(tree.text(path)):
                for offset, text in enumerate(comment.split("\n")):
                    place = f"{path}:{line + offset}"
                    for name in {*CALL.findall(text), *SNAKE.findall(text)}:
                        if name not in known:
                            unknown.setdefault(name, []).append(place)
                    for name in FILE.findall(text):
                        if not (tree.exists(name) or name in basenames
                                or PLACEHOLDER.search(name)):
                            unknown.setdefault(name, []).append(place)
        for name in in_system_headers(tree, unknown):
            unknown.pop(name, None)
        return [f"{place}: there is no {name}"
                for name, places in unknown.items() for place in places]

    @staticmethod
    def known(tree, paths):
        words = set(tree.lines(OTHERS)) if tree.exists(OTHERS) else set()
        for path in paths:
            text = tree.text(path)
            if path.endswith((".c", ".h")):
                text = code(text, strings=True)
            words.update(WORD.findall(text))
        return words


def in_system_headers(tree, names):
    """Those of the names that stand in a header of the system, or are one."""
    if not names:
        return set()
    words = [f"-e{name}" for name in names]
    done = call(tree, ["grep", "-rhowF", "--include=*.h", *words,
                       "/usr/include"])
    return set(done.stdout.split())
