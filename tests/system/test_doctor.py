# SPDX-License-Identifier: MIT
"""alumnictl doctor names what is broken, and nothing else.

Nothing of the running instance is broken for it: each test gives doctor a
configuration of its own, that names broken copies of this and that. A name
server on loopback says what DNS is to say.
"""

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

    def __init__(self, instance, folder, dns):
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

    # ---- looking ----

    def run(self, *argv, status=OK):
        done = subprocess.run(
            [*self.instance.endpoints["enter"], *self.environment, "unshare",
             "-m", "sh", "-c",
             f'mount --bind {self.resolv} /etc/resolv.conf && exec "$@"',
             "sh", *map(str, argv)], text=True, capture_output=True,
            check=False, stdin=subprocess.DEVNULL, timeout=SECONDS)
        assert done.returncode == status, (done.stdout, done.stderr)
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


@pytest.fixture
def patient(instance):
    folder = tempfile.mkdtemp(prefix="doctor-", dir="/tmp")
    os.chmod(folder, 0o755)
    try:
        with name_server(ADDRESS, RECORDS) as dns:
            made = Patient(instance, folder, dns)
            made.use_own_dovecot()
            yield made
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
                assert name in found, name


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
    # Options of x509 take an end that has passed only with faketime.
    key = patient.certificate()
    chain = patient.folder / "chain.pem"
    subprocess.run(
        ["faketime", "-f", "-400d", "openssl", "x509", "-req", "-in",
         patient.folder / "request.pem", "-extfile", patient.folder / "names",
         "-days", "90", "-CA", patient.layout.ca, "-CAkey",
         patient.layout.tls / "ca.key", "-CAcreateserial", "-out", chain],
        check=True, capture_output=True, timeout=SECONDS)
    assert key.exists()


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
                    "certificates/postfix-certificate-file"}

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
    assert problems.keys() - further == set(checks)
    # Without Postfix, the host's name is not known.
    unknown = {key for key, one in found.items() if one["state"] == "unknown"}
    assert unknown == ({"dns/dns"} if name == "no Postfix" else set())
    for key in checks:
        one = problems[key]
        assert says in f"{one['text']} {one['mend']}"
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
        assert one["state"] == ("unknown" if key.startswith("dns/")
                                else "ok"), key


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
