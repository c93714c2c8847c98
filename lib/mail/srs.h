/* SPDX-License-Identifier: MIT
 *
 * Sender Rewriting Scheme: an envelope sender of a foreign domain becomes one
 * of ours, so that forwarded mail passes SPF (RFC 7208) and its bounces come
 * back here and can be sent on to the true sender.
 *
 * The format is that of the SRS draft and of Mail::SRS:
 *   SRS0=HHHH=TT=domain=local@ours        from local@domain
 *   SRS1=HHHH=domain==HHHH=TT=...@ours    from SRS0=HHHH=TT=...@domain
 * HHHH is a keyed hash (HMAC-SHA1, base64, cut to 4 characters) and TT the day
 * in base 32. There is no state: everything is in the address.
 */
#ifndef ALUMNI_MAIL_SRS_H
#define ALUMNI_MAIL_SRS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mail/address.h"

#define SRS_SECRETS_MAX 8

struct srs;

struct srs_options {
	/* Secrets, NUL-terminated: the first signs, all verify. Copied. */
	const char *const *secrets;
	size_t secret_count; /* 1 to SRS_SECRETS_MAX */
	/* Domain of the addresses made. Copied. */
	const char *domain;
	unsigned int max_age_days; /* older ones are SRS_EXPIRED */
};

enum srs_result {
	SRS_OK = 0,
	SRS_NOT_SRS,   /* no SRS address at all */
	SRS_MALFORMED, /* begins like one, but is not */
	SRS_FORGED,    /* the hash is not ours */
	SRS_EXPIRED,   /* ours, but too old (or from the future) */
	SRS_TOO_LONG,  /* the result would not fit its buffer */
	SRS_FAILED,    /* out of memory: says nothing about the address */
};

/* Returns 0, or -1 with an error (no secret, empty domain). */
int srs_new(const struct srs_options *options, struct srs **srs_r,
	    struct error *error);
/* Wipes the secrets and frees; sets the pointer to NULL. */
void srs_free(struct srs **srs);

/* Rewrites the envelope sender (with or without <>) for forwarding: SRS0, or
   SRS1 when it is itself an SRS address of another domain. The null sender ("")
   and senders of the SRS domain itself come back unchanged. now is Unix
   seconds. Returns SRS_OK, SRS_MALFORMED (no address), SRS_TOO_LONG or
   SRS_FAILED. Thread-safe. */
enum srs_result srs_forward(const struct srs *srs, const char *sender,
			    int64_t now, char rewritten_r[ADDRESS_BYTES]);

/* Takes a rewritten address back to the sender that it was made from: for
   SRS1 that is the SRS0 address at the first forwarder. Hashes are compared
   in constant time and without case, since the way may have folded it.
   The local part may be quoted, as in SMTP, or not, as Postfix asks its
   tables. The domain is not looked at: that is the caller's to know.
   Thread-safe. */
enum srs_result srs_reverse(const struct srs *srs, const char *rewritten,
			    int64_t now, char sender_r[ADDRESS_BYTES]);

/* True if the address begins as SRS addresses do (SRS0 or SRS1, then one of
   = + -), in any case, perhaps after < and a quote. */
bool srs_is_rewritten(const char *address);

#endif
