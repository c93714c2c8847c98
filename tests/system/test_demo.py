# SPDX-License-Identifier: MIT
"""The demo shows what it promises, and leaves nothing running."""

import re
from pathlib import Path

from conftest import dev


def test_demo_walks_through():
    shown = dev("demo", "--no-wait").stdout
    for text in ("no mail account of that name exists",
                 "IMAP login as employee with the university password: OK",
                 "(STORAGE 0 512000)",
                 "`alumna`, who is in no directory: OK",
                 "with the university password: refused",
                 "MAIL FROM:<SRS0=",
                 "RCPT TO:<copy@outside.example>",
                 "Return-Path: <sender@outside.example>",
                 ": 552 5.2.2 ",
                 "expunged 1, kept 1",
                 "Trash of alumna: thrown away today\n",
                 "webmail     http://127.0.0.1:",
                 "Stopping everything"):
        assert text in shown, shown
    folder, = set(re.findall(r"/tmp/alumnimail-demo-\w+", shown))
    assert not Path(folder).exists()
