# SPDX-License-Identifier: MIT
"""The same Dovecot without our mail plugins, beside that of an instance.

It has the instance's configuration with folders and ports of its own, the same
store behind its logins, and stock quota. Our mail plugins alone are missing.
"""

import contextlib
import shutil
import socket

from bench import mail_system
from instance import configuration
from instance.layout import Layout
from peers.postsrsd import free_port

WITHOUT_OURS = {
    "2.3": """\
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
protocol lmtp {
  mail_plugins = quota sieve
}
""",
    "2.4": """\
mail_plugins {
  alumni_quota = no
  alumni_trash = no
  alumni_selfservice = no
}
""",
}


class Side:
    """What a benchmark reaches of a Dovecot."""

    def __init__(self, name, lmtp, imaps):
        self.name = name
        self.lmtp = lmtp
        self.imaps = imaps


def ours(instance):
    return Side("ours", instance.endpoints["lmtp"],
                instance.endpoints["imaps"][1])


def _write(instance, folder, ports):
    """Renders the configuration; returns that of the LMTP socket."""
    layout = Layout(instance.state)
    spool = folder / "spool"
    for path in (spool / "private", folder / "run", folder / "state"):
        path.mkdir(mode=0o755, parents=True)
    etc = folder / "etc"
    values = folder / "values"
    values.write_text(layout.values.read_text() + "".join(
        f"{name} = {value}\n" for name, value in {
            "dovecot_run": folder / "run",
            "dovecot_state": folder / "state",
            "dovecot_log": folder / "log",
            "postfix_spool": spool,
            "imaps_port": ports[0],
            "pop3s_port": ports[1],
        }.items()))
    layout.values = values
    version = configuration.dovecot_version()
    configuration.render_folder(layout, f"dovecot-{version}", etc)
    (etc / "local.conf").write_text(WITHOUT_OURS[version])
    return etc / "dovecot.conf", str(spool / "private/dovecot-lmtp")


def _listens(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


@contextlib.contextmanager
def running(instance):
    """Yields the Side of it."""
    folder = instance.state / "plain"
    ports = free_port(), free_port()
    main, lmtp = _write(instance, folder, ports)
    with mail_system.program(
            [*instance.endpoints["enter"], "dovecot", "-F", "-c", main],
            lambda: _listens(lmtp)):
        yield Side("peer", lmtp, ports[0])
    shutil.rmtree(folder)
