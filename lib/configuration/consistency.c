/* SPDX-License-Identifier: MIT
 *
 * What options must be to each other; see lib/configuration/consistency.h.
 */
#include "lib/configuration/consistency.h"

#include <string.h>
#include <strings.h>

#include "lib/account/tiers.h"
#include "lib/configuration/options.h"

static bool starts_with(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* True if the name before port and path is this machine's own. */
static bool uri_is_loopback(const char *uri)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
	const char *host = strstr(uri, "://") + strlen("://");

	if (starts_with(uri, "ldapi://"))
		return true;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		size_t length = strlen(hosts[i]);

		if (starts_with(host, hosts[i]) &&
		    strchr("/:", host[length]) != NULL)
			return true;
	}
	return false;
}

static int check_uri_tls(const char *uri, enum directory_tls tls,
			 struct error *error)
{
	switch (tls) {
	case DIRECTORY_TLS_LDAPS:
		if (!starts_with(uri, "ldaps://"))
			return error_set(error,
					 "tls is \"ldaps\", so \"%s\" must "
					 "begin with ldaps://",
					 uri);
		return 0;
	case DIRECTORY_TLS_STARTTLS:
		if (!starts_with(uri, "ldap://"))
			return error_set(error,
					 "tls is \"starttls\", so \"%s\" must "
					 "begin with ldap://",
					 uri);
		return 0;
	case DIRECTORY_TLS_NONE:
		if (starts_with(uri, "ldaps://") || !uri_is_loopback(uri))
			return error_set(error,
					 "tls is \"none\", which would send "
					 "passwords to \"%s\" in the clear: "
					 "set it to \"starttls\" or \"ldaps\"",
					 uri);
		return 0;
	}
	return error_set(error, "tls has no known value");
}

static int check_class_map(const struct configuration *configuration,
			   const struct directory_options *directory,
			   struct error *error)
{
	if (directory->class_attribute == NULL)
		return directory->class_map_count == 0
			       ? 0
			       : error_set(error,
					   "set, but class_attribute, which it "
					   "maps, is not");
	if (directory->class_map_count == 0)
		return error_set(error,
				 "not set, but class_attribute is: say which "
				 "value stands for which class");
	for (size_t i = 0; i < directory->class_map_count; i++) {
		const char *name = directory->class_map[i].class_name;

		if (configuration_class(configuration, name) == NULL)
			return error_set(error,
					 "there is no class \"%s\"; add a "
					 "section class \"%s\" { ... }",
					 name, name);
	}
	return 0;
}

static int check_bind(const struct directory_options *directory,
		      struct error *error)
{
	if (directory->bind_dn != NULL && directory->bind_password_file == NULL)
		return error_set(error,
				 "set, but bind_password_file is not: name "
				 "the file with its password");
	if (directory->bind_dn == NULL && directory->bind_password_file != NULL)
		return error_set(error, "not set, but bind_password_file is: "
					"name the account that has the "
					"password");
	return 0;
}

static int check_directory(const struct configuration *configuration,
			   const struct directory_options *directory,
			   const struct configuration_source *source,
			   struct error *error)
{
	/* Logs tell the tiers apart by their names. */
	if (strcmp(directory->name, LOGIN_TIER_ALUMNI) == 0 ||
	    strcmp(directory->name, LOGIN_TIER_APP) == 0 ||
	    strcmp(directory->name, LOGIN_TIER_INVITE) == 0 ||
	    strcmp(directory->name, LOGIN_TIER_LEARNED) == 0) {
		(void)error_set(error,
				"the name \"%s\" is that of another tier in "
				"logs: choose another",
				directory->name);
		return configuration_values_blame(source, "uris", error);
	}
	for (char **uri = directory->uris; *uri != NULL; uri++) {
		if (check_uri_tls(*uri, directory->tls, error) < 0)
			return configuration_values_blame(source, "uris",
							  error);
	}
	if (check_bind(directory, error) < 0)
		return configuration_values_blame(source, "bind_dn", error);
	if (check_class_map(configuration, directory, error) < 0)
		return configuration_values_blame(source, "class_map", error);
	return 0;
}

static int check_sockets(const struct configuration *configuration,
			 struct error *error)
{
	if (strcmp(configuration->milter_socket, configuration->maps_socket) !=
	    0)
		return 0;
	return error_set(error, "\"%s\" is the milter_socket already",
			 configuration->maps_socket);
}

static int check_class(const struct configuration *configuration,
		       const char *name, struct error *error)
{
	if (name == NULL || configuration_class(configuration, name) != NULL)
		return 0;
	return error_set(error,
			 "there is no class \"%s\"; add a section "
			 "class \"%s\" { quota = \"2G\" }, or name one "
			 "that exists",
			 name, name);
}

int configuration_consistency_check(const struct configuration *configuration,
				    const struct configuration_source *source,
				    struct error *error)
{
	if (check_class(configuration, configuration->default_class, error) < 0)
		return configuration_values_blame(source, "default_class",
						  error);
	if (check_class(configuration, configuration->leaver_class, error) < 0)
		return configuration_values_blame(source, "leaver_class",
						  error);
	if (check_sockets(configuration, error) < 0)
		return configuration_values_blame(source, "maps_socket", error);
	for (size_t i = 0; i < configuration->directory_count; i++) {
		struct configuration_source directory = {
			.path = source->path,
			.section = CONFIGURATION_SECTION_DIRECTORY,
			.cfg = cfg_getnsec(source->cfg,
					   CONFIGURATION_SECTION_DIRECTORY,
					   (unsigned int)i),
		};

		if (check_directory(configuration,
				    &configuration->directories[i], &directory,
				    error) < 0)
			return -1;
	}
	return 0;
}
