# SPDX-License-Identifier: MIT
"""The accounts that an instance begins with, named for what they show."""

import subprocess

from . import control, university
from .errors import InstanceError

DIRECTORY = "university"

# The options of `alumnictl account add`, and further commands. The alumni
# password of each is NAME-alumni.
ACCOUNTS = {
    "postmaster": (["--quota", "unlimited"], []),
    "alumna": ([], []),
    "small": (["--quota", "2M"], []),
    "copy": ([], [["forward", "set", "copy", "copy@outside.example"]]),
    "away": ([], [["forward", "set", "away", "away@outside.example",
                   "--no-copy"]]),
}


def entry_id(ldap_port, admin_password, name):
    """The entryUUID of a directory entry."""
    done = subprocess.run(
        ["ldapsearch", "-x", "-LLL", "-H", f"ldap://127.0.0.1:{ldap_port}",
         "-y", "/dev/stdin", "-D", university.ADMIN_DN, "-b",
         university.BASE, f"(uid={name})", "entryUUID"],
        input=admin_password, env={"PATH": "/usr/bin:/bin",
                                   "LDAPNOINIT": "1"},
        text=True, capture_output=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("entryUUID: "):
            return line.split()[1]
    raise InstanceError(f"the directory has no entry {name}: {done.stderr}")


def make(layout, alumnictl, leaver_id):
    """Creates the store and the accounts, unless an earlier start has."""
    complete = layout.store / "people.complete"
    control.run(layout, [*alumnictl, "store", "init"])
    control.run(layout, [*alumnictl, "password-key", "init"])
    if complete.exists():
        return
    accounts = {
        **ACCOUNTS,
        # Left the university, so that its password opens nothing any more.
        "leaver": (["--directory", DIRECTORY, "--directory-id", leaver_id],
                   []),
    }
    listed = control.run(layout, [*alumnictl, "account", "list"])
    there = {line.split()[0] for line in listed.splitlines() if line.strip()}
    for name, (options, commands) in accounts.items():
        if name not in there:
            control.run(layout, [*alumnictl, "account", "add", name,
                                 *options])
        control.run(layout, [*alumnictl, "password", "set", name],
                    text=f"{name}-alumni\n")
        for command in commands:
            control.run(layout, [*alumnictl, *command])
    complete.touch()
