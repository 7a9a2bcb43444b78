#include "detector/commands/brake_words.h"

#include "base/json.h"
#include "base/stamp.h"
#include "detector/activity.h"
#include "detector/commands/report.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <inttypes.h>
#include <stdio.h>

int brake_look_with(struct blocks *blocks, struct state *state, int64_t now_ms,
		    struct brake_look *out, struct err *err)
{
	struct activity activity = { 0 };

	if (state)
		activity_load(&activity, state);
	if (brake_room(blocks, activity_busiest(&activity), now_ms,
		       &out->blocks, err) < 0)
		return -1;
	return brake_lifts_room(blocks, now_ms, &out->lifts, err);
}

int brake_look(struct blocks *blocks, int64_t now_ms, struct brake_look *out,
	       struct err *err)
{
	struct state *state = NULL;
	struct err waste;
	int result;

	state_open(settings.state_dir, true, &state, &waste);
	result = brake_look_with(blocks, state, now_ms, out, err);
	if (state)
		state_close(&state);
	return result;
}

static const char *many(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_blocks(const struct brake_room *room, bool all)
{
	char since[STAMP_TEXT_SIZE];

	if (room->waiting == 0) {
		if (all)
			printf("The brake is off: %" PRId64 " account%s "
			       "blocked within an hour, %" PRId64 " may be.\n",
			       room->made, many(room->made), room->limit);
		return;
	}
	stamp_short(room->since_ms, since);
	printf("The brake is on since %s: %" PRId64 " account%s blocked "
	       "within an hour, %" PRId64 " may be.\n%" PRId64 " decision%s "
	       "to block wait%s for your word:\n", since, room->made,
	       many(room->made), room->limit, room->waiting,
	       many(room->waiting), room->waiting == 1 ? "s" : "");
	printf("  comporta brake approve --blocks --reason TEXT   they are "
	       "thieves: stop them\n"
	       "  comporta brake discard --blocks --reason TEXT   a mistake: "
	       "stop none of them,\n"
	       "                                                  what they "
	       "did so far counts no more\n");
}

static void print_lifts(const struct brake_lifts_room *room, bool all)
{
	char since[STAMP_TEXT_SIZE];

	if (room->waiting == 0) {
		if (all)
			printf("Lifts by a changed password: %" PRId64
			       " within ten minutes, %" PRId64 " may be.\n",
			       room->lifted, room->limit);
		return;
	}
	stamp_short(room->since_ms, since);
	printf("Lifts wait since %s: the panel says of %" PRId64 " blocked "
	       "account%s at once\nthat the password has changed. Was a backup "
	       "restored, a view replaced?\n", since, room->waiting,
	       many(room->waiting));
	printf("  comporta brake approve --lifts --reason TEXT    the owners "
	       "did that: lift them\n"
	       "  comporta brake discard --lifts --reason TEXT    they did "
	       "not: only the next\n"
	       "                                                  change "
	       "opens\n");
}

void brake_print(const struct brake_look *look, bool all)
{
	print_blocks(&look->blocks, all);
	print_lifts(&look->lifts, all);
}

static void add_side(struct json *json, const char *name, int64_t waiting,
		     int64_t since_ms, int64_t done, int64_t limit)
{
	struct json *side = json_new_object();

	json_add_flag(side, "on", waiting > 0);
	if (waiting > 0)
		json_add_stamp(side, "since", since_ms);
	else
		json_add_null(side, "since");
	json_add_integer(side, "waiting", waiting);
	json_add_integer(side, "done", done);
	json_add_integer(side, "limit", limit);
	json_add(json, name, &side);
}

void brake_print_json(const struct brake_look *look)
{
	struct json *json = json_new_object();

	json_add_string(json, "type", "brake");
	add_side(json, "blocks", look->blocks.waiting, look->blocks.since_ms,
		 look->blocks.made, look->blocks.limit);
	add_side(json, "lifts", look->lifts.waiting, look->lifts.since_ms,
		 look->lifts.lifted, look->lifts.limit);
	report_print_json(&json);
}

void brake_print_row(const struct brake_row *row)
{
	struct text words = TEXT_INIT(8192);
	char decided[STAMP_TEXT_SIZE];

	stamp_short(row->decided_ms, decided);
	text_addf(&words, "  %-5s  %s  ", brake_kind_names[row->kind],
		  decided);
	if (row->kind == BRAKE_LIFTS)
		text_addf(&words, "#%-4" PRId64 "   ", row->block_id);
	else
		text_addf(&words, "%5.1f %%  ", row->probability < 0.9995
				? row->probability * 100 : 99.9);
	text_add_value(&words, slice_from(row->account));
	if (row->reason[0])
		text_addf(&words, "  %s", row->reason);
	puts(text_string(&words));
	text_release(&words);
}

void brake_print_row_json(const struct brake_row *row)
{
	struct json *json = json_new_object();
	bool is_lift = row->kind == BRAKE_LIFTS;

	json_add_string(json, "type", "waiting");
	json_add_string(json, "kind", brake_kind_names[row->kind]);
	json_add_string(json, "account", row->account);
	json_add_stamp(json, "decided", row->decided_ms);
	json_add_stamp(json, "held", row->held_ms);
	json_add_string(json, "machine", row->machine);
	if (is_lift) {
		json_add_integer(json, "block", row->block_id);
	} else {
		json_add_real(json, "probability", row->probability, 4);
		json_add_string(json, "reason", row->reason);
	}
	report_print_json(&json);
}
