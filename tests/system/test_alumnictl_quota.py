# SPDX-License-Identifier: MIT
"""alumnictl quota."""

import pytest


@pytest.mark.parametrize("size, count", [
    ("3G", 3 << 30), ("500m", 500 << 20), ("1", 1), ("unlimited", None)])
def test_quota(ctl, size, count):
    ctl.run("quota", "set", "alumna", size)
    assert ctl.show("alumna")["quota"] == {"bytes": count,
                                           "origin": "account"}
    ctl.run("quota", "clear", "alumna")
    assert ctl.show("alumna")["quota"] == {"bytes": 2 << 30,
                                           "origin": "class"}
