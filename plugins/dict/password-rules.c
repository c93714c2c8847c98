/* SPDX-License-Identifier: MIT
 *
 * Which passwords are good enough; see password-rules.h.
 */
#include "plugins/dict/password-rules.h"

#include <pwquality.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BAD_WORDS_BYTES 4096
/* A part of a name that is shorter may well be in a good password. */
#define WORD_LENGTH_MIN 3

/* Adds the words that a text consists of, and the text itself; libpwquality
   takes words with spaces between them. */
static void add_words(char words[BAD_WORDS_BYTES], const char *text)
{
	size_t used = strlen(words);

	(void)snprintf(words + used, BAD_WORDS_BYTES - used, " %s", text);
	while (*text != '\0') {
		size_t length = strcspn(text, "._-@");

		used = strlen(words);
		if (length >= WORD_LENGTH_MIN)
			(void)snprintf(words + used, BAD_WORDS_BYTES - used,
				       " %.*s", (int)length, text);
		text += length;
		text += strspn(text, "._-@");
	}
}

static int set_up(pwquality_settings_t *settings,
		  const struct configuration *configuration, const char *name,
		  struct error *error)
{
	char words[BAD_WORDS_BYTES] = "";

	add_words(words, name);
	add_words(words, configuration->domains[0]);
	for (char **word = configuration->password_bad_words;
	     word != NULL && *word != NULL; word++)
		add_words(words, *word);
	/* No credits: long is long, whatever it is made of. */
	if (pwquality_set_int_value(settings, PWQ_SETTING_MIN_LENGTH,
				    (int)configuration->password_length) != 0 ||
	    pwquality_set_int_value(settings, PWQ_SETTING_MIN_CLASS,
				    (int)configuration->password_classes) !=
		    0 ||
	    pwquality_set_int_value(
		    settings, PWQ_SETTING_DICT_CHECK,
		    configuration->password_dictionary ? 1 : 0) != 0 ||
	    pwquality_set_int_value(settings, PWQ_SETTING_DIG_CREDIT, 0) != 0 ||
	    pwquality_set_int_value(settings, PWQ_SETTING_UP_CREDIT, 0) != 0 ||
	    pwquality_set_int_value(settings, PWQ_SETTING_LOW_CREDIT, 0) != 0 ||
	    pwquality_set_int_value(settings, PWQ_SETTING_OTH_CREDIT, 0) != 0 ||
	    pwquality_set_str_value(settings, PWQ_SETTING_BAD_WORDS, words) !=
		    0)
		return error_set(error, "libpwquality does not take its "
					"settings");
	return 0;
}

/* libpwquality's own sentences are in the language of the process and name its
   settings; these are for people. */
static int refuse(const struct configuration *configuration, int result,
		  struct error *error)
{
	switch (result) {
	case PWQ_ERROR_MIN_LENGTH:
		(void)error_set(error,
				"The new password is too short: it must have "
				"at least %u characters.",
				configuration->password_length);
		return 0;
	case PWQ_ERROR_MIN_CLASSES:
		(void)error_set(error,
				"The new password must have characters of at "
				"least %u kinds: small and capital letters, "
				"digits, others.",
				configuration->password_classes);
		return 0;
	case PWQ_ERROR_USER_CHECK:
	case PWQ_ERROR_BAD_WORDS:
		(void)error_set(error, "The new password contains your name, "
				       "the domain or another word that is "
				       "easy to guess.");
		return 0;
	case PWQ_ERROR_PALINDROME:
		(void)error_set(error, "The new password is the same read "
				       "backwards.");
		return 0;
	case PWQ_ERROR_CRACKLIB_CHECK:
		(void)error_set(error, "The new password is too easy to "
				       "guess: it is based on a word of the "
				       "dictionary, or too regular.");
		return 0;
	case PWQ_ERROR_MEM_ALLOC:
	case PWQ_ERROR_FATAL_FAILURE:
		return error_set(error, "libpwquality failed (%d)", result);
	default:
		(void)error_set(error, "The new password is too easy to "
				       "guess.");
		return 0;
	}
}

int password_rules_check(const struct configuration *configuration,
			 const char *name, const char *password,
			 struct error *error)
{
	pwquality_settings_t *settings = pwquality_default_settings();
	void *details = NULL;
	int result;

	if (settings == NULL)
		return error_set(error, "out of memory");
	if (set_up(settings, configuration, name, error) < 0) {
		pwquality_free_settings(settings);
		return -1;
	}
	result = pwquality_check(settings, password, NULL, name, &details);
	pwquality_free_settings(settings);
	return result >= 0 ? 1 : refuse(configuration, result, error);
}
