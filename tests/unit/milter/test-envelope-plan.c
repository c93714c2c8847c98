/* SPDX-License-Identifier: MIT
 *
 * The envelope plan, by table: what each kind of account, sender and
 * configuration makes of a recipient and of a message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "milter/plan/envelope-plan.h"
#include "milter/plan/recipient.h"
#include "tests/unit/milter/envelope-plan-cases.h"

#define NOW 1800000000

static char *domains[] = {"alumni.example", "second.example", NULL};
static char over_quota_text[] = "over quota";
static struct class_options classes[] = {
	{.name = "alumni", .quota = 100 * KB},
};

/* Accounts by the name in their address. */
static struct account accounts[] = {
	{.name = "plain", .enabled = true, .usage_bytes = 10 * KB},
	{.name = "full", .enabled = true, .usage_bytes = 101 * KB},
	{.name = "exact", .enabled = true, .usage_bytes = 100 * KB},
	{.name = "own",
	 .enabled = true,
	 .has_own_quota = true,
	 .own_quota = 500 * KB,
	 .usage_bytes = 101 * KB},
	{.name = "unlimited",
	 .enabled = true,
	 .has_own_quota = true,
	 .own_quota = 0,
	 .usage_bytes = INT64_MAX},
	{.name = "disabled", .enabled = false},
	{.name = "disabledaway",
	 .enabled = false,
	 .forward_address = "da@outside.example"},
	{.name = "copy",
	 .enabled = true,
	 .forward_address = "copy@outside.example",
	 .forward_keep_copy = true},
	{.name = "fullcopy",
	 .enabled = true,
	 .usage_bytes = 101 * KB,
	 .forward_address = "fullcopy@outside.example",
	 .forward_keep_copy = true},
	{.name = "away",
	 .enabled = true,
	 .forward_address = "away@outside.example"},
	{.name = "fullaway",
	 .enabled = true,
	 .usage_bytes = 101 * KB,
	 .forward_address = "fullaway@outside.example"},
	/* What the checks of a target would not let pass. */
	{.name = "inside",
	 .enabled = true,
	 .forward_address = "plain@alumni.example"},
	{.name = "inside2",
	 .enabled = true,
	 .forward_address = "x@SECOND.example",
	 .forward_keep_copy = true},
	{.name = "broken", .enabled = true, .forward_address = "no address"},
	{.name = "idn",
	 .enabled = true,
	 .forward_address = "kari@bl\xc3\xa5"
			    "b\xc3\xa6r.example"},
	/* To the same place as idn, and as away, by other spellings. */
	{.name = "idntwin",
	 .enabled = true,
	 .forward_address = "kari@xn--blbr-roah.EXAMPLE"},
	{.name = "awaytwin",
	 .enabled = true,
	 .forward_address = "away@Outside.Example"},
	/* To the same place as away. */
	{.name = "twin",
	 .enabled = true,
	 .forward_address = "away@outside.example",
	 .forward_keep_copy = true},
};

static struct srs *srs;

/* The account that the recipient means. */
static const struct account *
account_for(const struct configuration *configuration, const char *address)
{
	struct recipient meaning;

	recipient_classify(configuration, address, &meaning);
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
		if (meaning.kind == RECIPIENT_OURS &&
		    strcmp(accounts[i].name, meaning.name) == 0)
			return &accounts[i];
	}
	return NULL;
}

struct fixture {
	struct configuration configuration;
	struct envelope_rules rules;
	struct envelope_recipient recipients[RECIPIENTS_MAX];
	struct envelope envelope;
};

static struct configuration make_configuration(const struct test_case *test)
{
	return (struct configuration){
		.domains = domains,
		.default_class = "alumni",
		.postmaster = "plain",
		.srs_domain = "alumni.example",
		.over_quota_text = test->over_quota_text == NULL
					   ? over_quota_text
					   : (char *)test->over_quota_text,
		.forward_messages_per_day = test->limit,
		.submission_check_from = !test->any_from,
		.quota_grace = test->grace,
		.over_quota_copy = test->over_quota_copy,
		.classes = classes,
		.class_count = 1,
	};
}

static struct envelope make_envelope(const struct test_case *test)
{
	return (struct envelope){
		.sender = test->sender == NULL ? "<x@remote.example>"
					       : test->sender,
		.authenticated = test->source == LOGIN,
		.internal = test->source == INTERNAL,
		.size = test->size,
		.from_is_foreign = test->from_is_foreign,
		.suspicion = test->suspicion,
		.is_notice = test->is_notice,
	};
}

static void set_up(const struct test_case *test, struct fixture *fixture)
{
	*fixture = (struct fixture){
		.configuration = make_configuration(test),
		.envelope = make_envelope(test),
	};
	fixture->rules = (struct envelope_rules){
		.configuration = &fixture->configuration,
		.srs = srs,
		.contact = "help@alumni.example",
		.now = NOW,
	};
	for (size_t i = 0; test->recipients[i].address != NULL; i++) {
		const struct test_recipient *given = &test->recipients[i];

		fixture->recipients[i] = (struct envelope_recipient){
			.address = given->address,
			.orcpt = given->orcpt,
			.notify = given->notify,
			.is_role = given->is_role,
			.came_back = given->came_back,
			.forwarded_today = given->forwarded_today,
			.account = account_for(&fixture->configuration,
					       given->address),
		};
		fixture->envelope.recipient_count++;
	}
	fixture->envelope.recipients = fixture->recipients;
}

/* A new sender is shown as SRS(true sender), or as it is. */
static void describe_edit(const struct envelope_edit *edit, FILE *stream)
{
	char rewritten[ADDRESS_BYTES], sender[ADDRESS_BYTES];

	switch (edit->kind) {
	case ENVELOPE_CHANGE_SENDER:
		(void)snprintf(rewritten, sizeof(rewritten), "%.*s",
			       (int)strlen(edit->address) - 2,
			       edit->address + 1);
		if (srs_reverse(srs, rewritten, NOW, sender) == SRS_OK)
			fprintf(stream, " from=SRS(%s)", sender);
		else
			fprintf(stream, " from=%s", edit->address);
		break;
	case ENVELOPE_ADD_RECIPIENT:
		fprintf(stream, " add=%s", edit->address);
		if (edit->parameters != NULL)
			fprintf(stream, "[%s]", edit->parameters);
		break;
	case ENVELOPE_DELETE_RECIPIENT:
		fprintf(stream, " del=%s", edit->address);
		break;
	}
}

static const char *srs_name(enum srs_result result)
{
	return result == SRS_TOO_LONG    ? "too-long"
	       : result == SRS_MALFORMED ? "malformed"
					 : "other";
}

static char *describe_plan(const struct envelope_plan *plan)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	if (plan->reply.code != NULL)
		fprintf(stream, "%s %s", plan->reply.code, plan->reply.status);
	if (plan->is_junk)
		fprintf(stream, " junk");
	for (size_t i = 0; i < plan->edit_count; i++)
		describe_edit(&plan->edits[i], stream);
	if (plan->srs_result != SRS_OK)
		fprintf(stream, " srs=%s", srs_name(plan->srs_result));
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void describe_fates(const struct envelope_plan *plan, char *text_r,
			   size_t size)
{
	size_t used = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < plan->recipient_count; i++)
		used += (size_t)snprintf(text_r + used, size - used, "%s%s",
					 i == 0 ? "" : " ",
					 recipient_fate_name(plan->fates[i]));
}

static int failures;

static void compare(const struct test_case *test, const char *expected,
		    const char *got)
{
	if (strcmp(expected, got) == 0)
		return;
	print_error("%s:\n  expected \"%s\"\n  got      \"%s\"\n", test->name,
		    expected, got);
	failures++;
}

static void recipients_are_decided(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0; i < recipient_case_count; i++) {
		struct fixture fixture;
		struct smtp_reply reply;
		char got[64] = "";

		set_up(&recipient_cases[i], &fixture);
		reply = envelope_plan_recipient(&fixture.rules,
						&fixture.envelope,
						&fixture.recipients[0]);
		if (reply.code != NULL) {
			(void)snprintf(got, sizeof(got), "%s %s", reply.code,
				       reply.status);
			assert_true(reply.text[0] != '\0');
			/* libmilter would take it for a format. */
			assert_null(strchr(reply.text, '%'));
		}
		compare(&recipient_cases[i], recipient_cases[i].expected, got);
	}
	assert_int_equal(failures, 0);
}

/* What the milter does not ask to see, it cannot act on: so whenever the plan
   does something, it must have been needed, and likewise for the size. */
static void check_needs(const struct test_case *test,
			const struct fixture *fixture, const char *got)
{
	struct envelope unsized = fixture->envelope;
	struct envelope_plan plan;
	struct error error;
	char *text;

	if (*got != '\0' &&
	    !envelope_plan_needs_message(&fixture->rules, &fixture->envelope)) {
		print_error("%s: the message was not needed\n", test->name);
		failures++;
	}
	if (envelope_plan_needs_size(&fixture->rules, &fixture->envelope))
		return;
	unsized.size = 0;
	assert_int_equal(
		envelope_plan_message(&fixture->rules, &unsized, &plan, &error),
		0);
	text = describe_plan(&plan);
	if (strcmp(text, got) != 0) {
		print_error("%s: the size was not needed\n", test->name);
		failures++;
	}
	free(text);
	envelope_plan_free(&plan);
}

static const struct test_case *case_number(size_t number)
{
	if (number < recipient_case_count)
		return &recipient_cases[number];
	number -= recipient_case_count;
	if (number < message_case_count)
		return &message_cases[number];
	return &hold_cases[number - message_case_count];
}

static void check_message(const struct test_case *test)
{
	struct fixture fixture;
	struct envelope_plan plan;
	struct error error;
	char fates[128];
	char *got;

	set_up(test, &fixture);
	assert_int_equal(envelope_plan_message(&fixture.rules,
					       &fixture.envelope, &plan,
					       &error),
			 0);
	got = describe_plan(&plan);
	compare(test, test->expected, got);
	describe_fates(&plan, fates, sizeof(fates));
	if (test->fates != NULL)
		compare(test, test->fates, fates);
	check_needs(test, &fixture, got);
	free(got);
	envelope_plan_free(&plan);
}

static void messages_are_decided(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0; i < message_case_count; i++)
		check_message(&message_cases[i]);
	for (size_t i = 0; i < hold_case_count; i++)
		check_message(&hold_cases[i]);
	assert_int_equal(failures, 0);
}

/* What is asked of this table; a name that stands twice is a case lost. */
static void cases_are_many_and_have_names(void **state)
{
	const size_t wanted = 150;
	const size_t count =
		recipient_case_count + message_case_count + hold_case_count;

	(void)state;
	assert_true(count >= wanted);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(case_number(i)->name,
						case_number(j)->name);
	}
}

static void nothing_is_asked_for_in_vain(void **state)
{
	static const struct test_case cases[] = {
		{"foreign", .recipients = SEND_ONE("<x@foreign.example>")},
		{"logged in, no forwarding", .source = LOGIN, .any_from = true,
		 .recipients = SEND_ONE("<plain@alumni.example>")},
		{"unlimited",
		 .recipients = SEND_ONE("<unlimited@alumni.example>")},
		{"role", .recipients = SEND_ONE("<plain@alumni.example>",
						.is_role = true)},
		{"no recipients", .size = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture fixture;

		set_up(&cases[i], &fixture);
		assert_false(envelope_plan_needs_message(&fixture.rules,
							 &fixture.envelope));
		assert_false(envelope_plan_needs_size(&fixture.rules,
						      &fixture.envelope));
	}
}

static void replies_show_figures(void **state)
{
	static const struct test_case test = {
		"figures",
		.size = 2 * KB,
		.over_quota_text = "%u of %q used, no room for %s: %c",
		.recipients = SEND_ONE("<full@alumni.example>"),
	};
	static const char text[] =
		"101 KB of 100 KB used, no room for 2 KB: help@alumni.example";
	struct fixture fixture;
	struct envelope_plan plan;

	(void)state;
	set_up(&test, &fixture);
	assert_string_equal(envelope_plan_recipient(&fixture.rules,
						    &fixture.envelope,
						    &fixture.recipients[0])
				    .text,
			    text);
	assert_int_equal(envelope_plan_message(&fixture.rules,
					       &fixture.envelope, &plan, NULL),
			 0);
	assert_string_equal(plan.reply.text, text);
	envelope_plan_free(&plan);
}

static int make_srs(void **state)
{
	static const char *const secrets[] = {"of the test"};
	const struct srs_options options = {
		.secrets = secrets,
		.secret_count = 1,
		.domain = "alumni.example",
		.max_age_days = 21,
	};
	struct error error;

	(void)state;
	return srs_new(&options, &srs, &error);
}

static int free_srs(void **state)
{
	(void)state;
	srs_free(&srs);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_are_many_and_have_names),
		cmocka_unit_test(recipients_are_decided),
		cmocka_unit_test(messages_are_decided),
		cmocka_unit_test(nothing_is_asked_for_in_vain),
		cmocka_unit_test(replies_show_figures),
	};

	return cmocka_run_group_tests(tests, make_srs, free_srs);
}
