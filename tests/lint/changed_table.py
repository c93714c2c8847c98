# SPDX-License-Identifier: MIT
"""Which system tests look at which folder or file.

A path gets the tests of every row that it begins with. What a test's own text
names, it is run for besides, without a row here.
"""

DELIVERY = ("test_forwarding", "test_milter_*", "test_smtp_policy")
LOGIN = ("test_login", "test_auth_[!v]*")
QUOTA = ("test_quota", "test_quota_[!r]*")
TRASH = ("test_trash", "test_trash_*")
SELF_SERVICE = ("test_selfservice", "test_selfservice_*")
TOOLS = ("test_alumnictl_*", "test_directory_sync", "test_doctor",
         "test_trash_command")

SYSTEM_TESTS = {
    "lib/base/": ("test_modules", *LOGIN, *TOOLS, *DELIVERY),
    "lib/account/": (*TOOLS, *LOGIN, "test_forwarding", *QUOTA),
    "lib/configuration/": ("test_bad_configuration", "test_alumnictl_*",
                           "test_selfservice_options", "test_restart"),
    "lib/database/": ("test_alumnictl_*", "test_milter_store",
                      "test_many_accounts", "test_outage"),
    "lib/directory/": (*LOGIN, "test_directory_sync", "test_ppolicy",
                       "test_alumnictl_login_test", "test_outage"),
    "lib/login/": (*LOGIN, "test_alumnictl_login_test", "test_ppolicy",
                   "test_outage"),
    "lib/mail/": (*DELIVERY, "test_alumnictl_forward"),
    "lib/mail/quota": QUOTA,
    "lib/mail/retention": TRASH,
    "lib/mail/srs": ("test_milter_srs", "test_alumnictl_srs",
                     "test_second_postfix"),
    "lib/password/": ("test_alumnictl_password", "test_login",
                      "test_alumnictl_app_password", *SELF_SERVICE),
    "lib/store/": (*TOOLS, "test_milter_store", "test_login",
                   "test_many_accounts", *QUOTA, *TRASH, *SELF_SERVICE),
    "protocol/": (*DELIVERY, *QUOTA, *TRASH, *SELF_SERVICE),
    "ctl/": ("test_alumnictl_*", "test_directory_sync"),
    "ctl/doctor/": ("test_doctor",),
    "milter/": DELIVERY,
    "milter/service/": ("test_outage", "test_restart"),
    "milter/maps/": ("test_second_postfix",),
    "plugins/": ("test_modules", "test_version_differences"),
    "plugins/auth/": LOGIN,
    "plugins/common/": (*QUOTA, *TRASH, *SELF_SERVICE),
    "plugins/dict/": (*SELF_SERVICE, *QUOTA, *TRASH),
    "plugins/doveadm/": (*TRASH, "test_many_accounts"),
    "plugins/quota/": ("test_quota*", "test_sessions_end"),
    "plugins/selfservice/": SELF_SERVICE,
    "plugins/trash/": TRASH,
    "deploy/dovecot": ("test_dovecot_configuration", "test_instance",
                       "test_login", "test_modules"),
    "deploy/postfix/": (*DELIVERY, "test_second_postfix"),
    "deploy/rspamd/": ("test_rspamd",),
    "deploy/sieve/": ("test_rspamd", "test_smtp_policy"),
    "deploy/fail2ban/": ("test_auth_service",),
    "deploy/nginx/": ("test_webmail_*",),
    "deploy/php-fpm/": ("test_webmail_*",),
    "deploy/roundcube/": ("test_webmail_*",),
    "deploy/autoconfig/": ("test_webmail_*",),
    "deploy/": ("test_render",),
    "ldap-schema/": ("test_schema",),
    "webmail/": ("test_webmail_*",),
    "tests/instance/": ("test_*",),
    "tests/system/conftest.py": ("test_*",),
    "tests/peers/": ("test_second_postfix",),
    "tests/milter/": ("test_milter_protocol",),
    "tests/lint/": ("test_lint",),
    "tests/packages.bash": ("test_instance",),
    "tests/parts.bash": ("test_parts",),
    "doc/man/": ("test_milter_manual", "test_alumnictl_help"),
    "CONTRIBUTING.md": ("test_contributing",),
    "dev": ("test_instance", "test_demo", "test_lint"),
    "meson.build": ("test_modules", "test_login", "test_alumnictl_help"),
}

# What the pages of the webmail are made of.
BROWSER = ("webmail/", "deploy/nginx/", "deploy/php-fpm/", "deploy/roundcube/",
           "tests/browser/")
