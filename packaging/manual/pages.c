/*
 * comporta.1 and a page for each command.
 */
#include "packaging/manual/describe.h"

#include "base/paths.h"

#include <string.h>

void write_page_head(FILE *out, const char *name, int section,
		     const char *about, const char *date)
{
	fprintf(out, ".\\\" Written by packaging/manual from the program's "
		"tables.\n.TH ");
	for (const char *c = name; *c; c++)
		fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
	fprintf(out, " %d %s \"comporta " COMPORTA_VERSION "\" "
		"\"comporta manual\"\n.SH NAME\n", section, date);
	roff(out, name);
	fputs(" \\-\n", out);
	roff(out, about);
	fputc('\n', out);
}

static void put_option(FILE *out, const struct command_option *option)
{
	fputs(".TP\n\\fB", out);
	roff(out, option->name);
	fputs("\\fR", out);
	if (option->value) {
		fputs(" \\fI", out);
		roff(out, option->value);
		fputs("\\fR", out);
	}
	fputc('\n', out);
	prose_roff(out, ".IP", option->help);
}

static void put_options(FILE *out, const struct command *command)
{
	struct command_option option;

	fputs(".SH OPTIONS\n", out);
	for (size_t i = 0; invocation_option(command, i, &option); i++)
		put_option(out, &option);
	fputs(".PP\n\\fB\\-\\-option=value\\fR does as well, and what stands "
	      "behind \\fB\\-\\-\\fR is no option.\n", out);
}

static void put_examples(FILE *out, const struct command *command)
{
	const char *line, *about;

	for (size_t i = 0; example_of(command, i, &line, &about); i++) {
		if (i == 0)
			fputs(".SH EXAMPLES\n", out);
		fputs(".TP\n\\fB", out);
		roff(out, line);
		fputs("\\fR\n", out);
		prose_roff(out, ".IP", about);
	}
}

void write_command_page(FILE *out, const struct command *command,
			const char *date)
{
	char name[80];

	snprintf(name, sizeof(name), "comporta-%s", command->name);
	write_page_head(out, name, 1, command->about, date);
	fprintf(out, ".SH SYNOPSIS\n\\fBcomporta %s\\fR [\\fIOPTION\\fR]...",
		command->name);
	if (*command->usage) {
		fputc(' ', out);
		roff(out, command->usage);
	}
	fputs("\n.SH DESCRIPTION\n", out);
	prose_roff(out, ".PP", command->help);
	put_options(out, command);
	put_examples(out, command);
	fputs(".SH EXIT STATUS\n0 when all went well; the others are in "
	      "\\fBcomporta\\fR(1).\n.SH SEE ALSO\n\\fBcomporta\\fR(1),\n"
	      "\\fBcomporta.conf\\fR(5)\n", out);
}

static void put_codes(FILE *out)
{
	static const struct {
		enum exit_code code;
		const char *about;
	} codes[] = {
		{ EXIT_FINE, "All went well." },
		{ EXIT_USAGE, "The command line is wrong." },
		{ EXIT_DATA, "Input is not what it should be: no log, a "
		  "damaged file." },
		{ EXIT_SERVICE, "A service is away: database, mail server, "
		  "network. What waits for it is done by the next run." },
		{ EXIT_BUG, "A mistake of comporta's own." },
		{ EXIT_SYSTEM, "The machine has no memory or no process "
		  "left." },
		{ EXIT_FILE, "Reading or writing failed: a full disk." },
		{ EXIT_AGAIN, "Busy now: another scan or watch is at work. The "
		  "next run will do it." },
		{ EXIT_RIGHTS, "No permission." },
		{ EXIT_CONFIG, "The configuration is wrong; file, line and "
		  "what is allowed are told." },
	};

	fputs(".SH EXIT STATUS\nThose of \\fBsysexits\\fR(3).\n", out);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		fprintf(out, ".TP\n\\fB%d\\fR\n", (int)codes[i].code);
		prose_roff(out, ".IP", codes[i].about);
	}
}

static void put_file(FILE *out, const char *path, const char *about)
{
	fputs(".TP\n\\fI", out);
	roff(out, path);
	fputs("\\fR\n", out);
	prose_roff(out, ".IP", about);
}

static void put_files(FILE *out)
{
	fputs(".SH FILES\n", out);
	put_file(out, paths_config, "The configuration, comporta.conf(5).");
	put_file(out, "/var/lib/comporta", "What comporta remembers: "
		 "`state_dir`.");
	put_file(out, paths_model, "The numbers of the model.");
	put_file(out, paths_sql, "Our tables, and a folder for each hosting "
		 "panel.");
	put_file(out, paths_templates, "Notices and pages, a folder for each "
		 "language. Copy it and set `template_dir` to change words.");
}

static void put_commands(FILE *out)
{
	const struct command *command;

	fputs(".SH COMMANDS\n", out);
	for (size_t i = 0; (command = command_at(i)); i++) {
		fprintf(out, ".TP\n\\fB%s\\fR%s", command->name,
			*command->usage ? " " : "");
		roff(out, command->usage);
		fputc('\n', out);
		roff(out, command->about);
		fprintf(out, ":\n\\fBcomporta\\-%s\\fR(1)\n", command->name);
	}
}

void write_main_page(FILE *out, const char *date)
{
	const struct command *command;

	write_page_head(out, "comporta", 1, "finds stolen mail accounts and "
			"stops what they send", date);
	fputs(".SH SYNOPSIS\n\\fBcomporta\\fR \\fICOMMAND\\fR "
	      "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n.PP\n"
	      "\\fBcomporta\\fR \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n"
	      ".SH DESCRIPTION\n", out);
	prose_roff(out, ".PP",
		   "comporta reads the logs that a mail server writes anyway, "
		   "finds mail accounts whose password was stolen, stops what "
		   "they send (never what they receive or read), writes to "
		   "their owners what happened and what to do, and opens the "
		   "gate again once the password has really changed.\n\n"
		   "With mode = \"observe\", as installed, it computes "
		   "everything and blocks nobody. First steps, which write, "
		   "block and send nothing:\n\n"
		   "    comporta events /var/log/mail.log | head\n"
		   "    comporta replay --home PL,PT /var/log/mail.log.1\n"
		   "    comporta check");
	put_commands(out);
	put_codes(out);
	fputs(".SH ENVIRONMENT\n.TP\n\\fBTZ\\fR\n", out);
	roff(out, "The zone of stamps that do not tell theirs.");
	fputs("\n.TP\n\\fBNO_COLOR\\fR\n", out);
	roff(out, "Set to anything: no colours on a terminal.");
	fputc('\n', out);
	put_files(out);
	fputs(".SH SEE ALSO\n\\fBcomporta.conf\\fR(5),\n"
	      "\\fBcomporta\\-geoip\\fR(8)", out);
	for (size_t i = 0; (command = command_at(i)); i++)
		fprintf(out, ",\n\\fBcomporta\\-%s\\fR(1)", command->name);
	fputs("\n", out);
}
