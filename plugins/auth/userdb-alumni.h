/* SPDX-License-Identifier: MIT
 *
 * userdb "alumni": the place of an account's mail, its quota, and the list of
 * all accounts. Only the store is asked, never a directory.
 */
#ifndef ALUMNI_PLUGINS_AUTH_USERDB_ALUMNI_H
#define ALUMNI_PLUGINS_AUTH_USERDB_ALUMNI_H

struct authdb_userdb_functions;

/* The driver, for authdb_userdb_register(); constant. */
extern const struct authdb_userdb_functions userdb_alumni_functions;

#endif
