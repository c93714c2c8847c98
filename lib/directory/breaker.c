/* SPDX-License-Identifier: MIT
 *
 * The circuit breaker of a directory; see lib/directory/breaker.h.
 *
 * Every worker writes single fields of the shared record. When two workers
 * write at the same moment, a count may be one too low, or the directory may be
 * asked once too often. Nothing worse can happen.
 */
#include "lib/directory/breaker.h"

#include <string.h>

/* After so many intervals without a probe, nobody seems to probe any more. */
#define PROBES_MISSED 2

struct record {
	char directory[ACCOUNT_DIRECTORY_BYTES];
	int64_t opened_at; /* 0 = closed */
	int64_t probed_at; /* 0 = never */
	uint64_t failures;
	uint64_t times_opened;
	uint64_t changes;  /* opened or closed, so many times */
	uint64_t reported; /* of which the log knows */
	uint64_t unused[2];
};

_Static_assert(sizeof(struct record) == SHARED_STATE_BREAKER_BYTES,
	       "a record has its size");

static size_t record_offset(size_t number)
{
	return SHARED_STATE_BREAKERS_OFFSET +
	       number * SHARED_STATE_BREAKER_BYTES;
}

static void write_field(const struct breaker *breaker, size_t field,
			uint64_t value)
{
	(void)shared_state_write(breaker->state,
				 record_offset(breaker->options.number) + field,
				 &value, sizeof(value));
}

#define WRITE(breaker, field, value)                                           \
	write_field(breaker, offsetof(struct record, field), (uint64_t)(value))

/* Drops times ahead of the clock: they are from before a reboot, or rubbish. */
static void make_sense(struct record *record, int64_t now)
{
	record->directory[sizeof(record->directory) - 1] = '\0';
	if (record->opened_at < 0 || record->opened_at > now)
		record->opened_at = 0;
	if (record->probed_at < 0 || record->probed_at > now)
		record->probed_at = 0;
}

/* Reads the record. One of another directory, from before the configuration
   was changed, is replaced by an empty one. Returns false if there is no place
   for a record. */
static bool read_record(const struct breaker *breaker, int64_t now,
			struct record *record_r)
{
	const struct breaker_options *options = &breaker->options;
	size_t offset = record_offset(options->number);

	if (breaker->state == NULL || options->number >= SHARED_STATE_BREAKERS)
		return false;
	if (shared_state_read(breaker->state, offset, record_r,
			      sizeof(*record_r))) {
		make_sense(record_r, now);
		if (strcmp(record_r->directory, options->directory) == 0)
			return true;
	}
	memset(record_r, 0, sizeof(*record_r));
	if (strlen(options->directory) >= sizeof(record_r->directory))
		return false;
	memcpy(record_r->directory, options->directory,
	       strlen(options->directory));
	return shared_state_write(breaker->state, offset, record_r,
				  sizeof(*record_r));
}

void breaker_init(struct breaker *breaker, struct shared_state *state,
		  const struct breaker_options *options)
{
	breaker->state = state;
	breaker->options = *options;
}

static bool probe_is_overdue(const struct breaker *breaker,
			     const struct record *record, int64_t now,
			     unsigned int intervals)
{
	const struct breaker_options *options = &breaker->options;
	int64_t since = record->probed_at > record->opened_at
				? record->probed_at
				: record->opened_at;

	return now - since > (int64_t)intervals * options->probe_msecs +
				     options->timeout_msecs;
}

enum breaker_permission breaker_ask(const struct breaker *breaker, int64_t now)
{
	struct record record;

	if (!read_record(breaker, now, &record) || record.opened_at == 0)
		return BREAKER_CLOSED;
	if (!probe_is_overdue(breaker, &record, now, PROBES_MISSED))
		return BREAKER_OPEN;
	WRITE(breaker, probed_at, now);
	return BREAKER_TRY;
}

bool breaker_failed(const struct breaker *breaker, bool timed_out, int64_t now)
{
	struct record record;

	if (!read_record(breaker, now, &record))
		return false;
	record.failures++;
	WRITE(breaker, failures, record.failures);
	if (record.opened_at != 0 ||
	    (!timed_out && record.failures < breaker->options.failures))
		return false;
	WRITE(breaker, opened_at, now > 0 ? now : 1);
	WRITE(breaker, times_opened, record.times_opened + 1);
	WRITE(breaker, changes, record.changes + 1);
	return true;
}

bool breaker_succeeded(const struct breaker *breaker, int64_t now)
{
	struct record record;

	if (!read_record(breaker, now, &record))
		return false;
	if (record.failures != 0)
		WRITE(breaker, failures, 0);
	if (record.opened_at == 0)
		return false;
	WRITE(breaker, opened_at, 0);
	WRITE(breaker, changes, record.changes + 1);
	return true;
}

bool breaker_wants_probe(const struct breaker *breaker, int64_t now)
{
	struct record record;

	return read_record(breaker, now, &record) && record.opened_at != 0 &&
	       probe_is_overdue(breaker, &record, now, 1);
}

void breaker_probing(const struct breaker *breaker, int64_t now)
{
	WRITE(breaker, probed_at, now);
}

bool breaker_claim_probes(const struct breaker *breaker)
{
	return breaker->options.number < SHARED_STATE_BREAKERS &&
	       shared_state_claim(breaker->state,
				  record_offset(breaker->options.number));
}

static void describe(const struct record *record, int64_t now,
		     struct breaker_status *status_r)
{
	memset(status_r, 0, sizeof(*status_r));
	memcpy(status_r->directory, record->directory,
	       sizeof(status_r->directory));
	status_r->open = record->opened_at != 0;
	status_r->open_msecs = status_r->open ? now - record->opened_at : 0;
	status_r->failures = record->failures;
	status_r->times_opened = record->times_opened;
	status_r->last_probe_msecs =
		record->probed_at == 0 ? -1 : now - record->probed_at;
}

bool breaker_take_news(const struct breaker *breaker, int64_t now,
		       struct breaker_status *status_r)
{
	struct record record;

	if (!read_record(breaker, now, &record) ||
	    record.changes == record.reported)
		return false;
	WRITE(breaker, reported, record.changes);
	describe(&record, now, status_r);
	return true;
}

int breaker_statuses_read(
	const char *folder, int64_t now,
	struct breaker_status statuses_r[SHARED_STATE_BREAKERS],
	size_t *count_r, struct error *error)
{
	struct shared_state *state;
	int ret = shared_state_open_existing(folder, &state, error);

	*count_r = 0;
	if (ret <= 0)
		return ret;
	for (size_t i = 0; i < SHARED_STATE_BREAKERS; i++) {
		struct record record;

		if (!shared_state_read(state, record_offset(i), &record,
				       sizeof(record)))
			break;
		make_sense(&record, now);
		if (record.directory[0] != '\0')
			describe(&record, now, &statuses_r[(*count_r)++]);
	}
	shared_state_close(&state);
	return 1;
}
