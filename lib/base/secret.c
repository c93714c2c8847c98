/* SPDX-License-Identifier: MIT
 *
 * Memory that holds a secret; see lib/base/secret.h.
 */
#include "lib/base/secret.h"

#include <sodium.h>

void secret_wipe(void *memory, size_t size)
{
	sodium_memzero(memory, size);
}
