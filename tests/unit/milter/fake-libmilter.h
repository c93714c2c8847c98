/* SPDX-License-Identifier: MIT
 *
 * libmilter as the callbacks see it, without a mail server: a test calls the
 * callbacks that were registered, says what macros there are and which call is
 * to fail, and sees what was asked of the mail server.
 */
#ifndef ALUMNI_TESTS_UNIT_MILTER_FAKE_LIBMILTER_H
#define ALUMNI_TESTS_UNIT_MILTER_FAKE_LIBMILTER_H

#include <libmilter/mfapi.h>

#define FAKE_TEXT_BYTES 4096

struct fake_libmilter {
	/* What callbacks_listen() registered. */
	struct smfiDesc description;
	char connection[256];
	/* What the mail server has for macros, NULL for none. */
	const char *daemon_name;
	const char *login;
	const char *queue_id;
	/* The name of a call that fails, or NULL. */
	const char *failing;
	/* The calls that were made since fake_libmilter_forget(), as
	   "name(arguments)" with a blank after each. */
	char calls[FAKE_TEXT_BYTES];
	void *private_data;
};

extern struct fake_libmilter fake_libmilter;

/* The context of the only connection. */
SMFICTX *fake_libmilter_context(void);
void fake_libmilter_forget(void);

#endif
