#include "packaging/manual/describe.h"

#include <stdio.h>
#include <string.h>

static void add_list(struct text *out, const struct conf_list *list)
{
	text_add_string(out, "(");
	for (size_t i = 0; i < list->n; i++) {
		text_add_string(out, i ? ", " : " ");
		conf_add_quoted(out, list->items[i]);
	}
	text_add_string(out, " )");
}

static void add_duration(struct text *out, int64_t ms)
{
	char words[CONF_DURATION_SIZE];

	conf_duration_text((double)ms, words);
	conf_add_quoted(out, words);
}

static void add_value(struct text *out, const struct conf_option *option,
		      const void *field)
{
	switch (option->type) {
	case CONF_TEXT:
		conf_add_quoted(out, *(char *const *)field);
		return;
	case CONF_FLAG:
		text_add_string(out, *(const bool *)field ? "true" : "false");
		return;
	case CONF_CHOICE:
		conf_add_quoted(out, option->choices[*(const int64_t *)field]);
		return;
	case CONF_LIST:
		add_list(out, field);
		return;
	case CONF_DURATION:
		add_duration(out, *(const int64_t *)field);
		return;
	case CONF_INTEGER:
		text_addf(out, "%lld", (long long)*(const int64_t *)field);
		return;
	case CONF_REAL:
		text_addf(out, "%.10g", *(const double *)field);
		return;
	}
}

static void add_choices(struct text *out, const char *const *choices)
{
	for (size_t i = 0; choices[i]; i++)
		text_addf(out, "%s\"%s\"",
			  i == 0 ? "" : choices[i + 1] ? ", " : " or ",
			  choices[i]);
}

static void add_allowed(struct text *out, const struct conf_option *option)
{
	char least[CONF_DURATION_SIZE], most[CONF_DURATION_SIZE];

	switch (option->type) {
	case CONF_TEXT:
		text_add_string(out, "a text");
		return;
	case CONF_FLAG:
		text_add_string(out, "true or false");
		return;
	case CONF_CHOICE:
		add_choices(out, option->choices);
		return;
	case CONF_LIST:
		text_add_string(out, "a list of texts");
		return;
	case CONF_DURATION:
		conf_duration_text(option->min, least);
		conf_duration_text(option->max, most);
		text_addf(out, "a time from %s to %s", least, most);
		return;
	case CONF_INTEGER:
	case CONF_REAL:
		text_addf(out, "a %snumber from %.10g to %.10g%s%s",
			  option->type == CONF_INTEGER ? "whole " : "",
			  option->min, option->max, option->unit ? " " : "",
			  option->unit ? option->unit : "");
		return;
	}
}

struct setting setting_of(const struct conf_section *section,
			  const struct conf_option *option)
{
	struct setting setting = { section, option, TEXT_INIT(1 << 16),
				   TEXT_INIT(1 << 12) };

	add_value(&setting.value, option,
		  (const char *)section->settings + option->offset);
	add_allowed(&setting.allowed, option);
	return setting;
}

void setting_release(struct setting *setting)
{
	text_release(&setting->value);
	text_release(&setting->allowed);
}

void full_name(const struct conf_section *section,
	       const struct conf_option *option, char *name, size_t size)
{
	snprintf(name, size, "%s%s%s", section->name,
		 *section->name ? "." : "", option->name);
}
