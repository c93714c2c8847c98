# SPDX-License-Identifier: MIT
"""alumnictl sending."""

import re

from alumnictl_program import DATA, NOUSER


def test_sending_block_and_unblock(ctl):
    ctl.run("sending", "block", "alumna", "--reason", "stolen password")
    shown = ctl.show("alumna")["sending"]
    assert shown["blocked"] is True and shown["reason"] == "stolen password"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT.*Z", shown["blocked_at"])
    text = ctl.run("account", "show", "alumna").stdout
    assert re.search(r"(?m)^Sending: +BLOCKED since 20.*: stolen password$",
                     text)
    assert "already" in ctl.run("sending", "block", "alumna").stdout
    assert ctl.show("alumna")["sending"] == shown
    ctl.run("sending", "unblock", "alumna")
    assert ctl.show("alumna")["sending"] == {
        "blocked": False, "blocked_at": None, "reason": None}
    ctl.run("sending", "block", "nobody", status=NOUSER)
    ctl.run("sending", "block", "alumna", "--reason", "x" * 200, status=DATA)
    ctl.run("sending", "block", "alumna", "--reason", "a\nb", status=DATA)
