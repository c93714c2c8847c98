/* SPDX-License-Identifier: MIT
 *
 * Search filters (RFC 4515), made from the configured templates.
 */
#ifndef ALUMNI_DIRECTORY_FILTER_H
#define ALUMNI_DIRECTORY_FILTER_H

#include "lib/base/error.h"

#define DIRECTORY_FILTER_BYTES 2048

/* Replaces every %u of the template with the name, escaped so that the name can
   only be a value, and every %% with %. Returns 0, or -1 with an error when the
   result does not fit or another character follows a %. */
int directory_filter_make(const char *template, const char *name,
			  char filter_r[DIRECTORY_FILTER_BYTES],
			  struct error *error);

#endif
