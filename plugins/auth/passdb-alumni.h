/* SPDX-License-Identifier: MIT
 *
 * passdb "alumni": who may log in, by the login decision of lib/login/login.h.
 */
#ifndef ALUMNI_PLUGINS_AUTH_PASSDB_ALUMNI_H
#define ALUMNI_PLUGINS_AUTH_PASSDB_ALUMNI_H

struct authdb_passdb_functions;

extern const struct authdb_passdb_functions passdb_alumni_functions;

#endif
