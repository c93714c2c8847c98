/* SPDX-License-Identifier: MIT
 *
 * A real slapd with a small university in it, in a temporary folder and on
 * free ports of the loopback interface.
 */
#ifndef ALUMNI_TESTS_UNIT_DIRECTORY_SLAPD_FIXTURE_H
#define ALUMNI_TESTS_UNIT_DIRECTORY_SLAPD_FIXTURE_H

#include <sys/types.h>

#define SLAPD_BASE    "dc=university,dc=example"
#define SLAPD_PEOPLE  "ou=people," SLAPD_BASE
#define SLAPD_SERVICE "cn=mail," SLAPD_BASE
/* A service account with the same password, which may not list everybody. */
#define SLAPD_LIMITED_SERVICE "cn=limited," SLAPD_BASE

struct slapd {
	pid_t pid; /* 0 = not running */
	char folder[64];
	char ca_file[96];       /* the certificate is for localhost and
				   127.0.0.1, and its own authority */
	char other_ca_file[96]; /* another authority */
	char password_file[96]; /* of the service account */
	char wrong_password_file[96];
	char uri[64];
	char uri_of_other_name[64]; /* not in the certificate */
	char ldaps_uri[64];
	int port;
	int ldaps_port;
};

/* Makes folder, certificate and entries, and starts. Return 0 or -1, with
   what went wrong on stderr. */
int slapd_set_up(struct slapd *slapd);
/* Stops, and removes the folder. */
void slapd_tear_down(struct slapd *slapd);

/* Starts or stops the server; it answers when slapd_start() returns. */
int slapd_start(struct slapd *slapd);
void slapd_stop(struct slapd *slapd);
/* Hangs the server; returns when it does nothing any more. Return 0 or -1. */
int slapd_hang(struct slapd *slapd);

/* A port of 127.0.0.1 on which nothing listens. Returns -1 on failure. */
int free_port(void);

#endif
