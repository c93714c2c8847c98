# SPDX-License-Identifier: MIT
"""alumnictl srs: the secret of rewritten senders."""

import os
import re
import stat

from alumnictl_program import CONFIG, NOBODY


def test_srs_init(bare):
    secret = bare.folder / "srs.secret"
    secret.unlink()
    if os.geteuid() == 0:
        bare.configure('class "alumni"', 'milter_user = "nobody"\n'
                       'class "alumni"')
    bare.run("srs", "init")
    made = secret.read_text()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", made)
    status = secret.stat()
    assert stat.S_IMODE(status.st_mode) == 0o640
    if os.geteuid() == 0:
        assert status.st_uid == 0 and status.st_gid == NOBODY
    # A second run leaves it alone.
    assert "not changed" in bare.run("srs", "init").stdout
    assert secret.read_text() == made
    secret.write_text("# no secret here\n")
    bare.run("srs", "init", status=CONFIG)
    assert not list(bare.folder.glob("srs.secret.*"))


def test_srs_init_that_cannot_be(bare):
    (bare.folder / "srs.secret").unlink()
    if os.geteuid() == 0:
        bare.configure('class "alumni"', 'milter_user = "no-such-user"\n'
                       'class "alumni"')
        assert "no-such-user" in bare.run("srs", "init", status=CONFIG).stderr
        assert not (bare.folder / "srs.secret").exists()
    # A user that exists, since the group is looked for first.
    bare.configure(f'{bare.folder}/srs.secret"', f'{bare.folder}/absent/s"\n'
                   'milter_user = "nobody"')
    bare.run("srs", "init", status=73)
