# SPDX-License-Identifier: MIT
"""A room builds by itself, and not with an include or a call that goes up or
sideways.

All of it happens in a copy of the sources, in which deliberate faults are put.
Nothing here needs an instance.
"""

import os
import shutil
import subprocess

import pytest

from instance.layout import ROOT

# What no room is built from.
NOT_COPIED = shutil.ignore_patterns(
    ".git", "build", "corpus", "__pycache__", "node_modules")


class Tree:
    """A copy of the sources, set up to be built."""

    def __init__(self, folder):
        self.source = folder / "source"
        self.build = folder / "build"
        shutil.copytree(ROOT, self.source, ignore=NOT_COPIED, symlinks=True)
        done = self._run("meson", "setup", self.build, self.source)
        assert done.returncode == 0, done.stdout

    @staticmethod
    def _run(*argv):
        compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
        return subprocess.run(
            [*map(str, argv)], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
            env={"CC": compiler, **os.environ})

    def targets(self):
        listed = self._run("ninja", "-C", self.build, "-t", "targets", "all")
        assert listed.returncode == 0, listed.stdout
        return [line.partition(":")[0] for line in listed.stdout.splitlines()]

    def make(self, *targets):
        return self._run("ninja", "-C", self.build, *targets)

    def make_with(self, text, path, *targets):
        """The same with the text put in front of a source."""
        source = self.source / path
        good = source.read_text()
        source.write_text(text + good)
        try:
            return self.make(*targets)
        finally:
            source.write_text(good)


@pytest.fixture(scope="module", name="tree")
def _tree(tmp_path_factory):
    return Tree(tmp_path_factory.mktemp("rooms"))


def libraries(tree):
    """One for each room that is no module of Dovecot's."""
    found = [target for target in tree.targets()
             if target.startswith("libalumni-") and target.endswith(".a")]
    assert len(found) > 15
    return found


def modules(tree):
    found = [target for target in tree.targets()
             if target.startswith("plugins/") and target.endswith(".so")]
    assert len(found) > 5
    return found


def checks(tree):
    found = [target for target in tree.targets()
             if target.rpartition("/")[2].startswith("room-")
             and not target.endswith((".o", ".p"))]
    assert len(found) == len(libraries(tree)) + len(modules(tree))
    return found


def test_each_room_builds_by_itself(tree):
    """Each is asked for alone, those that use others first: nothing that was
    built before helps."""
    assert not list(tree.build.glob("*.a"))
    for target in [*reversed(libraries(tree)), *modules(tree), *checks(tree)]:
        done = tree.make(target)
        assert done.returncode == 0, done.stdout
    done = tree.make("-n", "rooms")
    assert "no work to do" in done.stdout


QUOTA = "plugins/quota/lib20_alumni_quota_plugin.so"

MISSING = "fatal error: {}: No such file or directory"
NOT_FROM_THE_ROOT = "an include must name its file from the root"

# The source, what it includes, what is built, and what the build says.
INCLUDES = [
    # up
    ("lib/base/error.c", '"lib/login/login.h"', "libalumni-lib-base.a",
     MISSING),
    ("lib/base/error.c", '"protocol/names.h"', "libalumni-lib-base.a",
     MISSING),
    ("lib/mail/srs.c", '"lib/configuration/limits.h"', "libalumni-lib-mail.a",
     MISSING),
    ("protocol/values.c", '"lib/account/account.h"', "libalumni-protocol.a",
     MISSING),
    ("lib/store/store.c", '"lib/login/login.h"', "libalumni-lib-store.a",
     MISSING),
    ("milter/plan/envelope-plan.c", '"milter/session/session.h"',
     "libalumni-milter-plan.a", MISSING),
    # sideways
    ("milter/plan/envelope-plan.c", '"ctl/common/report.h"',
     "libalumni-milter-plan.a", MISSING),
    ("milter/plan/envelope-plan.c", '"lib/store/store.h"',
     "libalumni-milter-plan.a", MISSING),
    ("lib/directory/directory.c", '"lib/store/store.h"',
     "libalumni-lib-directory.a", MISSING),
    ("plugins/quota/limits.c", '"lib/store/store.h"', QUOTA, MISSING),
    ("plugins/quota/limits.c", '"plugins/dict/backend.h"', QUOTA, MISSING),
    # by a path, from the file or from the view
    ("lib/base/error.c", '"../account/tiers.h"', "libalumni-lib-base.a",
     NOT_FROM_THE_ROOT),
    ("lib/base/error.c", '"lib/base/../account/tiers.h"',
     "libalumni-lib-base.a", NOT_FROM_THE_ROOT),
    ("lib/base/error.h", '"./../account/tiers.h"', "libalumni-lib-base.a",
     NOT_FROM_THE_ROOT),
    ("lib/base/error.c", '<../../../source/lib/account/tiers.h>',
     "libalumni-lib-base.a", NOT_FROM_THE_ROOT),
    ("lib/base/error.c", '"/usr/include/../include/stdio.h"',
     "libalumni-lib-base.a", NOT_FROM_THE_ROOT),
    ("plugins/quota/limits.c", '"../trash/alumni-trash-plugin.h"', QUOTA,
     NOT_FROM_THE_ROOT),
    ("plugins/common/publisher.c", '"../trash/alumni-trash-plugin.h"',
     "plugins/common/libalumni-plugins-common.a", NOT_FROM_THE_ROOT),
]


@pytest.mark.parametrize("path,name,target,reason", INCLUDES)
def test_include_of_another_room_does_not_build(tree, path, name, target,
                                                reason):
    done = tree.make_with(f"#include {name}\n", path, target)
    assert done.returncode != 0
    assert reason.format(name.strip('<>"')) in done.stdout


CALL = "void *{0}(void); void *trespass(void); " \
    "void *trespass(void) {{ return {0}(); }}\n"
UNDEFINED = "undefined reference to `{}'"
OPEN = "calls rooms that are not in its row: {}"

# The source, what it calls, what is built, and what the build says.
CALLS = [
    ("lib/base/error.c", "login_decide", "room-lib-base", UNDEFINED),
    ("lib/mail/srs.c", "configuration_load", "room-lib-mail", UNDEFINED),
    ("protocol/values.c", "configuration_load", "room-protocol", UNDEFINED),
    ("milter/plan/forward-tag.c", "store_open", "room-milter-plan", UNDEFINED),
    ("milter/plan/forward-tag.c", "session_new", "room-milter-plan",
     UNDEFINED),
    ("plugins/quota/inbox.c", "store_open", "plugins/room-plugins-quota",
     OPEN),
    ("plugins/trash/alumni-trash-plugin.c", "login_decide",
     "plugins/room-plugins-trash", OPEN),
]


@pytest.mark.parametrize("path,name,target,reason", CALLS)
def test_call_of_another_room_does_not_link(tree, path, name, target, reason):
    done = tree.make_with(CALL.format(name), path, target)
    assert done.returncode != 0
    assert reason.format(name) in done.stdout


@pytest.mark.parametrize("text,path,target", [
    ('#include "lib/base/error.h"\n', "lib/mail/srs.c", "room-lib-mail"),
    ('#include "lib/account/tiers.h"\n', "milter/plan/forward-tag.c",
     "room-milter-plan"),
    ('#include "protocol/names.h"\n', "plugins/quota/inbox.c",
     "plugins/room-plugins-quota"),
    (CALL.format("srs_trespass").replace(
        "void *srs_trespass(void);",
        "void *srs_trespass(void); void *srs_trespass(void) { return 0; }"),
     "lib/base/error.c", "room-lib-base")])
def test_what_may_be_done_builds(tree, text, path, target):
    """The other tests fail for the reason that they name, and not because a
    source was changed."""
    done = tree.make_with(text, path, target)
    assert done.returncode == 0, done.stdout
