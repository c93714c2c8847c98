/* SPDX-License-Identifier: MIT
 *
 * Sender Rewriting Scheme; see lib/mail/srs.h. Agrees with Mail::SRS to the
 * octet, so that machines that share a secret can be of either kind. The one
 * exception is local parts that need quotes: those are rewritten without the
 * quotes and the result is quoted, since a quote inside a local part would be
 * no address.
 */
#include "lib/mail/srs.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SRS_TAG_LENGTH      4 /* "SRS0" */
#define SRS_SEPARATORS      "=+-"
#define SRS_HASH_LENGTH_MIN 4
/* A whole HMAC-SHA1 in base64 without padding: what other implementations
   can be told to use. */
#define SRS_HASH_LENGTH_MAX 27
#define SRS_SHA1_BYTES      20
#define SRS_BASE64_BYTES    29 /* with padding and NUL */
#define SRS_DAY_SECONDS     86400
#define SRS_DAY_BITS        5
#define SRS_DAYS            (1 << (2 * SRS_DAY_BITS)) /* 1024, then again */

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct srs {
	/* One for each secret, with its key in it, to be copied: finding the
	   hash function and setting up the key take longer than a hash. */
	EVP_MAC_CTX *keyed[SRS_SECRETS_MAX];
	size_t secret_count;
	char *domain;
	unsigned int max_age_days;
};

/* Returns NULL when out of memory, or if there is no such function. */
static EVP_MAC_CTX *new_keyed(const char *secret)
{
	char digest_name[] = "SHA1";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 digest_name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	/* The context holds a reference of its own. */
	EVP_MAC_free(mac);
	if (context != NULL &&
	    EVP_MAC_init(context, (const unsigned char *)secret, strlen(secret),
			 params) != 1) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return context;
}

int srs_new(const struct srs_options *options, struct srs **srs_r,
	    struct error *error)
{
	struct srs *srs;

	if (options->secret_count == 0 ||
	    options->secret_count > SRS_SECRETS_MAX)
		return error_set(error, "SRS needs 1 to %d secrets, not %zu",
				 SRS_SECRETS_MAX, options->secret_count);
	if (options->domain == NULL || options->domain[0] == '\0')
		return error_set(error, "SRS needs a domain");
	for (size_t i = 0; i < options->secret_count; i++) {
		if (options->secrets[i][0] == '\0')
			return error_set(error, "an SRS secret is empty");
	}
	srs = calloc(1, sizeof(*srs));
	if (srs == NULL)
		return error_set(error, "out of memory");
	srs->max_age_days = options->max_age_days;
	srs->domain = strdup(options->domain);
	if (srs->domain == NULL)
		goto failed;
	for (size_t i = 0; i < options->secret_count; i++) {
		srs->keyed[i] = new_keyed(options->secrets[i]);
		if (srs->keyed[i] == NULL)
			goto failed;
		srs->secret_count++;
	}
	*srs_r = srs;
	return 0;
failed:
	srs_free(&srs);
	return error_set(error, "cannot set up HMAC-SHA1: out of memory, or "
				"OpenSSL does not offer it");
}

void srs_free(struct srs **srs)
{
	if (*srs == NULL)
		return;
	/* Wipes the keys. */
	for (size_t i = 0; i < (*srs)->secret_count; i++)
		EVP_MAC_CTX_free((*srs)->keyed[i]);
	free((*srs)->domain);
	free(*srs);
	*srs = NULL;
}

/* ---- hashes and days ---- */

/* Has no branch, since it also folds the hash, which must not leak through
   timing. */
static unsigned char fold_case(unsigned char c)
{
	return c | (unsigned char)(((unsigned int)c - 'A' < 26U) << 5);
}

static bool mac_add_folded(EVP_MAC_CTX *context, const char *text)
{
	unsigned char folded[ADDRESS_LOCAL_BYTES];
	size_t length = strlen(text);

	if (length > sizeof(folded))
		return false;
	for (size_t i = 0; i < length; i++)
		folded[i] = fold_case((unsigned char)text[i]);
	return EVP_MAC_update(context, folded, length) == 1;
}

/* Base64 of HMAC-SHA1 over the parts in lower case, one after the other.
   hash_r holds SRS_BASE64_BYTES. */
static bool make_hash(const EVP_MAC_CTX *keyed, const char *const parts[],
		      char *hash_r)
{
	unsigned char digest[SRS_SHA1_BYTES];
	EVP_MAC_CTX *context = EVP_MAC_CTX_dup(keyed);
	size_t length = 0;
	bool made = context != NULL;

	for (; made && *parts != NULL; parts++)
		made = mac_add_folded(context, *parts);
	made = made &&
	       EVP_MAC_final(context, digest, &length, sizeof(digest)) == 1 &&
	       length == sizeof(digest);
	EVP_MAC_CTX_free(context);
	if (made)
		(void)EVP_EncodeBlock((unsigned char *)hash_r, digest,
				      (int)length);
	return made;
}

/* The hash of every secret is made and compared to the end, so that the time
   tells nothing about how much of it was right. */
static enum srs_result verify_hash(const struct srs *srs, const char *hash,
				   const char *const parts[])
{
	size_t length = strlen(hash);
	bool valid = false;

	if (length < SRS_HASH_LENGTH_MIN || length > SRS_HASH_LENGTH_MAX)
		return SRS_FORGED;
	for (size_t s = 0; s < srs->secret_count; s++) {
		char expected[SRS_BASE64_BYTES];
		unsigned int difference = 0;

		if (!make_hash(srs->keyed[s], parts, expected))
			return SRS_FAILED;
		for (size_t i = 0; i < length; i++)
			difference |=
				fold_case((unsigned char)expected[i]) ^
				(unsigned int)fold_case((unsigned char)hash[i]);
		valid |= difference == 0;
	}
	return valid ? SRS_OK : SRS_FORGED;
}

static unsigned int day_of(int64_t now)
{
	return now < 0 ? 0 : (unsigned int)(now / SRS_DAY_SECONDS % SRS_DAYS);
}

static void format_day(unsigned int day, char day_r[3])
{
	day_r[0] = base32[day >> SRS_DAY_BITS];
	day_r[1] = base32[day % (1U << SRS_DAY_BITS)];
	day_r[2] = '\0';
}

/* Returns the day from 0 to SRS_DAYS - 1, or -1. */
static int parse_day(const char *text)
{
	int day = 0;

	if (strlen(text) != 2)
		return -1;
	for (int i = 0; i < 2; i++) {
		char upper = text[i] >= 'a' && text[i] <= 'z'
				     ? (char)(text[i] - 'a' + 'A')
				     : text[i];
		const char *digit = strchr(base32, upper);

		if (digit == NULL)
			return -1;
		day = (day << SRS_DAY_BITS) + (int)(digit - base32);
	}
	return day;
}

/* ---- taking apart and putting together ---- */

/* The digit of the tag if the local part begins as an SRS one, else 0. */
static char tag_of(const char *local)
{
	if (strncasecmp(local, "SRS0", SRS_TAG_LENGTH) != 0 &&
	    strncasecmp(local, "SRS1", SRS_TAG_LENGTH) != 0)
		return '\0';
	if (local[SRS_TAG_LENGTH] == '\0' ||
	    strchr(SRS_SEPARATORS, local[SRS_TAG_LENGTH]) == NULL)
		return '\0';
	return local[SRS_TAG_LENGTH - 1];
}

bool srs_is_rewritten(const char *address)
{
	if (*address == '<')
		address++;
	if (*address == '"')
		address++;
	return tag_of(address) != '\0';
}

/* Cuts the text at the next '=' and returns the part in front, or NULL when
   there is none; *text is left behind it. */
static char *next_field(char **text)
{
	char *field = *text;
	char *end = strchr(field, '=');

	if (end == NULL)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return field;
}

static bool is_domain(const char *text)
{
	char probe[2 + ADDRESS_DOMAIN_BYTES] = "x@";
	struct address address;

	if (strlen(text) >= ADDRESS_DOMAIN_BYTES)
		return false;
	memcpy(probe + 2, text, strlen(text) + 1);
	return address_parse(probe, &address, NULL) == 0;
}

/* Joins the parts into a local part; false if they do not fit. */
static bool join(const char *const parts[], char local_r[ADDRESS_LOCAL_BYTES])
{
	size_t used = 0;

	for (; *parts != NULL; parts++) {
		size_t length = strlen(*parts);

		if (used + length >= ADDRESS_LOCAL_BYTES)
			return false;
		memcpy(local_r + used, *parts, length);
		used += length;
	}
	local_r[used] = '\0';
	return true;
}

static enum srs_result write_address(const char *const local_parts[],
				     const char *domain,
				     char text_r[ADDRESS_BYTES])
{
	struct address address;
	size_t length = strlen(domain);

	if (length >= sizeof(address.domain) ||
	    !join(local_parts, address.local))
		return SRS_TOO_LONG;
	memcpy(address.domain, domain, length + 1);
	if (address_format(&address, text_r, ADDRESS_BYTES) < 0)
		return SRS_TOO_LONG;
	return SRS_OK;
}

static enum srs_result forward_first(const struct srs *srs,
				     const struct address *sender, int64_t now,
				     char rewritten_r[ADDRESS_BYTES])
{
	char hash[SRS_BASE64_BYTES];
	char day[3];
	const char *const hashed[] = {day, sender->domain, sender->local, NULL};
	const char *const local[] = {"SRS0=", hash,          "=",
				     day,     "=",           sender->domain,
				     "=",     sender->local, NULL};

	format_day(day_of(now), day);
	if (!make_hash(srs->keyed[0], hashed, hash))
		return SRS_FAILED;
	hash[SRS_HASH_LENGTH_MIN] = '\0';
	return write_address(local, srs->domain, rewritten_r);
}

/* rest is the SRS0 local part without its tag: separator, hash, day ... */
static enum srs_result forward_again(const struct srs *srs,
				     const char *first_forwarder,
				     const char *rest,
				     char rewritten_r[ADDRESS_BYTES])
{
	char hash[SRS_BASE64_BYTES];
	const char *const hashed[] = {first_forwarder, rest, NULL};
	const char *const local[] = {"SRS1=", hash, "=", first_forwarder,
				     "=",     rest, NULL};

	if (!make_hash(srs->keyed[0], hashed, hash))
		return SRS_FAILED;
	hash[SRS_HASH_LENGTH_MIN] = '\0';
	return write_address(local, srs->domain, rewritten_r);
}

/* Finds first forwarder and rest in what follows the tag and separator of an
   SRS1 local part; hash_r gets the hash. Cuts the text. */
static bool split_again(char *text, char **hash_r, char **first_forwarder_r,
			char **rest_r)
{
	*hash_r = next_field(&text);
	if (*hash_r == NULL)
		return false;
	*first_forwarder_r = next_field(&text);
	if (*first_forwarder_r == NULL || !is_domain(*first_forwarder_r))
		return false;
	*rest_r = text;
	return *text != '\0' && strchr(SRS_SEPARATORS, *text) != NULL;
}

/* Puts the domain back as the sender spells it: the way back then ends at
   exactly the address that it began with. */
static void keep_spelling(const char *sender, struct address *address)
{
	const char *at = strrchr(sender, '@');
	size_t length = strlen(address->domain);

	if (at != NULL && strncasecmp(at + 1, address->domain, length) == 0)
		memcpy(address->domain, at + 1, length);
}

enum srs_result srs_forward(const struct srs *srs, const char *sender,
			    int64_t now, char rewritten_r[ADDRESS_BYTES])
{
	struct address address;
	char buffer[ADDRESS_LOCAL_BYTES];
	char *hash, *first_forwarder, *rest;
	char tag;

	if (sender[0] == '\0') {
		rewritten_r[0] = '\0';
		return SRS_OK;
	}
	if (address_parse(sender, &address, NULL) < 0 ||
	    address.domain[0] == '\0')
		return SRS_MALFORMED;
	if (strcasecmp(address.domain, srs->domain) == 0) {
		if (strlen(sender) >= ADDRESS_BYTES)
			return SRS_TOO_LONG;
		memcpy(rewritten_r, sender, strlen(sender) + 1);
		return SRS_OK;
	}
	keep_spelling(sender, &address);
	tag = tag_of(address.local);
	if (tag == '0')
		return forward_again(srs, address.domain,
				     address.local + SRS_TAG_LENGTH,
				     rewritten_r);
	memcpy(buffer, address.local, sizeof(buffer));
	if (tag == '1' && split_again(buffer + SRS_TAG_LENGTH + 1, &hash,
				      &first_forwarder, &rest))
		return forward_again(srs, first_forwarder, rest, rewritten_r);
	/* This covers an address that only looks like SRS1: it may be
	   somebody's name. */
	return forward_first(srs, &address, now, rewritten_r);
}

static enum srs_result reverse_first(const struct srs *srs, char *text,
				     int64_t now, char sender_r[ADDRESS_BYTES])
{
	char *hash = next_field(&text);
	char *day = hash == NULL ? NULL : next_field(&text);
	char *domain = day == NULL ? NULL : next_field(&text);
	const char *const hashed[] = {day, domain, text, NULL};
	const char *const local[] = {text, NULL};
	unsigned int age;
	enum srs_result result;

	if (domain == NULL || parse_day(day) < 0 || !is_domain(domain))
		return SRS_MALFORMED;
	result = verify_hash(srs, hash, hashed);
	if (result != SRS_OK)
		return result;
	/* A day in the future belongs to the cycle before, so it is too old. */
	age = (day_of(now) + SRS_DAYS - (unsigned int)parse_day(day)) %
	      SRS_DAYS;
	if (age > srs->max_age_days)
		return SRS_EXPIRED;
	return write_address(local, domain, sender_r);
}

static enum srs_result reverse_again(const struct srs *srs, char *text,
				     char sender_r[ADDRESS_BYTES])
{
	char *hash, *first_forwarder, *rest;
	enum srs_result result;

	if (!split_again(text, &hash, &first_forwarder, &rest))
		return SRS_MALFORMED;

	const char *const hashed[] = {first_forwarder, rest, NULL};
	const char *const local[] = {"SRS0", rest, NULL};

	result = verify_hash(srs, hash, hashed);
	if (result != SRS_OK)
		return result;
	return write_address(local, first_forwarder, sender_r);
}

/* Copies the local part without quotes and brackets. */
static bool take_local(const char *text, char local_r[ADDRESS_LOCAL_BYTES])
{
	const char *at = strrchr(text, '@');
	struct address address;
	size_t length;

	/* Postfix's tables are asked with the bare local part, in which, say,
	   a space stands unquoted. */
	if (*text != '<' && *text != '"') {
		if (at == NULL || at - text >= ADDRESS_LOCAL_BYTES)
			return false;
		length = (size_t)(at - text);
		memcpy(local_r, text, length);
		local_r[length] = '\0';
		return true;
	}
	if (address_parse(text, &address, NULL) < 0)
		return false;
	memcpy(local_r, address.local, sizeof(address.local));
	return true;
}

enum srs_result srs_reverse(const struct srs *srs, const char *rewritten,
			    int64_t now, char sender_r[ADDRESS_BYTES])
{
	char local[ADDRESS_LOCAL_BYTES];

	if (!srs_is_rewritten(rewritten))
		return SRS_NOT_SRS;
	for (const unsigned char *p = (const unsigned char *)rewritten;
	     *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return SRS_MALFORMED;
	}
	if (!take_local(rewritten, local))
		return SRS_MALFORMED;
	if (tag_of(local) == '0')
		return reverse_first(srs, local + SRS_TAG_LENGTH + 1, now,
				     sender_r);
	return reverse_again(srs, local + SRS_TAG_LENGTH + 1, sender_r);
}
