# SPDX-License-Identifier: MIT
"""The LDAP schema loads in both of its forms, which say the same."""

import re
import subprocess

from instance.layout import ROOT

SCHEMA = ROOT / "ldap-schema" / "alumnimail.schema"
LDIF = ROOT / "ldap-schema" / "alumnimail.ldif"

CONFIG_LDIF = f"""\
dn: cn=config
objectClass: olcGlobal
cn: config

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif

include: file://{LDIF}
"""

DEFINITION_KINDS = {"objectidentifier": "olcObjectIdentifier",
                    "attributetype": "olcAttributeTypes",
                    "objectclass": "olcObjectClasses"}


def schema_definitions():
    """The definitions of the .schema file, each on one line."""
    lines = [line for line in SCHEMA.read_text().splitlines()
             if line.strip() and not line.startswith("#")]
    text = re.sub(r"\n\s+", " ", "\n".join(lines))
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        yield DEFINITION_KINDS[kind], " ".join(rest.split())


def ldif_definitions():
    text = LDIF.read_text().replace("\n ", "")
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        if name.startswith("olc"):
            yield name, " ".join(value.split())


def test_both_files_say_the_same():
    assert list(schema_definitions()) == list(ldif_definitions())


def test_ldif_loads_into_cn_config(tmp_path):
    done = subprocess.run(
        ["slapadd", "-n0", "-F", tmp_path], input=CONFIG_LDIF, text=True,
        capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = [path.read_text().replace("\n ", "") for path in
              tmp_path.glob("cn=config/cn=schema/*alumnimail.ldif")]
    assert len(loaded) == 1
    assert "NAME 'alumniMailAccount'" in loaded[0]


def test_schema_is_loaded_by_slapd(instance):
    shown = subprocess.run(
        ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H",
         instance.endpoints["ldap"], "-s", "base", "-b", "cn=Subschema",
         "attributeTypes", "objectClasses"], text=True, capture_output=True,
        check=True).stdout
    for name in ("alumniAffiliation", "alumniMailQuota",
                 "alumniForwardingAddress", "alumniKeepCopy",
                 "alumniAccountStatus", "alumniMailAccount"):
        definitions = [line for line in shown.splitlines()
                       if f"NAME '{name}'" in line]
        assert len(definitions) == 1, name
        assert "DESC '" in definitions[0]


def test_entries_use_it(instance):
    admin = instance.endpoints["ldap_admin"]
    shown = subprocess.run(
        ["ldapsearch", "-x", "-LLL", "-H", instance.endpoints["ldap"], "-D",
         admin["dn"], "-w", admin["password"], "-b",
         instance.endpoints["ldap_base"], "(alumniAccountStatus=INACTIVE)",
         "uid"], text=True, capture_output=True, check=True).stdout
    assert "uid: leaver" in shown
    assert "uid: employee" not in shown
