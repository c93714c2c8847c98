/* SPDX-License-Identifier: MIT
 *
 * The functions of libmilter; see tests/unit/milter/fake-libmilter.h. They
 * stand before those of the library, which the program is linked with too.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/milter/fake-libmilter.h"

struct fake_libmilter fake_libmilter;

/* Nobody looks into it. */
static char context;

SMFICTX *fake_libmilter_context(void)
{
	return (SMFICTX *)(void *)&context;
}

void fake_libmilter_forget(void)
{
	fake_libmilter.calls[0] = '\0';
}

/* Remembers a call, and tells how it goes. */
__attribute__((format(printf, 2, 3))) static int call(const char *name,
						      const char *format, ...)
{
	size_t used = strlen(fake_libmilter.calls);
	char *end = fake_libmilter.calls + used;
	size_t room = sizeof(fake_libmilter.calls) - used;
	char arguments[FAKE_TEXT_BYTES / 2];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(arguments, sizeof(arguments), format, list);
	va_end(list);
	(void)snprintf(end, room, "%s(%s) ", name, arguments);
	if (fake_libmilter.failing != NULL &&
	    strcmp(fake_libmilter.failing, name) == 0)
		return MI_FAILURE;
	return MI_SUCCESS;
}

/* What tests do not look at; it may fail like all the others. */
static int silent_call(const char *name)
{
	return fake_libmilter.failing != NULL &&
			       strcmp(fake_libmilter.failing, name) == 0
		       ? MI_FAILURE
		       : MI_SUCCESS;
}

int smfi_register(struct smfiDesc description)
{
	fake_libmilter.description = description;
	return silent_call("register");
}

int smfi_setconn(char *connection)
{
	(void)snprintf(fake_libmilter.connection,
		       sizeof(fake_libmilter.connection), "%s", connection);
	return silent_call("setconn");
}

int smfi_opensocket(bool remove_old)
{
	return call("opensocket", "%d", (int)remove_old);
}

int smfi_setpriv(SMFICTX *ctx, void *data)
{
	(void)ctx;
	if (silent_call("setpriv") != MI_SUCCESS)
		return MI_FAILURE;
	fake_libmilter.private_data = data;
	return MI_SUCCESS;
}

void *smfi_getpriv(SMFICTX *ctx)
{
	(void)ctx;
	return fake_libmilter.private_data;
}

char *smfi_getsymval(SMFICTX *ctx, char *name)
{
	const char *value = NULL;

	(void)ctx;
	if (strcmp(name, "{daemon_name}") == 0)
		value = fake_libmilter.daemon_name;
	else if (strcmp(name, "{auth_authen}") == 0)
		value = fake_libmilter.login;
	else if (strcmp(name, "i") == 0)
		value = fake_libmilter.queue_id;
	return (char *)value;
}

int smfi_setsymlist(SMFICTX *ctx, int stage, char *macros)
{
	(void)ctx;
	return call("setsymlist", "%d,%s", stage, macros);
}

int smfi_setreply(SMFICTX *ctx, char *code, char *status, char *text)
{
	(void)ctx;
	(void)text;
	return call("setreply", "%s,%s", code, status);
}

int smfi_chgfrom(SMFICTX *ctx, char *address, char *parameters)
{
	(void)ctx;
	(void)address;
	return call("chgfrom", "%s", parameters == NULL ? "" : parameters);
}

int smfi_addrcpt_par(SMFICTX *ctx, char *address, char *parameters)
{
	(void)ctx;
	return call("addrcpt", "%s,%s", address,
		    parameters == NULL ? "" : parameters);
}

int smfi_delrcpt(SMFICTX *ctx, char *address)
{
	(void)ctx;
	return call("delrcpt", "%s", address);
}

int smfi_insheader(SMFICTX *ctx, int place, char *name, char *value)
{
	char call_name[128];

	(void)ctx;
	(void)value;
	(void)snprintf(call_name, sizeof(call_name), "insheader:%s", name);
	return call(call_name, "%d", place);
}
