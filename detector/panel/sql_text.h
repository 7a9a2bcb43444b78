/*
 * sql_text - reads SQL as far as needed to find parameters, statement ends
 * and the words outside quotes; it never understands a statement.
 *
 * MariaDB, MySQL and SQLite must see the same quotes and comments as we do,
 * else a parameter could hide in a string of theirs. What they read
 * differently is therefore refused: '#' (a comment in MySQL only), "--"
 * without a blank behind it (a comment in SQLite only), comments that MySQL
 * runs, a bare '?', and quotes that never end. A backslash in a string is an
 * ordinary byte: db_mysql.c switches NO_BACKSLASH_ESCAPES on.
 *
 * Tokens are borrowed from the text given. Nothing here allocates.
 */
#ifndef DETECTOR_PANEL_SQL_TEXT_H
#define DETECTOR_PANEL_SQL_TEXT_H

#include "base/err.h"
#include "base/slice.h"

enum sql_kind {
	SQL_END,
	SQL_BLANK,
	SQL_COMMENT,		/* with its marks, without the newline */
	SQL_QUOTED,		/* '...', "..." or `...` */
	SQL_WORD,		/* name, keyword or number */
	SQL_PARAMETER,		/* the name without its colon */
	SQL_SEMICOLON,
	SQL_SIGN,		/* anything else, one byte, or "::" */
	SQL_REFUSED		/* see sql_refusal() */
};

struct sql_token {
	enum sql_kind kind;
	struct slice text;
};

/* Take the next token from the front of *rest. Every byte but a parameter's
 * colon is in exactly one token. After SQL_REFUSED there is nothing more to
 * be had from this text. */
struct sql_token sql_next(struct slice *rest);

/* Why a token was refused, for the error text. */
const char *sql_refusal(struct sql_token token);

/* Is it this keyword, in any case? */
bool sql_is_word(struct sql_token token, const char *keyword);

enum sql_found { SQL_FOUND, SQL_NO_MORE, SQL_BAD };

/*
 * Take the next statement from *rest, without its ';' but with the comments
 * in front of it. Empty statements are skipped. SQL_BAD fills in *err.
 */
enum sql_found sql_statement(struct slice *rest, struct slice *statement_out,
			     struct err *err);

/* Which line of `whole` the bytes at `at` are on, from 1. */
int sql_line(struct slice whole, const char *at);

#endif
