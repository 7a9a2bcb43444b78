/*
 * Completion for zsh: site-functions/_comporta.
 */
#include "packaging/manual/describe.h"

#include <string.h>

/* Inside '...[...]': quotes and brackets mean something there. */
static void put_words(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void put_option(FILE *out, const struct command_option *option)
{
	struct text words = TEXT_INIT(1 << 12);
	enum value_kind kind = value_kind(option);

	fprintf(out, "\t\t\t'%s[", option->name);
	put_words(out, option->help);
	fputc(']', out);
	if (kind != VALUE_NONE) {
		fputc(':', out);
		put_words(out, option->value);
		fputc(':', out);
	}
	value_words(option, &words);
	if (kind == VALUE_FILE)
		fputs("_files", out);
	else if (kind == VALUE_FOLDER)
		fputs("_files -/", out);
	else if (kind == VALUE_WORD)
		fprintf(out, "(%s)", text_string(&words));
	fputs("' \\\n", out);
	text_release(&words);
}

static void put_command(FILE *out, const struct command *command)
{
	struct text words = TEXT_INIT(1 << 12);
	struct command_option option;

	fprintf(out, "\t%s)\n\t\t_arguments \\\n", command->name);
	for (size_t i = 0; invocation_option(command, i, &option); i++)
		put_option(out, &option);
	first_words(command, &words);
	if (command->takes & TAKES_LOGS)
		fputs("\t\t\t'*:log:_files' ;;\n", out);
	else if (words.len)
		fprintf(out, "\t\t\t'1:action:(%s)' '*: :' ;;\n",
			text_string(&words));
	else
		fputs("\t\t\t'*: :' ;;\n", out);
	text_release(&words);
}

void write_zsh(FILE *out)
{
	const struct command *command;

	fputs("#compdef comporta\n"
	      "# zsh completion for comporta, written from its tables.\n\n"
	      "if (( CURRENT == 2 )); then\n"
	      "\tlocal -a commands=(\n", out);
	for (size_t i = 0; (command = command_at(i)); i++) {
		fprintf(out, "\t\t'%s:", command->name);
		put_words(out, command->about);
		fputs("'\n", out);
	}
	fputs("\t)\n"
	      "\t_describe command commands\n"
	      "\treturn\n"
	      "fi\n"
	      "shift words\n"
	      "(( CURRENT-- ))\n"
	      "case $words[1] in\n", out);
	for (size_t i = 0; (command = command_at(i)); i++)
		put_command(out, command);
	fputs("esac\n", out);
}
