/* SPDX-License-Identifier: MIT
 *
 * Sender rewriting against Mail::SRS: both make the same address, and each
 * reverses, or refuses, what the other made. Mail::SRS runs in a Perl process
 * with a fixed clock, is asked on its stdin and answers on its stdout, one
 * line each.
 *
 * Mail::SRS sees local parts without quotes, as Postfix hands them to it; the
 * quotes of ours are taken off before comparing. It leaves the case of domains
 * alone, so the table has them in lower case.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/mail/srs.h"

#define SECRET     "correct horse battery staple"
#define OLD_SECRET "hunter2"
#define MAX_AGE    21
#define NOW        INT64_C(1750000000)
#define DAY        INT64_C(86400)

/* F sender, R address, T time; "-" in answer to what it refuses. */
static char script[] =
	"BEGIN { *CORE::GLOBAL::time = sub { $main::now }; }\n"
	"use strict; use Mail::SRS; $| = 1;\n"
	"our $now = 1750000000;\n"
	"binmode STDIN; binmode STDOUT; $SIG{__WARN__} = sub {};\n"
	"my $srs = Mail::SRS->new(MaxAge => 21, HashLength => 4,\n"
	"  Secret => ['" SECRET "', '" OLD_SECRET "']);\n"
	"my $old = Mail::SRS->new(MaxAge => 21, HashLength => 4,\n"
	"  Secret => ['" OLD_SECRET "']);\n"
	"my $long = Mail::SRS->new(MaxAge => 21, HashLength => 20,\n"
	"  Secret => ['" SECRET "']);\n"
	"while (<STDIN>) {\n"
	"  chomp; my ($what, $arg) = /^(.) (.*)$/s;\n"
	"  if ($what eq 'T') { $now = $arg; print \"ok\\n\"; next; }\n"
	"  my $who = $what eq 'O' ? $old : $what eq 'L' ? $long : $srs;\n"
	"  my $to = eval { $what eq 'R' ? $srs->reverse($arg)\n"
	"    : $who->forward($arg, 'alumni.example') };\n"
	"  print defined $to ? \"$to\\n\" : \"-\\n\";\n"
	"}\n";

struct oracle {
	pid_t pid;
	FILE *to;
	FILE *from;
	struct srs *srs;
};

static void run_perl(int in, int out)
{
	char perl[] = "perl", option[] = "-e";
	char *const argv[] = {perl, option, script, NULL};

	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		(void)execvp(perl, argv);
	_exit(127);
}

static int start_oracle(void **state)
{
	static const char *const secrets[] = {SECRET, OLD_SECRET};
	const struct srs_options options = {
		.secrets = secrets,
		.secret_count = 2,
		.domain = "alumni.example",
		.max_age_days = MAX_AGE,
	};
	static struct oracle oracle;
	int to[2], from[2];

	(void)signal(SIGPIPE, SIG_IGN);
	if (srs_new(&options, &oracle.srs, NULL) < 0 || pipe(to) < 0 ||
	    pipe(from) < 0)
		return -1;
	oracle.pid = fork();
	if (oracle.pid == 0) {
		(void)close(to[1]);
		(void)close(from[0]);
		run_perl(to[0], from[1]);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	oracle.to = fdopen(to[1], "w");
	oracle.from = fdopen(from[0], "r");
	*state = &oracle;
	return oracle.pid < 0 ? -1 : 0;
}

static int stop_oracle(void **state)
{
	struct oracle *oracle = *state;
	int status = -1;

	(void)fclose(oracle->to);
	(void)fclose(oracle->from);
	(void)waitpid(oracle->pid, &status, 0);
	srs_free(&oracle->srs);
	return status == 0 ? 0 : -1;
}

static void ask(struct oracle *oracle, char what, const char *text,
		char answer_r[ADDRESS_BYTES])
{
	(void)fprintf(oracle->to, "%c %s\n", what, text);
	(void)fflush(oracle->to);
	if (fgets(answer_r, ADDRESS_BYTES, oracle->from) == NULL)
		fail_msg("no answer from Perl: is Mail::SRS (Debian's "
			 "libmail-srs-perl) installed?");
	answer_r[strcspn(answer_r, "\n")] = '\0';
}

static void set_clock(struct oracle *oracle, int64_t now)
{
	char text[32], answer[ADDRESS_BYTES];

	(void)snprintf(text, sizeof(text), "%lld", (long long)now);
	ask(oracle, 'T', text, answer);
	assert_string_equal(answer, "ok");
}

/* Takes the quotes off. */
static void bare(const char *text, char bare_r[ADDRESS_BYTES])
{
	struct address address;

	assert_int_equal(address_parse(text, &address, NULL), 0);
	(void)snprintf(bare_r, ADDRESS_BYTES, "%s@%s", address.local,
		       address.domain);
}

static const char *const senders[] = {
	"user@outside.example",
	"User.Name@outside.example",
	"x@y",
	"user+detail@outside.example",
	"bounce+user=alumni.example@list.example",
	"prvs=1234567890=user@outside.example",
	"=@outside.example",
	"==a==@outside.example",
	"a-b+c=d%e!f/g@outside.example",
	"100%real@outside.example",
	"user%host@relay.example",
	"host!user@relay.example",
	"UPPER@outside.example",
	"'quote'`tick`{a|b}~@outside.example",
	"\"a b\"@outside.example",
	"\" \"@outside.example",
	"\"a\\\"b\\\\c\"@outside.example",
	"\"(comment),;:<x>\"@outside.example",
	"\"\"@outside.example",
	"a..b@outside.example",
	".a.@outside.example",
	"user@[192.0.2.1]",
	"user@[IPv6:2001:db8::1]",
	"j\xc3\xb8rgen@bl\xc3\xa5.example",
	"user@under_score.example",
	"user@sub.alumni.example",
	"srs0user@outside.example",
	"SRS@outside.example",
	"verylonglocalpartverylonglocalpartverylonglocalpartverylonglocal"
	"verylonglocalpartverylonglocalpartverylonglocalpartverylonglocal"
	"@very-long-domain-very-long-domain-very-long-domain.example",
	/* By another forwarder, with each separator. */
	"SRS0=Ab+/=TT=first.example=user@second.example",
	"SRS0+Ab+/=TT=first.example=user@second.example",
	"SRS0-Ab+/=TT=first.example=user@second.example",
	"srs0=ab+/=tt=first.example=user@second.example",
	"SRS0=Ab+/=TT=first.example=a=b=c@second.example",
	"SRS0=@second.example",
	"SRS0=nonsense@second.example",
	"SRS0=====@second.example",
	/* By a forwarder behind another. */
	"SRS1=wxyz=first.example==abcd=TT=o.example=user@second.example",
	"SRS1+wxyz=first.example=+abcd=TT=o.example=user@second.example",
	"SRS1-wxyz=first.example=-abcd=TT=o.example=user@second.example",
	"SRS1=wxyz=first.example=+abcd=TT=o.example=user@second.example",
	"srs1=wxyz=first.example==abcd=tt=o.example=user@second.example",
	"SRS1=wxyz=first.example==abcd=TT=o.example=a=b==c@second.example",
	/* Ours, from before, at another of our hosts. */
	"SRS0=4fXk=3D=outside.example=user@other.alumni.example",
};

static void both_make_the_same_address(void **state)
{
	struct oracle *oracle = *state;

	for (size_t i = 0; i < sizeof(senders) / sizeof(*senders); i++) {
		char ours[ADDRESS_BYTES], ours_bare[ADDRESS_BYTES];
		char sender[ADDRESS_BYTES], theirs[ADDRESS_BYTES];

		bare(senders[i], sender);
		assert_int_equal(
			srs_forward(oracle->srs, senders[i], NOW, ours),
			SRS_OK);
		bare(ours, ours_bare);
		ask(oracle, 'F', sender, theirs);
		assert_string_equal(ours_bare, theirs);
	}
}

static void each_reverses_what_the_other_made(void **state)
{
	struct oracle *oracle = *state;

	for (size_t i = 0; i < sizeof(senders) / sizeof(*senders); i++) {
		char made[ADDRESS_BYTES], made_bare[ADDRESS_BYTES];
		char sender[ADDRESS_BYTES], theirs[ADDRESS_BYTES];
		char ours[ADDRESS_BYTES], ours_bare[ADDRESS_BYTES];

		bare(senders[i], sender);
		assert_int_equal(
			srs_forward(oracle->srs, senders[i], NOW, made),
			SRS_OK);
		bare(made, made_bare);
		ask(oracle, 'R', made_bare, theirs);

		ask(oracle, 'F', sender, made);
		if (srs_reverse(oracle->srs, made, NOW, ours) != SRS_OK)
			fail_msg("not reversed: %s", made);
		bare(ours, ours_bare);
		assert_string_equal(ours_bare, theirs);
		if (!srs_is_rewritten(senders[i]))
			assert_string_equal(ours_bare, sender);
	}
}

/* Old secrets, and hashes longer than ours. */
static void what_it_makes_with_other_options_is_reversed(void **state)
{
	struct oracle *oracle = *state;
	char made[ADDRESS_BYTES], ours[ADDRESS_BYTES];

	for (const char *what = "OL"; *what != '\0'; what++) {
		ask(oracle, *what, "user@outside.example", made);
		assert_int_equal(srs_reverse(oracle->srs, made, NOW, ours),
				 SRS_OK);
		assert_string_equal(ours, "user@outside.example");
		ask(oracle, *what, "SRS0=abcd=TT=o.example=u@outside.example",
		    made);
		assert_int_equal(srs_reverse(oracle->srs, made, NOW, ours),
				 SRS_OK);
	}
}

/* Signed by us by turns today, then looked at on many days. */
static void both_expire_on_the_same_day(void **state)
{
	static const int days[] = {-500, -1,  0,    1,    20,   21,   22,
				   23,   500, 1002, 1003, 1023, 1024, 1046};
	struct oracle *oracle = *state;
	char made[ADDRESS_BYTES], theirs[ADDRESS_BYTES], ours[ADDRESS_BYTES];

	for (int64_t start = NOW; start < NOW + 34 * DAY; start += 3 * DAY) {
		set_clock(oracle, start);
		assert_int_equal(srs_forward(oracle->srs,
					     "user@outside.example", start,
					     made),
				 SRS_OK);
		ask(oracle, 'F', "user@outside.example", theirs);
		assert_string_equal(made, theirs);
		for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++) {
			int64_t then = start + days[i] * DAY;
			bool accepted = srs_reverse(oracle->srs, made, then,
						    ours) == SRS_OK;

			set_clock(oracle, then);
			ask(oracle, 'R', made, theirs);
			assert_int_equal(accepted, strcmp(theirs, "-") != 0);
		}
	}
	set_clock(oracle, NOW);
}

static void both_refuse_what_was_changed(void **state)
{
	struct oracle *oracle = *state;
	char made[ADDRESS_BYTES], theirs[ADDRESS_BYTES], ours[ADDRESS_BYTES];
	size_t local;

	assert_int_equal(
		srs_forward(oracle->srs, "user@outside.example", NOW, made),
		SRS_OK);
	local = strcspn(made, "@");
	for (size_t i = 5; i < local; i++) {
		char before = made[i];

		for (const char *c = "aA7.+"; *c != '\0'; c++) {
			enum srs_result result;

			made[i] = *c;
			result = srs_reverse(oracle->srs, made, NOW, ours);
			ask(oracle, 'R', made, theirs);
			/* We also ask that the domain is one. */
			if (result == SRS_OK)
				assert_string_equal(ours, theirs);
			else if (result != SRS_MALFORMED)
				assert_string_equal(theirs, "-");
		}
		made[i] = before;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_make_the_same_address),
		cmocka_unit_test(each_reverses_what_the_other_made),
		cmocka_unit_test(what_it_makes_with_other_options_is_reversed),
		cmocka_unit_test(both_expire_on_the_same_day),
		cmocka_unit_test(both_refuse_what_was_changed),
	};

	return cmocka_run_group_tests(tests, start_oracle, stop_oracle);
}
