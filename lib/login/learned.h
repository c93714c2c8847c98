/* SPDX-License-Identifier: MIT
 *
 * The hash learned of a directory's password (option learn_password), so that
 * a person who leaves is not locked out. Internal to the login.
 *
 * A learned hash must die with the password it was made of. A login that shows
 * that the directory has another password replaces or removes the hash, and the
 * hash does not count while the directory says that the person is active.
 */
#ifndef ALUMNI_LOGIN_LEARNED_H
#define ALUMNI_LOGIN_LEARNED_H

#include "lib/login/decision.h"

/* The directory accepted the password: makes the learned hash one of this
   password, or forgets a hash of another one, as learn_password says. A failure
   is noted and does not stop the login: the next login tries again. */
void learned_keep(struct decision *decision);

/* The directory refused the password: forgets the learned hash if it is one of
   this password. A learned hash of any other password stays. */
void learned_forget(struct decision *decision);

#endif
