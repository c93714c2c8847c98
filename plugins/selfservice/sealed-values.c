/* SPDX-License-Identifier: MIT
 *
 * Values with passwords; see sealed-values.h.
 */
#include "plugins/selfservice/sealed-values.h"

#include "lib/base/secret.h"
#include "lib/configuration/configuration.h"

static int seal(const char *text, char sealed_r[SEALED_VALUE_BYTES],
		struct error *error)
{
	struct configuration *configuration;
	int ret;

	if (configuration_load(configuration_path(NULL), &configuration,
			       error) < 0)
		return -1;
	ret = sealed_box_close(configuration->password_public_key_file, text,
			       sealed_r, SEALED_VALUE_BYTES, error);
	configuration_free(&configuration);
	return ret < 0 ? -1 : 1;
}

int sealed_value_make(const char *value, const char *app_password,
		      char sealed_r[SEALED_VALUE_BYTES], struct error *error)
{
	char text[SEALED_VALUE_TEXT_BYTES];
	int ret = 0;

	if (wire_fields_format(value, app_password, text, sizeof(text)) == 0)
		ret = seal(text, sealed_r, error);
	secret_wipe(text, sizeof(text));
	return ret;
}
