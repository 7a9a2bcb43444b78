/*
 * Any text as a template, and any values in it: refused with its line, or
 * filled in so that no value opens a tag, ends a header or turns the writing.
 * The first byte picks the form, byte 1 separates the template and values.
 */
#include "notifier/template.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct template_field fields[] = {
	{ "name", 0 },
	{ "lines", TEMPLATE_LINES },
	{ "links", TEMPLATE_LINES | TEMPLATE_LINKS },
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static size_t count(struct slice text, char wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == wanted;
	return n;
}

/* Tags of a page are the template's own: each part of it is used as often as
 * there are lines in a value, so without repeats there are never more. */
static void check(enum template_form form, struct slice source,
		  const struct slice values[FIELDS], struct slice made)
{
	bool repeats = slice_find(source, S("{{li")) >= 0;

	if (form == TEMPLATE_LINE &&
	    (count(made, '\n') || count(made, '\r')))
		abort();
	if (form == TEMPLATE_HTML && !repeats &&
	    count(made, '<') > count(source, '<'))
		abort();
	for (size_t i = 0; i < FIELDS; i++)
		if (values[i].len == 0)
			return;
	if (!count(source, '\x1b') && count(made, '\x1b'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum template_form forms[] = {
		TEMPLATE_HTML, TEMPLATE_TEXT, TEMPLATE_LINE
	};
	struct slice rest = { (const char *)data, size }, source;
	struct slice values[FIELDS];
	enum template_form form;
	struct template *template;
	struct text made = TEXT_INIT(1 << 20);
	struct err err;

	if (size == 0)
		return 0;
	form = forms[data[0] % 3];
	rest = slice_after(rest, 1);
	source = slice_cut(&rest, '\1');
	for (size_t i = 0; i < FIELDS; i++)
		values[i] = slice_cut(&rest, '\1');
	if (template_parse(source, "fuzz", fields, FIELDS, &template, &err)) {
		if (!strstr(err.text, "fuzz:"))
			abort();
		return 0;
	}
	template_render(template, form, values, &made);
	check(form, source, values, text_slice(&made));
	text_release(&made);
	template_free(&template);
	return 0;
}
