/* SPDX-License-Identifier: MIT
 *
 * Doctor: the certificates that Postfix and Dovecot show, with their keys.
 */
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/doctor/certificate-checks.h"
#include "ctl/doctor/doctor.h"

#define CHECK_BYTES 64
#define ADVICE_RENEW                                                           \
	"renew the certificate (certbot renew, say), then reload Postfix and " \
	"Dovecot"

struct shown {
	struct doctor *doctor;
	const char *server; /* "postfix" */
	const struct doctor_certificate *paths;
	X509 *certificate;
	char check[CHECK_BYTES];
};

static const char *check_name(struct shown *shown, const char *what)
{
	snprintf(shown->check, sizeof(shown->check), "%s-%s", shown->server,
		 what);
	return shown->check;
}

static void check_host(struct shown *shown,
		       const struct certificate_shown *seen)
{
	const char *host = shown->doctor->hostname;

	if (host[0] == '\0')
		return;
	certificate_check_host(seen, check_name(shown, "certificate-name"),
			       host,
			       doctor_mend(shown->doctor,
					   "get a certificate for %s, or put "
					   "myhostname right",
					   host));
}

/* Who issues to itself is trusted by no mail program. */
static void check_issuer(struct shown *shown)
{
	const char *check = check_name(shown, "certificate-issuer");

	if (X509_check_issued(shown->certificate, shown->certificate) ==
	    X509_V_OK)
		doctor_problem(shown->doctor, check,
			       "get a certificate from an authority that mail "
			       "programs know",
			       "%s: the certificate is signed by itself",
			       shown->paths->chain);
	else
		doctor_ok(shown->doctor, check,
			  "%s: the certificate is signed by an authority",
			  shown->paths->chain);
}

static EVP_PKEY *read_key(const char *path)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key;

	if (file == NULL)
		return NULL;
	/* Neither server can ask for a passphrase, nor does this. */
	key = PEM_read_PrivateKey(file, NULL, NULL, (void *)"");
	fclose(file);
	return key;
}

static void check_key(struct shown *shown)
{
	const char *check = check_name(shown, "certificate-key");
	const char *path = shown->paths->key;
	struct stat status;
	EVP_PKEY *key;

	if (stat(path, &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
		doctor_problem(shown->doctor, check,
			       doctor_mend(shown->doctor,
					   "chmod o= %s, and get a new "
					   "certificate with a new key",
					   path),
			       "%s: the key is open to every user", path);
		return;
	}
	key = read_key(path);
	if (key == NULL)
		doctor_problem(shown->doctor, check,
			       "put the key of the certificate there, without "
			       "a passphrase",
			       "%s: no private key can be read from it", path);
	else if (X509_check_private_key(shown->certificate, key) != 1)
		doctor_problem(shown->doctor, check,
			       "put the key there that the certificate was "
			       "made for",
			       "%s: the key does not fit the certificate %s",
			       path, shown->paths->chain);
	else
		doctor_ok(shown->doctor, check,
			  "%s: the key fits, and is closed to others", path);
	EVP_PKEY_free(key);
}

static void check_one(struct doctor *doctor, const char *server,
		      const struct doctor_certificate *paths)
{
	struct shown shown = {
		.doctor = doctor, .server = server, .paths = paths};
	struct certificate_shown seen = {.doctor = doctor,
					 .where = paths->chain};
	FILE *file;

	/* Its own group has said that there is none. */
	if (paths->chain[0] == '\0')
		return;
	file = fopen(paths->chain, "re");
	if (file != NULL) {
		shown.certificate = PEM_read_X509(file, NULL, NULL, NULL);
		fclose(file);
	}
	if (shown.certificate == NULL) {
		doctor_problem(doctor, check_name(&shown, "certificate-file"),
			       "put the certificate there, as PEM",
			       "%s: no certificate can be read from it%s%s",
			       paths->chain, file == NULL ? ": " : "",
			       file == NULL ? strerror(errno) : "");
		return;
	}
	seen.certificate = shown.certificate;
	certificate_check_times(&seen, check_name(&shown, "certificate-expiry"),
				ADVICE_RENEW);
	check_host(&shown, &seen);
	check_issuer(&shown);
	check_key(&shown);
	X509_free(shown.certificate);
}

void doctor_check_certificates(struct doctor *doctor)
{
	check_one(doctor, "postfix", &doctor->postfix_certificate);
	check_one(doctor, "dovecot", &doctor->dovecot_certificate);
}
