/* SPDX-License-Identifier: MIT
 *
 * What the threads share; see service.h.
 */
#include "milter/service.h"

#include "lib/secret-file.h"

static int load_srs(struct milter_service *service, struct error *error)
{
	const struct configuration *configuration = service->configuration;
	struct srs_options options = {
		.domain = configuration->srs_domain,
		.max_age_days = configuration->srs_max_age_days,
	};

	if (secret_file_read(configuration->srs_secret_file, SRS_SECRETS_MAX,
			     &service->secrets, &service->secret_count,
			     error) < 0)
		return error_prefix(error, "srs_secret_file");
	options.secrets = (const char *const *)service->secrets;
	options.secret_count = service->secret_count;
	return srs_new(&options, &service->srs, error);
}

int service_load(struct milter_service *service_r, const char *path,
		 struct error *error)
{
	*service_r = (struct milter_service){0};
	if (configuration_load(configuration_path(path),
			       &service_r->configuration, error) < 0)
		return -1;
	service_r->messages = under_way_new();
	if (service_r->messages == NULL)
		return error_set(error, "out of memory");
	return load_srs(service_r, error);
}

int service_open_store(struct milter_service *service, struct error *error)
{
	return store_pool_new(service->configuration->store,
			      service->configuration->milter_store_handles,
			      &service->pool, error);
}

void service_free(struct milter_service *service)
{
	store_pool_free(&service->pool);
	srs_free(&service->srs);
	if (service->secrets != NULL)
		secret_file_free(&service->secrets, service->secret_count);
	under_way_free(&service->messages);
	if (service->configuration != NULL)
		configuration_free(&service->configuration);
}
