# SPDX-License-Identifier: MIT
"""What alumni-milter needs to run with a store and nothing else: for tests
that want it alone, and for benchmarks."""

import shutil
import subprocess

from .errors import InstanceError
from .layout import BUILD

DOMAIN = "alumni.example"
# Who the daemon becomes.
USER = "nobody"
GROUP = "nogroup"

CONFIGURATION = """\
domains = {{ "{domain}" }}
store = "sqlite:{folder}/store"
srs_secret_file = "{folder}/srs.secret"
milter_user = "{user}"
milter_socket = "{folder}/run/milter.sock"
maps_socket = "{folder}/run/maps.sock"
socket_group = "{group}"
class "alumni" {{ quota = "2G" }}
"""


class Place:
    """A folder with configuration, secret and an empty store. build is the
    kind of build whose programs work on it."""

    def __init__(self, folder, build, further=""):
        self.folder = folder
        self.programs = BUILD / build
        self.config = folder / "alumnimail.conf"
        self.text = CONFIGURATION.format(domain=DOMAIN, folder=folder,
                                         user=USER, group=GROUP) + further
        folder.chmod(0o755)
        self.config.write_text(self.text)
        self.alumnictl("srs", "init")
        self.alumnictl("store", "init")
        self.give_away()

    def alumnictl(self, *arguments):
        done = subprocess.run([self.programs / "ctl/alumnictl", "--config",
                               self.config, *arguments], text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise InstanceError(
                f"alumnictl {' '.join(arguments)}: {done.stderr}")

    def give_away(self):
        """Makes the store the daemon's, with all that was put there."""
        store = self.folder / "store"
        for path in (store, *store.rglob("*")):
            shutil.chown(path, USER, GROUP)
