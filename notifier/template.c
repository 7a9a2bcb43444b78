#include "notifier/template.h"

#include <stdlib.h>
#include <string.h>

enum part_kind { PART_TEXT, PART_VALUE, PART_LINES, PART_SECTION };

struct part {
	enum part_kind kind;
	size_t field;
	struct slice text;	/* PART_TEXT; PART_LINES: in front of it */
	struct slice behind;	/* PART_LINES, with its line end */
	size_t end;		/* PART_SECTION: the part after it */
	bool when_empty;	/* PART_SECTION: {{!name}} */
};

struct template {
	char *source;
	struct part *parts;
	size_t n_parts;
	const struct template_field *fields;
};

struct parser {
	struct template *template;
	struct slice source;
	size_t at;		/* up to here everything became a part */
	const char *where;
	size_t n_fields;
	size_t open[TEMPLATE_DEPTH_MAX];	/* sections, as part indices */
	size_t n_open;
	struct err *err;
};

/* One {{...}} in the source. */
struct mark {
	size_t start, end;
	char sign;		/* '?', '!', '/' or 0 */
	size_t field;
};

static size_t line_of(const struct parser *parser, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += parser->source.ptr[i] == '\n';
	return line;
}

static int complain(struct parser *parser, size_t at, const char *what,
		    struct slice name)
{
	struct text shown = TEXT_INIT(256);

	text_add_visible(&shown, slice_sub(name, 0, 60));
	err_set(parser->err, EXIT_CONFIG, "template %s:%zu: {{%s}} %s",
		parser->where, line_of(parser, at), text_string(&shown), what);
	text_release(&shown);
	return -1;
}

static struct part *add_part(struct parser *parser, enum part_kind kind)
{
	struct template *template = parser->template;
	struct part *grown = reallocarray(template->parts,
					  template->n_parts + 1,
					  sizeof(*grown));

	if (!grown)
		abort();
	template->parts = grown;
	grown += template->n_parts++;
	*grown = (struct part){ .kind = kind };
	return grown;
}

static void add_text(struct parser *parser, size_t end)
{
	if (end > parser->at)
		add_part(parser, PART_TEXT)->text =
			slice_sub(parser->source, parser->at, end);
	parser->at = end;
}

static bool find_field(const struct parser *parser, struct slice name,
		       size_t *field_out)
{
	for (size_t i = 0; i < parser->n_fields; i++) {
		if (!slice_eq(name,
			      slice_from(parser->template->fields[i].name)))
			continue;
		*field_out = i;
		return true;
	}
	return false;
}

/* The mark that begins at `start`. */
static int read_mark(struct parser *parser, size_t start, struct mark *mark)
{
	struct slice rest = slice_after(parser->source, start + 2);
	ptrdiff_t len = slice_find(rest, S("}}"));
	struct slice name = slice_sub(rest, 0, len < 0 ? 20 : (size_t)len);

	if (len < 0 || slice_find_char(name, '\n') >= 0)
		return complain(parser, start, "has no }} on its line",
				slice_cut(&name, '\n'));
	mark->start = start;
	mark->end = start + 2 + (size_t)len + 2;
	if (name.len > 0 && name.ptr[0] && strchr("?!/", name.ptr[0])) {
		mark->sign = name.ptr[0];
		name = slice_after(name, 1);
	}
	if (!find_field(parser, name, &mark->field))
		return complain(parser, start, "is no placeholder we know; "
				"notifier/letter.c has the list", name);
	return 0;
}

static size_t line_start(struct slice source, size_t at)
{
	while (at > 0 && source.ptr[at - 1] != '\n')
		at--;
	return at;
}

/* Behind the line end, or the end of the source. */
static size_t line_end(struct slice source, size_t at)
{
	while (at < source.len && source.ptr[at] != '\n')
		at++;
	return at < source.len ? at + 1 : at;
}

/* Let a section mark alone on its line take the whole line. */
static void widen(const struct parser *parser, struct mark *mark)
{
	size_t start = line_start(parser->source, mark->start);
	size_t end = line_end(parser->source, mark->end);
	struct slice before = slice_sub(parser->source, start, mark->start);
	struct slice after = slice_sub(parser->source, mark->end, end);

	if (slice_trim(before).len || slice_trim(after).len)
		return;
	mark->start = start;
	mark->end = end;
}

static int add_lines(struct parser *parser, const struct mark *mark)
{
	size_t start = line_start(parser->source, mark->start);
	size_t end = line_end(parser->source, mark->end);
	struct slice before = slice_sub(parser->source, start, mark->start);
	struct slice after = slice_sub(parser->source, mark->end, end);
	struct part *part;

	if (start < parser->at || slice_find(before, S("{{")) >= 0 ||
	    slice_find(after, S("{{")) >= 0)
		return complain(parser, mark->start,
				"must be the only mark on its line, as the "
				"line is repeated", slice_from(
				parser->template->fields[mark->field].name));
	add_text(parser, start);
	part = add_part(parser, PART_LINES);
	part->field = mark->field;
	part->text = before;
	part->behind = after;
	parser->at = end;
	return 0;
}

static int open_section(struct parser *parser, const struct mark *mark)
{
	struct part *part;

	if (parser->n_open == TEMPLATE_DEPTH_MAX)
		return complain(parser, mark->start, "is nested too deep",
				S("section"));
	part = add_part(parser, PART_SECTION);
	part->field = mark->field;
	part->when_empty = mark->sign == '!';
	parser->open[parser->n_open++] = parser->template->n_parts - 1;
	return 0;
}

static int close_section(struct parser *parser, const struct mark *mark)
{
	struct template *template = parser->template;
	struct slice name = slice_from(template->fields[mark->field].name);
	struct part *section;

	if (parser->n_open == 0)
		return complain(parser, mark->start, "is closed but was never "
				"opened", name);
	section = &template->parts[parser->open[parser->n_open - 1]];
	if (section->field != mark->field)
		return complain(parser, mark->start, "is closed while another "
				"one is still open inside it", name);
	section->end = template->n_parts;
	parser->n_open--;
	return 0;
}

static int add_mark(struct parser *parser, struct mark *mark)
{
	unsigned flags = parser->template->fields[mark->field].flags;

	if (!mark->sign && (flags & TEMPLATE_LINES))
		return add_lines(parser, mark);
	if (mark->sign)
		widen(parser, mark);
	/* Two section marks may have claimed the blanks between them. */
	add_text(parser, mark->start > parser->at ? mark->start : parser->at);
	parser->at = mark->end;
	if (mark->sign == '/')
		return close_section(parser, mark);
	if (mark->sign)
		return open_section(parser, mark);
	add_part(parser, PART_VALUE)->field = mark->field;
	return 0;
}

static int parse(struct parser *parser)
{
	for (;;) {
		struct slice rest = slice_after(parser->source, parser->at);
		ptrdiff_t found = slice_find(rest, S("{{"));
		struct mark mark = { .sign = '\0' };

		if (found < 0)
			break;
		if (read_mark(parser, parser->at + (size_t)found, &mark) ||
		    add_mark(parser, &mark))
			return -1;
	}
	add_text(parser, parser->source.len);
	if (parser->n_open > 0) {
		size_t open = parser->open[parser->n_open - 1];
		size_t field = parser->template->parts[open].field;

		return complain(parser, parser->source.len, "is not closed",
				slice_from(parser->template->fields[field]
						   .name));
	}
	return 0;
}

int template_parse(struct slice source, const char *where,
		   const struct template_field *fields, size_t n_fields,
		   struct template **template_out, struct err *err)
{
	struct template *template = calloc(1, sizeof(*template));
	struct parser parser = { .template = template, .where = where,
				 .n_fields = n_fields, .err = err };

	if (!template)
		abort();
	template->fields = fields;
	template->source = malloc(source.len + 1);
	if (!template->source)
		abort();
	if (source.len)
		memcpy(template->source, source.ptr, source.len);
	parser.source = (struct slice){ template->source, source.len };
	if (parse(&parser)) {
		template_free(&template);
		return -1;
	}
	*template_out = template;
	return 0;
}

void template_free(struct template **template)
{
	if (!*template)
		return;
	free((*template)->parts);
	free((*template)->source);
	free(*template);
	*template = NULL;
}

/* Characters that are valid but deceive: zero width, marks and overrides of
 * the writing direction, line and paragraph separators, byte order mark. */
static bool deceives(struct slice one)
{
	unsigned second, third;

	if (one.len != 3)
		return false;
	second = (unsigned char)one.ptr[1];
	third = (unsigned char)one.ptr[2];
	switch ((unsigned char)one.ptr[0]) {
	case 0xe2:
		return (second == 0x80 && third >= 0x8b && third <= 0x8f) ||
		       (second == 0x80 && third >= 0xa8 && third <= 0xae) ||
		       (second == 0x81 && third >= 0xa0 && third <= 0xaf);
	case 0xef:
		return second == 0xbb && third == 0xbf;
	default:
		return false;
	}
}

/* U+0000 to U+001F, U+007F to U+009F. */
static bool is_control(struct slice one)
{
	unsigned char first = (unsigned char)one.ptr[0];

	if (one.len == 2)
		return first == 0xc2 && (unsigned char)one.ptr[1] < 0xa0;
	return one.len == 1 && (first < 0x20 || first == 0x7f);
}

/* Bytes at the start with nothing to be left out or replaced in them. */
static size_t harmless(struct slice value)
{
	size_t n = 0;

	while (n < value.len) {
		unsigned char c = (unsigned char)value.ptr[n];
		struct slice one;
		size_t len;

		if (c >= 0x20 && c < 0x7f) {
			n++;
			continue;
		}
		len = c < 0x80 ? 0 : utf8_character(slice_after(value, n));
		one = slice_sub(value, n, n + len);
		if (len == 0 || is_control(one) || deceives(one))
			break;
		n += len;
	}
	return n;
}

static void add_harmless(struct text *out, struct slice value,
			 enum template_form form)
{
	if (form == TEMPLATE_HTML)
		text_add_html(out, value);
	else
		text_add(out, value);
}

/* What is no character becomes U+FFFD; controls and deceivers are left out. */
static void add_value(struct text *out, struct slice value,
		      enum template_form form)
{
	while (value.len > 0) {
		size_t n = harmless(value);
		size_t len;
		struct slice one;

		add_harmless(out, slice_sub(value, 0, n), form);
		value = slice_after(value, n);
		if (value.len == 0)
			return;
		len = utf8_character(value);
		one = slice_sub(value, 0, len ? len : 1);
		value = slice_after(value, one.len);
		if (len == 0)
			text_add_string(out, "\xef\xbf\xbd");
		else if (one.ptr[0] == '\n' || one.ptr[0] == '\t')
			text_add_char(out, ' ');
	}
}

/* "Name https://host/path" with the address as a link that shows its host: a
 * whole address is too wide for a telephone. */
static void add_linked(struct text *out, struct slice value)
{
	ptrdiff_t at = slice_find(value, S("https://"));
	struct slice link, host, before;

	if (at < 0) {
		add_value(out, value, TEMPLATE_HTML);
		return;
	}
	before = slice_sub(value, 0, (size_t)at);
	value = slice_after(value, (size_t)at);
	link = value;
	link = slice_cut(&link, ' ');
	add_value(out, before, TEMPLATE_HTML);
	text_add_string(out, "<a href=\"");
	add_value(out, link, TEMPLATE_HTML);
	text_add_string(out, "\">");
	host = slice_after(link, strlen("https://"));
	add_value(out, slice_cut(&host, '/'), TEMPLATE_HTML);
	text_add_string(out, "</a>");
	add_value(out, slice_after(value, link.len), TEMPLATE_HTML);
}

/* Our own line ends in a header's template: blanks. */
static void add_own(struct text *out, struct slice text,
		    enum template_form form)
{
	if (form != TEMPLATE_LINE) {
		text_add(out, text);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		bool is_end = text.ptr[i] == '\n' || text.ptr[i] == '\r';

		text_add_char(out, is_end ? ' ' : text.ptr[i]);
	}
}

static void add_repeated(const struct part *part, unsigned flags,
			 enum template_form form, struct slice value,
			 struct text *out)
{
	while (value.len > 0) {
		struct slice line = slice_trim(slice_cut(&value, '\n'));

		if (line.len == 0)
			continue;
		add_own(out, part->text, form);
		if (form == TEMPLATE_HTML && (flags & TEMPLATE_LINKS))
			add_linked(out, line);
		else
			add_value(out, line, form);
		add_own(out, part->behind, form);
	}
}

void template_render(const struct template *template, enum template_form form,
		     const struct slice *values, struct text *out)
{
	for (size_t i = 0; i < template->n_parts; i++) {
		const struct part *part = &template->parts[i];
		struct slice value = values[part->field];

		switch (part->kind) {
		case PART_TEXT:
			add_own(out, part->text, form);
			break;
		case PART_VALUE:
			add_value(out, value, form);
			break;
		case PART_LINES:
			add_repeated(part, template->fields[part->field].flags,
				     form, value, out);
			break;
		case PART_SECTION:
			if ((value.len == 0) != part->when_empty)
				i = part->end - 1;
			break;
		}
	}
}
