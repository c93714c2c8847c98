/* SPDX-License-Identifier: MIT
 *
 * A libmilter filter that does nothing: what alumni-milter is compared with.
 * It asks for the same steps, so that the mail server has the same dialogue
 * with both.
 *
 * usage: noop-milter SOCKET
 */
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

static sfsistat on_mail(SMFICTX *ctx, char **arguments)
{
	(void)ctx;
	(void)arguments;
	return SMFIS_CONTINUE;
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
	return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *chunk, size_t length)
{
	(void)ctx;
	(void)chunk;
	(void)length;
	return SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *ctx)
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
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_data = on_end,
		.xxfi_header = on_header,
		.xxfi_eoh = on_end,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
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
