# SPDX-License-Identifier: MIT
"""rspamd in front of alumni-milter, for an instance that is to have it.

Debian's own configuration with that of deploy/rspamd over it, and a name server
for the names that rspamd asks: there is no other here.
"""

import os
import subprocess
import sys

from . import users
from .errors import InstanceError
from .layout import DOMAIN, HOSTNAME, SECOND_DOMAIN

USER = "_rspamd"
SELECTOR = "alumni"
KEY_BITS = 2048
# The servers that come with it, in the order of their start.
NAMES = ("nameserver", "rspamd")

# Compiling patterns for each of 10,000 public suffixes takes most of a minute;
# nothing here hangs on more than a few, nor on the speed of patterns.
OPTIONS = ('dns {{ nameserver = ["127.0.0.1:{port}"]; }} '
           'url_tld = "{suffixes}"; '
           'disable_hyperscan = true; enable_test_patterns = true;')
SUFFIXES = "example\ncom\nnet\norg\n"
# A header by which a test says how spammy its message is to be.
RULE = """
"TEST_%(name)s" = {
  re = "X-Test-Spam=/^%(word)s$/H";
  score = %(score)d;
}
"""


def want(layout, wanted):
    """Remembers whether the instance is to have it."""
    if wanted:
        layout.rspamd_wanted.touch()
    else:
        layout.rspamd_wanted.unlink(missing_ok=True)


def is_wanted(layout):
    return layout.rspamd_wanted.exists()


def values(layout, ports):
    """What the instance puts for the placeholders of deploy/rspamd."""
    return {
        "filters_before": "unix:rspamd/milter.sock,"
                          if is_wanted(layout) else "",
        "rspamd_internet": "false",
        "rspamd_options": OPTIONS.format(port=ports["nameserver"],
                                         suffixes=layout.rspamd_etc
                                         / "suffixes"),
        "rspamd_processes": 1,
        "rspamd_controller": layout.rspamd_run / "controller.sock",
        "dkim_keys": layout.dkim_keys,
        "dkim_selector": SELECTOR,
    }


def prepare(layout):
    """Keys, the names that belong to them, and folders."""
    uid, gid = users.uid(USER), users.gid(USER)
    for path, mode, group in (
            (layout.rspamd_etc, 0o755, 0),
            (layout.dkim_keys, 0o750, gid),
            (layout.rspamd_run, 0o755, gid),
            (layout.rspamd_data, 0o750, gid),
            # As deploy/tmpfiles.d has it.
            (layout.rspamd_spool, 0o2750, users.gid("postfix"))):
        path.mkdir(exist_ok=True)
        os.chown(path, 0 if path == layout.dkim_keys else uid, group)
        path.chmod(mode)
    (layout.rspamd_etc / "suffixes").write_text(SUFFIXES)
    local = layout.rspamd_etc / "local.d"
    local.mkdir(exist_ok=True)
    (local / "logging.inc").write_text('type = "console";\n')
    (local / "regexp.conf").write_text("".join(
        RULE % {"name": word.upper(), "word": word, "score": score}
        for word, score in (("likely", 8), ("certain", 20))))
    records = [f"{HOSTNAME} A 127.0.0.1",
               f"1.0.0.127.in-addr.arpa PTR {HOSTNAME}."]
    for domain in (DOMAIN, SECOND_DOMAIN):
        key = layout.dkim_keys / f"{domain}.key"
        make_key(key, gid)
        records += [
            f"{SELECTOR}._domainkey.{domain} TXT {public_key(key)}",
            f"{domain} MX 10 {HOSTNAME}.",
            f"{domain} TXT v=spf1 a:{HOSTNAME} -all",
            f"_dmarc.{domain} TXT v=DMARC1; p=quarantine",
        ]
    layout.zone.write_text("\n".join(records) + "\n")


def make_key(path, group=0):
    """A private key in a file of its own, unless it is there."""
    if path.exists():
        return
    _openssl("genrsa", "-out", path, str(KEY_BITS))
    os.chown(path, 0, group)
    path.chmod(0o640)


def public_key(path):
    """What DNS must say for it."""
    lines = _openssl("rsa", "-in", path, "-pubout").splitlines()
    return f"v=DKIM1; k=rsa; p={''.join(lines[1:-1])}"


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise InstanceError(f"openssl {arguments[0]}: {done.stderr}")
    return done.stdout


def argvs(layout, ports):
    """How the servers are started: rspamd as its own user, as its unit does."""
    folders = {"LOCAL_CONFDIR": layout.rspamd_etc,
               "DBDIR": layout.rspamd_data, "RUNDIR": layout.rspamd_run,
               "LOGDIR": layout.rspamd_data}
    return {
        "nameserver": [sys.executable, "-m", "instance.nameserver",
                       str(layout.zone), str(ports["nameserver"])],
        "rspamd": ["setpriv", f"--reuid={USER}", f"--regid={USER}",
                   "--clear-groups", "rspamd", "-f", "-c",
                   "/etc/rspamd/rspamd.conf",
                   *(word for name, value in folders.items()
                     for word in ("--var", f"{name}={value}"))],
    }
