/* SPDX-License-Identifier: MIT
 *
 * What the threads share; see milter/service/service.h.
 */
#include "milter/service/service.h"

int service_load(struct milter_service *service_r, const char *path,
		 struct error *error)
{
	*service_r = (struct milter_service){0};
	if (settings_place_new(path, &service_r->settings, error) < 0)
		return -1;
	service_r->messages = under_way_new();
	service_r->metrics = metrics_new();
	if (service_r->messages == NULL || service_r->metrics == NULL)
		return error_set(error, "out of memory");
	return 0;
}

int service_open_store(struct milter_service *service, struct error *error)
{
	const struct settings *settings = settings_take(service->settings);
	int ret = store_pool_new(settings->configuration->store,
				 settings->configuration->milter_store_handles,
				 service->metrics, &service->pool, error);

	settings_give(service->settings, &settings);
	if (ret < 0)
		return -1;
	ret = store_pool_open(service->pool, error) == 0;
	if (activity_counter_new(service->pool, &service->activity, error) < 0)
		return -1;
	return ret;
}

void service_close(struct milter_service *service)
{
	activity_counter_free(&service->activity);
	store_pool_free(&service->pool);
	settings_place_free(&service->settings);
}

void service_free(struct milter_service *service)
{
	service_close(service);
	metrics_free(&service->metrics);
	under_way_free(&service->messages);
}
