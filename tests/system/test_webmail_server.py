# SPDX-License-Identifier: MIT
"""The webmail is served by deploy/nginx as a site would serve it, and mail
programs find their settings."""

import http.client
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from instance.layout import (DOMAIN, HOSTNAME, ROOT, WEBMAIL_HOSTNAME,
                             Layout)
from instance.webmail import nginx_argv

from webmail_client import CLIENT_SECONDS, WebmailClient

AUTOCONFIG = f"autoconfig.{DOMAIN}"
PLUGIN = ROOT / "webmail/alumnimail"


@pytest.fixture
def http_get(instance):
    """Asks the site for a path, by HTTP or HTTPS."""
    def get(path, host=WEBMAIL_HOSTNAME, tls=True):
        place = instance.endpoints["webmail_https" if tls else "webmail_http"]
        if tls:
            connection = http.client.HTTPSConnection(
                *place, timeout=CLIENT_SECONDS, context=instance.tls())
        else:
            connection = http.client.HTTPConnection(
                *place, timeout=CLIENT_SECONDS)
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        connection.close()
        return answer, body

    return get


def test_nginx_finds_no_fault(instance):
    layout = Layout(instance.state)
    done = subprocess.run(
        [*instance.endpoints["enter"], *nginx_argv(layout), "-t"],
        text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_http_leads_to_https(http_get):
    answer, _ = http_get("/?_task=mail", tls=False)
    assert answer.status == 301
    assert answer.headers["Location"] \
        == f"https://{WEBMAIL_HOSTNAME}/?_task=mail"


def test_login_page_over_tls_has_its_headers(http_get):
    answer, page = http_get("/")
    assert answer.status == 200
    assert "rcmloginuser" in page
    headers = answer.headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "sameorigin"
    cookie = headers["Set-Cookie"]
    for attribute in ("secure", "HttpOnly", "SameSite=Lax"):
        assert attribute.lower() in cookie.lower(), cookie
    assert "X-Powered-By" not in headers
    assert not re.search(r"\d", headers["Server"]), headers["Server"]


@pytest.mark.parametrize("path", [
    "/skins/elastic/styles/styles.min.css",
    "/program/js/app.min.js",
    "/plugins/password/password.min.js",
    "/plugins/alumnimail/alumnimail.js",
    "/plugins/alumnimail/skins/elastic/alumnimail.css",
    "/skins/elastic/watermark.html",
])
def test_what_a_browser_needs_is_given_out(http_get, path):
    answer, _ = http_get(path)
    assert answer.status == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [
    "/config/config.inc.php", "/logs/errors.log", "/temp/", "/SQL/",
    "/bin/update.sh", "/installer/", "/installer/index.php",
    "/program/include/iniset.php", "/plugins/password/password.php",
    "/plugins/password/config.inc.php", "/plugins/password/composer.json",
    "/plugins/alumnimail/alumnimail.php",
    "/plugins/alumnimail/localization/en_US.inc",
    "/plugins/alumnimail/config.inc.php.dist",
    "/program/../config/config.inc.php", "/index.php/x", "/.htaccess",
    "/skins/elastic/templates/login.html",
])
def test_nothing_else_is_given_out(http_get, path):
    answer, body = http_get(path)
    assert answer.status in (400, 403, 404), (answer.status, body[:200])
    assert "<?php" not in body


# ---- mail programs ----

@pytest.mark.parametrize("path, host, tls", [
    ("/mail/config-v1.1.xml?emailaddress=x%40alumni.example", AUTOCONFIG,
     False),
    ("/mail/config-v1.1.xml", AUTOCONFIG, True),
    ("/.well-known/autoconfig/mail/config-v1.1.xml", WEBMAIL_HOSTNAME, True),
])
def test_autoconfig_says_what_holds(instance, http_get, path, host, tls):
    answer, text = http_get(path, host, tls)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    provider = ElementTree.fromstring(text).find("emailProvider")
    assert provider.get("id") == DOMAIN
    assert [element.text for element in provider.findall("domain")] \
        == [DOMAIN]
    servers = {element.get("type"): element for element in
               (*provider.findall("incomingServer"),
                *provider.findall("outgoingServer"))}
    assert list(servers) == ["imap", "pop3", "smtp"]
    for kind, endpoint, socket_type in (("imap", "imaps", "SSL"),
                                        ("pop3", "pop3s", "SSL"),
                                        ("smtp", "submission", "STARTTLS")):
        server = servers[kind]
        assert server.findtext("hostname") == HOSTNAME
        assert int(server.findtext("port")) == instance.endpoints[endpoint][1]
        assert server.findtext("socketType") == socket_type
        assert server.findtext("authentication") == "password-cleartext"
        assert server.findtext("username") == "%EMAILLOCALPART%"


def test_what_autoconfig_says_works(instance):
    """As Thunderbird would: the part of the address before the @."""
    name = instance.add_account("auto")
    instance.imap(name).logout()
    instance.pop3(name).quit()
    instance.submission(name).quit()


# ---- logging in ----

def test_logs_in_and_complains_of_nothing(instance):
    name = instance.add_account("webmail")
    log = Layout(instance.state).webmail / "log/errors.log"
    before = log.read_text() if log.exists() else ""
    assert WebmailClient(instance).log_in(name, f"{name}-alumni")
    assert WebmailClient(instance).log_in(f"{name}@{DOMAIN}",
                                          f"{name}-alumni")
    assert not WebmailClient(instance).log_in(name, "wrong")
    errors = log.read_text()[len(before):]
    assert f"Login failed for {name}@{DOMAIN}" in errors
    assert "PHP" not in errors


def test_name_and_address_are_one_person(instance):
    name = instance.add_account("webmail")
    for user in (name, f"{name}@{DOMAIN}", f"{name.upper()}"):
        assert WebmailClient(instance).log_in(user, f"{name}-alumni")
    database = Layout(instance.state).webmail / "roundcube.sqlite"
    done = instance.run_argv(
        ["sqlite3", database, "SELECT username FROM users WHERE username "
         f"LIKE '{name}%'"])
    assert done.stdout.split() == [f"{name}@{DOMAIN}"]


def test_checks_the_server_s_certificate(new_state):
    """Against the instance's authority alone, and for the host's own name."""
    state = new_state()
    instance = state.up()
    name = instance.add_account("webmail")
    settings = state.layout.roundcube_etc / "alumnimail.inc.php"
    original = settings.read_text()
    for wanted, wrong in ((str(state.layout.ca),
                           "/etc/ssl/certs/ca-certificates.crt"),
                          (f"'{HOSTNAME}'", "'mail.other.example'")):
        assert wanted in original
        settings.write_text(original.replace(wanted, wrong))
        instance.service("stop", "php-fpm")
        instance.service("start", "php-fpm")
        assert not WebmailClient(instance).log_in(name, f"{name}-alumni")
    settings.write_text(original)
    instance.service("stop", "php-fpm")
    instance.service("start", "php-fpm")
    assert WebmailClient(instance).log_in(name, f"{name}-alumni")


def test_the_machine_s_own_roundcube_is_not_touched(instance):
    assert not Path("/var/lib/roundcube/plugins/alumnimail").exists()
    assert not Path("/etc/roundcube/alumnimail.inc.php").exists()
    assert not Path("/usr/share/roundcube/plugins/password/drivers/"
                    "alumnimail.php").exists()
    private = Layout(instance.state).roundcube_etc / "config.inc.php"
    assert private.stat().st_mode & 0o007 == 0


def test_dovecot_knows_the_browser_s_address(instance):
    name = instance.add_account("webmail")
    client = WebmailClient(instance, source="127.0.0.77")
    assert client.log_in(name, f"{name}-alumni")
    log = Layout(instance.state).log_of("dovecot").read_text()
    assert re.search(
        rf"Log(in|ged in): user=<{name}>.* rip=127\.0\.0\.77,", log)


# ---- translations ----

def labels(language):
    source = (PLUGIN / f"localization/{language}.inc").read_text()
    return dict(re.findall(r"^(\$(?:labels|messages)\['\w+'\]) = '(.*)';$",
                           source, re.MULTILINE))


@pytest.mark.parametrize("language", ["nb_NO", "sv_SE"])
def test_translations_are_complete(language):
    english, other = labels("en_US"), labels(language)
    assert list(other) == list(english)
    for name, text in english.items():
        assert sorted(re.findall(r"\$\w+", text)) \
            == sorted(re.findall(r"\$\w+", other[name])), name


def test_every_text_is_used_and_exists():
    names = {re.search(r"'(\w+)'", label).group(1)
             for label in labels("en_US")}
    code = "".join(path.read_text() for path in
                   (*PLUGIN.glob("**/*.php"), *PLUGIN.glob("*.js"),
                    ROOT / "webmail/password/alumnimail.php"))
    used = set(re.findall(r"'(\w+)'", code))
    # Built from parts.
    used |= {"forwardingtitle", "accounttitle"}
    used |= {name for name in names if name.startswith("class_")}
    used |= {name for name in names if name.startswith("refused_")}
    used |= {"revoke"} & set(re.findall(r"alumnimail\.(\w+)'", code))
    assert names <= used
    asked = set(re.findall(r"(?:text|gettext|button)\('(\w+)'", code))
    assert asked <= names


def c_strings(path):
    """The string literals of a C file, those that follow each other joined,
    and what printf puts in as one sign."""
    source = path.read_text()
    joined = (re.sub(r'"\s*"', "", source)).replace('\\"', "'")
    return [re.sub(r"%[a-z]+", "%", text)
            for text in re.findall(r'"([^"\n]*)"', joined)]


def test_refusals_are_the_server_s_words():
    known = {text for path in (*(ROOT / "plugins/dict").glob("*.c"),
                               ROOT / "lib/mail/address.c")
             for text in c_strings(path)}
    ours = [text for name, text in labels("en_US").items()
            if "refused_" in name]
    assert ours
    assert [text for text in ours
            if re.sub(r"\$\w+", "%", text).replace('"', "'")
            not in known] == []
