# SPDX-License-Identifier: MIT
"""The table of all checks, in the order in which they are run."""

from lint.c_tools import Analyzer, ClangTidy, Cppcheck
from lint.document_rules import Contracts, Links
from lint.form_rules import (FileLengths, FunctionLengths, Guards, Includes,
                             Spdx)
from lint.formatters import Autopep8, ClangFormat, Whitespace
from lint.name_rules import CommentNames, DeadFunctions, UnusedIncludes
from lint.text_tools import (Codespell, Flake8, Lua, Mandoc, Php, Phpcs,
                             Shellcheck)

CHECKS = [
    ClangFormat(),
    Autopep8(),
    Whitespace(),
    Shellcheck(),
    Flake8(),
    Php(),
    Phpcs(),
    Lua(),
    Codespell(),
    Mandoc(),
    Spdx(),
    Includes(),
    Guards(),
    FileLengths(),
    FunctionLengths(),
    Contracts(),
    Links(),
    CommentNames(),
    DeadFunctions(),
    UnusedIncludes(),
    Cppcheck(),
    ClangTidy(),
    Analyzer(),
]
