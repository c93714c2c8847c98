/* SPDX-License-Identifier: MIT
 *
 * What becomes of a message; see tests/unit/milter/envelope-plan-cases.h.
 */
#include "tests/unit/milter/envelope-plan-cases.h"

#define REJECT OVER_QUOTA_COPY_REJECT

/* Fits into an address, but not with an SRS address's hash and domain. */
#define TEN        "0123456789"
#define FIFTY      TEN TEN TEN TEN TEN
#define LONG_LOCAL FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

const struct test_case message_cases[] = {
	{"message: a plain account is left alone",
	 .recipients = SEND_ONE("<plain@alumni.example>"), .expected = "",
	 .fates = "kept"},
	{"message: foreign recipients alone are left alone",
	 .recipients = SEND_ONE("<away@foreign.example>"), .expected = "",
	 .fates = "other"},
	{"message: forwarded with a copy kept",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(x@remote.example)",
	 .fates = "copied"},
	{"message: forwarded away",
	 .recipients = SEND_ONE("<away@alumni.example>"),
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)",
	 .fates = "forwarded"},
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
		     "[ORCPT=rfc822;copy@alumni.example] srs=malformed"},
	{"message: a sender that is too long when rewritten stays",
	 .sender = "<" LONG_LOCAL "@remote.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example] srs=too-long"},
	{"message: an SRS sender of another forwarder is wrapped",
	 .sender = "<SRS0=hash=AA=orig.example=u@forwarder.example>",
	 .recipients = SEND_ONE("<copy@alumni.example>"),
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS("
		     "SRS0=hash=AA=orig.example=u@forwarder.example)"},
	{"message: one that came back stays and is not forwarded",
	 .recipients = SEND_ONE("<away@alumni.example>", .came_back = true),
	 .expected = "", .fates = "came-back"},
	{"message: only the recipient that it came back for",
	 .recipients = {{"<away@alumni.example>", .came_back = true},
			{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example]"
		     " from=SRS(x@remote.example)",
	 .fates = "came-back copied"},
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
	{"message: other targets keep their own wishes",
	 .recipients = {{"<copy@alumni.example>", .notify = "NEVER"},
			{"<away@alumni.example>", .notify = "SUCCESS"},
			{"<plain@alumni.example>", .notify = "DELAY"}},
	 .expected = " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example NOTIFY=NEVER]"
		     " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example NOTIFY=SUCCESS]"
		     " del=<away@alumni.example>"
		     " from=SRS(x@remote.example)"},
	{"message: wishes of all equal targets, not only of neighbours",
	 .recipients = {{"<away@alumni.example>", .notify = "NEVER"},
			{"<copy@alumni.example>", .notify = "DELAY"},
			{"<twin@alumni.example>", .notify = "SUCCESS"}},
	 .expected = " add=<away@outside.example>"
		     "[ORCPT=rfc822;away@alumni.example NOTIFY=SUCCESS]"
		     " del=<away@alumni.example>"
		     " add=<copy@outside.example>"
		     "[ORCPT=rfc822;copy@alumni.example NOTIFY=DELAY]"
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
	 .expected = "552 5.2.2", .fates = "over-quota"},
	{"message: too large for all", .size = 91 * KB,
	 .recipients = {{"<plain@alumni.example>"}, {"<full@alumni.example>"}},
	 .expected = "552 5.2.2"},
	{"message: too large for one of two is LMTP's to refuse",
	 .size = 91 * KB,
	 .recipients = {{"<plain@alumni.example>"}, {"<own@alumni.example>"}},
	 .expected = "", .fates = "over-quota kept"},
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
	 .expected = "", .fates = "over-quota"},
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
		     " from=SRS(x@remote.example)",
	 .fates = "copy-left-out"},
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
		     " from=SRS(x@remote.example)",
	 .fates = "forwarded"},
	{"message: one that came back for a full account is refused",
	 .size = 10,
	 .recipients = SEND_ONE("<fullcopy@alumni.example>", .came_back = true),
	 .expected = "552 5.2.2"},
	{"message: a disabled account does not forward internal mail",
	 .source = INTERNAL,
	 .recipients = SEND_ONE("disabledaway@alumni.example"), .expected = "",
	 .fates = "kept"},
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
		     " from=SRS(x@remote.example)",
	 .fates = "kept other forwarded"},
	{"target: of our own domain is not followed",
	 .recipients = {{"<inside@alumni.example>"}}, .expected = "",
	 .fates = "held-target"},
	{"target: of our second domain, in any case, is not followed",
	 .recipients = {{"<inside2@alumni.example>"}}, .expected = ""},
	{"target: that is none is not followed",
	 .recipients = {{"<broken@alumni.example>"}}, .expected = ""},
	{"target: not followed, others are",
	 .recipients = {{"<inside@alumni.example>"},
			{"<copy@alumni.example>"},
			{"<broken@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@remote.example)",
	 .fates = "held-target copied held-target"},
	{"target: of our own, no room", .size = 101 * KB,
	 .recipients = {{"<inside@alumni.example>"}}, .expected = "552 5.2.2"},
	{"target: in UTF-8 goes out in ASCII",
	 .recipients = {{"<idn@alumni.example>"}},
	 .expected = " add=<kari@xn--blbr-roah.example>[ORCPT=rfc822;idn@"
		     "alumni.example] del=<idn@alumni.example> "
		     "from=SRS(x@remote.example)"},
	{"target: two spellings of one domain are one",
	 .recipients = {{"<idn@alumni.example>"}, {"<idntwin@alumni.example>"}},
	 .expected = " add=<kari@xn--blbr-roah.example>[ORCPT=rfc822;idn@"
		     "alumni.example] del=<idn@alumni.example> "
		     "del=<idntwin@alumni.example> from=SRS(x@remote.example)"},
	{"target: upper case in its domain is the same",
	 .recipients = {{"<awaytwin@alumni.example>"},
			{"<away@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;awaytwin@alumni."
		     "example] del=<awaytwin@alumni.example> "
		     "del=<away@alumni.example> from=SRS(x@remote.example)"},
	{"target: merged by two spellings, both wishes are told",
	 .recipients = {{"<awaytwin@alumni.example>", .notify = "DELAY"},
			{"<away@alumni.example>", .notify = "SUCCESS"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;awaytwin@alumni."
		 "example NOTIFY=SUCCESS,DELAY] del=<awaytwin@alumni.example> "
		 "del=<away@alumni.example> from=SRS(x@remote.example)"},
	{"target: three accounts, one target",
	 .recipients = {{"<away@alumni.example>"},
			{"<awaytwin@alumni.example>"},
			{"<twin@alumni.example>"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;away@alumni.example]"
		 " del=<away@alumni.example> del=<awaytwin@alumni.example> "
		 "from=SRS(x@remote.example)"},
	{"recipient: quoted", .recipients = {{"<\"away\"@alumni.example>"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;away@alumni.example]"
		 " del=<\"away\"@alumni.example> from=SRS(x@remote.example)"},
	{"recipient: quoted with a detail that needs quotes",
	 .recipients = {{"<\"away+a b\"@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;\"away+2Ba+"
		     "20b\"@alumni.example] del=<\"away+a b\"@alumni.example> "
		     "from=SRS(x@remote.example)"},
	{"recipient: a source route counts for its end",
	 .recipients = {{"<@a.example,@b.example:away@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away@alumni."
		     "example] del=<@a.example,@b.example:away@alumni.example> "
		     "from=SRS(x@remote.example)"},
	{"recipient: without brackets", .recipients = {{"away@alumni.example"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;away@alumni.example]"
		 " del=away@alumni.example from=SRS(x@remote.example)"},
	{"recipient: our second domain",
	 .recipients = {{"<away@second.example>"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;away@second.example]"
		 " del=<away@second.example> from=SRS(x@remote.example)"},
	{"recipient: our second domain in upper case",
	 .recipients = {{"<AWAY@Second.EXAMPLE>"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;AWAY@second.example]"
		 " del=<AWAY@Second.EXAMPLE> from=SRS(x@remote.example)"},
	{"recipient: a trailing dot of the domain",
	 .recipients = {{"<away@alumni.example.>"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;away@alumni.example]"
		 " del=<away@alumni.example.> from=SRS(x@remote.example)"},
	{"recipient: two details",
	 .recipients = {{"<away+a+b@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away+2Ba+2Bb@"
		     "alumni.example] del=<away+a+b@alumni.example> "
		     "from=SRS(x@remote.example)"},
	{"recipient: an empty detail",
	 .recipients = {{"<away+@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away+2B@alumni."
		     "example] del=<away+@alumni.example> "
		     "from=SRS(x@remote.example)"},
	{"recipient: an equal sign in the detail",
	 .recipients = {{"<away+a=b@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away+2Ba+3Db@"
		     "alumni.example] del=<away+a=b@alumni.example> "
		     "from=SRS(x@remote.example)"},
	{"recipient: details of one account, forwarded once",
	 .recipients = {{"<away+a@alumni.example>"},
			{"<away+b@alumni.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away+2Ba@alumni."
		     "example] del=<away+a@alumni.example> "
		     "del=<away+b@alumni.example> from=SRS(x@remote.example)"},
	{"recipient: both our domains, forwarded once",
	 .recipients = {{"<away@alumni.example>"}, {"<away@second.example>"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away@alumni."
		     "example] del=<away@alumni.example> "
		     "del=<away@second.example> from=SRS(x@remote.example)"},
	{"recipient: SMTPUTF8 domain is nobody of ours",
	 .recipients = {{"<away@bl\xc3\xa5.foreign.example>"}}, .expected = ""},
	{"recipient: what is no address", .recipients = {{"<no address>"}},
	 .expected = ""},
	{"recipient: internal with detail", .source = INTERNAL,
	 .sender = "x@remote.example",
	 .recipients = {{"away+x@alumni.example"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away+2Bx@alumni."
		     "example] del=away+x@alumni.example del=away+x "
		     "from=SRS(x@remote.example)"},
	{"recipient: internal, bare", .source = INTERNAL,
	 .sender = "x@remote.example", .recipients = {{"away"}},
	 .expected = " add=<away@outside.example>[ORCPT=rfc822;away@alumni."
		     "example] del=away from=SRS(x@remote.example)"},
	{"sender: VERP and case are kept",
	 .sender = "<Bounce+copy=alumni.example@Lists.Remote.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected =
		 " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni.example]"
		 " from=SRS(Bounce+copy=alumni.example@Lists.Remote.example)"},
	{"sender: BATV is kept", .sender = "<prvs=1234567890=x@remote.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(prvs=1234567890=x@remote.example)"},
	{"sender: an address literal", .sender = "<x@[192.0.2.1]>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@[192.0.2.1])"},
	{"sender: an IPv6 literal", .sender = "<x@[IPv6:2001:db8::1]>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@[IPv6:2001:db8::1])"},
	{"sender: a source route counts for its end",
	 .sender = "<@a.example:x@remote.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@remote.example)"},
	{"sender: SMTPUTF8", .sender = "<j\xc3\xb8rgen@remote.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(j\xc3\xb8rgen@remote.example)"},
	{"sender: SMTPUTF8 in the domain", .sender = "<x@bl\xc3\xa5.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@bl\xc3\xa5.example)"},
	{"sender: a quoted @", .sender = "<\"a@b\"@remote.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(\"a@b\"@remote.example)"},
	{"sender: an SRS1 of others stays within one wrapping",
	 .sender = "<SRS1=wxyz=first.example==abcd=TT=o.example=u@second."
		   "forwarder.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected =
		 " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni.example]"
		 " from=SRS(SRS0=abcd=TT=o.example=u@first.example)"},
	{"sender: one of ours in an SRS address stays",
	 .sender = "<SRS0=abcd=TT=o.example=u@alumni.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example]"},
	{"sender: below our domain is not ours",
	 .sender = "<x@sub.alumni.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@sub.alumni.example)"},
	{"sender: without an @ in brackets is ours", .sender = "<daemon>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example]"},
	{"sender: logged in, of our second domain", .source = LOGIN,
	 .sender = "<plain@second.example>",
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example]"},
	{"sender: a foreign one of who logged in is rewritten", .source = LOGIN,
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@remote.example)"},
	{"sender: not rewritten when nothing is forwarded",
	 .recipients = {{"<plain@alumni.example>"}, {"<x@foreign.example>"}},
	 .expected = ""},
	{"size: a copy fits to the byte", .size = 100 * KB,
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@remote.example)"},
	{"size: a copy with one byte too many is left out",
	 .size = 100 * KB + 1, .recipients = {{"<copy@alumni.example>"}},
	 .expected =
		 " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni.example]"
		 " del=<copy@alumni.example> from=SRS(x@remote.example)",
	 .fates = "copy-left-out"},
	{"size: grace keeps it", .size = 100 * KB + 1, .grace = KB,
	 .recipients = {{"<copy@alumni.example>"}},
	 .expected = " add=<copy@outside.example>[ORCPT=rfc822;copy@alumni."
		     "example] from=SRS(x@remote.example)"},
	{"size: a full one among several is not refused for all", .size = KB,
	 .recipients = {{"<full@alumni.example>"}, {"<plain@alumni.example>"}},
	 .expected = ""},
	{"size: all full, and one that forwards", .size = KB,
	 .recipients = {{"<full@alumni.example>"}, {"<away@alumni.example>"}},
	 .expected =
		 " add=<away@outside.example>[ORCPT=rfc822;away@alumni.example]"
		 " del=<away@alumni.example> from=SRS(x@remote.example)"},
	{"size: all full, and one held without room", .size = 101 * KB,
	 .limit = 1,
	 .recipients = {{"<full@alumni.example>"},
			{"<away@alumni.example>", .forwarded_today = 1}},
	 .expected = "552 5.2.2"},
	{"size: unlimited takes anything", .size = INT64_MAX,
	 .recipients = {{"<unlimited@alumni.example>"}}, .expected = ""},
	{"size: a full account of who logged in is left to delivery",
	 .source = LOGIN, .size = INT64_MAX,
	 .recipients = {{"<full@alumni.example>"}, {"<plain@alumni.example>"}},
	 .expected = "", .fates = "over-quota over-quota"},
	{"size: a disabled account is no reason to refuse the rest",
	 .source = INTERNAL, .size = KB,
	 .recipients = {{"disabled@alumni.example"}, {"full@alumni.example"}},
	 .expected = ""},
};

const size_t message_case_count =
	sizeof(message_cases) / sizeof(message_cases[0]);
