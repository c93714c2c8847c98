/* SPDX-License-Identifier: MIT
 *
 * The steps of a session, taken as libmilter takes them, for the tests of
 * sessions.
 */
#ifndef ALUMNI_TESTS_UNIT_MILTER_SESSION_STEPS_H
#define ALUMNI_TESTS_UNIT_MILTER_SESSION_STEPS_H

#include "milter/session/session.h"
#include "tests/unit/milter/milter-fixture.h"

extern const char *const no_parameters[];

/* A session with a message from x@remote.example that has begun. */
struct session *session_steps_begin(const struct milter_fixture *fixture,
				    bool internal);
/* The same from alumna@alumni.example, by somebody who logged in. */
struct session *session_steps_submit(const struct milter_fixture *fixture,
				     const char *login);

/* RCPT. The first expects that the recipient is taken, the second that it gets
   the reply. */
void session_steps_take(struct session *session, const char *address);
void session_steps_refuse(struct session *session, const char *address,
			  const char *code, const char *status);

/* The end of the message, which must be decided: with the reply's code, or NULL
   for none. Returns the header that forwarding adds, NULL when nothing is
   forwarded; free it. */
char *session_steps_decide(struct session *session, const char *expected_code);

#endif
