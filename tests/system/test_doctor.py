# SPDX-License-Identifier: MIT
"""alumnictl doctor names what is broken, and nothing else.

Nothing of the running instance is broken for it: each test gives doctor a
configuration of its own, that names broken copies of this and that. A name
server on loopback says what DNS is to say.
"""

import base64
import imaplib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from alumnictl_program import CONFIG, OK, USAGE
from instance import spam_filter, users
from instance.configuration import dovecot_version
from instance.layout import HOSTNAME, Layout
from name_server import name_server

SECONDS = 120
ADDRESS = "127.0.0.97"
# Where no name server listens.
SILENCE = "127.0.0.98"

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
        self.config.write_text(re.sub(
            r"(?m)^(\s*)base = ", r"\1connect_timeout_msecs = 30000\n"
            r"\1request_timeout_msecs = 30000\n\1base = ",
            self.config.read_text()))
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
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
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


def test_everything_is_in_order(patient):
    found = patient.findings()
    assert {one["state"] for one in found.values()} == {"ok"}
    assert all(one["mend"] is None for one in found.values())
    text = patient.alumnictl("doctor").stdout.splitlines()
    assert text[-1] == "0 problems, 0 things not visible from here"
    assert len(text) - 1 == len(found)
    assert all(line.startswith("OK       ") for line in text[:-1])
    # Every case below is of something that was looked at.
    for case in CASES:
        for name in case.values[2]:
            if name not in ONLY_WHEN_BROKEN:
                assert name.replace("URI", uri(patient)) in found, name


# ---- what the cases do ----

def dovecot_line(line_2_3, line_2_4):
    line = line_2_3 if dovecot_version() == "2.3" else line_2_4
    return lambda patient: patient.dovecot("local.conf", "", f"{line}\n")


def replace_in_dovecot(name, before, after):
    """before and after: for 2.3 and for 2.4."""
    which = 0 if dovecot_version() == "2.3" else 1
    return lambda patient: patient.dovecot(name, before[which], after[which])


def take_line_out(path, line):
    text = path.read_text()
    assert line in text
    path.write_text(text.replace(line, ""))


def site_alias(patient):
    aliases = patient.folder / "aliases"
    aliases.write_text("# of old\nwebmaster: root\nanna: alumna, x@y.example\n")
    patient.postfix("-e", f"alias_maps=hash:{aliases}")


def dead_socket(patient, option):
    """Somebody listened there once."""
    path = patient.folder / "dead.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    patient.set_path(option, path)


def wrong_bind_password(patient):
    patient.secret("bind_password_file", patient.layout.directory_secret)
    (patient.folder / "directory.secret").write_text("wrong\n")


def another_public_key(patient):
    path = patient.copy(patient.layout.password_public_key)
    text = path.read_text()
    path.write_text(("B" if text[0] == "A" else "A") + text[1:])
    patient.set_path("password_public_key_file", path)


def open_credentials(patient):
    (patient.store() / "credentials").chmod(0o2777)


def missing_template(patient):
    target = patient.copy("/usr/share/doc/base-files", "templates")
    patient.set_path("warning_templates", target)


def mail_home(patient, mode):
    target = patient.folder / "mail"
    target.mkdir()
    os.chown(target, patient.layout.mail.stat().st_uid, 0)
    target.chmod(mode)
    patient.set_path("mail_home", target)


def expired(patient):
    assert patient.certificate().exists()
    make_certificate(patient.layout, patient.folder, -400, -310,
                     f"DNS:{HOSTNAME}")


def unknown_authority(patient):
    patient.directory(-1, 300)
    patient.set_path("ca_file", "/etc/ssl/certs/ca-certificates.crt")


def two_servers(patient):
    """The second does not run, which nobody notices until the first stops."""
    first = re.search(r"uris = \{ (.*) \}", patient.config.read_text())[1]
    patient.set("uris", f'{{ {first}, "ldap://127.0.0.1:1" }}')


def uri(patient):
    return re.search(r'uris = \{ "(.*?)"', patient.config.read_text())[1]


def other_dkim_key(patient):
    key = patient.dkim / "alumni.example.key"
    key.unlink()
    spam_filter.make_key(key)


def revoked_dkim_key(patient):
    patient.dns.records[dkim_name("second.example"), "TXT"] = (
        "v=DKIM1; k=rsa; p=")


def self_signed(patient):
    patient.certificate("-signkey", patient.folder / "key.pem")


def other_key(patient):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-out", patient.certificate())


def forget(*names):
    def do(patient):
        for name in names:
            del patient.dns.records[name]
    return do


def other_mx(patient):
    patient.dns.records["second.example", "MX"] = "mx.outside.example"


MILTER = "unix:alumnimail/milter.sock"
# Checks that there is a line of only if something is wrong.
ONLY_WHEN_BROKEN = {"postfix/postfix-tls", "postfix/postconf",
                    "certificates/postfix-certificate-file",
                    "directories/ldap-server:ldap://127.0.0.1:1"}

CASES = [pytest.param(name, do, checks, says, id=name) for
         name, do, checks, says in [
    ("unreadable configuration", lambda p: p.config.chmod(0o600),
     ["configuration/configuration-mode"], "chmod a+r"),
    ("writable configuration", lambda p: p.config.chmod(0o666),
     ["configuration/configuration-mode"], "chmod o-w"),
    ("no milter user", lambda p: p.set_path("milter_user", "no-such-user"),
     ["configuration/user-milter_user"], "adduser"),
    ("no socket group", lambda p: p.set_path("socket_group", "no-such-group"),
     ["configuration/group-socket_group"], "addgroup"),
    ("no templates", missing_template, ["configuration/warning-templates"],
     "quota-80.txt"),
    ("no sendmail", lambda p: p.set_path("sendmail", "/nonexistent"),
     ["configuration/sendmail"], "/nonexistent"),
    ("no SRS secret", lambda p: p.set_path("srs_secret_file", "/nonexistent"),
     ["secrets/srs-secret"], "alumnictl srs init"),
    ("SRS secret open to all", lambda p: p.secret(
        "srs_secret_file", p.layout.srs_secret, mode=0o644),
     ["secrets/srs-secret"], "chmod o="),
    ("SRS secret of another group", lambda p: p.secret(
        "srs_secret_file", p.layout.srs_secret, gid=0),
     ["secrets/srs-secret"], "chown root:alumnimail"),
    ("bind password of another group", lambda p: p.secret(
        "bind_password_file", p.layout.directory_secret, gid=0),
     ["secrets/bind-password-university"], "chown root:alumniauth"),
    ("no key for new passwords",
     lambda p: p.set_path("password_key_file", "/nonexistent"),
     ["secrets/password-key"], "alumnictl password-key init"),
    ("another public key", another_public_key,
     ["secrets/password-public-key"], "alumnictl password-key init"),
    ("no store", lambda p: p.set_path("store",
                                      f"sqlite:{p.folder}/store"),
     ["store/store-open"], "alumnictl store init"),
    ("credentials open to all", open_credentials,
     ["store/store-permissions"], "credentials"),
    ("no account for postmaster", lambda p: p.set_path("postmaster", "boss"),
     ["store/postmaster"], "account add boss"),
    ("no mail folder", lambda p: p.set_path("mail_home", "/nonexistent"),
     ["store/mail-home"], "install -d -m 0700"),
    ("mail folder open to all", lambda p: mail_home(p, 0o755),
     ["store/mail-home"], "chmod 0700"),
    ("directory away", lambda p: p.set("uris", '{ "ldap://127.0.0.1:1" }'),
     ["directories/directory-university"], "uris"),
    ("wrong bind password", wrong_bind_password,
     ["directories/directory-university"], "bind"),
    ("a directory whose certificate ends tomorrow",
     lambda p: p.directory(0, 1),
     ["directories/ldap-certificate-expiry:URI"],
     "the certificate expires in"),
    ("a directory whose certificate has expired",
     lambda p: p.directory(-300, -2),
     ["directories/directory-university",
      "directories/ldap-certificate-expiry:URI"],
     ["the TLS handshake failed", "the certificate expired 2 days ago"]),
    ("a directory whose certificate is for another name",
     lambda p: p.directory(-1, 300, "DNS:ldap.university.example"),
     ["directories/directory-university",
      "directories/ldap-certificate-name:URI"],
     ["the TLS handshake failed", "the certificate is not for 127.0.0.1"]),
    ("a directory whose certificate nobody knows", unknown_authority,
     ["directories/directory-university",
      "directories/ldap-certificate-issuer:URI"], "ca_file"),
    ("one of two directory servers away", two_servers,
     ["directories/ldap-server:ldap://127.0.0.1:1"], "uris"),
    ("no Postfix", lambda p: p.set_path("postfix_config", "/nonexistent"),
     ["postfix/postconf"], "postfix_config"),
    ("filter passed by", lambda p: p.postfix(
        "-e", "smtpd_milters=", f"non_smtpd_milters={MILTER}"),
     [f"postfix/smtpd_milters:{MILTER}"], "main.cf"),
    ("own mail passes the filter by",
     lambda p: p.postfix("-e", "non_smtpd_milters="),
     [f"postfix/non_smtpd_milters:{MILTER}"], "main.cf"),
    ("mail flows without the filter",
     lambda p: p.postfix("-e", "milter_default_action=accept"),
     ["postfix/milter_default_action:tempfail"], "tempfail"),
    ("a domain that Postfix does not know",
     lambda p: p.postfix("-e", "virtual_mailbox_domains=alumni.example"),
     ["postfix/virtual_mailbox_domains:second.example"], "second.example"),
    ("a domain of the machine's users",
     lambda p: p.postfix("-e", "mydestination=second.example"),
     ["postfix/mydestination:second.example"], "take second.example out"),
    ("kept copies keep the rewritten sender",
     lambda p: p.postfix("-e", "lmtp_generic_maps="),
     ["postfix/lmtp_generic_maps::srs-reverse"], "Return-Path"),
    ("anybody may send as anybody",
     lambda p: p.postfix("-e", "smtpd_sender_login_maps="),
     ["postfix/smtpd_sender_login_maps::sender-login"], "sender-login"),
    ("cleanup without its name",
     lambda p: p.postfix("-PX", "cleanup/unix/milter_macro_daemon_name"),
     ["postfix/master-cleanup"], "milter_macro_daemon_name = internal"),
    ("a site alias of an account", site_alias,
     ["aliases/site-aliases-alias_maps"], "alumnictl alias add alumna anna"),
    ("Dovecot's configuration is broken", dovecot_line("no_such = 1",
                                                       "no_such = 1"),
     ["dovecot/doveconf"], "no_such"),
    ("another passdb first", replace_in_dovecot(
        "auth.conf", ("", ""),
        ("passdb {\n  driver = pam\n}\n", "passdb pam {\n}\n")),
     ["dovecot/passdb"], "auth.conf"),
    ("a cache of passwords", dovecot_line("auth_cache_size = 1M",
                                          "auth_cache_size = 1M"),
     ["dovecot/auth-cache"], "auth_cache_size = 0"),
    ("passwords without TLS", dovecot_line("ssl = yes", "ssl = yes"),
     ["dovecot/ssl"], "ssl = required"),
    ("usage is not published", replace_in_dovecot(
        "mail.conf", ("quota alumni_quota alumni_trash",
                      "alumni_quota = yes"),
        ("quota alumni_trash", "alumni_quota = no")),
     ["dovecot/plugin-alumni_quota"], "alumni_quota"),
    ("another quota grace", lambda p: p.set("quota_grace", '"1M"'),
     ["dovecot/quota-grace"], "quota_grace"),
    ("a dict socket open to all", replace_in_dovecot(
        "services.conf", ("unix_listener dict {\n    mode = 0600",) * 2,
        ("unix_listener dict {\n    mode = 0666",) * 2),
     ["dovecot/dict-socket"], "mode = 0600"),
    ("auth workers without the store", replace_in_dovecot(
        "services.conf", ("extra_groups = alumnimail,alumniauth",) * 2,
        ("extra_groups = alumnimail",) * 2),
     ["dovecot/auth-worker-groups"], "extra_groups"),
    ("a mail user that Dovecot refuses", dovecot_line(
        "first_valid_uid = 60000", "first_valid_uid = 60000"),
     ["dovecot/mail-uid"], "first_valid_uid"),
    ("nobody listens for mail", lambda p: dead_socket(p, "milter_socket"),
     ["sockets/milter-socket"], "systemctl start alumni-milter"),
    ("nobody answers look-ups", lambda p: dead_socket(p, "maps_socket"),
     ["sockets/maps-socket"], "systemctl start alumni-milter"),
    ("no auth socket", lambda p: p.set_path("auth_socket", "/nonexistent"),
     ["sockets/auth-socket"], "systemctl start dovecot"),
    ("an expired certificate", expired,
     ["certificates/postfix-certificate-expiry"], "expired"),
    ("a certificate near its end", lambda p: p.certificate(days=5),
     ["certificates/postfix-certificate-expiry"], "expires in"),
    ("a certificate of another host",
     lambda p: p.certificate(host="www.alumni.example"),
     ["certificates/postfix-certificate-name"], HOSTNAME),
    ("a certificate signed by itself", self_signed,
     ["certificates/postfix-certificate-issuer"], "authority"),
    ("a key that does not fit", other_key,
     ["certificates/postfix-certificate-key"], "does not fit"),
    ("a key open to all", lambda p: p.certificate().chmod(0o644),
     ["certificates/postfix-certificate-key"], "chmod o="),
    ("no MX", forget(("alumni.example", "MX")), ["dns/mx-alumni.example"],
     f"alumni.example. IN MX 10 {HOSTNAME}."),
    ("mail goes elsewhere", other_mx, ["dns/mx-second.example"], HOSTNAME),
    ("no SPF", forget(("alumni.example", "TXT")),
     ["dns/spf-alumni.example"], "v=spf1"),
    ("no DMARC", forget(("_dmarc.alumni.example", "TXT")),
     ["dns/dmarc-_dmarc.alumni.example"], "v=DMARC1"),
    ("no DKIM", forget((dkim_name("alumni.example"), "TXT")),
     ["dns/dkim-alumni.example"],
     'alumni._domainkey.alumni.example. IN TXT ("v=DKIM1; k=rsa; p=MII'),
    ("another key for DKIM", other_dkim_key, ["dns/dkim-alumni.example"],
     "no signature of alumni.example verifies"),
    ("a revoked key for DKIM", revoked_dkim_key, ["dns/dkim-second.example"],
     "revoked"),
    ("nothing to sign with",
     lambda p: (p.dkim / "second.example.key").unlink(),
     ["dns/dkim-key-second.example"], "openssl genrsa -out"),
    ("a key for DKIM open to all",
     lambda p: (p.dkim / "second.example.key").chmod(0o644),
     ["dns/dkim-key-second.example"], "chmod o="),
    ("no PTR", forget(("25.2.0.192.in-addr.arpa", "PTR")),
     ["dns/host-ptr"], "IN PTR"),
]]

# Sockets lie elsewhere for Postfix too then.
ALSO = {
    "nobody listens for mail": {"smtpd_milters", "non_smtpd_milters"},
    "nobody answers look-ups": {"virtual_mailbox_maps"},
}


@pytest.mark.parametrize("name, do, checks, says", CASES)
def test_broken(patient, name, do, checks, says):
    do(patient)
    found = patient.findings(status=CONFIG)
    problems = {key: one for key, one in found.items()
                if one["state"] == "problem"}
    further = {key for key in problems
               if key.partition("/")[2].partition(":")[0]
               in ALSO.get(name, ())}
    checks = [check.replace("URI", uri(patient)) for check in checks]
    assert problems.keys() - further == set(checks)
    # Without Postfix, the host's name is not known.
    unknown = {key for key, one in found.items() if one["state"] == "unknown"}
    assert unknown == ({"dns/dns"} if name == "no Postfix" else set())
    if isinstance(says, str):
        says = [says] * len(checks)
    for key, words in zip(checks, says):
        one = problems[key]
        assert words in f"{one['text']} {one['mend']}"
        assert one["mend"]
    text = patient.alumnictl("doctor", status=CONFIG).stdout
    assert len(re.findall(r"(?m)^PROBLEM ", text)) == len(problems)
    assert len(re.findall(r"(?m)^ +mend: ", text)) == len(problems)


def test_no_configuration_at_all(patient):
    patient.config.write_text("domains = {\n")
    found = patient.findings(status=CONFIG)
    assert list(found) == ["configuration/configuration-file"]
    assert str(patient.config) in found[
        "configuration/configuration-file"]["text"]


def test_without_a_network_dns_is_unknown_and_no_fault(patient):
    patient.resolv.write_text(f"nameserver {SILENCE}\noptions attempts:1\n")
    found = patient.findings()
    for key, one in found.items():
        is_asked = key.startswith("dns/") and "/dkim-key-" not in key
        assert one["state"] == ("unknown" if is_asked else "ok"), key


def test_a_key_is_told_as_it_is_published(patient):
    """The advice can be copied into a zone file."""
    name = dkim_name("alumni.example")
    published = patient.dns.records.pop((name, "TXT"))
    mend = patient.findings(status=CONFIG)["dns/dkim-alumni.example"]["mend"]
    strings = re.findall(r'"([^"]*)"', mend)
    assert all(len(string) <= 255 for string in strings)
    assert "".join(strings) == published
    # Written over several strings, with white space, it is the same key.
    patient.dns.records[name, "TXT"] = published.replace("; ", " ;\t").replace(
        "p=", "p = ")
    assert patient.findings()["dns/dkim-alumni.example"]["state"] == "ok"


def test_a_key_of_another_kind(patient):
    """Ed25519 (RFC 8463)."""
    key = patient.dkim / "alumni.example.key"
    openssl("genpkey", "-algorithm", "ed25519", "-out", key)
    key.chmod(0o640)
    raw = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform",
                          "DER"], check=True, capture_output=True).stdout[-32:]
    name = dkim_name("alumni.example")
    found = patient.findings(status=CONFIG)["dns/dkim-alumni.example"]
    record = f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
    assert found["mend"] == f'publish: {name}. IN TXT "{record}"'
    patient.dns.records[name, "TXT"] = record
    assert patient.findings()["dns/dkim-alumni.example"]["state"] == "ok"


def test_without_a_selector_dkim_is_unknown_and_no_fault(patient):
    patient.config.write_text(patient.config.read_text().replace(
        "dkim_selector =", "#dkim_selector ="))
    found = patient.findings()
    assert {key for key, one in found.items() if one["state"] != "ok"} == {
        "dns/dkim-alumni.example", "dns/dkim-second.example"}


def test_a_directory_that_the_service_gave_up(patient):
    """The circuit breaker is open: nothing is asked, whatever doctor sees."""
    instance = patient.instance

    def state():
        return patient.findings("--group", "directories", status=None)[
            "directories/login-state"]

    assert state()["state"] == "ok"
    instance.service("stop", "slapd")
    try:
        for _ in range(3):
            with pytest.raises(imaplib.IMAP4.error):
                instance.imap("employee", "employee-university")
        found = state()
        assert found["state"] == "problem"
        assert 'given directory "university" up' in found["text"]
    finally:
        instance.service("start", "slapd")
    instance.wait(lambda: state()["state"] == "ok",
                  "the directory to be asked again")


def test_one_group(patient):
    found = patient.findings("--group", "store")
    assert {key.partition("/")[0] for key in found} == {"configuration",
                                                        "store"}
    patient.alumnictl("doctor", "--group", "heart", status=USAGE)


def test_doctor_shows_no_secret_and_changes_nothing(patient):
    secrets = [path.read_text().strip() for path in
               (patient.layout.srs_secret, patient.layout.directory_secret)]
    secrets.append(patient.layout.key.read_text().splitlines()[1])
    text = (patient.alumnictl("doctor").stdout
            + patient.alumnictl("doctor", "--json").stdout)
    assert not [secret for secret in secrets if secret in text]
