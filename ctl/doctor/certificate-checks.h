/* SPDX-License-Identifier: MIT
 *
 * Doctor: the checks that are the same for every certificate.
 */
#ifndef ALUMNI_CTL_DOCTOR_CERTIFICATE_CHECKS_H
#define ALUMNI_CTL_DOCTOR_CERTIFICATE_CHECKS_H

#include <openssl/x509.h>

#include "ctl/doctor/doctor.h"

struct certificate_shown {
	struct doctor *doctor;
	X509 *certificate;
	const char *where; /* a file, or a server's URI: it begins each text */
};

/* Reports whether the certificate has expired, is not valid yet, or is near its
   end. `renew` says how to mend that. */
void certificate_check_times(const struct certificate_shown *shown,
			     const char *check, const char *renew);

/* Reports whether the certificate is for the host, a name or an address. `mend`
   says how to mend that. */
void certificate_check_host(const struct certificate_shown *shown,
			    const char *check, const char *host,
			    const char *mend);

#endif
