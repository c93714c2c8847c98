/* SPDX-License-Identifier: MIT
 *
 * passdb "alumni": logins, by the decision of lib/login/login.h.
 */
#ifndef ALUMNI_PLUGINS_AUTH_PASSDB_ALUMNI_H
#define ALUMNI_PLUGINS_AUTH_PASSDB_ALUMNI_H

struct authdb_passdb_functions;

/* The driver, for authdb_passdb_register(); constant. */
extern const struct authdb_passdb_functions passdb_alumni_functions;

#endif
