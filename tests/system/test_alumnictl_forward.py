# SPDX-License-Identifier: MIT
"""alumnictl forward."""


def test_forward(ctl):
    assert ctl.run("forward", "show", "alumna").stdout == (
        "alumna: not forwarded\n")
    assert ctl.json("forward", "show", "alumna") == {"name": "alumna",
                                                     "forward": None}
    ctl.run("forward", "set", "alumna", "A.B@Outside.example")
    assert ctl.json("forward", "show", "alumna") == {
        "name": "alumna", "forward": {"address": "A.B@outside.example",
                                      "keep_copy": True}}
    assert ctl.run("forward", "show", "alumna").stdout == (
        "alumna: forwarded to A.B@outside.example, a copy is kept\n")
    ctl.run("forward", "set", "--no-copy", "alumna", "c@outside.example")
    assert ctl.show("alumna")["forward"] == {"address": "c@outside.example",
                                             "keep_copy": False}
    ctl.run("forward", "clear", "alumna")
    assert ctl.show("alumna")["forward"] is None
