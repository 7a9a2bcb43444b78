/*
 * Any text as a file of SQL: the tokens must be all of its bytes in order,
 * and splitting it twice must give the same statements.
 */
#include "detector/panel/sql_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tokens_cover_everything(struct slice text)
{
	struct slice rest = text;
	const char *at = text.ptr;

	while (rest.len > 0) {
		struct sql_token token = sql_next(&rest);
		bool colon = token.kind == SQL_PARAMETER;

		if (token.text.ptr != at + colon || token.text.len == 0)
			abort();
		at = token.text.ptr + token.text.len;
		if (token.kind == SQL_REFUSED && *sql_refusal(token) == '\0')
			abort();
	}
	if (at != text.ptr + text.len)
		abort();
}

/* A statement holds something and no ';' of its own. */
static void check_statement(struct slice sql)
{
	bool says_something = false;

	while (sql.len > 0) {
		struct sql_token token = sql_next(&sql);

		if (token.kind == SQL_SEMICOLON || token.kind == SQL_REFUSED)
			abort();
		says_something |= token.kind != SQL_BLANK &&
				  token.kind != SQL_COMMENT;
	}
	if (!says_something)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size }, rest = text, sql;
	enum sql_found found;
	struct err err;

	if (size == 0)
		return 0;
	tokens_cover_everything(text);
	while ((found = sql_statement(&rest, &sql, &err)) == SQL_FOUND)
		check_statement(sql);
	if (found == SQL_NO_MORE && rest.len != 0)
		abort();
	return 0;
}
