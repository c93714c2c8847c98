/* SPDX-License-Identifier: MIT
 *
 * The table of configuration options; see lib/configuration/options.h. Fields
 * are in the order in which one would explain them; the example file has the
 * same.
 */
#include "lib/configuration/options.h"

#include <string.h>

#include "lib/configuration/checks.h"
#include "lib/configuration/configuration.h"
#include "lib/mail/reply-text.h"

#define GENERAL(field)                                                         \
	.section = NULL, .name = #field,                                       \
	.offset = offsetof(struct configuration, field)
#define CLASS(field)                                                           \
	.section = CONFIGURATION_SECTION_CLASS, .name = #field,                \
	.offset = offsetof(struct class_options, field)
#define DIRECTORY(field)                                                       \
	.section = CONFIGURATION_SECTION_DIRECTORY, .name = #field,            \
	.offset = offsetof(struct directory_options, field)

/* An SRS address carries its day modulo 1024, and one that is half of that
   away could as well come from the future. */
#define SRS_MAX_AGE_DAYS_MAX 511
#define QUOTA_MESSAGES_MAX   1000000000

/* Enough for any limit, and no sum of such overflows. */
#define MESSAGES_MAX 1000000

static const struct option_choice over_quota_copy_choices[] = {
	{"forward-only", OVER_QUOTA_COPY_FORWARD_ONLY},
	{"reject", OVER_QUOTA_COPY_REJECT},
	{NULL, 0},
};

static const struct option_choice order_choices[] = {
	{"directory-first", LOGIN_ORDER_DIRECTORY_FIRST},
	{"last-success-first", LOGIN_ORDER_LAST_SUCCESS_FIRST},
	{NULL, 0},
};

static const struct option_choice learn_password_choices[] = {
	{"never", LEARN_PASSWORD_NEVER},
	{"first", LEARN_PASSWORD_FIRST},
	{"always", LEARN_PASSWORD_ALWAYS},
	{NULL, 0},
};

static const struct option_choice scope_choices[] = {
	{"subtree", DIRECTORY_SCOPE_SUBTREE},
	{"one", DIRECTORY_SCOPE_ONE},
	{NULL, 0},
};

static const struct option_choice tls_choices[] = {
	{"none", DIRECTORY_TLS_NONE},
	{"starttls", DIRECTORY_TLS_STARTTLS},
	{"ldaps", DIRECTORY_TLS_LDAPS},
	{NULL, 0},
};

static const struct configuration_option options[] = {
	{GENERAL(domains), .type = OPTION_LIST, .required = true,
	 .check = check_domain,
	 .help = "Domains of the accounts' addresses; the first is the one "
		 "that is shown."},
	{GENERAL(store), .type = OPTION_TEXT,
	 .fallback = "sqlite:/var/lib/alumnimail",
	 .check = check_store_location,
	 .help = "Where accounts are kept: sqlite:FOLDER."},
	{GENERAL(mail_home), .type = OPTION_TEXT, .fallback = "/var/vmail",
	 .check = check_absolute_path,
	 .help = "Folder above the accounts' home folders."},
	{GENERAL(mail_user), .type = OPTION_TEXT, .fallback = "vmail",
	 .check = check_unix_name, .help = "User that owns all mail."},
	{GENERAL(mail_group), .type = OPTION_TEXT, .fallback = "vmail",
	 .check = check_unix_name, .help = "Group that owns all mail."},
	{GENERAL(postmaster), .type = OPTION_TEXT, .fallback = "postmaster",
	 .check = check_mailbox,
	 .help = "Account or address that gets mail for postmaster and "
		 "abuse."},
	{GENERAL(default_class), .type = OPTION_TEXT, .fallback = "alumni",
	 .check = check_section_name,
	 .help = "Class of accounts for which the directory names none."},
	{GENERAL(leaver_class), .type = OPTION_TEXT,
	 .check = check_section_name,
	 .help = "Class of accounts whose owner has left the directory; the "
		 "default class unless set."},
	{GENERAL(sync_least_percent), .type = OPTION_COUNT, .fallback = "70",
	 .minimum = 0, .maximum = 100,
	 .help = "Directory sync changes nothing when fewer of a directory's "
		 "members than this share would stay."},
	{GENERAL(create_accounts), .type = OPTION_SWITCH, .fallback = "yes",
	 .help = "Whether the first login with a directory password creates "
		 "the account."},
	{GENERAL(order), .type = OPTION_CHOICE, .fallback = "directory-first",
	 .choices = order_choices,
	 .help = "Which password is tried first: directory-first, or "
		 "last-success-first for that of the tier that let the "
		 "account in last time."},
	{GENERAL(learn_password), .type = OPTION_CHOICE, .fallback = "never",
	 .choices = learn_password_choices,
	 .help = "Whether a directory password that was right goes on opening "
		 "the account when the person has left: never, first for "
		 "accounts without an alumni password, or always."},
	{GENERAL(refused_memory), .type = OPTION_SPAN, .fallback = "5m",
	 .check = check_memory_span,
	 .help = "How long a password that a directory refused is not tried "
		 "there again when no other tier accepts it."},
	{GENERAL(refused_memory_accepted), .type = OPTION_SPAN,
	 .fallback = "12h", .check = check_memory_span,
	 .help = "How long a password that a directory refused is not tried "
		 "there again when it is the alumni password."},
	{GENERAL(rehash), .type = OPTION_SWITCH, .fallback = "yes",
	 .help = "Whether a stored hash of an old scheme or of less cost is "
		 "made anew when its password is next used."},
	{GENERAL(hash_memory), .type = OPTION_SIZE, .fallback = "64M",
	 .check = check_hash_memory,
	 .help = "Memory that a new password hash takes."},
	{GENERAL(hash_passes), .type = OPTION_COUNT, .fallback = "2",
	 .minimum = 1, .maximum = 16, .help = "Passes over that memory."},
	{GENERAL(state_dir), .type = OPTION_TEXT, .fallback = "/run/alumnimail",
	 .check = check_absolute_path,
	 .help = "Folder where auth workers keep what they remember "
		 "together."},
	{GENERAL(name_quarantine), .type = OPTION_SPAN, .fallback = "365d",
	 .check = check_limited_span,
	 .help = "How long the name of a deleted account is not given to "
		 "anybody else."},
	{GENERAL(delete_grace), .type = OPTION_SPAN, .fallback = "30d",
	 .check = check_limited_span,
	 .help = "How long a deleted account can be had back."},
	{GENERAL(audit_keep), .type = OPTION_SPAN, .fallback = "365d",
	 .help = "How long it is kept who changed what; never forgets "
		 "nothing."},
	{GENERAL(quota_grace), .type = OPTION_SIZE, .fallback = "0",
	 .check = check_limited_size,
	 .help = "How far mail may exceed a quota before it is refused."},
	{GENERAL(trash_allowance), .type = OPTION_SIZE, .fallback = "unlimited",
	 .help = "How far a copy into Trash, which is how some mail programs "
		 "delete, may exceed a quota."},
	{GENERAL(warning_templates), .type = OPTION_TEXT,
	 .fallback = "/etc/alumnimail/templates", .check = check_absolute_path,
	 .help = "Folder with the texts of the warnings that a mailbox is "
		 "getting full."},
	{GENERAL(sendmail), .type = OPTION_TEXT,
	 .fallback = "/usr/sbin/sendmail", .check = check_absolute_path,
	 .help = "Program that hands mail to the local Postfix."},
	{GENERAL(over_quota_copy), .type = OPTION_CHOICE,
	 .fallback = "forward-only", .choices = over_quota_copy_choices,
	 .help = "What happens to mail that is forwarded when there is no "
		 "room for the kept copy: forward-only sends it on without "
		 "keeping it, reject refuses it."},
	{GENERAL(contact), .type = OPTION_TEXT, .check = check_contact,
	 .help = "Where people turn for help: an address or a URL, shown in "
		 "replies; postmaster at the first of domains unless set."},
	{GENERAL(over_quota_text), .type = OPTION_TEXT,
	 .fallback = "The mailbox is over quota: there is no room for this "
		     "message",
	 .check = reply_text_check,
	 .help = "What senders are told about a full mailbox. %u stands for "
		 "what is used, %q for the quota, %s for the message's size, "
		 "%c for contact."},
	{GENERAL(sending_blocked_text), .type = OPTION_TEXT,
	 .fallback = "Sending from this account is blocked, ask %c for help",
	 .check = reply_text_check,
	 .help = "What people are told whose sending is blocked. %c stands "
		 "for contact."},
	{GENERAL(forward_confirm), .type = OPTION_SWITCH, .fallback = "yes",
	 .help = "Whether people must enter a code that is mailed to a new "
		 "forwarding address before mail goes there."},
	{GENERAL(forward_codes_per_day), .type = OPTION_COUNT, .fallback = "5",
	 .minimum = 1, .maximum = 100,
	 .help = "How many such codes are mailed for an account in a day."},
	{GENERAL(forward_denied_domains), .type = OPTION_LIST,
	 .check = check_domain,
	 .help = "Domains that people may not forward to, with all below "
		 "them."},
	{GENERAL(password_length), .type = OPTION_COUNT, .fallback = "10",
	 .minimum = 6, .maximum = 128,
	 .help = "How many characters an alumni password must have at "
		 "least."},
	{GENERAL(password_classes), .type = OPTION_COUNT, .fallback = "1",
	 .minimum = 0, .maximum = 4,
	 .help = "How many kinds of characters it must have at least: "
		 "capital and small letters, digits, others."},
	{GENERAL(password_dictionary), .type = OPTION_SWITCH, .fallback = "yes",
	 .help = "Whether it must not be based on a word of the dictionary "
		 "of the cracklib library."},
	{GENERAL(password_bad_words), .type = OPTION_LIST,
	 .help = "Words that it must not contain, besides the account's name "
		 "and domain."},
	{GENERAL(password_key_file), .type = OPTION_TEXT,
	 .fallback = "/etc/alumnimail/password.key",
	 .check = check_absolute_path,
	 .help = "File with the private key to which new passwords are "
		 "encrypted on their way to Dovecot's dict service."},
	{GENERAL(password_public_key_file), .type = OPTION_TEXT,
	 .fallback = "/etc/alumnimail/password.pub",
	 .check = check_absolute_path,
	 .help = "File with its public key, for mail processes."},
	{GENERAL(app_passwords), .type = OPTION_SWITCH, .fallback = "yes",
	 .help = "Whether people can make passwords for single mail "
		 "programs, and whether those open accounts."},
	{GENERAL(forward_messages_per_day), .type = OPTION_COUNT,
	 .fallback = "1000", .minimum = 0, .maximum = MESSAGES_MAX,
	 .help = "How many messages are forwarded for an account in a day of "
		 "UTC; the others stay in its mailbox. 0 = no limit."},
	{GENERAL(spam_headers), .type = OPTION_LIST,
	 .check = check_header_value,
	 .help = "Headers of mail that is not forwarded, because it is spam: "
		 "\"Name: value\"."},
	{GENERAL(authserv_id), .type = OPTION_TEXT, .check = check_authserv_id,
	 .help = "Name in the Authentication-Results headers that count: mail "
		 "that fails DMARC there is not forwarded. Unset, none count."},
	{GENERAL(submission_recipients_per_hour), .type = OPTION_COUNT,
	 .fallback = "300", .minimum = 0, .maximum = MESSAGES_MAX,
	 .help = "To how many recipients an account may send in an hour, past "
		 "which its sending is blocked. 0 = no limit."},
	{GENERAL(submission_recipients_per_day), .type = OPTION_COUNT,
	 .fallback = "1500", .minimum = 0, .maximum = MESSAGES_MAX,
	 .help = "The same for a day of UTC."},
	{GENERAL(submission_check_from), .type = OPTION_SWITCH,
	 .fallback = "yes",
	 .help = "Whether the From header of mail that is handed in must be "
		 "an address of the sender's account."},
	{GENERAL(dkim_selector), .type = OPTION_TEXT, .check = check_domain,
	 .help = "Selector under which DNS has the public keys of the program "
		 "that signs mail (DKIM), for doctor to look at."},
	{GENERAL(dkim_keys), .type = OPTION_TEXT, .check = check_absolute_path,
	 .help = "Folder with the private keys, DOMAIN.key, for doctor to "
		 "compare."},
	{GENERAL(srs_domain), .type = OPTION_TEXT, .check = check_domain,
	 .help = "Domain of rewritten senders of forwarded mail; the first of "
		 "domains unless set."},
	{GENERAL(srs_secret_file), .type = OPTION_TEXT,
	 .fallback = "/etc/alumnimail/srs.secret", .check = check_absolute_path,
	 .help = "File with the secrets that sign rewritten senders, one a "
		 "line: the first signs, all are accepted."},
	{GENERAL(srs_max_age_days), .type = OPTION_COUNT, .fallback = "21",
	 .minimum = 1, .maximum = SRS_MAX_AGE_DAYS_MAX,
	 .help = "How many days mail may be returned to a rewritten sender."},
	{GENERAL(milter_user), .type = OPTION_TEXT, .fallback = "alumnimail",
	 .check = check_unix_name, .help = "User that alumni-milter runs as."},
	{GENERAL(milter_socket), .type = OPTION_TEXT,
	 .fallback = "/var/spool/postfix/alumnimail/milter.sock",
	 .check = check_absolute_path,
	 .help = "Socket on which Postfix reaches the milter."},
	{GENERAL(maps_socket), .type = OPTION_TEXT,
	 .fallback = "/var/spool/postfix/alumnimail/maps.sock",
	 .check = check_absolute_path,
	 .help = "Socket on which Postfix looks up accounts and senders."},
	{GENERAL(socket_group), .type = OPTION_TEXT, .fallback = "postfix",
	 .check = check_unix_name,
	 .help = "Group that may connect to the two sockets."},
	{GENERAL(milter_store_handles), .type = OPTION_COUNT, .fallback = "8",
	 .minimum = 1, .maximum = 64,
	 .help = "How many look-ups of the milter run at the same time."},
	{GENERAL(metrics_listen), .type = OPTION_TEXT, .check = check_listen,
	 .help = "ADDRESS:PORT where the milter serves metrics; unset, it "
		 "serves none."},
	{GENERAL(auth_socket), .type = OPTION_TEXT,
	 .fallback = "/run/dovecot/auth-client", .check = check_absolute_path,
	 .help = "Dovecot's socket for authentication clients."},
	{GENERAL(dovecot_config), .type = OPTION_TEXT,
	 .fallback = "/etc/dovecot/dovecot.conf", .check = check_absolute_path,
	 .help = "Dovecot's configuration, by which alumnictl ends sessions."},
	{GENERAL(postfix_config), .type = OPTION_TEXT,
	 .fallback = "/etc/postfix", .check = check_absolute_path,
	 .help = "Folder of Postfix's configuration, which alumnictl doctor "
		 "looks at."},

	{CLASS(quota), .type = OPTION_SIZE, .required = true,
	 .help = "Mail that an account of this class may keep."},
	{CLASS(quota_messages), .type = OPTION_COUNT, .fallback = "0",
	 .minimum = 0, .maximum = QUOTA_MESSAGES_MAX,
	 .help = "How many messages it may keep; 0 sets no limit."},
	{CLASS(trash_retention), .type = OPTION_SPAN, .fallback = "7d",
	 .help = "How long messages stay in Trash; never keeps them."},

	{DIRECTORY(uris), .type = OPTION_LIST, .required = true,
	 .check = check_ldap_uri, .help = "LDAP servers, tried in this order."},
	{DIRECTORY(tls), .type = OPTION_CHOICE, .fallback = "starttls",
	 .choices = tls_choices,
	 .help = "How connections are encrypted: starttls, ldaps, or none for "
		 "servers on this machine."},
	{DIRECTORY(ca_file), .type = OPTION_TEXT, .check = check_absolute_path,
	 .help = "Certificates that the server's must be signed by; the "
		 "system's unless set."},
	{DIRECTORY(bind_dn), .type = OPTION_TEXT, .check = check_ldap_dn,
	 .help = "Service account that searches; anonymous unless set."},
	{DIRECTORY(bind_password_file), .type = OPTION_TEXT,
	 .check = check_absolute_path,
	 .help = "File with the service account's password."},
	{DIRECTORY(base), .type = OPTION_TEXT, .required = true,
	 .check = check_ldap_dn, .help = "Entry below which people are."},
	{DIRECTORY(scope), .type = OPTION_CHOICE, .fallback = "subtree",
	 .choices = scope_choices,
	 .help = "Where people are below base: subtree for anywhere, one for "
		 "right below it."},
	{DIRECTORY(filter), .type = OPTION_TEXT, .fallback = "(uid=%u)",
	 .check = check_ldap_user_filter,
	 .help = "Finds a person; %u is the account name."},
	{DIRECTORY(active_filter), .type = OPTION_TEXT,
	 .check = check_ldap_filter,
	 .help = "Matches people whose directory password counts; all unless "
		 "set."},
	{DIRECTORY(deny_filter), .type = OPTION_TEXT,
	 .check = check_ldap_filter,
	 .help = "Matches people who may not log in with any password; nobody "
		 "unless set."},
	{DIRECTORY(id_attribute), .type = OPTION_TEXT, .fallback = "entryUUID",
	 .check = check_ldap_attribute,
	 .help = "Attribute that names an entry for ever and is never given "
		 "to another."},
	{DIRECTORY(name_attribute), .type = OPTION_TEXT, .fallback = "uid",
	 .check = check_ldap_attribute,
	 .help = "Attribute that has the account name, for commands that list "
		 "the whole directory."},
	{DIRECTORY(class_attribute), .type = OPTION_TEXT,
	 .check = check_ldap_attribute,
	 .help = "Attribute that decides a new account's class; the default "
		 "class unless set."},
	{DIRECTORY(class_map), .type = OPTION_MAP,
	 .help = "VALUE=CLASS for values of class_attribute; the first that "
		 "fits counts."},
	{DIRECTORY(quota_attribute), .type = OPTION_TEXT,
	 .check = check_ldap_attribute,
	 .help = "Attribute with an account's own quota in bytes."},
	{DIRECTORY(forward_attribute), .type = OPTION_TEXT,
	 .check = check_ldap_attribute,
	 .help = "Attribute with the address that an account's mail is "
		 "forwarded to."},
	{DIRECTORY(keep_copy_attribute), .type = OPTION_TEXT,
	 .check = check_ldap_attribute,
	 .help = "Attribute that says whether a copy of forwarded mail is "
		 "kept: TRUE or FALSE."},
	{DIRECTORY(breaker_failures), .type = OPTION_COUNT, .fallback = "3",
	 .minimum = 1, .maximum = 1000,
	 .help = "After how many failures in a row the directory is not "
		 "asked for a while; one time-out is enough by itself."},
	{DIRECTORY(breaker_probe_msecs), .type = OPTION_COUNT,
	 .fallback = "2000", .minimum = 100, .maximum = 60000,
	 .help = "How often it is then looked whether the directory answers "
		 "again, in milliseconds."},
	{DIRECTORY(connect_timeout_msecs), .type = OPTION_COUNT,
	 .fallback = "1000", .minimum = 10, .maximum = 60000,
	 .help = "How long to wait for a connection, TLS included, in "
		 "milliseconds."},
	{DIRECTORY(request_timeout_msecs), .type = OPTION_COUNT,
	 .fallback = "1000", .minimum = 10, .maximum = 60000,
	 .help = "How long to wait for an answer, in milliseconds."},
};

const struct configuration_option *configuration_options(size_t *count_r)
{
	*count_r = sizeof(options) / sizeof(*options);
	return options;
}

bool configuration_option_is_in(const struct configuration_option *option,
				const char *section)
{
	if (option->section == NULL || section == NULL)
		return option->section == section;
	return strcmp(option->section, section) == 0;
}
