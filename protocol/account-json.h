/* SPDX-License-Identifier: MIT
 *
 * Members of the JSON in which the dict process tells people about their
 * account. The webmail reads them, and so may any other mail program.
 */
#ifndef ALUMNI_PROTOCOL_ACCOUNT_JSON_H
#define ALUMNI_PROTOCOL_ACCOUNT_JSON_H

/* ---- DICT_KEY_ACCOUNT: one object ---- */

#define ACCOUNT_JSON_NAME    "name"
#define ACCOUNT_JSON_ADDRESS "address"
#define ACCOUNT_JSON_CLASS   "class"
/* Bytes, 0 = unlimited. */
#define ACCOUNT_JSON_QUOTA_LIMIT    "quota_limit"
#define ACCOUNT_JSON_USAGE_BYTES    "usage_bytes"
#define ACCOUNT_JSON_USAGE_MESSAGES "usage_messages"
/* Days for which messages stay in Trash, 0 = for ever. */
#define ACCOUNT_JSON_TRASH_DAYS "trash_days"
/* When the alumni password was set, Unix seconds; null = there is none. */
#define ACCOUNT_JSON_PASSWORD_SET_AT "password_set_at"
/* An array: the tiers that have a password for this account. */
#define ACCOUNT_JSON_TIERS "tiers"
/* The directory that the account belongs to, or null. */
#define ACCOUNT_JSON_DIRECTORY        "directory"
#define ACCOUNT_JSON_DIRECTORY_ACTIVE "directory_active"
/* The address in force, or null. */
#define ACCOUNT_JSON_FORWARD           "forward"
#define ACCOUNT_JSON_FORWARD_KEEP_COPY "forward_keep_copy"
/* The address that waits for its code, or null. */
#define ACCOUNT_JSON_FORWARD_PENDING "forward_pending"
/* True if a new address must be confirmed by a code. */
#define ACCOUNT_JSON_FORWARD_CONFIRM "forward_confirm"
/* How many there are, and whether they are in use here at all. */
#define ACCOUNT_JSON_APP_PASSWORDS      "app_passwords"
#define ACCOUNT_JSON_APP_PASSWORDS_USED "app_passwords_used"

/* ---- DICT_KEY_APP_PASSWORDS: an array of objects ---- */

#define APP_PASSWORD_JSON_LABEL      "label"
#define APP_PASSWORD_JSON_CREATED_AT "created_at" /* Unix seconds */
/* Unix seconds; null = never. */
#define APP_PASSWORD_JSON_LAST_USED_AT "last_used_at"

#endif
