/* SPDX-License-Identifier: MIT
 *
 * The limits of a user's quota as they are now, not as they were at login: the
 * account store is asked for them when they matter, and at most every
 * QUOTA_LIMITS_FRESH_SECS. An idle session asks nothing.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_LIMITS_H
#define ALUMNI_PLUGINS_QUOTA_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define QUOTA_LIMITS_FRESH_SECS 5

struct dict;
struct mail_user;
struct quota_limits;

/* Takes over the limits of the user's quota root; those that it has, from the
   userdb, count as fresh. Returns NULL when the user has no quota root. The
   dict must outlive the limits, which are freed with the user. */
struct quota_limits *quota_limits_init(struct mail_user *user,
				       struct dict *dict);

/* Asks for the limits, unless they are fresh. When that fails, which is logged,
   those known last go on to hold. May wait for the dict service. */
void quota_limits_refresh(struct quota_limits *limits);

/* True if a message of that size will not come near the limits, by this usage,
   not even if it is saved several times over. */
bool quota_limits_are_far(const struct quota_limits *limits, uint64_t bytes,
			  uint64_t messages, uint64_t size);

/* From here to quota_limits_lower(), a message may exceed the quota: a copy
   into Trash as far as the configuration allows, one that is moved, so that
   nothing is added, or one that has room in any case, without end. Nothing else
   may be saved meanwhile. */
void quota_limits_raise_for_trash(struct quota_limits *limits);
void quota_limits_raise(struct quota_limits *limits);
void quota_limits_lower(struct quota_limits *limits);
bool quota_limits_are_raised(const struct quota_limits *limits);

#endif
