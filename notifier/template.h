/*
 * template - one text with {{placeholders}}, read once and checked.
 *
 *   {{name}}              the value
 *   {{?name}}...{{/name}} left out when the value is empty
 *   {{!name}}...{{/name}} left out when it is not
 *
 * Sections may be nested. A section mark alone on its line takes the line
 * away with it. A value of several lines (TEMPLATE_LINES) repeats the line
 * of the template it stands on, so "  - {{reasons}}" becomes a list.
 *
 * Values are hostile: control characters, characters that turn the direction
 * of writing or show nothing, and bytes that are no UTF-8 never come out.
 */
#ifndef NOTIFIER_TEMPLATE_H
#define NOTIFIER_TEMPLATE_H

#include "base/err.h"
#include "base/text.h"

enum {
	TEMPLATE_LINES = 1,	/* may have several lines */
	TEMPLATE_LINKS = 2,	/* https://... in it becomes a link in HTML;
				 * only for values of the operator's */
	TEMPLATE_DEPTH_MAX = 8
};

struct template_field {
	const char *name;
	unsigned flags;
};

enum template_form {
	TEMPLATE_HTML,		/* values are escaped */
	TEMPLATE_TEXT,
	TEMPLATE_LINE		/* a header: the result has no line ends */
};

struct template;

/*
 * `source` is copied; `fields` must outlive the template. An unknown name, a
 * placeholder without its end or a section that is not closed is an error
 * that says `where`:line.
 */
int template_parse(struct slice source, const char *where,
		   const struct template_field *fields, size_t n_fields,
		   struct template **template_out, struct err *err);

void template_free(struct template **template);

/* Append the text with values[i] for fields[i]. */
void template_render(const struct template *template, enum template_form form,
		     const struct slice *values, struct text *out);

#endif
