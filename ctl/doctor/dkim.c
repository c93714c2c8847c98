/* SPDX-License-Identifier: MIT
 *
 * Doctor: DKIM; see ctl/doctor/dkim.h.
 */
#include "ctl/doctor/dkim.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define PATH_BYTES 1024
/* An RSA key of 4096 bits has 736 characters. */
#define KEY_BYTES    1400
#define RECORD_BYTES (KEY_BYTES + 64)
/* RFC 8032; such a key stands in the record as it is (RFC 8463). */
#define ED25519_BYTES 32
/* RFC 1035, 3.3: a string of TXT. */
#define STRING_LENGTH_MAX 255

struct dkim {
	struct doctor *doctor;
	const char *domain;
	char name[DNS_NAME_BYTES]; /* SELECTOR._domainkey.DOMAIN */
	char check[DNS_CHECK_BYTES];
	char path[PATH_BYTES];     /* of the private key; "" = not known */
	char record[RECORD_BYTES]; /* that belongs to it; "" = not known */
};

/* ---- the private key ---- */

/* The public half, as it stands behind p= in the record; false if there is no
   room for it, or it is of a kind that DKIM does not know. */
static bool public_text(EVP_PKEY *key, char text_r[KEY_BYTES])
{
	unsigned char raw[ED25519_BYTES];
	unsigned char *der = NULL;
	size_t raw_length = sizeof(raw);
	int length;

	if (EVP_PKEY_base_id(key) == EVP_PKEY_ED25519) {
		if (EVP_PKEY_get_raw_public_key(key, raw, &raw_length) != 1)
			return false;
		(void)EVP_EncodeBlock((unsigned char *)text_r, raw,
				      (int)raw_length);
		return true;
	}
	length = EVP_PKEY_base_id(key) == EVP_PKEY_RSA ? i2d_PUBKEY(key, &der)
						       : -1;
	/* Four characters for three octets. */
	if (length < 0 || (length + 2) / 3 * 4 >= KEY_BYTES) {
		OPENSSL_free(der);
		return false;
	}
	(void)EVP_EncodeBlock((unsigned char *)text_r, der, length);
	OPENSSL_free(der);
	return true;
}

static bool make_record(EVP_PKEY *key, char record_r[RECORD_BYTES])
{
	char text[KEY_BYTES];

	if (!public_text(key, text))
		return false;
	snprintf(record_r, RECORD_BYTES, "v=DKIM1; k=%s; p=%s",
		 EVP_PKEY_base_id(key) == EVP_PKEY_ED25519 ? "ed25519" : "rsa",
		 text);
	return true;
}

static void no_key(struct dkim *dkim, const char *check)
{
	doctor_problem(
		dkim->doctor, check,
		doctor_mend(dkim->doctor,
			    "openssl genrsa -out %s 2048 && chgrp _rspamd %s "
			    "&& chmod 0640 %s; or comment dkim_selector out, "
			    "if no mail is to be signed",
			    dkim->path, dkim->path, dkim->path),
		"%s: there is no key, so mail from %s is not signed",
		dkim->path, dkim->domain);
}

static void look_into_key(struct dkim *dkim, const char *check, FILE *file)
{
	/* The signing program cannot ask for a passphrase, so neither does this
	   one. */
	EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, (void *)"");
	struct stat status;

	if (key == NULL || !make_record(key, dkim->record))
		doctor_problem(dkim->doctor, check,
			       "put a key of RSA or Ed25519 there, as PEM, "
			       "without a passphrase",
			       "%s: no private key can be read from it",
			       dkim->path);
	else if (fstat(fileno(file), &status) == 0 &&
		 (status.st_mode & S_IRWXO) != 0)
		doctor_problem(dkim->doctor, check,
			       doctor_mend(dkim->doctor,
					   "chmod o= %s, and make a new key "
					   "under another selector",
					   dkim->path),
			       "%s: the key is open to every user", dkim->path);
	else
		doctor_ok(dkim->doctor, check,
			  "%s: there is a key, closed to others", dkim->path);
	EVP_PKEY_free(key);
}

static void check_key(struct dkim *dkim)
{
	const char *folder = dkim->doctor->configuration->dkim_keys;
	char check[DNS_CHECK_BYTES];
	FILE *file;

	if (folder == NULL)
		return;
	snprintf(check, sizeof(check), "dkim-key-%s", dkim->domain);
	snprintf(dkim->path, sizeof(dkim->path), "%s/%s.key", folder,
		 dkim->domain);
	file = fopen(dkim->path, "re");
	if (file != NULL) {
		look_into_key(dkim, check, file);
		fclose(file);
	} else if (errno == ENOENT || errno == ENOTDIR) {
		no_key(dkim, check);
	} else {
		doctor_unknown(dkim->doctor, check, "%s: %s", dkim->path,
			       strerror(errno));
	}
}

/* ---- the record ---- */

/* The value of a tag ("p") in a list of NAME=VALUE with ; between (RFC 6376,
   3.2), without white space. False if there is none. */
static bool find_tag(const char *text, const char *tag,
		     char value_r[DNS_TEXT_BYTES])
{
	size_t length = strlen(tag), used = 0;

	while (*text != '\0') {
		const char *end = text + strcspn(text, ";");
		const char *equals = memchr(text, '=', (size_t)(end - text));
		const char *name = text + strspn(text, " \t\r\n");

		text = *end == '\0' ? end : end + 1;
		if (equals == NULL || strncmp(name, tag, length) != 0 ||
		    name + length + strspn(name + length, " \t\r\n") != equals)
			continue;
		for (const char *p = equals + 1; p < end; p++) {
			if (strchr(" \t\r\n", *p) == NULL)
				value_r[used++] = *p;
		}
		value_r[used] = '\0';
		return true;
	}
	return false;
}

/* What p= says in the answer; false if no record has one. */
static bool published_key(struct dns_question *question,
			  char key_r[DNS_TEXT_BYTES])
{
	char text[DNS_TEXT_BYTES];
	ns_rr one;

	for (int i = 0; i < dns_record_count(question); i++) {
		if (!dns_record(question, i, ns_t_txt, &one))
			continue;
		dns_text(&one, text);
		if (find_tag(text, "p", key_r))
			return true;
	}
	return false;
}

/* As it goes into a zone file. */
static const char *advice(struct dkim *dkim)
{
	const char *record = dkim->record;

	if (record[0] == '\0')
		return doctor_mend(dkim->doctor,
				   "publish: %s. IN TXT \"v=DKIM1; k=rsa; "
				   "p=...\" with the public key of the program "
				   "that signs, or put dkim_selector right",
				   dkim->name);
	if (strlen(record) <= STRING_LENGTH_MAX)
		return doctor_mend(dkim->doctor, "publish: %s. IN TXT \"%s\"",
				   dkim->name, record);
	/* The longest has three strings. */
	return doctor_mend(dkim->doctor,
			   "publish: %s. IN TXT (\"%.*s\" \"%.*s\"%s%s%s)",
			   dkim->name, STRING_LENGTH_MAX, record,
			   STRING_LENGTH_MAX, record + STRING_LENGTH_MAX,
			   strlen(record) > 2 * STRING_LENGTH_MAX ? " \"" : "",
			   strlen(record) > 2 * STRING_LENGTH_MAX
				   ? record + 2 * STRING_LENGTH_MAX
				   : "",
			   strlen(record) > 2 * STRING_LENGTH_MAX ? "\"" : "");
}

static void compare(struct dkim *dkim, const char *published)
{
	char wanted[DNS_TEXT_BYTES] = "";

	(void)find_tag(dkim->record, "p", wanted);
	if (published[0] == '\0')
		doctor_problem(dkim->doctor, dkim->check, advice(dkim),
			       "%s says that its key is revoked", dkim->name);
	else if (wanted[0] == '\0')
		doctor_ok(dkim->doctor, dkim->check,
			  "%s has a key for DKIM, which cannot be compared "
			  "from here",
			  dkim->name);
	else if (strcmp(wanted, published) != 0)
		doctor_problem(dkim->doctor, dkim->check, advice(dkim),
			       "%s has another key than %s, so no signature "
			       "of %s verifies",
			       dkim->name, dkim->path, dkim->domain);
	else
		doctor_ok(dkim->doctor, dkim->check, "%s has the key of %s",
			  dkim->name, dkim->path);
}

void doctor_check_dkim(struct doctor *doctor, struct dns_question *question,
		       const char *domain)
{
	const char *selector = doctor->configuration->dkim_selector;
	struct dkim dkim = {.doctor = doctor, .domain = domain};
	char published[DNS_TEXT_BYTES];
	enum dns_answer answer;

	snprintf(dkim.check, sizeof(dkim.check), "dkim-%s", domain);
	if (selector == NULL) {
		doctor_unknown(doctor, dkim.check,
			       "DKIM of %s: dkim_selector is not set", domain);
		return;
	}
	check_key(&dkim);
	snprintf(dkim.name, sizeof(dkim.name), "%s._domainkey.%s", selector,
		 domain);
	answer = dns_ask(question, dkim.name, ns_t_txt);
	if (answer == DNS_UNKNOWN)
		dns_say_unknown(doctor, dkim.check, "DKIM", dkim.name);
	else if (answer == DNS_FOUND && published_key(question, published))
		compare(&dkim, published);
	else
		doctor_problem(doctor, dkim.check, advice(&dkim),
			       "%s has no record with a key, so no signature "
			       "of %s verifies",
			       dkim.name, domain);
}
