/* SPDX-License-Identifier: MIT
 *
 * Doctor: what is to be looked at in every certificate; see
 * ctl/doctor/certificate-checks.h.
 */
#include "ctl/doctor/certificate-checks.h"

#include <openssl/x509v3.h>

/* A certificate that is renewed automatically never comes so near to its end.
 */
#define DAYS_LEAST 14

void certificate_check_times(const struct certificate_shown *shown,
			     const char *check, const char *renew)
{
	const ASN1_TIME *from = X509_get0_notBefore(shown->certificate);
	const ASN1_TIME *until = X509_get0_notAfter(shown->certificate);
	int days = 0, seconds = 0;

	(void)ASN1_TIME_diff(&days, &seconds, NULL, until);
	if (days < 0 || seconds < 0)
		doctor_problem(shown->doctor, check, renew,
			       "%s: the certificate expired %d day%s ago",
			       shown->where, -days, days == -1 ? "" : "s");
	else if (X509_cmp_current_time(from) > 0)
		doctor_problem(shown->doctor, check,
			       "put this machine's clock right, or wait",
			       "%s: the certificate is not valid yet",
			       shown->where);
	else if (days < DAYS_LEAST)
		doctor_problem(shown->doctor, check, renew,
			       "%s: the certificate expires in %d day%s",
			       shown->where, days, days == 1 ? "" : "s");
	else
		doctor_ok(shown->doctor, check,
			  "%s: the certificate is valid for another %d days",
			  shown->where, days);
}

void certificate_check_host(const struct certificate_shown *shown,
			    const char *check, const char *host,
			    const char *mend)
{
	if (X509_check_host(shown->certificate, host, 0, 0, NULL) == 1 ||
	    X509_check_ip_asc(shown->certificate, host, 0) == 1)
		doctor_ok(shown->doctor, check, "%s: the certificate is for %s",
			  shown->where, host);
	else
		doctor_problem(shown->doctor, check, mend,
			       "%s: the certificate is not for %s",
			       shown->where, host);
}
