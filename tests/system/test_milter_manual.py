# SPDX-License-Identifier: MIT
"""alumni-milter(8) names every event that is logged and every figure that is
measured, and no other."""

import re
import urllib.request

from instance.layout import ROOT

MANUAL = ROOT / "doc/man/alumni-milter.8"
PREFIX = "alumni_milter_"


def section(title):
    """The text of a section of the manual page."""
    found = re.search(rf"(?ms)^\.Sh {title}\n(.*?)(?=^\.Sh )",
                      MANUAL.read_text())
    return found[1]


def listed(title):
    """The items of the list in this section."""
    return {name for line in re.findall(r"(?m)^\.It Cm (.*)$", section(title))
            for name in re.split(r"[ ,]+", line)}


# Which argument of the functions that begin a line is its event.
EVENT_ARGUMENT = {"log_failure": 0, "log_begin": 1, "session_log_start": 2}


def events():
    """A call names its event, or those of which it chooses one."""
    found = set()
    for path in (ROOT / "milter").rglob("*.c"):
        for function, arguments in re.findall(
                rf"(?s)\b({'|'.join(EVENT_ARGUMENT)})\((.*?);",
                path.read_text()):
            event = arguments.split(",")[EVENT_ARGUMENT[function]]
            found.update(re.findall(r'"([a-z-]+)"', event))
    return found


def test_every_event_is_described():
    assert listed("LOG") == events()


def test_every_figure_is_described(instance):
    with urllib.request.urlopen(instance.endpoints["metrics"],
                                timeout=30) as answer:
        text = answer.read().decode()
    names = set(re.findall(r"(?m)^# TYPE (\S+)", text))
    assert {PREFIX + name for name in listed("METRICS")} == names
    assert all(f"# HELP {name} " in text for name in names)


def test_every_fate_is_described():
    text = (ROOT / "milter/plan/envelope-plan.c").read_text()
    fates = set(re.findall(r'\[RECIPIENT_FATE_\w+\] = "([a-z-]+)"', text))
    assert len(fates) > 5
    # "other" is not logged: there is no account that it could be of.
    assert fates - {"other"} <= set(re.findall(r"\.Ql ([a-z-]+)",
                                               section("LOG")))
