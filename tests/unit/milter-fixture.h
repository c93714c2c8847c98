/* SPDX-License-Identifier: MIT
 *
 * What the daemon's threads share, on a store in a temporary folder.
 */
#ifndef ALUMNI_MILTER_FIXTURE_H
#define ALUMNI_MILTER_FIXTURE_H

#include "milter/service.h"
#include "tests/unit/store-fixture.h"

struct milter_fixture {
	struct store_fixture *store;
	struct configuration configuration;
	struct milter_service service;
};

/* Set-up and tear-down for cmocka. There are these accounts: alumna,
   postmaster; disabled; small with a quota of 10000 bytes; copy and away, which
   forward to copy@outside.example and away@outside.example. */
int milter_fixture_set_up(void **state);
int milter_fixture_tear_down(void **state);

/* Makes every look-up fail, or succeed again. */
void milter_fixture_break(const struct milter_fixture *fixture);
void milter_fixture_mend(const struct milter_fixture *fixture);

/* Reads or sets an account by its name. */
struct account milter_fixture_account(const struct milter_fixture *fixture,
				      const char *name);

#endif
