# SPDX-License-Identifier: MIT
"""Configuration of stock Dovecot with `passdb ldap` and `passdb sql`, in the
words of 2.3 and of 2.4: only what logins need, and nothing that slows them
down."""

from instance.configuration import dovecot_version

MAIN = {
    "2.3": """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols =
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_worker_max_count = {workers}
{passdbs}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home=/nonexistent/%n
}}
first_valid_uid = 1
""",
    "2.4": """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols {{
  imap = no
  pop3 = no
  lmtp = no
}}
listen = 127.0.0.1
ssl = no
auth_allow_cleartext = yes
auth_mechanisms = plain
service auth-worker {{
  process_limit = {workers}
}}
{passdbs}
userdb static {{
  fields {{
    uid = vmail
    gid = vmail
    home = /nonexistent/%{{user}}
  }}
}}
first_valid_uid = 1
""",
}

# The second of each: a file of its own, in 2.3.
LDAP = {
    "2.3": ("""\
passdb {{
  driver = ldap
  args = {file}
}}
""", """\
uris = {uri}
tls = yes
tls_ca_cert_file = {ca}
tls_require_cert = demand
dn = {dn}
dnpass = {password}
auth_bind = yes
base = {base}
scope = subtree
pass_filter = (&(uid=%n)(alumniAccountStatus=active))
pass_attrs = uid=user
blocking = {blocking}
"""),
    "2.4": ("""\
ldap_uris = {uri}
ldap_starttls = yes
ssl_client_require_valid_cert = yes
# 2.4.1 makes no TLS context of its own for LDAP, so that its libldap goes on
# with the default CA whatever ssl_client_ca_file says.
import_environment {{
  LDAPTLS_CACERT = {ca}
}}
ldap_auth_dn = {dn}
ldap_auth_dn_password = {password}
ldap_base = {base}
ldap_scope = subtree
passdb ldap {{
  use_worker = {blocking}
  ldap_bind = yes
  ldap_filter = (&(uid=%{{user | username}})(alumniAccountStatus=active))
  fields {{
    user = %{{ldap:uid}}
  }}
}}
""", None),
}

SQL = {
    "2.3": ("""\
passdb {{
  driver = sql
  args = {file}
}}
""", """\
driver = sqlite
connect = {database}
password_query = SELECT name AS user, password FROM people WHERE name = '%n'
"""),
    "2.4": ("""\
sql_driver = sqlite
sqlite_path = {database}
passdb sql {{
  query = SELECT name AS user, password FROM people \\
    WHERE name = '%{{user | username}}'
}}
""", None),
}


def main(folder, passdbs, workers):
    """dovecot.conf; passdbs are what ldap() and sql() return."""
    return MAIN[dovecot_version()].format(folder=folder, workers=workers,
                                          passdbs="".join(passdbs))


def _passdb(templates, file, **values):
    section, further = templates[dovecot_version()]
    if further is not None:
        file.write_text(further.format(**values))
    return section.format(file=file, **values)


def ldap(file, **values):
    """A passdb that asks a directory, and binds as the person. file is for
    what does not belong into dovecot.conf."""
    return _passdb(LDAP, file, **values)


def sql(file, database):
    """A passdb over SQLite."""
    return _passdb(SQL, file, database=database)
