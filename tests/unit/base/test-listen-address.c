/* SPDX-License-Identifier: MIT
 *
 * Where a server listens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "lib/base/listen-address.h"

static void an_ipv4_address_is_read(void **state)
{
	struct listen_address found;
	struct sockaddr_in in;

	(void)state;
	assert_int_equal(listen_address_parse("127.0.0.2:9799", &found, NULL),
			 0);
	assert_int_equal(found.length, sizeof(in));
	memcpy(&in, &found.address, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_int_equal(ntohs(in.sin_port), 9799);
	assert_int_equal(ntohl(in.sin_addr.s_addr), 0x7f000002);
}

static void an_ipv6_address_is_read(void **state)
{
	struct listen_address found;
	struct sockaddr_in6 in6;

	(void)state;
	assert_int_equal(listen_address_parse("[::1]:65535", &found, NULL), 0);
	assert_int_equal(found.length, sizeof(in6));
	memcpy(&in6, &found.address, sizeof(in6));
	assert_int_equal(in6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(in6.sin6_port), 65535);
	assert_true(IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr));
}

static void other_texts_are_refused(void **state)
{
	static const char *const cases[] = {
		"",
		":",
		":9799",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:0",
		"127.0.0.1:65536",
		"127.0.0.1:99999999999999999999",
		"127.0.0.1:000001",
		"127.0.0.1:+80",
		"127.0.0.1: 80",
		"127.0.0.1:-1",
		"127.0.0.1:80x",
		"127.0.0.1:http",
		"localhost:80",
		"127.1:80",
		"0x7f.0.0.1:80",
		"010.0.0.1:80",
		"1:80",
		"256.0.0.1:80",
		"[127.0.0.1]:80",
		"[]:80",
		"[::1:80",
		"[::1]x:80",
		"::1:80",
		"[::1%lo]:80",
		"[1111:2222:3333:4444:5555:6666:7777:8888:9999]:80",
		"[00000000000000000000000000000000000000000000000::1]:80",
		/* Just as long as the room for an address, with the NUL. */
		"[0000000000000000000000000000000000000000000::1]:80",
		"0000000000000000000000000000000000000127.0.0.1:80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct listen_address found;
		struct error error = {""};

		if (listen_address_parse(cases[i], &found, &error) != -1)
			fail_msg("\"%s\" was taken", cases[i]);
		assert_non_null(strstr(error.text, "ADDRESS:PORT"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_is_read),
		cmocka_unit_test(an_ipv6_address_is_read),
		cmocka_unit_test(other_texts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
