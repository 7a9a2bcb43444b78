#include "notifier/wrap.h"

static size_t columns(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
	return n;
}

/* Blanks in front of the line, and its "- " or "12. ". */
static size_t indent_of(struct slice line)
{
	size_t at = 0, digits;

	while (at < line.len && line.ptr[at] == ' ')
		at++;
	if (at + 1 < line.len && line.ptr[at] == '-' &&
	    line.ptr[at + 1] == ' ')
		return at + 2;
	digits = at;
	while (digits < line.len && is_digit(line.ptr[digits]))
		digits++;
	if (digits > at && digits + 1 < line.len &&
	    line.ptr[digits] == '.' && line.ptr[digits + 1] == ' ')
		return digits + 2;
	return at;
}

static void wrap_line(struct slice line, struct text *out)
{
	/* Half a line of blanks leaves no room for words. */
	size_t indent = indent_of(line) % (WRAP_COLUMNS / 2);
	struct slice rest = slice_after(line, indent);
	size_t used = indent;

	text_add(out, slice_sub(line, 0, indent));
	while (rest.len > 0) {
		struct slice word = slice_cut(&rest, ' ');
		size_t wide = columns(word);

		if (wide == 0)
			continue;
		if (used > indent && used + 1 + wide > WRAP_COLUMNS) {
			text_addf(out, "\n%*s", (int)indent, "");
			used = indent;
		} else if (used > indent) {
			text_add_char(out, ' ');
			used++;
		}
		text_add(out, word);
		used += wide;
	}
}

void wrap_text(struct slice source, struct text *out)
{
	while (source.len > 0) {
		struct slice line = slice_cut(&source, '\n');

		if (columns(line) <= WRAP_COLUMNS)
			text_add(out, line);
		else
			wrap_line(line, out);
		text_add_char(out, '\n');
	}
}
