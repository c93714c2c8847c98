/* SPDX-License-Identifier: MIT
 *
 * Doctor: what DNS says of our domains, as far as it is visible from here: MX
 * (RFC 5321, 5.1), SPF (RFC 7208), DMARC (RFC 7489), DKIM, and that the host's
 * address and name agree, which many servers demand of those that send to
 * them. Where no name server answers, nothing is known, which is no fault.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/doctor/dns-question.h"
#include "ctl/doctor/dkim.h"
#include "ctl/doctor/doctor.h"

#define WAIT_SECONDS 2
#define TRIES        2

/* ---- MX ---- */

static bool has_mx(struct dns_question *question, const char *host)
{
	char name[DNS_NAME_BYTES];
	ns_rr one;

	for (int i = 0; i < dns_record_count(question); i++) {
		/* Two bytes of preference come first. */
		if (dns_record(question, i, ns_t_mx, &one) &&
		    dns_name_at(question, ns_rr_rdata(one) + 2, name) &&
		    strcasecmp(name, host) == 0)
			return true;
	}
	return false;
}

static void check_mx(struct doctor *doctor, struct dns_question *question,
		     const char *domain)
{
	char check[DNS_CHECK_BYTES];

	snprintf(check, sizeof(check), "mx-%s", domain);
	switch (dns_ask(question, domain, ns_t_mx)) {
	case DNS_UNKNOWN:
		dns_say_unknown(doctor, check, "MX", domain);
		return;
	case DNS_NONE:
		doctor_problem(doctor, check,
			       doctor_mend(doctor, "publish: %s. IN MX 10 %s.",
					   domain, doctor->hostname),
			       "%s has no MX record", domain);
		return;
	case DNS_FOUND:
		break;
	}
	if (has_mx(question, doctor->hostname))
		doctor_ok(doctor, check, "mail for %s is sent to %s", domain,
			  doctor->hostname);
	else
		doctor_problem(doctor, check,
			       doctor_mend(doctor,
					   "publish: %s. IN MX 10 %s. (or put "
					   "myhostname right; where another "
					   "host takes mail first, leave it)",
					   domain, doctor->hostname),
			       "mail for %s is not sent to %s", domain,
			       doctor->hostname);
}

/* ---- TXT ---- */

/* True if one of the texts begins with the prefix. */
static bool has_text(struct dns_question *question, const char *start)
{
	size_t length = strlen(start);
	ns_rr one;

	for (int i = 0; i < dns_record_count(question); i++) {
		/* Strings with a byte of length each; the first is enough. */
		if (dns_record(question, i, ns_t_txt, &one) &&
		    ns_rr_rdlen(one) > length &&
		    ns_rr_rdata(one)[0] >= length &&
		    strncasecmp((const char *)ns_rr_rdata(one) + 1, start,
				length) == 0)
			return true;
	}
	return false;
}

static void check_text(struct doctor *doctor, struct dns_question *question,
		       const char *what, const char *name, const char *start,
		       const char *advice)
{
	char check[DNS_CHECK_BYTES];
	enum dns_answer answer = dns_ask(question, name, ns_t_txt);

	snprintf(check, sizeof(check), "%s-%s", what, name);
	if (answer == DNS_UNKNOWN)
		dns_say_unknown(doctor, check, what, name);
	else if (answer == DNS_FOUND && has_text(question, start))
		doctor_ok(doctor, check, "%s has a record %s", name, start);
	else
		doctor_problem(doctor, check,
			       doctor_mend(doctor, "publish: %s. IN TXT %s",
					   name, advice),
			       "%s has no record %s", name, start);
}

static void check_domain(struct doctor *doctor, struct dns_question *question,
			 const char *domain)
{
	char name[DNS_NAME_BYTES];

	check_mx(doctor, question, domain);
	check_text(doctor, question, "spf", domain, "v=spf1",
		   "\"v=spf1 mx -all\"");
	snprintf(name, sizeof(name), "_dmarc.%s", domain);
	check_text(doctor, question, "dmarc", name, "v=DMARC1",
		   "\"v=DMARC1; p=none\"");
}

/* ---- the host's own name ---- */

static bool points_back(struct dns_question *question, const char *host)
{
	char name[DNS_NAME_BYTES];
	ns_rr one;

	for (int i = 0; i < dns_record_count(question); i++) {
		if (dns_record(question, i, ns_t_ptr, &one) &&
		    dns_name_at(question, ns_rr_rdata(one), name) &&
		    strcasecmp(name, host) == 0)
			return true;
	}
	return false;
}

/* The name by which the address is looked up; false if it is no A record. */
static bool reverse_name(struct dns_question *question,
			 char text_r[DNS_NAME_BYTES],
			 char address_r[INET_ADDRSTRLEN])
{
	ns_rr one;

	for (int i = 0; i < dns_record_count(question); i++) {
		const unsigned char *bytes;

		if (!dns_record(question, i, ns_t_a, &one) ||
		    ns_rr_rdlen(one) != sizeof(struct in_addr))
			continue;
		bytes = ns_rr_rdata(one);
		(void)inet_ntop(AF_INET, bytes, address_r, INET_ADDRSTRLEN);
		snprintf(text_r, DNS_NAME_BYTES, "%u.%u.%u.%u.in-addr.arpa",
			 bytes[3], bytes[2], bytes[1], bytes[0]);
		return true;
	}
	return false;
}

static void check_host(struct doctor *doctor, struct dns_question *question)
{
	const char *host = doctor->hostname;
	char address[INET_ADDRSTRLEN];
	char reverse[DNS_NAME_BYTES];
	enum dns_answer answer = dns_ask(question, host, ns_t_a);

	if (answer == DNS_UNKNOWN) {
		dns_say_unknown(doctor, "host-address", "the address", host);
		return;
	}
	if (answer == DNS_NONE || !reverse_name(question, reverse, address)) {
		doctor_problem(doctor, "host-address",
			       doctor_mend(doctor,
					   "publish an A record for %s, or put "
					   "myhostname right",
					   host),
			       "%s has no address", host);
		return;
	}
	doctor_ok(doctor, "host-address", "%s has the address %s", host,
		  address);
	answer = dns_ask(question, reverse, ns_t_ptr);
	if (answer == DNS_UNKNOWN)
		dns_say_unknown(doctor, "host-ptr", "the name", address);
	else if (answer == DNS_FOUND && points_back(question, host))
		doctor_ok(doctor, "host-ptr", "%s has the name %s", address,
			  host);
	else
		doctor_problem(doctor, "host-ptr",
			       doctor_mend(doctor,
					   "ask the provider of the address to "
					   "publish: %s. IN PTR %s.",
					   reverse, host),
			       "%s does not have the name %s, so many servers "
			       "refuse its mail",
			       address, host);
}

void doctor_check_dns(struct doctor *doctor)
{
	char *const *domains = doctor->configuration->domains;
	const char *srs_domain = doctor->configuration->srs_domain;
	struct __res_state resolver = {0};
	static struct dns_question question;

	if (doctor->hostname[0] == '\0' || res_ninit(&resolver) < 0) {
		doctor_unknown(doctor, "dns",
			       "the host's name or name servers are not known");
		return;
	}
	resolver.retrans = WAIT_SECONDS;
	resolver.retry = TRIES;
	question.resolver = &resolver;
	for (size_t i = 0; domains[i] != NULL; i++) {
		check_domain(doctor, &question, domains[i]);
		doctor_check_dkim(doctor, &question, domains[i]);
	}
	if (srs_domain != NULL && strcasecmp(srs_domain, domains[0]) != 0)
		check_domain(doctor, &question, srs_domain);
	check_host(doctor, &question);
	res_nclose(&resolver);
}
