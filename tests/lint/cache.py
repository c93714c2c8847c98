# SPDX-License-Identifier: MIT
"""Results of checks, kept by the content of what they were given."""

import json
import os
import time
from pathlib import Path

KEEP_SECONDS = 14 * 24 * 3600


class Cache:
    """One file a result, named for a hash of everything it depends on."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def get(self, check, key):
        """The complaints of that time, or None."""
        path = self.folder / check / key
        try:
            complaints = json.loads(path.read_text())
            os.utime(path)
        except (OSError, ValueError):
            return None
        return complaints

    def put(self, check, key, complaints):
        path = self.folder / check / key
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(complaints))
        new.rename(path)

    def prune(self):
        """Forgets what nobody asked for in a fortnight."""
        oldest = time.time() - KEEP_SECONDS
        for path in self.folder.glob("*/*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
