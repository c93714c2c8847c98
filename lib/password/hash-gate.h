/* SPDX-License-Identifier: MIT
 *
 * A gate that lets only so many password hashes be computed at a time, over all
 * auth workers together. There are many more workers than processors, since a
 * worker mostly waits for a directory. If all of them hashed at once, they
 * would share the processors, so that no hash was done soon, and their memory
 * would add up. Workers pass the gate in the order in which they come.
 *
 * The gate is a System V semaphore: the kernel gives a place back when its
 * process is killed, and the queue is fair. The gate matters for speed alone:
 * without it, every worker just goes on.
 */
#ifndef ALUMNI_PASSWORD_HASH_GATE_H
#define ALUMNI_PASSWORD_HASH_GATE_H

#include <stdbool.h>

#include "lib/base/error.h"

/* For one thread at a time. */
struct hash_gate;

/* Some places for each processor. With one place each, a processor would do
   nothing, or the work of other programs, from the end of a hash until the next
   worker in line has woken up; on a busy machine that takes as long as a
   hash. */
#define HASH_GATE_PLACES_PER_PROCESSOR 4

/* Returns the usual number of places, for the processors that this process may
   use. */
unsigned int hash_gate_places(void);

/* The semaphore's key is ftok(3) of the folder and this. The key has 16 bits of
   the number of the folder's inode: two folders may have one key. */
#define HASH_GATE_PROJECT_ID 'h'

/* Opens the gate of a folder, which must exist, or makes it with so many
   places. A gate that exists keeps its number of places. Only processes of the
   same user can share a gate. Close it with hash_gate_close(). Returns 0, or -1
   with an error: then *gate_r is NULL. */
int hash_gate_open(const char *folder, unsigned int places,
		   struct hash_gate **gate_r, struct error *error);

/* Frees the handle and sets *gate to NULL; the gate stays for other processes.
   Takes NULL in *gate. */
void hash_gate_close(struct hash_gate **gate);

/* Waits for a place, but not for ever. Returns true when the caller has a
   place, and must give it back with hash_gate_leave(); false when it goes on
   without one, as it also does with NULL. */
bool hash_gate_enter(struct hash_gate *gate);

/* Gives the place back. */
void hash_gate_leave(struct hash_gate *gate);

/* Removes the gate for all processes, as a test does when it ends. */
void hash_gate_remove(struct hash_gate *gate);

#endif
