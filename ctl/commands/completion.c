/* SPDX-License-Identifier: MIT
 *
 * alumnictl completion bash: what bash needs to complete commands, options and
 * account names, made from the table of commands.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/report.h"

/* Arguments of these placeholders are account names. */
#define ACCOUNT_PLACEHOLDER "NAME"

static const char head[] =
	"# bash completion for alumnictl(8): made by `alumnictl completion "
	"bash`\n"
	"\n"
	"# Words of the command line so far that are neither options nor their "
	"values.\n"
	"_alumnictl_words() {\n"
	"\tlocal i\n"
	"\twords=()\n"
	"\tconfig=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t--config)\n"
	"\t\t\tconfig=(--config \"${COMP_WORDS[i + 1]}\")\n"
	"\t\t\t((i++))\n"
	"\t\t\t;;\n"
	"\t\t-*) ;;\n"
	"\t\t*) words+=(\"${COMP_WORDS[i]}\") ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Names that begin so; none where the store cannot be read.\n"
	"_alumnictl_names() {\n"
	"\t\"${COMP_WORDS[0]}\" \"${config[@]}\" account list --names "
	"--prefix \"$1\" 2> /dev/null\n"
	"}\n"
	"\n"
	"_alumnictl() {\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} words config list= name=0\n"
	"\tlocal options=\"--config --json --help --version\"\n"
	"\tCOMPREPLY=()\n"
	"\t_alumnictl_words\n"
	"\tcase \"${words[*]}\" in\n";

static const char tail[] =
	"\tesac\n"
	"\tif [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	"\telif [[ $current == -* ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- "
	"\"$current\")\n"
	"\telif ((name)); then\n"
	"\t\tmapfile -t COMPREPLY < <(_alumnictl_names \"$current\")\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$list\" -- "
	"\"$current\")\n"
	"\tfi\n"
	"}\n"
	"complete -F _alumnictl alumnictl\n";

/* The first words of commands, each once. */
static void print_first_words(void)
{
	printf("\t\"\") list=\"");
	for (size_t i = 0; commands[i] != NULL; i++) {
		size_t length = strcspn(commands[i]->name, " ");

		if (i > 0 &&
		    strncmp(commands[i - 1]->name, commands[i]->name, length) ==
			    0 &&
		    commands[i - 1]->name[length] == commands[i]->name[length])
			continue;
		printf("%.*s ", (int)length, commands[i]->name);
	}
	printf("\" ;;\n");
}

/* The second words of a group, at its first command. */
static void print_group(size_t first)
{
	size_t length = strcspn(commands[first]->name, " ");
	const char *name = commands[first]->name;

	printf("\t\"%.*s\") list=\"", (int)length, name);
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (strncmp(commands[i]->name, name, length + 1) == 0)
			printf("%s ", commands[i]->name + length + 1);
	}
	printf("\" ;;\n");
}

static bool begins_group(size_t number)
{
	const char *name = commands[number]->name;
	size_t length = strcspn(name, " ");

	if (name[length] == '\0')
		return false;
	for (size_t i = 0; i < number; i++) {
		if (strncmp(commands[i]->name, name, length + 1) == 0)
			return false;
	}
	return true;
}

static bool takes_name(const struct command *command)
{
	return command->arguments[0] != NULL &&
	       strstr(command->arguments[0], ACCOUNT_PLACEHOLDER) != NULL;
}

/* A command's options; and at its first argument, that it is a name. */
static void print_command(const struct command *command)
{
	printf("\t\"%s\" | \"%s \"*)\n\t\toptions+=\"", command->name,
	       command->name);
	for (size_t i = 0;
	     i < COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++)
		printf(" --%s", command->options[i].name);
	printf("\"\n");
	if (takes_name(command))
		printf("\t\t[[ \"${words[*]}\" != \"%s\" ]] || name=1\n",
		       command->name);
	printf("\t\t;;\n");
}

static void print_script(void)
{
	fputs(head, stdout);
	print_first_words();
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (begins_group(i))
			print_group(i);
	}
	for (size_t i = 0; commands[i] != NULL; i++)
		print_command(commands[i]);
	fputs(tail, stdout);
}

static int run(struct invocation *invocation)
{
	if (strcmp(invocation->arguments[0], "bash") != 0)
		return report(EX_USAGE,
			      "completion: there is none for %s, only for bash",
			      invocation->arguments[0]);
	print_script();
	return EX_OK;
}

const struct command cmd_completion = {
	.name = "completion",
	.summary = "print what a shell needs to complete commands",
	.help = "Prints what SHELL, which is bash, needs to complete commands, "
		"options and account\nnames: source it, or put it where bash "
		"looks for completions.",
	.arguments = {"SHELL"},
	.no_json = true,
	.opens_nothing = true,
	.store = COMMAND_STORE_NONE,
	.run = run,
};
