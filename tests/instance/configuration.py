# SPDX-License-Identifier: MIT
"""The instance's configuration, from the same templates as production's.

Only the values differ. The instance's are laid over deploy/production.values,
so that a placeholder added there is never left out here; one that is a path
must be replaced, or the instance would touch the machine's own files.
"""

import functools
import re
import shutil
import subprocess
from pathlib import Path

from . import control, spam_filter, university, webmail
from .errors import InstanceError
from .layout import DOMAIN, HOSTNAME, ROOT, SECOND_DOMAIN

DEPLOY = ROOT / "deploy"
# What the machine has and the instance only reads.
MACHINE_PATHS = ("/usr/", "/bin/", "/sbin/", "/dev/null")

# Tests log in all the time, and an eighth of a second for a hash is more than
# all else that a login takes. They are many at a time, so that a directory
# which answers may take long.
FOR_TESTS = {
    "hash_memory": '"8M"',
    "hash_passes": "1",
    "connect_timeout_msecs": "10000",
    "request_timeout_msecs": "10000",
}

PORT_NAMES = ("ldap", "smtp", "submission", "imaps", "pop3s", "metrics",
              "outside", "refuses", "nameserver", "webmail", "webmail_http",
              "webmail_https")


def values(layout, ports):
    """What the instance puts for the placeholders."""
    return {
        "domain": DOMAIN,
        "hostname": HOSTNAME,
        "further_domains": SECOND_DOMAIN,
        "further_domains_quoted": f', "{SECOND_DOMAIN}"',
        "listen_address": "127.0.0.1",
        "config_file": layout.config,
        "config_dir": layout.config_dir,
        "store_dir": layout.store,
        "mail_home": layout.mail,
        "login_state_dir": layout.login_state,
        "warning_templates": DEPLOY / "templates",
        "srs_secret_file": layout.srs_secret,
        "password_key_file": layout.password_key,
        "password_public_key_file": layout.password_public_key,
        "metrics_listen": f"127.0.0.1:{ports['metrics']}",
        # The tests send more than people do. The limits have tests of their
        # own.
        "forward_messages_per_day": 1000000,
        "submission_recipients_per_hour": 1000000,
        "submission_recipients_per_day": 1000000,
        "tls_cert": layout.cert,
        "tls_key": layout.key,
        **_directory_values(layout, ports),
        **_dovecot_values(layout, ports),
        **_postfix_values(layout, ports),
        **spam_filter.values(layout, ports),
        **webmail.values(layout, ports),
    }


def _directory_values(layout, ports):
    return {
        "ldap_uri": f"ldap://127.0.0.1:{ports['ldap']}",
        "ldap_base": university.BASE,
        "ldap_bind_dn": university.SERVICE_DN,
        "ldap_bind_password_file": layout.directory_secret,
        "ldap_ca_file": layout.ca,
    }


def _dovecot_values(layout, ports):
    return {
        "imaps_port": ports["imaps"],
        "pop3s_port": ports["pop3s"],
        "dovecot_run": layout.dovecot_run,
        "dovecot_state": layout.dovecot_state,
        "dovecot_log": layout.log_of("dovecot"),
        "dovecot_etc": layout.dovecot_etc,
        # Many tests log in with a wrong password.
        "auth_failure_delay": "0 secs",
        "auth_penalty_mode": "0",
    }


def _postfix_values(layout, ports):
    return {
        "smtp_port": ports["smtp"],
        "submission_port": ports["submission"],
        "postfix_interfaces": "127.0.0.1",
        "postfix_etc": layout.postfix_etc,
        "postfix_spool": layout.spool,
        "postfix_data": layout.postfix_data,
        "postfix_log": layout.log_of("postfix"),
        # The tests connect from 127.0.0.1, which is to count as outside.
        "inside_networks": "127.0.0.2/32",
        "relayhost": f"[127.0.0.1]:{ports['outside']}",
        "transport_maps": "inline:{refuses.example=smtp:[127.0.0.1]:"
                          f"{ports['refuses']}}}",
    }


def _production_values():
    found = {}
    for line in (DEPLOY / "production.values").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            found[name.strip()] = value.strip()
    return found


def write_values(layout, ports):
    """Writes the values file that the templates are rendered with."""
    defaults = _production_values()
    ours = values(layout, ports)
    unknown = sorted(set(ours) - set(defaults))
    if unknown:
        raise InstanceError("deploy/production.values has no "
                            f"{', '.join(unknown)}, which the instance sets "
                            "in tests/instance/configuration.py")
    for name, value in defaults.items():
        if (name not in ours and value.startswith("/")
                and not value.startswith(MACHINE_PATHS)):
            raise InstanceError(
                f"deploy/production.values: {name} is a path of the machine; "
                "give it the instance's own in tests/instance/"
                "configuration.py")
    merged = {**defaults, **ours}
    layout.values.write_text("".join(f"{name} = {value}\n"
                                     for name, value in merged.items()))


def render(layout, template, target):
    """Renders one template with the instance's values."""
    done = subprocess.run([DEPLOY / "render", layout.values, template],
                          text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise InstanceError(done.stderr.strip())
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    target.write_text(done.stdout)
    target.chmod(0o644)


def render_folder(layout, folder, target):
    """Renders every template of a folder of deploy/."""
    templates = sorted((DEPLOY / folder).glob("**/*.in"))
    if not templates:
        raise InstanceError(f"{DEPLOY / folder}: no template there")
    for template in templates:
        name = template.relative_to(DEPLOY / folder).with_suffix("")
        render(layout, template, target / name)


def copy_postfix_files(layout):
    """What Postfix's own scripts look for beside main.cf."""
    layout.postfix_etc.mkdir(mode=0o755, parents=True, exist_ok=True)
    for source in Path("/etc/postfix").iterdir():
        target = layout.postfix_etc / source.name
        if source.name in ("main.cf", "master.cf"):
            continue
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True,
                            dirs_exist_ok=True)
        elif not target.is_symlink():
            shutil.copy(source, target, follow_symlinks=False)


def make_postfix_log(layout):
    """postsuper, which runs whenever Postfix starts, writes to it as Postfix's
    user when a killed one has left something behind; it ends the start if it
    cannot."""
    log = layout.log_of("postfix")
    log.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    log.touch()
    shutil.chown(log, "postfix")


@functools.cache
def dovecot_release():
    """What Dovecot calls itself, "2.4.1" say, without a packager's suffix."""
    done = subprocess.run(["dovecot", "--version"], text=True,
                          capture_output=True, check=True)
    return done.stdout.split()[0].split("-")[0]


def dovecot_version():
    """"2.3" or "2.4": which folder of deploy/ the installed Dovecot takes."""
    return ".".join(dovecot_release().split(".")[:2])


def dovecot_breaks_off_lists():
    """True if its auth process ends a list of users, of any userdb, when the
    reader is slower than it is and there are some thousand users."""
    return dovecot_release() in ("2.4.0", "2.4.1", "2.4.2")


def dovecot_forgets_ends_of_lists():
    """True if its auth process may keep the last lines of a list of users to
    itself: when it pauses for its reader, it goes on only when something new
    comes from its worker, though it may have read all there is. Whether it
    does hangs on how the processes take turns."""
    return dovecot_version() == "2.3"


def compile_sieve(layout):
    """As root must on a real machine, since those who deliver may not."""
    script = layout.dovecot_etc / "alumni-junk.sieve"
    control.run(layout, ["sievec", "-c",
                         str(layout.dovecot_etc / "dovecot.conf"),
                         str(script)])
    script.with_suffix(".svbin").chmod(0o644)


def want_for_tests(layout, wanted):
    """Remembers whether the instance is for tests; see FOR_TESTS."""
    if wanted:
        layout.for_tests.touch()
    else:
        layout.for_tests.unlink(missing_ok=True)


def set_for_tests(layout):
    """Sets these options where the configuration file tells their defaults."""
    text = layout.config.read_text()
    for name, value in FOR_TESTS.items():
        text, count = re.subn(rf"(?m)^(\s*)#{name} = .*$",
                              rf"\1{name} = {value}", text)
        if count != 1:
            raise InstanceError(f"{layout.config} has no line #{name} = ...")
    layout.config.write_text(text)


def write(layout, ports):
    """Renders everything."""
    write_values(layout, ports)
    if spam_filter.is_wanted(layout):
        spam_filter.prepare(layout)
        render_folder(layout, "rspamd", layout.rspamd_etc)
    render(layout, DEPLOY / "alumnimail.conf.in", layout.config)
    if layout.for_tests.exists():
        set_for_tests(layout)
    render_folder(layout, f"dovecot-{dovecot_version()}", layout.dovecot_etc)
    render_folder(layout, "sieve", layout.dovecot_etc)
    compile_sieve(layout)
    copy_postfix_files(layout)
    make_postfix_log(layout)
    render_folder(layout, "postfix", layout.postfix_etc)
    render_folder(layout, "nginx", layout.nginx_etc)
    render_folder(layout, "php-fpm", layout.php_etc)
    render_folder(layout, "roundcube", layout.roundcube_etc)
    render_folder(layout, "autoconfig", layout.autoconfig)
    webmail.write(layout, ports)
