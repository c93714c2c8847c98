/* SPDX-License-Identifier: MIT
 *
 * Steps of a session; see tests/unit/milter/session-steps.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/milter/session-steps.h"

const char *const no_parameters[] = {NULL};

struct session *session_steps_begin(const struct milter_fixture *fixture,
				    bool internal)
{
	struct session *session = session_new(&fixture->service, internal);

	assert_non_null(session);
	assert_int_equal(session_begin(session,
				       internal ? "x@remote.example"
						: "<x@remote.example>",
				       no_parameters, NULL),
			 0);
	return session;
}

struct session *session_steps_submit(const struct milter_fixture *fixture,
				     const char *login)
{
	struct session *session = session_new(&fixture->service, false);

	assert_non_null(session);
	assert_int_equal(session_begin(session, "<alumna@alumni.example>",
				       no_parameters, login),
			 0);
	return session;
}

void session_steps_take(struct session *session, const char *address)
{
	assert_null(
		session_add_recipient(session, address, no_parameters).code);
}

void session_steps_refuse(struct session *session, const char *address,
			  const char *code, const char *status)
{
	struct smtp_reply reply =
		session_add_recipient(session, address, no_parameters);

	assert_non_null(reply.code);
	assert_string_equal(reply.code, code);
	assert_string_equal(reply.status, status);
}

char *session_steps_decide(struct session *session, const char *expected_code)
{
	struct envelope_plan plan;
	char *header;

	assert_int_equal(session_decide(session, &plan, &header), 0);
	if (expected_code == NULL)
		assert_null(plan.reply.code);
	else
		assert_string_equal(plan.reply.code, expected_code);
	session_report(session, &plan, NULL);
	envelope_plan_free(&plan);
	return header;
}
