# SPDX-License-Identifier: MIT
"""A Dovecot that only authenticates, beside the instance's own, with another
configuration of the directories; and a client for its socket."""

import base64
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

from instance.configuration import dovecot_version
from instance.waiting import wait_until

START_SECONDS = 60
CLIENT_SECONDS = 60
# Longer than any login may take.
ANSWER_SECONDS = 30

# What most tests are about is not how long a hash takes.
CHEAP_HASHES = {"hash_memory": '"8M"', "hash_passes": "1"}

NO_PROTOCOLS = {
    "2.3": "protocols =\n",
    "2.4": "protocols {\n  imap = no\n  pop3 = no\n  lmtp = no\n}\n",
}


class AuthClient:
    """One connection to an auth socket, as login processes have it."""

    def __init__(self, path, seconds=ANSWER_SECONDS):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.stream = self.socket.makefile("rb")
        self.next = 0
        self.socket.sendall(b"VERSION\t1\t2\nCPID\t%d\n"
                            % (secrets.randbelow(1 << 30) + 1))
        while self.stream.readline().strip() != b"DONE":
            pass

    def close(self):
        self.stream.close()
        self.socket.close()

    def ask(self, user, password, *parameters):
        """("ok", "mismatch" or "temporary", the other fields)."""
        self.send(user, password, *parameters)
        return self.receive()

    def send(self, user, password, *parameters):
        """The first half of ask(). Refusals may come later than what was asked
        after them."""
        if isinstance(password, str):
            password = password.encode()
        if isinstance(user, str):
            user = user.encode()
        self.next += 1
        response = base64.b64encode(b"\0" + user + b"\0" + password)
        words = [b"AUTH", b"%d" % self.next, b"PLAIN", b"service=imap",
                 b"secured", b"rip=192.0.2.7",
                 *(word.encode() for word in parameters),
                 b"resp=" + response]
        self.socket.sendall(b"\t".join(words) + b"\n")

    def receive(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("the auth process hung up")
        text = line.decode(errors="replace").rstrip("\n")
        command, _, *fields = text.split("\t")
        if command == "OK":
            return "ok", fields
        assert command == "FAIL", line
        if "temp" in fields or "code=temp_fail" in fields:
            return "temporary", fields
        return "mismatch", fields


class AuthServer:
    """Starts with the instance's configuration, changed."""

    answer_seconds = ANSWER_SECONDS

    def __init__(self, instance, directory=None, options=(), sections=()):
        """directory: options that are changed in the directory section, None
        to leave one out; options: general ones; sections: further ones."""
        self.instance = instance
        self.folder = instance.state / f"auth-{secrets.token_hex(3)}"
        self.etc = self.folder / "etc"
        self.run = self.folder / "run"
        self.log_path = self.folder / "dovecot.log"
        self.config = self.folder / "alumnimail.conf"
        self.state_dir = self.folder / "login-state"
        self.socket_path = self.run / "auth-client"
        self.process = None
        self._clients = threading.local()
        self._all_clients = []
        self._make_folders()
        self.configure(directory or {}, dict(options), sections)
        self._write_dovecot()

    def _make_folders(self):
        self.folder.mkdir(mode=0o755)
        for folder in (self.run, self.folder / "private",
                       self.folder / "state"):
            folder.mkdir(mode=0o755)
        self.state_dir.mkdir()
        # The instance's groups are its own, seen only inside.
        group = self.instance.state / "etc/group"
        gid = int(re.search(r"(?m)^alumniauth:[^:]*:(\d+):",
                            group.read_text())[1])
        os.chown(self.state_dir, 0, gid)
        self.state_dir.chmod(0o2770)

    def configure(self, directory, options, sections=()):
        """Writes alumnimail.conf; holds after start() or reload()."""
        text = (self.instance.state
                / "etc/alumnimail/alumnimail.conf").read_text()
        options = {"state_dir": f'"{self.state_dir}"', **CHEAP_HASHES,
                   **options}
        for name, value in options.items():
            text = re.sub(rf"(?m)^{name}\b.*$", "", text)
            text = f"{name} = {value}\n" + text
        head, section = re.split(r'(?m)^(?=directory "university")', text)
        for name, value in directory.items():
            section = re.sub(rf"(?m)^\t{name}\b.*$", "", section)
            if value is not None:
                section = section.replace(
                    "{", f"{{\n\t{name} = {value}", 1)
        self.config.write_text(head + section + "".join(sections))

    def set_password(self, name, password):
        """Sets an alumni password with a hash of this configuration."""
        self.instance.alumnictl("--config", self.config, "password", "set",
                                name, text=f"{password}\n")

    def without_directory(self):
        text = self.config.read_text()
        self.config.write_text(re.split(r'(?m)^(?=directory ")', text)[0])

    def _write_dovecot(self):
        state = self.instance.state
        shutil.copytree(state / "etc/dovecot", self.etc)
        replaced = {
            str(state / "run/dovecot"): str(self.run),
            str(state / "dovecot-state"): str(self.folder / "state"),
            str(state / "etc/alumnimail/alumnimail.conf"): str(self.config),
            str(state / "log/dovecot.log"): str(self.log_path),
            str(state / "spool"): str(self.folder),
        }
        for path in self.etc.glob("*.conf"):
            text = path.read_text()
            for old, new in replaced.items():
                text = text.replace(old, new)
            path.write_text(text)
        self.local = self.etc / "local.conf"
        self.local.write_text(NO_PROTOCOLS[dovecot_version()])

    def add_dovecot(self, text):
        """Adds to Dovecot's configuration; before start()."""
        with self.local.open("a") as file:
            file.write(text)

    def doveadm(self, *arguments):
        return self.instance.run_argv(
            [*self.instance.endpoints["enter"], "doveadm", "-c",
             self.etc / "dovecot.conf", *arguments]).stdout

    # ---- the server ----

    def start(self):
        log = open(self.folder / "output.log", "wb")
        with log:
            self.process = subprocess.Popen(
                [*self.instance.endpoints["enter"], "dovecot", "-F", "-c",
                 str(self.etc / "dovecot.conf")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._answers, START_SECONDS, "the auth socket to answer")
        return self

    def _answers(self):
        assert self.process.poll() is None, (
            (self.folder / "output.log").read_text() + self.log())
        try:
            AuthClient(self.socket_path).close()
        except OSError:
            return False
        return True

    def stop(self):
        # The auth process would wait for them.
        while self._all_clients:
            self._all_clients.pop().close()
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(START_SECONDS)
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def log(self):
        try:
            return self.log_path.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def forget(self):
        """What the workers remember together is gone."""
        Path(self.state_dir / "login-state").unlink(missing_ok=True)

    # ---- clients ----

    def ask(self, user, password):
        """What comes of a login; every thread has its own connection."""
        client = getattr(self._clients, "client", None)
        if client is None:
            client = self._clients.client = AuthClient(self.socket_path,
                                                       self.answer_seconds)
            self._all_clients.append(client)
        try:
            return client.ask(user, password)[0]
        except (OSError, ValueError):
            self._clients.client = None
            raise

    def workers(self):
        """Process ids of the auth workers."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
                parent = int(re.search(r"PPid:\s*(\d+)",
                                       (path / "status").read_text())[1])
            except (OSError, TypeError):
                continue
            if (parent == self.process.pid and words
                    and b"dovecot/auth" in words[0] and b"-w" in words[1:]):
                found.append(int(path.name))
        return found
