# SPDX-License-Identifier: MIT
"""The files of the repository, as git knows them, and what is in them."""

import functools
import hashlib
import re
import subprocess
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


class Tree:
    """The work tree below `root`: tracked files, and new ones not ignored."""

    def __init__(self, root):
        self.root = Path(root)
        self._closures = {}
        listed = subprocess.run(
            ["git", "-C", str(self.root), "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"],
            capture_output=True, check=True, text=True).stdout
        self.paths = sorted({
            path for path in listed.split("\0")
            if path and (self.root / path).is_file()
            and not (self.root / path).is_symlink()})

    @functools.lru_cache(maxsize=None)
    def content(self, path):
        return (self.root / path).read_bytes()

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        return self.content(path).decode(errors="replace")

    def lines(self, path):
        return self.text(path).splitlines()

    @functools.lru_cache(maxsize=None)
    def digest(self, path):
        return hashlib.sha256(self.content(path)).hexdigest()

    def ending(self, *suffixes):
        """The paths that end in one of `suffixes`."""
        return [path for path in self.paths if path.endswith(suffixes)]

    def below(self, *folders):
        return [path for path in self.paths
                if path.startswith(tuple(f"{folder}/" for folder in folders))]

    def scripts(self, interpreter):
        """The paths whose first line names an interpreter of that name."""
        first = re.compile(rb"#!.*\b" + interpreter.encode() + rb"\b")
        return [path for path in self.paths if first.match(self.content(path))]

    @property
    def c(self):
        return self.ending(".c", ".h")

    @property
    def python(self):
        return self.ending(".py")

    @property
    def shell(self):
        return sorted({*self.ending(".sh", ".bash"), *self.scripts("sh"),
                       *self.scripts("bash")})

    @property
    def documents(self):
        return self.ending(".md")

    def included(self, path):
        """The headers of ours that a file includes itself."""
        return [name for name in INCLUDE.findall(self.text(path))
                if name in self._known]

    @functools.cached_property
    def _known(self):
        return set(self.paths)

    def with_headers(self, path):
        """A file, and every header of ours that it comes to include."""
        if path not in self._closures:
            found, todo = {path}, [path]
            while todo:
                for header in self.included(todo.pop()):
                    if header not in found:
                        found.add(header)
                        todo.append(header)
            self._closures[path] = sorted(found)
        return self._closures[path]

    def exists(self, path):
        """Whether there is a file or a folder of the repository there."""
        path = path.rstrip("/")
        return path in self._known or path in self.folders

    @functools.cached_property
    def folders(self):
        return {str(parent) for path in self.paths
                for parent in Path(path).parents} - {"."}
