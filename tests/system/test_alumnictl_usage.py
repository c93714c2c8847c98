# SPDX-License-Identifier: MIT
"""alumnictl usage."""

import csv
import io
import re
import sqlite3

from alumnictl_program import USAGE


def set_usage(ctl, name, number, messages):
    ctl.run("account", "add", name)
    with sqlite3.connect(ctl.folder / "store/accounts/accounts.db") as store:
        store.execute("UPDATE accounts SET usage_bytes = ?, usage_messages = ?"
                      " WHERE name = ?", (number, messages, name))
    store.close()


def fill_for_usage(ctl):
    for name, number, quota in (("full", 100, "100"), ("over", 130, "100"),
                                ("half", 59, "100"), ("nine", 99, "100"),
                                ("zero", 0, "100"),
                                ("free", 1 << 40, "unlimited")):
        set_usage(ctl, name, number, 2)
        ctl.run("quota", "set", name, quota)
    ctl.run("account", "add", "--class", "student", "pupil")


def test_usage_for_programs(ctl):
    fill_for_usage(ctl)
    shown = ctl.json("usage", "--top", "3")
    assert [row["name"] for row in shown["fullest"]] == [
        "over", "full", "nine"]
    assert shown["fullest"][0] == {
        "name": "over", "class": "alumni", "bytes": 130, "messages": 2,
        "quota_bytes": 100}
    tenths = {row["from_percent"]: row["accounts"]
              for row in shown["histogram"]}
    assert list(tenths) == list(range(0, 101, 10))
    assert (tenths[100], tenths[90], tenths[50]) == (2, 1, 1)
    assert shown["unlimited"] == 1
    classes = {row["class"]: row for row in shown["classes"]}
    assert classes["student"]["accounts"] == 1
    assert shown["total"]["accounts"] == sum(
        row["accounts"] for row in shown["classes"])
    assert classes["alumni"]["bytes"] == 100 + 130 + 59 + 99 + (1 << 40)
    assert classes["alumni"]["messages"] == 12
    assert ctl.json("usage", "--top=0")["fullest"] == []


def test_usage_for_people(ctl):
    fill_for_usage(ctl)
    text = ctl.run("usage").stdout
    assert re.search(r"^over +alumni +130 B +100 B +130 %$", text, re.M)
    assert re.search(r"^free +alumni +1 TB +unlimited +-$", text, re.M)
    assert re.search(r"^100 % +2  #{2,}$", text, re.M)
    assert re.search(r"^unlimited +1  #+$", text, re.M)
    assert re.search(r"^student +1 +0 +0 B +50 MB +0$", text, re.M)
    assert re.search(r"^all +", text, re.M)


def test_usage_as_csv(ctl):
    fill_for_usage(ctl)
    done = ctl.run("usage", "--csv")
    rows = {row["name"]: row for row in csv.DictReader(
        io.StringIO(done.stdout))}
    assert rows["over"] == {"name": "over", "class": "alumni", "bytes": "130",
                            "messages": "2", "quota_bytes": "100"}
    assert rows["free"]["quota_bytes"] == ""
    ctl.run("--json", "usage", "--csv", status=USAGE)
    for number in ("x", "", "-1", "1001"):
        ctl.run("usage", f"--top={number}", status=USAGE)
