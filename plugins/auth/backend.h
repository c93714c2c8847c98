/* SPDX-License-Identifier: MIT
 *
 * The things that an auth-worker keeps between requests: the configuration, an
 * open store, a handle for each directory, and the state that it shares with
 * the other workers. The backend knows nothing of Dovecot.
 *
 * Each of them is opened when it is first needed, and opened again at the next
 * request if that failed. So a worker recovers by itself once the store, or the
 * configuration file, is in order again.
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

/* The place of an account's mail, and its owner for the system. */
struct auth_mailbox {
	char home[ACCOUNT_HOME_BYTES];
	uid_t uid;
	gid_t gid;
	/* 0 = unlimited */
	int64_t quota; /* bytes */
	int64_t quota_messages;
};

/* Makes a backend in which nothing is open; touches neither disk nor network.
   Never returns NULL: the process ends when memory runs out. Free the backend
   with auth_backend_free(). */
struct auth_backend *auth_backend_new(void);

/* Closes all that is open, frees the backend and sets *backend to NULL. Takes
   NULL in *backend. */
void auth_backend_free(struct auth_backend **backend);

/* Opens the configuration and the store unless they are open. The other
   functions do this by themselves; call it first to report a fault at the
   start. Returns 0, or -1 with an error. */
int auth_backend_open(struct auth_backend *backend, struct error *error);

/* Opens every directory, to report at the start those that cannot be opened;
   does not touch the network. Returns 0, or -1 with the error of the first
   failure. */
int auth_backend_open_directories(struct auth_backend *backend,
				  struct error *error);

struct auth_backend_news {
	char directory[ACCOUNT_DIRECTORY_BYTES]; /* empty = no directory's */
	bool asked; /* the directory is asked from now on */
	struct error text;
};

/* Reports one event beside the logins that has not been reported: a directory
   is no longer asked, or is asked again, or the shared state cannot be used.
   Returns true with the event, or false when there is none. Call it until it
   returns false. */
bool auth_backend_take_news(struct auth_backend *backend,
			    struct auth_backend_news *news_r);

/* Makes the login decision of lib/login/login.h, and blocks as that does.
   verify_hash and context are those of struct login_parts. A backend that
   cannot be opened makes the outcome a temporary failure, with the reason.
   service is Dovecot's name of the service that the login is for. For
   AUTH_SERVICE_SELF_SERVICE (protocol/names.h), app passwords do not count. */
void auth_backend_login(struct auth_backend *backend, const char *service,
			const char *typed_name, const char *password,
			int (*verify_hash)(void *context, const char *hash,
					   const char *password,
					   struct error *error),
			void *context, struct login_result *result_r);

/* Finds the account of a name as it was typed, with or without our domain;
   disabled accounts too. Asks no directory. Returns 1 found, 0 there is no such
   account, or no account can have the name (with an error that says why), -1
   failed with an error. */
int auth_backend_account(struct auth_backend *backend, const char *typed_name,
			 struct account *account_r, struct error *error);

/* Reads the account's alumni password as "{SCHEME}hash". The caller wipes
   hash_r after use. Returns 1 found, 0 the account has none, -1 failed with an
   error. */
int auth_backend_password(struct auth_backend *backend,
			  const struct account *account,
			  char hash_r[PASSWORD_HASH_BYTES],
			  struct error *error);

/* Fills in the mailbox of an account that auth_backend_account() found. Returns
   0, or -1 with an error when the home does not fit. */
int auth_backend_mailbox(const struct auth_backend *backend,
			 const struct account *account,
			 struct auth_mailbox *mailbox_r, struct error *error);

/* Lists a page of accounts, with the contract of store_accounts_after(). */
int auth_backend_accounts_after(struct auth_backend *backend, const char *after,
				struct account *accounts_r, size_t max,
				size_t *count_r, struct error *error);

#endif
