/* SPDX-License-Identifier: MIT
 *
 * Has the mail plugin alumni_quota publish a user's usage.
 */
#ifndef ALUMNI_USAGE_PUBLISH_H
#define ALUMNI_USAGE_PUBLISH_H

#include <stdbool.h>

struct mail_user;

/* True if mail_plugins has alumni_quota. */
bool usage_publish_is_possible(void);

/* Publishes and waits for the answer; mend: after it has looked for messages
   that a killed process may have left in no index. Returns 0, or -1, which is
   logged. */
int usage_publish(struct mail_user *user, bool mend);

#endif
