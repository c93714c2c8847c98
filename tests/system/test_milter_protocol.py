# SPDX-License-Identifier: MIT
"""The daemon over its protocol, driven by miltertest, which is the OpenDKIM
project's: the scripts in tests/milter know nothing of our code."""

import contextlib
import socket
import subprocess

import pytest

from instance.layout import ROOT
from milter_people import make_people

SCRIPTS = ROOT / "tests/milter"
KINDS = ("kept", "copied", "forwarded", "full", "disabled", "small")
SECONDS = 60

NEGOTIATION = b"\0\0\0\x0dO\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"
NONSENSE = {
    "one octet": b"\0",
    "http": b"GET / HTTP/1.0\r\n\r\n",
    "all ones": b"\xff" * 5000,
    "packet without length": b"\0\0\0\0O",
    "packet of two gigabytes": b"\x7f\xff\xff\xffO",
    "netstring of many digits": b"99999999999:",
    "half a netstring": b"5:alias",
    "empty netstring": b"0:,",
    "NUL in a netstring": b"12:alias a\0b@c,",
    "end before recipient": NEGOTIATION + b"\0\0\0\1E\0\0\0\1R\0\0\0\1B",
    "data before mail": NEGOTIATION + b"\0\0\0\1T\0\0\0\1N\0\0\0\1E",
    "header without value": NEGOTIATION + b"\0\0\0\5Lname",
}


def run_script(instance, path):
    people = {kind: make_people(instance, **{kind: 1})[0] for kind in KINDS}
    variables = {"socket": instance.endpoints["milter_socket"],
                 **{kind: person.name for kind, person in people.items()}}
    argv = ["miltertest"]
    for name, value in variables.items():
        argv += ["-D", f"{name}={value}"]
    # One script to miltertest: it cannot include another.
    script = (SCRIPTS / "common.lua").read_text() + path.read_text()
    done = subprocess.run(argv, input=script, text=True, capture_output=True,
                          check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(
    path.stem for path in SCRIPTS.glob("*.lua") if path.stem != "common"))
def test_script(instance, name):
    run_script(instance, SCRIPTS / f"{name}.lua")


def test_a_wrong_expectation_fails(instance, tmp_path):
    """Or else the scripts could not show anything."""
    script = tmp_path / "wrong.lua"
    script.write_text('conn = connect()\nmail(conn)\n'
                      'check(rcpt(conn, full .. DOMAIN) == SMFIR_CONTINUE,'
                      ' "as it must be")\n')
    with pytest.raises(AssertionError, match="as it must be"):
        run_script(instance, script)


@pytest.mark.parametrize("name", ["milter_socket", "maps_socket"])
@pytest.mark.parametrize("octets", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_harms_nobody_else(instance, name, octets):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(instance.endpoints[name])
        with contextlib.suppress(BrokenPipeError):
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
        # Answered or not, the connection comes to its end; reset if it was
        # not read whole.
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(4096):
                pass
    instance.send(instance.address("postmaster"), "Subject: x\r\n\r\n")
