/* SPDX-License-Identifier: MIT
 *
 * Settings in force; see milter/service/settings.h.
 */
#include "milter/service/settings.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/secret-file.h"

/* The settings come first, so that a pointer to them is one to this. */
struct held_settings {
	struct settings settings;
	unsigned int holders;
};

struct settings_place {
	char *path; /* as given; NULL = where configuration_path() says */
	pthread_mutex_t mutex;
	struct held_settings *current;
};

static void settings_free(struct held_settings *held)
{
	struct settings *settings = &held->settings;

	srs_free(&settings->srs);
	if (settings->secrets != NULL)
		secret_file_free(&settings->secrets, settings->secret_count);
	if (settings->configuration != NULL)
		configuration_free(&settings->configuration);
	free(held);
}

static int load_srs(struct settings *settings, struct error *error)
{
	const struct configuration *configuration = settings->configuration;
	struct srs_options options = {
		.domain = configuration->srs_domain,
		.max_age_days = configuration->srs_max_age_days,
	};

	if (secret_file_read(configuration->srs_secret_file, SRS_SECRETS_MAX,
			     &settings->secrets, &settings->secret_count,
			     error) < 0)
		return error_prefix(error, "srs_secret_file");
	options.secrets = (const char *const *)settings->secrets;
	options.secret_count = settings->secret_count;
	return srs_new(&options, &settings->srs, error);
}

/* Returns NULL with an error. */
static struct held_settings *load(const char *path, struct error *error)
{
	struct held_settings *held = calloc(1, sizeof(*held));

	if (held == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	held->holders = 1;
	if (configuration_load(configuration_path(path),
			       &held->settings.configuration, error) < 0 ||
	    load_srs(&held->settings, error) < 0) {
		settings_free(held);
		return NULL;
	}
	configuration_contact(held->settings.configuration,
			      held->settings.contact);
	return held;
}

int settings_place_new(const char *path, struct settings_place **place_r,
		       struct error *error)
{
	struct settings_place *place = calloc(1, sizeof(*place));

	*place_r = NULL;
	if (place == NULL)
		return error_set(error, "out of memory");
	(void)pthread_mutex_init(&place->mutex, NULL);
	place->path = path == NULL ? NULL : strdup(path);
	place->current = load(path, error);
	if (place->current == NULL || (path != NULL && place->path == NULL)) {
		if (place->current != NULL)
			(void)error_set(error, "out of memory");
		settings_place_free(&place);
		return -1;
	}
	*place_r = place;
	return 0;
}

static void release(struct settings_place *place, struct held_settings *held)
{
	bool last;

	(void)pthread_mutex_lock(&place->mutex);
	last = --held->holders == 0;
	(void)pthread_mutex_unlock(&place->mutex);
	if (last)
		settings_free(held);
}

void settings_place_free(struct settings_place **place)
{
	if (*place == NULL)
		return;
	if ((*place)->current != NULL)
		release(*place, (*place)->current);
	(void)pthread_mutex_destroy(&(*place)->mutex);
	free((*place)->path);
	free(*place);
	*place = NULL;
}

const struct settings *settings_take(struct settings_place *place)
{
	struct held_settings *held;

	(void)pthread_mutex_lock(&place->mutex);
	held = place->current;
	held->holders++;
	(void)pthread_mutex_unlock(&place->mutex);
	return &held->settings;
}

void settings_give(struct settings_place *place,
		   const struct settings **settings)
{
	if (*settings == NULL)
		return;
	release(place, (struct held_settings *)*settings);
	*settings = NULL;
}

/* ---- reading anew ---- */

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Returns the name of an option that takes a restart and differs, or NULL. */
static const char *find_fixed(const struct configuration *old,
			      const struct configuration *new)
{
	const struct {
		const char *name;
		const char *old;
		const char *new;
	} texts[] = {
		{"store", old->store, new->store},
		{"milter_user", old->milter_user, new->milter_user},
		{"milter_socket", old->milter_socket, new->milter_socket},
		{"maps_socket", old->maps_socket, new->maps_socket},
		{"socket_group", old->socket_group, new->socket_group},
		{"metrics_listen", old->metrics_listen, new->metrics_listen},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!same_text(texts[i].old, texts[i].new))
			return texts[i].name;
	}
	if (old->milter_store_handles != new->milter_store_handles)
		return "milter_store_handles";
	return NULL;
}

int settings_reload(struct settings_place *place, const char **changed_r,
		    struct error *error)
{
	struct held_settings *new = load(place->path, error);
	struct held_settings *old;

	*changed_r = NULL;
	if (new == NULL)
		return -1;
	*changed_r = find_fixed(place->current->settings.configuration,
				new->settings.configuration);
	(void)pthread_mutex_lock(&place->mutex);
	old = place->current;
	place->current = new;
	(void)pthread_mutex_unlock(&place->mutex);
	release(place, old);
	return 0;
}
