/* SPDX-License-Identifier: MIT
 *
 * What the daemon's threads share, on a store in a temporary folder.
 */
#ifndef ALUMNI_TESTS_UNIT_MILTER_MILTER_FIXTURE_H
#define ALUMNI_TESTS_UNIT_MILTER_MILTER_FIXTURE_H

#include "milter/service/service.h"
#include "tests/unit/store/store-fixture.h"

struct milter_fixture {
	struct store_fixture *store;
	char configuration_path[FIXTURE_PATH_BYTES];
	/* Those in force: tests may change the configuration. */
	const struct settings *settings;
	struct configuration *configuration;
	struct milter_service service;
};

/* Set-up and tear-down for cmocka. There are these accounts: alumna,
   postmaster; disabled; small with a quota of 10000 bytes; copy and away, which
   forward to copy@outside.example and away@outside.example. alumna has the
   alias anna, and away the alias gone. */
int milter_fixture_set_up(void **state);
int milter_fixture_tear_down(void **state);

/* Writes the configuration file, with a line of options added. */
void milter_fixture_configure(const struct milter_fixture *fixture,
			      const char *options);

/* Runs SQL in the accounts database, beside the service. */
void milter_fixture_execute(const struct milter_fixture *fixture,
			    const char *sql);

/* Makes every look-up fail, or succeed again. */
void milter_fixture_break(const struct milter_fixture *fixture);
void milter_fixture_mend(const struct milter_fixture *fixture);

/* Reads an account by its name, which must exist. */
struct account milter_fixture_account(const struct milter_fixture *fixture,
				      const char *name);

#endif
