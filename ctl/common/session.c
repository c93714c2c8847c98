/* SPDX-License-Identifier: MIT
 *
 * Opens what a command needs, and finds what its arguments name.
 */
#include "ctl/common/session.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ctl/common/report.h"
#include "lib/store/audit.h"
#include "lib/base/utf8.h"

/* A secret that everybody can read is no secret; better to stop at the
   terminal than to go on as if it were one. The secret itself is not read:
   this program does not need it, and not every user of it may. */
static int check_secret(const char *path)
{
	struct stat status;

	if (path == NULL || stat(path, &status) < 0 ||
	    (status.st_mode & S_IRWXO) == 0)
		return EX_OK;
	return report(EX_CONFIG,
		      "secret file %s is open to every user (mode %04o); "
		      "mend it with: chmod o= %s, and make a new secret",
		      path, (unsigned int)status.st_mode & 07777, path);
}

static int check_secrets(const struct configuration *configuration)
{
	int status = check_secret(configuration->srs_secret_file);

	for (size_t i = 0;
	     status == EX_OK && i < configuration->directory_count; i++)
		status = check_secret(
			configuration->directories[i].bind_password_file);
	return status;
}

/* For the audit trail: who is at the terminal, also behind sudo. */
static void set_actor(struct store *store)
{
	const char *sudo_user = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());
	char actor[AUDIT_ACTOR_BYTES];
	char clean[AUDIT_ACTOR_BYTES];

	if (sudo_user != NULL && sudo_user[0] != '\0' && getuid() == 0)
		snprintf(actor, sizeof(actor), "%.100s via sudo", sudo_user);
	else if (user != NULL)
		snprintf(actor, sizeof(actor), "%.120s", user->pw_name);
	else
		snprintf(actor, sizeof(actor), "uid %u",
			 (unsigned int)getuid());
	utf8_clean(actor, clean, sizeof(clean));
	store_set_actor(store, clean, "alumnictl");
}

static int open_store(struct invocation *invocation)
{
	struct error error = {""};
	enum store_access access;

	if (invocation->command->store == COMMAND_STORE_NONE)
		return EX_OK;
	access = invocation->command->store == COMMAND_STORE_ACCOUNTS
			 ? STORE_ACCOUNTS
			 : STORE_ACCOUNTS_AND_CREDENTIALS;
	if (store_open(invocation->configuration->store, access,
		       &invocation->store, &error) < 0)
		return report(session_store_failure(invocation), "%s",
			      error.text);
	set_actor(invocation->store);
	return EX_OK;
}

int session_open_credentials(struct invocation *invocation)
{
	struct error error = {""};

	store_close(&invocation->store);
	if (store_open(invocation->configuration->store,
		       STORE_ACCOUNTS_AND_CREDENTIALS, &invocation->store,
		       &error) < 0)
		return report(EX_NOPERM, "%s", error.text);
	set_actor(invocation->store);
	return EX_OK;
}

int session_open(struct invocation *invocation)
{
	struct error error = {""};
	const char *path = configuration_path(invocation->configuration_path);
	int status;

	if (invocation->command->opens_nothing)
		return EX_OK;
	if (configuration_load(path, &invocation->configuration, &error) < 0)
		return report(EX_CONFIG, "%s", error.text);
	status = check_secrets(invocation->configuration);
	if (status == EX_OK)
		status = open_store(invocation);
	return status;
}

void session_close(struct invocation *invocation)
{
	if (invocation->store != NULL)
		store_close(&invocation->store);
	if (invocation->configuration != NULL)
		configuration_free(&invocation->configuration);
}

/* True only if permission is missing. */
static bool is_denied(const char *folder, const char *name, int mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", folder, name);
	return access(path, mode) < 0 && errno == EACCES;
}

/* True if the folder is missing and this user may not create it. */
static bool cannot_be_made(const char *folder)
{
	char parent[PATH_MAX];
	char *slash;

	if (access(folder, F_OK) == 0)
		return false;
	snprintf(parent, sizeof(parent), "%s", folder);
	slash = strrchr(parent, '/');
	if (slash == NULL)
		return false;
	/* Keeps the slash of /folder. */
	slash[slash == parent] = '\0';
	return is_denied(parent, "", W_OK | X_OK);
}

int session_store_failure(const struct invocation *invocation)
{
	static const char scheme[] = "sqlite:";
	const char *folder = invocation->configuration->store;
	bool needs_credentials =
		invocation->command->store != COMMAND_STORE_ACCOUNTS;

	if (strncmp(folder, scheme, strlen(scheme)) != 0)
		return EX_CONFIG;
	folder += strlen(scheme);
	if (is_denied(folder, "", X_OK) ||
	    is_denied(folder, "/accounts", R_OK | W_OK | X_OK) ||
	    (needs_credentials &&
	     is_denied(folder, "/credentials", R_OK | W_OK | X_OK)) ||
	    cannot_be_made(folder))
		return EX_NOPERM;
	return EX_CONFIG;
}

int session_name(const struct invocation *invocation,
		 char name_r[ADDRESS_LOCAL_BYTES])
{
	const char *const *domains =
		(const char *const *)invocation->configuration->domains;
	struct error error = {""};

	if (account_name_normalise(invocation->arguments[0], domains, name_r,
				   &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	return EX_OK;
}

int session_account(struct invocation *invocation, struct account *account_r)
{
	char name[ADDRESS_LOCAL_BYTES];
	struct error error = {""};
	int status = session_name(invocation, name);

	if (status != EX_OK)
		return status;
	switch (store_account_by_name(invocation->store, name, account_r,
				      &error)) {
	case 1:
		return EX_OK;
	case 0:
		return report(EX_NOUSER,
			      "there is no account %s (alumnictl account list "
			      "shows those there are)",
			      name);
	default:
		return report(EX_TEMPFAIL, "%s", error.text);
	}
}

int session_changed(int result, const struct account *account,
		    const struct error *error)
{
	if (result > 0)
		return EX_OK;
	if (result == 0)
		return report(EX_NOUSER,
			      "account %s was deleted meanwhile; nothing was "
			      "changed",
			      account->name);
	return report(EX_TEMPFAIL, "%s", error->text);
}

int64_t session_quarantine_until(const struct invocation *invocation)
{
	int64_t quarantine = invocation->configuration->name_quarantine;
	int64_t now = time(NULL);

	return quarantine > INT64_MAX - now ? INT64_MAX : now + quarantine;
}

bool session_directory_is_known(const struct invocation *invocation,
				const char *name)
{
	const struct configuration *configuration = invocation->configuration;

	for (size_t i = 0; i < configuration->directory_count; i++) {
		if (strcmp(configuration->directories[i].name, name) == 0)
			return true;
	}
	return false;
}

int session_unknown_directory(const struct invocation *invocation,
			      const char *name)
{
	return report(EX_DATAERR,
		      "there is no directory \"%s\" in %s; add it there, or "
		      "give the name of one",
		      name, invocation->configuration->path);
}

int session_pin(const struct invocation *invocation, bool required,
		struct account *account)
{
	const char *directory = invocation_option(invocation, "directory");
	const char *id = invocation_option(invocation, "directory-id");

	if (directory == NULL && id == NULL && !required)
		return EX_OK;
	if (directory == NULL || id == NULL)
		return report(
			EX_USAGE,
			"%s: --directory and --directory-id must be given "
			"together",
			invocation->command->name);
	if (strlen(directory) >= sizeof(account->directory) ||
	    !session_directory_is_known(invocation, directory))
		return session_unknown_directory(invocation, directory);
	if (id[0] == '\0' || strlen(id) >= sizeof(account->directory_id) ||
	    !utf8_is_printable(id))
		return report(EX_DATAERR,
			      "the directory id must be 1 to %zu bytes of "
			      "printable UTF-8",
			      sizeof(account->directory_id) - 1);
	snprintf(account->directory, sizeof(account->directory), "%s",
		 directory);
	snprintf(account->directory_id, sizeof(account->directory_id), "%s",
		 id);
	return EX_OK;
}
