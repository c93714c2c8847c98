# SPDX-License-Identifier: MIT
"""alumnictl trash."""

from alumnictl_program import DATA, NOUSER


def test_trash_set_and_clear(ctl):
    ctl.run("account", "add", "keeper")
    for span, seconds, text in (("1d", 86400, "1 day"),
                                ("36h", 36 * 3600, "36 hours"),
                                ("2w", 14 * 86400, "14 days"),
                                ("90s", 90, "90 seconds"),
                                ("never", None, "for ever")):
        done = ctl.run("trash", "set", "keeper", span)
        assert done.stdout == (
            f"keeper: messages stay in Trash {text} (its own)\n")
        trash = ctl.show("keeper")["trash"]
        assert trash["retention_seconds"] == seconds
        assert trash["origin"] == "account"
    done = ctl.run("trash", "clear", "keeper")
    assert done.stdout == (
        "keeper: messages stay in Trash 7 days (of its class)\n")
    assert ctl.show("keeper")["trash"]["origin"] == "class"
    for span in ("7", "1.5d", "x", ""):
        ctl.run("trash", "set", "keeper", span, status=DATA)
    ctl.run("trash", "set", "nobody-there", "1d", status=NOUSER)
