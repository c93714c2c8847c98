/* SPDX-License-Identifier: MIT
 *
 * The parts of Dovecot's passdb and userdb interfaces that differ between
 * versions. The probe in plugins/meson.build chooses the authdb-glue-*.c that
 * is compiled; the drivers themselves are the same for all versions.
 */
#ifndef ALUMNI_PLUGINS_AUTH_AUTHDB_GLUE_H
#define ALUMNI_PLUGINS_AUTH_AUTHDB_GLUE_H

#include "plugins/common/dovecot-glue.h"

#include <stdint.h>

#include "auth-common.h"
#include "passdb.h"
#include "userdb.h"

/* The functions of a driver, which are the same for all versions. Dovecot's
   passdb.h and userdb.h have their contracts. */
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

/* Registers or unregisters a driver, which is always run in auth-workers and
   never cached. functions must stay valid until then. A driver is registered
   once. */
void authdb_passdb_register(const struct authdb_passdb_functions *functions);
void authdb_passdb_unregister(void);
void authdb_userdb_register(const struct authdb_userdb_functions *functions);
void authdb_userdb_unregister(void);

/* Verifies with Dovecot's own password schemes, and logs no mismatch. hash is
   without the scheme. Blocks for the time of the hash. Returns 1 the password
   fits, 0 it does not, -1 the hash cannot be used. */
int authdb_password_verify(struct auth_request *request, const char *password,
			   const char *hash, const char *scheme);

/* Returns the name of the service that the login is for, such as "imap". The
   text belongs to the request. */
const char *authdb_request_service(const struct auth_request *request);

/* Applies the fields that the site's configuration adds to every reply. Call
   once before an ok, for a userdb after the driver's own fields are set.
   Returns 0, or -1 after logging an error. */
int authdb_passdb_set_fields(struct auth_request *request);
int authdb_userdb_set_fields(struct auth_request *request);

/* Sets the quota of a userdb reply, in bytes and in messages; 0 = unlimited. */
void authdb_userdb_set_quota(struct auth_request *request, int64_t bytes,
			     int64_t messages);

#endif
