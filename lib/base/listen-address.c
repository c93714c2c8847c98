/* SPDX-License-Identifier: MIT
 *
 * ADDRESS:PORT; see lib/base/listen-address.h.
 */
#include "lib/base/listen-address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PORT_DIGITS_MAX 5
#define PORT_MAX        65535

/* Copies the address without its brackets. Returns the port's text, or NULL. */
static const char *split(const char *text, char host_r[INET6_ADDRSTRLEN])
{
	const char *colon = strrchr(text, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - text);

	if (text[0] == '[') {
		if (length < 2 || text[length - 1] != ']')
			return NULL;
		text++;
		length -= 2;
	}
	if (length == 0 || length >= INET6_ADDRSTRLEN)
		return NULL;
	memcpy(host_r, text, length);
	host_r[length] = '\0';
	return colon + 1;
}

/* getaddrinfo() takes signs, blanks and numbers that are too large. */
static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	long port = strtol(text, NULL, 10);

	return digits <= PORT_DIGITS_MAX && text[digits] == '\0' && port > 0 &&
	       port <= PORT_MAX;
}

/* It also takes forms such as 127.1 and 0x7f.0.0.1, in which a mistake hides.
   An IPv4 address must be written as it is read; IPv6 has no forms to mistake.
 */
static bool is_as_written(const struct addrinfo *found, const char *host)
{
	char text[INET6_ADDRSTRLEN];

	if (found->ai_family == AF_INET6)
		return strchr(host, '%') == NULL;
	return getnameinfo(found->ai_addr, found->ai_addrlen, text,
			   sizeof(text), NULL, 0, NI_NUMERICHOST) == 0 &&
	       strcmp(text, host) == 0;
}

static int resolve(const char *text, struct listen_address *address_r)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_family = text[0] == '[' ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
	};
	char host[INET6_ADDRSTRLEN];
	const char *port = split(text, host);
	struct addrinfo *found;
	int result = -1;

	if (port == NULL || !is_port(port) ||
	    getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	if (is_as_written(found, host)) {
		*address_r =
			(struct listen_address){.length = found->ai_addrlen};
		memcpy(&address_r->address, found->ai_addr, found->ai_addrlen);
		result = 0;
	}
	freeaddrinfo(found);
	return result;
}

int listen_address_parse(const char *text, struct listen_address *address_r,
			 struct error *error)
{
	if (resolve(text, address_r) < 0)
		return error_set(error,
				 "\"%s\" must be ADDRESS:PORT with a numeric "
				 "address, such as \"127.0.0.1:9799\" or "
				 "\"[::1]:9799\"",
				 text);
	return 0;
}
