/* SPDX-License-Identifier: MIT
 *
 * The passdb and userdb "alumni", and the backend that both share in one
 * process. Both are blocking: requests are answered by auth-workers, one at a
 * time each, so a slow directory holds up one worker and not the auth
 * process.
 */
#ifndef ALUMNI_PLUGINS_AUTH_AUTHDB_ALUMNI_H
#define ALUMNI_PLUGINS_AUTH_AUTHDB_ALUMNI_H

#include "plugins/auth/backend.h"

struct auth_request;
struct passdb_module;
struct userdb_module;
struct userdb_iterate_context;

/* The one backend of this process, from module init to deinit. */
struct auth_backend *authdb_alumni_backend(void);

/* Logs what is wrong with the configuration when a process starts, so that a
   mistake shows before somebody logs in. Nothing else comes of it: requests
   are temporary failures until it is mended. */
void authdb_alumni_check(void);

/* Called by Dovecot when the module is loaded and unloaded. */
void authdb_alumni_init(void);
void authdb_alumni_deinit(void);

#endif
