/*
 * describe - writes what is written from the program's own tables: manual
 * pages, completion for shells, the example configuration. Linked with the
 * program's objects and run by the Makefile, so none of them can drift from
 * what the program does.
 *
 * To say more of an option, a section or a command than its help does: a row
 * in reasons.def, sections.def or examples.def. A row that names what is not
 * there stops the build.
 */
#ifndef PACKAGING_MANUAL_DESCRIBE_H
#define PACKAGING_MANUAL_DESCRIBE_H

#include "base/conf.h"
#include "base/text.h"
#include "detector/commands/command.h"

#include <stdio.h>

/* One option of the configuration, as it is when nobody sets it. */
struct setting {
	const struct conf_section *section;
	const struct conf_option *option;
	struct text value;	/* as the configuration file writes it */
	struct text allowed;	/* "a whole number from 1 to 5 blocks" */
};

/* What one file holds; `out` is open, and closed by who opened it. */
typedef void describe_writer(FILE *out);

/* Of `option`; its texts belong to the caller, setting_release(). */
struct setting setting_of(const struct conf_section *section,
			  const struct conf_option *option);
void setting_release(struct setting *setting);

/* "smtp.url"; NUL-terminated, cut at `size`. */
void full_name(const struct conf_section *section,
	       const struct conf_option *option, char *name, size_t size);

/* What reasons.def has for an option by its full name: more than its help
 * says, and an example of its value; NULL for none. */
struct reason {
	const char *name, *example, *text;
};
const struct reason *reason_of(const char *full_name);

/* What the Debian package sets, NULL for what it leaves at the default. */
const char *packaged_value(const char *full_name);

/* The sections in the order of a reader, those of sections.def first, and
 * what they are about (NULL where nobody wrote it). NULL past the end. */
const struct conf_section *section_in_order(size_t i, const char **about_out);

/* Options without a section that most people set, in their order; NULL past
 * the end. Is this one of them? */
const char *first_option(size_t i);
bool is_first_option(const char *name);

/* The i-th example of a command; false past the end. */
bool example_of(const struct command *command, size_t i,
		const char **line_out, const char **about_out);

/* Do all rows of the .def files name what there is, and are the examples
 * command lines that the program takes? */
int rows_check(struct err *err);

/*
 * Text for people comes as in --help: paragraphs between empty lines, whose
 * line breaks mean nothing, and lines that begin with a blank, which stay as
 * they are.
 */

/* As lines of at most 80 columns that begin with `prefix` ("\t// "). */
void prose_comment(FILE *out, const char *prefix, const char *text);

/* As man(7); `gap` is the request between paragraphs: .PP, or .IP below an
 * option. */
void prose_roff(FILE *out, const char *gap, const char *text);

/* A piece of a line of man(7); nothing in it means anything to roff. */
void roff(FILE *out, const char *text);

/* What may stand behind an option of a command. */
enum value_kind {
	VALUE_NONE,		/* it takes none */
	VALUE_ANY,
	VALUE_FILE,
	VALUE_FOLDER,
	VALUE_WORD,		/* one of value_words() */
	VALUE_SETTING		/* NAME=VALUE of the configuration */
};

enum value_kind value_kind(const struct command_option *option);

/* The words of VALUE_WORD, separated by blanks. */
void value_words(const struct command_option *option, struct text *out);

/* The words that may be a command's first argument ("add|allow NAME | list"),
 * separated by blanks; empty for most. */
void first_words(const struct command *command, struct text *out);

/* The files. */
void write_main_page(FILE *out, const char *date);
void write_command_page(FILE *out, const struct command *command,
			const char *date);
void write_conf_page(FILE *out, const char *date);
describe_writer write_conf, write_packaged_conf, write_examples, write_bash,
	write_zsh, write_values;

/* The head of a page: .TH and NAME. */
void write_page_head(FILE *out, const char *name, int section,
		     const char *about, const char *date);

#endif
