/* SPDX-License-Identifier: MIT
 *
 * What all auth workers of a host remember together for a while: how the
 * directories fare (lib/directory/breaker.h) and which passwords were refused
 * (lib/login/password-memory.h). It is a small file in the folder of the option
 * state_dir, best on a tmpfs, and no more than a cache: whatever befalls the
 * file, logins go on.
 *
 * The file is read and written in place, in pieces that fit into one cache
 * line, and not mapped: a mapped file that somebody cuts short kills the
 * process that reads it. There are no locks that a stopped or killed process
 * could leave behind; whoever reads a value must be able to live with an old
 * one, and checks that it makes sense.
 */
#ifndef ALUMNI_DIRECTORY_SHARED_STATE_H
#define ALUMNI_DIRECTORY_SHARED_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/* The name of the file. Running installations have it under this name, and
   their administrators remove it by this name, so it stays. */
#define SHARED_STATE_FILE      "login-state"
#define SHARED_STATE_KEY_BYTES 32

/* Where things are in the file. */
#define SHARED_STATE_BREAKER_BYTES   128
#define SHARED_STATE_BREAKERS        32
#define SHARED_STATE_BREAKERS_OFFSET 4096
#define SHARED_STATE_BUCKET_BYTES    64
#define SHARED_STATE_BUCKETS         8192
#define SHARED_STATE_BUCKETS_OFFSET                                            \
	(SHARED_STATE_BREAKERS_OFFSET +                                        \
	 SHARED_STATE_BREAKER_BYTES * SHARED_STATE_BREAKERS)
#define SHARED_STATE_BYTES                                                     \
	(SHARED_STATE_BUCKETS_OFFSET +                                         \
	 SHARED_STATE_BUCKET_BYTES * SHARED_STATE_BUCKETS)

/* For one thread at a time; see shared_state_clone(). In all functions but
   those that open, NULL stands for a state that remembers nothing. */
struct shared_state;

/* Opens the file in the folder, and creates it, or makes it anew when it is
   not of this program's form. Its mode is 0660, its group the folder's where
   that is set-group-id. Returns
    1 it is shared with whoever uses the same folder;
    0 the file cannot be used (an error says why and how to mend it): the state
      is this process's own;
   -1 no memory: *state_r is NULL. */
int shared_state_open(const char *folder, struct shared_state **state_r,
		      struct error *error);

/* Opens an existing file to read it. Returns 1 opened, 0 there is none yet,
   -1 it cannot be read. */
int shared_state_open_existing(const char *folder,
			       struct shared_state **state_r,
			       struct error *error);

/* A second handle on the same file, for another thread. Returns 0 or -1. */
int shared_state_clone(const struct shared_state *state,
		       struct shared_state **state_r, struct error *error);
void shared_state_close(struct shared_state **state);

/* Goes over to a new file when the one in use was removed or cut short. Call
   now and then; costs one system call. */
void shared_state_renew(struct shared_state *state);

/* Return false, and leave *data_r zeroed, when the file does not give or take
   it. */
bool shared_state_read(const struct shared_state *state, size_t offset,
		       void *data_r, size_t size);
bool shared_state_write(const struct shared_state *state, size_t offset,
			const void *data, size_t size);

/* Marks a place, inside the file or far behind its end, as this handle's; the
   mark goes with the handle, also when the process is killed. Returns false
   when another handle has it. */
bool shared_state_claim(const struct shared_state *state, uint64_t offset);
void shared_state_release(const struct shared_state *state, uint64_t offset);

/* Random bytes, the same for all who share the file; NULL without a state. */
const unsigned char *shared_state_key(const struct shared_state *state);

#endif
