/*
 * What explain says of the block that stands: what was done outside the
 * database, and the account's messages in the queue.
 */
#include "detector/commands/explain_inside.h"

#include <stdio.h>

static void print_action(const struct screen *screen,
			 const struct json *action)
{
	struct text words = TEXT_INIT(8192);
	struct slice said = json_get_text(action, "said");
	struct slice at = json_get_text(action, "ended");
	char when[STAMP_TEXT_SIZE] = "", label[STAMP_TEXT_SIZE + 4];
	int64_t at_ms;

	if (!at.len)
		at = json_get_text(action, "queued");
	if (stamp_parse(at, &at_ms))
		stamp_short(at_ms, when);
	snprintf(label, sizeof(label), "  %s", when);
	text_add_string(&words, "after the ");
	text_add(&words, json_get_text(action, "moment"));
	text_add_string(&words, ", ");
	text_add(&words, json_get_text(action, "name"));
	text_add_string(&words, ": ");
	text_add(&words, json_get_text(action, "state"));
	text_addf(&words, ", tries %lld",
		  (long long)json_get_integer(action, "attempts", 0));
	text_add_string(&words, said.len ? ": " : "");
	text_add(&words, said);
	screen_line(screen, 20, label, &words);
	text_release(&words);
}

static void print_queue(const struct screen *screen, const struct json *queue)
{
	static const char *const states[] = { "found", "held", "released",
					      "deleted" };
	struct text words = TEXT_INIT(1000);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		int64_t n = json_get_integer(queue, states[i], 0);

		if (n > 0)
			text_addf(&words, "%s%s %lld", words.len ? ", "
				  : "Its messages in the queue: ", states[i],
				  (long long)n);
	}
	text_add_char(&words, '.');
	if (words.len > 1)
		screen_line(screen, 2, "", &words);
	text_release(&words);
}

void explain_block(const struct explanation *e, const struct screen *screen)
{
	size_t n = json_length(e->actions);

	if (n == 0 && json_length(json_get(e->queue, "ids")) == 0)
		return;
	screen_title(screen, "Besides the block");
	for (size_t i = 0; i < n; i++)
		print_action(screen, json_at(e->actions, i));
	print_queue(screen, e->queue);
}

static void add_or_null(struct json *object, const char *key,
			struct json **value)
{
	if (*value)
		json_add(object, key, value);
	else
		json_add_null(object, key);
}

void explain_block_json(struct explanation *e, struct json *object)
{
	if (e->block_id)
		json_add_integer(object, "block", e->block_id);
	else
		json_add_null(object, "block");
	json_add_stamp(object, "blocked", e->blocked_ms);
	add_or_null(object, "actions", &e->actions);
	add_or_null(object, "queue", &e->queue);
}
