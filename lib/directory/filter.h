/* SPDX-License-Identifier: MIT
 *
 * Search filters (RFC 4515) made from the configured templates.
 */
#ifndef ALUMNI_DIRECTORY_FILTER_H
#define ALUMNI_DIRECTORY_FILTER_H

#include <stddef.h>

#include "lib/base/error.h"

#define DIRECTORY_FILTER_BYTES 2048

/* Puts the name in place of every %u, escaped so that it can only be a value,
   and % in place of %%. Returns 0, or -1 with an error when the result does
   not fit or another character follows a %. */
int directory_filter_make(const char *template, const char *name,
			  char filter_r[DIRECTORY_FILTER_BYTES],
			  struct error *error);

#endif
