/* SPDX-License-Identifier: MIT
 *
 * The configuration against which the inputs of corpus/records are read: by the
 * fuzz target, and by the unit test that sees that they are still records.
 */
#ifndef ALUMNI_TESTS_FUZZ_RECORDS_CONFIGURATION_H
#define ALUMNI_TESTS_FUZZ_RECORDS_CONFIGURATION_H

#include "lib/configuration/configuration.h"

static inline const struct configuration *records_configuration(void)
{
	static char path[] = "alumnimail.conf", primary[] = "alumni.example";
	static char alumni[] = "alumni", student[] = "student";
	static char folder[] = "/home", university[] = "university";
	static char *domains[] = {primary, NULL};
	static struct class_options classes[] = {{.name = alumni},
						 {.name = student}};
	static struct directory_options directories[] = {{.name = university}};
	static const struct configuration configuration = {
		.path = path,
		.domains = domains,
		.default_class = alumni,
		.mail_home = folder,
		.classes = classes,
		.class_count = 2,
		.directories = directories,
		.directory_count = 1,
	};

	return &configuration;
}

#endif
