/* SPDX-License-Identifier: MIT
 *
 * Mail addresses and account names; see lib/mail/address.h. Addresses come from
 * the network and names from people, so everything is checked byte by byte and
 * nothing depends on the locale.
 */
#include "lib/mail/address.h"

#include <idn2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ACCOUNT_NAME_LENGTH_MAX    64
#define DOMAIN_LABEL_LENGTH_MAX    63
#define FORWARD_ADDRESS_LENGTH_MAX 254 /* RFC 3696, erratum 1690 */
#define FORWARD_LOCAL_LENGTH_MAX   64  /* RFC 5321, section 4.5.3.1.1 */

/* How much of a wrong name an error repeats. */
#define ERROR_INPUT_LENGTH 128

static bool is_ascii_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ascii_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void lower_in_place(char *text)
{
	for (; *text != '\0'; text++)
		*text = ascii_lower(*text);
}

/* RFC 5322 atext, and with SMTPUTF8 every octet beyond ASCII (RFC 6531). */
static bool is_atext(unsigned char c)
{
	return is_ascii_letter(c) || is_ascii_digit(c) || c >= 0x80 ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool is_dot_string(const char *text)
{
	bool after_dot = true;

	for (; *text != '\0'; text++) {
		if (*text == '.' ? after_dot : !is_atext((unsigned char)*text))
			return false;
		after_dot = *text == '.';
	}
	return !after_dot;
}

static int append(char *text, size_t size, size_t *used, char c)
{
	if (*used + 1 >= size)
		return -1;
	text[(*used)++] = c;
	text[*used] = '\0';
	return 0;
}

static int local_too_long(struct error *error)
{
	return error_set(error,
			 "the local part of the address is longer than %d "
			 "octets",
			 ADDRESS_LOCAL_BYTES - 1);
}

/* Reads "..." with its backslash pairs; *p is at the first quote and is left
   after the last. */
static int parse_quoted_local(const char **p, const char *end, char *local_r,
			      struct error *error)
{
	size_t used = 0;

	local_r[0] = '\0';
	for ((*p)++; *p < end && **p != '"'; (*p)++) {
		if (**p == '\\' && ++*p == end)
			break;
		if (append(local_r, ADDRESS_LOCAL_BYTES, &used, **p) < 0)
			return local_too_long(error);
	}
	if (*p == end)
		return error_set(error, "the address has no closing quote");
	(*p)++;
	return 0;
}

/* Dots may stand anywhere: addresses as a..b@x and a.@x are against the
   standard, but some large providers gave them to people. */
static int parse_plain_local(const char **p, const char *end, char *local_r,
			     struct error *error)
{
	size_t used = 0;

	local_r[0] = '\0';
	for (; *p < end && **p != '@'; (*p)++) {
		if (**p != '.' && !is_atext((unsigned char)**p))
			return error_set(error,
					 "the address has a '%c' that is not "
					 "in quotes",
					 **p);
		if (append(local_r, ADDRESS_LOCAL_BYTES, &used, **p) < 0)
			return local_too_long(error);
	}
	if (used == 0)
		return error_set(error, "the address has no local part");
	return 0;
}

/* [192.0.2.1] or [IPv6:2001:db8::1]: checked only so far that the literal
   cannot be mistaken for anything else. */
static int check_literal(const char *domain, struct error *error)
{
	const char *p = domain + 1;

	while (is_ascii_letter((unsigned char)*p) ||
	       is_ascii_digit((unsigned char)*p) || *p == '.' || *p == ':' ||
	       *p == '-')
		p++;
	if (p == domain + 1 || strcmp(p, "]") != 0)
		return error_set(error, "the address literal \"%s\" is broken",
				 domain);
	return 0;
}

static int check_domain(const char *domain, struct error *error)
{
	size_t label = 0;

	for (const char *p = domain;; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '.' || c == '\0') {
			if (label == 0)
				return error_set(error,
						 "the domain \"%s\" has an "
						 "empty part",
						 domain);
			if (c == '\0')
				return 0;
			label = 0;
			continue;
		}
		if (!is_ascii_letter(c) && !is_ascii_digit(c) && c != '-' &&
		    c != '_' && c < 0x80)
			return error_set(error,
					 "the domain \"%s\" has a '%c' in it",
					 domain, c);
		if (++label > DOMAIN_LABEL_LENGTH_MAX)
			return error_set(error,
					 "a part of the domain \"%s\" is "
					 "longer than %d octets",
					 domain, DOMAIN_LABEL_LENGTH_MAX);
	}
}

static int parse_domain(const char *text, const char *end, char *domain_r,
			struct error *error)
{
	size_t length = (size_t)(end - text);

	if (length > 1 && end[-1] == '.')
		length--; /* the root: the same domain */
	if (length == 0)
		return error_set(error, "the address has no domain after @");
	if (length >= ADDRESS_DOMAIN_BYTES)
		return error_set(error,
				 "the domain of the address is longer than %d "
				 "octets",
				 ADDRESS_DOMAIN_BYTES - 1);
	memcpy(domain_r, text, length);
	domain_r[length] = '\0';
	if (domain_r[0] == '[')
		return check_literal(domain_r, error);
	lower_in_place(domain_r);
	return check_domain(domain_r, error);
}

/* Leaves *p after the route "@a,@b:", if there is one. RFC 5321, appendix C:
   its hosts are to be ignored. */
static int skip_source_route(const char **p, const char *end,
			     struct error *error)
{
	char domain[ADDRESS_DOMAIN_BYTES];

	while (*p < end && **p == '@') {
		const char *start = ++*p;

		while (*p < end && **p != ',' && **p != ':')
			(*p)++;
		if (*p == end)
			return error_set(error,
					 "the address has no local part");
		if (parse_domain(start, *p, domain, error) < 0)
			return -1;
		if (*(*p)++ == ':')
			return 0;
		if (*p == end || **p != '@')
			return error_set(error, "the source route of the "
						"address is broken");
	}
	return 0;
}

static int parse_mailbox(const char *p, const char *end,
			 struct address *address_r, struct error *error)
{
	int ret;

	if (skip_source_route(&p, end, error) < 0)
		return -1;
	address_r->domain[0] = '\0';
	if (p < end && *p == '"')
		ret = parse_quoted_local(&p, end, address_r->local, error);
	else
		ret = parse_plain_local(&p, end, address_r->local, error);
	if (ret < 0 || p == end)
		return ret;
	if (*p != '@')
		return error_set(error,
				 "the address goes on after the closing quote");
	return parse_domain(p + 1, end, address_r->domain, error);
}

int address_parse(const char *text, struct address *address_r,
		  struct error *error)
{
	const char *end = text + strlen(text);

	for (const char *p = text; p < end; p++) {
		if (is_control((unsigned char)*p))
			return error_set(error, "the address has a control "
						"character in it");
	}
	if (*text == '<') {
		if (end[-1] != '>')
			return error_set(error, "the address has < without >");
		text++;
		end--;
	}
	if (text == end)
		return error_set(error, "the address is empty");
	return parse_mailbox(text, end, address_r, error);
}

static int format_local(const char *local, char *text_r, size_t size,
			size_t *used)
{
	bool quote = !is_dot_string(local);

	if (quote && append(text_r, size, used, '"') < 0)
		return -1;
	for (; *local != '\0'; local++) {
		if (quote && (*local == '"' || *local == '\\') &&
		    append(text_r, size, used, '\\') < 0)
			return -1;
		if (append(text_r, size, used, *local) < 0)
			return -1;
	}
	return quote ? append(text_r, size, used, '"') : 0;
}

int address_format(const struct address *address, char *text_r, size_t size)
{
	size_t used = 0;

	if (format_local(address->local, text_r, size, &used) < 0)
		return -1;
	if (address->domain[0] == '\0')
		return 0;
	if (append(text_r, size, &used, '@') < 0)
		return -1;
	for (const char *p = address->domain; *p != '\0'; p++) {
		if (append(text_r, size, &used, *p) < 0)
			return -1;
	}
	return 0;
}

int address_account_name(const struct address *address, char *name_r,
			 size_t size)
{
	const char *local = address->local;
	const char *delimiter = strchr(local, ADDRESS_DETAIL_DELIMITER);
	size_t length = strlen(local);

	/* As Postfix does: an empty name would fit everybody. */
	if (delimiter != NULL && delimiter != local)
		length = (size_t)(delimiter - local);
	if (length >= size)
		return -1;
	memcpy(name_r, local, length);
	name_r[length] = '\0';
	lower_in_place(name_r);
	return 0;
}

void address_complete(const char *mailbox, const char *domain,
		      char address_r[ADDRESS_BYTES])
{
	bool is_whole = strchr(mailbox, '@') != NULL;

	(void)snprintf(address_r, ADDRESS_BYTES, "%s%s%s", mailbox,
		       is_whole ? "" : "@", is_whole ? "" : domain);
}

bool address_domain_is_listed(const char *domain, const char *const *domains)
{
	for (; *domains != NULL; domains++) {
		const char *a = domain;
		const char *b = *domains;

		while (*a != '\0' && ascii_lower(*a) == ascii_lower(*b)) {
			a++;
			b++;
		}
		if (*a == '\0' && *b == '\0')
			return true;
	}
	return false;
}

/* Letters and digits at both ends; . _ - between them; no two dots. */
static bool is_account_name(const char *name)
{
	char last = '\0';

	for (; *name != '\0'; last = *name++) {
		unsigned char c = (unsigned char)*name;
		bool inner = c == '.' || c == '_' || c == '-';

		if (!is_ascii_letter(c) && !is_ascii_digit(c) &&
		    (!inner || last == '\0'))
			return false;
		if (c == '.' && last == '.')
			return false;
	}
	return is_ascii_letter((unsigned char)last) ||
	       is_ascii_digit((unsigned char)last);
}

int account_name_normalise(const char *typed, const char *const *domains,
			   char name_r[ADDRESS_LOCAL_BYTES],
			   struct error *error)
{
	const char *at = strchr(typed, '@');
	size_t length = at == NULL ? strlen(typed) : (size_t)(at - typed);

	if (at != NULL && !address_domain_is_listed(at + 1, domains))
		return error_set(error,
				 "the user name \"%.*s\" is of another domain",
				 ERROR_INPUT_LENGTH, typed);
	if (length == 0)
		return error_set(error, "the user name is empty");
	if (length > ACCOUNT_NAME_LENGTH_MAX)
		return error_set(error,
				 "the user name \"%.*s\" is longer than %d "
				 "characters",
				 ERROR_INPUT_LENGTH, typed,
				 ACCOUNT_NAME_LENGTH_MAX);
	memcpy(name_r, typed, length);
	name_r[length] = '\0';
	lower_in_place(name_r);
	if (!is_account_name(name_r))
		return error_set(error,
				 "the user name \"%.*s\" is not letters and "
				 "digits with single . _ - between them",
				 ERROR_INPUT_LENGTH, typed);
	return 0;
}

/* A name that DNS can have and that mail can be sent to: at least two labels
   of letters, digits and inner hyphens, the last not a number (as in an IP
   address without brackets). */
static bool is_dotted_host_name(const char *domain)
{
	const char *last = strrchr(domain, '.');
	char before = '.';

	if (last == NULL || strspn(last + 1, "0123456789") == strlen(last + 1))
		return false;
	for (; *domain != '\0'; before = *domain++) {
		unsigned char c = (unsigned char)*domain;

		if (!is_ascii_letter(c) && !is_ascii_digit(c) && c != '-' &&
		    c != '.')
			return false;
		if ((c == '-' && before == '.') || (c == '.' && before == '-'))
			return false;
	}
	return before != '-';
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

static bool is_forward_local(const char *local)
{
	/* Postfix bounces recipients that begin with a hyphen, lest they be
	   taken for options (allow_min_user). */
	if (!is_dot_string(local) || local[0] == '-' ||
	    strlen(local) > FORWARD_LOCAL_LENGTH_MAX)
		return false;
	return is_ascii(local);
}

/* Puts the ASCII form (A-labels, RFC 5890) in the place of a domain in UTF-8,
   since that is what every mail server understands. Returns 0 or -1. */
static int make_ascii_domain(char domain[ADDRESS_DOMAIN_BYTES])
{
	uint8_t *ascii = NULL;
	size_t length;
	int ret = -1;

	if (is_ascii(domain))
		return 0;
	if (idn2_lookup_u8((const uint8_t *)domain, &ascii,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -1;
	length = strlen((const char *)ascii);
	if (length < ADDRESS_DOMAIN_BYTES) {
		memcpy(domain, ascii, length + 1);
		lower_in_place(domain);
		ret = 0;
	}
	idn2_free(ascii);
	return ret;
}

int forward_address_check(const char *text, const char *const *own_domains,
			  char address_r[ADDRESS_BYTES], struct error *error)
{
	struct address address;

	/* Brackets and routes have no place in what a person enters. */
	if (text[0] == '<' || text[0] == '@' ||
	    address_parse(text, &address, error) < 0 ||
	    address.domain[0] == '\0')
		return error_set(error, "This is not a complete address. Enter "
					"one such as name@example.org.");
	if (strlen(text) > FORWARD_ADDRESS_LENGTH_MAX)
		return error_set(error,
				 "This address is longer than the %d "
				 "characters that mail allows.",
				 FORWARD_ADDRESS_LENGTH_MAX);
	if (make_ascii_domain(address.domain) < 0)
		return error_set(error,
				 "\"%s\" is not a domain name. Enter an "
				 "address such as name@example.org.",
				 address.domain);
	if (address_domain_is_listed(address.domain, own_domains))
		return error_set(error,
				 "Mail cannot be forwarded to an address at "
				 "%s. Enter an address elsewhere.",
				 address.domain);
	if (!is_dotted_host_name(address.domain))
		return error_set(error,
				 "\"%s\" is not a complete domain name. Enter "
				 "an address such as name@example.org.",
				 address.domain);
	if (text[0] == '"' || !is_forward_local(address.local))
		return error_set(error, "Mail cannot be forwarded to an "
					"address like this one. Enter one with "
					"plain letters and digits before @.");
	if (address_format(&address, address_r, ADDRESS_BYTES) < 0 ||
	    strlen(address_r) > FORWARD_ADDRESS_LENGTH_MAX)
		return error_set(error, "This address is too long.");
	return 0;
}
