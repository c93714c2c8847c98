/* SPDX-License-Identifier: MIT
 *
 * One connection to one LDAP server; see lib/directory/connection.h.
 *
 * libldap gets a blocking socket that is already connected, and no network
 * time-out: with one, libldap 2.5 spins during the TLS handshake with a
 * silent peer. Every call that may block is guarded by the watchdog instead.
 * Every option that /etc/ldap/ldap.conf, ~/.ldaprc or the environment could
 * set, and that matters here, is set for the handle: above all they must not
 * turn certificate checks off.
 */
#include "lib/directory/connection.h"

#include <openldap.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/directory/socket.h"
#include "lib/base/clock.h"

/* The bundle of Debian's ca-certificates. GnuTLS, which Debian's libldap
   uses, wants a file rather than OpenSSL's folder of hashes. */
#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

#define SEARCH_SIZE_LIMIT     2 /* enough to see that there are several */
#define GOODBYE_TIMEOUT_MSECS 100

struct integer_option {
	int option;
	int value;
};

static const struct integer_option integer_options[] = {
	{LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3},
	{LDAP_OPT_DEREF, LDAP_DEREF_NEVER},
	{LDAP_OPT_SIZELIMIT, SEARCH_SIZE_LIMIT},
	{LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND},
	/* The certificate's alternative names decide, the common name only
	   where there are none (RFC 6125). LDAP_OPT_X_TLS_NEVER, which
	   ldap.conf may say, would mean that the name is not checked at all. */
	{LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_TRY},
	{LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2},
};

/* Set to nothing: no client certificate, no list of revoked ones, and the
   library's own ciphers. Every libldap takes these, also those that its TLS
   library then ignores. */
static const int emptied_options[] = {
	LDAP_OPT_X_TLS_CACERTDIR,    LDAP_OPT_X_TLS_CERTFILE,
	LDAP_OPT_X_TLS_KEYFILE,      LDAP_OPT_X_TLS_CRLFILE,
	LDAP_OPT_X_TLS_CIPHER_SUITE,
};

static bool set_options(LDAP *ldap)
{
	const int no_crl_check = LDAP_OPT_X_TLS_CRL_NONE;
	const struct timeval none = {.tv_sec = -1, .tv_usec = -1};
	bool set = true;

	/* Only a libldap with OpenSSL knows this option, so it may fail. */
	(void)ldap_set_option(ldap, LDAP_OPT_X_TLS_CRLCHECK, &no_crl_check);
	for (size_t i = 0;
	     i < sizeof(integer_options) / sizeof(*integer_options); i++)
		set &= ldap_set_option(ldap, integer_options[i].option,
				       &integer_options[i].value) ==
		       LDAP_OPT_SUCCESS;
	for (size_t i = 0;
	     i < sizeof(emptied_options) / sizeof(*emptied_options); i++)
		set &= ldap_set_option(ldap, emptied_options[i], "") ==
		       LDAP_OPT_SUCCESS;
	set &= ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) ==
	       LDAP_OPT_SUCCESS;
	set &= ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_ON) ==
	       LDAP_OPT_SUCCESS;
	set &= ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &none) ==
	       LDAP_OPT_SUCCESS;
	set &= ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &none) ==
	       LDAP_OPT_SUCCESS;
	return set;
}

static int result_code(LDAP *ldap)
{
	int code = LDAP_OTHER;

	(void)ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
	return code;
}

static void set_ldap_error(LDAP *ldap, int code, const char *what,
			   struct error *error)
{
	char *detail = NULL;

	(void)ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	if (detail != NULL && detail[0] != '\0')
		error_set(error, "%s: %s (%s)", what, ldap_err2string(code),
			  detail);
	else
		error_set(error, "%s: %s", what, ldap_err2string(code));
	ldap_memfree(detail);
}

static int set_up_tls(LDAP *ldap, const struct directory_options *options,
		      bool checked, struct error *error)
{
	const char *ca_file =
		options->ca_file != NULL ? options->ca_file : SYSTEM_CA_FILE;
	const int is_server = 0, any = LDAP_OPT_X_TLS_NEVER;

	if (!checked && ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT,
					&any) != LDAP_OPT_SUCCESS)
		return error_set(error, "libldap refuses an option");
	if (ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, ca_file) !=
		    LDAP_OPT_SUCCESS ||
	    ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &is_server) !=
		    LDAP_OPT_SUCCESS)
		return error_set(error,
				 "cannot set up TLS with the certificates in "
				 "ca_file \"%s\": check that the file exists "
				 "and is readable PEM",
				 ca_file);
	return 0;
}

static void guard(struct directory_connection *connection,
		  int64_t deadline_msecs)
{
	watchdog_guard(connection->watchdog, connection->watch_fd,
		       deadline_msecs);
}

static int do_handshake(struct directory_connection *connection,
			int64_t deadline_msecs, struct error *error)
{
	bool shut_down;
	int code;

	guard(connection, deadline_msecs);
	code = ldap_install_tls(connection->ldap);
	shut_down = watchdog_leave(connection->watchdog);
	if (shut_down)
		return error_set(error, "the TLS handshake timed out");
	if (code != LDAP_SUCCESS) {
		set_ldap_error(connection->ldap, code,
			       "the TLS handshake failed", error);
		return -1;
	}
	return 0;
}

/* Asks for TLS. Every answer but success is a failure: to go on in the clear
   would give passwords away. */
static int request_tls(struct directory_connection *connection,
		       int64_t deadline_msecs, struct error *error)
{
	struct directory_answer answer;
	int id, code;

	guard(connection, deadline_msecs);
	code = ldap_start_tls(connection->ldap, NULL, NULL, &id);
	(void)watchdog_leave(connection->watchdog);
	if (code != LDAP_SUCCESS) {
		set_ldap_error(connection->ldap, code, "cannot send StartTLS",
			       error);
		return -1;
	}
	if (directory_connection_wait(connection, id, deadline_msecs, &answer,
				      error) != STEP_ANSWERED)
		return error_prefix(error, "StartTLS");
	if (answer.code != LDAP_SUCCESS)
		set_ldap_error(connection->ldap, answer.code,
			       "the server refuses StartTLS", error);
	(void)ldap_msgfree(answer.messages);
	return answer.code == LDAP_SUCCESS ? 0 : -1;
}

static int encrypt(struct directory_connection *connection,
		   const struct directory_options *options, bool checked,
		   int64_t deadline_msecs, struct error *error)
{
	if (options->tls == DIRECTORY_TLS_NONE)
		return 0;
	if (set_up_tls(connection->ldap, options, checked, error) < 0)
		return -1;
	if (options->tls == DIRECTORY_TLS_STARTTLS &&
	    request_tls(connection, deadline_msecs, error) < 0)
		return -1;
	return do_handshake(connection, deadline_msecs, error);
}

/* Finds host and port. The scheme must be the one that belongs to the tls
   option, so that a slip in either cannot mean less encryption. */
static int parse_uri(const struct directory_options *options, const char *uri,
		     LDAPURLDesc **url_r, struct error *error)
{
	const char *scheme =
		options->tls == DIRECTORY_TLS_LDAPS ? "ldaps" : "ldap";

	if (ldap_url_parse(uri, url_r) != LDAP_URL_SUCCESS)
		return error_set(error, "it is not an LDAP URI");
	if (strcmp((*url_r)->lud_scheme, scheme) != 0) {
		ldap_free_urldesc(*url_r);
		return error_set(error,
				 "with this tls option the URI must "
				 "begin with %s://",
				 scheme);
	}
	if ((*url_r)->lud_port == 0)
		(*url_r)->lud_port = options->tls == DIRECTORY_TLS_LDAPS
					     ? LDAPS_PORT
					     : LDAP_PORT;
	return 0;
}

static int connect_socket(const struct directory_options *options,
			  const char *uri, int64_t deadline_msecs,
			  struct error *error)
{
	LDAPURLDesc *url;
	const char *host;
	int fd;

	if (parse_uri(options, uri, &url, error) < 0)
		return -1;
	host = url->lud_host != NULL && url->lud_host[0] != '\0' ? url->lud_host
								 : "localhost";
	fd = directory_socket_connect(host, url->lud_port, deadline_msecs,
				      error);
	ldap_free_urldesc(url);
	return fd;
}

static int open_connection(struct directory_connection *connection,
			   const struct directory_options *options,
			   const char *uri, bool checked, struct error *error)
{
	int64_t deadline = clock_msecs() + options->connect_timeout_msecs;
	int fd = connect_socket(options, uri, deadline, error);

	if (fd < 0)
		return error_prefix(error, "%s", uri);
	connection->watch_fd = dup(fd);
	if (connection->watch_fd < 0 ||
	    ldap_init_fd(fd, LDAP_PROTO_TCP, uri, &connection->ldap) !=
		    LDAP_SUCCESS) {
		(void)close(fd);
		if (connection->watch_fd >= 0)
			(void)close(connection->watch_fd);
		connection->ldap = NULL;
		return error_set(error, "%s: out of memory or descriptors",
				 uri);
	}
	if (!set_options(connection->ldap)) {
		directory_connection_close(connection, false);
		return error_set(error, "%s: libldap refuses an option", uri);
	}
	if (encrypt(connection, options, checked, deadline, error) < 0) {
		directory_connection_close(connection, false);
		return error_prefix(error, "%s", uri);
	}
	connection->used_at_msecs = clock_msecs();
	return 0;
}

int directory_connection_open(struct directory_connection *connection,
			      const struct directory_options *options,
			      const char *uri, struct error *error)
{
	return open_connection(connection, options, uri, true, error);
}

int directory_connection_open_unchecked(struct directory_connection *connection,
					const struct directory_options *options,
					const char *uri, struct error *error)
{
	return open_connection(connection, options, uri, false, error);
}

void directory_connection_close(struct directory_connection *connection,
				bool politely)
{
	if (connection->ldap == NULL)
		return;
	/* A goodbye blocks, too, when the peer no longer reads. */
	if (!politely)
		(void)shutdown(connection->watch_fd, SHUT_RDWR);
	guard(connection, clock_msecs() + GOODBYE_TIMEOUT_MSECS);
	(void)ldap_unbind_ext(connection->ldap, NULL, NULL);
	(void)watchdog_leave(connection->watchdog);
	(void)close(connection->watch_fd);
	connection->ldap = NULL;
}

/* Returns how a call ended that failed on this side, with an error. */
static enum directory_step failed_step(struct directory_connection *connection,
				       bool timed_out, const char *what,
				       struct error *error)
{
	if (timed_out) {
		error_set(error, "%s: the server did not answer in time", what);
		return STEP_TIMED_OUT;
	}
	set_ldap_error(connection->ldap, result_code(connection->ldap), what,
		       error);
	return STEP_BROKEN;
}

static enum directory_step
send_search(struct directory_connection *connection, const char *base,
	    int scope, const char *filter, const char *const *attributes,
	    LDAPControl **controls, int size_limit, int64_t deadline_msecs,
	    int *id_r, struct error *error)
{
	int64_t left = deadline_msecs - clock_msecs();
	/* For the server. The protocol has whole seconds, and 0 for no limit.
	 */
	struct timeval limit = {.tv_sec = left > 0 ? left / 1000 + 1 : 1};
	bool timed_out;
	int code;

	guard(connection, deadline_msecs);
	code = ldap_search_ext(connection->ldap, base, scope, filter,
			       (char **)attributes, 0, controls, NULL, &limit,
			       size_limit, id_r);
	timed_out = watchdog_leave(connection->watchdog);
	if (code != LDAP_SUCCESS || timed_out)
		return failed_step(connection, timed_out, "cannot search",
				   error);
	return STEP_ANSWERED;
}

enum directory_step directory_connection_search(
	struct directory_connection *connection, const char *base, int scope,
	const char *filter, const char *const *attributes,
	int64_t deadline_msecs, int *id_r, struct error *error)
{
	return send_search(connection, base, scope, filter, attributes, NULL,
			   SEARCH_SIZE_LIMIT, deadline_msecs, id_r, error);
}

enum directory_step directory_connection_search_page(
	struct directory_connection *connection, const char *base, int scope,
	const char *filter, const char *const *attributes,
	LDAPControl **controls, int64_t deadline_msecs, int *id_r,
	struct error *error)
{
	return send_search(connection, base, scope, filter, attributes,
			   controls, LDAP_NO_LIMIT, deadline_msecs, id_r,
			   error);
}

enum directory_step directory_connection_wait(
	struct directory_connection *connection, int id, int64_t deadline_msecs,
	struct directory_answer *answer_r, struct error *error)
{
	int64_t left = deadline_msecs - clock_msecs();
	struct timeval timeout = {0};
	bool timed_out;
	int type;

	if (left > 0) {
		timeout.tv_sec = left / 1000;
		timeout.tv_usec = left % 1000 * 1000;
	}
	answer_r->messages = NULL;
	guard(connection, deadline_msecs);
	type = ldap_result(connection->ldap, id, LDAP_MSG_ALL, &timeout,
			   &answer_r->messages);
	timed_out = watchdog_leave(connection->watchdog) || type == 0;
	if (type > 0 && ldap_parse_result(connection->ldap, answer_r->messages,
					  &answer_r->code, NULL, NULL, NULL,
					  NULL, 0) == LDAP_SUCCESS) {
		connection->used_at_msecs = clock_msecs();
		return STEP_ANSWERED;
	}
	if (answer_r->messages != NULL)
		(void)ldap_msgfree(answer_r->messages);
	answer_r->messages = NULL;
	return failed_step(connection, timed_out, "no answer", error);
}

enum directory_step
directory_connection_bind(struct directory_connection *connection,
			  const char *dn, const char *password,
			  int64_t deadline_msecs, int *code_r,
			  struct error *error)
{
	struct berval credential = {
		.bv_val = (char *)password,
		.bv_len = strlen(password),
	};
	struct directory_answer answer;
	enum directory_step step;
	bool timed_out;
	int id, code;

	guard(connection, deadline_msecs);
	code = ldap_sasl_bind(connection->ldap, dn, LDAP_SASL_SIMPLE,
			      &credential, NULL, NULL, &id);
	timed_out = watchdog_leave(connection->watchdog);
	if (code != LDAP_SUCCESS || timed_out)
		return failed_step(connection, timed_out, "cannot bind", error);
	step = directory_connection_wait(connection, id, deadline_msecs,
					 &answer, error);
	if (step != STEP_ANSWERED)
		return step;
	*code_r = answer.code;
	(void)ldap_msgfree(answer.messages);
	return STEP_ANSWERED;
}
