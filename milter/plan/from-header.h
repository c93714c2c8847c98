/* SPDX-License-Identifier: MIT
 *
 * The addresses in a From header (RFC 5322, section 3.4): display names,
 * comments, quoted strings and groups are passed over.
 */
#ifndef ALUMNI_MILTER_PLAN_FROM_HEADER_H
#define ALUMNI_MILTER_PLAN_FROM_HEADER_H

#include "lib/mail/address.h"

enum from_header_result {
	FROM_HEADER_ADDRESS,   /* one more */
	FROM_HEADER_END,       /* no more */
	FROM_HEADER_MALFORMED, /* what is there is no list of addresses */
};

/* Takes the next address, without <>, from the header's value at *position,
   which is moved behind it. Begin with the value, and go on as long as
   FROM_HEADER_ADDRESS is returned; address_r is filled in only then. The
   address is what the header says, and may be none. */
enum from_header_result from_header_next(const char **position,
					 char address_r[ADDRESS_BYTES]);

#endif
