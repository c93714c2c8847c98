/* SPDX-License-Identifier: MIT
 *
 * Looks in a thread of its own, again and again, whether a directory whose
 * breaker is open answers, so that no login waits for that. Of all processes
 * one probes at a time. Internal to the directory.
 */
#ifndef ALUMNI_DIRECTORY_PROBER_H
#define ALUMNI_DIRECTORY_PROBER_H

#include "lib/directory/breaker.h"
#include "lib/configuration/configuration.h"

struct directory_prober;

/* options and breaker must outlive it. Returns NULL without memory. */
struct directory_prober *
directory_prober_new(const struct directory_options *options,
		     const struct breaker *breaker);

/* Starts probing, until the breaker is closed; does nothing while it does so
   already, or while another process does. The first probe is one interval
   away. */
void directory_prober_start(struct directory_prober *prober);

/* Waits for a probe that is under way: for the directory's time-outs at
   most. */
void directory_prober_free(struct directory_prober **prober);

#endif
