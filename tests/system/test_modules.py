# SPDX-License-Identifier: MIT
"""Every module of ours is loaded, and by its own Dovecot only.

Dovecot compares the ABI version that a module exports with its own. A module
built for another is imitated by changing that version in the built file: that
the change is what Dovecot then complains of shows as well that the version it
reads is the one that was built in.
"""

import contextlib
import imaplib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dict_tap import DictTap
from instance.layout import BUILD
from instance.up import dovecot_modules
from instance.waiting import wait_until

WAIT_SECONDS = 60

# Where the module lies below Dovecot's folder of modules, and which of the
# processes that a logged-in person has keeps it loaded.
MODULES = {
    "auth/libauthdb_alumni.so": "auth",
    "dict/libdict_alumni.so": "dict",
    "lib20_alumni_quota_plugin.so": "imap",
    "lib20_alumni_selfservice_plugin.so": "imap",
    "lib20_alumni_trash_plugin.so": "imap",
    "doveadm/lib10_doveadm_alumni_plugin.so": None,
}

# The libraries that each module may need, as their names are without versions;
# Debian 12 and 13 have different versions of some. Whatever is not listed here
# must not come into a process of Dovecot by accident.
C_LIBRARY = re.compile(r"libc\.so|ld-linux[\w-]*\.so")
CONFIGURATION = {"libconfuse.so", "libidn2.so", "libsodium.so"}
STORE = {"libcrypt.so", "libsqlite3.so"}
NEEDED = {
    "auth/libauthdb_alumni.so":
        CONFIGURATION | STORE | {"libldap.so", "liblber.so"},
    "dict/libdict_alumni.so":
        CONFIGURATION | STORE | {"libjson-c.so", "libpwquality.so",
                                 "libunistring.so"},
    "lib20_alumni_quota_plugin.so": set(),
    "lib20_alumni_selfservice_plugin.so": CONFIGURATION,
    "lib20_alumni_trash_plugin.so": set(),
    "doveadm/lib10_doveadm_alumni_plugin.so": set(),
}

# Rooms that have to do with the database or the directory; and the modules that
# may have them.
ROOMS_OF_DATA = ("lib-database", "lib-store", "lib-directory", "lib-login")
MODULES_WITH_DATA = ("auth/libauthdb_alumni.so", "dict/libdict_alumni.so")


def abi_version():
    """What the installed headers say."""
    done = subprocess.run(
        ["sh", "-c", '. /usr/lib/dovecot/dovecot-config && '
         'printf "#include <config.h>\\nDOVECOT_ABI_VERSION\\n" | '
         'cc -E -P $LIBDOVECOT_INCLUDE -'],
        text=True, capture_output=True, check=True)
    return done.stdout.splitlines()[-1].strip().strip('"')


def exported(path):
    done = subprocess.run(["nm", "-D", "--defined-only", path], text=True,
                          capture_output=True, check=True)
    return {line.split()[2].partition("@")[0]
            for line in done.stdout.splitlines()}


def symbol_prefix(path):
    """As Dovecot makes it of the file's name."""
    return re.sub(r"^lib(\d+_)?", "", path.name).removesuffix(".so")


@pytest.fixture(scope="module", name="running")
def _running(module_state):
    """An instance of its own, whose modules are spoilt."""
    return module_state.up()


def module_path(running, name):
    # Bound over Dovecot's own folder inside the instance.
    return running.state / "modules" / name


def test_every_built_module_is_known_here():
    staged = subprocess.run(
        ["meson", "introspect", "--targets", BUILD / "plain"], text=True,
        capture_output=True, check=True).stdout
    built = set(re.findall(r'"install_filename": \["' + dovecot_modules()
                           + r'/([^"]+\.so)"\]', staged))
    assert built == set(MODULES)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_module_exports_its_version_and_little_else(running, name):
    path = module_path(running, name)
    prefix = symbol_prefix(path)
    names = exported(path)
    assert {f"{prefix}_version", f"{prefix}_init",
            f"{prefix}_deinit"} <= names
    # Modules share one space of names with all others of the process.
    assert {symbol for symbol in names
            if not symbol.startswith(f"{prefix}_")} == set()
    assert path.read_bytes().count(abi_version().encode() + b"\0") == 1


# ---- what a module is made of ----

def linked(name):
    """The module as it was linked, with the names of what is hidden."""
    found, = (BUILD / "plain/plugins").glob(f"*/{Path(name).name}")
    return found


def symbols(path, *options):
    done = subprocess.run(["nm", *options, path], text=True,
                          capture_output=True, check=True)
    return {line.split()[-1].partition("@")[0]
            for line in done.stdout.splitlines() if len(line.split()) > 1}


def library_name(soname):
    """libldap-2.5.so.0 and libldap.so.2 are libldap.so."""
    return re.sub(r"(-\d+\.[\d.]*)?\.so(\.\d+)*$", ".so", soname)


def needed_libraries(path):
    done = subprocess.run(["readelf", "-d", path], text=True,
                          capture_output=True, check=True)
    found = re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", done.stdout)
    return {library_name(soname) for soname in found}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_module_needs_these_libraries_alone(name):
    needed = needed_libraries(linked(name))
    assert "libc.so" in needed
    assert {library for library in needed
            if not C_LIBRARY.fullmatch(library)} == NEEDED[name]


def test_names_of_libraries_have_no_version():
    assert [library_name(soname) for soname in (
        "libldap-2.5.so.0", "libldap.so.2", "libjson-c.so.5", "libc.so.6",
        "ld-linux-x86-64.so.2", "libsqlite3.so.0")] == [
            "libldap.so", "libldap.so", "libjson-c.so", "libc.so",
            "ld-linux-x86-64.so", "libsqlite3.so"]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_mail_processes_carry_no_store(name):
    """Not a function of it, used or not."""
    data = set()
    for room in ROOMS_OF_DATA:
        found = symbols(BUILD / f"plain/libalumni-{room}.a",
                        "--defined-only", "--extern-only")
        assert found, room
        data |= found
    carried = symbols(linked(name), "--defined-only") & data
    assert bool(carried) == (name in MODULES_WITH_DATA), carried


# ---- loading ----

def processes_with(path):
    """Names of the processes that have the file loaded."""
    found = set()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            if f"{path}\n" in maps.read_text():
                found.add((maps.parent / "comm").read_text().strip())
    return found


@pytest.mark.parametrize("name", sorted(
    name for name, process in MODULES.items() if process))
def test_module_is_loaded_by_its_process(running, name):
    """Also that all work together: the login is refused otherwise."""
    path = f"{dovecot_modules()}/{name}"
    running.alumnictl("quota", "set", "alumna", "1G")
    connection = running.imap("alumna")
    connection.append("Trash", None, None, b"Subject: for dict\r\n\r\n")
    inside = "/modules/" + name
    wait_until(lambda: {MODULES[name]} <= {
        process.partition("-")[0] for process in
        processes_with(path) | processes_with(f"{running.state}{inside}")},
        WAIT_SECONDS, f"{MODULES[name]} to load {name}")
    connection.logout()


def test_mail_plugins_share_a_connection_to_the_dict(running):
    """Each connection keeps a process of the dict service to itself."""
    connection = running.imap("alumna")
    tap = DictTap(Path(running.endpoints["dict_socket"]))
    try:
        connection.append("Trash", None, None, b"Subject: for two\r\n\r\n")
        # The one is told by alumni_trash, the other by alumni_quota.
        wait_until(lambda: all(key in b"".join(tap.told()) for key in (
            b"priv/trash/oldest", b"priv/quota/storage")), WAIT_SECONDS,
            "both plugins to tell the dict")
        assert len(tap.told()) == 1
    finally:
        tap.close()
    connection.logout()


def test_doveadm_has_our_commands(running):
    assert "visited" in running.doveadm("alumni", "expire").stdout


@contextlib.contextmanager
def spoilt(running, name):
    """The module as if built for another Dovecot; gives the false version."""
    path = module_path(running, name)
    kept = running.state / "kept.so"
    true = abi_version().encode()
    # Same length, and different before any "(", where Dovecot stops.
    false = true.replace(b"ABIv", b"ABIx")
    assert false != true
    shutil.copy2(path, kept)
    try:
        # A new file: the one that processes have mapped must not change.
        path.unlink()
        path.write_bytes(kept.read_bytes().replace(true + b"\0",
                                                   false + b"\0"))
        yield false.decode()
    finally:
        shutil.copy2(kept, path)


def refusal(path, version):
    """Dovecot's words: which module, for what it is, and what is needed."""
    return re.compile(
        rf"\S*{re.escape(path)}[^\n]*Module is for different ABI version "
        rf"{re.escape(version)} \(we have {re.escape(abi_version())}\)")


def logged_since(running, size):
    with open(running.state / "log/dovecot.log") as log:
        log.seek(size)
        return log.read()


def log_size(running):
    return (running.state / "log/dovecot.log").stat().st_size


def reaches_mail(running):
    try:
        connection = running.imap("alumna")
        connection.select("INBOX")
        connection.logout()
        return True
    except (imaplib.IMAP4.error, OSError):
        return False


@pytest.mark.parametrize("name", [
    "lib20_alumni_quota_plugin.so", "lib20_alumni_trash_plugin.so",
    "doveadm/lib10_doveadm_alumni_plugin.so"])
def test_doveadm_refuses_a_module_for_another_version(running, name):
    with spoilt(running, name) as version:
        done = running.doveadm("mailbox", "list", "-u", "alumna",
                               check=False)
        assert refusal(name, version).search(done.stderr), done.stderr
        done = running.doveadm("alumni", "expire", check=False)
        assert done.returncode != 0
    assert "visited" in running.doveadm("alumni", "expire").stdout


@pytest.mark.parametrize("name", [
    "auth/libauthdb_alumni.so", "lib20_alumni_quota_plugin.so",
    "lib20_alumni_trash_plugin.so"])
def test_nobody_reaches_mail_with_a_module_for_another_version(running, name):
    """Rather than a mailbox without its quota, say."""
    size = log_size(running)
    with spoilt(running, name) as version:
        running.doveadm("reload")
        running.wait(
            lambda: not reaches_mail(running)
            and refusal(name, version).search(logged_since(running, size)),
            "the module to be refused")
    running.doveadm("reload")
    running.wait(lambda: reaches_mail(running), "mail to be reached again")


def test_dict_refuses_a_module_for_another_version(running):
    name = "dict/libdict_alumni.so"
    size = log_size(running)
    with spoilt(running, name) as version:
        running.doveadm("reload")
        # While the sockets are made anew it fails for another reason.
        running.wait(
            lambda: running.doveadm("alumni", "expire",
                                    check=False).returncode != 0
            and refusal(name, version).search(logged_since(running, size)),
            "the dict service to be refused its module")
        # People still reach their mail.
        assert reaches_mail(running)
    running.doveadm("reload")
    running.wait(lambda: running.doveadm(
        "alumni", "expire", check=False).returncode == 0,
        "the dict service to work again")
