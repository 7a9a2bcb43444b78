#include "packaging/manual/describe.h"

#include <string.h>

/* Of a page's source; an escape makes a word longer. */
enum { COLUMNS = 80, TAB = 8, ROFF_COLUMNS = 66 };

static int width(const char *text)
{
	int columns = 0;

	for (; *text; text++)
		columns += *text == '\t' ? TAB : 1;
	return columns;
}

/* Without the blanks at its end: an empty comment line is "//". */
static void put_trimmed(FILE *out, const char *prefix)
{
	size_t len = strlen(prefix);

	while (len > 0 && prefix[len - 1] == ' ')
		len--;
	fprintf(out, "%.*s\n", (int)len, prefix);
}

/* One line's words behind those that stand there; *column_at is where the next
 * one would begin, 0 before the first. */
static void put_words(FILE *out, const char *prefix, struct slice line,
		      int *column_at)
{
	while ((line = slice_trim(line)).len > 0) {
		struct slice word = slice_cut(&line, ' ');

		if (*column_at &&
		    *column_at + 1 + (int)word.len > COLUMNS) {
			fputc('\n', out);
			*column_at = 0;
		}
		if (*column_at) {
			fputc(' ', out);
			(*column_at)++;
		} else {
			fputs(prefix, out);
			*column_at = width(prefix);
		}
		fprintf(out, "%.*s", (int)word.len, word.ptr);
		*column_at += (int)word.len;
	}
}

static void end_line(FILE *out, int *column_at)
{
	if (*column_at)
		fputc('\n', out);
	*column_at = 0;
}

void prose_comment(FILE *out, const char *prefix, const char *text)
{
	struct slice rest = slice_from(text);
	int column = 0;

	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.len == 0) {
			end_line(out, &column);
			put_trimmed(out, prefix);
		} else if (line.ptr[0] == ' ') {
			end_line(out, &column);
			fprintf(out, "%s%.*s\n", prefix, (int)line.len,
				line.ptr);
		} else {
			put_words(out, prefix, line, &column);
		}
	}
	end_line(out, &column);
}

static void add_roff(struct text *out, struct slice text)
{
	static const char *const escapes[128] = {
		['\\'] = "\\e",	  ['-'] = "\\-",    ['\''] = "\\(aq",
		['`'] = "\\(ga",  ['^'] = "\\(ha",  ['~'] = "\\(ti",
		['"'] = "\\(dq",
	};

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 128 && escapes[c])
			text_add_string(out, escapes[c]);
		else
			text_add_char(out, text.ptr[i]);
	}
}

void roff(FILE *out, const char *text)
{
	struct text line = TEXT_INIT(1 << 16);

	add_roff(&line, slice_from(text));
	fputs(text_string(&line), out);
	text_release(&line);
}

/* A full stop in the first column would be a request. */
static void roff_line(FILE *out, struct slice line)
{
	struct text text = TEXT_INIT(1 << 16);

	add_roff(&text, line);
	fprintf(out, "%s%s\n", line.ptr[0] == '.' ? "\\&" : "",
		text_string(&text));
	text_release(&text);
}

/* The same in lines of a page's source, which fills them anew. */
static void roff_words(FILE *out, struct slice rest)
{
	struct text line = TEXT_INIT(1 << 16);

	while ((rest = slice_trim(rest)).len > 0) {
		struct slice word = slice_cut(&rest, ' ');

		if (line.len && line.len + 1 + word.len > ROFF_COLUMNS) {
			fprintf(out, "%s\n", text_string(&line));
			text_clear(&line);
		}
		if (line.len)
			text_add_char(&line, ' ');
		else if (word.ptr[0] == '.')
			text_add_string(&line, "\\&");
		add_roff(&line, word);
	}
	if (line.len)
		fprintf(out, "%s\n", text_string(&line));
	text_release(&line);
}

void prose_roff(FILE *out, const char *gap, const char *text)
{
	struct slice rest = slice_from(text);
	bool is_literal = false, is_apart = false;

	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.len == 0) {
			is_apart = true;
			continue;
		}
		if (is_literal && line.ptr[0] != ' ')
			fputs(".fi\n", out);
		if (is_apart)
			fprintf(out, "%s\n", gap);
		if (!is_literal && line.ptr[0] == ' ')
			fputs(".nf\n", out);
		is_literal = line.ptr[0] == ' ';
		is_apart = false;
		if (is_literal)
			roff_line(out, line);
		else
			roff_words(out, line);
	}
	if (is_literal)
		fputs(".fi\n", out);
}
