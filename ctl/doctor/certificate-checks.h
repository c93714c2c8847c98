/* SPDX-License-Identifier: MIT
 *
 * Doctor: what is to be looked at in every certificate, whoever shows it.
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

/* Expired, not valid yet, or near its end. renew is what to do about it. */
void certificate_check_times(const struct certificate_shown *shown,
			     const char *check, const char *renew);

/* Whether it is for the host, a name or an address. mend: what to do if not. */
void certificate_check_host(const struct certificate_shown *shown,
			    const char *check, const char *host,
			    const char *mend);

#endif
