/* SPDX-License-Identifier: MIT
 *
 * A university directory over LDAP (RFC 4511), as configured by a `directory`
 * section: one search with the service account, then a bind as the entry
 * found. A handle keeps its connections between calls and reconnects by
 * itself. For one thread at a time; calls block, for at most the configured
 * time-outs.
 */
#ifndef ALUMNI_DIRECTORY_DIRECTORY_H
#define ALUMNI_DIRECTORY_DIRECTORY_H

#include <stdbool.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/directory/shared-state.h"

#define DIRECTORY_DN_BYTES      1024
#define DIRECTORY_PROBLEM_BYTES 128

struct directory;

struct directory_entry {
	char dn[DIRECTORY_DN_BYTES];
	/* Value of the id attribute: stays the same when the entry is renamed
	   and is never given to another (entryUUID, RFC 4530). */
	char id[ACCOUNT_DIRECTORY_ID_BYTES];
	/* Our class, by the class map; empty when nothing fits. */
	char class_name[ACCOUNT_CLASS_BYTES];
	bool active; /* matches active_filter */
	bool denied; /* matches deny_filter: refused in every tier */
	/* What the directory overrides, if it is configured to and the entry
	   says so. */
	bool has_quota;
	int64_t quota;                       /* bytes, 0 = unlimited */
	char forward_address[ADDRESS_BYTES]; /* empty = it says nothing */
	bool forward_keep_copy;
	/* Which of these values was of no use, for the log; else empty. */
	char problem[DIRECTORY_PROBLEM_BYTES];
};

/* Makes a handle without touching the network. options must outlive it.
   Returns 0, or -1 when the service account's password cannot be read. */
int directory_open(const struct directory_options *options,
		   struct directory **directory_r, struct error *error);
void directory_close(struct directory **directory);

/* Shares the directory's circuit breaker (lib/directory/breaker.h) with all who
   use the same state: while it is open, the functions below return -1 at once.
   state must outlive the handle; number is the directory's place in the
   configuration. Starts a thread while it probes. */
void directory_use_breaker(struct directory *directory,
			   struct shared_state *state, size_t number);

/* True when the breaker opened or closed, in any process, since anybody last
   asked; news_r is a sentence for the log, *open_r how it stands. */
bool directory_take_news(struct directory *directory, bool *open_r,
			 struct error *news_r);

/* Asks something to which the answer does not matter. Returns 0, or -1 when
   there was none. */
int directory_probe(struct directory *directory, struct error *error);

/* The name of its section in the configuration. */
const char *directory_name(const struct directory *directory);

/* Looks the account name up. Returns 1 found, 0 no such entry, -1 could not
   be asked, or the answer makes no sense: several entries, no id. Of several
   entries of one name, a single one that is active and not denied is found:
   the others belong to people who had the name before. */
int directory_find(struct directory *directory, const char *name,
		   struct directory_entry *entry_r, struct error *error);

/* Binds as the entry. Returns 1 accepted, 0 refused, -1 could not be asked.
   An empty password is refused here without asking: a simple bind with none
   is anonymous and succeeds (RFC 4513, section 5.1.2). */
int directory_verify(struct directory *directory, const char *dn,
		     const char *password, struct error *error);

#endif
