/* SPDX-License-Identifier: MIT
 *
 * The module that Dovecot's auth processes load. It registers the passdb and
 * the userdb, and owns the backend that both use.
 */
#include "plugins/common/dovecot-glue.h"

#include <malloc.h>

#include "lib/configuration/configuration.h"
#include "plugins/auth/authdb-alumni.h"
#include "plugins/auth/authdb-glue.h"
#include "plugins/auth/passdb-alumni.h"
#include "plugins/auth/userdb-alumni.h"

DOVECOT_EXPORT extern const char *authdb_alumni_version;
const char *authdb_alumni_version = DOVECOT_ABI_VERSION;

static struct auth_backend *backend;

struct auth_backend *authdb_alumni_backend(void)
{
	return backend;
}

/* For the auth process, which answers no request itself and may open neither
   the store nor secrets: only looks whether the configuration can be read. */
static void check_configuration(void)
{
	struct configuration *configuration;
	struct error error = {.text = ""};

	if (configuration_load(configuration_path(NULL), &configuration,
			       &error) < 0)
		i_error("alumni: nobody can log in until this is mended: %s",
			error.text);
	else
		configuration_free(&configuration);
}

void authdb_alumni_check(void)
{
	struct error error = {.text = ""};

	if (!worker)
		check_configuration();
	else if (auth_backend_open(backend, &error) < 0)
		i_error("alumni: nobody can log in until this is mended: %s",
			error.text);
	else if (auth_backend_open_directories(backend, &error) < 0)
		i_error("alumni: nobody can log in with a password of this "
			"directory until it is mended: %s",
			error.text);
}

DOVECOT_EXPORT void authdb_alumni_init(void)
{
	/* The thread that probes a directory would get its own arena of
	   malloc(3): 128 MiB of address space, of the 256 MiB that Dovecot
	   allows a worker. */
	(void)mallopt(M_ARENA_MAX, 1);
	backend = auth_backend_new();
	authdb_passdb_register(&passdb_alumni_functions);
	authdb_userdb_register(&userdb_alumni_functions);
}

DOVECOT_EXPORT void authdb_alumni_deinit(void)
{
	authdb_userdb_unregister();
	authdb_passdb_unregister();
	auth_backend_free(&backend);
}
