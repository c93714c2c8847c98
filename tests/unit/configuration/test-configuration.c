/* SPDX-License-Identifier: MIT
 *
 * Loading the configuration file: what holds when it is silent, and what each
 * mistake is answered with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/configuration/configuration.h"

#define PATH_BYTES 128

struct fixture {
	char folder[PATH_BYTES];
	char path[2 * PATH_BYTES];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	(void)snprintf(fixture->folder, sizeof(fixture->folder),
		       "/tmp/test-configuration.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/test.conf",
		       fixture->folder);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture);
	return 0;
}

static void write_file(const struct fixture *fixture, const char *text)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static struct configuration *load(const struct fixture *fixture,
				  const char *text)
{
	struct configuration *configuration = NULL;
	struct error error = {""};

	write_file(fixture, text);
	if (configuration_load(fixture->path, &configuration, &error) < 0)
		fail_msg("%s", error.text);
	assert_non_null(configuration);
	return configuration;
}

/* The smallest file that works, and pieces of it. */
#define DOMAINS "domains = {\"alumni.example\"}\n"
#define ALUMNI  "class \"alumni\" { quota = \"2G\" }\n"
#define MINIMAL DOMAINS ALUMNI
#define URIS    "uris = {\"ldap://localhost\"}\n"
#define BASE    "base = \"dc=university,dc=example\"\n"

static void silent_file_has_the_defaults(void **state)
{
	struct configuration *c = load(*state, MINIMAL);

	assert_string_equal(c->path, ((struct fixture *)*state)->path);
	assert_string_equal(c->domains[0], "alumni.example");
	assert_null(c->domains[1]);
	assert_string_equal(c->store, "sqlite:/var/lib/alumnimail");
	assert_string_equal(c->mail_home, "/var/vmail");
	assert_string_equal(c->mail_user, "vmail");
	assert_string_equal(c->mail_group, "vmail");
	assert_string_equal(c->postmaster, "postmaster");
	assert_string_equal(c->default_class, "alumni");
	assert_string_equal(c->leaver_class, "alumni");
	assert_true(c->create_accounts);
	assert_int_equal(c->name_quarantine, 365 * 86400);
	assert_int_equal(c->quota_grace, 0);
	assert_int_equal(c->over_quota_copy, OVER_QUOTA_COPY_FORWARD_ONLY);
	assert_string_equal(c->srs_domain, "alumni.example");
	assert_string_equal(c->srs_secret_file, "/etc/alumnimail/srs.secret");
	assert_int_equal(c->srs_max_age_days, 21);
	assert_string_equal(c->milter_user, "alumnimail");
	assert_string_equal(c->milter_socket,
			    "/var/spool/postfix/alumnimail/milter.sock");
	assert_string_equal(c->maps_socket,
			    "/var/spool/postfix/alumnimail/maps.sock");
	assert_string_equal(c->socket_group, "postfix");
	assert_int_equal(c->milter_store_handles, 8);
	assert_null(c->metrics_listen);
	assert_string_equal(c->auth_socket, "/run/dovecot/auth-client");
	assert_int_equal(c->class_count, 1);
	assert_int_equal(c->classes[0].quota, INT64_C(2) << 30);
	assert_int_equal(c->classes[0].trash_retention, 7 * 86400);
	assert_int_equal(c->directory_count, 0);
	configuration_free(&c);
	assert_null(c);
}

static void directory_has_defaults(void **state)
{
	struct configuration *c =
		load(*state, MINIMAL "directory \"u\" {" URIS BASE "}\n");
	const struct directory_options *d = &c->directories[0];

	assert_int_equal(c->directory_count, 1);
	assert_string_equal(d->name, "u");
	assert_string_equal(d->uris[0], "ldap://localhost");
	assert_null(d->uris[1]);
	assert_int_equal(d->tls, DIRECTORY_TLS_STARTTLS);
	assert_null(d->ca_file);
	assert_null(d->bind_dn);
	assert_null(d->bind_password_file);
	assert_string_equal(d->filter, "(uid=%u)");
	assert_null(d->active_filter);
	assert_null(d->deny_filter);
	assert_string_equal(d->id_attribute, "entryUUID");
	assert_null(d->class_attribute);
	assert_int_equal(d->class_map_count, 0);
	assert_int_equal(d->connect_timeout_msecs, 1000);
	assert_int_equal(d->request_timeout_msecs, 1000);
	configuration_free(&c);
}

static const char everything[] =
	"# a comment\n"
	"domains = { \"alumni.example\", 'old.example' }\n"
	"store = \"sqlite:/srv/a b\"\n"
	"mail_home = /srv/mail\n"
	"postmaster = \"helpdesk@university.example\"\n"
	"default_class = \"student\"\n"
	"leaver_class = \"employee\"\n"
	"create_accounts = no\n"
	"name_quarantine = \"0\"\n"
	"quota_grace = \"10M\"\n"
	"over_quota_copy = \"reject\"\n"
	"srs_domain = \"srs.example\"\n"
	"metrics_listen = \"[::1]:9799\"\n"
	"class \"student\" { quota = 50M trash_retention = never }\n"
	"class \"employee\" { quota = unlimited }\n"
	"directory \"university\" {\n"
	"  uris = { \"ldaps://one\", \"ldaps://two:1636\" }\n"
	"  tls = \"ldaps\"\n"
	"  bind_dn = \"cn=mail\" bind_password_file = \"/s\"\n" BASE
	"  filter = '(&(objectClass=person)(uid=%u))'\n"
	"  class_attribute = \"affiliation\"\n"
	"  class_map = { \"a=b=employee\", \"c=student\" }\n"
	"  request_timeout_msecs = 2500\n"
	"}\n"
	"directory \"portal\" { tls = \"none\"" URIS BASE "}\n";

static void everything_can_be_set(void **state)
{
	struct configuration *c = load(*state, everything);

	assert_string_equal(c->domains[1], "old.example");
	assert_string_equal(c->store, "sqlite:/srv/a b");
	assert_string_equal(c->postmaster, "helpdesk@university.example");
	assert_string_equal(c->default_class, "student");
	assert_string_equal(c->leaver_class, "employee");
	assert_false(c->create_accounts);
	assert_int_equal(c->name_quarantine, 0);
	assert_int_equal(c->quota_grace, 10 << 20);
	assert_int_equal(c->over_quota_copy, OVER_QUOTA_COPY_REJECT);
	assert_string_equal(c->srs_domain, "srs.example");
	assert_string_equal(c->metrics_listen, "[::1]:9799");
	assert_int_equal(c->class_count, 2);
	assert_int_equal(c->classes[0].trash_retention, 0);
	assert_int_equal(c->classes[1].quota, 0);
	assert_int_equal(c->directory_count, 2);
	assert_string_equal(c->directories[0].uris[1], "ldaps://two:1636");
	assert_int_equal(c->directories[0].class_map_count, 2);
	assert_string_equal(c->directories[0].class_map[0].value, "a=b");
	assert_string_equal(c->directories[0].class_map[0].class_name,
			    "employee");
	assert_int_equal(c->directories[0].request_timeout_msecs, 2500);
	assert_string_equal(c->directories[1].name, "portal");
	configuration_free(&c);
}

static void classes_are_found_by_name(void **state)
{
	struct configuration *c =
		load(*state, MINIMAL "class \"student\" { quota = 50M }\n");

	assert_string_equal(configuration_class(c, "student")->name, "student");
	assert_null(configuration_class(c, "professor"));
	assert_string_equal(configuration_class_or_default(c, "student")->name,
			    "student");
	assert_string_equal(
		configuration_class_or_default(c, "professor")->name, "alumni");
	configuration_free(&c);
}

static void empty_text_leaves_an_option_out(void **state)
{
	struct configuration *c =
		load(*state, MINIMAL
		     "metrics_listen = \"\"\n"
		     "directory \"u\" { ca_file = \"\"" URIS BASE "}\n");

	assert_null(c->metrics_listen);
	assert_null(c->directories[0].ca_file);
	configuration_free(&c);
}

struct mistake {
	const char *text;
	/* Stands right after the path in the message. */
	const char *where;
	const char *what;
};

static const struct mistake mistakes[] = {
	/* The file as such. */
	{"", ": ", "domains: not set"},
	{MINIMAL "quota_gracee = 1\n",
	 ":3: ", "there is no option \"quota_gracee\""},
	{MINIMAL "class \"x\" {\n quotta = 1 }\n",
	 ":4: ", "there is no option \"quotta\""},
	{MINIMAL "filter = \"(uid=%u)\"\n",
	 ":3: ", "there is no option \"filter\""},
	{MINIMAL "include(\"/etc/passwd\")\n",
	 ":3: ", "there is no option \"include\""},
	{MINIMAL "class \"x\" {\n quota = 1G\n", ":5: ", "ends too early"},
	{MINIMAL "class \"x\" { quota = 1G # }", ":3: ", "ends too early"},
	{MINIMAL "mail_user \"x\"\n",
	 ":3: ", "write = after option \"mail_user\""},
	{MINIMAL "mail_user = \"x\n\n", ":5: ", "ends too early"},
	{MINIMAL "}\n", ":3: ", "brace"},
	{MINIMAL "mail_user = a\n\nmail_user = b\n",
	 ":5: ", "\"mail_user\" was set in line 3 already"},
	{MINIMAL "domains = {b.example}\n",
	 ":3: ", "\"domains\" was set in line 1 already"},
	{MINIMAL ALUMNI, ":3: ", "already a section with the name \"alumni\""},
	{MINIMAL "class { quota = 1 }\n", ":3: ", "title"},

	/* Values. */
	{"domains = { }\n" ALUMNI, ": ", "domains: not set"},
	{"domains = { \"-x.example\" }\n" ALUMNI,
	 ":1: ", "domains: \"-x.example\" is not a domain name"},
	{"domains = { \"a.example\",\n \"b example\" }\n" ALUMNI,
	 ":1: ", "\"b example\" is not a domain name"},
	{MINIMAL "store = \"mysql:x\"\n",
	 ":3: ", "store: \"mysql:x\" is no kind of store"},
	{MINIMAL "store = \"sqlite:here\"\n", ":3: ", "must be a whole path"},
	{MINIMAL "mail_home = \"mail\"\n",
	 ":3: ", "mail_home: \"mail\" must be a whole path"},
	{MINIMAL "mail_home = \"\"\n", ":3: ", "mail_home: must not be empty"},
	{MINIMAL "mail_user = \"a:b\"\n",
	 ":3: ", "not the name of a user or group"},
	{MINIMAL "postmaster = \"two words\"\n", ":3: ", "postmaster: "},
	{MINIMAL "postmaster = \"a@b@c\"\n", ":3: ", "postmaster: "},
	{MINIMAL "create_accounts = maybe\n",
	 ":3: ", "create_accounts: \"maybe\" is neither yes nor no"},
	{MINIMAL "name_quarantine = 1y\n", ":3: ", "name_quarantine: "},
	{MINIMAL "name_quarantine = never\n",
	 ":3: ", "name_quarantine: \"never\" is not a time span such as"},
	{MINIMAL "quota_grace = much\n",
	 ":3: ", "quota_grace: \"much\" is not a size"},
	{MINIMAL "quota_grace = Unlimited\n",
	 ":3: ", "quota_grace: \"Unlimited\" is not a size such as"},
	{MINIMAL "over_quota_copy = bounce\n", ":3: ",
	 "over_quota_copy: \"bounce\" is none of \"forward-only\", "
	 "\"reject\""},
	{MINIMAL "srs_max_age_days = 0\n", ":3: ",
	 "srs_max_age_days: \"0\" must be a whole number from 1 to 511"},
	{MINIMAL "srs_max_age_days = 99999999999999999999\n",
	 ":3: ", "whole number"},
	{MINIMAL "milter_store_handles = 4x\n", ":3: ", "whole number"},
	{MINIMAL "milter_store_handles = -1\n", ":3: ", "whole number"},
	{MINIMAL "metrics_listen = \"localhost:9799\"\n",
	 ":3: ", "must be ADDRESS:PORT"},
	{MINIMAL "metrics_listen = \"127.0.0.1\"\n",
	 ":3: ", "must be ADDRESS:PORT"},
	{MINIMAL "metrics_listen = \"127.0.0.1:70000\"\n",
	 ":3: ", "must be ADDRESS:PORT"},

	/* Classes. */
	{DOMAINS, ": ", "default_class: there is no class \"alumni\""},
	{MINIMAL "\ndefault_class = \"staff\"\n",
	 ":4: ", "default_class: there is no class \"staff\""},
	{MINIMAL "leaver_class = \"gone\"\n",
	 ":3: ", "leaver_class: there is no class \"gone\""},
	{MINIMAL "class \"x\" {\n}\n", ":4: ", "class \"x\": quota: not set"},
	{MINIMAL "class \"x\" {\n\nquota = 5X }\n",
	 ":5: ", "class \"x\": quota: \"5X\" is not a size"},
	{MINIMAL "class \"x\" { quota = 1\n trash_retention = 7 }\n",
	 ":4: ", "class \"x\": trash_retention: "},
	{MINIMAL "class \"a b\" { quota = 1 }\n",
	 ":3: ", "class: the name \"a b\""},
	{MINIMAL "class \"\" { quota = 1 }\n", ":3: ", "class: the name \"\""},

	/* Directories. */
	{MINIMAL "directory \"u\" {\n" BASE "}\n",
	 ":5: ", "directory \"u\": uris: not set"},
	{MINIMAL "directory \"u\" {\n" URIS "}\n",
	 ":5: ", "directory \"u\": base: not set"},
	{MINIMAL "directory \"alumni\" {\n" URIS BASE "}\n",
	 ":4: ", "\"alumni\" is that of another tier"},
	{MINIMAL "directory \"learned\" {\n" URIS BASE "}\n",
	 ":4: ", "\"learned\" is that of another tier"},
	{MINIMAL "directory \"app\" {\n" URIS BASE "}\n",
	 ":4: ", "\"app\" is that of another tier"},
	{MINIMAL "directory \"invite\" {\n" URIS BASE "}\n",
	 ":4: ", "\"invite\" is that of another tier"},
	{MINIMAL "directory \"u\" {\n" URIS BASE "filter = \"(uid=*)\" }\n",
	 ":6: ", "filter: \"(uid=*)\" does not contain %u"},
	{MINIMAL "directory \"u\" {\n" URIS BASE "filter = \"uid=%u\" }\n",
	 ":6: ", "filter: \"uid=%u\" is not an LDAP filter"},
	{MINIMAL "directory \"u\" {\n" URIS BASE
		 "active_filter = \"(a=b))(\" }\n",
	 ":6: ", "active_filter: \"(a=b))(\" is not an LDAP filter"},
	{MINIMAL "directory \"u\" {\n" URIS BASE "deny_filter = \"((a=b)\" }\n",
	 ":6: ", "deny_filter: "},
	{MINIMAL "directory \"u\" {\n" URIS "base = people }\n",
	 ":5: ", "base: \"people\" is not a distinguished name"},
	{MINIMAL "directory \"u\" {\nuris = {\"http://x\"}\n" BASE "}\n",
	 ":4: ", "uris: \"http://x\" must be one URI"},
	{MINIMAL "directory \"u\" {\nuris = {\"ldap://a ldap://b\"}\n" BASE
		 "}\n",
	 ":4: ", "must be one URI"},
	{MINIMAL "directory \"u\" { tls = \"maybe\"\n" URIS BASE "}\n",
	 ":3: ", "tls: \"maybe\" is none of \"none\", \"starttls\", \"ldaps\""},
	{MINIMAL "directory \"u\" { tls = \"none\"\n"
		 "uris = {\"ldap://university.example\"}\n" BASE "}\n",
	 ":4: ", "in the clear"},
	{MINIMAL "directory \"u\" { tls = \"none\"\n"
		 "uris = {\"ldap://localhost.evil.example\"}\n" BASE "}\n",
	 ":4: ", "in the clear"},
	{MINIMAL "directory \"u\" { tls = \"none\"\n"
		 "uris = {\"ldaps://localhost\"}\n" BASE "}\n",
	 ":4: ", "tls is \"none\""},
	{MINIMAL "directory \"u\" { tls = \"ldaps\"\n" URIS BASE "}\n",
	 ":4: ", "must begin with ldaps://"},
	{MINIMAL "directory \"u\" {\nuris = {\"ldaps://x\"}\n" BASE "}\n",
	 ":4: ", "must begin with ldap://"},
	{MINIMAL "directory \"u\" {\n" URIS BASE "bind_dn = \"cn=x\" }\n",
	 ":6: ", "bind_dn: set, but bind_password_file is not"},
	{MINIMAL "directory \"u\" {\n" URIS BASE
		 "bind_password_file = \"/x\" }\n",
	 ":6: ", "bind_dn: not set, but bind_password_file is"},
	{MINIMAL "directory \"u\" {\n" URIS BASE
		 "class_attribute = \"a\"\nclass_map = {\"a=staff\"} }\n",
	 ":7: ", "class_map: there is no class \"staff\""},
	{MINIMAL "directory \"u\" {\n" URIS BASE
		 "class_attribute = \"a\"\nclass_map = {\"alumni\"} }\n",
	 ":7: ", "class_map: \"alumni\" must be VALUE=CLASS"},
	{MINIMAL "directory \"u\" {\n" URIS BASE "class_attribute = \"a\" }\n",
	 ":6: ", "class_map: not set, but class_attribute is"},
	{MINIMAL "directory \"u\" {\n" URIS BASE
		 "class_map = {\"a=alumni\"} }\n",
	 ":6: ", "class_map: set, but class_attribute"},
	{MINIMAL "directory \"u\" {\n" URIS BASE "id_attribute = \"a b\" }\n",
	 ":6: ", "not the name of an LDAP attribute"},
	{MINIMAL "directory \"u\" {\n" URIS BASE
		 "connect_timeout_msecs = 5 }\n",
	 ":6: ", "whole number from 10 to 60000"},

	/* Comments count as the lines that they are. */
	{MINIMAL "# one\n// two\npostmaster = \"a#b\" # three\nbad = 1\n",
	 ":6: ", "there is no option \"bad\""},
	{MINIMAL "/* one\n# two */\npostmaster = \"a \\\" # b\"\nbad = 1\n",
	 ":6: ", "there is no option \"bad\""},
	{MINIMAL "directory \"u\" {\n# one\nuris = {ldap://a#b\n}\n" BASE
		 "bad = 1 }\n",
	 ":8: ", "there is no option \"bad\""},
	{MINIMAL "postmaster = 'never closed # here\n",
	 ":4: ", "unterminated string"},

	/* Options to each other. */
	{MINIMAL "milter_socket = /s\nmaps_socket = /s\n",
	 ":4: ", "maps_socket: \"/s\" is the milter_socket already"},
};

static void every_mistake_is_named_with_its_line(void **state)
{
	const struct fixture *fixture = *state;
	size_t failures = 0;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		const struct mistake *mistake = &mistakes[i];
		struct configuration *configuration = NULL;
		struct error error = {""};
		size_t path = strlen(fixture->path);

		write_file(fixture, mistake->text);
		if (configuration_load(fixture->path, &configuration, &error) ==
			    -1 &&
		    configuration == NULL &&
		    strncmp(error.text, fixture->path, path) == 0 &&
		    strncmp(error.text + path, mistake->where,
			    strlen(mistake->where)) == 0 &&
		    strstr(error.text, mistake->what) != NULL)
			continue;
		print_error("with\n%sexpected \"...%s...%s\", got \"%s\"\n",
			    mistake->text, mistake->where, mistake->what,
			    error.text);
		configuration_free(&configuration);
		failures++;
	}
	assert_int_equal(failures, 0);
}

static void expect_failure(const char *path, const char *what)
{
	struct configuration *configuration = NULL;
	struct error error = {""};

	assert_int_equal(configuration_load(path, &configuration, &error), -1);
	assert_null(configuration);
	assert_non_null(strstr(error.text, path));
	if (strstr(error.text, what) == NULL)
		fail_msg("expected \"%s\", got \"%s\"", what, error.text);
}

static void unreadable_files_are_told_apart(void **state)
{
	const struct fixture *fixture = *state;
	FILE *file;

	(void)unlink(fixture->path);
	expect_failure(fixture->path, "does not exist");
	expect_failure(fixture->folder, "is not a file");
	file = fopen(fixture->path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite("domains\0", 1, 8, file), 8);
	assert_int_equal(fclose(file), 0);
	expect_failure(fixture->path, "is not a configuration file");
	if (geteuid() != 0) {
		assert_int_equal(chmod(fixture->path, 0), 0);
		expect_failure(fixture->path, "must be readable by everybody");
	}
	assert_int_equal(unlink(fixture->path), 0);
}

static void loading_again_after_a_mistake_works(void **state)
{
	struct configuration *c;

	write_file(*state, "class \"x\" { quota = \"unclosed\n");
	expect_failure(((struct fixture *)*state)->path, ":");
	c = load(*state, MINIMAL);
	configuration_free(&c);
}

static void path_comes_from_argument_then_environment(void **state)
{
	(void)state;
	assert_int_equal(unsetenv(CONFIGURATION_PATH_VARIABLE), 0);
	assert_string_equal(configuration_path(NULL),
			    CONFIGURATION_DEFAULT_PATH);
	assert_int_equal(setenv(CONFIGURATION_PATH_VARIABLE, "/e", 1), 0);
	assert_string_equal(configuration_path(NULL), "/e");
	assert_string_equal(configuration_path("/a"), "/a");
	assert_int_equal(unsetenv(CONFIGURATION_PATH_VARIABLE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_file_has_the_defaults),
		cmocka_unit_test(directory_has_defaults),
		cmocka_unit_test(everything_can_be_set),
		cmocka_unit_test(classes_are_found_by_name),
		cmocka_unit_test(empty_text_leaves_an_option_out),
		cmocka_unit_test(every_mistake_is_named_with_its_line),
		cmocka_unit_test(unreadable_files_are_told_apart),
		cmocka_unit_test(loading_again_after_a_mistake_works),
		cmocka_unit_test(path_comes_from_argument_then_environment),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
