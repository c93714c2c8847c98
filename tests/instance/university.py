# SPDX-License-Identifier: MIT
"""The instance's university directory: an OpenLDAP server of its own."""

import base64
import hashlib
import os
import secrets
import shutil
import subprocess

from . import users
from .errors import InstanceError
from .layout import ROOT

SUFFIX = "dc=university,dc=example"
BASE = f"ou=people,{SUFFIX}"
ADMIN_DN = f"cn=admin,{SUFFIX}"
SERVICE_DN = f"cn=mail,{SUFFIX}"

CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {schema}

modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy

pidfile {run}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {cert}
TLSCertificateKeyFile {key}

database mdb
suffix "{suffix}"
directory {data}
maxsize 67108864
dbnosync
rootdn "{admin_dn}"
include {secret}
index objectClass,uid,entryUUID eq

# Locks accounts after wrong passwords, but only those whose entry names a
# policy.
overlay ppolicy

# The service account may list everybody.
limits dn.exact="{service_dn}" size=unlimited

# The service account may search, but neither change anything nor read
# passwords; a person may only bind.
access to attrs=userPassword
	by anonymous auth
	by * none
access to *
	by dn.exact="{service_dn}" read
	by self read
	by anonymous auth
	by * none
"""


def hashed(password):
    """{SSHA}, which OpenLDAP needs no module for."""
    salt = secrets.token_bytes(8)
    digest = hashlib.sha1(password.encode() + salt).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def person(name, given_name, affiliation, status):
    """An entry as LDIF."""
    return f"""\
dn: uid={name},{BASE}
objectClass: inetOrgPerson
objectClass: alumniMailAccount
uid: {name}
cn: {given_name} Example
givenName: {given_name}
sn: Example
alumniAffiliation: {affiliation}
alumniAccountStatus: {status}
userPassword: {hashed(name + "-university")}

"""


def people(service_password):
    """The whole directory as LDIF."""
    return f"""\
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: university
o: University of Example

dn: {BASE}
objectClass: organizationalUnit
ou: people

dn: {SERVICE_DN}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: mail
description: Service account of the mail system
userPassword: {hashed(service_password)}

""" + (person("employee", "Emma", "employee", "active")
       + person("student", "Stig", "student", "active")
       + person("leaver", "Lena", "student", "inactive"))


def _write_private(path, text, group):
    path.touch(mode=0o600)
    path.write_text(text)
    os.chown(path, 0, group)
    path.chmod(0o640)


def secret(path, group):
    """The secret in a file, made at random the first time; without white
    space. The file is root's, and readable by the group."""
    if not path.exists():
        new = path.with_suffix(".new")
        _write_private(new, secrets.token_urlsafe(24) + "\n", group)
        new.rename(path)
    return path.read_text().strip()


def make(layout, service_password):
    """Writes slapd's configuration, and its data if there is none yet.
    Returns the administrator's password."""
    uid, gid = users.uid("openldap"), users.gid("openldap")
    layout.slapd_etc.mkdir(exist_ok=True)
    admin_password = secret(layout.slapd_etc / "admin.secret", 0)
    # slapd reads its key as its own user.
    key = layout.slapd_etc / "key.pem"
    _write_private(key, layout.key.read_text(), gid)
    root_password = layout.slapd_etc / "rootpw.conf"
    _write_private(root_password, f"rootpw {hashed(admin_password)}\n", gid)

    schema = layout.slapd_etc / "alumnimail.schema"
    shutil.copy(ROOT / "ldap-schema" / "alumnimail.schema", schema)
    run = layout.run / "slapd"
    for folder in (run, layout.ldap):
        folder.mkdir(mode=0o750, exist_ok=True)
        os.chown(folder, uid, gid)
    configuration = layout.slapd_etc / "slapd.conf"
    configuration.write_text(CONFIGURATION.format(
        schema=schema, run=run, ca=layout.ca, cert=layout.cert, key=key,
        suffix=SUFFIX, data=layout.ldap, admin_dn=ADMIN_DN,
        secret=root_password, service_dn=SERVICE_DN))

    complete = layout.ldap / "complete"
    if not complete.exists():
        for path in layout.ldap.glob("*.mdb"):
            path.unlink()
        done = subprocess.run(
            ["slapadd", "-q", "-f", str(configuration)],
            input=people(service_password), text=True, capture_output=True,
            check=False)
        if done.returncode != 0:
            raise InstanceError(f"slapadd failed:\n{done.stderr}")
        for path in layout.ldap.iterdir():
            os.chown(path, uid, gid)
        complete.touch()
    return admin_password


def argv(layout, port):
    """slapd in the foreground, logging binds and searches."""
    return ["slapd", "-f", str(layout.slapd_etc / "slapd.conf"),
            "-h", f"ldap://127.0.0.1:{port}/", "-u", "openldap",
            "-g", "openldap", "-d", "stats"]
