/*
 * One account: does it send, what was there before, stop it by hand.
 */
#include "detector/http/support.h"

#include <string.h>

enum { INCIDENTS = 20 };

int account_look(struct visit *visit, struct slice account, bool *sees_out,
		 bool *is_known_out, struct err *err)
{
	const struct exchange *exchange = visit->exchange;

	*is_known_out = false;
	if (exchange_sees(exchange, account, sees_out, err))
		return -1;
	return *sees_out ? exchange_knows(exchange, account, is_known_out, err)
			 : 0;
}

struct incidents {
	struct visit *visit;
	size_t n;
};

static int put_incident(void *context, const struct block *block)
{
	struct incidents *incidents = context;

	if (incidents->n++ == 0)
		put_block_table(incidents->visit, "account.caption");
	put_block_row(incidents->visit, block);
	return 0;
}

static int put_incidents(struct visit *visit, struct slice account,
			 struct err *err)
{
	const struct block_filter filter = { .account = account,
					     .limit = INCIDENTS };
	struct incidents incidents = { visit, 0 };

	put(visit, "<section aria-labelledby=\"incidents\">\n");
	put_heading(visit, "incidents", "account.incidents");
	if (blocks_list(visit->exchange->context->blocks, &filter,
			put_incident, &incidents, err))
		return -1;
	if (incidents.n > 0) {
		put_table_end(visit);
	} else {
		put(visit, "<p class=\"aside\">");
		put_word(visit, "account.never");
		put(visit, "</p>\n");
	}
	put(visit, "</section>\n");
	return 0;
}

static int put_trail(struct visit *visit, struct slice account,
		     struct err *err)
{
	struct json *audit = json_new_array();
	int result = blocks_audit_of_account(visit->exchange->context->blocks,
					     account, audit, err);

	if (result == 0 && json_length(audit) > 0) {
		put(visit, "<section aria-labelledby=\"trail\">\n");
		put_heading(visit, "trail", "account.trail");
		put_audit(visit, audit);
		put(visit, "</section>\n");
	}
	json_free(&audit);
	return result;
}

static void put_standing(struct visit *visit, const struct block *active,
			 bool is_known)
{
	putf(visit, "<p class=\"standing %s\"><strong>",
	     active ? "stopped" : "open");
	put_word(visit, active ? "is.stopped" : "is.sending");
	put(visit, "</strong> ");
	if (active) {
		char path[SUPPORT_PATH_SIZE];

		path_of_block(active->id, path);
		put_word(visit, "since");
		put(visit, " ");
		put_time(visit, active->blocked_ms);
		put(visit, "<br><a href=\"");
		put_path(visit, path);
		put(visit, "\">");
		put_word(visit, "incident");
		putf(visit, " %lld</a>", (long long)active->id);
	} else if (!is_known) {
		put_word(visit, "account.not_listed");
	}
	put(visit, "</p>\n");
}

static void put_acts(struct visit *visit, struct slice account,
		     bool is_active, bool is_known, const char *path)
{
	put(visit, "<section class=\"acts\" aria-labelledby=\"acts\">\n");
	put_heading(visit, "acts", "acts.title");
	if (!is_active)
		put_suspend_form(visit, account, is_known);
	if (is_known)
		put_trust_form(visit, NULL, false, path);
	put(visit, "</section>\n");
}

static void put_head(struct visit *visit, struct slice account)
{
	put(visit, "<p class=\"trail\"><a href=\"");
	put_path(visit, "/support");
	put(visit, "\">");
	put_word(visit, "list.title");
	put(visit, "</a> &#8250; ");
	put_word(visit, "account.title");
	put(visit, "</p>\n<h1>");
	put_strange(visit, account);
	put(visit, "</h1>\n");
}

static int put_account(struct visit *visit, struct slice account,
		       bool is_known, const char *path, struct err *err)
{
	struct block block = BLOCK_INIT;
	enum block_find found = blocks_active_of(
		visit->exchange->context->blocks, account, &block, err);
	bool is_active = found == BLOCK_FOUND;
	int result = found == BLOCK_FIND_ERROR ? -1 : 0;

	if (result == 0) {
		put_head(visit, account);
		put_standing(visit, is_active ? &block : NULL, is_known);
		put(visit, "<div class=\"incident\">\n");
		put_acts(visit, account, is_active, is_known, path);
		result = put_incidents(visit, account, err);
	}
	if (result == 0)
		result = put_trail(visit, account, err);
	put(visit, "</div>\n");
	block_release(&block);
	return result;
}

void support_account(struct exchange *exchange)
{
	struct slice account = exchange->parameter;
	bool sees = false, is_known = false;
	char path[SUPPORT_PATH_SIZE];
	struct visit visit;
	struct err err;

	if (!visit_enter(exchange, &visit))
		return;
	if (account_look(&visit, account, &sees, &is_known, &err)) {
		page_away(&visit, &err);
		return;
	}
	if (!sees) {
		page_refuse(exchange, 404, "error.not_found");
		return;
	}
	path_of_account(account, path);
	visit_hear(&visit, path);
	page_begin(&visit, "account.title", account);
	if (put_account(&visit, account, is_known, path, &err))
		page_away(&visit, &err);
	else
		page_end(&visit, 200);
}
