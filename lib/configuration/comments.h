/* SPDX-License-Identifier: MIT
 *
 * Comments in the configuration file.
 */
#ifndef ALUMNI_CONFIGURATION_COMMENTS_H
#define ALUMNI_CONFIGURATION_COMMENTS_H

/* Replaces every comment with spaces, in place. libconfuse 3.3 counts the lines
   of comments more than once, so that every error behind one would name a wrong
   line. */
void configuration_blank_comments(char *text);

#endif
