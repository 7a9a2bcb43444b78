/*
 * What happened around a block, oldest first, out of its audit trail, its
 * notices and its actions (blocks.h, followup.h): objects {at, what, who,
 * text}.
 *
 * Times are RFC 3339 in UTC and of one length, so they sort as texts. What is
 * of the same millisecond stays in the order it was added in.
 */
#include "detector/http/route.h"

#include "base/stamp.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 512 };	/* 200 audit lines, 100 notices, 100 actions, ... */

struct moment {
	char at[STAMP_TEXT_SIZE];
	size_t order;
	struct json *line;
};

struct timeline {
	size_t n;
	struct moment moments[MOST];
};

/* Borrows the texts; one without a time is left out. */
static void add(struct timeline *timeline, struct slice at, struct slice what,
		struct slice who, struct slice text)
{
	struct moment *moment = &timeline->moments[timeline->n];

	if (timeline->n == MOST || at.len == 0 ||
	    !slice_copy(at, moment->at, sizeof(moment->at)))
		return;
	moment->order = timeline->n++;
	moment->line = json_new_object();
	json_add_text(moment->line, "at", at);
	json_add_text(moment->line, "what", what);
	json_add_text(moment->line, "who", who);
	json_add_text(moment->line, "text", text);
}

static struct slice word_for(struct slice from, const char *const pairs[][2],
			     size_t n, struct slice otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(from, slice_from(pairs[i][0])))
			return slice_from(pairs[i][1]);
	return otherwise;
}

#define NOTHING ((struct slice){ NULL, 0 })
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void add_audit(struct timeline *timeline, const struct json *line)
{
	static const char *const words[][2] = {
		{ "block", "blocked" }, { "lift", "lifted" },
		{ "mine", "said_mine" }, { "trust", "trusted" },
		{ "refuse", "same_password" },
	};
	struct slice action = json_get_text(line, "action");
	struct slice text = json_get_text(line, "reason");

	add(timeline, json_get_text(line, "at"),
	    word_for(action, words, N_OF(words), action),
	    json_get_text(line, "actor"),
	    text.len ? text : json_get_text(line, "detail"));
}

/* "blocked", or with the error "blocked: 550 no such user". */
static void join(struct slice name, struct slice said, struct text *out)
{
	text_clear(out);
	text_add(out, name);
	if (said.len > 0)
		text_add_string(out, ": ");
	text_add(out, said);
}

static void add_notice(struct timeline *timeline, const struct json *notice,
		       struct text *room)
{
	static const char *const words[][2] = {
		{ "sent", "notice_sent" }, { "failed", "notice_refused" },
	};
	static const char *const times[][2] = {
		{ "sent", "sent" }, { "failed", "tried" },
	};
	struct slice state = json_get_text(notice, "state");
	struct slice when = word_for(state, times, N_OF(times), S("queued"));
	struct slice at = json_get_text(notice, when.ptr);

	join(json_get_text(notice, "kind"),
	     json_get_text(notice, "last_error"), room);
	add(timeline, at.len ? at : json_get_text(notice, "queued"),
	    word_for(state, words, N_OF(words), S("notice_waiting")),
	    json_get_text(notice, "recipient"), text_slice(room));
}

static void add_action(struct timeline *timeline, const struct json *action,
		       struct text *room)
{
	static const char *const words[][2] = {
		{ "done", "action_done" }, { "failed", "action_failed" },
		{ "dropped", "action_dropped" },
	};
	struct slice at = json_get_text(action, "ended");

	join(json_get_text(action, "name"), json_get_text(action, "said"),
	     room);
	add(timeline, at.len ? at : json_get_text(action, "queued"),
	    word_for(json_get_text(action, "state"), words, N_OF(words),
		     S("action_waiting")),
	    NOTHING, text_slice(room));
}

static int by_time(const void *left, const void *right)
{
	const struct moment *a = left, *b = right;
	int order = strcmp(a->at, b->at);

	return order ? order : a->order < b->order ? -1 : 1;
}

struct json *api_timeline(const struct block *block, const struct json *audit,
			  const struct json *notices,
			  const struct json *actions)
{
	struct timeline *timeline = calloc(1, sizeof(*timeline));
	struct json *array = json_new_array();
	struct text room = TEXT_INIT(4096);
	char decided[STAMP_TEXT_SIZE];

	if (!timeline)
		abort();
	stamp_rfc3339(block->decided_ms, decided);
	/* By hand it is the same moment. */
	if (block->decided_ms > 0 && block->decided_ms < block->blocked_ms)
		add(timeline, slice_from(decided), S("decided"), NOTHING,
		    NOTHING);
	for (size_t i = 0; i < json_length(audit); i++)
		add_audit(timeline, json_at(audit, i));
	for (size_t i = 0; i < json_length(notices); i++)
		add_notice(timeline, json_at(notices, i), &room);
	for (size_t i = 0; i < json_length(actions); i++)
		add_action(timeline, json_at(actions, i), &room);
	qsort(timeline->moments, timeline->n, sizeof(struct moment), by_time);
	for (size_t i = 0; i < timeline->n; i++)
		json_push(array, &timeline->moments[i].line);
	text_release(&room);
	free(timeline);
	return array;
}
