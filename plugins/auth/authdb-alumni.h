/* SPDX-License-Identifier: MIT
 *
 * The passdb and userdb "alumni", and the backend that both share in one
 * process. Both are blocking: each auth-worker answers one request at a time,
 * so a slow directory holds up one worker and not the auth process.
 */
#ifndef ALUMNI_PLUGINS_AUTH_AUTHDB_ALUMNI_H
#define ALUMNI_PLUGINS_AUTH_AUTHDB_ALUMNI_H

#include "plugins/auth/backend.h"

struct auth_request;
struct passdb_module;
struct userdb_module;
struct userdb_iterate_context;

/* Returns the one backend of this process. It belongs to the module, and lasts
   from authdb_alumni_init() to authdb_alumni_deinit(). */
struct auth_backend *authdb_alumni_backend(void);

/* Logs a fault of the configuration when a process starts, so that a mistake
   shows before anybody logs in. Has no other effect: requests are temporary
   failures until the fault is mended. */
void authdb_alumni_check(void);

/* Called by Dovecot when the module is loaded and unloaded. */
void authdb_alumni_init(void);
void authdb_alumni_deinit(void);

#endif
