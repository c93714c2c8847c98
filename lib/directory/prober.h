/* SPDX-License-Identifier: MIT
 *
 * A thread that probes a directory whose breaker is open, until the directory
 * answers, so that no login waits for that. One process at a time probes.
 * Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_PROBER_H
#define ALUMNI_DIRECTORY_PROBER_H

#include "lib/configuration/configuration.h"
#include "lib/directory/breaker.h"

struct directory_prober;

/* Makes a prober that does not probe yet. options and breaker must outlive it.
   Free it with directory_prober_free(). Returns NULL when memory runs out. */
struct directory_prober *
directory_prober_new(const struct directory_options *options,
		     const struct breaker *breaker);

/* Starts to probe, until the breaker is closed. The first probe is one interval
   away. Does nothing while this prober, or another process, probes already, nor
   when no thread can be started: then the breaker itself lets a login try
   (BREAKER_TRY). Does not wait. */
void directory_prober_start(struct directory_prober *prober);

/* Ends the thread, frees the prober and sets *prober to NULL. Takes NULL in
   *prober. Waits for a probe that is under way: for the directory's time-outs
   at most. */
void directory_prober_free(struct directory_prober **prober);

#endif
