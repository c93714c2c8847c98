/* SPDX-License-Identifier: MIT
 *
 * Doctor: what DNS says of our domains, as far as it is visible from here: MX
 * (RFC 5321, 5.1), SPF (RFC 7208), DMARC (RFC 7489), and that the host's
 * address and name agree, which many servers demand of those that send to
 * them. Where no name server answers, nothing is known, which is no fault.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/doctor.h"

#define WAIT_SECONDS 2
#define TRIES        2
#define NAME_BYTES   1025
#define CHECK_BYTES  300

enum answer { ANSWER_FOUND, ANSWER_NONE, ANSWER_UNKNOWN };

struct question {
	struct __res_state *resolver;
	unsigned char message[NS_MAXMSG];
	ns_msg answer;
};

static enum answer ask(struct question *question, const char *name,
		       ns_type type)
{
	int length = res_nquery(question->resolver, name, ns_c_in, type,
				question->message, sizeof(question->message));

	if (length < 0)
		return question->resolver->res_h_errno == HOST_NOT_FOUND ||
				       question->resolver->res_h_errno ==
					       NO_DATA
			       ? ANSWER_NONE
			       : ANSWER_UNKNOWN;
	if (ns_initparse(question->message, length, &question->answer) < 0)
		return ANSWER_UNKNOWN;
	return ANSWER_FOUND;
}

/* The name at that place of a record's data. */
static bool expand(const struct question *question, const unsigned char *data,
		   char name_r[NAME_BYTES])
{
	return ns_name_uncompress(ns_msg_base(question->answer),
				  ns_msg_end(question->answer), data, name_r,
				  NAME_BYTES) >= 0;
}

/* The record of that number, if it is of the type. */
static bool record(struct question *question, int number, ns_type type,
		   ns_rr *record_r)
{
	return ns_parserr(&question->answer, ns_s_an, number, record_r) == 0 &&
	       ns_rr_type(*record_r) == type;
}

static void say_unknown(struct doctor *doctor, const char *check,
			const char *what, const char *name)
{
	doctor_unknown(doctor, check,
		       "%s of %s: no name server answers from here", what,
		       name);
}

/* ---- MX ---- */

static bool has_mx(struct question *question, const char *host)
{
	char name[NAME_BYTES];
	ns_rr one;

	for (int i = 0; i < ns_msg_count(question->answer, ns_s_an); i++) {
		/* Two bytes of preference come first. */
		if (record(question, i, ns_t_mx, &one) &&
		    expand(question, ns_rr_rdata(one) + 2, name) &&
		    strcasecmp(name, host) == 0)
			return true;
	}
	return false;
}

static void check_mx(struct doctor *doctor, struct question *question,
		     const char *domain)
{
	char check[CHECK_BYTES];

	snprintf(check, sizeof(check), "mx-%s", domain);
	switch (ask(question, domain, ns_t_mx)) {
	case ANSWER_UNKNOWN:
		say_unknown(doctor, check, "MX", domain);
		return;
	case ANSWER_NONE:
		doctor_problem(doctor, check,
			       doctor_mend(doctor,
					   "publish: %s. IN MX 10 %s.", domain,
					   doctor->hostname),
			       "%s has no MX record", domain);
		return;
	case ANSWER_FOUND:
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

/* True if one of the texts begins so. */
static bool has_text(struct question *question, const char *start)
{
	size_t length = strlen(start);
	ns_rr one;

	for (int i = 0; i < ns_msg_count(question->answer, ns_s_an); i++) {
		/* Strings with a byte of length each; the first is enough. */
		if (record(question, i, ns_t_txt, &one) &&
		    ns_rr_rdlen(one) > length && ns_rr_rdata(one)[0] >= length &&
		    strncasecmp((const char *)ns_rr_rdata(one) + 1, start,
				length) == 0)
			return true;
	}
	return false;
}

static void check_text(struct doctor *doctor, struct question *question,
		       const char *what, const char *name, const char *start,
		       const char *advice)
{
	char check[CHECK_BYTES];
	enum answer answer = ask(question, name, ns_t_txt);

	snprintf(check, sizeof(check), "%s-%s", what, name);
	if (answer == ANSWER_UNKNOWN)
		say_unknown(doctor, check, what, name);
	else if (answer == ANSWER_FOUND && has_text(question, start))
		doctor_ok(doctor, check, "%s has a record %s", name, start);
	else
		doctor_problem(doctor, check,
			       doctor_mend(doctor, "publish: %s. IN TXT %s",
					   name, advice),
			       "%s has no record %s", name, start);
}

static void check_domain(struct doctor *doctor, struct question *question,
			 const char *domain)
{
	char name[NAME_BYTES];

	check_mx(doctor, question, domain);
	check_text(doctor, question, "spf", domain, "v=spf1",
		   "\"v=spf1 mx -all\"");
	snprintf(name, sizeof(name), "_dmarc.%s", domain);
	check_text(doctor, question, "dmarc", name, "v=DMARC1",
		   "\"v=DMARC1; p=none\"");
}

/* ---- the host's own name ---- */

static bool points_back(struct question *question, const char *host)
{
	char name[NAME_BYTES];
	ns_rr one;

	for (int i = 0; i < ns_msg_count(question->answer, ns_s_an); i++) {
		if (record(question, i, ns_t_ptr, &one) &&
		    expand(question, ns_rr_rdata(one), name) &&
		    strcasecmp(name, host) == 0)
			return true;
	}
	return false;
}

/* The name by which the address is looked up; false if it is no A record. */
static bool reverse_name(struct question *question, char text_r[NAME_BYTES],
			 char address_r[INET_ADDRSTRLEN])
{
	ns_rr one;

	for (int i = 0; i < ns_msg_count(question->answer, ns_s_an); i++) {
		const unsigned char *bytes;

		if (!record(question, i, ns_t_a, &one) ||
		    ns_rr_rdlen(one) != sizeof(struct in_addr))
			continue;
		bytes = ns_rr_rdata(one);
		(void)inet_ntop(AF_INET, bytes, address_r, INET_ADDRSTRLEN);
		snprintf(text_r, NAME_BYTES, "%u.%u.%u.%u.in-addr.arpa",
			 bytes[3], bytes[2], bytes[1], bytes[0]);
		return true;
	}
	return false;
}

static void check_host(struct doctor *doctor, struct question *question)
{
	const char *host = doctor->hostname;
	char address[INET_ADDRSTRLEN];
	char reverse[NAME_BYTES];
	enum answer answer = ask(question, host, ns_t_a);

	if (answer == ANSWER_UNKNOWN) {
		say_unknown(doctor, "host-address", "the address", host);
		return;
	}
	if (answer == ANSWER_NONE ||
	    !reverse_name(question, reverse, address)) {
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
	answer = ask(question, reverse, ns_t_ptr);
	if (answer == ANSWER_UNKNOWN)
		say_unknown(doctor, "host-ptr", "the name", address);
	else if (answer == ANSWER_FOUND && points_back(question, host))
		doctor_ok(doctor, "host-ptr", "%s has the name %s", address,
			  host);
	else
		doctor_problem(doctor, "host-ptr",
			       doctor_mend(doctor,
					   "have whoever gave you the address "
					   "publish: %s. IN PTR %s.",
					   reverse, host),
			       "%s has not the name %s, so many servers "
			       "refuse its mail",
			       address, host);
}

void doctor_check_dns(struct doctor *doctor)
{
	char *const *domains = doctor->configuration->domains;
	const char *srs_domain = doctor->configuration->srs_domain;
	struct __res_state resolver = {0};
	static struct question question;

	if (doctor->hostname[0] == '\0' || res_ninit(&resolver) < 0) {
		doctor_unknown(doctor, "dns",
			       "the host's name or name servers are not known");
		return;
	}
	resolver.retrans = WAIT_SECONDS;
	resolver.retry = TRIES;
	question.resolver = &resolver;
	for (size_t i = 0; domains[i] != NULL; i++)
		check_domain(doctor, &question, domains[i]);
	if (srs_domain != NULL && strcasecmp(srs_domain, domains[0]) != 0)
		check_domain(doctor, &question, srs_domain);
	check_host(doctor, &question);
	res_nclose(&resolver);
}
