# SPDX-License-Identifier: MIT
"""Users and groups of the instance: the machine's, and ours besides.

They are in files that are bound over /etc/passwd and /etc/group inside, so
that the machine itself gets no new user.
"""

import grp
import os
import pwd

OUR_GROUPS = ("vmail", "alumnimail", "alumniauth")
# Users, each in the group of its name.
OUR_USERS = ("vmail", "alumnimail")
# Above what Debian gives to system users, below people's.
IDS = range(990, 400, -1)


def write(layout):
    """Writes both files, with the ids that an earlier start gave."""
    groups = {entry.gr_name: entry.gr_gid for entry in grp.getgrall()}
    taken = {entry.pw_uid for entry in pwd.getpwall()} | set(groups.values())
    free = (number for number in IDS if number not in taken)
    ids = {name: groups[name] if name in groups else next(free)
           for name in OUR_GROUPS}
    ids.update(_earlier(layout))
    _append(layout.group, "/etc/group",
            [(name, f"{name}:x:{ids[name]}:") for name in OUR_GROUPS])
    _append(layout.passwd, "/etc/passwd",
            [(name, f"{name}:x:{ids[name]}:{ids[name]}::/nonexistent:"
                    "/usr/sbin/nologin") for name in OUR_USERS])
    return ids


def _earlier(layout):
    try:
        lines = layout.group.read_text().splitlines()
    except OSError:
        return {}
    entries = [line.split(":") for line in lines]
    return {entry[0]: int(entry[2]) for entry in entries
            if entry[0] in OUR_GROUPS}


def _append(path, original, entries):
    with open(original) as file:
        lines = [line for line in file.read().splitlines()
                 if line.partition(":")[0] not in dict(entries)]
    lines += [line for _, line in entries]
    # In place, not renamed: an earlier start may have bound this very file.
    path.write_text("\n".join(lines) + "\n")
    os.chmod(path, 0o644)


def uid(name):
    """Uid of one of the machine's users."""
    return pwd.getpwnam(name).pw_uid


def gid(name):
    """Gid of one of the machine's groups."""
    return grp.getgrnam(name).gr_gid
