/* SPDX-License-Identifier: MIT
 *
 * Which alumni passwords are good enough, by libpwquality and the options
 * password_*.
 */
#ifndef ALUMNI_PLUGINS_DICT_PASSWORD_RULES_H
#define ALUMNI_PLUGINS_DICT_PASSWORD_RULES_H

#include "lib/configuration/configuration.h"

/* name is the account's. Returns 1 good enough, 0 not, with a sentence for the
   person, -1 it could not be judged. Reads cracklib's dictionary from disk. */
int password_rules_check(const struct configuration *configuration,
			 const char *name, const char *password,
			 struct error *error);

#endif
