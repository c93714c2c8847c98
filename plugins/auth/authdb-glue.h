/* SPDX-License-Identifier: MIT
 *
 * The passdb and userdb interfaces of Dovecot, as far as they differ between
 * versions. One authdb-glue-*.c is compiled, by the probe in
 * plugins/meson.build; the drivers themselves are the same for all.
 */
#ifndef ALUMNI_PLUGINS_AUTH_AUTHDB_GLUE_H
#define ALUMNI_PLUGINS_AUTH_AUTHDB_GLUE_H

#include "plugins/common/dovecot-glue.h"

#include <stdint.h>

#include "auth-common.h"
#include "passdb.h"
#include "userdb.h"

/* The driver's functions that are the same everywhere. */
struct authdb_passdb_functions {
	const char *name;
	void (*check)(void); /* when a process starts */
	void (*verify_plain)(struct auth_request *request, const char *password,
			     verify_plain_callback_t *callback);
	void (*lookup_credentials)(struct auth_request *request,
				   lookup_credentials_callback_t *callback);
};

struct authdb_userdb_functions {
	const char *name;
	void (*lookup)(struct auth_request *request,
		       userdb_callback_t *callback);
	struct userdb_iterate_context *(*iterate_init)(
		struct auth_request *request, userdb_iter_callback_t *callback,
		void *context);
	void (*iterate_next)(struct userdb_iterate_context *context);
	int (*iterate_deinit)(struct userdb_iterate_context *context);
};

/* Tells Dovecot of a driver that is always run in auth-workers and never
   cached. functions must stay valid. */
void authdb_passdb_register(const struct authdb_passdb_functions *functions);
void authdb_passdb_unregister(void);
void authdb_userdb_register(const struct authdb_userdb_functions *functions);
void authdb_userdb_unregister(void);

/* Verifies with Dovecot's own password schemes, without a log line of its own
   for a mismatch. hash is without the scheme. Returns 1 it fits, 0 it does
   not, -1 the hash cannot be used. */
int authdb_password_verify(struct auth_request *request, const char *password,
			   const char *hash, const char *scheme);

/* What the login is for, as "imap". */
const char *authdb_request_service(const struct auth_request *request);

/* Applies the fields that the site's configuration adds to every reply;
   call once before an ok, for a userdb after the driver's own fields are set.
   Returns 0 or -1 (logged). */
int authdb_passdb_set_fields(struct auth_request *request);
int authdb_userdb_set_fields(struct auth_request *request);

/* Sets the quota of a userdb reply; 0 = unlimited. */
void authdb_userdb_set_quota(struct auth_request *request, int64_t bytes,
			     int64_t messages);

#endif
