/*
 * comporta.conf: every option with its reason and its default, which is
 * commented out, so that it changes nothing as it is. "//" stands before words,
 * "#" before a setting. The package's sets what its users and folders need. And
 * the examples of reasons.def alone, for the tests.
 */
#include "packaging/manual/describe.h"

#include "detector/settings.h"

#include <string.h>

static const char SIGNALS[] = "signal.";

struct example {
	FILE *out;
	bool is_packaged;
};

/* The lines of an example, each in a comment. */
static void put_example(FILE *out, const char *indent, const char *name,
			const char *example)
{
	struct slice rest = slice_from(example);
	struct slice line = slice_cut(&rest, '\n');

	fprintf(out, "%s//     %s = %.*s", indent, name, (int)line.len,
		line.ptr);
	while (rest.len > 0) {
		line = slice_cut(&rest, '\n');
		fprintf(out, "\n%s//     %*s   %.*s", indent,
			(int)strlen(name), "", (int)line.len, line.ptr);
	}
	fputs(";\n", out);
}

/* The help, more, and what it may be, where the default does not show it. */
static void add_words(struct text *words, const struct setting *setting,
		      const struct reason *reason)
{
	text_add_string(words, setting->option->help);
	switch (setting->option->type) {
	case CONF_TEXT:
	case CONF_LIST:
	case CONF_FLAG:
		break;
	default:
		text_addf(words, "\nAllowed: %s.",
			  text_string(&setting->allowed));
	}
	if (reason && *reason->text)
		text_addf(words, "\n%s", reason->text);
}

static void put_option(const struct example *example, const char *indent,
		       const struct conf_section *section,
		       const struct conf_option *option)
{
	FILE *out = example->out;
	struct setting setting = setting_of(section, option);
	struct text words = TEXT_INIT(1 << 14);
	char name[128], prefix[16];
	const struct reason *reason;
	const char *packaged;

	full_name(section, option, name, sizeof(name));
	reason = reason_of(name);
	packaged = example->is_packaged ? packaged_value(name) : NULL;
	snprintf(prefix, sizeof(prefix), "%s// ", indent);
	add_words(&words, &setting, reason);
	prose_comment(out, prefix, text_string(&words));
	if (reason && reason->example && !packaged)
		put_example(out, indent, option->name, reason->example);
	if (packaged)
		fprintf(out, "%s%s = %s;\n", indent, option->name, packaged);
	fprintf(out, "%s#%s = %s;\n", indent, option->name,
		text_string(&setting.value));
	text_release(&words);
	setting_release(&setting);
}

static void put_options(const struct example *example, const char *indent,
			const struct conf_section *section)
{
	for (const struct conf_option *o = section->options; o->name; o++) {
		if (o != section->options)
			fputc('\n', example->out);
		put_option(example, indent, section, o);
	}
}

static bool is_signal(const struct conf_section *section)
{
	return slice_starts(slice_from(section->name), slice_from(SIGNALS));
}

static void put_groups(const struct example *example)
{
	FILE *out = example->out;
	const struct conf_section *section;
	const char *about;

	for (size_t i = 0; (section = section_in_order(i, &about)); i++) {
		if (is_signal(section))
			continue;
		fputc('\n', out);
		if (about)
			prose_comment(out, "// ", about);
		fprintf(out, "%s: {\n", section->name);
		put_options(example, "\t", section);
		fputs("};\n", out);
	}
}

static void put_signals(const struct example *example)
{
	FILE *out = example->out;
	const struct conf_section *section;
	const char *about;

	fputc('\n', out);
	prose_comment(out, "// ",
		      "What each kind of evidence may say. These numbers were "
		      "fitted together, as those of `judge` were: leave them, "
		      "but for hard_limit.");
	fputs("signal: {\n", out);
	for (size_t i = 0; (section = section_in_order(i, &about)); i++) {
		if (!is_signal(section))
			continue;
		if (about)
			prose_comment(out, "\t// ", about);
		fprintf(out, "\t%s: {\n", section->name + strlen(SIGNALS));
		put_options(example, "\t\t", section);
		fputs("\t};\n", out);
	}
	fputs("};\n", out);
}

static const struct conf_section *main_section(void)
{
	size_t n;

	return settings_sections(&n);
}

static void put_all(const struct example *example)
{
	FILE *out = example->out;
	const struct conf_section *section = main_section();

	prose_comment(out, "// ",
		      "comporta.conf - every option with its default, which "
		      "holds while the line is commented out by #. What most "
		      "people set comes first. The syntax is libconfig's; "
		      "comporta.conf(5) has the same to read. `comporta check` "
		      "says what is left to mend.");
	for (size_t i = 0; first_option(i); i++)
		for (const struct conf_option *o = section->options; o->name;
		     o++)
			if (strcmp(o->name, first_option(i)) == 0) {
				fputc('\n', out);
				put_option(example, "", section, o);
			}
	put_groups(example);
	fputc('\n', out);
	prose_comment(out, "// ", "Seldom changed, all below.");
	for (const struct conf_option *o = section->options; o->name; o++)
		if (!is_first_option(o->name)) {
			fputc('\n', out);
			put_option(example, "", section, o);
		}
	put_signals(example);
}

void write_conf(FILE *out)
{
	put_all(&(struct example){ out, false });
}

void write_packaged_conf(FILE *out)
{
	put_all(&(struct example){ out, true });
}

static void put_example_section(FILE *out, const struct conf_section *section)
{
	char name[128];

	for (const struct conf_option *o = section->options; o->name; o++) {
		const struct reason *reason;

		full_name(section, o, name, sizeof(name));
		reason = reason_of(name);
		if (reason && reason->example)
			fprintf(out, "%s = %s;\n", o->name, reason->example);
	}
}

void write_examples(FILE *out)
{
	const struct conf_section *section;
	const char *about;

	put_example_section(out, main_section());
	for (size_t i = 0; (section = section_in_order(i, &about)); i++) {
		if (is_signal(section))
			continue;
		fprintf(out, "%s: {\n", section->name);
		put_example_section(out, section);
		fputs("};\n", out);
	}
	fputs("signal: {\n", out);
	for (size_t i = 0; (section = section_in_order(i, &about)); i++) {
		if (!is_signal(section))
			continue;
		fprintf(out, "%s: {\n", section->name + strlen(SIGNALS));
		put_example_section(out, section);
		fputs("};\n", out);
	}
	fputs("};\n", out);
}

void write_values(FILE *out)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++) {
			struct setting setting = setting_of(&sections[i], o);
			char name[128];

			full_name(&sections[i], o, name, sizeof(name));
			fprintf(out, "%s = %s\n", name,
				text_string(&setting.value));
			setting_release(&setting);
		}
}
