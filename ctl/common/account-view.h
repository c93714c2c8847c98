/* SPDX-License-Identifier: MIT
 *
 * How an account looks, as text and as JSON.
 */
#ifndef ALUMNI_CTL_COMMON_ACCOUNT_VIEW_H
#define ALUMNI_CTL_COMMON_ACCOUNT_VIEW_H

#include <json-c/json.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/store/store.h"

#define TIME_TEXT_BYTES      32
#define RETENTION_TEXT_BYTES 32
#define QUOTA_TEXT_BYTES     32

struct account_view {
	const struct account *account;
	const struct configuration *configuration;
	/* Whether the next two were looked up. */
	bool knows_password;
	int64_t password_set_at; /* Unix seconds; 0 = no alumni password */
	int64_t learned_at; /* of a directory's password; 0 = none is kept */
	/* NULL where they were not looked up. */
	const struct alias *aliases;
	size_t alias_count;
	const struct activity *activity;
	int64_t now; /* Unix seconds */
};

/* Prints everything about one account, one fact a line. */
void account_view_print(const struct account_view *view);

/* Prints the headings of a table of accounts. */
void account_view_print_head(void);
/* Prints the account's line of that table. */
void account_view_print_row(const struct account_view *view);

/* Everything about one account, for programs. The caller puts the object.
   Returns NULL when memory ran out. */
struct json_object *account_view_json(const struct account_view *view);

/* The forwarding alone. The caller puts the object. Returns NULL, which is
   JSON's null, when there is none. */
struct json_object *account_forward_json(const struct account *account);

/* The names of the aliases as an array. The caller puts it. */
struct json_object *aliases_json(const struct alias *aliases, size_t count);

/* Prints an object and a newline, and puts the object. Returns an exit status
   after a report() of what went wrong. */
int json_print(struct json_object *object);

/* Adds a string as utf8_clean() leaves it; NULL becomes null. */
void json_add_text(struct json_object *object, const char *key,
		   const char *text);

/* Writes a limit as "2 GB", or "unlimited" for 0. */
void quota_text(int64_t bytes, char text_r[QUOTA_TEXT_BYTES]);

/* Writes a span as "7 days", or "for ever" for 0. */
void retention_text(int64_t seconds, char text_r[RETENTION_TEXT_BYTES]);

/* Writes Unix seconds as a time of RFC 3339 in UTC. */
void time_text(int64_t seconds, char text_r[TIME_TEXT_BYTES]);

#endif
