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

/* Everything about one account, a line for each. */
void account_view_print(const struct account_view *view);

/* One line of a table, and the line above it. */
void account_view_print_head(void);
void account_view_print_row(const struct account_view *view);

/* The same for programs. The caller puts the object. NULL when memory ran
   out. */
struct json_object *account_view_json(const struct account_view *view);

/* The forwarding alone; NULL, which is JSON's null, when there is none. */
struct json_object *account_forward_json(const struct account *account);

struct json_object *aliases_json(const struct alias *aliases, size_t count);

/* Prints an object with a newline and puts it. Returns an exit status. */
int json_print(struct json_object *object);

/* Adds a cleaned string; NULL becomes null. */
void json_add_text(struct json_object *object, const char *key,
		   const char *text);

/* "2 GB", or "unlimited" for 0. */
void quota_text(int64_t bytes, char text_r[QUOTA_TEXT_BYTES]);

/* "7 days", or "for ever" for 0. */
void retention_text(int64_t seconds, char text_r[RETENTION_TEXT_BYTES]);

/* RFC 3339, UTC. */
void time_text(int64_t seconds, char text_r[TIME_TEXT_BYTES]);

#endif
