/* SPDX-License-Identifier: MIT
 *
 * A university directory over LDAP (RFC 4511), as a `directory` section
 * configures it: a search with the service account, then a bind as the entry
 * that was found. A handle keeps its connections between calls, and connects
 * again by itself. It is for one thread at a time. Calls that ask the directory
 * block, for at most the configured time-outs.
 */
#ifndef ALUMNI_DIRECTORY_DIRECTORY_H
#define ALUMNI_DIRECTORY_DIRECTORY_H

#include <stdbool.h>

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "lib/configuration/configuration.h"
#include "lib/directory/shared-state.h"

#define DIRECTORY_DN_BYTES      1024
#define DIRECTORY_PROBLEM_BYTES 128

struct directory;

struct directory_entry {
	char dn[DIRECTORY_DN_BYTES];
	/* The value of the id attribute. It stays the same when the entry is
	   renamed, and no other entry ever gets it (entryUUID, RFC 4530). */
	char id[ACCOUNT_DIRECTORY_ID_BYTES];
	/* One of our classes, by the class map; empty when nothing fits. */
	char class_name[ACCOUNT_CLASS_BYTES];
	bool active; /* matches active_filter */
	bool denied; /* matches deny_filter: refused in every tier */
	/* What the directory overrides, if it is configured to and the entry
	   has a value. */
	bool has_quota;
	int64_t quota;                       /* bytes, 0 = unlimited */
	char forward_address[ADDRESS_BYTES]; /* empty = not overridden */
	bool forward_keep_copy;
	/* Names the value that was of no use, for the log; else empty. */
	char problem[DIRECTORY_PROBLEM_BYTES];
};

/* Makes a handle, without touching the network. options must outlive the
   handle. Close it with directory_close(). Returns 0, or -1 with an error when
   the service account's password cannot be read or memory runs out. */
int directory_open(const struct directory_options *options,
		   struct directory **directory_r, struct error *error);

/* Closes the connections, frees the handle and sets *directory to NULL. Takes
   NULL in *directory. Waits for a probe that is under way. */
void directory_close(struct directory **directory);

/* Shares the directory's circuit breaker (lib/directory/breaker.h) with all who
   use the same state: while the breaker is open, the functions that ask return
   -1 at once. state may be NULL, and must outlive the handle. number is the
   directory's place in the configuration, from 0. While the breaker is open,
   the handle may run a thread that probes. */
void directory_use_breaker(struct directory *directory,
			   struct shared_state *state, size_t number);

/* Reports each change of the breaker once, to the process that calls first.
   Returns true, with a sentence for the log in *news_r and whether the breaker
   is open in *open_r; or false when nothing changed. Does not block. */
bool directory_take_news(struct directory *directory, bool *open_r,
			 struct error *news_r);

/* Asks a question of which only the answering matters. Returns 0 when the
   server answered, or -1 with an error. */
int directory_probe(struct directory *directory, struct error *error);

/* Returns the name of the directory's section, which belongs to the options. */
const char *directory_name(const struct directory *directory);

/* Looks the account name up. Returns 1 found, 0 no such entry, -1 with an error
   when the directory could not be asked or the answer makes no sense (several
   entries, no id). When several entries have the name and one alone is active
   and not denied, that entry is found: the others belong to people who had the
   name before. */
int directory_find(struct directory *directory, const char *name,
		   struct directory_entry *entry_r, struct error *error);

/* Binds as the entry. Returns 1 accepted, 0 refused, -1 with an error when the
   directory could not be asked. An empty password is refused without asking: a
   simple bind with an empty password is anonymous and succeeds (RFC 4513,
   section 5.1.2). */
int directory_verify(struct directory *directory, const char *dn,
		     const char *password, struct error *error);

#endif
