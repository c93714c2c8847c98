# SPDX-License-Identifier: MIT
"""What alumnictl doctor is to find: how each thing is broken, under which
checks it is to be named, and words of what is to be said of it."""

import os
import re
import socket

import pytest

from doctor_patient import dkim_name, make_certificate, openssl
from instance import spam_filter
from instance.configuration import dovecot_version
from instance.layout import HOSTNAME


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


# ---- the cases ----

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
    ("aliases and returned mail go nowhere",
     lambda p: p.postfix("-e", "virtual_alias_maps="),
     ["postfix/virtual_alias_maps::virtual-alias"], "virtual-alias"),
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
