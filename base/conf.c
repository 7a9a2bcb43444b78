#include "base/conf.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct found {
	const struct conf_option *option;
	void *field;
};

bool conf_is_named(const struct conf_section *section,
		   const struct conf_option *option, const char *name)
{
	size_t len = strlen(section->name);

	if (len == 0)
		return strcmp(option->name, name) == 0;
	return strncmp(name, section->name, len) == 0 && name[len] == '.' &&
	       strcmp(name + len + 1, option->name) == 0;
}

static int find(const struct conf_section *sections, size_t n_sections,
		const char *name, const char *where, struct found *out,
		struct err *err)
{
	for (size_t i = 0; i < n_sections; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++) {
			if (!conf_is_named(&sections[i], o, name))
				continue;
			out->option = o;
			out->field = (char *)sections[i].settings + o->offset;
			return 0;
		}
	return err_set(err, EXIT_CONFIG,
		       "%s: there is no option \"%.60s\"; `comporta check "
		       "--options` lists them all",
		       where, name);
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

void conf_duration_text(double ms, char out[CONF_DURATION_SIZE])
{
	static const struct {
		double ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ms >= units[i].ms && fmod(ms, units[i].ms) == 0) {
			snprintf(out, CONF_DURATION_SIZE, "%g%s",
				 ms / units[i].ms, units[i].unit);
			return;
		}
	snprintf(out, CONF_DURATION_SIZE, "%gs", ms / 1000);
}

void conf_add_quoted(struct text *out, const char *value)
{
	text_add_char(out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_char(out, '\\');
		text_add_char(out, *value);
	}
	text_add_char(out, '"');
}

static int wrong(const struct conf_option *o, const char *name,
		 const char *value, const char *where, struct err *err)
{
	const char *unit = o->unit ? o->unit : "";
	char least[CONF_DURATION_SIZE], most[CONF_DURATION_SIZE];

	switch (o->type) {
	case CONF_FLAG:
		return err_set(err, EXIT_CONFIG,
			       "%s: %s is \"%.40s\", allowed are true and "
			       "false", where, name, value);
	case CONF_DURATION:
		conf_duration_text(o->min, least);
		conf_duration_text(o->max, most);
		return err_set(err, EXIT_CONFIG,
			       "%s: %s is \"%.40s\", allowed is a time from "
			       "%s to %s, such as 90s, 15m, 4h or 30d", where,
			       name, value, least, most);
	default:
		return err_set(err, EXIT_CONFIG,
			       "%s: %s is \"%.40s\", allowed is a number from "
			       "%g to %g%s%s", where, name, value, o->min,
			       o->max, *unit ? " " : "", unit);
	}
}

static int set_choice(const struct conf_option *o, const char *name,
		      const char *value, const char *where, int64_t *field,
		      struct err *err)
{
	char allowed[200] = "";

	for (size_t i = 0; o->choices[i]; i++) {
		size_t used = strlen(allowed);

		if (strcmp(o->choices[i], value) == 0) {
			*field = (int64_t)i;
			return 0;
		}
		snprintf(allowed + used, sizeof(allowed) - used, "%s\"%s\"",
			 i ? ", " : "", o->choices[i]);
	}
	return err_set(err, EXIT_CONFIG, "%s: %s is \"%.40s\", allowed is one "
		       "of %s", where, name, value, allowed);
}

static bool parse_number(const char *value, double *number_out,
			 const char **rest_out)
{
	char *end;

	errno = 0;
	*number_out = strtod(value, &end);
	*rest_out = end;
	return end != value && errno == 0 && isfinite(*number_out);
}

static bool parse_duration(const char *value, double *ms_out)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = { { "ms", 1 },	{ "s", 1000 },	  { "", 1000 },
		      { "m", 60000 },	{ "h", 3600000 }, { "d", 86400000 } };
	const char *rest;

	if (!parse_number(value, ms_out, &rest))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].unit, rest) == 0) {
			*ms_out *= units[i].ms;
			return true;
		}
	return false;
}

static int set_number(const struct conf_option *o, const char *name,
		      const char *value, const char *where, void *field,
		      struct err *err)
{
	const char *rest = "";
	double number;
	bool good = o->type == CONF_DURATION
			    ? parse_duration(value, &number)
			    : parse_number(value, &number, &rest);

	if (!good || *rest || number < o->min || number > o->max ||
	    (o->type != CONF_REAL && number != floor(number)))
		return wrong(o, name, value, where, err);
	if (o->type == CONF_REAL)
		*(double *)field = number;
	else
		*(int64_t *)field = (int64_t)number;
	return 0;
}

static void list_clear(struct conf_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	list->n = 0;
}

static int list_add(struct conf_list *list, const char *name,
		    const char *value, const char *where, struct err *err)
{
	if (list->n == CONF_LIST_MAX)
		return err_set(err, EXIT_CONFIG, "%s: %s has more than %d "
			       "entries", where, name, CONF_LIST_MAX);
	list->items[list->n++] = copy_text(value);
	return 0;
}

/* "PL,PT" */
static int list_split(struct conf_list *list, const char *name,
		      const char *value, const char *where, struct err *err)
{
	char item[CONF_TEXT_MAX];
	struct slice rest = slice_from(value);

	list_clear(list);
	while (rest.len > 0) {
		struct slice one = slice_trim(slice_cut(&rest, ','));

		if (one.len == 0)
			continue;
		slice_copy(one, item, sizeof(item));
		if (list_add(list, name, item, where, err) < 0)
			return -1;
	}
	return 0;
}

static int set_value(const struct found *found, const char *name,
		     const char *value, const char *where, struct err *err)
{
	const struct conf_option *o = found->option;

	if (strlen(value) >= CONF_TEXT_MAX)
		return err_set(err, EXIT_CONFIG, "%s: %s is longer than %d "
			       "bytes", where, name, CONF_TEXT_MAX - 1);
	switch (o->type) {
	case CONF_TEXT:
		free(*(char **)found->field);
		*(char **)found->field = copy_text(value);
		return 0;
	case CONF_FLAG:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return wrong(o, name, value, where, err);
		*(bool *)found->field = value[0] == 't';
		return 0;
	case CONF_CHOICE:
		return set_choice(o, name, value, where, found->field, err);
	case CONF_LIST:
		return list_split(found->field, name, value, where, err);
	default:
		return set_number(o, name, value, where, found->field, err);
	}
}

int conf_set(const struct conf_section *sections, size_t n_sections,
	     const char *name, const char *value, const char *where,
	     struct err *err)
{
	struct found found;

	if (find(sections, n_sections, name, where, &found, err) < 0)
		return -1;
	return set_value(&found, name, value, where, err);
}

static int find_list(const struct conf_section *sections, size_t n_sections,
		     const char *name, const char *where,
		     struct conf_list **list_out, struct err *err)
{
	struct found found;

	if (find(sections, n_sections, name, where, &found, err) < 0)
		return -1;
	if (found.option->type != CONF_LIST)
		return err_set(err, EXIT_CONFIG,
			       "%s: %s takes one value, not a list", where,
			       name);
	*list_out = found.field;
	return 0;
}

int conf_list_begin(const struct conf_section *sections, size_t n_sections,
		    const char *name, const char *where, struct err *err)
{
	struct conf_list *list = NULL;

	if (find_list(sections, n_sections, name, where, &list, err) < 0)
		return -1;
	list_clear(list);
	return 0;
}

int conf_list_add(const struct conf_section *sections, size_t n_sections,
		  const char *name, const char *value, const char *where,
		  struct err *err)
{
	struct conf_list *list = NULL;

	if (find_list(sections, n_sections, name, where, &list, err) < 0)
		return -1;
	return list_add(list, name, value, where, err);
}

void conf_presets(const struct conf_section *section)
{
	struct err err;

	for (const struct conf_option *o = section->options; o->name; o++) {
		struct found found = { o, (char *)section->settings +
						  o->offset };

		if (set_value(&found, o->name, o->preset, "preset", &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			abort();
		}
	}
}

static int apply_set(const struct conf_section *sections, size_t n_sections,
		     const char *text, struct err *err)
{
	char name[128];
	const char *equals = strchr(text, '=');

	if (!equals || (size_t)(equals - text) >= sizeof(name))
		return err_set(err, EXIT_USAGE,
			       "--set takes name=value, not \"%.60s\"", text);
	slice_copy((struct slice){ text, (size_t)(equals - text) }, name,
		   sizeof(name));
	return conf_set(sections, n_sections, name, equals + 1, "--set", err);
}

int conf_load(const struct conf_section *sections, size_t n_sections,
	      const char *base, const char *path, bool must_exist,
	      const char *const *sets, size_t n_sets, struct err *err)
{
	for (size_t i = 0; i < n_sections; i++)
		conf_presets(&sections[i]);
	if (base && conf_read_file(sections, n_sections, base, true, err) < 0)
		return -1;
	if (path && conf_read_file(sections, n_sections, path, must_exist,
				   err) < 0)
		return -1;
	for (size_t i = 0; i < n_sets; i++)
		if (apply_set(sections, n_sections, sets[i], err) < 0)
			return -1;
	return 0;
}

void conf_release_value(const struct conf_option *option, void *field)
{
	if (option->type == CONF_LIST) {
		list_clear(field);
	} else if (option->type == CONF_TEXT) {
		free(*(char **)field);
		*(char **)field = NULL;
	}
}

void conf_release(const struct conf_section *sections, size_t n_sections)
{
	for (size_t i = 0; i < n_sections; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++)
			conf_release_value(o, (char *)sections[i].settings +
						      o->offset);
}
