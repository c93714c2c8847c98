# SPDX-License-Identifier: MIT
"""alumni-milter alone, with a store and a service manager's socket of its own,
and the milter protocol as far as it takes to ask it about a recipient."""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from instance.lone_milter import Place
from instance.ports import free_port
from instance.waiting import wait_until

SECONDS = 90


class Daemon:
    """The program with a store and a service manager's socket of its own.
    Where memory is measured, it is to be that of the plain build."""

    def __init__(self, folder, build="sanitize"):
        self.folder = Path(folder)
        self.log = self.folder / "log"
        self.process = None
        self.port = None
        place = Place(self.folder, build)
        self.config = place.config
        self.text = place.text
        self.alumnictl = place.alumnictl
        # A copy, so that nobody can run it wherever the checkout is.
        self.program = self.folder / "alumni-milter"
        shutil.copy(place.programs / "milter/alumni-milter", self.program)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(self.folder / "notify"))
        (self.folder / "notify").chmod(0o666)
        self.manager.settimeout(SECONDS)

    def start(self, before=(), **environment):
        """Runs the program, by the command before it if there is one."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*before, self.program, "--config", self.config], stderr=log,
                env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify"),
                     "ASAN_OPTIONS": "detect_leaks=1:exitcode=99",
                     **environment})

    def listen_for_metrics(self):
        self.port = free_port()
        self.config.write_text(
            f'metrics_listen = "127.0.0.1:{self.port}"\n' + self.text)

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics",
                                    timeout=SECONDS) as answer:
            text = answer.read().decode()
        return float(re.search(rf"(?m)^alumni_milter_{name} (\S+)$", text)[1])

    def told(self, word):
        """Waits until the manager is told this."""
        while True:
            text = self.manager.recv(4096).decode()
            if word in text:
                return text

    def hear(self):
        """Takes what the manager was told, or it could be told no more."""
        while select.select([self.manager], [], [], 0)[0]:
            self.manager.recv(4096)

    def threads(self):
        """Their ids; none once the process has ended."""
        try:
            return [int(name) for name in
                    os.listdir(f"/proc/{self.process.pid}/task")]
        except FileNotFoundError:
            return []

    def taking(self, number):
        """The threads that a signal to the process can be given to."""
        found = set()
        for thread in self.threads():
            status = Path(f"/proc/{self.process.pid}/task/{thread}/status")
            blocked = int(re.search(r"SigBlk:\s*(\w+)",
                                    status.read_text())[1], 16)
            if not blocked >> (number - 1) & 1:
                found.add(thread)
        return found

    def logged(self, word):
        wait_until(lambda: word in self.log.read_text(), SECONDS, word)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.manager.close()


@contextlib.contextmanager
def in_folder(kind):
    """A Daemon of this kind, in a folder of its own that goes in the end."""
    folder = tempfile.mkdtemp(prefix="milter-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        with contextlib.closing(kind(folder)) as made:
            yield made
    finally:
        shutil.rmtree(folder)


class Question:
    """A connection as Postfix makes it."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(SECONDS)
        self.connection.connect(str(path))
        self.stream = self.connection.makefile("rb")
        self.send(b"O", struct.pack(">3I", 6, 0x1ff, 0x1fffff))
        assert self.receive()[:1] == b"O"
        self.send(b"C", b"outside.example\0U")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.connection.close()

    def send(self, command, data=b""):
        self.connection.sendall(struct.pack(">I", len(data) + 1) + command
                                + data)

    def receive(self):
        size, = struct.unpack(">I", self.stream.read(4))
        return self.stream.read(size)

    def recipient(self, address):
        """The reply to RCPT in a message of its own; None if it is taken."""
        self.send(b"M", b"<sender@outside.example>\0")
        self.send(b"R", f"<{address}>".encode() + b"\0")
        answer = self.receive()
        self.send(b"A")
        return self._reply(answer)

    def begin(self, *addresses):
        """A message, up to its recipients, each of whom is taken."""
        self.send(b"M", b"<sender@outside.example>\0")
        for address in addresses:
            self.send(b"R", f"<{address}>".encode() + b"\0")
            assert self.receive() == b"c"

    def end(self, chunks=(b"text\r\n",)):
        """The rest of it; the reply, None if it is taken."""
        self.send(b"L", b"Subject\0test\0")
        for chunk in chunks:
            self.send(b"B", chunk)
        self.send(b"E")
        while (answer := self.receive())[:1] not in b"acdrty":
            pass
        return self._reply(answer)

    def message(self, *addresses):
        """The reply to a whole message; None if it is taken."""
        self.begin(*addresses)
        return self.end()

    @staticmethod
    def _reply(answer):
        if answer in (b"a", b"c"):
            return None
        assert answer[:1] == b"y", answer
        return answer[1:].rstrip(b"\0").decode()


class LookUps:
    """A connection for look-ups, as Postfix makes it."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(SECONDS)
        self.connection.connect(str(path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, request):
        """The answer, in the netstring that it comes in."""
        self.connection.sendall(f"{len(request)}:{request},".encode())
        answer = b""
        while not answer.endswith(b","):
            got = self.connection.recv(4096)
            assert got, "the connection was closed"
            answer += got
        return answer.decode().partition(":")[2].removesuffix(",")
