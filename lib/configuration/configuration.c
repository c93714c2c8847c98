/* SPDX-License-Identifier: MIT
 *
 * Loading the configuration file; see lib/configuration/configuration.h.
 * parser.c reads it, values.c fills the structs by the table in options.c, and
 * consistency.c checks the whole.
 */
#include "lib/configuration/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/configuration/checks.h"
#include "lib/configuration/consistency.h"
#include "lib/configuration/options.h"
#include "lib/configuration/parser.h"
#include "lib/configuration/values.h"

const char *configuration_path(const char *path)
{
	if (path == NULL || path[0] == '\0')
		path = getenv(CONFIGURATION_PATH_VARIABLE);
	if (path == NULL || path[0] == '\0')
		path = CONFIGURATION_DEFAULT_PATH;
	return path;
}

/* Reads section number index of its kind into *name_r and *fields. Returns 0,
   or -1 with an error. */
static int load_section(const struct configuration_source *file,
			const char *section, size_t index, char **name_r,
			void *fields, struct error *error)
{
	struct configuration_source source = {
		.path = file->path,
		.section = section,
		.cfg = cfg_getnsec(file->cfg, section, (unsigned int)index),
	};
	const char *title = cfg_title(source.cfg);

	if (check_section_name(title, error) < 0)
		return error_prefix(error, "%s:%u: %s", source.path,
				    configuration_section_line(source.cfg),
				    section);
	*name_r = strdup(title);
	if (*name_r == NULL)
		return error_set(error, "%s: out of memory", source.path);
	return configuration_values_set(&source, fields, error);
}

static int load_classes(const struct configuration_source *file,
			struct configuration *configuration,
			struct error *error)
{
	size_t count = cfg_size(file->cfg, CONFIGURATION_SECTION_CLASS);

	configuration->classes =
		calloc(count + 1, sizeof(*configuration->classes));
	if (configuration->classes == NULL)
		return error_set(error, "%s: out of memory", file->path);
	configuration->class_count = count;
	for (size_t i = 0; i < count; i++) {
		struct class_options *class = &configuration->classes[i];

		if (load_section(file, CONFIGURATION_SECTION_CLASS, i,
				 &class->name, class, error) < 0)
			return -1;
	}
	return 0;
}

static int load_directories(const struct configuration_source *file,
			    struct configuration *configuration,
			    struct error *error)
{
	size_t count = cfg_size(file->cfg, CONFIGURATION_SECTION_DIRECTORY);

	configuration->directories =
		calloc(count + 1, sizeof(*configuration->directories));
	if (configuration->directories == NULL)
		return error_set(error, "%s: out of memory", file->path);
	configuration->directory_count = count;
	for (size_t i = 0; i < count; i++) {
		struct directory_options *directory =
			&configuration->directories[i];

		if (load_section(file, CONFIGURATION_SECTION_DIRECTORY, i,
				 &directory->name, directory, error) < 0)
			return -1;
	}
	return 0;
}

/* Some options take the value of another one when they are not set. */
static int set_unless_set(char **field, const char *value)
{
	if (*field == NULL)
		*field = strdup(value);
	return *field == NULL ? -1 : 0;
}

static int load_all(const struct configuration_source *file,
		    struct configuration *configuration, struct error *error)
{
	configuration->path = strdup(file->path);
	if (configuration->path == NULL)
		return error_set(error, "%s: out of memory", file->path);
	if (configuration_values_set(file, configuration, error) < 0 ||
	    load_classes(file, configuration, error) < 0 ||
	    load_directories(file, configuration, error) < 0 ||
	    configuration_consistency_check(configuration, file, error) < 0)
		return -1;
	if (set_unless_set(&configuration->srs_domain,
			   configuration->domains[0]) < 0 ||
	    set_unless_set(&configuration->leaver_class,
			   configuration->default_class) < 0)
		return error_set(error, "%s: out of memory", file->path);
	return 0;
}

int configuration_load(const char *path, struct configuration **configuration_r,
		       struct error *error)
{
	struct configuration_source file = {.path = path};
	struct configuration *configuration;
	int result;

	if (configuration_parse(path, &file.cfg, error) < 0)
		return -1;
	configuration = calloc(1, sizeof(*configuration));
	if (configuration == NULL)
		result = error_set(error, "%s: out of memory", path);
	else
		result = load_all(&file, configuration, error);
	(void)cfg_free(file.cfg);
	if (result < 0) {
		configuration_free(&configuration);
		return -1;
	}
	*configuration_r = configuration;
	return 0;
}

void configuration_free(struct configuration **configuration)
{
	struct configuration *old = *configuration;

	*configuration = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->directory_count; i++) {
		configuration_values_free(CONFIGURATION_SECTION_DIRECTORY,
					  &old->directories[i]);
		free(old->directories[i].name);
	}
	for (size_t i = 0; i < old->class_count; i++) {
		configuration_values_free(CONFIGURATION_SECTION_CLASS,
					  &old->classes[i]);
		free(old->classes[i].name);
	}
	configuration_values_free(NULL, old);
	free(old->directories);
	free(old->classes);
	free(old->path);
	free(old);
}

const struct class_options *
configuration_class(const struct configuration *configuration, const char *name)
{
	for (size_t i = 0; i < configuration->class_count; i++) {
		if (strcmp(configuration->classes[i].name, name) == 0)
			return &configuration->classes[i];
	}
	return NULL;
}

const struct class_options *
configuration_class_or_default(const struct configuration *configuration,
			       const char *name)
{
	const struct class_options *class =
		configuration_class(configuration, name);

	if (class == NULL)
		class = configuration_class(configuration,
					    configuration->default_class);
	return class;
}

void configuration_contact(const struct configuration *configuration,
			   char text_r[CONFIGURATION_CONTACT_BYTES])
{
	const char *contact = configuration->contact;

	(void)snprintf(text_r, CONFIGURATION_CONTACT_BYTES, "%s%s",
		       contact == NULL ? "postmaster@" : contact,
		       contact == NULL ? configuration->domains[0] : "");
}

struct password_cost
configuration_password_cost(const struct configuration *configuration)
{
	return (struct password_cost){
		.memory_bytes = configuration->hash_memory,
		.passes = configuration->hash_passes,
	};
}
