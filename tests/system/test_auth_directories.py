# SPDX-License-Identifier: MIT
"""Directories as sites have them: several, with several servers, with
referrals, and with a say in quota and forwarding."""

import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from auth_server import AuthServer
from directory import Directory
from instance import university
from instance.ports import closed_port
from ldap_peers import FakeDirectory, Forwarder, Listener

MIB = 1024 * 1024
LOGINS = 200
CONNECTIONS = 8
PATIENCE = {"connect_timeout_msecs": 5000, "request_timeout_msecs": 5000}


@pytest.fixture(name="directory")
def _directory(instance):
    return Directory(instance)


def account(instance, name):
    return json.loads(instance.alumnictl("--json", "account", "show",
                                         name).stdout)


def uris(*peers):
    return "{ " + ", ".join(f'"ldap://127.0.0.1:{getattr(peer, "port", peer)}"'
                            for peer in peers) + " }"


# ---- several directories ----

class Portal(Directory):
    """A second directory: another part of the same server's tree."""

    def __init__(self, instance):
        super().__init__(instance)
        self.base = f"ou=portal-{secrets.token_hex(4)},{university.SUFFIX}"
        ou = self.base.split(",")[0].split("=")[1]
        self._run("ldapadd", text=f"dn: {self.base}\n"
                  f"objectClass: organizationalUnit\nou: {ou}\n")

    def dn(self, name):
        return f"uid={name},{self.base}"

    def add_person(self, hint="portal", affiliation="student",
                   status="active", name=None):
        name = name or f"{hint}-{secrets.token_hex(4)}"
        self._run("ldapadd", text=university.person(
            name, "Test", affiliation, status).replace(university.BASE,
                                                       self.base))
        return name

    def section(self, instance):
        """Its section, which is the university's with another base."""
        text = (instance.state
                / "etc/alumnimail/alumnimail.conf").read_text()
        found = re.search(r'(?ms)^directory "university" \{.*?^\}\n', text)[0]
        return found.replace('"university"', '"portal"').replace(
            university.BASE, self.base)


def test_directories_are_asked_in_their_order(instance, directory):
    portal = Portal(instance)
    of_portal = portal.add_person()
    of_both = directory.add_person("both")
    portal.add_person(name=of_both)
    portal.set_password(of_both, "of-the-portal")
    with AuthServer(instance, PATIENCE,
                    sections=[portal.section(instance)]) as server:
        assert server.ask(of_portal, f"{of_portal}-university") == "ok"
        assert account(instance, of_portal)["directory"] == {
            "name": "portal", "id": portal.entry_id(of_portal)}
        # Whoever is in both is whom the first one knows.
        assert server.ask(of_both, f"{of_both}-university") == "ok"
        assert account(instance, of_both)["directory"] == {
            "name": "university", "id": directory.entry_id(of_both)}
        # The other entry's password opens nothing from then on.
        assert server.ask(of_both, "of-the-portal") == "mismatch"
        directory.delete(of_both)
        assert server.ask(of_both, "of-the-portal") == "mismatch"


def test_one_that_is_away_does_not_keep_the_others_people_out(instance,
                                                              directory):
    portal = Portal(instance)
    of_portal = portal.add_person()
    of_university = directory.add_person("university")
    section = portal.section(instance)
    with AuthServer(instance, PATIENCE, sections=[section]) as server:
        assert server.ask(of_portal, f"{of_portal}-university") == "ok"
        assert server.ask(of_university, f"{of_university}-university") == "ok"
    away = {"uris": uris(closed_port())}
    with AuthServer(instance, {**PATIENCE, **away},
                    sections=[section]) as server:
        assert server.ask(of_portal, f"{of_portal}-university") == "ok"
        assert server.ask(of_portal, "wrong") == "mismatch"
        assert server.ask(of_university, "wrong") == "temporary"
        # Nobody can tell whether the first one knows this name.
        assert server.ask("no-such-person", "wrong") == "temporary"


def test_without_create_accounts_nobody_gets_one(instance, directory):
    name = directory.add_person("stranger")
    with AuthServer(instance, options={"create_accounts": "no"}) as server:
        assert server.ask(name, f"{name}-university") == "mismatch"
    assert instance.alumnictl("account", "show", name,
                              check=False).returncode != 0


# ---- several servers, and connections that stay ----

def test_another_server_is_asked_when_one_is_away_or_hangs(instance,
                                                           directory):
    name = directory.add_person("servers")
    with Forwarder(instance) as works, FakeDirectory() as hangs:
        for first in (closed_port(), hangs):
            with AuthServer(instance, {
                    "connect_timeout_msecs": "1000",
                    "request_timeout_msecs": "5000",
                    "uris": uris(first, works)}) as server:
                assert server.ask(name, f"{name}-university") == "ok", (
                    server.log())
                assert server.ask(name, "wrong") == "mismatch"
        assert hangs.accepted


def test_connections_stay_and_are_made_anew(instance, directory):
    name = directory.add_person("connections")
    with Forwarder(instance) as peer:
        with AuthServer(instance, {**PATIENCE, "uris": uris(peer)}) as server:
            def log_in(count):
                with ThreadPoolExecutor(CONNECTIONS) as pool:
                    return set(pool.map(
                        lambda _: server.ask(name, f"{name}-university"),
                        range(count)))

            assert log_in(LOGINS) == {"ok"}
            # One of the service account, one for binds.
            assert peer.accepted <= 2 * len(server.workers())
            made = peer.accepted
            instance.service("stop", "slapd")
            instance.service("start", "slapd")
            # A dead connection is no failure: the question is asked again.
            assert log_in(CONNECTIONS) == {"ok"}, server.log()
            assert peer.accepted > made


# ---- referrals ----

class Elsewhere(Listener):
    """Where a referral leads to: nobody should come."""

    def talk(self, connection):
        connection.recv(1)


def test_referrals_are_not_followed(instance, directory):
    portal = Portal(instance)
    name = portal.add_person()
    with Elsewhere() as elsewhere:
        url = f"ldap://127.0.0.1:{elsewhere.port}"
        # One below the base, which comes with every answer.
        portal._run("ldapadd", "-M", text=f"dn: ou=other,{portal.base}\n"
                    "objectClass: referral\nobjectClass: extensibleObject\n"
                    f"ou: other\nref: {url}/ou=other,dc=example\n")
        # And one in the place of a base.
        moved = f"ou=moved,{portal.base}"
        portal._run("ldapadd", "-M", text=f"dn: {moved}\n"
                    "objectClass: referral\nobjectClass: extensibleObject\n"
                    f"ou: moved\nref: {url}/ou=moved,dc=example\n")
        with AuthServer(instance, {**PATIENCE,
                                   "base": f'"{portal.base}"'}) as server:
            assert server.ask(name, f"{name}-university") == "ok"
            assert server.ask("no-such-person", "wrong") == "mismatch"
        with AuthServer(instance, {**PATIENCE,
                                   "base": f'"{moved}"'}) as server:
            assert server.ask(name, "wrong") == "temporary"
        assert elsewhere.accepted == 0


# ---- what the directory says of quota and forwarding ----

OVERRIDES = {"quota_attribute": '"alumniMailQuota"',
             "forward_attribute": '"alumniForwardingAddress"',
             "keep_copy_attribute": '"alumniKeepCopy"'}


def test_the_directory_overrides_quota_and_forwarding(instance, directory):
    name = directory.add_person("override")
    password = f"{name}-university"
    with AuthServer(instance, {**PATIENCE, **OVERRIDES}) as server:
        assert server.ask(name, password) == "ok"
        usual = account(instance, name)
        assert usual["quota"] == {"bytes": 500 * MIB, "origin": "class"}
        assert usual["forward"] is None

        directory.replace(name, "alumniMailQuota", 70 * MIB)
        directory.replace(name, "alumniForwardingAddress",
                          f"{name}@outside.example")
        assert server.ask(name, password) == "ok"
        shown = account(instance, name)
        assert shown["quota"] == {"bytes": 70 * MIB, "origin": "account"}
        assert shown["forward"] == {"address": f"{name}@outside.example",
                                    "keep_copy": True}
        directory.replace(name, "alumniKeepCopy", "FALSE")
        directory.replace(name, "alumniMailQuota", 0)
        assert server.ask(name, password) == "ok"
        shown = account(instance, name)
        assert shown["quota"]["bytes"] is None
        assert shown["forward"]["keep_copy"] is False

        # What makes no sense changes nothing, stops no login and is logged.
        directory.replace(name, "alumniForwardingAddress",
                          instance.address("alumna"))
        assert server.ask(name, password) == "ok"
        assert account(instance, name)["forward"] == shown["forward"]
        instance.wait(lambda: "the forwarding stays" in server.log(),
                      "a line in the log")
    # And without these options the directory has no say.
    other = directory.add_person("override")
    directory.replace(other, "alumniMailQuota", 70 * MIB)
    with AuthServer(instance, PATIENCE) as server:
        assert server.ask(other, f"{other}-university") == "ok"
        assert account(instance, other)["quota"]["origin"] == "class"


def test_the_overridden_quota_is_what_imap_shows(instance, directory):
    """Of sessions that begin while the instance has these options."""
    name = directory.add_person("override")
    instance.imap(name, f"{name}-university").logout()
    directory.replace(name, "alumniMailQuota", 70 * MIB)
    with AuthServer(instance, {**PATIENCE, **OVERRIDES}) as server:
        assert server.ask(name, f"{name}-university") == "ok"
    connection = instance.imap(name, f"{name}-university")
    try:
        _, (_, answer) = connection.getquotaroot("INBOX")
    finally:
        connection.logout()
    assert re.search(rb"STORAGE \d+ (\d+)", answer[0])[1] == (
        b"%d" % (70 * 1024))
