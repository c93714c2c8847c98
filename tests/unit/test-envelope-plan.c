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

#include "milter/envelope-plan.h"

#define NOW            1800000000
#define RECIPIENTS_MAX 4
#define KB             1024

static char *domains[] = {"alumni.example", "second.example", NULL};
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
	/* To the same place as away. */
	{.name = "twin",
	 .enabled = true,
	 .forward_address = "away@outside.example",
	 .forward_keep_copy = true},
};

struct test_recipient {
	const char *address; /* NULL ends the list */
	const char *orcpt;
	const char *notify;
	bool is_role;
	bool came_back;
};

enum source { SMTP, LOGIN, INTERNAL };

struct test_case {
	const char *name;
	const char *sender; /* NULL = <x@remote.example> */
	enum source source;
	int64_t size;
	enum over_quota_copy over_quota_copy;
	int64_t grace;
	struct test_recipient recipients[RECIPIENTS_MAX + 1];
	/* The code, or "" when nothing is refused, then " edit" for each. */
	const char *expected;
};

static struct srs *srs;

/* The account whose name the address begins with. */
static const struct account *account_of(const char *address)
{
	size_t length;

	if (*address == '<')
		address++;
	length = strcspn(address, "@+>");
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
		if (strlen(accounts[i].name) == length &&
		    strncasecmp(accounts[i].name, address, length) == 0)
			return &accounts[i];
	}
	return NULL;
}

static const struct account *account_for(const struct test_recipient *recipient)
{
	return strstr(recipient->address, "@foreign.example") != NULL
		       ? NULL
		       : account_of(recipient->address);
}

struct fixture {
	struct configuration configuration;
	struct envelope_rules rules;
	struct envelope_recipient recipients[RECIPIENTS_MAX];
	struct envelope envelope;
};

static void set_up(const struct test_case *test, struct fixture *fixture)
{
	*fixture = (struct fixture){
		.configuration =
			{
				.domains = domains,
				.default_class = "alumni",
				.postmaster = "plain",
				.srs_domain = "alumni.example",
				.quota_grace = test->grace,
				.over_quota_copy = test->over_quota_copy,
				.classes = classes,
				.class_count = 1,
			},
		.envelope =
			{
				.sender = test->sender == NULL
						  ? "<x@remote.example>"
						  : test->sender,
				.authenticated = test->source == LOGIN,
				.internal = test->source == INTERNAL,
				.size = test->size,
			},
	};
	fixture->rules = (struct envelope_rules){
		.configuration = &fixture->configuration,
		.srs = srs,
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
			.account = account_for(given),
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

static char *describe_plan(const struct envelope_plan *plan)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	if (plan->reply.code != NULL)
		fprintf(stream, "%s %s", plan->reply.code, plan->reply.status);
	for (size_t i = 0; i < plan->edit_count; i++)
		describe_edit(&plan->edits[i], stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static int failures;

static void compare(const struct test_case *test, const char *got)
{
	if (strcmp(test->expected, got) == 0)
		return;
	print_error("%s:\n  expected \"%s\"\n  got      \"%s\"\n", test->name,
		    test->expected, got);
	failures++;
}

#define SEND_ONE(...)                                                          \
	{                                                                      \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define REJECT OVER_QUOTA_COPY_REJECT

static const struct test_case recipient_cases[] = {
	{"rcpt: a plain account is taken",
	 .recipients = SEND_ONE("<plain@alumni.example>"), .expected = ""},
	{"rcpt: foreign and unknown recipients are Postfix's to judge",
	 .recipients = SEND_ONE("<full@foreign.example>"), .expected = ""},
	{"rcpt: a disabled account is refused",
	 .recipients = SEND_ONE("<disabled@alumni.example>"),
	 .expected = "550 5.2.1"},
	{"rcpt: a disabled account is refused to somebody who logged in",
	 .source = LOGIN, .recipients = SEND_ONE("<disabled@alumni.example>"),
	 .expected = "550 5.2.1"},
	{"rcpt: a disabled account that forwards is refused",
	 .recipients = SEND_ONE("<disabledaway@alumni.example>"),
	 .expected = "550 5.2.1"},
	{"rcpt: internal mail is never refused, disabled", .source = INTERNAL,
	 .recipients = SEND_ONE("disabled@alumni.example"), .expected = ""},
	{"rcpt: internal mail is never refused, full", .source = INTERNAL,
	 .recipients = SEND_ONE("full@alumni.example"), .expected = ""},
	{"rcpt: a full mailbox is refused",
	 .recipients = SEND_ONE("<full@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"rcpt: a mailbox filled exactly takes a message of no size",
	 .recipients = SEND_ONE("<exact@alumni.example>"), .expected = ""},
	{"rcpt: and refuses one of any size", .size = 1,
	 .recipients = SEND_ONE("<exact@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"rcpt: the declared size counts, to the byte: fits", .size = 90 * KB,
	 .recipients = SEND_ONE("<plain@alumni.example>"), .expected = ""},
	{"rcpt: the declared size counts, to the byte: does not fit",
	 .size = 90 * KB + 1, .recipients = SEND_ONE("<plain@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"rcpt: grace is room", .size = 91 * KB, .grace = KB,
	 .recipients = SEND_ONE("<plain@alumni.example>"), .expected = ""},
	{"rcpt: grace has an end", .size = 91 * KB + 1, .grace = KB,
	 .recipients = SEND_ONE("<plain@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"rcpt: an account's own quota goes before its class's",
	 .size = 90 * KB, .recipients = SEND_ONE("<own@alumni.example>"),
	 .expected = ""},
	{"rcpt: unlimited is never full, and no sum overflows",
	 .size = INT64_MAX,
	 .recipients = SEND_ONE("<unlimited@alumni.example>"), .expected = ""},
	{"rcpt: an absurd declared size does not overflow", .size = INT64_MAX,
	 .recipients = SEND_ONE("<plain@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"rcpt: somebody who logged in is not refused for quota",
	 .source = LOGIN, .size = 200 * KB,
	 .recipients = SEND_ONE("<full@alumni.example>"), .expected = ""},
	{"rcpt: role addresses are never refused",
	 .recipients = SEND_ONE("<full@alumni.example>", .is_role = true),
	 .expected = ""},
	{"rcpt: role addresses are never refused, disabled",
	 .recipients = SEND_ONE("<disabled@alumni.example>", .is_role = true),
	 .expected = ""},
	{"rcpt: who only forwards needs no room", .size = 200 * KB,
	 .recipients = SEND_ONE("<fullaway@alumni.example>"), .expected = ""},
	{"rcpt: a full account gives up its copy",
	 .recipients = SEND_ONE("<fullcopy@alumni.example>"), .expected = ""},
	{"rcpt: a full account with a copy is refused where the site says so",
	 .over_quota_copy = REJECT,
	 .recipients = SEND_ONE("<fullcopy@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"rcpt: who only forwards is not refused there either",
	 .over_quota_copy = REJECT,
	 .recipients = SEND_ONE("<fullaway@alumni.example>"), .expected = ""},
};

static const struct test_case message_cases[] = {
	{"message: a plain account is left alone",
	 .recipients = SEND_ONE("<plain@alumni.example>"), .expected = ""},
	{"message: foreign recipients alone are left alone",
	 .recipients = SEND_ONE("<away@foreign.example>"), .expected = ""},
	{"message: forwarded with a copy kept",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(x@remote.example)"},
	{"message: forwarded away",
	 .recipients = SEND_ONE("<away@alumni.example>"),
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: the recipient is deleted as it was given",
	 .recipients = SEND_ONE("<Away+Detail@ALUMNI.example>"),
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;Away+2BDetail@alumni.example]"
		     " del=<Away+Detail@ALUMNI.example>"
		     " from=SRS(x@remote.example)"},
	{"message: a bare local part is of our first domain",
	 .recipients = SEND_ONE("<away>"),
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away>"
		     " from=SRS(x@remote.example)"},
	{"message: internal mail is deleted with and without domain",
	 .source = INTERNAL, .sender = "x@remote.example",
	 .recipients = SEND_ONE("away@alumni.example"),
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=away@alumni.example del=away"
		     " from=SRS(x@remote.example)"},
	{"message: the sender's ORCPT and NOTIFY go on",
	 .recipients = SEND_ONE("<copy@alumni.example>",
				.orcpt = "rfc822;list+2Bx@remote.example",
				.notify = "success,Failure"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;list+2Bx@remote.example"
		     " NOTIFY=SUCCESS,FAILURE]"
		     " from=SRS(x@remote.example)"},
	{"message: a detail in UTF-8 is left out of ORCPT",
	 .recipients = SEND_ONE("<copy+\xc3\xb8@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(x@remote.example)"},
	{"message: the null sender stays null", .sender = "<>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"},
	{"message: the null sender of internal mail stays null",
	 .source = INTERNAL, .sender = "",
	 .recipients = SEND_ONE("copy@alumni.example"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"},
	{"message: a sender of our own stays",
	 .sender = "<plain@Alumni.Example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"},
	{"message: a sender of our second domain stays",
	 .sender = "<plain@second.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"},
	{"message: a bare sender is our own", .sender = "<plain>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"},
	{"message: a quoted sender is rewritten",
	 .sender = "<\"a b\"@remote.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(\"a b\"@remote.example)"},
	{"message: a sender that cannot be rewritten stays",
	 .sender = "<a b@remote.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"},
	{"message: an SRS sender of another forwarder is wrapped",
	 .sender = "<SRS0=hash=AA=orig.example=u@forwarder.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS("
		     "SRS0=hash=AA=orig.example=u@forwarder.example)"},
	{"message: one that came back stays and is not forwarded",
	 .recipients = SEND_ONE("<away@alumni.example>", .came_back = true),
	 .expected = ""},
	{"message: only the recipient that it came back for",
	 .recipients = {{"<away@alumni.example>", .came_back = true},
			{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(x@remote.example)"},
	{"message: equal targets are merged, every copy keeps its fate",
	 .recipients = {{"<away@alumni.example>"}, {"<twin@alumni.example>"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: merged targets report what any of them asked for",
	 .recipients = {{"<twin@alumni.example>", .notify = "NEVER"},
			{"<away@alumni.example>", .notify = "SUCCESS"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;twin@alumni.example NOTIFY=SUCCESS]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: merged with one that asked for nothing",
	 .recipients = {{"<twin@alumni.example>", .notify = "SUCCESS"},
			{"<away@alumni.example>"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;twin@alumni.example"
		     " NOTIFY=SUCCESS,FAILURE,DELAY]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: the same recipient twice is forwarded once",
	 .recipients = {{"<away@alumni.example>"}, {"<away@alumni.example>"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: two forms of a recipient are both deleted",
	 .recipients = {{"<away@alumni.example>"}, {"<AWAY@alumni.example>"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away@alumni.example> del=<AWAY@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: too large for the only recipient", .size = 91 * KB,
	 .recipients = SEND_ONE("<plain@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"message: too large for all", .size = 91 * KB,
	 .recipients = {{"<plain@alumni.example>"}, {"<full@alumni.example>"}},
	 .expected = "552 5.2.2"},
	{"message: too large for one of two is LMTP's to refuse",
	 .size = 91 * KB,
	 .recipients = {{"<plain@alumni.example>"}, {"<own@alumni.example>"}},
	 .expected = ""},
	{"message: a foreign recipient saves it from being refused",
	 .size = 91 * KB,
	 .recipients = {{"<plain@alumni.example>"}, {"<x@foreign.example>"}},
	 .expected = ""},
	{"message: a role address saves it from being refused", .size = 91 * KB,
	 .recipients = {{"<plain@alumni.example>"},
			{"<full@alumni.example>", .is_role = true}},
	 .expected = ""},
	{"message: never refused to somebody who logged in", .source = LOGIN,
	 .size = 91 * KB, .recipients = SEND_ONE("<plain@alumni.example>"),
	 .expected = ""},
	{"message: internal mail is never refused", .source = INTERNAL,
	 .size = 91 * KB, .recipients = SEND_ONE("plain@alumni.example"),
	 .expected = ""},
	{"message: a message without recipients is not refused",
	 .size = 91 * KB, .expected = ""},
	{"message: the copy that has no room is left out", .size = 101 * KB,
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " del=<copy@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: the copy is left out for who logged in, too",
	 .source = LOGIN, .size = 101 * KB, .sender = "<plain@alumni.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " del=<copy@alumni.example>"},
	{"message: where the site says so, it is refused instead",
	 .size = 101 * KB, .over_quota_copy = REJECT,
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = "552 5.2.2"},
	{"message: or, among others, left to LMTP without forwarding",
	 .size = 101 * KB, .over_quota_copy = REJECT,
	 .recipients = {{"<copy@alumni.example>"}, {"<own@alumni.example>"}},
	 .expected = ""},
	{"message: or, for internal mail, left to LMTP without forwarding",
	 .source = INTERNAL, .size = 101 * KB, .over_quota_copy = REJECT,
	 .recipients = SEND_ONE("copy@alumni.example"), .expected = ""},
	{"message: who only forwards needs no room", .size = 200 * KB,
	 .recipients = SEND_ONE("<fullaway@alumni.example>"),
	 .expected = " add=<fullaway@outside.example>"
		     "[ORCPT=rfc822;fullaway@alumni.example]"
		     " del=<fullaway@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: one that came back for a full account is refused",
	 .size = 10,
	 .recipients = SEND_ONE("<fullcopy@alumni.example>", .came_back = true),
	 .expected = "552 5.2.2"},
	{"message: a disabled account does not forward internal mail",
	 .source = INTERNAL,
	 .recipients = SEND_ONE("disabledaway@alumni.example"), .expected = ""},
	{"message: a role address forwards, and is never left out",
	 .size = 101 * KB,
	 .recipients = SEND_ONE("<copy@alumni.example>", .is_role = true),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(x@remote.example)"},
	{"message: forwarded beside plain and foreign ones",
	 .recipients = {{"<plain@alumni.example>"},
			{"<x@foreign.example>"},
			{"<away@alumni.example>"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
};

static void recipients_are_decided(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0;
	     i < sizeof(recipient_cases) / sizeof(recipient_cases[0]); i++) {
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
			assert_non_null(reply.text);
			/* libmilter would take it for a format. */
			assert_null(strchr(reply.text, '%'));
		}
		compare(&recipient_cases[i], got);
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

static void messages_are_decided(void **state)
{
	(void)state;
	failures = 0;
	for (size_t i = 0; i < sizeof(message_cases) / sizeof(message_cases[0]);
	     i++) {
		struct fixture fixture;
		struct envelope_plan plan;
		struct error error;
		char *got;

		set_up(&message_cases[i], &fixture);
		assert_int_equal(envelope_plan_message(&fixture.rules,
						       &fixture.envelope, &plan,
						       &error),
				 0);
		got = describe_plan(&plan);
		compare(&message_cases[i], got);
		check_needs(&message_cases[i], &fixture, got);
		free(got);
		envelope_plan_free(&plan);
	}
	assert_int_equal(failures, 0);
}

static void nothing_is_asked_for_in_vain(void **state)
{
	static const struct test_case cases[] = {
		{"foreign", .recipients = SEND_ONE("<x@foreign.example>")},
		{"logged in, no forwarding", .source = LOGIN,
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
		cmocka_unit_test(recipients_are_decided),
		cmocka_unit_test(messages_are_decided),
		cmocka_unit_test(nothing_is_asked_for_in_vain),
	};

	return cmocka_run_group_tests(tests, make_srs, free_srs);
}
