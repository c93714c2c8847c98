/* SPDX-License-Identifier: MIT
 *
 * A dict backend over a real store; see tests/unit/plugins/dict-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/plugins/dict-fixture.h"

/* Points the dict backend to a configuration file in the fixture's folder. */
static void write_configuration(const struct store_fixture *place)
{
	char path[2 * FIXTURE_PATH_BYTES];
	FILE *file;

	snprintf(path, sizeof(path), "%s/alumnimail.conf", place->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fprintf(file,
			    "domains = { \"alumni.example\" }\n"
			    "store = \"%s\"\n"
			    "mail_home = \"/var/vmail\"\n"
			    "default_class = \"alumni\"\n"
			    "class \"alumni\" { quota = \"1000\" "
			    "trash_retention = \"7d\" }\n"
			    "class \"longer\" { quota = \"0\" "
			    "trash_retention = \"30d\" }\n"
			    "class \"ever\" { quota = \"0\" "
			    "trash_retention = \"never\" }\n",
			    place->location) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv(CONFIGURATION_PATH_VARIABLE, path, 1), 0);
}

int dict_fixture_set_up(void **state)
{
	struct dict_fixture *fixture = calloc(1, sizeof(*fixture));
	struct error error = {.text = ""};
	void *place;

	assert_non_null(fixture);
	(void)store_fixture_set_up(&place);
	fixture->place = place;
	write_configuration(fixture->place);
	fixture->store = store_fixture_open(fixture->place, STORE_ACCOUNTS);
	if (dict_backend_new(&fixture->backend, &error) < 0)
		fail_msg("%s", error.text);
	*state = fixture;
	return 0;
}

int dict_fixture_tear_down(void **state)
{
	struct dict_fixture *fixture = *state;
	void *place = fixture->place;

	dict_backend_free(&fixture->backend);
	assert_null(fixture->backend);
	store_close(&fixture->store);
	free(fixture);
	return store_fixture_tear_down(&place);
}

struct account dict_fixture_add(const struct dict_fixture *fixture,
				const char *name, const char *class_name)
{
	struct account account = {.enabled = true};
	struct error error = {.text = ""};

	snprintf(account.name, sizeof(account.name), "%s", name);
	snprintf(account.class_name, sizeof(account.class_name), "%s",
		 class_name);
	if (store_account_add(fixture->store, &account, NOW, &error) !=
	    STORE_ADDED)
		fail_msg("%s: %s", name, error.text);
	return account;
}

void dict_fixture_save_into_trash(const struct dict_fixture *fixture,
				  const struct account *account,
				  int64_t saved_at)
{
	struct error error = {.text = ""};

	assert_int_equal(store_trash_saved(fixture->store, account->id,
					   saved_at, &error),
			 1);
}
