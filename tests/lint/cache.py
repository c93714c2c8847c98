# SPDX-License-Identifier: MIT
"""What was found in order, kept by the content of what was looked at.

Complaints are not kept: what was wrong may not have been in the files, as when
the build is set up anew meanwhile.
"""

import os
import time
from pathlib import Path

KEEP_SECONDS = 14 * 24 * 3600


class Cache:
    """One empty file a result, named for a hash of all that it depends on."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def has(self, check, key):
        """Whether a check found nothing to complain of."""
        try:
            os.utime(self.folder / check / key)
        except OSError:
            return False
        return True

    def put(self, check, key):
        path = self.folder / check / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def prune(self):
        """Forgets what nobody asked for in a fortnight."""
        oldest = time.time() - KEEP_SECONDS
        for path in self.folder.glob("*/*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
