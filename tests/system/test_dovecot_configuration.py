# SPDX-License-Identifier: MIT
"""Dovecot has nothing to say against the configuration that we deliver."""

import re

from instance.layout import ROOT


def doveconf(instance, *options):
    conf = instance.state / "etc/dovecot/dovecot.conf"
    return instance.run_argv([*instance.endpoints["enter"], "doveconf",
                              "-c", conf, *options])


def test_doveconf_prints_no_warning(instance):
    done = doveconf(instance, "-n")
    assert done.stderr == ""
    assert "warning" not in done.stdout.lower()
    assert "alumni_quota" in done.stdout


def test_the_server_warned_of_nothing_when_it_started(instance):
    log = (instance.state / "log/dovecot.log").read_text()
    start = log[:log.index("starting up")] + log[
        log.index("starting up"):].partition("\n")[0]
    assert not re.search(r"Warning|Error|[Oo]bsolete|[Dd]eprecated", start)


def test_each_generation_has_the_same_files():
    """Whoever looks for a setting finds it in the file of the same name."""
    names = [{path.name for path in folder.glob("*")}
             for folder in sorted((ROOT / "deploy").glob("dovecot-2.*"))]
    assert len(names) > 1
    assert all(found == names[0] for found in names)


def test_each_generation_uses_the_same_values():
    """A value of deploy/production.values counts whatever Dovecot runs."""
    used = [{name for path in folder.glob("*.in")
             for name in re.findall(r"@(\w+)@", path.read_text())}
            for folder in sorted((ROOT / "deploy").glob("dovecot-2.*"))]
    assert all(found == used[0] for found in used)


def test_services_of_both_generations_are_the_same(instance):
    """Sockets, and who may open them: the part that keeps people apart."""
    shown = doveconf(instance, "-n").stdout
    for wanted in (r"extra_groups = alumnimail[ ,]+alumniauth",
                   r"unix_listener dict \{\s+group = vmail\s+mode = 0600\s+"
                   r"user = vmail"):
        assert re.search(wanted, shown), wanted
