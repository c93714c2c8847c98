# SPDX-License-Identifier: MIT
"""What alumnictl doctor looks at in its tests: the fixture patient.

Nothing of the running instance is broken for it: each test gives doctor a
configuration of its own, that names broken copies of this and that. A name
server on loopback says what DNS is to say.
"""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from alumnictl_program import OK
from instance import spam_filter, users
from instance.layout import HOSTNAME, Layout
from instance.ports import free_port
from name_server import name_server

SECONDS = 120
# Of the name server, whose port is given: one for each run of the tests, since
# several may go on side by side.
ADDRESS = f"127.97.{random.randrange(256)}.{random.randrange(1, 255)}"

RECORDS = {
    ("alumni.example", "MX"): HOSTNAME,
    ("alumni.example", "TXT"): "v=spf1 mx -all",
    ("_dmarc.alumni.example", "TXT"): "v=DMARC1; p=none",
    ("second.example", "MX"): HOSTNAME,
    ("second.example", "TXT"): "v=spf1 mx -all",
    ("_dmarc.second.example", "TXT"): "v=DMARC1; p=none",
    (HOSTNAME, "A"): "192.0.2.25",
    ("25.2.0.192.in-addr.arpa", "PTR"): HOSTNAME,
}


class Patient:
    """What doctor looks at: the instance's own, with copies to break."""

    def __init__(self, instance, folder, dns, keys):
        self.instance = instance
        self.layout = Layout(instance.state)
        self.folder = Path(folder)
        self.dns = dns
        self.config = self.folder / "alumnimail.conf"
        shutil.copy(self.layout.config, self.config)
        self.config.chmod(0o644)
        # A machine that has much else to do is not what is looked for.
        self.set("connect_timeout_msecs", 30000)
        self.set("request_timeout_msecs", 30000)
        self.dkim = self.folder / "dkim"
        shutil.copytree(keys, self.dkim)
        self.set_path("dkim_keys", self.dkim)
        self.set("dkim_selector", '"alumni"')
        for key in self.dkim.iterdir():
            self.dns.records[dkim_name(key.stem), "TXT"] = (
                spam_filter.public_key(key))
        self.slapd = None
        self.resolv = self.folder / "resolv.conf"
        self.resolv.write_text(f"nameserver {ADDRESS}\noptions attempts:1\n")
        # In place of the instance's own, which Dovecot is told to read.
        self.environment = [f"ALUMNIMAIL_CONFIG={self.config}"]

    def use_own_dovecot(self):
        """A configuration of Dovecot that names this configuration of ours, in
        place of the instance's."""
        target = self.copy(self.layout.dovecot_etc, "dovecot.ok")
        for path in target.glob("*.conf"):
            text = path.read_text()
            for before, after in ((self.layout.dovecot_etc, target),
                                  (self.layout.config, self.config)):
                text = text.replace(str(before), str(after))
            path.write_text(text)
        self.layout.dovecot_etc = target
        self.set_path("dovecot_config", target / "dovecot.conf")

    # ---- breaking ----

    def set(self, option, value):
        """Changes an option, or adds it in front."""
        text = self.config.read_text()
        line = f"{option} = {value}"
        changed, count = re.subn(rf"(?m)^(\s*){option} = .*$",
                                 lambda match: match[1] + line, text)
        self.config.write_text(changed if count else f"{line}\n{text}")

    def set_path(self, option, path):
        self.set(option, f'"{path}"')

    def copy(self, path, name=None):
        """A copy with owner and mode."""
        target = self.folder / (name or Path(path).name)
        if Path(path).is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copy2(path, target)
        status = os.stat(path)
        os.chown(target, status.st_uid, status.st_gid)
        return target

    def postfix(self, *settings):
        """A copy of Postfix's configuration with settings changed."""
        target = self.copy(self.layout.postfix_etc, "postfix")
        self.set_path("postfix_config", target)
        if settings:
            self.run("postconf", "-c", target, *settings)
        return target

    def dovecot(self, name, before, after):
        """A copy of Dovecot's configuration with a file changed."""
        target = self.copy(self.layout.dovecot_etc, "dovecot")
        for path in target.glob("*.conf"):
            path.write_text(path.read_text().replace(
                str(self.layout.dovecot_etc), str(target)))
        path = target / name
        text = path.read_text() if path.exists() else ""
        assert before in text
        path.write_text(text.replace(before, after, 1) if before
                        else after + text)
        self.set_path("dovecot_config", target / "dovecot.conf")
        return target

    def secret(self, option, source, gid=None, mode=0o640):
        target = self.copy(source)
        os.chown(target, 0, os.stat(source).st_gid if gid is None else gid)
        target.chmod(mode)
        self.set_path(option, target)

    def store(self):
        """A store of its own."""
        self.set_path("store", f"sqlite:{self.folder}/store")
        self.alumnictl("store", "init")
        self.alumnictl("account", "add", "postmaster")
        return self.folder / "store"

    def certificate(self, *options, host=HOSTNAME, days=365):
        """Postfix shows another certificate, of our own authority."""
        key, request = self.folder / "key.pem", self.folder / "request.pem"
        chain, names = self.folder / "chain.pem", self.folder / "names"
        names.write_text(f"subjectAltName = DNS:{host}\n")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-out", key)
        key.chmod(0o600)
        openssl("req", "-new", "-key", key, "-subj", f"/CN={host}", "-out",
                request)
        openssl("x509", "-req", "-in", request, "-extfile", names, "-days",
                str(days), "-out", chain,
                *(options or ["-CA", self.layout.ca, "-CAkey",
                              self.layout.tls / "ca.key",
                              "-CAcreateserial"]))
        self.postfix("-e", f"smtpd_tls_chain_files={key}, {chain}")
        return key

    def directory(self, start, end, host="IP:127.0.0.1"):
        """The university's directory shows another certificate, of our own
        authority: of these days from now on, for that host. (For localhost,
        libldap looks for this machine's name.)"""
        etc, data = self.copy(self.layout.slapd_etc), self.copy(
            self.layout.ldap)
        own = users.uid("openldap"), users.gid("openldap")
        make_certificate(self.layout, etc, start, end, host)
        for path in (data, *data.iterdir(), *etc.iterdir()):
            os.chown(path, *own)
        text = (etc / "slapd.conf").read_text()
        for before, after in ((self.layout.slapd_etc, etc),
                              (self.layout.ldap, data),
                              (self.layout.cert, etc / "chain.pem"),
                              (self.layout.run / "slapd", data)):
            text = text.replace(str(before), str(after))
        (etc / "slapd.conf").write_text(text)
        port = free_port()
        self.slapd = subprocess.Popen(
            [*self.instance.endpoints["enter"], "slapd", "-f",
             etc / "slapd.conf", "-h", f"ldap://127.0.0.1:{port}/", "-u",
             "openldap", "-g", "openldap", "-d", "0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.instance.wait(lambda: answers(port), "slapd to listen")
        self.set("uris", f'{{ "ldap://127.0.0.1:{port}" }}')

    def close(self):
        if self.slapd is not None:
            self.slapd.terminate()
            self.slapd.wait(SECONDS)

    # ---- looking ----

    def run(self, *argv, status=OK):
        done = subprocess.run(
            [*self.instance.endpoints["enter"], *self.environment, "unshare",
             "-m", "sh", "-c",
             f'mount --bind {self.resolv} /etc/resolv.conf && exec "$@"',
             "sh", *map(str, argv)], text=True, capture_output=True,
            check=False, stdin=subprocess.DEVNULL, timeout=SECONDS)
        assert status in (done.returncode, None), (done.stdout, done.stderr)
        return done

    def alumnictl(self, *arguments, status=OK):
        return self.run(self.instance.endpoints["alumnictl"][-1], "--config",
                        self.config, *arguments, status=status)

    def findings(self, *arguments, status=OK):
        """By group and check."""
        done = self.alumnictl("doctor", "--json", *arguments, status=status)
        found = json.loads(done.stdout)
        by_name = {f"{one['group']}/{one['check']}": one
                   for one in found["findings"]}
        assert len(by_name) == len(found["findings"])
        states = [one["state"] for one in found["findings"]]
        assert found["problems"] == states.count("problem")
        assert found["unknown"] == states.count("unknown")
        return by_name


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True,
                   capture_output=True, timeout=SECONDS)


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def make_certificate(layout, folder, start, end, host):
    """key.pem and chain.pem; an end that has passed takes faketime, which the
    options of x509 do not."""
    names, request = folder / "names", folder / "request.pem"
    names.write_text(f"subjectAltName = {host}\n")
    openssl("req", "-new", "-key", folder / "key.pem", "-subj", "/CN=x", "-out",
            request)
    subprocess.run(
        ["faketime", "-f", f"{start:+d}d", "openssl", "x509", "-req", "-in",
         request, "-extfile", names, "-days", str(end - start), "-CA",
         layout.ca, "-CAkey", layout.tls / "ca.key", "-CAcreateserial",
         "-out", folder / "chain.pem"],
        check=True, capture_output=True, timeout=SECONDS)


def dkim_name(domain):
    return f"alumni._domainkey.{domain}"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A key for DKIM for each domain."""
    folder = tmp_path_factory.mktemp("dkim")
    for domain in ("alumni.example", "second.example"):
        spam_filter.make_key(folder / f"{domain}.key")
    return folder


@pytest.fixture
def patient(instance, keys):
    folder = tempfile.mkdtemp(prefix="doctor-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        with name_server(ADDRESS, RECORDS) as dns:
            made = Patient(instance, folder, dns, keys)
            made.use_own_dovecot()
            try:
                yield made
            finally:
                made.close()
    finally:
        shutil.rmtree(folder)
