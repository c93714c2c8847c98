# SPDX-License-Identifier: MIT
"""The instance's webmail: Debian's Roundcube with our plugin.

The instance's configuration and plugins are bound over Roundcube's folders of
the machine; database, logs and temporary files lie below the instance. The
server blocks, the PHP pool and what is set in Roundcube are those of deploy/.
"""

import http.client
import os
import shutil
import socket
import sqlite3
from pathlib import Path

from . import users
from .errors import InstanceError
from .layout import ROOT, WEBMAIL_HOSTNAME

SOURCE = ROOT / "webmail"
ROUNDCUBE_ETC = "/etc/roundcube"
ROUNDCUBE_PLUGINS = "/var/lib/roundcube/plugins"
SCHEMA = Path("/usr/share/roundcube/SQL/sqlite.initial.sql")
USER = "www-data"

# The machine's own, which have passwords of its database in them.
PRIVATE_FILES = ("config.inc.php", "debian-db.php")

# Debian's has the same, but for its paths.
NGINX = """\
user {user};
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{
}}
http {{
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	sendfile on;
	gzip on;
	gzip_types text/css application/javascript;
	access_log {log}/nginx-access.log;
	client_body_temp_path {folder}/nginx-body;
	proxy_temp_path {folder}/nginx-proxy;
	fastcgi_temp_path {folder}/nginx-fastcgi;
	uwsgi_temp_path {folder}/nginx-uwsgi;
	scgi_temp_path {folder}/nginx-scgi;
	server_names_hash_bucket_size 128;

	include {etc}/sites/*.conf;

	# For a browser that does not know the instance's authority.
	server {{
		listen 127.0.0.1:{port};
		include {etc}/snippets/alumnimail-roundcube.conf;
		include {etc}/snippets/alumnimail-autoconfig.conf;
	}}
}}
"""

PHP = """\
[global]
daemonize = no
error_log = /proc/self/fd/2
include = {etc}/*.conf
"""

ROUNDCUBE = """\
<?php

// In place of what Debian writes here: a database and a key of the instance's.
$config['db_dsnw'] = 'sqlite:///{database}?mode=0600';
$config['des_key'] = '{key}';
$config['log_dir'] = '{folder}/log';
$config['temp_dir'] = '{folder}/temp';
$config['log_logins'] = true;

include '/etc/roundcube/alumnimail.inc.php';
"""


def values(layout, ports):
    """What the instance puts for the placeholders of the webmail."""
    return {
        "webmail_hostname": WEBMAIL_HOSTNAME,
        "webmail_http_port": f"127.0.0.1:{ports['webmail_http']}",
        "webmail_https_port": f"127.0.0.1:{ports['webmail_https']}",
        "webmail_mail_host": "127.0.0.1",
        "webmail_ca_file": layout.ca,
        # The machine's, over which the instance's plugins are bound.
        "webmail_root": "/var/lib/roundcube/public_html",
        "webmail_socket": layout.webmail_socket,
        "nginx_etc": layout.nginx_etc,
        "autoconfig_dir": layout.autoconfig,
        "submission_port_number": ports["submission"],
    }


# ---- before the namespace is made ----

def _ours(path, mode):
    path.mkdir(exist_ok=True)
    os.chown(path, users.uid(USER), users.gid(USER))
    path.chmod(mode)


def _make_plugins(layout):
    """Debian's plugins, and ours; that for passwords with our driver in it."""
    folder = layout.webmail_plugins
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROUNDCUBE_PLUGINS, folder, symlinks=True)
    # Not linked: the checkout may be where PHP's user cannot read.
    shutil.copytree(SOURCE / "alumnimail", folder / "alumnimail")
    password = folder / "password"
    original = password.resolve()
    password.unlink()
    shutil.copytree(original, password, symlinks=True)
    shutil.copy(SOURCE / "password/alumnimail.php", password / "drivers")


def _make_database(path):
    """Roundcube's own tables, unless an earlier start has made them."""
    if path.exists():
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    connection = sqlite3.connect(new)
    connection.executescript(SCHEMA.read_text())
    connection.close()
    os.chown(new, users.uid(USER), users.gid(USER))
    new.chmod(0o600)
    new.rename(path)


def prepare(layout):
    """Everything that is bound over the machine's folders."""
    if not SCHEMA.exists():
        raise InstanceError(f"{SCHEMA} is missing: run ./dev deps")
    # Workers make their sockets and temporary files there.
    _ours(layout.webmail, 0o755)
    for name in ("log", "temp", "nginx-body", "nginx-fastcgi"):
        _ours(layout.webmail / name, 0o700)
    shutil.copytree(ROUNDCUBE_ETC, layout.roundcube_etc, symlinks=True,
                    dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(*PRIVATE_FILES))
    _make_plugins(layout)
    _make_database(layout.webmail / "roundcube.sqlite")


# ---- configuration ----

def _write_private(path, text):
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    os.chown(path, 0, users.gid(USER))
    path.chmod(0o640)


def _key(layout):
    """Roundcube's key, exactly 24 characters; sessions of an earlier start
    stay readable."""
    path = layout.webmail / "key"
    if not path.exists():
        _write_private(path, os.urandom(12).hex())
    return path.read_text()


def write(layout, ports):
    """What deploy/ has no template for, since Debian's own files do it."""
    _write_private(layout.roundcube_etc / "config.inc.php", ROUNDCUBE.format(
        database=layout.webmail / "roundcube.sqlite", key=_key(layout),
        folder=layout.webmail))
    layout.nginx_etc.joinpath("nginx.conf").write_text(NGINX.format(
        user=USER, folder=layout.webmail, log=layout.log,
        etc=layout.nginx_etc, port=ports["webmail"]))
    (layout.webmail / "php-fpm.conf").write_text(
        PHP.format(etc=layout.php_etc))


# ---- the two servers ----

def php_argv(layout):
    """The newest php-fpm; Debian has its version in its name."""
    found = sorted(Path("/usr/sbin").glob("php-fpm[0-9]*"))
    if not found:
        raise InstanceError("php-fpm is missing: run ./dev deps")
    return [str(found[-1]), "--nodaemonize", "--fpm-config",
            str(layout.webmail / "php-fpm.conf")]


def nginx_argv(layout):
    # -e, since it would open the machine's log before it reads its
    # configuration.
    return ["nginx", "-e", "stderr", "-p", str(layout.webmail), "-c",
            str(layout.nginx_etc / "nginx.conf")]


def php_answers(layout, seconds):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(str(layout.webmail_socket))
    return True


def answers(ports, seconds):
    """True if there is a page to log in at: nginx, PHP, Roundcube and its
    database work."""
    connection = http.client.HTTPConnection("127.0.0.1", ports["webmail"],
                                            timeout=seconds)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status == 200 and b"rcmloginuser" in answer.read()
    finally:
        connection.close()
