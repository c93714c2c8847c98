/* SPDX-License-Identifier: MIT
 *
 * Search filters from templates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/directory/filter.h"

static void names_are_put_in_escaped(void **state)
{
	static const struct {
		const char *template, *name, *filter; /* NULL = refused */
	} cases[] = {
		{"(uid=%u)", "user", "(uid=user)"},
		{"(|(uid=%u)(mail=%u@x.example))", "a.b_c-d",
		 "(|(uid=a.b_c-d)(mail=a.b_c-d@x.example))"},
		{"(status=active)", "user", "(status=active)"},
		{"(cn=100%%)", "user", "(cn=100%)"},
		{"(uid=%u)", "*", "(uid=\\2a)"},
		{"(uid=%u)", "a)(uid=*", "(uid=a\\29\\28uid\\3d\\2a)"},
		{"(uid=%u)", "a\\b", "(uid=a\\5cb)"},
		{"(uid=%u)", "j\xc3\xb8", "(uid=j\\c3\\b8)"},
		{"(uid=%u)", "%u", "(uid=\\25u)"},
		{"(uid=%u)", "", "(uid=)"},
		{"(uid=%x)", "user", NULL},
		{"(uid=%", "user", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char filter[DIRECTORY_FILTER_BYTES];
		struct error error = {.text = ""};
		int ret = directory_filter_make(cases[i].template,
						cases[i].name, filter, &error);

		assert_int_equal(ret, cases[i].filter == NULL ? -1 : 0);
		if (ret == 0)
			assert_string_equal(filter, cases[i].filter);
		else
			assert_non_null(strstr(error.text, cases[i].template));
	}
}

static void what_does_not_fit_is_an_error(void **state)
{
	char template[DIRECTORY_FILTER_BYTES + 1];
	char filter[DIRECTORY_FILTER_BYTES];

	(void)state;
	memset(template, 'a', sizeof(template));
	memcpy(template, "%u", 2);
	template[DIRECTORY_FILTER_BYTES - 1] = '\0';
	assert_int_equal(directory_filter_make(template, "ab", filter, NULL),
			 0);
	assert_int_equal(strlen(filter), DIRECTORY_FILTER_BYTES - 1);
	assert_int_equal(directory_filter_make(template, "abc", filter, NULL),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_put_in_escaped),
		cmocka_unit_test(what_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
