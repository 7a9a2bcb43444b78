/*
 * One incident: what happened, what can be done, the evidence, what was done.
 */
#include "detector/http/support.h"

#include "base/stamp.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS_MAX = 24 };

static void put_head(struct visit *visit, const struct block *block)
{
	char path[SUPPORT_PATH_SIZE];

	path_of_account(slice_from(block->account), path);
	put(visit, "<p class=\"trail\"><a href=\"");
	put_path(visit, "/support");
	put(visit, "\">");
	put_word(visit, "list.title");
	putf(visit, "</a> &#8250; ");
	put_word(visit, "incident");
	putf(visit, " %lld</p>\n<h1>", (long long)block->id);
	put_string(visit, block->account);
	putf(visit, "</h1>\n<p class=\"standing %s\"><strong>",
	     block->is_active ? "stopped" : "open");
	put_word(visit, block->is_active ? "is.stopped" : "is.open");
	put(visit, "</strong> ");
	put_word(visit, "since");
	put(visit, " ");
	put_time(visit, block->is_active ? block->blocked_ms
					 : block->lifted_ms);
	put_marks(visit, block);
	put(visit, "<br><a href=\"");
	put_path(visit, path);
	put(visit, "\">");
	put_word(visit, "to_account");
	put(visit, "</a></p>\n");
}

static void put_number(struct visit *visit, const char *word,
		       const struct json *window, const char *key)
{
	int64_t n = json_get_integer(window, key, 0);

	if (n <= 0)
		return;
	put_term(visit, word);
	putf(visit, "%lld</dd>\n", (long long)n);
}

static void put_item(struct visit *visit, struct slice item, bool is_country)
{
	if (is_country)
		put_country(visit, item);
	else
		put_strange(visit, item);
}

static void put_list(struct visit *visit, const char *word,
		     const struct json *window, const char *key)
{
	const struct json *list = json_get(window, key);
	size_t n = json_length(list);

	if (n == 0)
		return;
	put_term(visit, word);
	for (size_t i = 0; i < n && i < ITEMS_MAX; i++) {
		put(visit, i ? ", " : "");
		put_item(visit, json_text(json_at(list, i)),
			 strcmp(key, "countries") == 0);
	}
	put(visit, "</dd>\n");
}

/* Of accounts that get just so far, this share is stolen: no mark for how sure
 * one may be of this one. */
static void put_share(struct visit *visit, const struct block *block)
{
	double percent = block->probability * 100;

	put_term(visit, "what.share");
	putf(visit, percent < 10 ? "%.1f&#160;%%" : "%.0f&#160;%%",
	     percent > 99 ? 99.0 : percent);
	put(visit, "</dd>\n");
}

static void put_what(struct visit *visit, const struct block *block,
		     const struct json *verdict)
{
	const struct json *window = json_get(verdict, "window");
	int64_t first_ms = 0;

	put(visit, "<section aria-labelledby=\"what\">\n");
	put_heading(visit, "what", "what.title");
	put(visit, "<p>");
	put_word(visit, !window ? "what.by_hand" :
			block->is_repeat ? "what.again" : "what.found");
	put(visit, "</p>\n<dl class=\"facts\">\n");
	if (stamp_parse(json_get_text(verdict, "first_seen"), &first_ms)) {
		put_term(visit, "what.first");
		put_time(visit, first_ms);
		put(visit, "</dd>\n");
	}
	put_term(visit, "what.blocked");
	put_time(visit, block->blocked_ms);
	put(visit, "</dd>\n");
	put_number(visit, "column.messages", window, "messages");
	put_number(visit, "column.recipients", window, "recipients");
	put_number(visit, "what.unknown", window, "unknown_recipients");
	put_list(visit, "column.countries", window, "countries");
	put_list(visit, "what.networks", window, "networks");
	put_list(visit, "what.addresses", window, "sample_ips");
	put_list(visit, "what.domains", window, "sample_domains");
	if (window)
		put_share(visit, block);
	put(visit, "</dl>\n</section>\n");
}

/* --- the password and the owner's link --- */

static const char *const password_words[] = {
	[PASSWORD_UNCHANGED] = "password.unchanged",
	[PASSWORD_CHANGED] = "password.changed",
	[PASSWORD_SAME] = "password.same",
	[PASSWORD_APP_PASSWORDS_LEFT] = "password.app_passwords",
	[PASSWORD_UNKNOWN] = "password.unknown",
};

static int put_app_passwords(struct visit *visit, const struct block *block,
			     struct err *err)
{
	struct blocks_app_passwords app;

	if (blocks_app_passwords(visit->exchange->context->blocks, block, &app,
				 err))
		return -1;
	put_term(visit, "password.left");
	for (size_t i = 0; i < app.n_names; i++) {
		put(visit, i ? ", " : "");
		put_string(visit, app.names[i]);
	}
	putf(visit, " (%lld)</dd>\n", (long long)app.left);
	return 0;
}

static void put_link(struct visit *visit, const struct block *block)
{
	bool holds = block->token_expires_ms >
		     visit->exchange->request->now_ms;

	put_term(visit, "link.title");
	put_word(visit, !holds ? "link.ended" :
			block->is_active ? "link.works" : "link.lifted");
	if (holds) {
		put(visit, " ");
		put_time(visit, block->token_expires_ms);
	}
	put(visit, "</dd>\n");
}

static int put_state(struct visit *visit, const struct block *block,
		     enum password_state password, struct err *err)
{
	put(visit, "<dl class=\"facts\">\n");
	put_term(visit, block->is_active ? "password.title"
					 : "password.at_lift");
	if (block->is_active)
		put_word(visit, password_words[password]);
	else
		put_string(visit, block->proof[0] ? block->proof : "-");
	put(visit, "</dd>\n");
	if (block->is_active && password == PASSWORD_APP_PASSWORDS_LEFT &&
	    put_app_passwords(visit, block, err))
		return -1;
	put_link(visit, block);
	put(visit, "</dl>\n");
	return 0;
}

static void put_lifted(struct visit *visit, const struct block *block)
{
	put_heading(visit, "lifted", "lifted.title");
	put(visit, "<dl class=\"facts\">\n");
	put_term(visit, "lifted.when");
	put_time(visit, block->lifted_ms);
	put(visit, "</dd>\n");
	put_term(visit, "lifted.by");
	put_known(visit, "actor", slice_from(block->lifted_by));
	put(visit, "</dd>\n");
	put_term(visit, "lifted.reason");
	put_string(visit, block->lift_reason[0] ? block->lift_reason : "-");
	put(visit, "</dd>\n</dl>\n");
}

static int put_acts(struct visit *visit, const struct block *block,
		    enum password_state password, const struct json *verdict,
		    struct err *err)
{
	char path[SUPPORT_PATH_SIZE];

	put(visit, "<section class=\"acts\" aria-labelledby=\"acts\">\n");
	put_heading(visit, "acts", "acts.title");
	if (put_state(visit, block, password, err))
		return -1;
	if (block->is_active)
		put_lift_form(visit, block, password);
	else
		put_lifted(visit, block);
	path_of_block(block->id, path);
	put_trust_form(visit, json_get(verdict, "window"),
		       block->says_mine && !block->is_trusted, path);
	put(visit, "</section>\n");
	return 0;
}

static void put_drawings(struct visit *visit, const struct json *verdict)
{
	put(visit, "<section aria-labelledby=\"day\">\n");
	put_heading(visit, "day", "day.title");
	draw_day(visit, json_get(verdict, "day"));
	put(visit, "</section>\n<section aria-labelledby=\"evidence\">\n");
	put_heading(visit, "evidence", "evidence.title");
	draw_evidence(visit, json_get(verdict, "evidence"));
	put(visit, "</section>\n");
}

static int put_incident(struct visit *visit, const struct block *block,
			const struct json *verdict, struct err *err)
{
	enum password_state password = PASSWORD_UNKNOWN;

	if (block->is_active)
		password = blocks_password(visit->exchange->context->blocks,
					   block, err);
	if (password == PASSWORD_ERROR)
		return -1;
	put_head(visit, block);
	put(visit, "<div class=\"incident\">\n");
	put_what(visit, block, verdict);
	if (put_acts(visit, block, password, verdict, err))
		return -1;
	put_drawings(visit, verdict);
	if (put_history(visit, block, err))
		return -1;
	put(visit, "</div>\n");
	return 0;
}

static void show(struct visit *visit, const struct block *block)
{
	struct err err, ignored;
	struct json *verdict = json_parse(text_slice(&block->verdict),
					  &ignored);
	char path[SUPPORT_PATH_SIZE];

	path_of_block(block->id, path);
	visit_hear(visit, path);
	page_begin(visit, "incident", slice_from(block->account));
	if (put_incident(visit, block, verdict, &err))
		page_away(visit, &err);
	else
		page_end(visit, 200);
	json_free(&verdict);
}

/* A block of another's domain is as one that is not there. */
bool visit_find_block(struct visit *visit, struct block *out)
{
	struct exchange *exchange = visit->exchange;
	bool sees = false;
	struct err err;
	enum block_find found = blocks_get(exchange->context->blocks,
					   exchange->id, out, &err);

	if (found == BLOCK_FIND_ERROR ||
	    (found == BLOCK_FOUND &&
	     exchange_sees(exchange, slice_from(out->account), &sees, &err))) {
		page_away(visit, &err);
		return false;
	}
	if (found == BLOCK_FOUND && sees)
		return true;
	page_refuse(exchange, 404, "error.not_found");
	return false;
}

void support_block(struct exchange *exchange)
{
	struct block block = BLOCK_INIT;
	struct visit visit;

	if (visit_enter(exchange, &visit) && visit_find_block(&visit, &block))
		show(&visit, &block);
	block_release(&block);
}
