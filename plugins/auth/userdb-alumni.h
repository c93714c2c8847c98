/* SPDX-License-Identifier: MIT
 *
 * userdb "alumni": where an account's mail is, its quota, and which accounts
 * there are. Only the store is asked, never a directory.
 */
#ifndef ALUMNI_PLUGINS_AUTH_USERDB_ALUMNI_H
#define ALUMNI_PLUGINS_AUTH_USERDB_ALUMNI_H

struct authdb_userdb_functions;

extern const struct authdb_userdb_functions userdb_alumni_functions;

#endif
