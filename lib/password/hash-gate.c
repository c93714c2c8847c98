/* SPDX-License-Identifier: MIT
 *
 * The gate for password hashes; see lib/password/hash-gate.h.
 */
#include "lib/password/hash-gate.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#define WAIT_SECONDS 5

struct hash_gate {
	int id;
};

/* The caller of semctl() declares this. */
union semctl_argument {
	int value;
	struct semid_ds *status;
};

unsigned int hash_gate_places(void)
{
	cpu_set_t set;
	int processors = 1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		processors = CPU_COUNT(&set);
	return (unsigned int)processors * HASH_GATE_PLACES_PER_PROCESSOR;
}

/* A new semaphore is 0, so a process that finds it waits until its maker has
   put the places into it. */
static int make(key_t key, unsigned int places)
{
	struct sembuf fill = {.sem_op = (short)places};
	int id = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);

	if (id >= 0 && semop(id, &fill, 1) < 0) {
		(void)semctl(id, 0, IPC_RMID);
		return -1;
	}
	return id;
}

/* Another user may have made a gate under our key, to keep us waiting. */
static bool is_ours(int id)
{
	struct semid_ds status;
	union semctl_argument argument = {.status = &status};

	return semctl(id, 0, IPC_STAT, argument) == 0 &&
	       status.sem_perm.cuid == geteuid() &&
	       (status.sem_perm.mode & 0777) == 0600;
}

int hash_gate_open(const char *folder, unsigned int places,
		   struct hash_gate **gate_r, struct error *error)
{
	key_t key = ftok(folder, HASH_GATE_PROJECT_ID);
	int id;

	if (key == (key_t)-1)
		return error_set(error, "%s: %s", folder, strerror(errno));
	id = make(key, places);
	if (id < 0 && errno == EEXIST)
		id = semget(key, 1, 0600);
	if (id < 0)
		return error_set(error, "no semaphore for %s: %s", folder,
				 strerror(errno));
	if (!is_ours(id))
		return error_set(error,
				 "the semaphore for %s is another user's: "
				 "remove it with ipcrm -s %d",
				 folder, id);
	*gate_r = malloc(sizeof(**gate_r));
	if (*gate_r == NULL)
		return error_set(error, "out of memory");
	(*gate_r)->id = id;
	return 0;
}

void hash_gate_close(struct hash_gate **gate)
{
	free(*gate);
	*gate = NULL;
}

bool hash_gate_enter(struct hash_gate *gate)
{
	const struct timespec limit = {.tv_sec = WAIT_SECONDS};
	struct sembuf take = {.sem_op = -1, .sem_flg = SEM_UNDO};
	int ret;

	if (gate == NULL)
		return false;
	do {
		ret = semtimedop(gate->id, &take, 1, &limit);
	} while (ret < 0 && errno == EINTR);
	return ret == 0;
}

void hash_gate_leave(struct hash_gate *gate)
{
	struct sembuf give = {.sem_op = 1, .sem_flg = SEM_UNDO};

	(void)semop(gate->id, &give, 1);
}

void hash_gate_remove(struct hash_gate *gate)
{
	(void)semctl(gate->id, 0, IPC_RMID);
}
