# SPDX-License-Identifier: MIT
"""The mail server of another site: a Postfix of its own, with its own queue.

It takes every address of its domain in the dialogue, as servers behind a
backup do, and returns what it has no mailbox for.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from instance.errors import InstanceError
from instance.ports import free_port
from instance.waiting import wait_until

DOMAIN = "college.example"
HOSTNAME = f"mx.{DOMAIN}"
SECONDS = 60

MAIN_CF = """\
compatibility_level = 3.6
myhostname = {hostname}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
relayhost = [127.0.0.1]:{next_port}
smtpd_peername_lookup = no
smtp_tls_security_level = none
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_reject_unlisted_recipient = no
smtputf8_enable = yes
"""

MASTER_CF = """\
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
smtp unix - - n - - smtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class SecondPostfix:
    """port: where it listens; box(name): what a mailbox holds."""

    def __init__(self, folder, mailboxes, next_port):
        self.folder = folder
        self.port = free_port()
        nobody, postfix = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        for name, owner in (("etc", None), ("spool", None), ("data", postfix),
                            ("mail", nobody)):
            path = folder / name
            path.mkdir(mode=0o755)
            if owner is not None:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        (folder / "etc/mailboxes").write_text("".join(
            f"{name}@{DOMAIN} {name}\n" for name in mailboxes))
        (folder / "etc/main.cf").write_text(MAIN_CF.format(
            folder=folder, domain=DOMAIN, hostname=HOSTNAME,
            next_port=next_port, uid=nobody.pw_uid, gid=nobody.pw_gid))
        (folder / "etc/master.cf").write_text(
            MASTER_CF.format(port=f"127.0.0.1:{self.port}"))
        self.process = subprocess.Popen(
            ["postfix", "-c", folder / "etc", "start-fg"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(folder / "errors").open("w"))

    def answers(self):
        if self.process.poll() is not None:
            raise InstanceError("the second Postfix ended: " + self.log())
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.port)) as probe:
                return probe.recv(3) == b"220"
        return False

    def log(self):
        return "".join(path.read_text() for path in
                       (self.folder / "errors", self.folder / "log")
                       if path.exists())

    def box(self, name):
        path = self.folder / "mail" / name
        return path.read_bytes() if path.exists() else b""

    def close(self):
        # What was started is a shell, whose end would leave master(8) behind.
        subprocess.run(["postfix", "-c", self.folder / "etc", "stop"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        self.process.wait(SECONDS)


@contextlib.contextmanager
def running(mailboxes, next_port):
    """Yields a SecondPostfix with these mailboxes, which hands everything for
    other domains to a server of this machine."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        server = SecondPostfix(folder, mailboxes, next_port)
        try:
            wait_until(server.answers, SECONDS, "the second Postfix")
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder)
