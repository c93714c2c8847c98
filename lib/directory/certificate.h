/* SPDX-License-Identifier: MIT
 *
 * The certificate that one server of a directory shows, for those who look
 * after it: a login only says whether it is good.
 */
#ifndef ALUMNI_DIRECTORY_CERTIFICATE_H
#define ALUMNI_DIRECTORY_CERTIFICATE_H

#include <stdbool.h>

#include "lib/configuration/configuration.h"
#include "lib/base/error.h"

#define DIRECTORY_CERTIFICATE_BYTES 16384

struct directory_certificate {
	unsigned char der[DIRECTORY_CERTIFICATE_BYTES];
	size_t length;
	char host[256];       /* that the URI names */
	bool accepted;        /* a login would go on with it */
	struct error refusal; /* why not */
};

/* Connects to the server, within connect_timeout_msecs each time: first as a
   login does, and if that fails, taking any certificate, since only so is it
   seen what is wrong. Sends nothing but a request for TLS. Ignores SIGPIPE
   meanwhile, for the whole program. Returns 0, or -1 with an error when no
   certificate is seen. */
int directory_certificate_see(const struct directory_options *options,
			      const char *uri,
			      struct directory_certificate *seen_r,
			      struct error *error);

#endif
