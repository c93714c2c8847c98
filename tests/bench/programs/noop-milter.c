/* SPDX-License-Identifier: MIT
 *
 * A libmilter filter that does nothing: what alumni-milter is compared with.
 * It asks for the same steps, and for replies to the same ones, so that the
 * mail server has the same dialogue with both.
 *
 * usage: noop-milter SOCKET
 */
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "milter/session/negotiation.h"

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
			     unsigned long f2, unsigned long f3,
			     unsigned long *pf0, unsigned long *pf1,
			     unsigned long *pf2, unsigned long *pf3)
{
	(void)f2;
	(void)f3;
	*pf2 = *pf3 = 0;
	return negotiation_agree(ctx, 0, f0, f1, pf0, pf1) ? SMFIS_CONTINUE
							   : SMFIS_REJECT;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
	(void)ctx;
	(void)host;
	(void)address;
	return SMFIS_NOREPLY;
}

static sfsistat on_mail(SMFICTX *ctx, char **arguments)
{
	(void)ctx;
	(void)arguments;
	return SMFIS_NOREPLY;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **arguments)
{
	(void)ctx;
	(void)arguments;
	return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *chunk, size_t length)
{
	(void)ctx;
	(void)chunk;
	(void)length;
	return SMFIS_NOREPLY;
}

static sfsistat on_end_of_message(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	static char name[] = "noop-milter";
	const struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_SETSYMLIST,
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end_of_message,
		.xxfi_negotiate = on_negotiate,
	};
	char connection[512];

	if (argc != 2) {
		(void)fprintf(stderr, "usage: noop-milter SOCKET\n");
		return EX_USAGE;
	}
	(void)snprintf(connection, sizeof(connection), "unix:%s", argv[1]);
	(void)umask(0);
	if (smfi_register(description) != MI_SUCCESS ||
	    smfi_setconn(connection) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS) {
		(void)fprintf(stderr, "noop-milter: cannot listen on %s\n",
			      argv[1]);
		return EX_OSERR;
	}
	return smfi_main() == MI_SUCCESS ? EX_OK : EX_OSERR;
}
