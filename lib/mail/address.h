/* SPDX-License-Identifier: MIT
 *
 * Mail addresses as they stand in an SMTP envelope (RFC 5321, section 4.1.2),
 * and the user names that people type into mail programs.
 */
#ifndef ALUMNI_MAIL_ADDRESS_H
#define ALUMNI_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

/* RFC 5321 section 4.5.3.1 allows 64 and 255 octets; an SRS address carries a
   whole other address in its local part, so the room here is larger, and
   what does not fit is an error, never cut. Sizes include the NUL. */
#define ADDRESS_LOCAL_BYTES  512
#define ADDRESS_DOMAIN_BYTES 256
#define ADDRESS_BYTES        (ADDRESS_LOCAL_BYTES + ADDRESS_DOMAIN_BYTES)

/* The character that separates an account's name from a detail, as in
   user+detail (RFC 5233); Postfix's recipient_delimiter is the same. */
#define ADDRESS_DETAIL_DELIMITER '+'

struct address {
	/* Local part without quoting: "a b"@x gives a b. Case kept. */
	char local[ADDRESS_LOCAL_BYTES];
	/* Domain in lower case, without a trailing dot; an address literal
	   keeps its brackets. Empty for a bare local part ("postmaster"). */
	char domain[ADDRESS_DOMAIN_BYTES];
};

/* Takes an address apart: with or without <>, quoted local parts, source
   routes (<@a,@b:user@c>, of which only user@c counts). Not a header parser:
   display names and comments are errors, and so are control characters.
   Returns 0, or -1 with an error. */
int address_parse(const char *text, struct address *address_r,
		  struct error *error);

/* Writes local@domain, quoting the local part where RFC 5321 asks for it,
   without <>. Returns 0, or -1 if it does not fit. */
int address_format(const struct address *address, char *text_r, size_t size);

/* Completes what names a mailbox in an option: an address stays as it is, and a
   name is put in front of @domain. What does not fit is cut. */
void address_complete(const char *mailbox, const char *domain,
		      char address_r[ADDRESS_BYTES]);

/* Copies the local part up to the first delimiter, in lower case: the name of
   the account that the address may belong to. A delimiter in first place
   separates nothing. Returns 0, or -1 if it does not fit. */
int address_account_name(const struct address *address, char *name_r,
			 size_t size);

/* True if domain is one of the NULL-terminated list; ASCII case is ignored. */
bool address_domain_is_listed(const char *domain, const char *const *domains);

/* Turns what a person typed as user name into an account name: ASCII lower
   case, one of our domains stripped, then checked to be a name that an
   account can have: 1 to 64 of a-z 0-9 . _ -, beginning and ending with a
   letter or a digit, no two dots in a row. The detail delimiter is not
   allowed in a login.
   Returns 0, or -1 with an error when it cannot be an account of ours: too
   long, other characters, or another domain. The error never repeats more
   than the (cleaned) input. */
int account_name_normalise(const char *typed, const char *const *domains,
			   char name_r[ADDRESS_LOCAL_BYTES],
			   struct error *error);

/* Checks an address that mail is to be forwarded to: a complete address with
   a dotted domain name, ASCII local part as a dot-atom, 254 octets at most,
   no address literal, domain not one of our own. Returns 0, or -1 with a
   sentence for the person who entered it. address_r holds ADDRESS_BYTES and
   gets the address as it will be used: domain in lower case, and in its ASCII
   form where it was given in UTF-8. */
int forward_address_check(const char *text, const char *const *own_domains,
			  char address_r[ADDRESS_BYTES], struct error *error);

#endif
