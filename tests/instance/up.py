# SPDX-License-Identifier: MIT
"""Starting and stopping an instance.

Every step makes something so, or finds that it is: `up` may be run again on
an instance that was stopped, that is running, or whose processes were killed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys

from . import (configuration, control, people, pki, processes, services,
               spam_filter, university, users, webmail)
from .errors import InstanceError
from .layout import BUILD, DOMAIN

SHUT_DOWN_SECONDS = 120


def say(text):
    """Progress, for whoever waits."""
    print(f"    {text}", flush=True)


def dovecot_modules():
    """The module folder of the installed Dovecot."""
    with open("/usr/lib/dovecot/dovecot-config") as file:
        for line in file:
            name, _, value = line.strip().partition("=")
            if name == "dovecot_moduledir":
                return value.strip("'\"")
    raise InstanceError("/usr/lib/dovecot/dovecot-config names no "
                        "dovecot_moduledir; is dovecot-dev installed?")


def make_modules(layout):
    """Dovecot's modules with the built ones among them."""
    folder = dovecot_modules()
    staged = layout.folder / "modules.staged"
    for path in (layout.modules, staged):
        if path.exists():
            shutil.rmtree(path)
    shutil.copytree(folder, layout.modules, symlinks=True)
    done = subprocess.run(
        ["meson", "install", "-C", BUILD / "plain", "--no-rebuild",
         "--quiet", "--tags", "dovecot", "--destdir", staged],
        text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise InstanceError("meson install of the Dovecot modules failed:\n"
                            + done.stdout + done.stderr)
    built = staged / folder.lstrip("/")
    if built.exists():
        shutil.copytree(built, layout.modules, dirs_exist_ok=True)
        shutil.rmtree(staged)
    return folder


def make_folders(layout, ids):
    """The folders that the servers expect, each for its own user."""
    postfix, postfix_group = users.uid("postfix"), users.gid("postfix")
    for path, mode, uid, gid in (
            (layout.etc, 0o755, 0, 0),
            (layout.config_dir, 0o755, 0, 0),
            (layout.run, 0o755, 0, 0),
            (layout.dovecot_run, 0o755, 0, 0),
            (layout.login_state, 0o2770, 0, ids["alumniauth"]),
            (layout.dovecot_state, 0o755, 0, 0),
            (layout.postfix_data, 0o700, postfix, 0),
            (layout.spool, 0o755, 0, 0),
            # Postfix makes it, but Dovecot is started first.
            (layout.spool / "private", 0o700, postfix, 0),
            (layout.milter_run, 0o750, ids["alumnimail"], postfix_group),
            (layout.mail, 0o700, ids["vmail"], ids["vmail"]),
            (layout.outside, 0o777, 0, 0),
            (layout.log, 0o755, 0, 0),
            (layout.sanitizer_log, 0o1777, 0, 0)):
        path.mkdir(exist_ok=True)
        os.chown(path, uid, gid)
        path.chmod(mode)


def prepare(layout):
    """Everything that the holder's mount namespace needs."""
    layout.etc.mkdir(mode=0o755, exist_ok=True)
    ids = users.write(layout)
    make_folders(layout, ids)
    layout.postfix_etc.mkdir(mode=0o755, exist_ok=True)
    pki.make(layout)
    webmail.prepare(layout)
    return ids, make_modules(layout)


def earlier_ports(layout):
    """The ports of an earlier start, which are kept when they are free."""
    try:
        return json.loads((layout.folder / "ports.json").read_text())
    except (OSError, ValueError):
        return {}


def take_ports(layout):
    """Reserves the ports, and remembers them."""
    ports = control.ask(layout, "ports",
                        names=list(configuration.PORT_NAMES),
                        wanted=earlier_ports(layout))
    (layout.folder / "ports.json").write_text(json.dumps(ports) + "\n")
    return ports


def write_endpoints(layout, ports, build, slapd_pid):
    """Says where everything is; last, since it means that all answers."""
    enter = control.enter(layout)
    local = {name: ["127.0.0.1", ports[name]] for name in
             ("smtp", "submission", "imaps", "pop3s")}
    admin = (layout.slapd_etc / "admin.secret").read_text().strip()
    endpoints = {
        "domain": DOMAIN,
        **local,
        "lmtp": str(layout.spool / "private/dovecot-lmtp"),
        "webmail": f"http://127.0.0.1:{ports['webmail']}/",
        # The site of deploy/nginx, by HTTP and by HTTPS.
        "webmail_http": ["127.0.0.1", ports["webmail_http"]],
        "webmail_https": ["127.0.0.1", ports["webmail_https"]],
        "metrics": f"http://127.0.0.1:{ports['metrics']}/metrics",
        "ldap": f"ldap://127.0.0.1:{ports['ldap']}",
        "ldap_base": university.BASE,
        "ldap_admin": {"dn": university.ADMIN_DN, "password": admin},
        "slapd_pid": slapd_pid,
        "ca_file": str(layout.ca),
        "outside_dir": str(layout.outside),
        "auth_socket": str(layout.dovecot_run / "auth-client"),
        "dict_socket": str(layout.dovecot_run / "dict"),
        "milter_socket": str(layout.milter_run / "milter.sock"),
        "maps_socket": str(layout.milter_run / "maps.sock"),
        "alumnictl": [*enter, f"{build}/ctl/alumnictl"],
        "doveadm": [*enter, "doveadm", "-c",
                    str(layout.dovecot_etc / "dovecot.conf")],
        "postqueue": [*enter, "postqueue"],
        "postfix": [*enter, "postfix"],
        "enter": enter,
        "log_dir": str(layout.log),
    }
    new = layout.folder / "endpoints.new"
    new.touch(mode=0o640)
    new.write_text(json.dumps(endpoints, indent=1) + "\n")
    new.rename(layout.endpoints)


def bring_up(layout, variant, owner):
    """All steps of `up`, on an instance that is not running."""
    build = services.programs(variant)
    ids, modules = prepare(layout)
    layout.endpoints.unlink(missing_ok=True)
    control.start_holder(layout, owner=owner, binds=[
        (layout.modules, modules),
        (layout.passwd, "/etc/passwd"),
        (layout.group, "/etc/group"),
        (layout.postfix_etc, "/etc/postfix"),
        (layout.roundcube_etc, webmail.ROUNDCUBE_ETC),
        (layout.webmail_plugins, webmail.ROUNDCUBE_PLUGINS),
    ])
    ports = take_ports(layout)
    say("ports: " + " ".join(f"{name}={port}"
                             for name, port in ports.items()))
    university.secret(layout.srs_secret, ids["alumnimail"])
    service_password = university.secret(layout.directory_secret,
                                         ids["alumniauth"])
    admin_password = university.make(layout, service_password)
    configuration.write(layout, ports)
    services.write_plan(layout, ports, build)
    (layout.folder / "variant").write_text(variant + "\n")

    pids = {"slapd": services.start(layout, ports, "slapd")}
    say("slapd answers")
    people.make(layout, [build / "ctl/alumnictl"],
                people.entry_id(ports["ldap"], admin_password, "leaver"))
    say("accounts are there")
    for name in services.planned(layout)[1:]:
        pids[name] = services.start(layout, ports, name)
        say(f"{name} answers")
    write_endpoints(layout, ports, build, pids["slapd"])


def is_up(layout):
    """True if the instance runs and every server that it is to have answers."""
    if control.holder(layout) is None or not layout.endpoints.exists():
        return False
    names = services.planned(layout)
    if set(names) != set(json.loads(layout.services.read_text())):
        return False
    ports = earlier_ports(layout)
    return all(services.is_ready(layout, ports, name) for name in names)


def up(layout, variant, owner=0, rspamd=False, for_tests=False):
    """Starts the instance; on failure nothing of it is left running."""
    layout.check()
    layout.make()
    with control.locked(layout):
        spam_filter.want(layout, rspamd)
        configuration.want_for_tests(layout, for_tests)
        if is_up(layout):
            say(f"is up already: {layout.endpoints}")
            return
        # What an earlier one, killed or half dead, has left.
        shut_down(layout)
        try:
            bring_up(layout, variant, owner)
        except BaseException:
            # A second Ctrl-C would leave servers behind.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            print("    stopping what was started", file=sys.stderr,
                  flush=True)
            shut_down(layout)
            raise


def shut_down(layout):
    """Ends every process of the instance: in order if its holder lives."""
    layout.endpoints.unlink(missing_ok=True)
    found = control.holder(layout)
    if found is not None:
        try:
            control.ask(layout, "shut_down")
        except InstanceError as error:
            print(f"    {error}", file=sys.stderr)
        if not processes.wait_gone(*found, SHUT_DOWN_SECONDS):
            processes.send(*found, signal.SIGKILL)
    left = processes.end_instance(layout)
    if processes.of_instance(layout):
        raise InstanceError(f"{layout.folder}: processes that cannot be "
                            f"ended are left: {processes.of_instance(layout)}")
    layout.holder_socket.unlink(missing_ok=True)
    layout.holder_state.unlink(missing_ok=True)
    return found is not None or bool(left)


def down(layout):
    """Stops the instance; True if anything of it ran."""
    if not layout.lock.exists():
        return False
    with control.locked(layout):
        return shut_down(layout)


def service(layout, action, name):
    """Starts, stops or kills one server of a running instance."""
    names = services.planned(layout)
    if name not in names:
        raise InstanceError(f"there is no server {name}; there are "
                            f"{', '.join(names)}")
    with control.locked(layout):
        if action != "start":
            control.ask(layout, action, name=name)
            return
        ports = earlier_ports(layout)
        pid = services.start(layout, ports, name)
        if name == "slapd":
            variant = (layout.folder / "variant").read_text().strip()
            write_endpoints(layout, ports, services.programs(variant), pid)
