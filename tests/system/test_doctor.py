# SPDX-License-Identifier: MIT
"""alumnictl doctor names what is broken, and nothing else."""

import base64
import imaplib
import re
import subprocess

import pytest

from alumnictl_program import CONFIG, USAGE
from doctor_cases import ALSO, CASES, ONLY_WHEN_BROKEN, uri
from doctor_patient import dkim_name, openssl

# Where no name server listens.
SILENCE = "127.0.0.98"


def test_everything_is_in_order(patient):
    found = patient.findings()
    assert {one["state"] for one in found.values()} == {"ok"}
    assert all(one["mend"] is None for one in found.values())
    text = patient.alumnictl("doctor").stdout.splitlines()
    assert text[-1] == "0 problems, 0 things not visible from here"
    assert len(text) - 1 == len(found)
    assert all(line.startswith("OK       ") for line in text[:-1])
    # Every case below is of something that was looked at.
    for case in CASES:
        for name in case.values[2]:
            if name not in ONLY_WHEN_BROKEN:
                assert name.replace("URI", uri(patient)) in found, name


@pytest.mark.parametrize("name, do, checks, says", CASES)
def test_broken(patient, name, do, checks, says):
    do(patient)
    found = patient.findings(status=CONFIG)
    problems = {key: one for key, one in found.items()
                if one["state"] == "problem"}
    further = {key for key in problems
               if key.partition("/")[2].partition(":")[0]
               in ALSO.get(name, ())}
    checks = [check.replace("URI", uri(patient)) for check in checks]
    assert problems.keys() - further == set(checks)
    # Without Postfix, the host's name is not known.
    unknown = {key for key, one in found.items() if one["state"] == "unknown"}
    assert unknown == ({"dns/dns"} if name == "no Postfix" else set())
    if isinstance(says, str):
        says = [says] * len(checks)
    for key, words in zip(checks, says):
        one = problems[key]
        assert words in f"{one['text']} {one['mend']}"
        assert one["mend"]
    text = patient.alumnictl("doctor", status=CONFIG).stdout
    assert len(re.findall(r"(?m)^PROBLEM ", text)) == len(problems)
    assert len(re.findall(r"(?m)^ +mend: ", text)) == len(problems)


def test_no_configuration_at_all(patient):
    patient.config.write_text("domains = {\n")
    found = patient.findings(status=CONFIG)
    assert list(found) == ["configuration/configuration-file"]
    assert str(patient.config) in found[
        "configuration/configuration-file"]["text"]


def test_without_a_network_dns_is_unknown_and_no_fault(patient):
    patient.resolv.write_text(f"nameserver {SILENCE}\noptions attempts:1\n")
    found = patient.findings()
    for key, one in found.items():
        is_asked = key.startswith("dns/") and "/dkim-key-" not in key
        assert one["state"] == ("unknown" if is_asked else "ok"), key


def test_a_key_is_told_as_it_is_published(patient):
    """The advice can be copied into a zone file."""
    name = dkim_name("alumni.example")
    published = patient.dns.records.pop((name, "TXT"))
    mend = patient.findings(status=CONFIG)["dns/dkim-alumni.example"]["mend"]
    strings = re.findall(r'"([^"]*)"', mend)
    assert all(len(string) <= 255 for string in strings)
    assert "".join(strings) == published
    # Written over several strings, with white space, it is the same key.
    patient.dns.records[name, "TXT"] = published.replace("; ", " ;\t").replace(
        "p=", "p = ")
    assert patient.findings()["dns/dkim-alumni.example"]["state"] == "ok"


def test_a_key_of_another_kind(patient):
    """Ed25519 (RFC 8463)."""
    key = patient.dkim / "alumni.example.key"
    openssl("genpkey", "-algorithm", "ed25519", "-out", key)
    key.chmod(0o640)
    raw = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform",
                          "DER"], check=True, capture_output=True).stdout[-32:]
    name = dkim_name("alumni.example")
    found = patient.findings(status=CONFIG)["dns/dkim-alumni.example"]
    record = f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
    assert found["mend"] == f'publish: {name}. IN TXT "{record}"'
    patient.dns.records[name, "TXT"] = record
    assert patient.findings()["dns/dkim-alumni.example"]["state"] == "ok"


def test_without_a_selector_dkim_is_unknown_and_no_fault(patient):
    patient.config.write_text(patient.config.read_text().replace(
        "dkim_selector =", "#dkim_selector ="))
    found = patient.findings()
    assert {key for key, one in found.items() if one["state"] != "ok"} == {
        "dns/dkim-alumni.example", "dns/dkim-second.example"}


def test_a_directory_that_the_service_gave_up(patient):
    """The circuit breaker is open: nothing is asked, whatever doctor sees."""
    instance = patient.instance

    def state():
        return patient.findings("--group", "directories", status=None)[
            "directories/login-state"]

    assert state()["state"] == "ok"
    instance.service("stop", "slapd")
    try:
        for _ in range(3):
            with pytest.raises(imaplib.IMAP4.error):
                instance.imap("employee", "employee-university")
        found = state()
        assert found["state"] == "problem"
        assert 'does not ask directory "university"' in found["text"]
    finally:
        instance.service("start", "slapd")
    instance.wait(lambda: state()["state"] == "ok",
                  "the directory to be asked again")


def test_one_group(patient):
    found = patient.findings("--group", "store")
    assert {key.partition("/")[0] for key in found} == {"configuration",
                                                        "store"}
    patient.alumnictl("doctor", "--group", "heart", status=USAGE)


def test_doctor_shows_no_secret_and_changes_nothing(patient):
    secrets = [path.read_text().strip() for path in
               (patient.layout.srs_secret, patient.layout.directory_secret)]
    secrets.append(patient.layout.key.read_text().splitlines()[1])
    text = (patient.alumnictl("doctor").stdout
            + patient.alumnictl("doctor", "--json").stdout)
    assert not [secret for secret in secrets if secret in text]
