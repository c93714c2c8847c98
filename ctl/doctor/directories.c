/* SPDX-License-Identifier: MIT
 *
 * Doctor: the directories. Each is asked over its own protocol, with the
 * service account, whether it answers; and of each of its servers the
 * certificate is looked at, which a login only takes or not.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/doctor/certificate-checks.h"
#include "ctl/doctor/doctor.h"
#include "lib/directory/breaker.h"
#include "lib/directory/certificate.h"
#include "lib/directory/directory.h"
#include "lib/base/clock.h"

/* No account can have it, so that any answer will do. */
#define NAME_OF_NOBODY "alumnictl-doctor"
#define CHECK_BYTES    512

/* True if it answers. */
static bool ask(struct doctor *doctor, const struct directory_options *options)
{
	struct directory_entry entry;
	struct directory *directory = NULL;
	struct error error = {""};
	char check[CHECK_BYTES];
	int found = -1;

	snprintf(check, sizeof(check), "directory-%s", options->name);
	if (directory_open(options, &directory, &error) == 0) {
		found = directory_find(directory, NAME_OF_NOBODY, &entry,
				       &error);
		directory_close(&directory);
	}
	if (found >= 0)
		doctor_ok(doctor, check,
			  "directory \"%s\" answers searches below %s",
			  options->name, options->base);
	else
		doctor_problem(
			doctor, check,
			doctor_mend(doctor,
				    "look at uris, tls, ca_file, bind_dn, "
				    "bind_password_file and base of directory "
				    "\"%s\" in %s, and whether the server runs",
				    options->name, doctor->configuration_path),
			"directory \"%s\": %s", options->name, error.text);
	return found >= 0;
}

/* ---- certificates ---- */

/* The certificate by itself is good, but its signer is not known here. */
static void check_trust(struct certificate_shown *shown,
			const struct directory_certificate *seen,
			const struct directory_options *options, bool explained)
{
	char check[CHECK_BYTES];

	snprintf(check, sizeof(check), "ldap-certificate-issuer:%s",
		 shown->where);
	if (seen->accepted)
		doctor_ok(shown->doctor, check,
			  "%s: the certificate is signed by an authority that "
			  "is trusted",
			  shown->where);
	else if (!explained)
		doctor_problem(shown->doctor, check,
			       doctor_mend(shown->doctor,
					   "put the certificate of the "
					   "authority that signed it into "
					   "ca_file of directory \"%s\"",
					   options->name),
			       "%s", seen->refusal.text);
}

static void check_seen(struct certificate_shown *shown,
		       const struct directory_certificate *seen,
		       const struct directory_options *options)
{
	unsigned int problems = shown->doctor->problems;
	char check[CHECK_BYTES];

	snprintf(check, sizeof(check), "ldap-certificate-expiry:%s",
		 shown->where);
	certificate_check_times(
		shown, check,
		"have the certificate of that LDAP server renewed: without it, "
		"university passwords open nothing");
	snprintf(check, sizeof(check), "ldap-certificate-name:%s",
		 shown->where);
	certificate_check_host(shown, check, seen->host,
			       "put the name that the certificate is for into "
			       "uris, or have one made for this name");
	check_trust(shown, seen, options, shown->doctor->problems > problems);
}

static void check_certificate(struct doctor *doctor,
			      const struct directory_options *options,
			      const char *uri, bool answers)
{
	struct certificate_shown shown = {.doctor = doctor, .where = uri};
	static struct directory_certificate seen;
	const unsigned char *der = seen.der;
	struct error error = {""};
	char check[CHECK_BYTES];

	if (directory_certificate_see(options, uri, &seen, &error) == 0)
		shown.certificate = d2i_X509(NULL, &der, (long)seen.length);
	if (shown.certificate != NULL) {
		check_seen(&shown, &seen, options);
		X509_free(shown.certificate);
		return;
	}
	/* A server that does not answer was reported before. */
	if (!answers)
		return;
	snprintf(check, sizeof(check), "ldap-server:%s", uri);
	doctor_problem(doctor, check,
		       "look whether that server runs, or take it out of uris",
		       "%s",
		       error.text[0] == '\0' ? "no certificate that "
					       "makes sense"
					     : error.text);
}

static void check_directory(struct doctor *doctor,
			    const struct directory_options *options)
{
	bool answers = ask(doctor, options);

	if (options->tls == DIRECTORY_TLS_NONE)
		return;
	for (size_t i = 0; options->uris[i] != NULL; i++)
		check_certificate(doctor, options, options->uris[i], answers);
}

/* ---- the running service ---- */

/* The running service may have another network or other rights than this
   program, so its own experience is reported too. */
static void check_service(struct doctor *doctor)
{
	struct breaker_status all[SHARED_STATE_BREAKERS];
	const char *folder = doctor->configuration->state_dir;
	struct error error = {""};
	size_t count = 0;
	bool open = false;

	if (breaker_statuses_read(folder, clock_msecs(), all, &count, &error) <
	    0) {
		doctor_problem(
			doctor, "login-state",
			doctor_mend(doctor,
				    "install -d -m 2770 -g alumniauth %s",
				    folder),
			"%s", error.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!all[i].open)
			continue;
		open = true;
		doctor_problem(doctor, "login-state",
			       "find out why it does not answer; logins ask "
			       "again by themselves once it does",
			       "the running service does not ask directory "
			       "\"%s\" for now",
			       all[i].directory);
	}
	if (!open)
		doctor_ok(doctor, "login-state",
			  "the running service asks every directory");
}

void doctor_check_directories(struct doctor *doctor)
{
	const struct configuration *configuration = doctor->configuration;

	for (size_t i = 0; i < configuration->directory_count; i++)
		check_directory(doctor, &configuration->directories[i]);
	if (configuration->directory_count == 0)
		doctor_ok(doctor, "directory",
			  "no directory is configured, so only alumni "
			  "passwords count");
	else
		check_service(doctor);
}
