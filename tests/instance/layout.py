# SPDX-License-Identifier: MIT
"""Where everything of an instance lies, and what its folder must be like."""

import os
import re
import stat
from pathlib import Path

from .errors import InstanceError

ROOT = Path(__file__).resolve().parent.parent.parent
# Each release of Debian builds in a folder of its own; see ./dev.
BUILD = Path(os.environ.get("ALUMNIMAIL_BUILD", ROOT / "build"))

DOMAIN = "alumni.example"
SECOND_DOMAIN = "second.example"
HOSTNAME = "mail.alumni.example"
WEBMAIL_HOSTNAME = "webmail.alumni.example"

# sockaddr_un.sun_path, with the NUL.
SOCKET_PATH_BYTES = 108
# The longest socket name that a server makes below the folder.
LONGEST_SOCKET = "run/dovecot/replication-notify-fifo"

# Anything else means something to one of the configuration languages.
ALLOWED_PATH = re.compile(r"[A-Za-z0-9._/+-]+")


class Layout:
    """Paths below the folder of an instance."""

    def __init__(self, folder):
        # Resolved, because /proc shows resolved paths when processes of the
        # instance are looked for.
        self.folder = Path(os.path.realpath(folder))
        self._place_control()
        self._place_configuration()
        self._place_data()

    def _place_control(self):
        self.lock = self.folder / "lock"
        self.holder_state = self.folder / "holder.json"
        self.holder_socket = self.folder / "holder.sock"
        self.endpoints = self.folder / "endpoints.json"
        self.services = self.folder / "services.json"
        self.values = self.folder / "values"
        self.log = self.folder / "log"
        self.sanitizer_log = self.log / "sanitizer"

    def _place_configuration(self):
        self.etc = self.folder / "etc"
        self.passwd = self.etc / "passwd"
        self.group = self.etc / "group"
        self.config_dir = self.etc / "alumnimail"
        self.config = self.config_dir / "alumnimail.conf"
        self.srs_secret = self.config_dir / "srs.secret"
        self.password_key = self.config_dir / "password.key"
        self.password_public_key = self.config_dir / "password.pub"
        self.directory_secret = self.config_dir / "directory.secret"
        self.dovecot_etc = self.etc / "dovecot"
        self.postfix_etc = self.etc / "postfix"
        self.rspamd_wanted = self.folder / "rspamd.wanted"
        self.for_tests = self.folder / "for-tests"
        self.rspamd_etc = self.etc / "rspamd"
        self.dkim_keys = self.config_dir / "dkim"
        self.zone = self.etc / "zone"
        self.slapd_etc = self.etc / "slapd"
        self.nginx_etc = self.etc / "nginx"
        self.php_etc = self.etc / "php"
        self.roundcube_etc = self.etc / "roundcube"
        self.autoconfig = self.etc / "autoconfig"
        self.tls = self.etc / "tls"
        self.ca = self.tls / "ca.pem"
        self.cert = self.tls / "cert.pem"
        self.key = self.tls / "key.pem"

    def _place_data(self):
        self.modules = self.folder / "modules"
        self.run = self.folder / "run"
        self.dovecot_run = self.run / "dovecot"
        self.login_state = self.run / "alumnimail"
        self.webmail_socket = self.run / "webmail.sock"
        self.dovecot_state = self.folder / "dovecot-state"
        self.postfix_data = self.folder / "postfix-data"
        self.spool = self.folder / "spool"
        self.milter_run = self.spool / "alumnimail"
        self.rspamd_spool = self.spool / "rspamd"
        self.rspamd_run = self.run / "rspamd"
        self.rspamd_data = self.folder / "rspamd-data"
        self.store = self.folder / "store"
        self.mail = self.folder / "mail"
        self.ldap = self.folder / "ldap"
        self.outside = self.folder / "outside"
        self.webmail = self.folder / "webmail"
        self.webmail_plugins = self.webmail / "plugins"

    def log_of(self, service):
        """The log file of a server."""
        return self.log / f"{service}.log"

    def check(self):
        """Raises InstanceError when no instance can live in the folder."""
        path = str(self.folder)
        if not ALLOWED_PATH.fullmatch(path):
            raise InstanceError(
                f"{path}: the folder's path may consist of letters, digits "
                "and . _ / + - only, since it goes into configuration files; "
                "choose another --state")
        room = SOCKET_PATH_BYTES - 1 - len(os.fsencode(
            str(self.folder / LONGEST_SOCKET)))
        if room < 0:
            raise InstanceError(
                f"{path}: the path is {-room} characters too long for the "
                f"sockets in it ({SOCKET_PATH_BYTES - 1} at most); choose a "
                "shorter --state, such as one right below /tmp")
        for parent in self.folder.parents:
            if not parent.exists():
                continue
            if not parent.is_dir():
                raise InstanceError(f"{parent}: is not a folder; choose "
                                    "another --state")
            if not parent.stat().st_mode & stat.S_IXOTH:
                raise InstanceError(
                    f"{parent}: the servers' users cannot pass through this "
                    f"folder; run `chmod o+x {parent}`, or choose another "
                    "--state")
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise InstanceError(f"{path}: is not a folder")
        if any(self.folder.iterdir()) and not self.lock.exists():
            raise InstanceError(
                f"{path}: the folder is not empty and holds no instance; "
                "choose a new or an empty one")

    def make(self):
        """Creates the folder, passable for the servers' users."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.folder.chmod(0o755)


def is_instance(folder):
    """True if an instance was once made in this folder."""
    return Layout(folder).lock.exists()
