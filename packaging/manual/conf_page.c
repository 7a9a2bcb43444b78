/*
 * comporta.conf.5: every option with what it may be, and its default.
 */
#include "packaging/manual/describe.h"

#include "base/paths.h"
#include "detector/settings.h"

#include <string.h>

static void put_values(FILE *out, const struct setting *setting)
{
	struct text words = TEXT_INIT(1 << 14);

	text_addf(&words, "Allowed: %s. Default: %s",
		  text_string(&setting->allowed), text_string(&setting->value));
	fputs(".IP\n", out);
	prose_roff(out, ".IP", text_string(&words));
	text_release(&words);
}

static void put_option(FILE *out, const struct conf_section *section,
		       const struct conf_option *option)
{
	struct setting setting = setting_of(section, option);
	char name[128];
	const struct reason *reason;

	full_name(section, option, name, sizeof(name));
	reason = reason_of(name);
	fprintf(out, ".TP\n\\fB");
	roff(out, name);
	fputs("\\fR\n", out);
	prose_roff(out, ".IP", option->help);
	if (reason && *reason->text)
		prose_roff(out, ".IP", reason->text);
	put_values(out, &setting);
	if (reason && reason->example) {
		fprintf(out, ".IP\nExample:\n.nf\n    %s = ", option->name);
		roff(out, reason->example);
		fputs(";\n.fi\n", out);
	}
	setting_release(&setting);
}

static void put_section(FILE *out, const struct conf_section *section,
			const char *about)
{
	fprintf(out, ".SS %s\n", section->name);
	if (about)
		prose_roff(out, ".PP", about);
	for (const struct conf_option *o = section->options; o->name; o++)
		put_option(out, section, o);
}

static const struct conf_section *main_section(void)
{
	size_t n;

	return settings_sections(&n);
}

static void put_main_section(FILE *out)
{
	const struct conf_section *section = main_section();

	fputs(".SS Without a group\n", out);
	for (size_t i = 0; first_option(i); i++)
		for (const struct conf_option *o = section->options; o->name;
		     o++)
			if (strcmp(o->name, first_option(i)) == 0)
				put_option(out, section, o);
	for (const struct conf_option *o = section->options; o->name; o++)
		if (!is_first_option(o->name))
			put_option(out, section, o);
}

static void put_intro(FILE *out, const char *date)
{
	write_page_head(out, "comporta.conf", 5, "configuration of comporta",
			date);
	fputs(".SH SYNOPSIS\n\\fI", out);
	roff(out, paths_config);
	fputs("\\fR\n.SH DESCRIPTION\n", out);
	prose_roff(out, ".PP",
		   "Every option has a default, and the file need not be "
		   "there. Its syntax is libconfig's: settings end with a "
		   "semicolon, texts stand in double quotes, lists in round "
		   "brackets, groups in curly ones. Comments begin with // or "
		   "#.\n\n"
		   "    mode = \"enforce\";\n"
		   "    home = ( \"PL\", \"PT\" );\n"
		   "    smtp: {\n"
		   "        from = \"help@hosting.example\";\n"
		   "    };\n\n"
		   "Below, smtp.from is from in the group smtp, and "
		   "signal.volume.cap is cap in the group volume of the group "
		   "signal. Times are texts such as \"90s\", \"15m\", \"4h\" "
		   "or \"30d\". A list has up to 64 entries, a text up to 1023 "
		   "bytes.\n\n"
		   "What is set later wins: the presets, the numbers of the "
		   "model (option model), this file, options of the command "
		   "line such as --set smtp.from=help@hosting.example, with "
		   "lists written as --set home=PL,PT. A name that does not "
		   "exist, or a value that is not allowed, is told with file "
		   "and line, and nothing runs.\n\n"
		   "The file holds no secret: passwords and keys are in files "
		   "of their own, which only those who need them may read. "
		   "`comporta check` tries all of it, and "
		   "`comporta check --options` lists the options.");
}

void write_conf_page(FILE *out, const char *date)
{
	const struct conf_section *section;
	const char *about;

	put_intro(out, date);
	fputs(".SH OPTIONS\n", out);
	put_main_section(out);
	for (size_t i = 0; (section = section_in_order(i, &about)); i++)
		put_section(out, section, about);
	fputs(".SH SEE ALSO\n\\fBcomporta\\fR(1),\n"
	      "\\fBcomporta\\-check\\fR(1)\n", out);
}
