/* SPDX-License-Identifier: MIT
 *
 * Names by which programs know each other. Those that stand in deploy/ too are
 * compared with it by tests/system/test_wire_contracts.py.
 */
#ifndef ALUMNI_PROTOCOL_NAMES_H
#define ALUMNI_PROTOCOL_NAMES_H

/* The dict that Dovecot's dict service serves to mail processes, and the name
   of the driver behind it (services.conf.in in deploy/dovecot-2.3 and 2.4). */
#define DICT_NAME        "alumni"
#define DICT_DRIVER_NAME "alumni"

/* The service name under which the dict process has Dovecot check a person's
   current password. Under this name the passdb accepts no app password. */
#define AUTH_SERVICE_SELF_SERVICE "alumni-selfservice"

/* The field in which the userdb tells the mail plugin alumni_quota a struct
   wire_usage (protocol/usage.h). */
#define USERDB_FIELD_USAGE "alumni_usage"

/* The driver of our passdb and userdb (auth.conf.in there). */
#define AUTHDB_DRIVER_NAME "alumni"

/* Our mail plugins, as mail_plugins and Dovecot's list of loaded modules name
   them (mail.conf.in there). */
#define PLUGIN_QUOTA       "alumni_quota"
#define PLUGIN_TRASH       "alumni_trash"
#define PLUGIN_SELFSERVICE "alumni_selfservice"

/* The maps of alumni-milter's socketmap server (socketmap_table(5)), which
   deploy/postfix/main.cf.in names. */
#define MAP_MAILBOX       "mailbox"
#define MAP_VIRTUAL_ALIAS "virtual-alias"
#define MAP_SENDER_LOGIN  "sender-login"
#define MAP_SRS_REVERSE   "srs-reverse"

/* The milter macro {daemon_name} of mail that does not come through smtpd
   (milter_macro_daemon_name in deploy/postfix/master.cf.in), and of mail that
   people submit. */
#define MILTER_DAEMON_INTERNAL   "internal"
#define MILTER_DAEMON_SUBMISSION "submission"

#endif
