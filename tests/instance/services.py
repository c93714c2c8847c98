# SPDX-License-Identifier: MIT
"""The servers of an instance: how each is started, and when it is ready."""

import http.client
import json
import socket
import ssl
import subprocess

from . import control, spam_filter, university, webmail
from .errors import InstanceError
from .layout import BUILD, DOMAIN
from .waiting import wait_until

# Long enough for servers that run under valgrind, on a machine with much to do.
# One that is not there yet refuses a connection at once.
READY_SECONDS = 600
PROBE_SECONDS = 60
# SMFIC_OPTNEG of the milter protocol, version 6; the answer is one too.
MILTER_NEGOTIATION = (b"\0\0\0\rO" b"\0\0\0\6" b"\0\0\1\377"
                      b"\0\37\377\377")

# In the order of their start; stopped in reverse.
NAMES = ("slapd", "alumni-milter", "outside", "refuses", "dovecot",
         "php-fpm", "nginx", "postfix")
# Those that not every instance has.
FURTHER_NAMES = spam_filter.NAMES


def planned(layout):
    """The names of this instance's servers, in the order of their start."""
    if not spam_filter.is_wanted(layout):
        return NAMES
    return (*NAMES[:-1], *FURTHER_NAMES, NAMES[-1])


def write_plan(layout, ports, build):
    """Writes services.json: what the holder starts."""
    argvs = {
        "slapd": university.argv(layout, ports["ldap"]),
        "alumni-milter": [f"{build}/milter/alumni-milter", "--config",
                   str(layout.config)],
        "outside": sink(ports["outside"],
                        "-d", f"{layout.outside}/%H%M%S."),
        # Keeps nothing: two that make files in one folder choose the same
        # names, and give up after a hundred that are taken.
        "refuses": sink(ports["refuses"], "-f", "rcpt"),
        "dovecot": ["dovecot", "-F", "-c",
                    str(layout.dovecot_etc / "dovecot.conf")],
        "postfix": ["postfix", "start-fg"],
        **spam_filter.argvs(layout, ports),
        "php-fpm": webmail.php_argv(layout),
        "nginx": webmail.nginx_argv(layout),
    }
    plan = {name: {"argv": argvs[name], "env": control.environment(layout)}
            for name in planned(layout)}
    plan["postfix"]["stop_argv"] = ["postfix", "stop"]
    layout.services.write_text(json.dumps(plan, indent=1) + "\n")


def sink(port, *options):
    return ["smtp-sink", "-u", "nobody", "-h", "sink.outside.example",
            *options, f"127.0.0.1:{port}", "100"]


# ---- when is it ready? ----

def _dialogue(address, expected, hello=None):
    """Connects, and compares the greeting, and the answer to hello."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(PROBE_SECONDS)
        connection.connect(address)
        if hello:
            connection.sendall(hello)
        return connection.recv(512).startswith(expected)


def _tls_greeting(layout, port, expected):
    context = ssl.create_default_context(cafile=str(layout.ca))
    with socket.create_connection(("127.0.0.1", port), PROBE_SECONDS) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as secure:
            return secure.recv(512).startswith(expected)


def _slapd_ready(layout, ports):
    del layout
    done = subprocess.run(
        ["ldapsearch", "-x", "-H", f"ldap://127.0.0.1:{ports['ldap']}", "-o",
         f"nettimeout={PROBE_SECONDS}", "-l", str(PROBE_SECONDS), "-s",
         "base", "-b", "", "namingContexts"],
        env={"PATH": "/usr/bin:/bin", "LDAPNOINIT": "1"}, text=True,
        capture_output=True, check=False)
    return university.SUFFIX in done.stdout


def _netstring(text):
    return f"{len(text)}:{text},".encode()


def _milter_ready(layout, ports):
    del ports
    return (_dialogue(str(layout.milter_run / "milter.sock"), b"\0\0\0",
                      MILTER_NEGOTIATION)
            and _dialogue(str(layout.milter_run / "maps.sock"),
                          f"{len('NOTFOUND ')}:NOTFOUND ".encode(),
                          _netstring(f"mailbox no-such-account@{DOMAIN}")))


def _outside_ready(layout, ports):
    del layout
    return _dialogue(("127.0.0.1", ports["outside"]), b"220")


def _refuses_ready(layout, ports):
    del layout
    return _dialogue(("127.0.0.1", ports["refuses"]), b"220")


def _dovecot_ready(layout, ports):
    return (_tls_greeting(layout, ports["imaps"], b"* OK")
            and _tls_greeting(layout, ports["pop3s"], b"+OK")
            and _dialogue(str(layout.spool / "private/dovecot-lmtp"), b"220")
            and _dialogue(str(layout.spool / "private/auth"), b"VERSION")
            and (layout.dovecot_run / "dict").exists())


def _postfix_ready(layout, ports):
    del layout
    return (_dialogue(("127.0.0.1", ports["smtp"]), b"220")
            and _dialogue(("127.0.0.1", ports["submission"]), b"220"))


def _nameserver_ready(layout, ports):
    del layout
    # The root's name servers, which it does not know: NXDOMAIN.
    query = b"\0\1\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(PROBE_SECONDS)
        connection.connect(("127.0.0.1", ports["nameserver"]))
        connection.sendall(query)
        return connection.recv(512)[3] & 15 == 3


def _rspamd_ready(layout, ports):
    del ports
    return _dialogue(str(layout.rspamd_spool / "milter.sock"), b"\0\0\0",
                     MILTER_NEGOTIATION)


def _php_ready(layout, ports):
    del ports
    return webmail.php_answers(layout, PROBE_SECONDS)


def _nginx_ready(layout, ports):
    del layout
    return webmail.answers(ports, PROBE_SECONDS)


READY = {"slapd": _slapd_ready, "alumni-milter": _milter_ready,
         "outside": _outside_ready, "refuses": _refuses_ready,
         "dovecot": _dovecot_ready, "nameserver": _nameserver_ready,
         "rspamd": _rspamd_ready, "postfix": _postfix_ready,
         "php-fpm": _php_ready, "nginx": _nginx_ready}


def is_ready(layout, ports, name):
    """Asks the server over its own protocol."""
    try:
        return READY[name](layout, ports)
    except (OSError, ssl.SSLError, http.client.HTTPException):
        return False


def start(layout, ports, name):
    """Starts a server and returns when it answers; its pid."""
    log = layout.log_of(name)
    pid = control.ask(layout, "start", name=name)["pid"]

    def answers():
        status = control.ask(layout, "status")[name]["exit_status"]
        if status is not None:
            raise InstanceError(f"{name} ended with status {status}; the end "
                                f"of {log}:\n{control.tail(log)}")
        return is_ready(layout, ports, name)

    try:
        wait_until(answers, READY_SECONDS, f"{name} to answer")
    except InstanceError as error:
        if str(log) in str(error):
            raise
        raise InstanceError(f"{error}; the end of {log}:\n"
                            f"{control.tail(log)}") from error
    return pid


def programs(variant):
    """Folder with the built programs: "plain" or "sanitize"."""
    folder = BUILD / variant
    for program in ("milter/alumni-milter", "ctl/alumnictl"):
        if not (folder / program).exists():
            raise InstanceError(f"{folder / program} is missing: run "
                                "./dev build")
    return folder
