/* SPDX-License-Identifier: MIT
 *
 * Our sender rewriting as a filter, so that it can be compared with that of
 * others on many addresses: reads lines "forward ADDRESS" and "reverse ADDRESS"
 * and writes a line for each, with the address made or with "-" and why there
 * is none.
 *
 * usage: srs-lines DOMAIN SECRET_FILE
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "lib/base/secret-file.h"
#include "lib/mail/srs.h"

#define MAX_AGE_DAYS 21
#define LINE_BYTES   (2 * ADDRESS_BYTES)

static const char *result_name(enum srs_result result)
{
	switch (result) {
	case SRS_OK:
		return "ok";
	case SRS_NOT_SRS:
		return "not-srs";
	case SRS_MALFORMED:
		return "malformed";
	case SRS_FORGED:
		return "forged";
	case SRS_EXPIRED:
		return "expired";
	case SRS_TOO_LONG:
		return "too-long";
	case SRS_FAILED:
		break;
	}
	return "failed";
}

static void answer(const struct srs *srs, const char *line)
{
	char address[ADDRESS_BYTES];
	enum srs_result result = SRS_MALFORMED;

	if (strncmp(line, "forward ", 8) == 0)
		result = srs_forward(srs, line + 8, time(NULL), address);
	else if (strncmp(line, "reverse ", 8) == 0)
		result = srs_reverse(srs, line + 8, time(NULL), address);
	if (result == SRS_OK)
		(void)printf("%s\n", address);
	else
		(void)printf("- %s\n", result_name(result));
}

static int fail(const struct error *error)
{
	(void)fprintf(stderr, "srs-lines: %s\n", error->text);
	return EX_CONFIG;
}

int main(int argc, char **argv)
{
	struct srs_options options = {.max_age_days = MAX_AGE_DAYS};
	struct error error = {""};
	struct srs *srs = NULL;
	char **secrets;
	char line[LINE_BYTES];

	if (argc != 3) {
		(void)fprintf(stderr, "usage: srs-lines DOMAIN SECRET_FILE\n");
		return EX_USAGE;
	}
	if (secret_file_read(argv[2], SRS_SECRETS_MAX, &secrets,
			     &options.secret_count, &error) < 0)
		return fail(&error);
	options.domain = argv[1];
	options.secrets = (const char *const *)secrets;
	if (srs_new(&options, &srs, &error) == 0) {
		while (fgets(line, sizeof(line), stdin) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			answer(srs, line);
		}
	}
	secret_file_free(&secrets, options.secret_count);
	if (srs == NULL)
		return fail(&error);
	srs_free(&srs);
	return EX_OK;
}
