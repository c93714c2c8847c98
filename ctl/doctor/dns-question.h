/* SPDX-License-Identifier: MIT
 *
 * Doctor: one question to the name servers of this machine, and its answer.
 */
#ifndef ALUMNI_CTL_DOCTOR_DNS_QUESTION_H
#define ALUMNI_CTL_DOCTOR_DNS_QUESTION_H

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>

#include "ctl/doctor/doctor.h"

#define DNS_NAME_BYTES  1025
#define DNS_CHECK_BYTES 512
/* A text longer than this is cut; the longest that is looked at is a key. */
#define DNS_TEXT_BYTES 4096

enum dns_answer {
	DNS_FOUND,
	DNS_NONE,    /* there is no such name, or nothing of that type */
	DNS_UNKNOWN, /* no name server says either */
};

/* Large: not for the stack. */
struct dns_question {
	struct __res_state *resolver;
	unsigned char message[NS_MAXMSG];
	ns_msg answer;
};

/* Blocks for as long as the resolver is set to. */
enum dns_answer dns_ask(struct dns_question *question, const char *name,
			ns_type type);

/* The record of that number in the answer; false if it is of another type. */
bool dns_record(struct dns_question *question, int number, ns_type type,
		ns_rr *record_r);

/* How many records there are, of whatever type. */
int dns_record_count(const struct dns_question *question);

/* The name at that place of a record's data; false if it makes no sense. */
bool dns_name_at(const struct dns_question *question, const unsigned char *data,
		 char name_r[DNS_NAME_BYTES]);

/* The strings of a TXT record put together (RFC 7208, 3.3). */
void dns_text(const ns_rr *record, char text_r[DNS_TEXT_BYTES]);

/* Reports that nothing is known of it. */
void dns_say_unknown(struct doctor *doctor, const char *check, const char *what,
		     const char *name);

#endif
