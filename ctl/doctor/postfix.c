/* SPDX-License-Identifier: MIT
 *
 * Doctor: whether Postfix asks alumni-milter and hands mail to Dovecot, by
 * what its own postconf(1) says is in force.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/process.h"
#include "protocol/names.h"

#define POSTCONF    "/usr/sbin/postconf"
#define CHECK_BYTES 128

enum rule {
	RULE_HAS_WORD, /* the list has the word */
	RULE_LACKS_WORD,
	RULE_CONTAINS, /* it stands somewhere in the value */
	RULE_IS,
};

struct wish {
	const char *parameter;
	enum rule rule;
	const char *value;
	const char *otherwise; /* what happens if it is not so */
};

/* What does not depend on the site. */
static const struct wish wishes[] = {
	{"milter_default_action", RULE_IS, "tempfail",
	 "mail misses its forwarding when the filter is away"},
	{"internal_mail_filter_classes", RULE_HAS_WORD, "bounce",
	 "returned mail is not forwarded"},
	{"virtual_mailbox_maps", RULE_CONTAINS, ":" MAP_MAILBOX,
	 "accounts are not known to Postfix"},
	{"virtual_alias_maps", RULE_CONTAINS, ":" MAP_VIRTUAL_ALIAS,
	 "aliases of accounts, postmaster and abuse do not work, and returned "
	 "mail does not find its way back to the true sender"},
	{"lmtp_generic_maps", RULE_CONTAINS, ":" MAP_SRS_REVERSE,
	 "kept copies have a rewritten Return-Path"},
	{"smtpd_sender_login_maps", RULE_CONTAINS, ":" MAP_SENDER_LOGIN,
	 "people may send under each other's names"},
	{"virtual_transport", RULE_CONTAINS,
	 "lmtp:unix:", "mail does not reach Dovecot over LMTP"},
	{"recipient_delimiter", RULE_HAS_WORD, "+",
	 "addresses with a detail (name+detail) do not work"},
	{"smtpd_sasl_type", RULE_IS, "dovecot", "people cannot log in to send"},
	{"smtpd_tls_auth_only", RULE_IS, "yes",
	 "passwords may be sent without TLS"},
	{"smtputf8_enable", RULE_IS, "no",
	 "mail is accepted that Dovecot's LMTP server refuses later"},
	{"virtual_mailbox_limit", RULE_IS, "0",
	 "a limit of Postfix's own stands beside the quotas"},
};

static bool holds(const struct wish *wish, const char *value)
{
	switch (wish->rule) {
	case RULE_HAS_WORD:
		return doctor_list_has(value, wish->value);
	case RULE_LACKS_WORD:
		return !doctor_list_has(value, wish->value);
	case RULE_CONTAINS:
		return strstr(value, wish->value) != NULL;
	case RULE_IS:
		return strcmp(value, wish->value) == 0;
	}
	return false;
}

static void check_wish(struct doctor *doctor, const char *postconf,
		       const struct wish *wish)
{
	static const char *const verbs[] = {
		[RULE_HAS_WORD] = "add %s to %s in %s/main.cf",
		[RULE_LACKS_WORD] = "take %s out of %s in %s/main.cf",
		[RULE_CONTAINS] = ("add the look-up \"%s\" to %s in "
				   "%s/main.cf, as in the example"),
		[RULE_IS] = "set %2$s = %1$s in %3$s/main.cf",
	};
	static const char *const states[] = {
		[RULE_HAS_WORD] = "has",
		[RULE_LACKS_WORD] = "leaves out",
		[RULE_CONTAINS] = "has",
		[RULE_IS] = "is",
	};
	char value[DOCTOR_VALUE_BYTES];
	char check[CHECK_BYTES];

	snprintf(check, sizeof(check), "%s:%s", wish->parameter, wish->value);
	(void)doctor_find_value(postconf, wish->parameter, value);
	if (holds(wish, value)) {
		doctor_ok(doctor, check, "%s %s %s", wish->parameter,
			  states[wish->rule], wish->value);
		return;
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	doctor_mend(doctor, verbs[wish->rule], wish->value, wish->parameter,
		    doctor->configuration->postfix_config);
#pragma GCC diagnostic pop
	doctor_problem(doctor, check, doctor->mend, "%s = %s: %s",
		       wish->parameter, value, wish->otherwise);
}

/* As Postfix names a socket: relative to its queue, if it lies in there. */
static void socket_name(const struct doctor *doctor, const char *path,
			char name_r[PATH_MAX])
{
	size_t length = strlen(doctor->spool);

	if (length > 0 && strncmp(path, doctor->spool, length) == 0 &&
	    path[length] == '/')
		path += length + 1;
	snprintf(name_r, PATH_MAX, "unix:%s", path);
}

static void check_milters(struct doctor *doctor, const char *postconf)
{
	static const char *const parameters[] = {"smtpd_milters",
						 "non_smtpd_milters"};
	static const char *const otherwise[] = {
		"mail from other servers is neither forwarded nor refused over "
		"quota",
		"mail from programs of this machine is not forwarded"};
	char name[PATH_MAX];

	socket_name(doctor, doctor->configuration->milter_socket, name);
	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
		const struct wish wish = {parameters[i], RULE_CONTAINS, name,
					  otherwise[i]};

		check_wish(doctor, postconf, &wish);
	}
	socket_name(doctor, doctor->configuration->maps_socket, name);
	check_wish(doctor, postconf,
		   &(const struct wish){"virtual_mailbox_maps", RULE_CONTAINS,
					name,
					"accounts are not known to "
					"Postfix"});
}

static void check_domains(struct doctor *doctor, const char *postconf)
{
	char *const *domains = doctor->configuration->domains;

	for (size_t i = 0; domains[i] != NULL; i++) {
		const struct wish rules[] = {
			{"virtual_mailbox_domains", RULE_HAS_WORD, domains[i],
			 "mail for this domain is not taken"},
			{"mydestination", RULE_LACKS_WORD, domains[i],
			 "mail for this domain goes to users of this machine"},
			{"virtual_alias_domains", RULE_LACKS_WORD, domains[i],
			 "mail for this domain reaches no mailbox"},
			{"relay_domains", RULE_LACKS_WORD, domains[i],
			 "mail for this domain is sent on to other servers"},
		};

		for (size_t j = 0; j < sizeof(rules) / sizeof(*rules); j++)
			check_wish(doctor, postconf, &rules[j]);
	}
}

static void take_facts(struct doctor *doctor, const char *postconf)
{
	struct doctor_certificate *certificate = &doctor->postfix_certificate;
	char files[DOCTOR_VALUE_BYTES];
	char *second;

	(void)doctor_find_value(postconf, "myhostname", doctor->hostname);
	(void)doctor_find_value(postconf, "queue_directory", doctor->spool);
	(void)doctor_find_value(postconf, "smtpd_tls_cert_file",
				certificate->chain);
	(void)doctor_find_value(postconf, "smtpd_tls_key_file",
				certificate->key);
	/* The key first, then the chain; or both in one file. */
	if (doctor_find_value(postconf, "smtpd_tls_chain_files", files) &&
	    files[0] != '\0') {
		second = files + strcspn(files, ", \t");
		if (*second != '\0')
			*second++ = '\0';
		second += strspn(second, ", \t");
		second[strcspn(second, ", \t")] = '\0';
		snprintf(certificate->key, sizeof(certificate->key), "%s",
			 files);
		snprintf(certificate->chain, sizeof(certificate->chain), "%s",
			 *second == '\0' ? files : second);
	}
	if (certificate->chain[0] == '\0')
		doctor_problem(
			doctor, "postfix-tls",
			doctor_mend(doctor,
				    "set smtpd_tls_chain_files in "
				    "%s/main.cf",
				    doctor->configuration->postfix_config),
			"Postfix has no certificate, so nobody can log "
			"in to send");
}

/* True if a service of master.cf has this override. */
static bool has_override(const char *master, const char *service,
			 const char *override)
{
	for (const char *line = master; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");
		size_t end = strlen(override);

		if (strncmp(line, service, strlen(service)) == 0 &&
		    length > end &&
		    strncmp(line + length - end, override, end) == 0)
			return true;
	}
	return false;
}

static void check_master(struct doctor *doctor, const char *master)
{
	static const struct {
		const char *check;
		const char *service; /* "" = any of them */
		const char *override;
		const char *otherwise;
	} wanted[] = {
		{"master-cleanup", "cleanup/unix/",
		 "/milter_macro_daemon_name = " MILTER_DAEMON_INTERNAL,
		 "mail that does not come through smtpd may be deferred for "
		 "ever when one of its recipients is over quota"},
		{"master-submission", "",
		 "/milter_macro_daemon_name = " MILTER_DAEMON_SUBMISSION,
		 "limits and sender rules do not hold for submission"},
		{"master-submission-login", "", "/smtpd_sasl_auth_enable = yes",
		 "nobody can log in to send"},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		if (has_override(master, wanted[i].service, wanted[i].override))
			doctor_ok(doctor, wanted[i].check,
				  "master.cf has -o %s",
				  wanted[i].override + 1);
		else
			doctor_problem(
				doctor, wanted[i].check,
				doctor_mend(
					doctor,
					"add -o %s to the service in "
					"%s/master.cf, as in the example",
					wanted[i].override + 1,
					doctor->configuration->postfix_config),
				"no service in master.cf has %s: %s",
				wanted[i].override + 1, wanted[i].otherwise);
	}
}

static void check_all(struct doctor *doctor, const char *postconf)
{
	doctor_ok(doctor, "postconf", "Postfix's configuration can be read");
	take_facts(doctor, postconf);
	check_milters(doctor, postconf);
	check_domains(doctor, postconf);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
		check_wish(doctor, postconf, &wishes[i]);
}

void doctor_check_postfix(struct doctor *doctor)
{
	const char *folder = doctor->configuration->postfix_config;
	const struct process parameters = {
		.argv = (const char *const[]){POSTCONF, "-c", folder, "-x",
					      NULL}};
	const struct process services = {
		.argv = (const char *const[]){POSTCONF, "-c", folder, "-P",
					      NULL}};
	struct process_output output;
	struct error error = {""};

	if (process_run(&parameters, &output, &error) == 0 &&
	    output.status != 0)
		(void)error_set(&error, "postconf: %s", output.complaint);
	if (error.text[0] == '\0')
		check_all(doctor, output.text);
	process_output_free(&output);
	if (error.text[0] == '\0' &&
	    process_run(&services, &output, &error) == 0) {
		check_master(doctor, output.text);
		process_output_free(&output);
	}
	if (error.text[0] != '\0')
		doctor_problem(doctor, "postconf",
			       doctor_mend(doctor,
					   "install Postfix, or mend %s; "
					   "postfix_config names the folder",
					   folder),
			       "%s", error.text);
}
