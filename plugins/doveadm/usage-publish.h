/* SPDX-License-Identifier: MIT
 *
 * Has the mail plugin alumni_quota tell a user's usage, for whoever publishes
 * it together with other news.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_USAGE_PUBLISH_H
#define ALUMNI_PLUGINS_DOVEADM_USAGE_PUBLISH_H

#include <stdbool.h>

struct mail_user;
struct publisher_item;

/* True if mail_plugins has alumni_quota. */
bool usage_publish_is_possible(void);

/* Counts, and fills in at most PUBLISHER_ITEMS_MAX items with values in the
   data stack; from now on the caller has to publish them, and the plugin does
   not. mend: after it has looked for messages that a killed process may have
   left in no index. Returns how many items there are, 0 when nothing is
   counted for this user, or -1, which is logged. */
int usage_publish_take(struct mail_user *user, bool mend,
		       struct publisher_item *items_r);

/* What was taken could not be published: the plugin tries again at the user's
   end, and leaves what it cannot publish either to the user's next session. */
void usage_publish_give_back(struct mail_user *user);

#endif
