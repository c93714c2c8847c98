/* SPDX-License-Identifier: MIT
 *
 * The one configuration file, /etc/alumnimail/alumnimail.conf, that every
 * part reads. It is world-readable: mail processes already run as the mail
 * user when a plugin starts. Secrets are in files of their own that it names.
 *
 * The options, their types, defaults and meanings stand in one table in
 * lib/configuration/options.c.
 */
#ifndef ALUMNI_CONFIGURATION_CONFIGURATION_H
#define ALUMNI_CONFIGURATION_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/password/hash.h"

#define CONFIGURATION_DEFAULT_PATH "/etc/alumnimail/alumnimail.conf"
/* Names another file, for a second instance on one machine. */
#define CONFIGURATION_PATH_VARIABLE "ALUMNIMAIL_CONFIG"

/* The longest that refused_memory and refused_memory_accepted may be. */
#define CONFIGURATION_REFUSED_MEMORY_SECONDS_MAX (INT64_C(7) * 24 * 60 * 60)

enum over_quota_copy {
	/* The forwarded copy goes out, the kept one is left out. */
	OVER_QUOTA_COPY_FORWARD_ONLY,
	/* The recipient is refused as if there were no forwarding. */
	OVER_QUOTA_COPY_REJECT,
};

enum directory_tls {
	DIRECTORY_TLS_NONE,     /* ldap:// in the clear: loopback only */
	DIRECTORY_TLS_STARTTLS, /* StartTLS, required */
	DIRECTORY_TLS_LDAPS,    /* ldaps:// */
};

enum directory_scope {
	DIRECTORY_SCOPE_SUBTREE, /* anywhere below base */
	DIRECTORY_SCOPE_ONE,     /* right below base */
};

enum login_order {
	LOGIN_ORDER_DIRECTORY_FIRST,
	/* The tier that let the account in last time is asked first. */
	LOGIN_ORDER_LAST_SUCCESS_FIRST,
};

/* Whether a directory password that was right is kept as a learned hash. */
enum learn_password {
	LEARN_PASSWORD_NEVER, /* nor do such hashes count */
	LEARN_PASSWORD_FIRST, /* for an account without an alumni password */
	LEARN_PASSWORD_ALWAYS,
};

/* class "student" { ... } */
struct class_options {
	char *name;
	int64_t quota;               /* bytes, 0 = unlimited */
	unsigned int quota_messages; /* 0 = unlimited */
	int64_t trash_retention;     /* seconds, 0 = for ever */
};

/* Maps a value of the directory's class attribute to one of our classes. */
struct class_map {
	char *value;
	char *class_name;
};

/* directory "university" { ... } */
struct directory_options {
	char *name;
	char **uris; /* NULL-terminated */
	enum directory_tls tls;
	char *ca_file; /* NULL = the system's */
	char *bind_dn; /* NULL = anonymous search */
	char *bind_password_file;
	char *base;
	enum directory_scope scope;
	char *filter;        /* %u is the escaped account name */
	char *active_filter; /* NULL = every entry is active */
	char *deny_filter;   /* NULL = nobody is denied */
	char *id_attribute;
	char *name_attribute;
	char *class_attribute;       /* NULL = the default class */
	struct class_map *class_map; /* in order: the first that fits */
	size_t class_map_count;
	/* NULL = the directory has no say in it. */
	char *quota_attribute;
	char *forward_attribute;
	char *keep_copy_attribute;
	unsigned int breaker_failures; /* in a row that open the breaker */
	unsigned int breaker_probe_msecs;
	unsigned int connect_timeout_msecs;
	unsigned int request_timeout_msecs;
};

struct configuration {
	char *path; /* the file read */

	char **domains;  /* NULL-terminated; the first is the primary one */
	char *store;     /* "sqlite:/var/lib/alumnimail" */
	char *mail_home; /* folder above the accounts' home folders */
	char *mail_user;
	char *mail_group;
	char *postmaster; /* account name or address for role addresses */
	char *default_class;
	char *leaver_class;              /* the default class unless set */
	unsigned int sync_least_percent; /* of members that must stay */
	bool create_accounts;
	enum login_order order;
	enum learn_password learn_password;
	/* For how long a password that a directory refused is not tried
	   there again, in seconds: when no tier accepts it, and when the
	   alumni database does. */
	int64_t refused_memory;
	int64_t refused_memory_accepted;
	bool rehash;
	int64_t hash_memory; /* bytes; see configuration_password_cost() */
	unsigned int hash_passes;
	char *state_dir;         /* of lib/directory/shared-state.h */
	int64_t name_quarantine; /* seconds */
	int64_t delete_grace;    /* seconds */
	int64_t audit_keep;      /* seconds, 0 = for ever */
	int64_t quota_grace;     /* bytes */
	char *warning_templates; /* folder */
	char *sendmail;
	int64_t trash_allowance; /* bytes, 0 = unlimited */
	enum over_quota_copy over_quota_copy;

	char *contact; /* shown in replies; postmaster unless set */
	/* Texts with placeholders, see lib/mail/reply-text.h. */
	char *over_quota_text;
	char *sending_blocked_text;

	bool forward_confirm; /* a new address is sent a code first */
	unsigned int forward_codes_per_day;
	char **forward_denied_domains; /* and below them; NULL-terminated */

	/* The rules for a new alumni password. */
	unsigned int password_length;
	unsigned int password_classes;
	bool password_dictionary;
	char **password_bad_words; /* NULL-terminated */
	char *password_key_file;   /* of dict alone */
	char *password_public_key_file;
	bool app_passwords;

	/* 0 = no limit. */
	unsigned int forward_messages_per_day;
	unsigned int submission_recipients_per_hour;
	unsigned int submission_recipients_per_day;
	bool submission_check_from;
	char **spam_headers; /* "Name: value", NULL-terminated */
	char *authserv_id;   /* NULL = no Authentication-Results count */

	/* The settings of the program that signs mail, for doctor to compare
	   with DNS; NULL = not known. */
	char *dkim_selector;
	char *dkim_keys; /* folder with DOMAIN.key */

	char *srs_domain; /* the primary domain unless set */
	char *srs_secret_file;
	unsigned int srs_max_age_days;

	char *milter_user;
	char *milter_socket;
	char *maps_socket;
	char *socket_group; /* group that may connect: Postfix's */
	unsigned int milter_store_handles;
	char *metrics_listen; /* "address:port", NULL = none */

	char *auth_socket;    /* Dovecot's auth client socket */
	char *dovecot_config; /* file that doveadm and doveconf are to read */
	char *postfix_config; /* folder with main.cf and master.cf */

	struct class_options *classes;
	size_t class_count;
	struct directory_options *directories; /* in the order of the file */
	size_t directory_count;
};

/* Returns the path of the file to read: the argument unless it is NULL, else
   the environment variable, else the default. The text belongs to the caller,
   to the environment, or to nobody. */
const char *configuration_path(const char *path);

/* Reads and checks the file. Does not open the secrets that the file names,
   since not every reader may. Free the configuration with configuration_free().
   Returns 0; or -1 with an error that names the file, the line where there is
   one, the fault and a remedy: then *configuration_r is untouched. Not
   thread-safe, as libconfuse's parser is not. */
int configuration_load(const char *path, struct configuration **configuration_r,
		       struct error *error);

/* Frees the configuration and sets *configuration to NULL. Takes NULL in
 *configuration. */
void configuration_free(struct configuration **configuration);

/* Returns the class of that name, which belongs to the configuration, or NULL
   when there is none. */
const struct class_options *
configuration_class(const struct configuration *configuration,
		    const char *name);

#define CONFIGURATION_CONTACT_BYTES 512

/* Gives the address to which people turn for help: the option contact, or
   postmaster at the first domain. A longer one is cut. */
void configuration_contact(const struct configuration *configuration,
			   char text_r[CONFIGURATION_CONTACT_BYTES]);

/* Returns the cost of new password hashes. */
struct password_cost
configuration_password_cost(const struct configuration *configuration);

/* Returns the class of that name, or else the default class, which always
   exists. */
const struct class_options *
configuration_class_or_default(const struct configuration *configuration,
			       const char *name);

#endif
