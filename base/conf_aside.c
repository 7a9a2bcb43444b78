/*
 * Values set aside while others are tried: a configuration that is read anew
 * takes the place of the old one only as a whole.
 */
#include "base/conf.h"
#include "base/must.h"

#include <stdint.h>
#include <string.h>

union value {
	char *text;
	int64_t integer;
	double real;
	bool flag;
	struct conf_list list;
};

struct kept {
	const struct conf_section *section;
	const struct conf_option *option;
	void *field;
	union value value;
};

struct conf_aside {
	size_t n;
	struct kept all[];
};

static size_t size_of(enum conf_type type)
{
	static const size_t sizes[] = {
		[CONF_TEXT] = sizeof(char *),
		[CONF_INTEGER] = sizeof(int64_t),
		[CONF_REAL] = sizeof(double),
		[CONF_FLAG] = sizeof(bool),
		[CONF_CHOICE] = sizeof(int64_t),
		[CONF_DURATION] = sizeof(int64_t),
		[CONF_LIST] = sizeof(struct conf_list),
	};

	return sizes[type];
}

static size_t count(const struct conf_section *sections, size_t n_sections)
{
	size_t n = 0;

	for (size_t i = 0; i < n_sections; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++)
			n++;
	return n;
}

static void take(struct kept *kept, const struct conf_section *section,
		 const struct conf_option *option)
{
	size_t size = size_of(option->type);

	kept->section = section;
	kept->option = option;
	kept->field = (char *)section->settings + option->offset;
	memcpy(&kept->value, kept->field, size);
	memset(kept->field, 0, size);
}

struct conf_aside *conf_set_aside(const struct conf_section *sections,
				  size_t n_sections)
{
	size_t n = count(sections, n_sections);
	struct conf_aside *aside = must(calloc(
		1, sizeof(*aside) + n * sizeof(aside->all[0])));

	for (size_t i = 0; i < n_sections; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++)
			take(&aside->all[aside->n++], &sections[i], o);
	return aside;
}

void conf_put_back(struct conf_aside **aside)
{
	for (size_t i = 0; i < (*aside)->n; i++) {
		struct kept *kept = &(*aside)->all[i];

		conf_release_value(kept->option, kept->field);
		memcpy(kept->field, &kept->value,
		       size_of(kept->option->type));
	}
	free(*aside);
	*aside = NULL;
}

void conf_drop(struct conf_aside **aside)
{
	for (size_t i = 0; i < (*aside)->n; i++)
		conf_release_value((*aside)->all[i].option,
				   &(*aside)->all[i].value);
	free(*aside);
	*aside = NULL;
}

static struct kept *find(const struct conf_aside *aside, const char *name)
{
	for (size_t i = 0; i < aside->n; i++)
		if (conf_is_named(aside->all[i].section, aside->all[i].option,
				  name))
			return (struct kept *)(uintptr_t)&aside->all[i];
	return NULL;
}

static bool is_same_list(const struct conf_list *a, const struct conf_list *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return a->n == b->n;
}

bool conf_differs(const struct conf_aside *aside, const char *name)
{
	const struct kept *kept = find(aside, name);

	if (!kept)
		return false;
	switch (kept->option->type) {
	case CONF_TEXT:
		return strcmp(*(char **)kept->field, kept->value.text) != 0;
	case CONF_LIST:
		return !is_same_list(kept->field, &kept->value.list);
	default:
		return memcmp(kept->field, &kept->value,
			      size_of(kept->option->type)) != 0;
	}
}

void conf_keep_old(struct conf_aside *aside, const char *name)
{
	struct kept *kept = find(aside, name);
	union value changed;
	size_t size;

	if (!kept)
		return;
	size = size_of(kept->option->type);
	memcpy(&changed, kept->field, size);
	memcpy(kept->field, &kept->value, size);
	memcpy(&kept->value, &changed, size);
}
