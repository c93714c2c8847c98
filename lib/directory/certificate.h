/* SPDX-License-Identifier: MIT
 *
 * The certificate that one server of a directory shows, for the people who look
 * after the server. A login only tells whether the certificate is good.
 */
#ifndef ALUMNI_DIRECTORY_CERTIFICATE_H
#define ALUMNI_DIRECTORY_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/configuration/configuration.h"

#define DIRECTORY_CERTIFICATE_BYTES 16384

struct directory_certificate {
	unsigned char der[DIRECTORY_CERTIFICATE_BYTES];
	size_t length;        /* of der, in bytes */
	char host[256];       /* the host that the URI names */
	bool accepted;        /* a login would accept the certificate */
	struct error refusal; /* why a login would not */
};

/* Connects to the server as a login does. If that fails, connects once more and
   takes any certificate, since a bad one is not seen otherwise. Each time takes
   connect_timeout_msecs at most. Sends nothing but a request for TLS. Ignores
   SIGPIPE meanwhile, for the whole program. Returns 0 with the certificate, or
   -1 with an error when there is none to see. */
int directory_certificate_see(const struct directory_options *options,
			      const char *uri,
			      struct directory_certificate *seen_r,
			      struct error *error);

#endif
