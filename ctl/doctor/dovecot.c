/* SPDX-License-Identifier: MIT
 *
 * Doctor: whether Dovecot asks our drivers and loads our plugins, by what its
 * own doveconf(1) says is in force. The names of settings differ between
 * Dovecot 2.3 and 2.4; whichever is there counts.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/process.h"
#include "lib/configuration/configuration.h"
#include "lib/mail/quota.h"
#include "lib/store/sqlite-layout.h"
#include "protocol/names.h"

#define DOVECONF     "/usr/bin/doveconf"
#define SECTIONS_MAX 16

static void print_path(FILE *stream, const char *const *sections,
		       const size_t *lengths, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		fprintf(stream, "%s%.*s", i == 0 ? "" : "/", (int)lengths[i],
			sections[i]);
}

/* The settings with the names of their sections in front, one a line:
   "service dict/unix_listener dict/mode = 0600". NULL when memory ran out. */
static char *flatten(const char *text)
{
	const char *sections[SECTIONS_MAX];
	size_t lengths[SECTIONS_MAX];
	size_t depth = 0, size;
	char *flat;
	FILE *stream = open_memstream(&flat, &size);

	if (stream == NULL)
		return NULL;
	for (const char *line = text; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length;

		line += strspn(line, " \t");
		length = strcspn(line, "\n");
		if (length > 0 && line[0] == '}') {
			depth -= depth > 0;
		} else if (length > 2 && line[0] != '#' &&
			   line[length - 1] == '{' && depth < SECTIONS_MAX) {
			sections[depth] = line;
			lengths[depth++] = length - 2;
			/* Some sections have no settings: their presence is all
			   they say. */
			print_path(stream, sections, lengths, depth);
			fputs(" = {\n", stream);
		} else if (length > 0 && line[0] != '#') {
			print_path(stream, sections, lengths, depth);
			fprintf(stream, "%s%.*s\n", depth == 0 ? "" : "/",
				(int)length, line);
		}
	}
	return fclose(stream) == 0 ? flat : NULL;
}

/* The value of the first of the names that is set, and that name; NULL if none
   is. */
static const char *find_any(const char *flat, const char *const *names,
			    char value_r[DOCTOR_VALUE_BYTES])
{
	for (; *names != NULL; names++) {
		if (doctor_find_value(flat, *names, value_r))
			return *names;
	}
	value_r[0] = '\0';
	return NULL;
}

struct wish {
	const char *check;
	const char *names[4]; /* of the versions; ends with NULL */
	const char *value;    /* that it must have; a list must have it */
	bool may_be_unset;    /* the default is right */
	const char *otherwise;
	const char *mend;
};

static const struct wish wishes[] = {
	{"dict",
	 {"dict_server/dict " DICT_NAME "/driver", "dict/" DICT_NAME, NULL},
	 DICT_DRIVER_NAME,
	 false,
	 "mail processes cannot reach the account store, so no usage is "
	 "published",
	 "serve the dict alumni: see services.conf"},
	{"auth-cache",
	 {"auth_cache_size", NULL},
	 "0",
	 true,
	 "a cache lets people in who were deleted or disabled",
	 "set auth_cache_size = 0"},
	{"ssl",
	 {"ssl", NULL},
	 "required",
	 false,
	 "passwords may be sent without TLS",
	 "set ssl = required"},
	{"recipient-delimiter",
	 {"recipient_delimiter", NULL},
	 "+",
	 true,
	 "addresses with a detail (name+detail) are refused",
	 "set recipient_delimiter = +"},
	{"protocol-lmtp",
	 {"protocols/lmtp", "protocols", NULL},
	 "lmtp",
	 false,
	 "mail cannot be delivered",
	 "add lmtp to protocols"},
};

/* 2.3 has "alumni:" for a dict where 2.4 has "alumni", and for a list like
   protocols 2.4 may have a switch for each word. */
static bool is_right(const struct wish *wish, const char *name,
		     const char *value)
{
	size_t length = strlen(wish->value);
	const char *last = strrchr(name, '/');

	return doctor_list_has(value, wish->value) ||
	       (strncmp(value, wish->value, length) == 0 &&
		value[length] == ':') ||
	       (last != NULL && strcmp(last + 1, wish->value) == 0 &&
		strcmp(value, "yes") == 0);
}

static void check_wish(struct doctor *doctor, const char *flat,
		       const struct wish *wish)
{
	char value[DOCTOR_VALUE_BYTES];
	const char *name = find_any(flat, wish->names, value);

	if (name == NULL && wish->may_be_unset)
		doctor_ok(doctor, wish->check, "%s is %s by default",
			  wish->names[0], wish->value);
	else if (name != NULL && is_right(wish, name, value))
		doctor_ok(doctor, wish->check, "%s is %s", name, value);
	else
		doctor_problem(doctor, wish->check, wish->mend, "%s is %s: %s",
			       name == NULL ? wish->names[0] : name,
			       name == NULL ? "not set" : value,
			       wish->otherwise);
}

/* ---- passdb and userdb ---- */

/* The driver of the first section of that kind. In 2.4 it is the name of the
   section, unless the section says otherwise. */
static void first_driver(const char *flat, const char *kind,
			 char driver_r[DOCTOR_VALUE_BYTES])
{
	char name[DOCTOR_VALUE_BYTES + 64];
	char start[64];
	const char *line;

	snprintf(name, sizeof(name), "%s/driver", kind);
	if (doctor_find_value(flat, name, driver_r))
		return;
	snprintf(start, sizeof(start), "\n%s ", kind);
	line = strstr(flat, start);
	if (line == NULL)
		return;
	line += strlen(start);
	snprintf(name, sizeof(name), "%s %.*s/driver", kind,
		 (int)strcspn(line, " \n"), line);
	if (!doctor_find_value(flat, name, driver_r))
		snprintf(driver_r, DOCTOR_VALUE_BYTES, "%.*s",
			 (int)strcspn(line, " \n"), line);
}

static void check_drivers(struct doctor *doctor, const char *flat)
{
	static const struct {
		const char *kind;
		const char *otherwise;
	} wanted[] = {
		{"passdb", "passwords are checked by something else first"},
		{"userdb", "mailboxes are looked up by something else first"},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		char driver[DOCTOR_VALUE_BYTES];
		const char *kind = wanted[i].kind;

		first_driver(flat, kind, driver);
		if (strcmp(driver, AUTHDB_DRIVER_NAME) == 0)
			doctor_ok(doctor, kind, "the first %s is alumni", kind);
		else
			doctor_problem(doctor, kind,
				       doctor_mend(doctor,
						   "put %s alumni in front of "
						   "all others: see auth.conf",
						   kind),
				       "the first %s is \"%s\": %s", kind,
				       driver, wanted[i].otherwise);
	}
}

/* ---- plugins ---- */

static bool loads(const char *flat, const char *plugin)
{
	char list[DOCTOR_VALUE_BYTES];
	char name[128];
	char value[DOCTOR_VALUE_BYTES];

	snprintf(name, sizeof(name), "mail_plugins/%s", plugin);
	return (doctor_find_value(flat, "mail_plugins", list) &&
		doctor_list_has(list, plugin)) ||
	       (doctor_find_value(flat, name, value) &&
		strcmp(value, "yes") == 0);
}

static void check_plugins(struct doctor *doctor, const char *flat)
{
	static const struct {
		const char *plugin;
		const char *otherwise;
	} wanted[] = {
		{"quota", "no quota holds"},
		{PLUGIN_QUOTA,
		 "usage is not published, so the milter refuses no mail over "
		 "quota"},
		{PLUGIN_TRASH, "Trash does not empty itself"},
		{PLUGIN_SELFSERVICE,
		 "people cannot set forwarding or a password themselves"},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		char check[64];

		snprintf(check, sizeof(check), "plugin-%s", wanted[i].plugin);
		if (loads(flat, wanted[i].plugin))
			doctor_ok(doctor, check, "mail_plugins has %s",
				  wanted[i].plugin);
		else
			doctor_problem(doctor, check,
				       doctor_mend(doctor,
						   "add %s to mail_plugins: "
						   "see mail.conf",
						   wanted[i].plugin),
				       "mail_plugins lacks %s: %s",
				       wanted[i].plugin, wanted[i].otherwise);
	}
}

/* ---- what must agree with our configuration ---- */

static void check_grace(struct doctor *doctor, const char *flat)
{
	static const char *const names[] = {
		"quota \"User quota\"/storage_grace", "plugin/quota_grace",
		NULL};
	char value[DOCTOR_VALUE_BYTES];
	char ours[64];
	int64_t grace = -1;

	mail_quota_format(doctor->configuration->quota_grace, ours,
			  sizeof(ours));
	if (find_any(flat, names, value) != NULL &&
	    mail_quota_parse(value, &grace, NULL) == 0 &&
	    grace == doctor->configuration->quota_grace)
		doctor_ok(doctor, "quota-grace",
			  "quota_grace is %s for Dovecot too", ours);
	else
		doctor_problem(doctor, "quota-grace",
			       doctor_mend(doctor,
					   "give Dovecot's quota grace and "
					   "quota_grace in %s the same value",
					   doctor->configuration_path),
			       "Dovecot's quota grace is %s, quota_grace is "
			       "%s: mail is accepted and then returned",
			       value[0] == '\0' ? "its own default" : value,
			       ours);
}

static void check_uid(struct doctor *doctor, const char *flat)
{
	const struct passwd *user = getpwnam(doctor->configuration->mail_user);
	char value[DOCTOR_VALUE_BYTES];
	unsigned long first = 500; /* Dovecot's default */

	if (user == NULL)
		return;
	if (doctor_find_value(flat, "first_valid_uid", value))
		first = strtoul(value, NULL, 10);
	if (user->pw_uid >= first)
		doctor_ok(doctor, "mail-uid", "Dovecot accepts the mail user");
	else
		doctor_problem(doctor, "mail-uid",
			       doctor_mend(doctor, "set first_valid_uid = %u",
					   (unsigned int)user->pw_uid),
			       "first_valid_uid is %lu, but %s has the uid %u, "
			       "so no mailbox opens",
			       first, doctor->configuration->mail_user,
			       (unsigned int)user->pw_uid);
}

/* A process that can open this socket can speak for any account. */
static void check_dict_socket(struct doctor *doctor, const char *flat)
{
	const char *mail_user = doctor->configuration->mail_user;
	char mode[DOCTOR_VALUE_BYTES];
	char user[DOCTOR_VALUE_BYTES];

	(void)doctor_find_value(flat, "service dict/unix_listener dict/mode",
				mode);
	(void)doctor_find_value(flat, "service dict/unix_listener dict/user",
				user);
	if (strcmp(user, mail_user) == 0 && strtoul(mode, NULL, 8) == 0600)
		doctor_ok(doctor, "dict-socket",
			  "the dict socket is %s's alone", mail_user);
	else
		doctor_problem(doctor, "dict-socket",
			       doctor_mend(doctor,
					   "set mode = 0600 and user = %s for "
					   "unix_listener dict: see "
					   "services.conf",
					   mail_user),
			       "the dict socket is not %s's alone (user \"%s\","
			       " mode %s): who can open it can speak for any "
			       "account",
			       mail_user, user, mode);
}

/* Auth workers read the store and the credentials, and dict the store. */
static void check_groups(struct doctor *doctor, const char *flat)
{
	char worker[DOCTOR_VALUE_BYTES];

	(void)doctor_find_value(flat, "service auth-worker/extra_groups",
				worker);
	if (doctor_list_has(worker, STORE_ACCOUNTS_GROUP) &&
	    doctor_list_has(worker, STORE_CREDENTIALS_GROUP))
		doctor_ok(doctor, "auth-worker-groups",
			  "auth workers may reach the store");
	else
		doctor_problem(doctor, "auth-worker-groups",
			       "set extra_groups = " STORE_ACCOUNTS_GROUP
			       "," STORE_CREDENTIALS_GROUP
			       " for service auth-worker: see services.conf",
			       "auth workers may not reach the store (groups "
			       "\"%s\"), so nobody can log in",
			       worker);
}

/* Dovecot's processes read the file of the default path unless told. */
static void check_environment(struct doctor *doctor, const char *flat)
{
	static const char *const names[] = {
		"import_environment/" CONFIGURATION_PATH_VARIABLE,
		"import_environment", NULL};
	const char *path = doctor->configuration->path;
	char value[DOCTOR_VALUE_BYTES];
	char word[DOCTOR_VALUE_BYTES + 64];

	(void)find_any(flat, names, value);
	snprintf(word, sizeof(word), CONFIGURATION_PATH_VARIABLE "=%s", path);
	if (strcmp(value, path) == 0 || doctor_list_has(value, word) ||
	    (strcmp(path, CONFIGURATION_DEFAULT_PATH) == 0 &&
	     strstr(value, CONFIGURATION_PATH_VARIABLE "=") == NULL))
		doctor_ok(doctor, "environment", "Dovecot reads %s", path);
	else
		doctor_problem(
			doctor, "environment",
			doctor_mend(doctor, "add %s to import_environment",
				    word),
			"Dovecot reads another configuration than %s", path);
}

/* ---- */

static void take_certificate(struct doctor *doctor, const char *flat)
{
	static const char *const certificates[] = {"ssl_server/cert_file",
						   "ssl_cert", NULL};
	static const char *const keys[] = {"ssl_server/key_file", "ssl_key",
					   NULL};
	struct doctor_certificate *certificate = &doctor->dovecot_certificate;
	char value[DOCTOR_VALUE_BYTES];

	(void)find_any(flat, certificates, value);
	/* 2.3 has the file in the place of its content. */
	snprintf(certificate->chain, sizeof(certificate->chain), "%s",
		 value + strspn(value, "<"));
	(void)find_any(flat, keys, value);
	snprintf(certificate->key, sizeof(certificate->key), "%s",
		 value + strspn(value, "<"));
	if (certificate->chain[0] == '\0')
		doctor_problem(doctor, "dovecot-tls",
			       "name a certificate: see dovecot.conf",
			       "Dovecot has no certificate, so nobody can log "
			       "in");
}

static void check_all(struct doctor *doctor, const char *flat)
{
	doctor_ok(doctor, "doveconf", "Dovecot's configuration can be read");
	check_drivers(doctor, flat);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
		check_wish(doctor, flat, &wishes[i]);
	check_plugins(doctor, flat);
	check_grace(doctor, flat);
	check_uid(doctor, flat);
	check_dict_socket(doctor, flat);
	check_groups(doctor, flat);
	check_environment(doctor, flat);
	take_certificate(doctor, flat);
}

void doctor_check_dovecot(struct doctor *doctor)
{
	const char *file = doctor->configuration->dovecot_config;
	/* -P: the paths of keys count as secrets. Nothing of it is shown. */
	const char *const argv[] = {DOVECONF, "-c", file, "-n", "-P", NULL};
	const struct process doveconf = {.argv = argv};
	struct process_output output;
	struct error error = {""};
	char *flat = NULL;

	if (process_run(&doveconf, &output, &error) == 0 && output.status != 0)
		(void)error_set(&error, "%s", output.complaint);
	if (error.text[0] == '\0') {
		flat = flatten(output.text);
		if (flat != NULL)
			check_all(doctor, flat);
	} else {
		doctor_problem(doctor, "doveconf",
			       doctor_mend(doctor,
					   "install Dovecot, or mend %s, which "
					   "dovecot_config names",
					   file),
			       "%s", error.text);
	}
	free(flat);
	process_output_free(&output);
}
