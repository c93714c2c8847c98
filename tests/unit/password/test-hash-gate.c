/* SPDX-License-Identifier: MIT
 *
 * The gate in front of password hashes: no more than its places at a time,
 * places of killed processes come back, and none of another user's making.
 */
#include <errno.h>
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
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/password/hash-gate.h"

#define PLACES    2
#define PROCESSES 8
#define ROUNDS    200
#define NOBODY    65534

#define FOLDER_BYTES 64
#define FOLDERS_MAX  100
#define ATTEMPTS_MAX 20

struct fixture {
	char folder[FOLDER_BYTES];
	struct hash_gate *gate;
};

/* Shared by the processes of a test. */
struct counts {
	atomic_int inside;
	atomic_int most;
	atomic_int entered;
};

static bool has_free_key(const char *folder)
{
	return semget(ftok(folder, HASH_GATE_PROJECT_ID), 1, 0) < 0 &&
	       errno == ENOENT;
}

/* Makes a folder whose key nobody has. A machine may have many semaphores, and
   one of another user's under our key is a case of its own. Returns 0 or -1. */
static int make_folder(char folder_r[FOLDER_BYTES])
{
	char folders[FOLDERS_MAX][FOLDER_BYTES];
	int count = 0;
	bool found = false;

	while (!found && count < FOLDERS_MAX) {
		snprintf(folder_r, FOLDER_BYTES, "/tmp/gate-XXXXXX");
		if (mkdtemp(folder_r) == NULL)
			break;
		found = has_free_key(folder_r);
		if (!found)
			memcpy(folders[count++], folder_r, FOLDER_BYTES);
	}
	/* Not before, or the next would have the same inode. */
	while (count > 0)
		rmdir(folders[--count]);
	return found ? 0 : -1;
}

static int set_up(void **state)
{
	static struct fixture fixture;
	struct error error;

	*state = &fixture;
	if (make_folder(fixture.folder) < 0)
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

static struct counts *share_counts(void)
{
	struct counts *counts =
		mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(counts, MAP_FAILED);
	return counts;
}

static void come_in(struct counts *counts)
{
	int inside = atomic_fetch_add(&counts->inside, 1) + 1;
	int most = atomic_load(&counts->most);

	while (inside > most &&
	       !atomic_compare_exchange_weak(&counts->most, &most, inside))
		;
	atomic_fetch_add(&counts->entered, 1);
}

static void expect_to_end_well(const pid_t *children)
{
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static void go_through(const struct fixture *fixture, struct counts *counts)
{
	struct hash_gate *gate = open_again(fixture);

	for (int i = 0; i < ROUNDS; i++) {
		if (!hash_gate_enter(gate))
			_exit(1);
		come_in(counts);
		/* Gives the others the time to come in if they could. */
		sched_yield();
		atomic_fetch_sub(&counts->inside, 1);
		hash_gate_leave(gate);
	}
	_exit(0);
}

static void only_so_many_are_inside(void **state)
{
	struct counts *counts = share_counts();
	pid_t children[PROCESSES];

	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_int_not_equal(children[i], -1);
		if (children[i] == 0)
			go_through(*state, counts);
	}
	expect_to_end_well(children);
	assert_int_equal(atomic_load(&counts->entered), PROCESSES * ROUNDS);
	assert_true(atomic_load(&counts->most) <= PLACES);
	munmap(counts, sizeof(*counts));
}

/* Stays inside until there is something to read. */
static void stay(const struct fixture *fixture, struct counts *counts,
		 const int leave[2])
{
	struct hash_gate *gate = open_again(fixture);
	bool inside = false;
	char byte;

	/* So that it ends with the test. */
	close(leave[1]);
	/* It gives up after a while, which a busy machine may take. */
	for (int i = 0; i < ATTEMPTS_MAX && !inside; i++)
		inside = hash_gate_enter(gate);
	if (!inside)
		_exit(1);
	come_in(counts);
	if (read(leave[0], &byte, 1) != 1)
		_exit(1);
	atomic_fetch_sub(&counts->inside, 1);
	hash_gate_leave(gate);
	_exit(0);
}

/* Until so many are inside, and so many wait in front of the gate. */
static void wait_for(const struct fixture *fixture, const struct counts *counts,
		     int inside, int in_front)
{
	const int id =
		semget(ftok(fixture->folder, HASH_GATE_PROJECT_ID), 1, 0);

	while (atomic_load(&counts->inside) != inside ||
	       semctl(id, 0, GETNCNT) != in_front) {
		assert_true(atomic_load(&counts->most) <= PLACES);
		sched_yield();
	}
}

static void every_place_is_used(void **state)
{
	struct counts *counts = share_counts();
	pid_t children[PROCESSES];
	int leave[2];

	assert_int_equal(pipe(leave), 0);
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_int_not_equal(children[i], -1);
		if (children[i] == 0)
			stay(*state, counts, leave);
	}
	for (int left = PROCESSES; left > PLACES; left--) {
		wait_for(*state, counts, PLACES, left - PLACES);
		assert_int_equal(write(leave[1], "x", 1), 1);
	}
	for (int left = PLACES; left > 0; left--) {
		wait_for(*state, counts, left, 0);
		assert_int_equal(write(leave[1], "x", 1), 1);
	}
	expect_to_end_well(children);
	assert_int_equal(atomic_load(&counts->entered), PROCESSES);
	assert_int_equal(atomic_load(&counts->most), PLACES);
	close(leave[0]);
	close(leave[1]);
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
		TEST(every_place_is_used),
		TEST(a_killed_process_gives_its_place_back),
		TEST(without_a_gate_nobody_waits),
		TEST(another_users_gate_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
