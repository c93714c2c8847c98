/* SPDX-License-Identifier: MIT
 *
 * Values of options, each line of an input one of them: a map of affiliations
 * to classes, a class's quota and its retention.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "lib/configuration/configuration.h"
#include "tests/fuzz/fuzz.h"

/* Writes the value so that libconfuse gives it back as it is. */
static void write_quoted(FILE *file, const char *value)
{
	(void)fputc('"', file);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\' || *value == '$')
			(void)fputc('\\', file);
		(void)fputc(*value, file);
	}
	(void)fputc('"', file);
}

static void write_configuration(FILE *file, char *text)
{
	char *quota = fuzz_cut_line(text);
	char *retention = fuzz_cut_line(quota);

	(void)fuzz_cut_line(retention);
	(void)fputs("domains = { \"alumni.example\" }\n"
		    "class \"alumni\" { quota = ",
		    file);
	write_quoted(file, quota);
	if (retention[0] != '\0') {
		(void)fputs("\ntrash_retention = ", file);
		write_quoted(file, retention);
	}
	(void)fputs("\n}\ndirectory \"university\" {\n"
		    "uris = { \"ldap://127.0.0.1\" }\n"
		    "tls = \"none\"\nbase = \"ou=people\"\n"
		    "class_attribute = \"affiliation\"\nclass_map = { ",
		    file);
	write_quoted(file, text);
	(void)fputs(" }\n}\n", file);
}

static void check_loaded(const struct configuration *configuration,
			 const char *entry)
{
	const struct class_map *map = configuration->directories[0].class_map;
	size_t length = strlen(map->value);

	fuzz_claim(configuration->directories[0].class_map_count == 1);
	fuzz_claim(length > 0);
	fuzz_claim(strncmp(entry, map->value, length) == 0);
	fuzz_claim(entry[length] == '=');
	fuzz_claim(strcmp(entry + length + 1, map->class_name) == 0);
	fuzz_claim(configuration->classes[0].quota >= 0);
	fuzz_claim(configuration->classes[0].trash_retention >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	int fd = memfd_create("configuration", MFD_CLOEXEC);
	FILE *file = fdopen(fd, "w");
	struct configuration *configuration;
	struct error error;
	char path[64];

	fuzz_claim(file != NULL);
	write_configuration(file, text);
	fuzz_claim(fflush(file) == 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (configuration_load(path, &configuration, &error) == 0) {
		check_loaded(configuration, text);
		configuration_free(&configuration);
	}
	(void)fclose(file);
	free(text);
	return 0;
}
