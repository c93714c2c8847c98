/* SPDX-License-Identifier: MIT
 *
 * The gate in front of password hashes: no more than its places at a time,
 * places of killed processes come back, and none of another user's making.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/hash-gate.h"

#define PLACES    2
#define PROCESSES 8
#define ROUNDS    200
#define NOBODY    65534

struct fixture {
	char folder[64];
	struct hash_gate *gate;
};

/* Shared by the processes of a test. */
struct counts {
	atomic_int inside;
	atomic_int most;
	atomic_int entered;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct error error;

	*state = &fixture;
	snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/gate-XXXXXX");
	if (mkdtemp(fixture.folder) == NULL)
		return -1;
	return hash_gate_open(fixture.folder, PLACES, &fixture.gate, &error);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	hash_gate_remove(fixture->gate);
	hash_gate_close(&fixture->gate);
	return rmdir(fixture->folder);
}

/* Opens the gate as another worker would. */
static struct hash_gate *open_again(const struct fixture *fixture)
{
	struct hash_gate *gate = NULL;
	struct error error = {.text = ""};

	/* The places of the gate that is there are what counts. */
	if (hash_gate_open(fixture->folder, PROCESSES, &gate, &error) < 0)
		fail_msg("%s", error.text);
	return gate;
}

static void go_through(const struct fixture *fixture, struct counts *counts)
{
	struct hash_gate *gate = open_again(fixture);

	for (int i = 0; i < ROUNDS; i++) {
		int inside;

		if (!hash_gate_enter(gate))
			_exit(1);
		inside = atomic_fetch_add(&counts->inside, 1) + 1;
		if (inside > atomic_load(&counts->most))
			atomic_store(&counts->most, inside);
		atomic_fetch_add(&counts->entered, 1);
		/* Gives the others the time to come in if they could. */
		sched_yield();
		atomic_fetch_sub(&counts->inside, 1);
		hash_gate_leave(gate);
	}
	_exit(0);
}

static void only_so_many_are_inside(void **state)
{
	struct counts *counts =
		mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[PROCESSES];

	assert_ptr_not_equal(counts, MAP_FAILED);
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_int_not_equal(children[i], -1);
		if (children[i] == 0)
			go_through(*state, counts);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(atomic_load(&counts->entered), PROCESSES * ROUNDS);
	assert_int_equal(atomic_load(&counts->most), PLACES);
	munmap(counts, sizeof(*counts));
}

static void a_killed_process_gives_its_place_back(void **state)
{
	struct fixture *fixture = *state;
	int told[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(told), 0);
	assert_true(hash_gate_enter(fixture->gate));
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		byte = hash_gate_enter(open_again(fixture)) ? 'y' : 'n';
		if (write(told[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(hash_gate_enter(fixture->gate));
	hash_gate_leave(fixture->gate);
	hash_gate_leave(fixture->gate);
	close(told[0]);
	close(told[1]);
}

static void without_a_gate_nobody_waits(void **state)
{
	struct hash_gate *gate = NULL;
	struct error error = {.text = ""};

	(void)state;
	assert_false(hash_gate_enter(NULL));
	assert_int_equal(hash_gate_open("/nonexistent", PLACES, &gate, &error),
			 -1);
	assert_null(gate);
	assert_non_null(strstr(error.text, "/nonexistent"));
	assert_true(hash_gate_places() >= HASH_GATE_PLACES_PER_PROCESSOR);
}

static void another_users_gate_is_not_used(void **state)
{
	struct fixture *fixture = *state;
	struct hash_gate *gate = NULL;
	struct error error = {.text = ""};
	int result;

	if (geteuid() != 0) {
		print_message("this takes root\n");
		return;
	}
	assert_int_equal(seteuid(NOBODY), 0);
	result = hash_gate_open(fixture->folder, PLACES, &gate, &error);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(result, -1);

	hash_gate_remove(fixture->gate);
	hash_gate_close(&fixture->gate);
	assert_int_equal(chmod(fixture->folder, 0755), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	result =
		hash_gate_open(fixture->folder, PLACES, &fixture->gate, &error);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(result, 0);
	assert_int_equal(hash_gate_open(fixture->folder, PLACES, &gate, &error),
			 -1);
	assert_non_null(strstr(error.text, "another user's"));
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(only_so_many_are_inside),
		TEST(a_killed_process_gives_its_place_back),
		TEST(without_a_gate_nobody_waits),
		TEST(another_users_gate_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
