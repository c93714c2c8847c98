# SPDX-License-Identifier: MIT
"""deploy/render: what is missing is named, and nothing half made comes out."""

import subprocess

import pytest

from instance.layout import ROOT

DEPLOY = ROOT / "deploy"
SITE = """
domain = alumni.example
hostname = mail.alumni.example
webmail_hostname = webmail.alumni.example
ldap_uri = ldap://ldap.university.example
ldap_base = ou=people,dc=university,dc=example
ldap_bind_dn = cn=mail,dc=university,dc=example
"""


def render(values, template):
    return subprocess.run([DEPLOY / "render", values, template], text=True,
                          capture_output=True, check=False)


def render_text(tmp_path, values, template):
    (tmp_path / "values").write_text(values)
    (tmp_path / "in").write_text(template)
    return render(tmp_path / "values", tmp_path / "in")


@pytest.mark.parametrize("values, template, expected", [
    ("a = 1\n", "x@a@y\n", "x1y\n"),
    ("a = 1\nb=2", "@a@@b@\n@b@", "12\n2\n"),
    ("a =\n", "[@a@]\n", "[]\n"),
    ("# a = 0\n\na = one two \n", "@a@\n", "one two\n"),
    ("a = 1\na = 2\n", "@a@\n", "2\n"),
    # Neither a pattern nor an escape nor a placeholder in a value counts.
    ("a = &\\1\\n@b@\n", "@a@\n", "&\\1\\n@b@\n"),
    ("a = x = y\n", "@a@\n", "x = y\n"),
    ("a = 1\n", "user@example.org, u@@a@\n", "user@example.org, u@1\n"),
    ("domain = a.example\nfurther_domains = b.example c-d.example\n",
     "@domains_regexp@\n", r"a\.example|b\.example|c-d\.example" + "\n"),
    ("domain = a.example\nfurther_domains =\n", "@domains_regexp@\n",
     r"a\.example" + "\n"),
])
def test_substitutes(tmp_path, values, template, expected):
    done = render_text(tmp_path, values, template)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected


@pytest.mark.parametrize("values, template, complaint", [
    ("a = 1\n", "@a@\n@b@\n", "in:2: @b@ has no value"),
    ("a = ?\n", "@a@\n", "in:1: @a@ must be given"),
    ("a = 1\nnonsense\n", "@a@\n", "values:2: expected"),
])
def test_complains(tmp_path, values, template, complaint):
    done = render_text(tmp_path, values, template)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stdout == ""


def test_missing_files(tmp_path):
    (tmp_path / "there").touch()
    for arguments in ((tmp_path / "there", tmp_path / "none"),
                      (tmp_path / "none", tmp_path / "there")):
        done = render(*arguments)
        assert done.returncode == 1
        assert f"cannot read {tmp_path / 'none'}" in done.stderr


def test_every_template_renders_for_production(tmp_path):
    values = tmp_path / "values"
    values.write_text((DEPLOY / "production.values").read_text() + SITE)
    templates = list(DEPLOY.glob("**/*.in"))
    assert templates
    for template in templates:
        done = render(values, template)
        assert done.returncode == 0, done.stderr
