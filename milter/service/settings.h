/* SPDX-License-Identifier: MIT
 *
 * Configuration and secrets as the daemon's threads see them. They can be read
 * anew while messages are under way: each message goes on with the settings
 * that it began with, which live as long as anybody holds them.
 */
#ifndef ALUMNI_MILTER_SERVICE_SETTINGS_H
#define ALUMNI_MILTER_SERVICE_SETTINGS_H

#include <stddef.h>

#include "lib/configuration/configuration.h"
#include "lib/base/error.h"
#include "lib/mail/srs.h"

struct settings {
	struct configuration *configuration;
	struct srs *srs;
	/* The SRS secrets, which also make and verify the tags of forwarded
	   messages: the first makes, all verify. */
	char **secrets;
	size_t secret_count;
	/* Shown in replies. */
	char contact[CONFIGURATION_CONTACT_BYTES];
};

/* Where the settings in force are kept. */
struct settings_place;

/* Reads configuration and secrets, which may take root or the milter's group.
   path NULL = as configuration_path() says. Returns 0, or -1 with an error. */
int settings_place_new(const char *path, struct settings_place **place_r,
		       struct error *error);
/* Frees the place. Settings that somebody still holds stay until they are given
   back. */
void settings_place_free(struct settings_place **place);

/* The settings in force, which stay until they are given back. Never fails.
   Thread-safe. */
const struct settings *settings_take(struct settings_place *place);
/* Gives the settings back; sets the pointer to NULL. NULL is allowed.
   Thread-safe. */
void settings_give(struct settings_place *place,
		   const struct settings **settings);

/* Reads the same file again, by one thread at a time. Options of sockets,
   users and the store take a restart: they stay, and changed_r gets the name
   of one that differs, or NULL. On failure everything stays as it is. Returns
   0, or -1 with an error. */
int settings_reload(struct settings_place *place, const char **changed_r,
		    struct error *error);

#endif
