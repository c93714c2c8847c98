# SPDX-License-Identifier: MIT
"""The university's directory as its administrators change it."""

import secrets
import subprocess

from instance import university
from instance.errors import InstanceError

COMMAND_SECONDS = 180


class Directory:
    """Entries of the instance's directory, by ldapadd and its like."""

    def __init__(self, instance):
        self.instance = instance

    def _run(self, command, *arguments, text=""):
        endpoints = self.instance.endpoints
        argv = [command, "-x", "-H", endpoints["ldap"],
                "-D", endpoints["ldap_admin"]["dn"],
                "-w", endpoints["ldap_admin"]["password"], *arguments]
        done = subprocess.run(argv, input=text, text=True, check=False,
                              env={"PATH": "/usr/bin:/bin",
                                   "LDAPNOINIT": "1"},
                              capture_output=True, timeout=COMMAND_SECONDS)
        if done.returncode != 0:
            raise InstanceError(f"{command}: {done.stderr}")
        return done.stdout

    def dn(self, name):
        return f"uid={name},{self.instance.endpoints['ldap_base']}"

    def add_person(self, hint="person", affiliation="employee",
                   status="active", name=None):
        """Adds an entry; its password is NAME-university. Returns the
        name."""
        name = name or f"{hint}-{secrets.token_hex(4)}"
        self._run("ldapadd", text=university.person(name, "Test", affiliation,
                                                    status))
        return name

    def delete(self, name):
        self._run("ldapdelete", self.dn(name))

    def replace(self, name, attribute, value):
        self._run("ldapmodify", text=f"dn: {self.dn(name)}\n"
                  f"changetype: modify\nreplace: {attribute}\n"
                  f"{attribute}: {value}\n")

    def set_password(self, name, password):
        self.replace(name, "userPassword", university.hashed(password))

    def set_status(self, name, status):
        self.replace(name, "alumniAccountStatus", status)

    def lock_after(self, name, failures):
        """From so many wrong passwords in a row on, the entry is locked."""
        policy = f"cn=policy-{secrets.token_hex(4)},{university.SUFFIX}"
        self._run("ldapadd", text=f"""\
dn: {policy}
objectClass: device
objectClass: pwdPolicy
cn: {policy.split("=")[1].split(",")[0]}
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: {failures}
pwdFailureCountInterval: 0
""")
        self.replace(name, "pwdPolicySubentry", policy)

    def is_locked(self, name):
        return "pwdAccountLockedTime:" in self._run(
            "ldapsearch", "-LLL", "-b", self.dn(name), "-s", "base",
            "pwdAccountLockedTime")

    def entry_id(self, name):
        found = self._run("ldapsearch", "-LLL", "-b", self.dn(name),
                          "-s", "base", "entryUUID")
        for line in found.splitlines():
            if line.startswith("entryUUID: "):
                return line.split()[1]
        raise InstanceError(f"{name} has no entryUUID: {found}")
