# SPDX-License-Identifier: MIT
"""What two programs say to each other is written once, in protocol/.

The files that cannot include a header (those of deploy/, the webmail's PHP,
the manual pages) are compared with it. Nothing here needs an instance.
"""

import re
import shlex

import pytest

from instance.layout import ROOT

PROTOCOL = ROOT / "protocol"
DEPLOY = ROOT / "deploy"
WEBMAIL = ROOT / "webmail"
DOVECOTS = ("dovecot-2.3", "dovecot-2.4")

# Literals of these forms are nobody's own.
CONTRACT = re.compile(
    r"^:?(priv/|shared/|X-Alumnimail|vendor/vendor\.alumnimail)|alumni-refused"
    r"|^alumni-selfservice$|^alumni_(usage|quota|trash|selfservice)$")


def code(path):
    """The text without comments and includes."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"^\s*#include.*", "", text, flags=re.MULTILINE)


def literals(text):
    return re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)


def constants():
    """All string constants of protocol/, by name."""
    found = {}
    for path in sorted(PROTOCOL.glob("*.h")):
        for name, value in re.findall(r'^#define (\w+)\s+"([^"]*)"\s*$',
                                      code(path), re.MULTILINE):
            assert name not in found, name
            found[name] = value
    assert len(found) > 40
    return found


NAMES = constants()


def group(prefix):
    found = {value for name, value in NAMES.items()
             if name.startswith(prefix)}
    assert len(found) > 1, prefix
    return found


def deployed(name):
    """The file without comments."""
    text = (DEPLOY / name).read_text()
    return re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)


def programs():
    return sorted(path for folder in ("lib", "plugins", "milter", "ctl")
                  for path in (ROOT / folder).glob("**/*.[ch]"))


def test_names_are_unlike():
    for prefix in ("DICT_KEY", "HEADER_", "METADATA_", "MAP_", "PLUGIN_"):
        values = [value for name, value in NAMES.items()
                  if name.startswith(prefix) and not name.endswith("_VALUE")]
        assert len(values) == len(set(values)), prefix


def test_programs_spell_nothing_themselves():
    found = [(str(path.relative_to(ROOT)), literal) for path in programs()
             for literal in literals(code(path)) if CONTRACT.search(literal)]
    assert found == []


def test_every_key_is_served_by_the_dict():
    """A constant that nothing serves, or nothing asks for, is out of use."""
    served = "".join(code(path)
                     for path in (ROOT / "plugins/dict").glob("*.c"))
    for name in NAMES:
        if name.startswith("DICT_KEY"):
            assert re.search(rf"\b{name}\b", served), name


def test_every_constant_is_in_use():
    text = "".join(code(path) for path in programs())
    unused = [name for name in NAMES if not re.search(rf"\b{name}\b", text)
              and not name.startswith("WIRE_REFUSAL_")]
    assert unused == []


@pytest.mark.parametrize("dovecot", DOVECOTS)
def test_dovecot_serves_the_dict(dovecot):
    text = deployed(f"{dovecot}/services.conf.in")
    name, driver = NAMES["DICT_NAME"], NAMES["DICT_DRIVER_NAME"]
    forms = {
        "dovecot-2.3": rf"^dict {{\n  {name} = {driver}:\n}}$",
        "dovecot-2.4": rf"^dict_server {{\n  dict {name} {{\n"
                       rf"    driver = {driver}\n  }}\n}}$",
    }
    assert re.search(forms[dovecot], text, re.MULTILINE)


@pytest.mark.parametrize("dovecot", DOVECOTS)
def test_dovecot_asks_our_driver(dovecot):
    text = deployed(f"{dovecot}/auth.conf.in")
    name = NAMES["AUTHDB_DRIVER_NAME"]
    forms = {
        "dovecot-2.3": rf"^(passdb|userdb) {{\n  driver = {name}\n",
        "dovecot-2.4": rf"^(passdb|userdb) {name} {{",
    }
    assert sorted(re.findall(forms[dovecot], text, re.MULTILINE)) == [
        "passdb", "userdb"]


@pytest.mark.parametrize("dovecot", DOVECOTS)
def test_dovecot_loads_our_plugins(dovecot):
    text = deployed(f"{dovecot}/mail.conf.in")
    if dovecot == "dovecot-2.3":
        loaded = re.search(r"^mail_plugins = (.*)$", text,
                           re.MULTILINE)[1].split()
    else:
        loaded = re.findall(r"^\s+(\w+) = yes$", re.search(
            r"^mail_plugins {\n(.*?)^}", text,
            re.MULTILINE | re.DOTALL)[1], re.MULTILINE)
    assert {plugin for plugin in loaded if plugin.startswith("alumni")} == \
        group("PLUGIN_")


def test_postfix_asks_our_maps():
    """And no other, and there is none that it does not ask."""
    maps = re.findall(r"socketmap:unix:[^:\s]*:([\w-]+)",
                      deployed("postfix/main.cf.in"))
    assert set(maps) == group("MAP_")


def test_postfix_marks_what_does_not_come_from_outside():
    marks = re.findall(r"milter_macro_daemon_name=(\S+)",
                       deployed("postfix/master.cf.in"))
    assert sorted(marks) == sorted(group("MILTER_DAEMON_"))


def spam_headers():
    text = deployed("alumnimail.conf.in")
    return shlex.split(re.search(r"^spam_headers = {(.*)}$", text,
                                 re.MULTILINE)[1].replace(",", " "))


def test_sieve_files_what_the_milter_marks():
    text = deployed("sieve/alumni-junk.sieve.in")
    asked = re.findall(r'header :(?:is|matches) "([^"]+)" \[?"([^"]+)"', text)
    expected = [(NAMES["HEADER_JUNK"], NAMES["HEADER_JUNK_VALUE"])]
    expected += [tuple(header.split(": ")) for header in spam_headers()]
    assert asked == expected


def test_rspamd_marks_spam_as_the_milter_knows_it():
    name = re.search(r'^spam_header = "(.*)";$',
                     deployed("rspamd/local.d/worker-proxy.inc.in"),
                     re.MULTILINE)[1]
    assert f"{name}: Yes" in spam_headers()


def php():
    text = "".join(path.read_text() for path in sorted(
        WEBMAIL.glob("**/*.php")))
    assert text
    return text


def test_webmail_knows_the_entries():
    prefix = re.search(r"const PREFIX = '(/private/[^']*)';", php())[1]
    assert prefix == "/private/" + NAMES["METADATA_ENTRIES"]
    used = set(re.findall(
        r"server(?:\(\))?->(?:get|get_json|set)\('([^']+)'", php()))
    # The form of forwarding sets them through a function of its own.
    used |= set(re.findall(r"\$this->set\('([\w-]+)',", php()))
    assert used == {value for name, value in NAMES.items()
                    if name.startswith("METADATA_")
                    and name != "METADATA_ENTRIES"}


def test_webmail_knows_the_members_of_the_json():
    account = set(re.findall(r"\$account\['(\w+)'\]", php()))
    assert len(account) > 10
    assert account <= group("ACCOUNT_JSON_")
    assert set(re.findall(r"\$entry\['(\w+)'\]", php())) == \
        group("APP_PASSWORD_JSON_")


@pytest.mark.parametrize("name", sorted(
    path.relative_to(ROOT).as_posix() for path in
    [*ROOT.glob("doc/**/*"), *DEPLOY.glob("**/*"), *WEBMAIL.glob("**/*"),
     ROOT / "README.md"]
    if path.is_file() and b"X-Alumnimail" in path.read_bytes()))
def test_headers_are_spelled_as_they_are_sent(name):
    named = set(re.findall(r"X-Alumnimail-[\w-]+",
                           (ROOT / name).read_text()))
    assert named <= {value for key, value in NAMES.items()
                     if key.startswith("HEADER_")}
