/* SPDX-License-Identifier: MIT
 *
 * Edits of the envelope; see milter/plan/envelope-edits.h.
 */
#include "milter/plan/envelope-edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mail/address.h"
#include "milter/plan/dsn-parameters.h"
#include "milter/plan/recipient.h"

/* Two deletions and one addition for each recipient, and one edit for the
   sender. */
#define EDITS_PER_RECIPIENT 3

static bool is_planned(const struct envelope_plan *plan,
		       enum envelope_edit_kind kind, const char *address)
{
	for (size_t i = 0; i < plan->edit_count; i++) {
		if (plan->edits[i].kind == kind &&
		    strcmp(plan->edits[i].address, address) == 0)
			return true;
	}
	return false;
}

/* Takes ownership of both strings, even on failure. */
static int add_edit(struct envelope_plan *plan, enum envelope_edit_kind kind,
		    char *address, char *parameters, struct error *error)
{
	if (address == NULL) {
		free(parameters);
		return error_set(error, "out of memory");
	}
	plan->edits[plan->edit_count++] = (struct envelope_edit){
		.kind = kind,
		.address = address,
		.parameters = parameters,
	};
	return 0;
}

static char *in_brackets(const char *address)
{
	size_t size = strlen(address) + 3;
	char *text = malloc(size);

	if (text != NULL)
		(void)snprintf(text, size, "<%s>", address);
	return text;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

/* The recipient as the sender wrote it, without <>. An ORCPT of type rfc822
   must be ASCII (RFC 6533, section 3), so a detail in UTF-8 is left out. */
static int original_address(const struct envelope_rules *rules,
			    const struct envelope_recipient *recipient,
			    char text_r[ADDRESS_BYTES])
{
	struct recipient meaning;
	struct address address;

	recipient_classify(rules->configuration, recipient->address, &meaning);
	if (is_ascii(recipient->address) &&
	    address_parse(recipient->address, &address, NULL) == 0) {
		(void)snprintf(address.domain, sizeof(address.domain), "%s",
			       meaning.domain);
	} else {
		(void)snprintf(address.local, sizeof(address.local), "%s",
			       recipient->account->name);
		(void)snprintf(address.domain, sizeof(address.domain), "%s",
			       meaning.domain);
	}
	return address_format(&address, text_r, ADDRESS_BYTES);
}

/* The notifications for a forwarding address: those for all recipients that it
   stands for. */
static unsigned int merged_notify(const struct envelope *envelope,
				  const struct envelope_plan *plan,
				  size_t first)
{
	unsigned int notify =
		dsn_notify_parse(envelope->recipients[first].notify);

	for (size_t i = first + 1; i < envelope->recipient_count; i++) {
		const struct envelope_recipient *other =
			&envelope->recipients[i];

		if (plan->targets[i] != NULL &&
		    strcmp(plan->targets[i], plan->targets[first]) == 0)
			notify = dsn_notify_merge(
				notify, dsn_notify_parse(other->notify));
	}
	return notify;
}

static int add_target(const struct envelope_rules *rules,
		      const struct envelope *envelope,
		      struct envelope_plan *plan, size_t index,
		      struct error *error)
{
	const struct envelope_recipient *recipient =
		&envelope->recipients[index];
	const char *target = plan->targets[index];
	char parameters[DSN_PARAMETERS_BYTES];
	char original[ADDRESS_BYTES];
	char *address = in_brackets(target);

	if (address == NULL)
		return error_set(error, "out of memory");
	if (is_planned(plan, ENVELOPE_ADD_RECIPIENT, address)) {
		free(address);
		return 0;
	}
	/* An ORCPT that does not fit is no reason to withhold the mail. */
	if (original_address(rules, recipient, original) < 0 ||
	    dsn_parameters_format(recipient->orcpt, original,
				  merged_notify(envelope, plan, index),
				  parameters) < 0)
		return add_edit(plan, ENVELOPE_ADD_RECIPIENT, address, NULL,
				error);
	return add_edit(plan, ENVELOPE_ADD_RECIPIENT, address,
			strdup(parameters), error);
}

static int delete_once(struct envelope_plan *plan, const char *address,
		       struct error *error)
{
	if (is_planned(plan, ENVELOPE_DELETE_RECIPIENT, address))
		return 0;
	return add_edit(plan, ENVELOPE_DELETE_RECIPIENT, strdup(address), NULL,
			error);
}

/* Postfix compares with the original form of the recipient. For mail that does
   not pass smtpd, we see a bare local part with a domain already added, so the
   bare form must be deleted too. */
static int delete_local(const struct envelope *envelope,
			struct envelope_plan *plan, const char *address,
			struct error *error)
{
	char bare[ADDRESS_BYTES];
	const char *at = strrchr(address, '@');
	size_t length = at == NULL ? 0 : (size_t)(at - address);

	if (delete_once(plan, address, error) < 0)
		return -1;
	if (!envelope->internal || length == 0 || length >= sizeof(bare))
		return 0;
	memcpy(bare, address, length);
	bare[length] = '\0';
	return delete_once(plan, bare, error);
}

/* The null sender stays null, and mail of our own domains keeps its sender,
   which passes SPF unchanged. A sender that cannot be rewritten stays too: the
   next server may refuse the mail, and then the sender is told. Not forwarding
   would be worse. */
static int change_sender(const struct envelope_rules *rules,
			 const struct envelope *envelope,
			 struct envelope_plan *plan, struct error *error)
{
	char rewritten[ADDRESS_BYTES];
	struct address address;

	plan->srs_result = SRS_OK;
	if (envelope->sender[0] == '\0' || strcmp(envelope->sender, "<>") == 0)
		return 0;
	if (address_parse(envelope->sender, &address, NULL) < 0) {
		plan->srs_result = SRS_MALFORMED;
		return 0;
	}
	if (recipient_domain_is_ours(rules->configuration, address.domain))
		return 0;
	plan->srs_result = srs_forward(rules->srs, envelope->sender, rules->now,
				       rewritten);
	if (plan->srs_result == SRS_FAILED)
		return error_set(error, "the sender cannot be rewritten now");
	if (plan->srs_result != SRS_OK ||
	    strcmp(envelope->sender, rewritten) == 0)
		return 0;
	return add_edit(plan, ENVELOPE_CHANGE_SENDER, in_brackets(rewritten),
			NULL, error);
}

int envelope_edits_make(const struct envelope_rules *rules,
			const struct envelope *envelope,
			struct envelope_plan *plan, struct error *error)
{
	bool any = false;

	plan->edits =
		calloc(EDITS_PER_RECIPIENT * envelope->recipient_count + 1,
		       sizeof(*plan->edits));
	if (plan->edits == NULL)
		return error_set(error, "out of memory");
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (plan->targets[i] == NULL)
			continue;
		any = true;
		if (add_target(rules, envelope, plan, i, error) < 0)
			return -1;
		if (plan->fates[i] != RECIPIENT_FATE_COPIED &&
		    delete_local(envelope, plan,
				 envelope->recipients[i].address, error) < 0)
			return -1;
	}
	return any ? change_sender(rules, envelope, plan, error) : 0;
}
