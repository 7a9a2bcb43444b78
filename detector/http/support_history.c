/*
 * What happened since an account was stopped, in the order of time: the audit
 * trail, the notices and their fate, the programs that ran, the queue.
 */
#include "detector/http/support.h"

#include "detector/settings.h"
#include "base/stamp.h"
#include "detector/followup.h"

#include <stdio.h>
#include <string.h>

enum { ENTRIES_MAX = 500, IDS_SHOWN = 200 };

struct history {
	struct json *audit, *account, *notices, *actions, *held;
};

struct entry {
	int64_t at_ms;
	const struct json *of;
	void (*put)(struct visit *visit, const struct json *of);
};

struct entries {
	struct entry all[ENTRIES_MAX];
	size_t n;
};

static int64_t time_of(const struct json *one, const char *key)
{
	int64_t at_ms = 0;

	stamp_parse(json_get_text(one, key), &at_ms);
	return at_ms;
}

static void put_text(struct visit *visit, const struct json *one,
		     const char *key)
{
	put_strange(visit, json_get_text(one, key));
}

/* "owner", "scan" in words; tokens and operators by name. */
static void put_actor(struct visit *visit, const struct json *line)
{
	struct slice address = json_get_text(line, "address");

	put(visit, " <span class=\"quiet\">");
	put_known(visit, "actor", json_get_text(line, "actor"));
	if (address.len > 0) {
		put(visit, ", ");
		put_strange(visit, address);
	}
	put(visit, "</span>");
}

static void put_line(struct visit *visit, const struct json *line)
{
	static const char *const more[] = { "reason", "detail" };

	put(visit, "<strong>");
	put_known(visit, "did", json_get_text(line, "action"));
	put(visit, "</strong>");
	put_actor(visit, line);
	for (size_t i = 0; i < 2; i++) {
		struct slice words = json_get_text(line, more[i]);

		if (words.len == 0)
			continue;
		put(visit, i ? "<br><span class=\"quiet\">" : "<br><q>");
		put_strange(visit, words);
		put(visit, i ? "</span>" : "</q>");
	}
}

static void put_told(struct visit *visit, const struct json *notice)
{
	struct slice error = json_get_text(notice, "last_error");

	put_word(visit, "told");
	put(visit, " ");
	put_text(visit, notice, "recipient");
	put(visit, ": ");
	put_known(visit, "kind", json_get_text(notice, "kind"));
	put(visit, ", ");
	put_known(visit, "fate", json_get_text(notice, "state"));
	if (error.len > 0 &&
	    !slice_eq(json_get_text(notice, "state"), S("sent"))) {
		put(visit, "<br><span class=\"quiet\">");
		put_strange(visit, error);
		put(visit, "</span>");
	}
}

static void put_program(struct visit *visit, const struct json *action)
{
	struct slice said = json_get_text(action, "said");

	put_word(visit, "program");
	put(visit, " <code>");
	put_text(visit, action, "name");
	put(visit, "</code>: ");
	put_known(visit, "fate", json_get_text(action, "state"));
	if (said.len > 0) {
		put(visit, "<br><span class=\"quiet\">");
		put_strange(visit, said);
		put(visit, "</span>");
	}
}

static void add(struct entries *entries, int64_t at_ms,
		const struct json *of,
		void (*put_it)(struct visit *visit, const struct json *of))
{
	size_t at = entries->n;

	if (at == ENTRIES_MAX || at_ms <= 0)
		return;
	for (; at > 0 && entries->all[at - 1].at_ms > at_ms; at--)
		entries->all[at] = entries->all[at - 1];
	entries->all[at] = (struct entry){ at_ms, of, put_it };
	entries->n++;
}

/* The word of trust is about the account, not about one block: it belongs to
 * the block that stood, or was the last, when it was said. */
static void add_trust(struct entries *entries, const struct json *lines,
		      const struct block *block)
{
	for (size_t i = 0; i < json_length(lines); i++) {
		const struct json *line = json_at(lines, i);

		if (!json_get_integer(line, "block", 0) &&
		    time_of(line, "at") >= block->blocked_ms)
			add(entries, time_of(line, "at"), line, put_line);
	}
}

static void collect(struct entries *entries, const struct history *history,
		    const struct block *block)
{
	for (size_t i = 0; i < json_length(history->audit); i++) {
		const struct json *line = json_at(history->audit, i);

		add(entries, time_of(line, "at"), line, put_line);
	}
	add_trust(entries, history->account, block);
	for (size_t i = 0; i < json_length(history->notices); i++) {
		const struct json *notice = json_at(history->notices, i);
		int64_t sent_ms = time_of(notice, "sent");

		add(entries, sent_ms ? sent_ms : time_of(notice, "queued"),
		    notice, put_told);
	}
	for (size_t i = 0; i < json_length(history->actions); i++) {
		const struct json *action = json_at(history->actions, i);
		int64_t ended_ms = time_of(action, "ended");

		add(entries, ended_ms ? ended_ms : time_of(action, "queued"),
		    action, put_program);
	}
}

/* Nothing tipped the scales where a person decided. */
static void put_decided(struct visit *visit, const struct block *block)
{
	if (blocks_is_by_hand(block))
		return;
	put(visit, "<li>");
	put_time(visit, block->decided_ms);
	put(visit, "<div>");
	put_word(visit, "history.decided");
	put(visit, "</div></li>\n");
}

static void put_entries(struct visit *visit, const struct history *history,
			const struct block *block)
{
	static struct entries entries;	/* one thread */

	entries.n = 0;
	collect(&entries, history, block);
	put(visit, "<section aria-labelledby=\"history\">\n");
	put_heading(visit, "history", "history.title");
	put(visit, "<ol class=\"history\">\n");
	put_decided(visit, block);
	for (size_t i = 0; i < entries.n; i++) {
		put(visit, "<li>");
		put_time(visit, entries.all[i].at_ms);
		put(visit, "<div>");
		entries.all[i].put(visit, entries.all[i].of);
		put(visit, "</div></li>\n");
	}
	put(visit, "</ol>\n</section>\n");
}

static void put_notice(struct visit *visit, const struct json *notice)
{
	put(visit, "<tr><th scope=\"row\" class=\"who\">");
	put_text(visit, notice, "recipient");
	put(visit, "</th>");
	put_cell(visit, "column.kind");
	put_known(visit, "kind", json_get_text(notice, "kind"));
	put(visit, "</td>");
	put_cell(visit, "column.fate");
	put_known(visit, "fate", json_get_text(notice, "state"));
	if (time_of(notice, "sent")) {
		put(visit, " ");
		put_time(visit, time_of(notice, "sent"));
	}
	put(visit, "</td>");
	put_cell(visit, "column.attempts");
	putf(visit, "%lld</td>",
	     (long long)json_get_integer(notice, "attempts", 0));
	put_cell(visit, "column.error");
	if (json_get_text(notice, "last_error").len > 0)
		put_text(visit, notice, "last_error");
	else
		put(visit, "&#8211;");
	put(visit, "</td></tr>\n");
}

static void put_notices(struct visit *visit, const struct json *notices)
{
	static const char *const columns[] = { "column.recipient",
		"column.kind", "column.fate", "column.attempts",
		"column.error", NULL };

	put(visit, "<section aria-labelledby=\"notices\">\n");
	put_heading(visit, "notices", "notices.title");
	if (json_length(notices) == 0) {
		put(visit, "<p class=\"aside\">");
		put_word(visit, "notices.none");
		put(visit, "</p>\n");
	} else {
		put_table(visit, "notices.caption", columns);
		for (size_t i = 0; i < json_length(notices); i++)
			put_notice(visit, json_at(notices, i));
		put_table_end(visit);
	}
	put(visit, "</section>\n");
}

static void put_ids(struct visit *visit, const struct json *ids)
{
	put(visit, "<details>\n<summary>");
	put_word(visit, "queue.ids");
	put(visit, "</summary>\n<p class=\"ids\">");
	for (size_t i = 0; i < json_length(ids) && i < IDS_SHOWN; i++) {
		put(visit, "<code>");
		put_strange(visit, json_text(json_at(ids, i)));
		put(visit, "</code> ");
	}
	put(visit, "</p>\n</details>\n");
}

static void put_queue(struct visit *visit, const struct json *held)
{
	static const char *const states[] = { "found", "held", "released",
					      "deleted" };
	char word[24];

	/* Without it nobody looked. */
	if (json_length(json_get(held, "ids")) == 0 &&
	    !(settings.queue.hold && *settings.queue.hold))
		return;
	put(visit, "<section aria-labelledby=\"queue\">\n");
	put_heading(visit, "queue", "queue.title");
	if (json_length(json_get(held, "ids")) == 0) {
		put(visit, "<p class=\"aside\">");
		put_word(visit, "queue.none");
		put(visit, "</p>\n</section>\n");
		return;
	}
	put(visit, "<dl class=\"facts\">\n");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		int64_t n = json_get_integer(held, states[i], 0);

		snprintf(word, sizeof(word), "queue.%s", states[i]);
		if (n == 0)
			continue;
		put_term(visit, word);
		putf(visit, "%lld</dd>\n", (long long)n);
	}
	put(visit, "</dl>\n");
	put_ids(visit, json_get(held, "ids"));
	put(visit, "</section>\n");
}

static int read_history(struct blocks *blocks, const struct block *block,
			struct history *out, struct err *err)
{
	return blocks_audit_of(blocks, block->id, out->audit, err) ||
	       blocks_audit_of_account(blocks, slice_from(block->account),
				       out->account, err) ||
	       blocks_notices_of(blocks, block->id, out->notices, err) ||
	       followup_actions_of(blocks, block->id, out->actions, err) ||
	       followup_held_of(blocks, block->id, out->held, err) ? -1 : 0;
}

int put_history(struct visit *visit, const struct block *block,
		struct err *err)
{
	struct history history = {
		json_new_array(), json_new_array(), json_new_array(),
		json_new_array(), json_new_object()
	};
	int result = read_history(visit->exchange->context->blocks, block,
				  &history, err);

	if (result == 0) {
		put_entries(visit, &history, block);
		put_notices(visit, history.notices);
		put_queue(visit, history.held);
	}
	json_free(&history.audit);
	json_free(&history.account);
	json_free(&history.notices);
	json_free(&history.actions);
	json_free(&history.held);
	return result;
}

void put_audit(struct visit *visit, const struct json *audit)
{
	put(visit, "<ol class=\"history\">\n");
	for (size_t i = 0; i < json_length(audit); i++) {
		const struct json *line = json_at(audit, i);
		int64_t block = json_get_integer(line, "block", 0);

		put(visit, "<li>");
		put_time(visit, time_of(line, "at"));
		put(visit, "<div>");
		put_line(visit, line);
		if (block) {
			char path[SUPPORT_PATH_SIZE];

			path_of_block(block, path);
			put(visit, " <a href=\"");
			put_path(visit, path);
			put(visit, "\">");
			put_word(visit, "incident");
			putf(visit, " %lld</a>", (long long)block);
		}
		put(visit, "</div></li>\n");
	}
	put(visit, "</ol>\n");
}
