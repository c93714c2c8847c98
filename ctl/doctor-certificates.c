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
#include <time.h>

#include "ctl/doctor.h"

/* Renewed by itself, a certificate never comes so near to its end. */
#define DAYS_LEAST    14
#define CHECK_BYTES   64
#define ADVICE_RENEW                                                          \
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

static void check_times(struct shown *shown)
{
	const ASN1_TIME *from = X509_get0_notBefore(shown->certificate);
	const ASN1_TIME *until = X509_get0_notAfter(shown->certificate);
	const char *check = check_name(shown, "certificate-expiry");
	int days = 0, seconds = 0;

	(void)ASN1_TIME_diff(&days, &seconds, NULL, until);
	if (days < 0 || seconds < 0)
		doctor_problem(shown->doctor, check, ADVICE_RENEW,
			       "%s: the certificate expired %d day%s ago",
			       shown->paths->chain, -days,
			       days == -1 ? "" : "s");
	else if (X509_cmp_current_time(from) > 0)
		doctor_problem(shown->doctor, check,
			       "put this machine's clock right, or wait",
			       "%s: the certificate is not valid yet",
			       shown->paths->chain);
	else if (days < DAYS_LEAST)
		doctor_problem(shown->doctor, check, ADVICE_RENEW,
			       "%s: the certificate expires in %d day%s",
			       shown->paths->chain, days,
			       days == 1 ? "" : "s");
	else
		doctor_ok(shown->doctor, check,
			  "%s: the certificate is valid for another %d days",
			  shown->paths->chain, days);
}

static void check_host(struct shown *shown)
{
	const char *host = shown->doctor->hostname;
	const char *check = check_name(shown, "certificate-name");

	if (host[0] == '\0')
		return;
	if (X509_check_host(shown->certificate, host, 0, 0, NULL) == 1)
		doctor_ok(shown->doctor, check, "%s: the certificate is for %s",
			  shown->paths->chain, host);
	else
		doctor_problem(shown->doctor, check,
			       doctor_mend(shown->doctor,
					   "get a certificate for %s, or put "
					   "myhostname right",
					   host),
			       "%s: the certificate is not for %s",
			       shown->paths->chain, host);
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
	check_times(&shown);
	check_host(&shown);
	check_issuer(&shown);
	check_key(&shown);
	X509_free(shown.certificate);
}

void doctor_check_certificates(struct doctor *doctor)
{
	check_one(doctor, "postfix", &doctor->postfix_certificate);
	check_one(doctor, "dovecot", &doctor->dovecot_certificate);
}
