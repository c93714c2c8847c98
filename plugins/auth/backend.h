/* SPDX-License-Identifier: MIT
 *
 * What an auth-worker keeps between requests: the configuration, an open
 * store, a handle for each directory, and the state that it shares with the
 * other workers. Knows nothing of Dovecot.
 *
 * Nothing is opened before it is needed, and what failed is opened again at
 * the next request, so that a worker mends itself once the store, or the
 * configuration file, is right again.
 */
#ifndef ALUMNI_PLUGINS_AUTH_BACKEND_H
#define ALUMNI_PLUGINS_AUTH_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "lib/login/login.h"

struct auth_backend;

/* Where an account's mail is, and whose it is for the system. */
struct auth_mailbox {
	char home[ACCOUNT_HOME_BYTES];
	uid_t uid;
	gid_t gid;
	/* 0 = unlimited */
	int64_t quota; /* bytes */
	int64_t quota_messages;
};

/* Never fails; touches neither disk nor network. */
struct auth_backend *auth_backend_new(void);
void auth_backend_free(struct auth_backend **backend);

/* Opens what is not open. The other functions do this by themselves; call it
   first to report at start what is wrong. Returns 0, or -1 with an error. */
int auth_backend_open(struct auth_backend *backend, struct error *error);

/* Opens every directory, so that one which cannot be is reported at start; its
   network is not touched. Returns 0, or -1 with the error of the first that
   failed. */
int auth_backend_open_directories(struct auth_backend *backend,
				  struct error *error);

struct auth_backend_news {
	char directory[ACCOUNT_DIRECTORY_BYTES]; /* empty = of none */
	bool asked; /* whether the directory is asked */
	struct error text;
};

/* Gives what happened beside the logins since anybody last asked: a directory
   that is no longer asked, or is again; remembering that does not work. True
   while there is more; call until there is not. */
bool auth_backend_take_news(struct auth_backend *backend,
			    struct auth_backend_news *news_r);

/* The login decision of lib/login/login.h; verify_hash as in struct
   login_parts. A backend that cannot be opened is a temporary failure with the
   reason. service is Dovecot's name for what the login is for: for
   AUTH_SERVICE_SELF_SERVICE (protocol/names.h), app passwords do not count. */
void auth_backend_login(struct auth_backend *backend, const char *service,
			const char *typed_name, const char *password,
			int (*verify_hash)(void *context, const char *hash,
					   const char *password,
					   struct error *error),
			void *context, struct login_result *result_r);

/* The account of a name as typed, with or without our domain, disabled ones
   too. No directory is asked. Returns 1 found, 0 no such account or no name
   that one could have, -1 failed. */
int auth_backend_account(struct auth_backend *backend, const char *typed_name,
			 struct account *account_r, struct error *error);

/* The account's alumni password as "{SCHEME}hash". Returns 1 found, 0 it has
   none, -1 failed. Wipe hash_r after use. */
int auth_backend_password(struct auth_backend *backend,
			  const struct account *account,
			  char hash_r[PASSWORD_HASH_BYTES],
			  struct error *error);

/* For an account that auth_backend_account() gave. Returns 0, or -1 with an
   error when the home does not fit. */
int auth_backend_mailbox(const struct auth_backend *backend,
			 const struct account *account,
			 struct auth_mailbox *mailbox_r, struct error *error);

/* As store_accounts_after(). */
int auth_backend_accounts_after(struct auth_backend *backend, const char *after,
				struct account *accounts_r, size_t max,
				size_t *count_r, struct error *error);

#endif
