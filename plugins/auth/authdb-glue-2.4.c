/* SPDX-License-Identifier: MIT
 *
 * passdb and userdb of Dovecot 2.4; see authdb-glue.h.
 */
#include <inttypes.h>

#include "plugins/auth/authdb-glue.h"

static const struct authdb_passdb_functions *passdb_functions;
static const struct authdb_userdb_functions *userdb_functions;

#if DOVECOT_AUTHDB_PREINIT_TAKES_PARAMETERS
#define PASSDB_PARAMETERS                                                      \
	const struct passdb_parameters *parameters ATTR_UNUSED,
#define USERDB_PARAMETERS                                                      \
	const struct userdb_parameters *parameters ATTR_UNUSED,
#else
#define PASSDB_PARAMETERS
#define USERDB_PARAMETERS
#endif

/* The macros hide parameters from the formatter. */
/* clang-format off */
static int glue_passdb_preinit(pool_t pool, struct event *event ATTR_UNUSED,
			       PASSDB_PARAMETERS
			       struct passdb_module **module_r,
			       const char **error_r ATTR_UNUSED)
{
	/* Without a key the auth cache leaves us alone: it would let deleted
	   people in. */
	*module_r = p_new(pool, struct passdb_module, 1);
	return 0;
}

static int glue_userdb_preinit(pool_t pool, struct event *event ATTR_UNUSED,
			       USERDB_PARAMETERS
			       struct userdb_module **module_r,
			       const char **error_r ATTR_UNUSED)
{
	*module_r = p_new(pool, struct userdb_module, 1);
	return 0;
}
/* clang-format on */

/* Between preinit and init the core sets blocking to the configuration's
   use_worker, whose default is no. */
static void glue_passdb_init(struct passdb_module *module)
{
	module->blocking = TRUE;
	passdb_functions->check();
}

static void glue_userdb_init(struct userdb_module *module)
{
	module->blocking = TRUE;
}

static struct passdb_module_interface passdb_interface = {
	.preinit = glue_passdb_preinit,
	.init = glue_passdb_init,
};

static struct userdb_module_interface userdb_interface = {
	.preinit = glue_userdb_preinit,
	.init = glue_userdb_init,
};

void authdb_passdb_register(const struct authdb_passdb_functions *functions)
{
	passdb_functions = functions;
	passdb_interface.name = functions->name;
	passdb_interface.verify_plain = functions->verify_plain;
	passdb_interface.lookup_credentials = functions->lookup_credentials;
	passdb_register_module(&passdb_interface);
}

void authdb_passdb_unregister(void)
{
	passdb_unregister_module(&passdb_interface);
}

void authdb_userdb_register(const struct authdb_userdb_functions *functions)
{
	userdb_functions = functions;
	userdb_interface.name = functions->name;
	userdb_interface.lookup = functions->lookup;
	userdb_interface.iterate_init = functions->iterate_init;
	userdb_interface.iterate_next = functions->iterate_next;
	userdb_interface.iterate_deinit = functions->iterate_deinit;
	userdb_register_module(&userdb_interface);
}

void authdb_userdb_unregister(void)
{
	userdb_unregister_module(&userdb_interface);
}

int authdb_password_verify(struct auth_request *request, const char *password,
			   const char *hash, const char *scheme)
{
	switch (auth_request_db_password_verify_log(request, password, hash,
						    scheme, FALSE)) {
	case PASSDB_RESULT_OK:
		return 1;
	case PASSDB_RESULT_PASSWORD_MISMATCH:
		return 0;
	default:
		return -1;
	}
}

int authdb_passdb_set_fields(struct auth_request *request)
{
	return auth_request_set_passdb_fields(request, NULL);
}

int authdb_userdb_set_fields(struct auth_request *request)
{
	/* What we set can be used in userdb_fields, as %{alumni:home}. */
	return auth_request_set_userdb_fields(request,
					      request->fields.userdb_reply);
}

void authdb_userdb_set_quota(struct auth_request *request, int64_t bytes,
			     int64_t messages)
{
	auth_request_set_userdb_field(request, "quota_storage_size",
				      t_strdup_printf("%" PRId64 "B", bytes));
	auth_request_set_userdb_field(request, "quota_message_count",
				      t_strdup_printf("%" PRId64, messages));
}

const char *authdb_request_service(const struct auth_request *request)
{
	return request->fields.protocol == NULL ? "" : request->fields.protocol;
}
