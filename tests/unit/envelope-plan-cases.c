/* SPDX-License-Identifier: MIT
 *
 * The cases of the envelope plan; see envelope-plan-cases.h.
 */
#include "tests/unit/envelope-plan-cases.h"

#define REJECT OVER_QUOTA_COPY_REJECT

const struct test_case recipient_cases[] = {
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

const struct test_case message_cases[] = {
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

const size_t recipient_case_count =
	sizeof(recipient_cases) / sizeof(recipient_cases[0]);
const size_t message_case_count =
	sizeof(message_cases) / sizeof(message_cases[0]);
