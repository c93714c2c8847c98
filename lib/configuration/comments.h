/* SPDX-License-Identifier: MIT
 *
 * Comments in the configuration file. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_COMMENTS_H
#define ALUMNI_CONFIGURATION_COMMENTS_H

/* Replaces every comment with spaces, in place, and keeps the line breaks.
   libconfuse 3.3 counts the lines of comments more than once, so every error
   behind a comment would name a wrong line. */
void configuration_blank_comments(char *text);

#endif
