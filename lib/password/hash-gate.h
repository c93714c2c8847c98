/* SPDX-License-Identifier: MIT
 *
 * Lets only so many password hashes be computed at a time by all auth workers
 * together. There are many more workers than processors, since most of the
 * time they wait for a directory; if all of them hashed at once, each would
 * take its turn at the processors, so that none was done soon, and their
 * memory would add up. Whoever waits goes in the order of coming.
 *
 * It is a System V semaphore, because the kernel gives a place back when a
 * process is killed that has one, and because its queue is fair. It is a
 * matter of speed alone: without it, everybody just goes on.
 */
#ifndef ALUMNI_PASSWORD_HASH_GATE_H
#define ALUMNI_PASSWORD_HASH_GATE_H

#include <stdbool.h>

#include "lib/base/error.h"

/* For one thread at a time. */
struct hash_gate;

/* How many places a gate has unless told otherwise: some for each processor
   that this process may use. With one for each, a processor would be without
   work, or with that of somebody else, from when a hash is done until the next
   in line has woken up; on a machine that has other things to do, that takes as
   long as a hash. */
#define HASH_GATE_PLACES_PER_PROCESSOR 4
unsigned int hash_gate_places(void);

/* The semaphore's key is ftok(3) of the folder and this. Of the folder, 16 bits
   of its inode's number count: two folders may have one key. */
#define HASH_GATE_PROJECT_ID 'h'

/* Opens the gate of a folder, which must exist, or makes it with so many
   places; the places of one that is there stay as they are. Only processes of
   the same user can share a gate. Returns 0, or -1 with an error. */
int hash_gate_open(const char *folder, unsigned int places,
		   struct hash_gate **gate_r, struct error *error);
void hash_gate_close(struct hash_gate **gate);

/* Waits for a place, but not for ever. Returns true when there is one, which
   hash_gate_leave() must give back; false when it does without: also with
   NULL. */
bool hash_gate_enter(struct hash_gate *gate);
void hash_gate_leave(struct hash_gate *gate);

/* Removes the gate for everybody. */
void hash_gate_remove(struct hash_gate *gate);

#endif
