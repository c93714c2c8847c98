# SPDX-License-Identifier: MIT
"""Every difference between Dovecot versions is in one place.

The probes in plugins/meson.build say which form of an interface the installed
Dovecot has; only plugins/common/dovecot-glue.h and the glue files look at them.
That holds for the sources, so that nothing here needs an instance.
"""

import re
import subprocess

import pytest

from instance.layout import BUILD, ROOT

PLUGINS = ROOT / "plugins"
PROBES = PLUGINS / "meson.build"
FOLDERS = ("lib", "protocol", "plugins", "milter", "ctl", "tests/unit",
           "tests/fuzz")

# Names that Dovecot's headers give its version; the ABI version is told, but
# must not be asked for.
VERSION_NAMES = re.compile(
    r"\b(DOVECOT_VERSION\w*|DOVECOT_PREREQ|PACKAGE_VERSION|VERSION_MAJOR|"
    r"VERSION_MINOR|DOVECOT_REVISION|PIGEONHOLE_\w+)\b")
ABI_VERSION = re.compile(r"const char \*\w+_version = DOVECOT_ABI_VERSION;")
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b(.*)$", re.MULTILINE)


def sources():
    found = [path for folder in FOLDERS
             for path in (ROOT / folder).glob("**/*")
             if path.suffix in (".c", ".h") or path.name == "meson.build"]
    assert found
    return sorted(found)


def is_glue(path):
    return path == PLUGINS / "common/dovecot-glue.h" or (
        path.is_relative_to(PLUGINS) and "-glue-" in path.name)


def code(path):
    """The text without comments."""
    text = path.read_text()
    if path.suffix in (".c", ".h"):
        return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"#.*", "", text)


def probes():
    found = re.findall(r"^\s*'(DOVECOT_\w+)': '''$", PROBES.read_text(),
                       re.MULTILINE)
    assert len(found) > 5
    return found


def shown(path):
    return str(path.relative_to(ROOT))


def test_only_glue_looks_at_the_probes():
    asked = re.compile(r"\b(" + "|".join(probes()) + r")\b")
    # A folder's meson.build may choose between glue files.
    outside = [shown(path) for path in sources()
               if not is_glue(path) and asked.search(code(path))
               and not (path.name == "meson.build"
                        and path.is_relative_to(PLUGINS))]
    assert outside == []


def test_only_glue_is_chosen_by_the_probes():
    """What meson compiles for one version and not for another is glue."""
    for path in PLUGINS.glob("*/meson.build"):
        chosen = re.findall(r"^\s+(\w+) = '([^']*)'$", path.read_text(),
                            re.MULTILINE)
        for name, file in chosen:
            assert name.endswith("_glue") and is_glue(path.parent / file)
            assert (path.parent / file).exists()


def test_every_glue_file_is_one_of_the_choices():
    for path in PLUGINS.glob("**/*-glue-*.c"):
        assert f"'{path.name}'" in (path.parent / "meson.build").read_text()


def test_no_source_asks_for_a_version():
    found = []
    for path in sources():
        text = ABI_VERSION.sub("", code(path))
        if VERSION_NAMES.search(text) or "DOVECOT_ABI_VERSION" in text:
            found.append(shown(path))
    assert found == []


def test_conditions_are_only_in_glue():
    """A condition in a plugin's source is an include guard, or belongs into
    glue."""
    found = []
    for path in PLUGINS.glob("**/*.[ch]"):
        if is_glue(path):
            continue
        conditions = CONDITION.findall(code(path))
        guard = re.compile(r" (DOVEADM_)?ALUMNI_\w+_H")
        if any(word != "ifndef" or not guard.fullmatch(rest)
               for word, rest in conditions):
            found.append(shown(path))
    assert found == []


@pytest.mark.parametrize("name", sorted(
    path.relative_to(PLUGINS).as_posix()
    for path in PLUGINS.glob("**/*-glue-*.c")))
def test_glue_is_thin(name):
    assert len((PLUGINS / name).read_text().splitlines()) <= 150


def test_one_form_of_each_interface_fits_the_installed_dovecot():
    """That meson has stopped otherwise is what this relies on: here the build
    says which it found."""
    done = subprocess.run(
        ["meson", "introspect", "--targets", BUILD / "plain"], text=True,
        capture_output=True, check=True)
    given = dict(re.findall(r"-D(DOVECOT_\w+)=([01])", done.stdout))
    assert sorted(given) == sorted(probes())
    assert list(given.values()).count("1") == len(re.findall(
        r"^  '[^']+': \{$", PROBES.read_text(), re.MULTILINE))
