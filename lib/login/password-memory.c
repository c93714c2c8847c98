/* SPDX-License-Identifier: MIT
 *
 * Facts about passwords in the shared state; see lib/login/password-memory.h.
 *
 * A fact is one word of 64 bits: a tag of 32 bits, and the time until which the
 * fact holds. The word is written in one piece, so no reader sees half of it. A
 * bucket is a cache line of such words, in no order.
 */
#include "lib/login/password-memory.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"

#define BUCKET_WORDS (SHARED_STATE_BUCKET_BYTES / sizeof(uint64_t))
_Static_assert((SHARED_STATE_BUCKETS & (SHARED_STATE_BUCKETS - 1)) == 0,
	       "a bucket is found by a mask");

/* Claims lie behind the end of the file, one for every password. */
#define CLAIMS_OFFSET     (UINT64_C(1) << 40)
#define CLAIMS_MASK       (CLAIMS_OFFSET - 1)
#define CLAIM_PAUSE_NSECS (2 * 1000 * 1000)

struct place {
	size_t offset; /* of the bucket */
	uint32_t tag;
	uint64_t claim;
};

static uint64_t pack(uint32_t tag, int64_t until)
{
	return (uint64_t)tag << 32 | (uint32_t)until;
}

static uint32_t word_tag(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

static int64_t word_until(uint64_t word)
{
	return (int64_t)(word & UINT32_MAX);
}

/* A time further ahead than any fact may be kept comes from a clock that was
   wrong. */
static bool holds(uint64_t word, int64_t now)
{
	int64_t until = word_until(word);

	return until > now && until - now <= PASSWORD_MEMORY_SECONDS_MAX;
}

/* Adds the text behind its length, so that no two triples hash the same. */
static void add_text(crypto_generichash_state *hash, const char *text)
{
	const uint64_t length = strlen(text);

	(void)crypto_generichash_update(hash, (const unsigned char *)&length,
					sizeof(length));
	(void)crypto_generichash_update(hash, (const unsigned char *)text,
					length);
}

static struct place find_place(const struct shared_state *state,
			       enum password_fact fact,
			       const struct password_about *about)
{
	const unsigned char fact_byte = (unsigned char)fact;
	crypto_generichash_state hash;
	uint32_t words[4];
	struct place place;

	(void)crypto_generichash_init(&hash, shared_state_key(state),
				      SHARED_STATE_KEY_BYTES, sizeof(words));
	(void)crypto_generichash_update(&hash, &fact_byte, 1);
	add_text(&hash, about->directory);
	add_text(&hash, about->entry_id);
	add_text(&hash, about->password);
	(void)crypto_generichash_final(&hash, (unsigned char *)words,
				       sizeof(words));
	place.offset = SHARED_STATE_BUCKETS_OFFSET +
		       (words[0] & (SHARED_STATE_BUCKETS - 1)) *
			       SHARED_STATE_BUCKET_BYTES;
	place.tag = words[1];
	place.claim = CLAIMS_OFFSET +
		      (((uint64_t)words[2] << 32 | words[3]) & CLAIMS_MASK);
	sodium_memzero(&hash, sizeof(hash));
	sodium_memzero(words, sizeof(words));
	return place;
}

bool password_memory_knows(const struct shared_state *state,
			   enum password_fact fact,
			   const struct password_about *about, int64_t now)
{
	uint64_t words[BUCKET_WORDS];
	struct place place;

	if (state == NULL)
		return false;
	place = find_place(state, fact, about);
	if (!shared_state_read(state, place.offset, words, sizeof(words)))
		return false;
	for (size_t i = 0; i < BUCKET_WORDS; i++) {
		if (word_tag(words[i]) == place.tag && holds(words[i], now))
			return true;
	}
	return false;
}

/* Returns the word of the fact; or else the one whose loss costs least: a word
   that no longer holds, or the one that holds for the shortest time. */
static size_t choose_word(const uint64_t words[BUCKET_WORDS], uint32_t tag,
			  int64_t now)
{
	size_t chosen = 0;
	int64_t shortest = INT64_MAX;

	for (size_t i = 0; i < BUCKET_WORDS; i++) {
		int64_t until = holds(words[i], now) ? word_until(words[i]) : 0;

		if (word_tag(words[i]) == tag && until != 0)
			return i;
		if (until < shortest) {
			shortest = until;
			chosen = i;
		}
	}
	return chosen;
}

void password_memory_set(const struct shared_state *state,
			 enum password_fact fact,
			 const struct password_about *about, int64_t now,
			 int64_t seconds)
{
	uint64_t words[BUCKET_WORDS];
	struct place place;
	uint64_t word;
	size_t chosen;

	if (state == NULL)
		return;
	place = find_place(state, fact, about);
	(void)shared_state_read(state, place.offset, words, sizeof(words));
	chosen = choose_word(words, place.tag, now);
	if (seconds <= 0 && word_tag(words[chosen]) != place.tag)
		return;
	if (seconds > PASSWORD_MEMORY_SECONDS_MAX)
		seconds = PASSWORD_MEMORY_SECONDS_MAX;
	word = seconds <= 0 ? 0 : pack(place.tag, now + seconds);
	(void)shared_state_write(state, place.offset + chosen * sizeof(word),
				 &word, sizeof(word));
}

struct password_claim password_memory_claim(const struct shared_state *state,
					    const struct password_about *about,
					    unsigned int wait_msecs)
{
	const struct timespec pause = {.tv_nsec = CLAIM_PAUSE_NSECS};
	int64_t until = clock_msecs() + wait_msecs;
	struct password_claim claim = {.held = false};

	if (state == NULL)
		return claim;
	claim.offset = find_place(state, PASSWORD_REFUSED, about).claim;
	for (;;) {
		claim.held = shared_state_claim(state, claim.offset);
		if (claim.held || clock_msecs() >= until)
			return claim;
		(void)nanosleep(&pause, NULL);
	}
}

void password_memory_release(const struct shared_state *state,
			     const struct password_claim *claim)
{
	if (claim->held)
		shared_state_release(state, claim->offset);
}
