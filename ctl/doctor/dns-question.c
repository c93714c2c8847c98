/* SPDX-License-Identifier: MIT
 *
 * Doctor: a question to the name servers; see ctl/doctor/dns-question.h.
 */
#include "ctl/doctor/dns-question.h"

#include <netdb.h>
#include <string.h>

enum dns_answer dns_ask(struct dns_question *question, const char *name,
			ns_type type)
{
	int length = res_nquery(question->resolver, name, ns_c_in, type,
				question->message, sizeof(question->message));

	if (length < 0)
		return question->resolver->res_h_errno == HOST_NOT_FOUND ||
				       question->resolver->res_h_errno ==
					       NO_DATA
			       ? DNS_NONE
			       : DNS_UNKNOWN;
	if (ns_initparse(question->message, length, &question->answer) < 0)
		return DNS_UNKNOWN;
	return DNS_FOUND;
}

bool dns_record(struct dns_question *question, int number, ns_type type,
		ns_rr *record_r)
{
	return ns_parserr(&question->answer, ns_s_an, number, record_r) == 0 &&
	       ns_rr_type(*record_r) == type;
}

int dns_record_count(const struct dns_question *question)
{
	return ns_msg_count(question->answer, ns_s_an);
}

bool dns_name_at(const struct dns_question *question, const unsigned char *data,
		 char name_r[DNS_NAME_BYTES])
{
	return ns_name_uncompress(ns_msg_base(question->answer),
				  ns_msg_end(question->answer), data, name_r,
				  DNS_NAME_BYTES) >= 0;
}

void dns_text(const ns_rr *record, char text_r[DNS_TEXT_BYTES])
{
	const unsigned char *data = ns_rr_rdata(*record);
	const unsigned char *end = data + ns_rr_rdlen(*record);
	size_t used = 0;

	/* Each string has a byte of length in front. */
	while (data < end) {
		size_t length = *data++;

		if (length > (size_t)(end - data))
			length = (size_t)(end - data);
		if (length > DNS_TEXT_BYTES - 1 - used)
			length = DNS_TEXT_BYTES - 1 - used;
		memcpy(text_r + used, data, length);
		used += length;
		data += length;
		if (used == DNS_TEXT_BYTES - 1)
			break;
	}
	text_r[used] = '\0';
}

void dns_say_unknown(struct doctor *doctor, const char *check, const char *what,
		     const char *name)
{
	doctor_unknown(doctor, check,
		       "%s of %s: no name server answers from here", what,
		       name);
}
