/* SPDX-License-Identifier: MIT
 *
 * The limits in force for an account; see lib/configuration/limits.h.
 */
#include "lib/configuration/limits.h"

int64_t limits_quota(const struct account *account,
		     const struct configuration *configuration)
{
	if (account->has_own_quota)
		return account->own_quota;
	return configuration_class_or_default(configuration,
					      account->class_name)
		->quota;
}

int64_t limits_messages(const struct account *account,
			const struct configuration *configuration)
{
	return configuration_class_or_default(configuration,
					      account->class_name)
		->quota_messages;
}

int64_t limits_retention(const struct account *account,
			 const struct configuration *configuration)
{
	if (account->has_own_retention)
		return account->own_retention;
	return configuration_class_or_default(configuration,
					      account->class_name)
		->trash_retention;
}

int64_t limits_shortest_retention(const struct configuration *configuration)
{
	int64_t shortest = 0;

	for (size_t i = 0; i < configuration->class_count; i++) {
		int64_t retention = configuration->classes[i].trash_retention;

		if (retention > 0 && (shortest == 0 || retention < shortest))
			shortest = retention;
	}
	return shortest;
}
