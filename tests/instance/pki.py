# SPDX-License-Identifier: MIT
"""The instance's own certification authority and its server certificate."""

import os
import subprocess

from .errors import InstanceError
from .layout import DOMAIN, HOSTNAME, WEBMAIL_HOSTNAME

DAYS = "365"

CONFIGURATION = f"""\
[req]
distinguished_name = name
prompt = no
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, DNS:{HOSTNAME}, DNS:{WEBMAIL_HOSTNAME}, \
DNS:autoconfig.{DOMAIN}, IP:127.0.0.1
"""


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise InstanceError(f"openssl {arguments[0]} failed:\n{done.stderr}")


def _key(path):
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-out", path)
    os.chmod(path, 0o600)


def make(layout):
    """Makes authority, key and certificate, unless they are there already."""
    if layout.cert.exists():
        return
    layout.tls.mkdir(mode=0o755, exist_ok=True)
    configuration = layout.tls / "openssl.cnf"
    configuration.write_text(CONFIGURATION)
    authority_key = layout.tls / "ca.key"
    request = layout.tls / "request.pem"
    certificate = layout.tls / "cert.new"

    _key(authority_key)
    _openssl("req", "-x509", "-new", "-config", configuration, "-extensions",
             "authority", "-key", authority_key, "-subj",
             "/CN=Authority of an Alumnimail instance", "-days", DAYS,
             "-out", layout.ca)
    _key(layout.key)
    _openssl("req", "-new", "-config", configuration, "-key", layout.key,
             "-subj", f"/CN={HOSTNAME}", "-out", request)
    _openssl("x509", "-req", "-in", request, "-CA", layout.ca, "-CAkey",
             authority_key, "-CAcreateserial", "-extfile", configuration,
             "-extensions", "server", "-days", DAYS, "-out", certificate)
    # Last, and at once: what is half made is made again.
    certificate.rename(layout.cert)
    layout.ca.chmod(0o644)
