/* SPDX-License-Identifier: MIT
 *
 * The entries of IMAP METADATA (RFC 5464) by which people see and change their
 * account. The plugin alumni_selfservice has them; the webmail and other mail
 * programs use them. Each stands for keys of the dict, whose values it has.
 */
#ifndef ALUMNI_PROTOCOL_METADATA_ENTRIES_H
#define ALUMNI_PROTOCOL_METADATA_ENTRIES_H

/* Below /private/ of the server. */
#define METADATA_ENTRIES "vendor/vendor.alumnimail/"

/* DICT_KEY_ACCOUNT and DICT_KEY_APP_PASSWORDS. Read only. */
#define METADATA_ACCOUNT       "account"
#define METADATA_APP_PASSWORDS "app-passwords"
/* Set to the fields CURRENT, LABEL; then read once: the app password. */
#define METADATA_APP_PASSWORD "app-password"
/* DICT_KEY_APP_PASSWORD_REVOKE. */
#define METADATA_APP_PASSWORD_REVOKE "app-password-revoke"
/* DICT_KEY_FORWARD_*. */
#define METADATA_FORWARD           "forward"
#define METADATA_FORWARD_CODE      "forward-code"
#define METADATA_FORWARD_KEEP_COPY "forward-keep-copy"
#define METADATA_FORWARD_PENDING   "forward-pending"
/* Set to the fields CURRENT, NEW. */
#define METADATA_PASSWORD "password"

#endif
