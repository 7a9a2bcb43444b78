/*
 * Completion for bash, as completions/comporta of bash-completion, which
 * loads it when the command is first typed. It needs nothing of that package.
 */
#include "packaging/manual/describe.h"

#include "detector/settings.h"

#include <string.h>

static void put_settings(FILE *out)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++) {
			char name[128];

			full_name(&sections[i], o, name, sizeof(name));
			fprintf(out, "\t\t\t%s=\n", name);
		}
}

/* What a value may be, once for each option however many commands take it. */
static void put_value(FILE *out, const struct command_option *option)
{
	struct text words = TEXT_INIT(1 << 12);

	switch (value_kind(option)) {
	case VALUE_NONE:
	case VALUE_SETTING:
		break;
	case VALUE_ANY:
		fprintf(out, "\t%s) return ;;\n", option->name);
		break;
	case VALUE_FILE:
		fprintf(out, "\t%s) _comporta_files -f; return ;;\n",
			option->name);
		break;
	case VALUE_FOLDER:
		fprintf(out, "\t%s) _comporta_files -d; return ;;\n",
			option->name);
		break;
	case VALUE_WORD:
		value_words(option, &words);
		fprintf(out, "\t%s) _comporta_words '%s'; return ;;\n",
			option->name, text_string(&words));
		break;
	}
	text_release(&words);
}

static bool is_of_earlier(size_t command_at_, const char *name)
{
	struct command_option option;

	for (size_t i = 0; i < command_at_; i++)
		for (size_t at = 0;
		     invocation_option(command_at(i), at, &option); at++)
			if (strcmp(option.name, name) == 0)
				return true;
	return false;
}

static void put_values(FILE *out)
{
	const struct command *command;
	struct command_option option;

	fputs("\tcase $before in\n", out);
	for (size_t i = 0; (command = command_at(i)); i++)
		for (size_t at = 0; invocation_option(command, at, &option);
		     at++)
			if (!is_of_earlier(i, option.name))
				put_value(out, &option);
	fputs("\t--set)\n"
	      "\t\tcompopt -o nospace\n"
	      "\t\t_comporta_words '\n", out);
	put_settings(out);
	fputs("\t\t'\n\t\treturn ;;\n\tesac\n", out);
}

static void put_command(FILE *out, const struct command *command)
{
	struct text words = TEXT_INIT(1 << 12);
	struct command_option option;

	fprintf(out, "\t%s)\n\t\toptions='", command->name);
	for (size_t i = 0; invocation_option(command, i, &option); i++)
		fprintf(out, "%s%s", i ? " " : "", option.name);
	fputs("'\n", out);
	if (command->takes & TAKES_LOGS)
		fputs("\t\tfiles=yes\n", out);
	first_words(command, &words);
	if (words.len)
		fprintf(out, "\t\twords='%s'\n", text_string(&words));
	fputs("\t\t;;\n", out);
	text_release(&words);
}

void write_bash(FILE *out)
{
	const struct command *command;

	fputs("# bash completion for comporta, written from its tables.\n\n"
	      "_comporta_words() { # words\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n"
	      "}\n\n"
	      "_comporta_files() { # -f files, -d folders\n"
	      "\tcompopt -o filenames 2>/dev/null\n"
	      "\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n"
	      "}\n\n"
	      "_comporta() {\n"
	      "\tlocal current=$2 before=$3 options='' words='' files=''\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	      "\t\t_comporta_words '--help --version", out);
	for (size_t i = 0; (command = command_at(i)); i++)
		fprintf(out, " %s", command->name);
	fputs("'\n\t\treturn\n\tfi\n", out);
	put_values(out);
	fputs("\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; (command = command_at(i)); i++)
		put_command(out, command);
	fputs("\tesac\n"
	      "\tcase $current in\n"
	      "\t-*) _comporta_words \"$options\" ;;\n"
	      "\t*)\n"
	      "\t\tif [ -n \"$files\" ]; then\n"
	      "\t\t\t_comporta_files -f\n"
	      "\t\telif [ \"$COMP_CWORD\" = 2 ]; then\n"
	      "\t\t\t_comporta_words \"$words\"\n"
	      "\t\tfi ;;\n"
	      "\tesac\n"
	      "}\n"
	      "complete -F _comporta comporta\n", out);
}
