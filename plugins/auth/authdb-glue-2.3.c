/* SPDX-License-Identifier: MIT
 *
 * passdb and userdb of Dovecot 2.3; see authdb-glue.h.
 */
#include <inttypes.h>

#include "plugins/auth/authdb-glue.h"

static const struct authdb_passdb_functions *passdb_functions;
static const struct authdb_userdb_functions *userdb_functions;

static void refuse_args(const char *kind, const char *name, const char *args)
{
	if (*args == '\0')
		return;
	i_fatal("%s %s: takes no args, but has \"%s\": remove them; its "
		"configuration is in a file of its own",
		kind, name, args);
}

static struct passdb_module *glue_passdb_preinit(pool_t pool, const char *args)
{
	struct passdb_module *module;

	refuse_args("passdb", passdb_functions->name, args);
	module = p_new(pool, struct passdb_module, 1);
	module->blocking = TRUE;
	/* Without a key the auth cache leaves us alone: it would let deleted
	   people in. */
	module->default_cache_key = NULL;
	return module;
}

static void glue_passdb_init(struct passdb_module *module ATTR_UNUSED)
{
	passdb_functions->check();
}

static struct userdb_module *glue_userdb_preinit(pool_t pool, const char *args)
{
	struct userdb_module *module;

	refuse_args("userdb", userdb_functions->name, args);
	module = p_new(pool, struct userdb_module, 1);
	module->blocking = TRUE;
	module->default_cache_key = NULL;
	return module;
}

static struct passdb_module_interface passdb_interface = {
	.preinit = glue_passdb_preinit,
	.init = glue_passdb_init,
};

static struct userdb_module_interface userdb_interface = {
	.preinit = glue_userdb_preinit,
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
	return auth_request_password_verify_log(request, password, hash, scheme,
						AUTH_SUBSYS_DB, FALSE);
}

int authdb_passdb_set_fields(struct auth_request *request ATTR_UNUSED)
{
	/* default_fields and override_fields are applied by the core. */
	return 0;
}

int authdb_userdb_set_fields(struct auth_request *request ATTR_UNUSED)
{
	return 0;
}

void authdb_userdb_set_quota(struct auth_request *request, int64_t bytes,
			     int64_t messages)
{
	auth_request_set_userdb_field(request, "quota_rule",
				      t_strdup_printf("*:bytes=%" PRId64
						      ":messages=%" PRId64,
						      bytes, messages));
}

const char *authdb_request_service(const struct auth_request *request)
{
	return request->fields.service == NULL ? "" : request->fields.service;
}
