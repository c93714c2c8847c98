/* SPDX-License-Identifier: MIT
 *
 * The keys of the dict that mail processes and the dict process share. A key
 * below priv/ belongs to the user of the operation. The comment at a key tells
 * the format of its value; a number stands for wire_number_format(), a struct
 * for the functions of that name in protocol/usage.h and protocol/trash.h.
 */
#ifndef ALUMNI_PROTOCOL_DICT_KEYS_H
#define ALUMNI_PROTOCOL_DICT_KEYS_H

/* ---- usage ---- */

/* Number: bytes in the mailbox. The name is that of Dovecot's quota_clone. */
#define DICT_KEY_QUOTA_STORAGE "priv/quota/storage"
/* Number: messages in the mailbox; as above. */
#define DICT_KEY_QUOTA_MESSAGES "priv/quota/messages"
/* Number: when the two above were counted, nanoseconds of CLOCK_MONOTONIC. */
#define DICT_KEY_QUOTA_COUNTED_AT "priv/quota/counted-at"
/* struct wire_inbox: INBOX when they were counted. */
#define DICT_KEY_QUOTA_INBOX "priv/quota/inbox"
/* struct wire_saved: messages that were saved into INBOX, to be added to the
   usage that is known. It is set instead of the four above, and alone. If the
   commit of a count or of this key says "not found", count anew. */
#define DICT_KEY_QUOTA_SAVED "priv/quota/saved"
/* Number: the limit in bytes, 0 = unlimited. Read only. */
#define DICT_KEY_QUOTA_LIMIT "priv/quota/limit"
/* struct wire_limits. Read only. */
#define DICT_KEY_QUOTA_LIMITS "priv/quota/limits"
/* The token of the warning that is on its way to the user; not found when there
   is none. Read only. */
#define DICT_KEY_WARNING_TOKEN "priv/quota/warning-token"
/* Set to that token once the warning was delivered. Write only. */
#define DICT_KEY_WARNING_DELIVERED "priv/quota/warning-delivered"

/* ---- Trash ---- */

/* Number: save time of the oldest message in Trash, Unix seconds, 0 = nothing
   is known to be there. Setting it only ever lowers the time. */
#define DICT_KEY_TRASH_OLDEST "priv/trash/oldest"
/* struct wire_trash_state. Read only. */
#define DICT_KEY_TRASH_STATE "priv/trash/state"
/* struct wire_trash_expired. Write only. */
#define DICT_KEY_TRASH_EXPIRED "priv/trash/expired"
/* To be iterated: this prefix and the name of each account whose Trash is due,
   the oldest first; the values are struct wire_trash_state. */
#define DICT_KEYS_TRASH_DUE "shared/trash/due/"
/* To be iterated: this prefix and the name of each account, in order; the
   values are empty. */
#define DICT_KEYS_ACCOUNTS "shared/accounts/"

/* ---- self-service ---- */

/* JSON, whose members are named in protocol/account-json.h. Read only. */
#define DICT_KEY_ACCOUNT       "priv/account"
#define DICT_KEY_APP_PASSWORDS "priv/app-passwords"
/* An address. Unset it to stop forwarding. */
#define DICT_KEY_FORWARD_ADDRESS "priv/forward/address"
/* As wire_yes_no_format(). */
#define DICT_KEY_FORWARD_KEEP_COPY "priv/forward/keep-copy"
/* The address that waits for its code. Unset it to give that address up. */
#define DICT_KEY_FORWARD_PENDING "priv/forward/pending"
/* The code. Write only. */
#define DICT_KEY_FORWARD_CODE "priv/forward/code"
/* A sealed box (lib/password/sealed-box.h) with the fields (protocol/fields.h)
   CURRENT, NEW. Write only. */
#define DICT_KEY_PASSWORD "priv/password"
/* A sealed box with the fields CURRENT, LABEL, PASSWORD. Write only. */
#define DICT_KEY_APP_PASSWORD "priv/app-password"
/* The label. Write only. */
#define DICT_KEY_APP_PASSWORD_REVOKE "priv/app-password-revoke"

#endif
