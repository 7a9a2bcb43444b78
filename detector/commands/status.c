/*
 * status - how things stand: what was read, who is blocked or watched, what
 * waits.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <stdio.h>

/* More than a screen of suspects is read as JSON. */
enum { SHOWN_MAX = 200 };

struct tally {
	bool json;
	size_t watched, observed, blocked, shown;
};

static void print_account(struct tally *tally,
			  const struct account_entry *entry,
			  const struct verdict *verdict)
{
	static const char *const words[] = { "calm", "watched", "blocked" };
	const struct account *account = &entry->account;
	const char *word = account->is_observed ? "would block"
						: words[account->standing];
	struct text out = TEXT_INIT(1 << 16);
	char stamp[STAMP_TEXT_SIZE];

	if (tally->json) {
		struct json *object = verdict_json(verdict);

		json_add_string(object, "type", "account");
		json_add_string(object, "standing",
				words[account->standing]);
		json_add_flag(object, "observed", account->is_observed);
		json_print(object, &out);
		json_free(&object);
		printf("%s\n", text_string(&out));
	} else if (tally->shown++ < SHOWN_MAX) {
		stamp_short(account->standing_s * (int64_t)STAMP_SECOND_MS,
			    stamp);
		text_add_visible(&out, slice_from(entry->login));
		printf("  %-11s  since %s  %3.0f %%  %s\n", word, stamp,
		       verdict->probability * 100, text_string(&out));
	}
	text_release(&out);
}

static int each_account(void *context, const struct account_entry *entry)
{
	struct tally *tally = context;
	const struct account *account = &entry->account;
	struct verdict verdict;

	if (account->standing == STANDING_CALM)
		return 0;
	tally->watched += account->standing == STANDING_WATCHED;
	tally->observed += account->is_observed;
	tally->blocked += account->standing == STANDING_BLOCKED &&
			  !account->is_observed;
	judge_explain(account, entry->login,
		      account->last_s * (int64_t)STAMP_SECOND_MS, &verdict);
	print_account(tally, entry, &verdict);
	return 0;
}

static int print_block(void *context, const struct block *block)
{
	struct text out = TEXT_INIT(4096);
	char stamp[STAMP_TEXT_SIZE];

	(void)context;
	stamp_short(block->blocked_ms, stamp);
	text_add_visible(&out, slice_from(block->account));
	printf("  block %-5lld since %s  %s\n", (long long)block->id, stamp,
	       text_string(&out));
	text_release(&out);
	return 0;
}

static int show_database(const struct tally *tally, struct err *err)
{
	struct block_filter filter = { .state = "active", .limit = 200 };
	struct outbox_counts counts = { 0 };
	struct desk desk;
	int result;

	if (tally->json || !desk_is_wanted())
		return 0;
	if (desk_open(&desk, err) < 0)
		return -1;
	printf("\nIn the database\n");
	result = blocks_list(&desk.blocks, &filter, print_block, NULL, err);
	if (result == 0)
		result = outbox_count(desk.blocks.db, &counts, err);
	if (result == 0)
		printf("  notices: %lld waiting, %lld sent, %lld refused\n",
		       (long long)(counts.queued + counts.sending),
		       (long long)counts.sent, (long long)counts.failed);
	desk_close(&desk);
	return result;
}

static void show_state(struct state *state, const struct tally *tally)
{
	int64_t newest_ms = state_number(state, "newest_ms", 0);
	char stamp[STAMP_TEXT_SIZE] = "never";

	if (tally->json)
		return;
	if (newest_ms)
		stamp_short(newest_ms, stamp);
	printf("%zu accounts known, logs read until %s, mode %s.\n",
	       state_account_count(state), stamp,
	       settings.mode == MODE_ENFORCE ? "enforce" : "observe");
	if (newest_ms && clock_now_ms() - newest_ms > STAMP_HOUR_MS)
		printf("Nothing new for %lld hours: does scan run, is the log "
		       "the right one?\n",
		       (long long)((clock_now_ms() - newest_ms) /
				   STAMP_HOUR_MS));
}

static int run(struct invocation *invocation)
{
	struct tally tally = { .json = invocation->json };
	struct state *state = NULL;
	struct err err;
	int result;

	if (state_open(settings.state_dir, true, &state, &err) < 0)
		return command_fail(&err);
	show_state(state, &tally);
	result = state_each_account(state, each_account, &tally, &err);
	state_close(&state);
	if (result == 0 && !tally.json) {
		if (tally.shown > SHOWN_MAX)
			printf("  ... and %zu more (--json shows all)\n",
			       tally.shown - SHOWN_MAX);
		printf("%zu blocked, %zu would be blocked, %zu watched.\n",
		       tally.blocked, tally.observed, tally.watched);
	}
	if (result == 0)
		result = show_database(&tally, &err);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_status = {
	.name = "status",
	.usage = "",
	.about = "who is blocked or watched, what waits",
	.help = "Prints how far the logs were read, every account that is not "
		"calm, the blocks\nin the database and the notices waiting.",
	.takes = TAKES_JSON,
	.run = run,
};
