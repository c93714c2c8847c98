/* SPDX-License-Identifier: MIT
 *
 * Doctor: site aliases that point at accounts. Postfix expands its own aliases
 * after the filter has seen the recipients, so mail to one reaches the
 * account's mailbox, but neither its forwarding nor its quota is looked at.
 * Such aliases belong in the store.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/process.h"

#define POSTCONF    "/usr/sbin/postconf"
#define SEPARATORS  ", \t\n\""
#define CHECK_BYTES 64

static const char *const parameters[] = {"alias_maps", "virtual_alias_maps"};

/* Types of tables that are made from a text file of the same name. */
static const char *const types[] = {
	"hash:", "btree:", "lmdb:", "cdb:", "dbm:", "texthash:"};

struct site_alias {
	char table[PATH_MAX];
	unsigned int line;
	char alias[ADDRESS_BYTES];
	char account[ADDRESS_LOCAL_BYTES];
};

/* 1 = the text is an address of an account. */
static int find_account(struct doctor *doctor, const char *address,
			char name_r[ADDRESS_LOCAL_BYTES])
{
	const char *const *domains =
		(const char *const *)doctor->configuration->domains;
	struct account account;
	struct error error = {""};

	if (account_name_normalise(address, domains, name_r, &error) < 0)
		return 0;
	return store_account_by_local_part(doctor->store, name_r, &account,
					   &error);
}

/* Looks at "alias: target, target" or "alias target". True if one of the
   targets is an account. */
static bool look_at_line(struct doctor *doctor, char *line,
			 struct site_alias *found)
{
	char *save = NULL;
	char *alias = strtok_r(line, SEPARATORS, &save);
	char *target;

	if (alias == NULL || alias[0] == '#')
		return false;
	if (alias[strlen(alias) - 1] == ':')
		alias[strlen(alias) - 1] = '\0';
	snprintf(found->alias, sizeof(found->alias), "%.*s",
		 (int)strcspn(alias, "@"), alias);
	while ((target = strtok_r(NULL, SEPARATORS, &save)) != NULL) {
		/* An address that stands for itself changes nothing. */
		if (find_account(doctor, target, found->account) > 0 &&
		    strcmp(found->account, found->alias) != 0)
			return true;
	}
	return false;
}

/* True if the table has such an alias; the first one is found. */
static bool look_at_table(struct doctor *doctor, const char *path,
			  struct site_alias *found)
{
	FILE *file = fopen(path, "re");
	bool is_found = false;
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		return false;
	snprintf(found->table, sizeof(found->table), "%s", path);
	found->line = 0;
	while (!is_found && getline(&line, &size, file) >= 0) {
		found->line++;
		is_found = look_at_line(doctor, line, found);
	}
	free(line);
	fclose(file);
	return is_found;
}

/* The path of the next table with a text file in a parameter's value. */
static const char *next_table(const char *value, char path_r[PATH_MAX])
{
	while (*(value += strspn(value, ", \t{}")) != '\0') {
		size_t length = strcspn(value, ", \t{}");

		for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
			size_t type = strlen(types[i]);

			if (length > type &&
			    strncmp(value, types[i], type) == 0) {
				snprintf(path_r, PATH_MAX, "%.*s",
					 (int)(length - type), value + type);
				return value + length;
			}
		}
		value += length;
	}
	return NULL;
}

static void check_parameter(struct doctor *doctor, const char *postconf,
			    const char *parameter)
{
	char value[DOCTOR_VALUE_BYTES];
	char check[CHECK_BYTES];
	char path[PATH_MAX];
	struct site_alias found;
	const char *rest = value;

	snprintf(check, sizeof(check), "site-aliases-%s", parameter);
	(void)doctor_find_value(postconf, parameter, value);
	while ((rest = next_table(rest, path)) != NULL) {
		if (!look_at_table(doctor, path, &found))
			continue;
		doctor_problem(doctor, check,
			       doctor_mend(doctor,
					   "alumnictl alias add %s %s, then "
					   "take the line out",
					   found.account, found.alias),
			       "%s:%u: %s points at the account %s: mail to it "
			       "bypasses forwarding and quota",
			       found.table, found.line, found.alias,
			       found.account);
		return;
	}
	doctor_ok(doctor, check, "%s points at no account", parameter);
}

void doctor_check_aliases(struct doctor *doctor)
{
	const char *const argv[] = {POSTCONF, "-c",
				    doctor->configuration->postfix_config, "-x",
				    NULL};
	const struct process postconf = {.argv = argv};
	struct process_output output;
	struct error error = {""};

	/* Earlier groups have said already what is wrong with Postfix or the
	   store. */
	if (doctor->store != NULL &&
	    process_run(&postconf, &output, &error) == 0) {
		for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters);
		     i++)
			check_parameter(doctor, output.text, parameters[i]);
		process_output_free(&output);
	}
}
