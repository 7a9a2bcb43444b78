#include "detector/panel/sql_text.h"

#include <string.h>

static bool is_name_start(char c)
{
	return is_letter(c) || c == '_';
}

/* '$' and bytes beyond ASCII may stand in names of all three databases. */
static bool is_name(char c)
{
	return is_name_start(c) || is_digit(c);
}

static bool is_word(char c)
{
	return is_name(c) || c == '$' || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t run_of(struct slice text, size_t from, bool (*is)(char))
{
	size_t at = from;

	while (at < text.len && is(text.ptr[at]))
		at++;
	return at;
}

static struct sql_token take(struct slice *rest, enum sql_kind kind,
			     size_t len)
{
	struct sql_token token = { kind, { rest->ptr, len } };

	/* Also at the end *rest points there: statements are measured by it. */
	rest->ptr += len;
	rest->len -= len;
	return token;
}

/* A doubled quote is two strings side by side to us, which cuts no text in
 * the wrong place. */
static struct sql_token take_quoted(struct slice *rest)
{
	const char *end = memchr(rest->ptr + 1, rest->ptr[0], rest->len - 1);

	if (!end)
		return take(rest, SQL_REFUSED, rest->len);
	return take(rest, SQL_QUOTED, (size_t)(end - rest->ptr) + 1);
}

static struct sql_token take_line_comment(struct slice *rest)
{
	ptrdiff_t end = slice_find_char(*rest, '\n');

	if (rest->len > 2 && !is_blank(rest->ptr[2]))
		return take(rest, SQL_REFUSED, rest->len);
	return take(rest, SQL_COMMENT, end < 0 ? rest->len : (size_t)end);
}

/* MySQL runs what stands in a comment that begins with '!' or "M!", and an
 * optimizer reads '+': no comment of ours needs them. */
static struct sql_token take_block_comment(struct slice *rest)
{
	struct slice inside = slice_after(*rest, 2);
	ptrdiff_t end = slice_find(inside, S("*/"));

	if (end < 0 || slice_starts(inside, S("!")) ||
	    slice_starts(inside, S("M!")) || slice_starts(inside, S("+")))
		return take(rest, SQL_REFUSED, rest->len);
	return take(rest, SQL_COMMENT, (size_t)end + 4);
}

static struct sql_token take_colon(struct slice *rest)
{
	size_t end;

	if (rest->len > 1 && rest->ptr[1] == ':')
		return take(rest, SQL_SIGN, 2);
	if (rest->len < 2 || !is_name_start(rest->ptr[1]))
		return take(rest, SQL_SIGN, 1);
	*rest = slice_after(*rest, 1);
	end = run_of(*rest, 0, is_name);
	return take(rest, SQL_PARAMETER, end);
}

struct sql_token sql_next(struct slice *rest)
{
	if (rest->len == 0)
		return (struct sql_token){ SQL_END, *rest };
	if (is_blank(rest->ptr[0]))
		return take(rest, SQL_BLANK, run_of(*rest, 0, is_blank));
	if (is_word(rest->ptr[0]))
		return take(rest, SQL_WORD, run_of(*rest, 0, is_word));
	if (slice_starts(*rest, S("--")))
		return take_line_comment(rest);
	if (slice_starts(*rest, S("/*")))
		return take_block_comment(rest);
	switch (rest->ptr[0]) {
	case '\'': case '"': case '`':
		return take_quoted(rest);
	case ':':
		return take_colon(rest);
	case ';':
		return take(rest, SQL_SEMICOLON, 1);
	case '#': case '?': case '\0':
		return take(rest, SQL_REFUSED, rest->len);
	default:
		return take(rest, SQL_SIGN, 1);
	}
}

const char *sql_refusal(struct sql_token token)
{
	switch (token.text.len ? token.text.ptr[0] : '\0') {
	case '\'': case '"': case '`':
		return "a quote is opened and never closed";
	case '-':
		return "'--' needs a blank behind it to be a comment "
		       "everywhere";
	case '/':
		return "a comment never ends, or is one that MySQL would run";
	case '#':
		return "'#' is a comment in MySQL only; write '-- '";
	case '?':
		return "parameters are written :name, not '?'";
	default:
		return "there is a NUL byte in it";
	}
}

bool sql_is_word(struct sql_token token, const char *keyword)
{
	return token.kind == SQL_WORD &&
	       slice_eq_nocase(token.text, slice_from(keyword));
}

static bool says_something(struct sql_token token)
{
	return token.kind != SQL_BLANK && token.kind != SQL_COMMENT;
}

enum sql_found sql_statement(struct slice *rest, struct slice *statement_out,
			     struct err *err)
{
	struct slice whole = *rest, start = *rest;
	bool empty = true;

	for (;;) {
		struct sql_token token = sql_next(rest);

		if (token.kind == SQL_REFUSED) {
			err_set(err, EXIT_DATA, "line %d: %s",
				sql_line(whole, token.text.ptr),
				sql_refusal(token));
			return SQL_BAD;
		}
		if (token.kind == SQL_END && empty)
			return SQL_NO_MORE;
		if (token.kind == SQL_SEMICOLON && empty) {
			start = *rest;
			continue;
		}
		if (token.kind == SQL_SEMICOLON || token.kind == SQL_END) {
			start.len = (size_t)(token.text.ptr - start.ptr);
			*statement_out = slice_trim(start);
			return SQL_FOUND;
		}
		empty = empty && !says_something(token);
	}
}

int sql_line(struct slice whole, const char *at)
{
	int line = 1;

	for (size_t i = 0; i < whole.len && whole.ptr + i < at; i++)
		line += whole.ptr[i] == '\n';
	return line;
}
