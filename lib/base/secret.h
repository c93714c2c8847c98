/* SPDX-License-Identifier: MIT
 *
 * Memory that holds a secret.
 */
#ifndef ALUMNI_BASE_SECRET_H
#define ALUMNI_BASE_SECRET_H

#include <stddef.h>

/* Overwrites memory that held a secret; the compiler cannot drop it. */
void secret_wipe(void *memory, size_t size);

#endif
