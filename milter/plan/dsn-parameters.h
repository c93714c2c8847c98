/* SPDX-License-Identifier: MIT
 *
 * The ESMTP parameters of a recipient for delivery status notifications (RFC
 * 3461): the notifications that the sender wants (NOTIFY), and the recipient
 * as the sender wrote it (ORCPT). A forwarded message keeps both, so that
 * notifications name the address that the sender knows.
 */
#ifndef ALUMNI_MILTER_PLAN_DSN_PARAMETERS_H
#define ALUMNI_MILTER_PLAN_DSN_PARAMETERS_H

#include <stddef.h>

#include "lib/mail/address.h"

#define DSN_NOTIFY_UNSET   0u /* not asked: the MTA's default */
#define DSN_NOTIFY_NEVER   1u
#define DSN_NOTIFY_SUCCESS 2u
#define DSN_NOTIFY_FAILURE 4u
#define DSN_NOTIFY_DELAY   8u

/* Every octet of an address may become "+HH". */
#define DSN_PARAMETERS_BYTES (3 * ADDRESS_BYTES + 64)

/* Reads the value of NOTIFY. NULL and invalid values give DSN_NOTIFY_UNSET. */
unsigned int dsn_notify_parse(const char *value);

/* The notifications for two recipients that become one: all that either of them
   requested. The result is NEVER only if both are NEVER. An unset value counts
   as FAILURE,DELAY beside a set one. */
unsigned int dsn_notify_merge(unsigned int a, unsigned int b);

/* Writes "ORCPT=... NOTIFY=..." for a recipient. orcpt is the value that the
   sender gave. If it is NULL or invalid, the value is made from the address,
   which must be ASCII (without <>). NOTIFY is left out if it is unset. Returns
   0, or -1 if it does not fit; then parameters_r is empty. */
int dsn_parameters_format(const char *orcpt, const char *address,
			  unsigned int notify,
			  char parameters_r[DSN_PARAMETERS_BYTES]);

#endif
