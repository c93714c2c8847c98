/* SPDX-License-Identifier: MIT
 *
 * The things that an auth-worker keeps between requests; see
 * plugins/auth/backend.h.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/secret.h"
#include "lib/configuration/configuration.h"
#include "lib/configuration/limits.h"
#include "lib/directory/directory.h"
#include "lib/password/hash.h"
#include "lib/store/store.h"
#include "lib/store/audit.h"
#include "plugins/auth/backend.h"
#include "protocol/names.h"

/* A directory that is opened when it is first asked. A directory that cannot be
   opened (its password file is missing, say) counts as one that does not
   answer: it must not keep out the people whom another tier accepts. */
struct lazy_directory {
	const struct directory_options *options;
	size_t number;
	/* The backend's, which may be NULL. */
	struct shared_state *const *state;
	struct directory *handle;
};

struct auth_backend {
	struct configuration *configuration;
	struct store *store;
	struct lazy_directory *directories;
	struct login_directory *login_directories;
	struct shared_state *state;
	struct hash_gate *gate;
	/* Why the state is not shared, until that was reported. */
	struct error state_error;
	uid_t mail_uid;
	gid_t mail_gid;
};

struct auth_backend *auth_backend_new(void)
{
	struct auth_backend *backend = calloc(1, sizeof(*backend));

	if (backend == NULL)
		abort();
	return backend;
}

static void backend_close_configuration(struct auth_backend *backend)
{
	size_t i;

	if (backend->configuration == NULL)
		return;
	if (backend->directories != NULL) {
		for (i = 0; i < backend->configuration->directory_count; i++)
			directory_close(&backend->directories[i].handle);
	}
	free(backend->directories);
	backend->directories = NULL;
	free(backend->login_directories);
	backend->login_directories = NULL;
	shared_state_close(&backend->state);
	hash_gate_close(&backend->gate);
	configuration_free(&backend->configuration);
}

void auth_backend_free(struct auth_backend **_backend)
{
	struct auth_backend *backend = *_backend;

	if (backend == NULL)
		return;
	*_backend = NULL;
	if (backend->store != NULL)
		store_close(&backend->store);
	backend_close_configuration(backend);
	free(backend);
}

static int lazy_directory_open(struct lazy_directory *directory,
			       struct error *error)
{
	if (directory->handle != NULL)
		return 0;
	if (directory_open(directory->options, &directory->handle, error) < 0)
		return -1;
	directory_use_breaker(directory->handle, *directory->state,
			      directory->number);
	return 0;
}

static int lazy_directory_find(void *context, const char *name,
			       struct directory_entry *entry_r,
			       struct error *error)
{
	struct lazy_directory *directory = context;

	if (lazy_directory_open(directory, error) < 0)
		return -1;
	return directory_find(directory->handle, name, entry_r, error);
}

static int lazy_directory_verify(void *context, const char *dn,
				 const char *password, struct error *error)
{
	struct lazy_directory *directory = context;

	if (lazy_directory_open(directory, error) < 0)
		return -1;
	return directory_verify(directory->handle, dn, password, error);
}

static int backend_prepare_directories(struct auth_backend *backend,
				       struct error *error)
{
	const struct configuration *configuration = backend->configuration;
	size_t count = configuration->directory_count;
	size_t i;

	/* One more than needed: calloc(0) may be NULL. */
	backend->directories = calloc(count + 1, sizeof(*backend->directories));
	backend->login_directories =
		calloc(count + 1, sizeof(*backend->login_directories));
	if (backend->directories == NULL || backend->login_directories == NULL)
		return error_set(error, "out of memory");
	for (i = 0; i < count; i++) {
		backend->directories[i].options =
			&configuration->directories[i];
		backend->directories[i].number = i;
		backend->directories[i].state = &backend->state;
		backend->login_directories[i] = (struct login_directory){
			.name = configuration->directories[i].name,
			.context = &backend->directories[i],
			.find = lazy_directory_find,
			.verify = lazy_directory_verify,
		};
	}
	return 0;
}

/* Looks up the one system user to whom all mail belongs. root is refused, since
   Dovecot would run mail processes as root. Returns 0, or -1 with an error. */
static int backend_find_mail_user(struct auth_backend *backend,
				  struct error *error)
{
	const struct configuration *configuration = backend->configuration;
	const struct passwd *user;
	const struct group *group;

	errno = 0;
	user = getpwnam(configuration->mail_user);
	if (user == NULL) {
		return error_set(error,
				 "%s: mail_user: no system user \"%s\"%s%s",
				 configuration->path, configuration->mail_user,
				 errno == 0 ? "; create it, or name another"
					    : " could be looked up: ",
				 errno == 0 ? "" : strerror(errno));
	}
	backend->mail_uid = user->pw_uid;
	errno = 0;
	group = getgrnam(configuration->mail_group);
	if (group == NULL) {
		return error_set(error,
				 "%s: mail_group: no system group \"%s\"%s%s",
				 configuration->path, configuration->mail_group,
				 errno == 0 ? "; create it, or name another"
					    : " could be looked up: ",
				 errno == 0 ? "" : strerror(errno));
	}
	backend->mail_gid = group->gr_gid;
	if (backend->mail_uid == 0 || backend->mail_gid == 0) {
		return error_set(error,
				 "%s: mail_user and mail_group must not be "
				 "root; name a user made for mail",
				 configuration->path);
	}
	return 0;
}

static int backend_open_configuration(struct auth_backend *backend,
				      struct error *error)
{
	if (configuration_load(configuration_path(NULL),
			       &backend->configuration, error) < 0)
		return -1;
	if (backend_prepare_directories(backend, error) < 0 ||
	    backend_find_mail_user(backend, error) < 0) {
		backend_close_configuration(backend);
		return -1;
	}
	/* Both are for speed alone: logins work without them. */
	(void)shared_state_open(backend->configuration->state_dir,
				&backend->state, &backend->state_error);
	(void)hash_gate_open(backend->configuration->state_dir,
			     hash_gate_places(), &backend->gate, NULL);
	return 0;
}

int auth_backend_open(struct auth_backend *backend, struct error *error)
{
	if (backend->configuration == NULL &&
	    backend_open_configuration(backend, error) < 0)
		return -1;
	if (backend->store == NULL && store_open(backend->configuration->store,
						 STORE_ACCOUNTS_AND_CREDENTIALS,
						 &backend->store, error) < 0)
		return -1;
	return 0;
}

int auth_backend_open_directories(struct auth_backend *backend,
				  struct error *error)
{
	int ret = 0;
	size_t i;

	if (auth_backend_open(backend, error) < 0)
		return -1;
	for (i = 0; i < backend->configuration->directory_count; i++) {
		/* All are opened, and the first error is kept. */
		if (lazy_directory_open(&backend->directories[i],
					ret < 0 ? NULL : error) < 0)
			ret = -1;
	}
	return ret;
}

bool auth_backend_take_news(struct auth_backend *backend,
			    struct auth_backend_news *news_r)
{
	size_t i;

	memset(news_r, 0, sizeof(*news_r));
	if (backend->state_error.text[0] != '\0') {
		news_r->text = backend->state_error;
		backend->state_error.text[0] = '\0';
		return true;
	}
	if (backend->configuration == NULL)
		return false;
	for (i = 0; i < backend->configuration->directory_count; i++) {
		struct directory *directory = backend->directories[i].handle;
		bool open = false;

		if (directory == NULL ||
		    !directory_take_news(directory, &open, &news_r->text))
			continue;
		(void)snprintf(news_r->directory, sizeof(news_r->directory),
			       "%s", directory_name(directory));
		news_r->asked = !open;
		return true;
	}
	return false;
}

/* Closes a handle that failed: the next request opens a new one. */
static void backend_drop_store(struct auth_backend *backend)
{
	if (backend->store != NULL)
		store_close(&backend->store);
}

void auth_backend_login(struct auth_backend *backend, const char *service,
			const char *typed_name, const char *password,
			int (*verify_hash)(void *context, const char *hash,
					   const char *password,
					   struct error *error),
			void *context, struct login_result *result_r)
{
	struct login_parts parts;

	memset(result_r, 0, sizeof(*result_r));
	if (auth_backend_open(backend, &result_r->reason) < 0) {
		result_r->outcome = LOGIN_TEMPORARY_FAILURE;
		return;
	}
	shared_state_renew(backend->state);
	parts = (struct login_parts){
		.configuration = backend->configuration,
		.store = backend->store,
		.directories = backend->login_directories,
		.directory_count = backend->configuration->directory_count,
		.verify_hash = verify_hash,
		.verify_hash_context = context,
		.state = backend->state,
		.gate = backend->gate,
		.now = time(NULL),
		.no_app_passwords =
			strcmp(service, AUTH_SERVICE_SELF_SERVICE) == 0,
	};
	store_set_actor(backend->store, "login", "login");
	login_decide(&parts, typed_name, password, result_r);
	/* The directory may have failed and not the store, but it is cheap to
	   open the store again. */
	if (result_r->outcome == LOGIN_TEMPORARY_FAILURE)
		backend_drop_store(backend);
}

int auth_backend_account(struct auth_backend *backend, const char *typed_name,
			 struct account *account_r, struct error *error)
{
	char name[ADDRESS_LOCAL_BYTES];
	int ret;

	if (auth_backend_open(backend, error) < 0)
		return -1;
	if (account_name_normalise(
		    typed_name,
		    (const char *const *)backend->configuration->domains, name,
		    error) < 0)
		return 0;
	ret = store_account_by_name(backend->store, name, account_r, error);
	if (ret < 0)
		backend_drop_store(backend);
	return ret;
}

int auth_backend_password(struct auth_backend *backend,
			  const struct account *account,
			  char hash_r[PASSWORD_HASH_BYTES], struct error *error)
{
	struct credential credentials[CREDENTIALS_MAX];
	size_t i, count;
	int ret = 0;

	if (auth_backend_open(backend, error) < 0)
		return -1;
	if (store_credentials(backend->store, account->id, credentials, &count,
			      error) < 0) {
		backend_drop_store(backend);
		return -1;
	}
	for (i = 0; i < count && ret == 0; i++) {
		if (credentials[i].kind != CREDENTIAL_PASSWORD)
			continue;
		memcpy(hash_r, credentials[i].hash, PASSWORD_HASH_BYTES);
		ret = 1;
	}
	secret_wipe(credentials, sizeof(credentials));
	return ret;
}

int auth_backend_mailbox(const struct auth_backend *backend,
			 const struct account *account,
			 struct auth_mailbox *mailbox_r, struct error *error)
{
	const struct configuration *configuration = backend->configuration;

	if (account_home(account, configuration->mail_home, mailbox_r->home) <
	    0) {
		return error_set(error, "%s: mail_home is too long",
				 configuration->path);
	}
	mailbox_r->uid = backend->mail_uid;
	mailbox_r->gid = backend->mail_gid;
	mailbox_r->quota = limits_quota(account, configuration);
	mailbox_r->quota_messages = limits_messages(account, configuration);
	return 0;
}

int auth_backend_accounts_after(struct auth_backend *backend, const char *after,
				struct account *accounts_r, size_t max,
				size_t *count_r, struct error *error)
{
	if (auth_backend_open(backend, error) < 0)
		return -1;
	if (store_accounts_after(backend->store, after, accounts_r, max,
				 count_r, error) < 0) {
		backend_drop_store(backend);
		return -1;
	}
	return 0;
}
