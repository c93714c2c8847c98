/* SPDX-License-Identifier: MIT
 *
 * What a command says when it is done; see ctl/common/result.h.
 */
#include "ctl/common/result.h"

#include <stdarg.h>
#include <stdio.h>

#include "ctl/common/account-view.h"
#include "ctl/common/report.h"

#define SENTENCE_BYTES 1024

int result_account(const struct invocation *invocation,
		   const struct account *account, const char *format, ...)
{
	struct account now;
	struct account_view view = {
		.account = &now,
		.configuration = invocation->configuration,
	};
	struct error error = {""};
	va_list arguments;

	if (!invocation->json) {
		printf("%s: ", account->name);
		va_start(arguments, format);
		vprintf(format, arguments);
		va_end(arguments);
		putchar('\n');
		return EX_OK;
	}
	/* The store has this change, and those of others meanwhile. */
	if (store_account_by_id(invocation->store, account->id, &now, &error) <=
	    0)
		now = *account;
	return json_print(account_view_json(&view));
}

int result_message(const struct invocation *invocation, const char *format, ...)
{
	struct json_object *object;
	char text[SENTENCE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!invocation->json) {
		puts(text);
		return EX_OK;
	}
	object = json_object_new_object();
	json_add_text(object, "message", text);
	return json_print(object);
}
