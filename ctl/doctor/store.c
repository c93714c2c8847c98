/* SPDX-License-Identifier: MIT
 *
 * Doctor: the account store, who may reach it, the room it has, and the folder
 * of the mail.
 */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "ctl/doctor/doctor.h"
#include "lib/mail/quota.h"

#define ROOM_BYTES_LEAST (INT64_C(256) << 20)
#define NUMBER_BYTES     32

static void open_store(struct doctor *doctor)
{
	struct error error = {""};
	struct store *store = NULL;

	if (store_open(doctor->configuration->store,
		       STORE_ACCOUNTS_AND_CREDENTIALS, &store, &error) < 0) {
		doctor_problem(doctor, "store-open",
			       "alumnictl store init, which makes a store or "
			       "brings it up to date; or restore a backup",
			       "%s", error.text);
		return;
	}
	doctor->store = store;
	doctor_ok(doctor, "store-open", "%s can be opened",
		  doctor->configuration->store);
}

static void check_layout(struct doctor *doctor)
{
	struct error error = {""};

	if (store_layout_check(doctor->configuration->store, &error) < 0)
		doctor_problem(doctor, "store-permissions",
			       "alumnictl store init, as root", "%s",
			       error.text);
	else
		doctor_ok(doctor, "store-permissions",
			  "every part can reach what it may, and no more");
}

static void check_room(struct doctor *doctor, const char *check,
		       const char *folder)
{
	char text[NUMBER_BYTES];
	struct statvfs status;
	int64_t room;

	if (statvfs(folder, &status) < 0)
		return;
	room = (int64_t)status.f_bavail * (int64_t)status.f_frsize;
	mail_quota_format(room, text, sizeof(text));
	if (room < ROOM_BYTES_LEAST || status.f_favail == 0)
		doctor_problem(doctor, check,
			       "free some space, or enlarge the file system",
			       "the file system of %s has only %s and %" PRIu64
			       " files left",
			       folder, text, (uint64_t)status.f_favail);
	else
		doctor_ok(doctor, check, "%s has room: %s are free", folder,
			  text);
}

static void check_mail_home(struct doctor *doctor)
{
	const struct configuration *configuration = doctor->configuration;
	const struct passwd *user = getpwnam(configuration->mail_user);
	const char *folder = configuration->mail_home;
	struct stat status;

	if (user == NULL)
		return;
	if (stat(folder, &status) < 0 || !S_ISDIR(status.st_mode)) {
		doctor_problem(doctor, "mail-home",
			       doctor_mend(doctor,
					   "install -d -m 0700 -o %s -g %s %s",
					   configuration->mail_user,
					   configuration->mail_group, folder),
			       "mail cannot be kept: %s: %s", folder,
			       errno != 0 ? strerror(errno) : "no folder");
		return;
	}
	if (status.st_uid != user->pw_uid ||
	    (status.st_mode & S_IRWXU) != S_IRWXU ||
	    (status.st_mode & S_IRWXO) != 0) {
		doctor_problem(
			doctor, "mail-home",
			doctor_mend(doctor, "chown %s:%s %s && chmod 0700 %s",
				    configuration->mail_user,
				    configuration->mail_group, folder, folder),
			"%s is not %s's alone (owner %u, mode %04o)", folder,
			configuration->mail_user, (unsigned int)status.st_uid,
			(unsigned int)status.st_mode & 07777);
		return;
	}
	doctor_ok(doctor, "mail-home", "%s is %s's alone", folder,
		  configuration->mail_user);
	check_room(doctor, "mail-room", folder);
}

/* Mail for postmaster and abuse must arrive somewhere (RFC 5321, 4.5.1; RFC
   2142). */
static void check_postmaster(struct doctor *doctor)
{
	const char *name = doctor->configuration->postmaster;
	struct account account;
	struct error error = {""};
	int found;

	if (strchr(name, '@') != NULL) {
		doctor_ok(doctor, "postmaster", "postmaster's mail goes to %s",
			  name);
		return;
	}
	found = store_account_by_name(doctor->store, name, &account, &error);
	if (found < 0)
		doctor_problem(doctor, "postmaster", "see the store's own line",
			       "%s", error.text);
	else if (found == 0 || !account.enabled)
		doctor_problem(
			doctor, "postmaster",
			doctor_mend(doctor,
				    "alumnictl account add %s, or name another "
				    "with postmaster in %s",
				    name, doctor->configuration_path),
			"mail for postmaster and abuse is refused: there is no "
			"open account %s",
			name);
	else
		doctor_ok(doctor, "postmaster", "postmaster's account is %s",
			  name);
}

void doctor_check_store(struct doctor *doctor)
{
	const char *place = strchr(doctor->configuration->store, ':');

	open_store(doctor);
	if (doctor->store != NULL) {
		check_layout(doctor);
		check_postmaster(doctor);
	}
	if (place != NULL && place[1] == '/')
		check_room(doctor, "store-room", place + 1);
	check_mail_home(doctor);
}
