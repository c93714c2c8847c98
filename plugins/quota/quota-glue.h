/* SPDX-License-Identifier: MIT
 *
 * What differs between versions of Dovecot's quota plugin. One quota-glue-*.c
 * is compiled, by the probes in plugins/meson.build.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_QUOTA_GLUE_H
#define ALUMNI_PLUGINS_QUOTA_QUOTA_GLUE_H

struct mail_user;

/* From now on bytes_limit and count_limit of the user's quota roots hold, and
   not what settings or the userdb say. */
void quota_glue_take_limits(struct mail_user *user);

#endif
