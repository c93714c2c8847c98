# SPDX-License-Identifier: MIT
"""Debian's postsrsd, the sender rewriting of others.

Version 1 (Debian 12) is two TCP tables of Postfix, version 2 (Debian 13) two
maps of one socketmap: each is asked in its own protocol.
"""

import contextlib
import re
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote

from instance.errors import InstanceError
from instance.ports import free_port
from instance.waiting import wait_until

START_SECONDS = 20
ANSWER_SECONDS = 20

VERSION_2_CONFIGURATION = """\
domains = {{ "{domain}" }}
srs-domain = "{domain}"
secrets-file = "{folder}/secret"
socketmap = unix:{folder}/socketmap
original-envelope = embedded
keep-alive = 600
unprivileged-user = ""
chroot-dir = ""
"""


@contextlib.contextmanager
def running(domain, secret):
    """Yields a Postsrsd that rewrites with this secret and domain."""
    with tempfile.TemporaryDirectory(prefix="postsrsd-", dir="/tmp") as path:
        folder = Path(path)
        folder.chmod(0o755)
        (folder / "secret").write_text(secret + "\n")
        usage = subprocess.run(["postsrsd", "-h"], text=True, check=False,
                               capture_output=True)
        if "-f<port>" in usage.stdout + usage.stderr:
            peer = _Version1(folder, domain)
        else:
            peer = _Version2(folder, domain)
        with open(folder / "log", "w") as log:
            process = subprocess.Popen(peer.argv, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
        try:
            wait_until(lambda: peer.answers() or process.poll() is not None,
                       START_SECONDS, "postsrsd to answer")
            if process.poll() is not None:
                raise InstanceError("postsrsd: "
                                    + (folder / "log").read_text())
            yield peer
        finally:
            peer.close()
            process.terminate()
            process.wait()


class _Postsrsd:
    """forward() and reverse() return the address made of this one, or None
    when it stays as it is; forward_map and reverse_map are for Postfix."""

    def __init__(self):
        self.connections = {}

    def answers(self):
        try:
            self.forward("probe@outside.example")
        except OSError:
            self.close()
            return False
        return True

    def forward(self, address):
        return self._ask("forward", address)

    def reverse(self, address):
        return self._ask("reverse", address)

    def _stream(self, name, family, address):
        if name not in self.connections:
            connection = socket.socket(family)
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(address)
            self.connections[name] = connection.makefile("rwb")
            connection.close()
        return self.connections[name]

    def close(self):
        for stream in self.connections.values():
            # What could not be written was for a server that is gone.
            with contextlib.suppress(OSError):
                stream.close()
        self.connections = {}


class _Version1(_Postsrsd):
    """tcp_table(5)."""

    def __init__(self, folder, domain):
        super().__init__()
        self.ports = {"forward": free_port(), "reverse": free_port()}
        self.argv = ["postsrsd", "-4", "-s", str(folder / "secret"), "-d",
                     domain, "-f", str(self.ports["forward"]), "-r",
                     str(self.ports["reverse"])]
        self.forward_map = f"tcp:127.0.0.1:{self.ports['forward']}"
        self.reverse_map = f"tcp:127.0.0.1:{self.ports['reverse']}"

    def _ask(self, name, address):
        stream = self._stream(name, socket.AF_INET,
                              ("127.0.0.1", self.ports[name]))
        stream.write(f"get {quote(address, safe='@=+-._')}\n".encode())
        stream.flush()
        code, _, text = stream.readline().decode().strip().partition(" ")
        return unquote(text) if code == "200" else None


class _Version2(_Postsrsd):
    """socketmap_table(5)."""

    def __init__(self, folder, domain):
        super().__init__()
        self.path = str(folder / "socketmap")
        configuration = folder / "postsrsd.conf"
        configuration.write_text(VERSION_2_CONFIGURATION.format(
            domain=domain, folder=folder))
        self.argv = ["postsrsd", "-C", str(configuration)]
        self.forward_map = f"socketmap:unix:{self.path}:forward"
        self.reverse_map = f"socketmap:unix:{self.path}:reverse"

    def _ask(self, name, address):
        stream = self._stream("both", socket.AF_UNIX, self.path)
        request = f"{name} {address}".encode()
        stream.write(b"%d:%s," % (len(request), request))
        stream.flush()
        length = re.match(rb"\d+", stream.read1(1))
        digits = length[0] if length else b""
        while (octet := stream.read(1)).isdigit():
            digits += octet
        if octet != b":":
            raise InstanceError("postsrsd answers no netstring")
        status, _, text = stream.read(int(digits)).decode().partition(" ")
        stream.read(1)
        return text if status == "OK" else None
