/* SPDX-License-Identifier: MIT
 *
 * The certificate that a directory's server shows; see
 * lib/directory/certificate.h.
 */
#include "lib/directory/certificate.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/directory/connection.h"

static int copy_certificate(LDAP *ldap, struct directory_certificate *seen,
			    struct error *error)
{
	struct berval der = {.bv_val = NULL};
	int ret = -1;

	if (ldap_get_option(ldap, LDAP_OPT_X_TLS_PEERCERT, &der) !=
		    LDAP_OPT_SUCCESS ||
	    der.bv_val == NULL)
		return error_set(error, "libldap tells no certificate");
	if (der.bv_len > sizeof(seen->der)) {
		error_set(error, "the certificate has more than %d octets",
			  DIRECTORY_CERTIFICATE_BYTES);
	} else {
		memcpy(seen->der, der.bv_val, der.bv_len);
		seen->length = der.bv_len;
		ret = 0;
	}
	ldap_memfree(der.bv_val);
	return ret;
}

static int set_host(const char *uri, struct directory_certificate *seen,
		    struct error *error)
{
	LDAPURLDesc *url;

	if (ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS)
		return error_set(error, "%s: it is not an LDAP URI", uri);
	snprintf(seen->host, sizeof(seen->host), "%s",
		 url->lud_host != NULL && url->lud_host[0] != '\0'
			 ? url->lud_host
			 : "localhost");
	ldap_free_urldesc(url);
	return 0;
}

static int see(struct directory_connection *connection,
	       const struct directory_options *options, const char *uri,
	       struct directory_certificate *seen_r, struct error *error)
{
	int ret;

	if (set_host(uri, seen_r, error) < 0)
		return -1;
	seen_r->accepted = directory_connection_open(connection, options, uri,
						     &seen_r->refusal) == 0;
	if (!seen_r->accepted && directory_connection_open_unchecked(
					 connection, options, uri, error) < 0)
		return -1;
	ret = copy_certificate(connection->ldap, seen_r, error);
	directory_connection_close(connection, ret == 0);
	return ret;
}

int directory_certificate_see(const struct directory_options *options,
			      const char *uri,
			      struct directory_certificate *seen_r,
			      struct error *error)
{
	struct directory_connection connection = {.ldap = NULL};
	void (*earlier)(int);
	int ret;

	if (watchdog_new(&connection.watchdog, error) < 0)
		return -1;
	/* A server that rejects us may close while we still write. */
	earlier = signal(SIGPIPE, SIG_IGN);
	ret = see(&connection, options, uri, seen_r, error);
	(void)signal(SIGPIPE, earlier);
	watchdog_free(&connection.watchdog);
	return ret;
}
