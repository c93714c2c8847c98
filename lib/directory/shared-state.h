/* SPDX-License-Identifier: MIT
 *
 * The state that all auth workers of a host share for a while: the breaker of
 * each directory (lib/directory/breaker.h) and facts about passwords
 * (lib/login/password-memory.h). It is a small file in the folder of the option
 * state_dir, best on a tmpfs. It is a cache: logins go on when the file is
 * damaged or gone.
 *
 * The file is read and written in place, in pieces that fit into one cache
 * line, and not mapped: a process that reads a mapped file is killed when
 * somebody cuts the file short. There are no locks that a stopped or killed
 * process could leave behind. A reader must be able to live with an old value,
 * and checks that the value makes sense.
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

/* The layout of the file: a header, one record a breaker, and the buckets of
   the facts about passwords. Offsets and sizes are in bytes. */
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

/* A handle on the file, for one thread at a time; see shared_state_clone(). All
   functions but those that open or clone take NULL for a state that remembers
   nothing. */
struct shared_state;

/* Opens the file in the folder. Creates the file if it is missing, and replaces
   it if it is not of this program's form. The file's mode is 0660; its group is
   the folder's if the folder is set-group-id. Close the handle with
   shared_state_close(). Returns
    1 the file is shared with every process that uses the same folder;
    0 the file cannot be used, with an error that says why and how to mend it:
      the handle's state is this process's own;
   -1 out of memory, with an error: *state_r is NULL. */
int shared_state_open(const char *folder, struct shared_state **state_r,
		      struct error *error);

/* Opens the file for reading alone, and creates none. Close the handle with
   shared_state_close(). Returns 1 opened, 0 there is no file yet, -1 the file
   cannot be read, with an error. *state_r is NULL unless 1 is returned. */
int shared_state_open_existing(const char *folder,
			       struct shared_state **state_r,
			       struct error *error);

/* Opens a second handle on the same file, for another thread. Close the handle
   with shared_state_close(). Returns 0, or -1 with an error: then *state_r is
   NULL. */
int shared_state_clone(const struct shared_state *state,
		       struct shared_state **state_r, struct error *error);

/* Closes the handle, gives up its claims, and sets *state to NULL. */
void shared_state_close(struct shared_state **state);

/* Changes over to the file that is in the folder now, or to a new one, if the
   file of this handle was removed, replaced or changed in size. A handle whose
   state is the process's own stays as it is. Costs one system call when there
   is nothing to do: call it before each login. */
void shared_state_renew(struct shared_state *state);

/* Reads size bytes at the offset. Returns true; or false with *data_r zeroed
   when the file does not give them all. */
bool shared_state_read(const struct shared_state *state, size_t offset,
		       void *data_r, size_t size);

/* Writes size bytes at the offset. Returns true, or false when the file did not
   take them all, as with a handle for reading. */
bool shared_state_write(const struct shared_state *state, size_t offset,
			const void *data, size_t size);

/* Marks one byte, inside the file or far behind its end, as this handle's. Does
   not wait. The mark goes when the handle is closed, also when the process is
   killed. Returns true, or false when another handle has the mark or there is
   no state. */
bool shared_state_claim(const struct shared_state *state, uint64_t offset);

/* Gives the mark up; does nothing if this handle has none there. */
void shared_state_release(const struct shared_state *state, uint64_t offset);

/* Returns the SHARED_STATE_KEY_BYTES random bytes of the file, the same for all
   who share it. They belong to the handle, and last until the next call of
   shared_state_renew() or shared_state_close(). Returns NULL without a
   state. */
const unsigned char *shared_state_key(const struct shared_state *state);

#endif
