/* SPDX-License-Identifier: MIT
 *
 * Runs libconfuse over a configuration file; see lib/configuration/parser.h.
 *
 * For libconfuse every option is a string, or a list of strings, so that all
 * values are checked in one place, by the table of options. The line of an
 * option is kept in its comment, the one field that libconfuse leaves to its
 * callers.
 */
#include "lib/configuration/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/configuration/comments.h"
#include "lib/configuration/options.h"
#include "lib/configuration/configuration.h"

#define FILE_BYTES_MAX (1024 * 1024)
#define LINE_DIGITS    16
#define ENDS_TOO_EARLY                                                         \
	"the file ends too early: a closing brace or quote is missing"

struct parse_context {
	const char *path;
	struct error *error;
	bool failed;
};

/* The context of libconfuse's error function, which gets none as an argument.
   Set only while the parser runs. */
static _Thread_local struct parse_context *current_parse;

/* A message of libconfuse, and a sentence that says it to an administrator. */
struct parser_message {
	const char *theirs;
	bool has_name; /* the one argument is a name */
	const char *before;
	const char *after;
};

static const struct parser_message parser_messages[] = {
	{"no such option '%s'", true, "there is no option ",
	 "; alumnimail.conf(5) lists the options"},
	{"found duplicate title '%s'", true,
	 "there is already a section with the name ", ""},
	{"missing equal sign after option '%s'", true, "write = after option ",
	 ""},
	{"premature end of file", false, ENDS_TOO_EARLY, ""},
};

static const struct parser_message *parser_message_find(const char *theirs)
{
	size_t count = sizeof(parser_messages) / sizeof(*parser_messages);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(parser_messages[i].theirs, theirs) == 0)
			return &parser_messages[i];
	}
	return NULL;
}

__attribute__((format(printf, 2, 0))) static void
report(cfg_t *cfg, const char *format, va_list args)
{
	struct parse_context *context = current_parse;
	const struct parser_message *message = parser_message_find(format);
	char text[ERROR_TEXT_BYTES];

	/* The first message is the cause; the others follow from it. */
	if (context == NULL || context->failed)
		return;
	context->failed = true;
	if (message == NULL)
		(void)vsnprintf(text, sizeof(text), format, args);
	else if (message->has_name)
		(void)snprintf(text, sizeof(text), "%s\"%s\"%s",
			       message->before, va_arg(args, const char *),
			       message->after);
	else
		(void)snprintf(text, sizeof(text), "%s", message->before);
	(void)error_set(context->error, "%s:%d: %s", context->path, cfg->line,
			text);
}

unsigned int configuration_line(cfg_t *cfg, const char *option)
{
	const char *comment = cfg_getcomment(cfg, option);

	return comment == NULL ? 0 : (unsigned int)strtoul(comment, NULL, 10);
}

unsigned int configuration_section_line(const cfg_t *section)
{
	return section->line > 0 ? (unsigned int)section->line : 0;
}

/* Called for each value that the file gives to an option. */
static int note_value(cfg_t *cfg, cfg_opt_t *opt, const char *value,
		      void *result)
{
	unsigned int earlier = configuration_line(cfg, opt->name);
	char line[LINE_DIGITS];

	/* The option was not set before if this value is a later element of its
	   list: then the list holds others. */
	if (earlier != 0 && cfg_opt_size(opt) <= 1) {
		cfg_error(cfg, "\"%s\" was set in line %u already", opt->name,
			  earlier);
		return -1;
	}
	if (earlier == 0) {
		(void)snprintf(line, sizeof(line), "%d", cfg->line);
		if (cfg_opt_setcomment(opt, line) != CFG_SUCCESS)
			return -1;
	}
	*(const char **)result = value;
	return 0;
}

/* Fills opts, which has room, with the options of a section. */
static size_t describe_options(const char *section, cfg_opt_t *opts)
{
	size_t total;
	size_t count = 0;
	const struct configuration_option *options =
		configuration_options(&total);

	for (size_t i = 0; i < total; i++) {
		if (!configuration_option_is_in(&options[i], section))
			continue;
		opts[count++] = (cfg_opt_t){
			.name = options[i].name,
			.type = CFGT_STR,
			.flags = options[i].type == OPTION_LIST ||
						 options[i].type == OPTION_MAP
					 ? CFGF_LIST
					 : CFGF_NONE,
			.parsecb = note_value,
		};
	}
	opts[count] = (cfg_opt_t)CFG_END();
	return count;
}

/* libconfuse makes a copy of the options that it gets. */
static cfg_t *parser_new(void)
{
	static const char *const sections[] = {CONFIGURATION_SECTION_CLASS,
					       CONFIGURATION_SECTION_DIRECTORY};
	enum { SECTIONS = sizeof(sections) / sizeof(*sections) };
	cfg_opt_t *opts[SECTIONS + 1];
	cfg_t *cfg = NULL;
	size_t rows;
	size_t used;

	(void)configuration_options(&rows);
	for (size_t i = 0; i <= SECTIONS; i++)
		opts[i] = calloc(rows + SECTIONS + 1, sizeof(**opts));
	for (size_t i = 0; i <= SECTIONS; i++) {
		if (opts[i] == NULL)
			goto out;
	}
	used = describe_options(NULL, opts[SECTIONS]);
	for (size_t i = 0; i < SECTIONS; i++) {
		(void)describe_options(sections[i], opts[i]);
		opts[SECTIONS][used++] = (cfg_opt_t){
			.name = sections[i],
			.type = CFGT_SEC,
			.flags = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES,
			.subopts = opts[i],
		};
	}
	opts[SECTIONS][used] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(opts[SECTIONS], CFGF_NONE);
out:
	for (size_t i = 0; i <= SECTIONS; i++)
		free(opts[i]);
	return cfg;
}

/* Reads the whole file, since libconfuse's scanner ends the process when it
   cannot read, as from a folder. Returns text for free(3), or NULL with an
   error. */
static char *read_descriptor(int fd, const char *path, struct error *error)
{
	size_t used = 0;
	ssize_t got = 0;
	char *text = malloc(FILE_BYTES_MAX + 1);

	if (text == NULL) {
		(void)error_set(error, "%s: out of memory", path);
		return NULL;
	}
	while (used <= FILE_BYTES_MAX) {
		got = read(fd, text + used, FILE_BYTES_MAX + 1 - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	if (got < 0)
		(void)error_set(error, "cannot read %s: %s", path,
				strerror(errno));
	else if (used > FILE_BYTES_MAX || memchr(text, '\0', used) != NULL)
		(void)error_set(error, "%s is not a configuration file", path);
	else {
		text[used] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

static char *read_file(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *text = NULL;

	if (fd < 0 && errno == ENOENT) {
		(void)error_set(error,
				"the configuration file %s does not exist: "
				"create it, or name another with the "
				"environment variable %s",
				path, CONFIGURATION_PATH_VARIABLE);
	} else if (fd < 0) {
		(void)error_set(error,
				"cannot open the configuration file %s: %s; "
				"it holds no secrets and must be readable by "
				"everybody",
				path, strerror(errno));
	} else if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		(void)error_set(error, "%s is not a file", path);
	} else {
		text = read_descriptor(fd, path, error);
	}
	if (fd >= 0)
		(void)close(fd);
	return text;
}

/* Returns the value of cfg_parse_buf(); *failed_r tells whether it complained.
 */
static int run_parser(cfg_t *cfg, const char *text, const char *path,
		      bool *failed_r, struct error *error)
{
	struct parse_context context = {.path = path, .error = error};
	int result;

	(void)cfg_set_error_function(cfg, report);
	current_parse = &context;
	result = cfg_parse_buf(cfg, text);
	current_parse = NULL;
	*failed_r = context.failed;
	return result;
}

/* Looks whether every section of the file is closed. libconfuse takes the end
   of the file for the end of all open sections, so half a file would pass for a
   whole one. One more brace makes a whole file wrong, and half a file right.
   Returns 1 closed, 0 not closed, -1 with an error. */
static int sections_are_closed(const char *text, const char *path,
			       struct error *error)
{
	size_t length = strlen(text);
	char *longer = malloc(length + sizeof("\n}"));
	cfg_t *cfg = parser_new();
	bool failed = false;
	int result = -1;

	if (longer == NULL || cfg == NULL) {
		(void)error_set(error, "%s: out of memory", path);
		goto out;
	}
	memcpy(longer, text, length);
	memcpy(longer + length, "\n}", sizeof("\n}"));
	(void)run_parser(cfg, longer, path, &failed, NULL);
	result = failed ? 1 : 0;
out:
	if (cfg != NULL)
		(void)cfg_free(cfg);
	free(longer);
	return result;
}

static unsigned int last_line(const char *text)
{
	unsigned int line = 1;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			line++;
	}
	return line;
}

static int parse_text(cfg_t *cfg, const char *text, const char *path,
		      struct error *error)
{
	bool failed;
	int result = run_parser(cfg, text, path, &failed, error);
	int closed;

	if (failed)
		return -1;
	if (result != CFG_SUCCESS)
		return error_set(error, "%s:%d: cannot be understood here",
				 path, cfg->line);
	closed = sections_are_closed(text, path, error);
	if (closed == 0)
		(void)error_set(error, "%s:%u: %s", path, last_line(text),
				ENDS_TOO_EARLY);
	return closed == 1 ? 0 : -1;
}

int configuration_parse(const char *path, cfg_t **cfg_r, struct error *error)
{
	char *text = read_file(path, error);
	cfg_t *cfg;
	int result;

	if (text == NULL)
		return -1;
	configuration_blank_comments(text);
	cfg = parser_new();
	if (cfg == NULL)
		result = error_set(error, "%s: out of memory", path);
	else
		result = parse_text(cfg, text, path, error);
	free(text);
	if (result < 0) {
		if (cfg != NULL)
			(void)cfg_free(cfg);
		return -1;
	}
	*cfg_r = cfg;
	return 0;
}
