/* SPDX-License-Identifier: MIT
 *
 * The circuit breaker of a directory, shared by all auth workers of a host. A
 * directory that does not answer is not asked for a while, so that people who
 * do not need it do not wait for it. The breaker opens after one time-out, or
 * after several other failures in a row. While it is open, one worker at a time
 * probes the directory beside its logins (lib/directory/prober.h). The first
 * answer closes the breaker.
 *
 * All functions but breaker_statuses_read() take the time as `now`, in
 * milliseconds on clock_msecs()'s clock, which all processes share. None of
 * them waits, and none fails: without a state, or with a number that has no
 * room in the file, the breaker is always closed.
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
	const char *directory;    /* its name, which outlives the breaker */
	size_t number;            /* its place in the configuration, from 0 */
	unsigned int failures;    /* this many in a row open the breaker */
	unsigned int probe_msecs; /* from one probe to the next */
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
	/* The breaker is open, but nobody has probed for long. The caller that
	   gets this answer asks; other callers are told not to. */
	BREAKER_TRY,
};

/* Sets the breaker up. state may be NULL, and must outlive the breaker. There
   is nothing to free. */
void breaker_init(struct breaker *breaker, struct shared_state *state,
		  const struct breaker_options *options);

/* Says whether the directory may be asked. */
enum breaker_permission breaker_ask(const struct breaker *breaker, int64_t now);

/* The directory could not be asked, or timed out. Returns true if this opened
   the breaker. */
bool breaker_failed(const struct breaker *breaker, bool timed_out, int64_t now);

/* The directory answered. Returns true if this closed the breaker. */
bool breaker_succeeded(const struct breaker *breaker, int64_t now);

/* Returns true if the breaker is open, and a probe was due that nobody has
   begun. */
bool breaker_wants_probe(const struct breaker *breaker, int64_t now);

/* A probe begins. Only for a handle that has claimed the probes. */
void breaker_probing(const struct breaker *breaker, int64_t now);

/* Makes the probes the task of the handle that the breaker's state is, until
   that handle is closed. Returns true, or false if another handle has them or
   there is no state. */
bool breaker_claim_probes(const struct breaker *breaker);

struct breaker_status {
	char directory[ACCOUNT_DIRECTORY_BYTES];
	bool open;
	int64_t open_msecs;       /* for how long; 0 if closed */
	uint64_t failures;        /* in a row */
	uint64_t times_opened;    /* since the file was made */
	int64_t last_probe_msecs; /* how long ago; -1 = never */
};

/* Reports each change of the breaker once, to the process that calls first, for
   its log. Returns true with the status as it is now, or false, with *status_r
   untouched, when nothing changed since the last report. */
bool breaker_take_news(const struct breaker *breaker, int64_t now,
		       struct breaker_status *status_r);

/* Reads the breakers of the file in the folder (option state_dir), in the order
   of the configuration that its writers had. Some may belong to directories
   that are no longer configured. Returns 1 with the statuses and their count,
   0 when there is no file since no login has been tried yet, -1 with an
   error. */
int breaker_statuses_read(
	const char *folder, int64_t now,
	struct breaker_status statuses_r[SHARED_STATE_BREAKERS],
	size_t *count_r, struct error *error);

#endif
