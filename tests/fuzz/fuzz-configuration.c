/* SPDX-License-Identifier: MIT
 *
 * The configuration file as a whole. What is accepted must be complete: no
 * part checks again what the loader promises.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "lib/configuration/configuration.h"
#include "tests/fuzz/fuzz.h"

static void check_loaded(const struct configuration *configuration)
{
	fuzz_claim(configuration->domains[0] != NULL);
	fuzz_claim(configuration->srs_domain != NULL);
	fuzz_claim(configuration_class(configuration,
				       configuration->default_class) != NULL);
	for (size_t i = 0; i < configuration->directory_count; i++) {
		const struct directory_options *directory =
			&configuration->directories[i];

		fuzz_claim(directory->uris[0] != NULL);
		fuzz_claim(directory->base != NULL);
		for (size_t j = 0; j < directory->class_map_count; j++)
			fuzz_claim(
				configuration_class(
					configuration,
					directory->class_map[j].class_name) !=
				NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("configuration", MFD_CLOEXEC);
	struct configuration *configuration;
	struct error error;
	char path[64];

	fuzz_claim(fd >= 0);
	fuzz_claim(write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (configuration_load(path, &configuration, &error) == 0) {
		check_loaded(configuration);
		configuration_free(&configuration);
	} else {
		fuzz_claim(error.text[0] != '\0');
	}
	(void)close(fd);
	return 0;
}
