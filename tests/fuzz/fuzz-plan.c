/* SPDX-License-Identifier: MIT
 *
 * Envelopes: whatever senders, recipients and accounts meet, nobody's mail
 * vanishes, nobody gets it twice, and nothing is both refused and forwarded.
 *
 * The first line of an input is letters, see read_envelope(); the second the
 * sender; each further one a recipient: letters, see read_recipient(), address,
 * forwarding address, ORCPT and NOTIFY, with a blank between them.
 */
#include <ctype.h>

#include "milter/plan/envelope-plan.h"
#include "tests/fuzz/fuzz.h"

#define NOW            INT64_C(1700000000)
#define RECIPIENTS_MAX 20
#define QUOTA_BYTES    100000

static char *domains[] = {"alumni.example", "second.example", NULL};
static char over_quota_text[] = "over quota: {used} of {quota}";
static char postmaster[] = "admin";
static char srs_domain[] = "alumni.example";
static struct class_options classes[] = {
	{.name = "alumni", .quota = QUOTA_BYTES},
};

struct input {
	struct envelope envelope;
	struct envelope_recipient recipients[RECIPIENTS_MAX];
	struct account accounts[RECIPIENTS_MAX];
};

static bool has(const char *letters, char letter)
{
	return strchr(letters, letter) != NULL;
}

/* Cuts off the next field; "" when there is none left. */
static char *next_field(char **rest)
{
	char *field = *rest;
	char *blank = strchr(field, ' ');

	if (blank == NULL) {
		*rest = field + strlen(field);
		return field;
	}
	*blank = '\0';
	*rest = blank + 1;
	return field;
}

static const char *or_null(const char *field)
{
	return field[0] == '\0' ? NULL : field;
}

static void read_recipient(struct input *input, size_t index, char *line)
{
	struct envelope_recipient *recipient = &input->recipients[index];
	struct account *account = &input->accounts[index];
	const char *letters = next_field(&line);
	const char *target;

	recipient->address = next_field(&line);
	target = next_field(&line);
	recipient->orcpt = or_null(next_field(&line));
	recipient->notify = or_null(next_field(&line));
	(void)snprintf(account->name, sizeof(account->name), "account%zu",
		       index);
	(void)snprintf(account->class_name, sizeof(account->class_name),
		       "alumni");
	(void)snprintf(account->forward_address,
		       sizeof(account->forward_address), "%s", target);
	account->enabled = !has(letters, 'd');
	account->forward_keep_copy = has(letters, 'k');
	account->usage_bytes = has(letters, 'u') ? 2 * QUOTA_BYTES : 0;
	recipient->account = has(letters, 'n') ? NULL : account;
	recipient->is_role = has(letters, 'r');
	recipient->came_back = has(letters, 'b');
	recipient->forwarded_today = has(letters, 't') ? 100 : 0;
}

static void read_envelope(struct input *input, const char *letters)
{
	struct envelope *envelope = &input->envelope;

	envelope->authenticated = has(letters, 'a');
	envelope->internal = has(letters, 'i') && !envelope->authenticated;
	envelope->from_is_foreign = has(letters, 'f');
	if (has(letters, 's'))
		envelope->suspicion = SUSPICION_SPAM;
	for (const char *p = letters; *p != '\0'; p++) {
		if (*p >= '0' && *p <= '9')
			envelope->size = (*p - '0') * INT64_C(20000);
	}
	envelope->recipients = input->recipients;
}

/* How many edits of a kind have this address. */
static size_t count(const struct envelope_plan *plan,
		    enum envelope_edit_kind kind, const char *address)
{
	size_t found = 0;

	for (size_t i = 0; i < plan->edit_count; i++) {
		if (plan->edits[i].kind == kind &&
		    (address == NULL ||
		     strcmp(plan->edits[i].address, address) == 0))
			found++;
	}
	return found;
}

static void check_reply(const struct smtp_reply *reply)
{
	if (reply->code == NULL)
		return;
	fuzz_claim(reply->code[0] == '5' && reply->status[0] == '5');
	for (const char *p = reply->text; *p != '\0'; p++)
		fuzz_claim(isprint((unsigned char)*p) && *p != '%');
}

static void check_recipient(const struct envelope *envelope, size_t index,
			    const struct envelope_plan *plan)
{
	const struct envelope_recipient *recipient =
		&envelope->recipients[index];
	const enum recipient_fate fate = plan->fates[index];
	const char *target = plan->targets[index];
	char bracketed[ADDRESS_BYTES + 2];

	fuzz_claim(recipient_fate_forwards(fate) == (target != NULL));
	fuzz_claim((fate == RECIPIENT_FATE_OTHER) ==
		   (recipient->account == NULL));
	if (target == NULL || plan->reply.code != NULL)
		return;
	fuzz_claim(recipient->account->enabled && !recipient->came_back);
	fuzz_claim(envelope->suspicion == SUSPICION_NONE);
	(void)snprintf(bracketed, sizeof(bracketed), "<%s>", target);
	/* Once, for how many ever it stands. */
	fuzz_claim(count(plan, ENVELOPE_ADD_RECIPIENT, bracketed) == 1);
	if (fate != RECIPIENT_FATE_COPIED)
		fuzz_claim(count(plan, ENVELOPE_DELETE_RECIPIENT,
				 recipient->address) == 1);
}

/* Everything that is added or taken away is so for somebody. */
static void check_edit(const struct envelope *envelope,
		       const struct envelope_plan *plan,
		       const struct envelope_edit *edit)
{
	const size_t length = strlen(edit->address);
	bool has_owner = edit->kind == ENVELOPE_CHANGE_SENDER;

	for (size_t i = 0; i < envelope->recipient_count; i++) {
		const char *address = envelope->recipients[i].address;
		const char *target = plan->targets[i];

		if (target == NULL)
			continue;
		if (edit->kind == ENVELOPE_ADD_RECIPIENT)
			has_owner |= strlen(target) == length - 2 &&
				     strncmp(edit->address + 1, target,
					     length - 2) == 0;
		else if (plan->fates[i] != RECIPIENT_FATE_COPIED)
			has_owner |=
				strncmp(address, edit->address, length) == 0;
	}
	fuzz_claim(has_owner);
	if (edit->kind == ENVELOPE_DELETE_RECIPIENT)
		return;
	fuzz_claim(edit->address[0] == '<' && edit->address[length - 1] == '>');
	fuzz_claim(strpbrk(edit->address, "\r\n") == NULL);
	if (edit->parameters != NULL)
		fuzz_claim(strpbrk(edit->parameters, "\r\n") == NULL);
}

static void check_plan(const struct envelope *envelope,
		       const struct envelope_plan *plan)
{
	const size_t added = count(plan, ENVELOPE_ADD_RECIPIENT, NULL);

	check_reply(&plan->reply);
	if (plan->reply.code != NULL)
		fuzz_claim(plan->edit_count == 0);
	if (envelope->internal)
		fuzz_claim(plan->reply.code == NULL);
	fuzz_claim(count(plan, ENVELOPE_CHANGE_SENDER, NULL) <= (added > 0));
	if (envelope->sender[0] == '\0')
		fuzz_claim(count(plan, ENVELOPE_CHANGE_SENDER, NULL) == 0);
	for (size_t i = 0; i < envelope->recipient_count; i++)
		check_recipient(envelope, i, plan);
	for (size_t i = 0; i < plan->edit_count; i++)
		check_edit(envelope, plan, &plan->edits[i]);
}

static void try_envelope(const struct envelope_rules *rules,
			 const struct envelope *envelope)
{
	struct envelope_plan plan;
	struct smtp_reply reply;
	struct error error;

	for (size_t i = 0; i < envelope->recipient_count; i++) {
		reply = envelope_plan_recipient(rules, envelope,
						&envelope->recipients[i]);
		check_reply(&reply);
		fuzz_claim(reply.code == NULL || !envelope->internal);
	}
	fuzz_claim(envelope_plan_message(rules, envelope, &plan, &error) == 0);
	/* The rest of the message is only left away when nothing hangs on
	   it. */
	if (!envelope_plan_needs_message(rules, envelope))
		fuzz_claim(plan.edit_count == 0 && plan.reply.code == NULL);
	check_plan(envelope, &plan);
	envelope_plan_free(&plan);
}

/* The sender's line, and one for each recipient. */
static void read_addresses(struct input *input, char *text)
{
	char *rest = fuzz_cut_line(text);

	input->envelope.sender = text;
	while (*rest != '\0' &&
	       input->envelope.recipient_count < RECIPIENTS_MAX) {
		char *line = rest;

		rest = fuzz_cut_line(line);
		read_recipient(input, input->envelope.recipient_count++, line);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const secrets[] = {"a secret"};
	const struct srs_options options = {
		.secrets = secrets,
		.secret_count = 1,
		.domain = "alumni.example",
		.max_age_days = 21,
	};
	static struct srs *srs;
	struct configuration configuration = {
		.domains = domains,
		.classes = classes,
		.class_count = 1,
		.over_quota_text = over_quota_text,
		.postmaster = postmaster,
		.srs_domain = srs_domain,
		.submission_check_from = true,
	};
	struct envelope_rules rules = {
		.configuration = &configuration,
		.contact = "postmaster@alumni.example",
		.now = NOW,
	};
	struct input *input = calloc(1, sizeof(*input));
	char *text = fuzz_string(data, size);
	char *rest = fuzz_cut_line(text);
	struct error error;

	if (srs == NULL)
		fuzz_claim(srs_new(&options, &srs, &error) == 0);
	fuzz_claim(input != NULL);
	rules.srs = srs;
	configuration.over_quota_copy = has(text, 'j')
						? OVER_QUOTA_COPY_REJECT
						: OVER_QUOTA_COPY_FORWARD_ONLY;
	configuration.forward_messages_per_day = has(text, 'l') ? 10 : 0;
	read_envelope(input, text);
	read_addresses(input, rest);
	try_envelope(&rules, &input->envelope);
	free(text);
	free(input);
	return 0;
}
