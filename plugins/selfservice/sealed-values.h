/* SPDX-License-Identifier: MIT
 *
 * Values with passwords: the fields that the client writes go to the dict
 * service in a sealed box. This file knows nothing of Dovecot.
 */
#ifndef ALUMNI_PLUGINS_SELFSERVICE_SEALED_VALUES_H
#define ALUMNI_PLUGINS_SELFSERVICE_SEALED_VALUES_H

#include "lib/password/app-password.h"
#include "lib/password/hash.h"
#include "lib/password/sealed-box.h"
#include "protocol/fields.h"

/* As many fields as there may be, each at its longest. */
#define SEALED_VALUE_TEXT_BYTES WIRE_FIELDS_BYTES(PASSWORD_BYTES_MAX)
#define SEALED_VALUE_BYTES      SEALED_BOX_BYTES(SEALED_VALUE_TEXT_BYTES)

/* Seals what the client wrote; app_password is added to it unless NULL. Returns
   1 sealed, 0 it is too long, or -1 with an error for the log. */
int sealed_value_make(const char *value, const char *app_password,
		      char sealed_r[SEALED_VALUE_BYTES], struct error *error);

#endif
