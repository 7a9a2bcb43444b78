/*
 * What the .def files say, and whether it is of something that is there.
 */
#include "packaging/manual/describe.h"

#include "detector/settings.h"
#include "detector/signals/signal.h"

#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name, *about;
} about_sections[] = {
#define SECTION(name, about) { name, about },
#include "packaging/manual/sections.def"
#undef SECTION
};

#define FIRST(name) #name,
#define REASON(name, example, text)
#define PACKAGED(name, value)
static const char *const firsts[] = {
#include "packaging/manual/reasons.def"
};
#undef FIRST
#undef REASON

#define FIRST(name)
#define REASON(name, example, text) { name, example, text },
static const struct reason reasons[] = {
#include "packaging/manual/reasons.def"
};
#undef REASON
#undef PACKAGED

#define REASON(name, example, text)
#define PACKAGED(name, value) { name, value },
static const struct {
	const char *name, *value;
} packaged[] = {
#include "packaging/manual/reasons.def"
};
#undef FIRST
#undef REASON
#undef PACKAGED

static const struct {
	const char *command, *line, *about;
} examples[] = {
#define EXAMPLE(command, line, about) { #command, line, about },
#include "packaging/manual/examples.def"
#undef EXAMPLE
};

const struct reason *reason_of(const char *name)
{
	for (size_t i = 0; i < N_OF(reasons); i++)
		if (strcmp(reasons[i].name, name) == 0)
			return &reasons[i];
	return NULL;
}

const char *packaged_value(const char *name)
{
	for (size_t i = 0; i < N_OF(packaged); i++)
		if (strcmp(packaged[i].name, name) == 0)
			return packaged[i].value;
	return NULL;
}

const char *first_option(size_t i)
{
	return i < N_OF(firsts) ? firsts[i] : NULL;
}

bool is_first_option(const char *name)
{
	for (size_t i = 0; i < N_OF(firsts); i++)
		if (strcmp(firsts[i], name) == 0)
			return true;
	return false;
}

static const struct conf_section *find_section(const char *name)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(sections[i].name, name) == 0)
			return &sections[i];
	return NULL;
}

static bool is_ordered(const char *name)
{
	for (size_t i = 0; i < N_OF(about_sections); i++)
		if (strcmp(about_sections[i].name, name) == 0)
			return true;
	return false;
}

/* Signals say themselves what they are about. */
static const char *about_signal(const struct conf_section *section)
{
	const struct signal *signal;

	for (size_t i = 0; (signal = signal_at(i)); i++)
		if (signal->settings == section->settings)
			return signal->about;
	return NULL;
}

const struct conf_section *section_in_order(size_t i, const char **about_out)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	*about_out = NULL;
	if (i < N_OF(about_sections)) {
		*about_out = about_sections[i].about;
		return find_section(about_sections[i].name);
	}
	i -= N_OF(about_sections);
	for (size_t at = 0; at < n; at++) {
		if (!*sections[at].name || is_ordered(sections[at].name))
			continue;
		if (i-- > 0)
			continue;
		*about_out = about_signal(&sections[at]);
		return &sections[at];
	}
	return NULL;
}

bool example_of(const struct command *command, size_t i,
		const char **line_out, const char **about_out)
{
	for (size_t at = 0; at < N_OF(examples); at++) {
		if (strcmp(examples[at].command, command->name) != 0 ||
		    i-- > 0)
			continue;
		*line_out = examples[at].line;
		*about_out = examples[at].about;
		return true;
	}
	return false;
}

static bool is_option(const char *name)
{
	char full[128];
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++) {
			full_name(&sections[i], o, full, sizeof(full));
			if (strcmp(full, name) == 0)
				return true;
		}
	return false;
}

/* Words of a shell, as far as examples need it: quotes '' and blanks. */
static int split(char *line, char **argv, int max)
{
	int argc = 0;

	while (*line && argc < max) {
		char end = *line == '\'' ? '\'' : ' ';

		line += end == '\'';
		argv[argc++] = line;
		line += strcspn(line, end == '\'' ? "'" : " ");
		if (*line)
			*line++ = '\0';
		line += strspn(line, " ");
	}
	return argc;
}

static int check_example(const char *name, const char *text, struct err *err)
{
	struct invocation invocation = { .command = command_find(name) };
	char line[400], *argv[40];
	int argc;

	if (!invocation.command)
		return err_set(err, EXIT_BUG, "examples.def: there is no "
			       "command %s", name);
	slice_copy(slice_from(text), line, sizeof(line));
	argc = split(line, argv, N_OF(argv));
	if (argc < 2 || strcmp(argv[0], "comporta") != 0 ||
	    strcmp(argv[1], name) != 0)
		return err_set(err, EXIT_BUG, "examples.def: \"%s\" is no "
			       "comporta %s", text, name);
	if (invocation_parse(&invocation, argc - 2, argv + 2, err) == 0)
		return 0;
	err_prefix(err, "examples.def: \"%s\": ", text);
	return -1;
}

static int check_twice(struct err *err)
{
	for (size_t i = 0; i < N_OF(about_sections); i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(about_sections[i].name,
				   about_sections[j].name) == 0)
				return err_set(err, EXIT_BUG, "sections.def: "
					       "%s stands there twice",
					       about_sections[i].name);
	for (size_t i = 0; i < N_OF(reasons); i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(reasons[i].name, reasons[j].name) == 0)
				return err_set(err, EXIT_BUG, "reasons.def: "
					       "%s stands there twice",
					       reasons[i].name);
	return 0;
}

int rows_check(struct err *err)
{
	if (check_twice(err) < 0)
		return -1;
	for (size_t i = 0; i < N_OF(about_sections); i++)
		if (!find_section(about_sections[i].name))
			return err_set(err, EXIT_BUG, "sections.def: there is "
				       "no section %s",
				       about_sections[i].name);
	for (size_t i = 0; i < N_OF(firsts); i++)
		if (!is_option(firsts[i]))
			return err_set(err, EXIT_BUG, "reasons.def: there is "
				       "no option %s", firsts[i]);
	for (size_t i = 0; i < N_OF(reasons); i++)
		if (!is_option(reasons[i].name))
			return err_set(err, EXIT_BUG, "reasons.def: there is "
				       "no option %s", reasons[i].name);
	for (size_t i = 0; i < N_OF(packaged); i++)
		if (!is_option(packaged[i].name))
			return err_set(err, EXIT_BUG, "reasons.def: there is "
				       "no option %s", packaged[i].name);
	for (size_t i = 0; i < N_OF(examples); i++)
		if (check_example(examples[i].command, examples[i].line,
				  err) < 0)
			return -1;
	return 0;
}
