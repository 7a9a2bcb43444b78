/*
 * The list of blocks: newest first, searched and filtered by a form that
 * changes nothing, a page at a time.
 */
#include "detector/http/support.h"

#include "base/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 40, COUNTRIES_SHOWN = 2 };

static const char home[] = "/support";

/* What the reader asks for. */
struct wish {
	char state[16], search[PANEL_LOGIN_SIZE], since[16], cursor[24];
	struct block_filter filter;
};

/* "2026-11-15" as the browser's date field gives it: that day's beginning
 * here. */
static bool read_day(const char *text, int64_t *at_ms_out)
{
	char stamp[STAMP_TEXT_SIZE];
	int64_t utc_ms;

	snprintf(stamp, sizeof(stamp), "%.10sT00:00:00Z", text);
	if (strlen(text) != 10 || !stamp_parse(slice_from(stamp), &utc_ms))
		return false;
	*at_ms_out = utc_ms - stamp_zone_offset_ms(utc_ms);
	return true;
}

/* A filter that cannot be read is shown as none: the form then says what
 * holds. */
static void read_wish(const struct visit *visit, struct wish *wish)
{
	const struct http_request *request = visit->exchange->request;
	const struct {
		const char *name;
		char *out;
		size_t size;
	} texts[] = {
		{ "state", wish->state, sizeof(wish->state) },
		{ "q", wish->search, sizeof(wish->search) },
		{ "since", wish->since, sizeof(wish->since) },
		{ "cursor", wish->cursor, sizeof(wish->cursor) },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (http_query(request, texts[i].name, texts[i].out,
			       texts[i].size) != QUERY_GIVEN)
			texts[i].out[0] = '\0';
	if (strcmp(wish->state, "active") != 0 &&
	    strcmp(wish->state, "lifted") != 0)
		wish->state[0] = '\0';
	if (!read_day(wish->since, &wish->filter.since_ms))
		wish->since[0] = '\0';
	if (!slice_whole(slice_from(wish->cursor), &wish->filter.before_id))
		wish->cursor[0] = '\0';
	wish->filter.state = wish->state[0] ? wish->state : NULL;
	wish->filter.search = slice_trim(slice_from(wish->search));
	wish->filter.seen_by = exchange_limited_to(visit->exchange);
	wish->filter.limit = ROWS;
}

static void put_option(struct visit *visit, const char *value,
		       const char *chosen, const char *word)
{
	putf(visit, "<option value=\"%s\"%s>", value,
	     strcmp(value, chosen) == 0 ? " selected" : "");
	put_word(visit, word);
	put(visit, "</option>");
}

static void put_filters(struct visit *visit, const struct wish *wish)
{
	put(visit, "<form class=\"filters\" role=\"search\" method=\"get\""
	    " action=\"");
	put_path(visit, home);
	put(visit, "\">\n<p><label for=\"q\">");
	put_word(visit, "list.search");
	put(visit, "</label>\n<input id=\"q\" name=\"q\" type=\"search\""
	    " maxlength=\"255\" autocomplete=\"off\" spellcheck=\"false\""
	    " value=\"");
	text_add_html(visit->out, slice_from(wish->search));
	put(visit, "\"></p>\n<p><label for=\"state\">");
	put_word(visit, "list.state");
	put(visit, "</label>\n<select id=\"state\" name=\"state\">");
	put_option(visit, "", wish->state, "list.all");
	put_option(visit, "active", wish->state, "list.active");
	put_option(visit, "lifted", wish->state, "list.lifted");
	put(visit, "</select></p>\n<p><label for=\"since\">");
	put_word(visit, "list.since");
	putf(visit, "</label>\n<input id=\"since\" name=\"since\""
	     " type=\"date\" value=\"%s\"></p>\n<p><button>", wish->since);
	put_word(visit, "list.button");
	put(visit, "</button></p>\n</form>\n");
}

static void put_count(struct visit *visit, const char *word, int64_t n,
		      const char *class)
{
	putf(visit, "<div%s><dt>", n > 0 ? class : "");
	put_word(visit, word);
	putf(visit, "</dt><dd>%lld</dd></div>\n", (long long)n);
}

static int put_counts(struct visit *visit, const struct wish *wish,
		      struct err *err)
{
	struct exchange *exchange = visit->exchange;
	struct blocks_counts counts;

	if (blocks_counts(exchange->context->blocks, wish->filter.seen_by,
			  exchange->request->now_ms, &counts, err))
		return -1;
	put(visit, "<dl class=\"counts\">\n");
	put_count(visit, "count.active", counts.active,
		  " class=\"stopped\"");
	put_count(visit, "count.waiting", counts.waiting, "");
	put_count(visit, "count.failed", counts.failed, " class=\"stopped\"");
	/* An owner may call because of it; an operator decides. */
	if (counts.held > 0)
		put_count(visit, "count.held", counts.held,
			  " class=\"stopped\"");
	put(visit, "</dl>\n");
	return 0;
}

/* --- the rows --- */

struct rows {
	struct visit *visit;
	int64_t n, last_id;
	struct slice search;
	bool has_exact;
};

static void put_countries(struct visit *visit, const struct json *countries)
{
	size_t n = json_length(countries);

	for (size_t i = 0; i < n && i < COUNTRIES_SHOWN; i++) {
		put(visit, i ? ", " : "");
		put_country(visit, json_text(json_at(countries, i)));
	}
	if (n > COUNTRIES_SHOWN)
		put(visit, " &#8230;");
}

/* How many recipients, from where; or that a person stopped it. */
static void put_seen(struct visit *visit, const struct block *block)
{
	struct err ignored;
	struct json *verdict = json_parse(text_slice(&block->verdict),
					  &ignored);
	const struct json *window = json_get(verdict, "window");

	put_cell(visit, "column.recipients");
	if (window)
		putf(visit, "%lld", (long long)json_get_integer(
					    window, "recipients", 0));
	else
		put(visit, "&#8211;");
	put(visit, "</td>");
	put_cell(visit, "column.from");
	if (window)
		put_countries(visit, json_get(window, "countries"));
	else
		put_word(visit, "seen.by_hand");
	put(visit, "</td>");
	json_free(&verdict);
}

static void put_standing(struct visit *visit, const struct block *block)
{
	putf(visit, "<span class=\"mark %s\">",
	     block->is_active ? "stopped" : "open");
	put_word(visit, block->is_active ? "state.active" : "state.lifted");
	put(visit, "</span>");
	if (!block->is_active) {
		put(visit, " ");
		put_time(visit, block->lifted_ms);
	}
}

void put_marks(struct visit *visit, const struct block *block)
{
	const struct {
		bool is_set;
		const char *word;
	} marks[] = {
		{ block->is_repeat, "mark.repeat" },
		{ block->says_mine && !block->is_trusted, "mark.mine" },
		{ block->is_trusted, "mark.trusted" },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!marks[i].is_set)
			continue;
		put(visit, " <span class=\"mark\">");
		put_word(visit, marks[i].word);
		put(visit, "</span>");
	}
}

void put_block_row(struct visit *visit, const struct block *block)
{
	char path[SUPPORT_PATH_SIZE];

	path_of_block(block->id, path);
	put(visit, "<tr><th scope=\"row\" class=\"who\"><a href=\"");
	put_path(visit, path);
	put(visit, "\">");
	put_string(visit, block->account);
	putf(visit, "</a> <span class=\"number\">#%lld</span></th>",
	     (long long)block->id);
	put_cell(visit, "column.blocked");
	put_time(visit, block->blocked_ms);
	put(visit, "</td>");
	put_cell(visit, "column.state");
	put_standing(visit, block);
	put_marks(visit, block);
	put(visit, "</td>");
	put_seen(visit, block);
	put(visit, "</tr>\n");
}

void put_block_table(struct visit *visit, const char *caption)
{
	static const char *const columns[] = { "column.account",
		"column.blocked", "column.state", "column.recipients",
		"column.from", NULL };

	put_table(visit, caption, columns);
}

static int put_row(void *context, const struct block *block)
{
	struct rows *rows = context;

	if (rows->n++ == 0)
		put_block_table(rows->visit, "list.caption");
	rows->last_id = block->id;
	if (slice_eq_nocase(slice_from(block->account), rows->search))
		rows->has_exact = true;
	put_block_row(rows->visit, block);
	return 0;
}

static void put_query(struct visit *visit, const char *name,
		      const char *value)
{
	if (!value[0])
		return;
	putf(visit, "&amp;%s=", name);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (is_letter((char)c) || is_digit((char)c))
			text_add_char(visit->out, (char)c);
		else
			putf(visit, "%%%02X", c);
	}
}

static void put_pages(struct visit *visit, const struct wish *wish,
		      const struct rows *rows)
{
	put(visit, "<nav class=\"pages\" aria-label=\"");
	put_word(visit, "list.pages");
	put(visit, "\">\n");
	for (int older = 0; older < 2; older++) {
		if (older ? rows->n < ROWS : !wish->cursor[0])
			continue;
		put(visit, "<a href=\"");
		put_path(visit, home);
		putf(visit, older ? "?cursor=%lld" : "?",
		     (long long)rows->last_id);
		put_query(visit, "q", wish->search);
		put_query(visit, "state", wish->state);
		put_query(visit, "since", wish->since);
		put(visit, "\">");
		put_word(visit, older ? "list.older" : "list.newest");
		put(visit, "</a>\n");
	}
	put(visit, "</nav>\n");
}

/* A login without a block is found here all the same, as an agent may have to
 * stop it by hand. Another's is not offered. */
static int put_other(struct visit *visit, const struct rows *rows,
		     struct err *err)
{
	char path[SUPPORT_PATH_SIZE];
	bool sees = false, is_known = false;

	if (rows->search.len == 0 || rows->has_exact)
		return 0;
	if (account_look(visit, rows->search, &sees, &is_known, err))
		return -1;
	if (!is_known && (!sees || slice_find_char(rows->search, '@') < 0))
		return 0;
	path_of_account(rows->search, path);
	put(visit, "<p class=\"aside\">");
	put_word(visit, is_known ? "list.never" : "list.unknown");
	put(visit, " <a href=\"");
	put_path(visit, path);
	put(visit, "\">");
	put_strange(visit, rows->search);
	put(visit, "</a></p>\n");
	return 0;
}

static int put_list(struct visit *visit, const struct wish *wish,
		    struct err *err)
{
	struct rows rows = { .visit = visit, .search = wish->filter.search };

	if (blocks_list(visit->exchange->context->blocks, &wish->filter,
			put_row, &rows, err))
		return -1;
	if (rows.n > 0) {
		put_table_end(visit);
	} else {
		put(visit, "<p class=\"aside\">");
		put_word(visit, wish->search[0] || wish->state[0] ||
				wish->since[0] ? "list.nothing"
					       : "list.calm");
		put(visit, "</p>\n");
	}
	if (put_other(visit, &rows, err))
		return -1;
	if (rows.n == ROWS || wish->cursor[0])
		put_pages(visit, wish, &rows);
	return 0;
}

void support_list(struct exchange *exchange)
{
	struct wish wish = { .filter = { .limit = ROWS } };
	struct visit visit;
	struct err err;

	if (!visit_enter(exchange, &visit))
		return;
	read_wish(&visit, &wish);
	visit_hear(&visit, home);
	page_begin(&visit, "list.title", S(""));
	put(&visit, "<h1>");
	put_word(&visit, "list.title");
	put(&visit, "</h1>\n");
	if (put_counts(&visit, &wish, &err)) {
		page_away(&visit, &err);
		return;
	}
	put_filters(&visit, &wish);
	if (put_list(&visit, &wish, &err))
		page_away(&visit, &err);
	else
		page_end(&visit, 200);
}
