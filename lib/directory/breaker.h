/* SPDX-License-Identifier: MIT
 *
 * The circuit breaker of a directory, shared by all auth workers of a host: a
 * directory that does not answer is not asked for a while, so that those who
 * do not need it need not wait for it. It opens after one time-out, or after
 * several other failures in a row; while it is open, one worker at a time
 * probes the directory beside its logins (lib/directory/prober.h); the first
 * answer closes it.
 *
 * Times are milliseconds on clock_msecs()'s clock, which all processes share.
 */
#ifndef ALUMNI_DIRECTORY_BREAKER_H
#define ALUMNI_DIRECTORY_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "lib/directory/shared-state.h"

struct breaker_options {
	const char *directory; /* its name */
	size_t number;         /* its place in the configuration, from 0 */
	unsigned int failures; /* in a row that open it */
	unsigned int probe_msecs;
	/* How long one probe, or one request, may take. */
	unsigned int timeout_msecs;
};

struct breaker {
	struct shared_state *state;
	struct breaker_options options;
};

enum breaker_permission {
	BREAKER_CLOSED, /* ask */
	BREAKER_OPEN,   /* do not ask */
	/* It is open, but nobody has probed for long: whoever gets this asks,
	   and others do not meanwhile. */
	BREAKER_TRY,
};

/* state may be NULL: then it is never open. */
void breaker_init(struct breaker *breaker, struct shared_state *state,
		  const struct breaker_options *options);

/* Whether the directory may be asked. Who gets BREAKER_TRY has to report what
   came of it. */
enum breaker_permission breaker_ask(const struct breaker *breaker, int64_t now);

/* The directory could not be asked. Returns true if this opened it. */
bool breaker_failed(const struct breaker *breaker, bool timed_out, int64_t now);
/* It answered. Returns true if this closed it. */
bool breaker_succeeded(const struct breaker *breaker, int64_t now);

/* True if nobody has begun a probe when one was due. */
bool breaker_wants_probe(const struct breaker *breaker, int64_t now);
/* A probe begins. */
void breaker_probing(const struct breaker *breaker, int64_t now);
/* Claims the probes for this state's handle. */
bool breaker_claim_probes(const struct breaker *breaker);

struct breaker_status {
	char directory[ACCOUNT_DIRECTORY_BYTES];
	bool open;
	int64_t open_msecs;       /* for how long; 0 if closed */
	uint64_t failures;        /* in a row */
	uint64_t times_opened;    /* since the file was made */
	int64_t last_probe_msecs; /* how long ago; -1 = never */
};

/* True once for every change since the last call, in whichever process calls
   first: status_r is how it stands now. For the log. */
bool breaker_take_news(const struct breaker *breaker, int64_t now,
		       struct breaker_status *status_r);

/* The breakers of the file in the folder (option state_dir), in the order of
   the configuration that its writers had. Some may be of directories that are
   no longer configured. Returns 1, 0 when there is no file since no login has
   been tried yet, -1 with an error. */
int breaker_statuses_read(
	const char *folder, int64_t now,
	struct breaker_status statuses_r[SHARED_STATE_BREAKERS],
	size_t *count_r, struct error *error);

#endif
