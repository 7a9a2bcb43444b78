/*
 * status - how things stand: what was read, who is blocked or watched, what
 * waits.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/alarms.h"
#include "detector/commands/brake_words.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/password_words.h"
#include "detector/commands/report.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <stdio.h>

static const char *mode_word(void)
{
	return settings.mode == MODE_ENFORCE ? "enforce" : "observe";
}

/* More than a screen of suspects is read as JSON. */
enum { SHOWN_MAX = 200 };

/* The database was asked and said how many notices there are. */
struct notices {
	struct waiting_counts counts;
	struct outbox_failures failures;	/* of the last days */
	struct waiting_counts hooks;
	bool are_known;
};

struct tally {
	struct state *state;
	bool json, is_braked, is_unanswered;
	size_t watched, observed, unknown, blocked, waiting, shown;
	/* Whom the database names as blocked: said once is enough. */
	uint64_t held[SHOWN_MAX];
	int64_t ids[SHOWN_MAX];
	size_t n_held;
	struct notices notices;
};

static bool is_held(const struct tally *tally, uint64_t key)
{
	for (size_t i = 0; i < tally->n_held; i++)
		if (tally->held[i] == key)
			return true;
	return false;
}

/* Decided, but not yet carried out: the database was away, or the brake. */
static bool is_waiting(struct state *state, const char *login)
{
	struct text verdict = TEXT_INIT(1 << 20);
	char key[80] = "";
	bool found = false;

	while (!found && state_journal_next(state, key, key, &verdict)) {
		struct err err;
		struct json *json = json_parse(text_slice(&verdict), &err);

		found = json && slice_eq(json_get_text(json, "account"),
					 slice_from(login));
		json_free(&json);
		text_clear(&verdict);
	}
	text_release(&verdict);
	return found;
}

static const char *word_for(struct tally *tally,
			    const struct account_entry *entry)
{
	const struct account *account = &entry->account;

	if (account->standing == STANDING_WATCHED) {
		tally->watched++;
		return "watched";
	}
	if (account->is_observed == PAPER_UNKNOWN_TO_PANEL) {
		tally->unknown++;
		return "NOT IN PANEL";
	}
	if (account->is_observed) {
		tally->observed++;
		return "would block";
	}
	if (is_waiting(tally->state, entry->login)) {
		tally->waiting++;
		return "WAITS";
	}
	tally->blocked++;
	return NULL;
}

static void print_json(const struct account_entry *entry,
		       const struct verdict *verdict, const char *word)
{
	struct json *object = report_account_json(entry, verdict);

	json_add_flag(object, "waiting", word && word[0] == 'W');
	report_print_json(&object);
}

static int each_account(void *context, const struct account_entry *entry)
{
	struct tally *tally = context;
	const struct account *account = &entry->account;
	struct text login = TEXT_INIT(4096);
	struct verdict verdict;
	char stamp[STAMP_TEXT_SIZE];
	const char *word;

	if (account->standing == STANDING_CALM ||
	    (!tally->json && is_held(tally, entry->key)))
		return 0;
	word = word_for(tally, entry);
	judge_explain(account, entry->login,
		      account->last_s * (int64_t)STAMP_SECOND_MS, &verdict);
	if (tally->json) {
		print_json(entry, &verdict, word);
	} else if (word && tally->shown++ < SHOWN_MAX) {
		text_add_value(&login, slice_from(entry->login));
		stamp_short(account->standing_s * (int64_t)STAMP_SECOND_MS,
			    stamp);
		printf("  %-12s  since %s  now %4.1f %%  %s\n", word, stamp,
		       verdict.probability < 0.9995 ? verdict.probability * 100
						    : 99.9,
		       text_string(&login));
	}
	text_release(&login);
	return 0;
}

static int print_block(void *context, const struct block *block)
{
	struct text out = TEXT_INIT(4096);
	char blocked[STAMP_TEXT_SIZE];
	struct tally *tally = context;

	stamp_short(block->blocked_ms, blocked);
	text_add_value(&out, slice_from(block->account));
	printf("  blocked       since %s  #%-4lld  %s\n", blocked,
	       (long long)block->id, text_string(&out));
	text_release(&out);
	if (tally->n_held < SHOWN_MAX) {
		tally->ids[tally->n_held] = block->id;
		tally->held[tally->n_held++] =
			account_key(slice_from(block->account));
	}
	return 0;
}

/* Whose owner did something, and still stands before a closed door. */
static void show_passwords(struct blocks *blocks, const struct tally *tally)
{
	for (size_t i = 0; i < tally->n_held; i++) {
		struct text words = TEXT_INIT(1000);
		struct err waste;
		enum password_state state = password_words(
			blocks, tally->ids[i], &words, &waste);

		if (state != PASSWORD_ERROR && state != PASSWORD_UNCHANGED &&
		    state != PASSWORD_UNKNOWN)
			printf("  #%lld: %s\n", (long long)tally->ids[i],
			       text_string(&words));
		text_release(&words);
	}
}

static int count_notices(struct blocks *blocks, struct notices *notices,
			 struct err *err)
{
	if (outbox_count(blocks->db, &notices->counts, err) < 0)
		return -1;
	return outbox_failures(blocks->db, clock_now_ms() - 7 * STAMP_DAY_MS,
			       &notices->failures, err);
}

/* What has to be mended before anything else. */
static int print_alarm(void *context, const struct alarm *alarm)
{
	const struct languages *languages = context;
	char began[STAMP_TEXT_SIZE], key[ALARMS_NAME_SIZE + 20];
	struct text words = TEXT_INIT(4096);

	if (alarm->ended_ms)
		return 0;
	stamp_short(alarm->began_ms, began);
	snprintf(key, sizeof(key), "alarm.%s", alarm->name);
	text_add_visible(&words, slice_from(alarm->words));
	printf("ALARM since %s%s%s: %s (%s)\n", began,
	       alarm->machine[0] ? ", " : "", alarm->machine,
	       languages_word(languages, "en", key, alarm->name),
	       text_string(&words));
	text_release(&words);
	return 0;
}

static int show_brake(struct blocks *blocks, struct tally *tally,
		      struct err *err)
{
	struct brake_look look;

	if (brake_look_with(blocks, tally->state, clock_now_ms(), &look,
			    err) < 0)
		return -1;
	tally->is_braked = look.blocks.waiting > 0;
	brake_print(&look, false);
	return 0;
}

/* What the mail server acts on stands in the database, not in our memory. */
static int show_database(struct tally *tally, struct err *err)
{
	struct block_filter filter = { .state = "active", .limit = SHOWN_MAX };
	struct desk desk;
	int result;

	if (!desk_is_wanted())
		return 0;
	if (desk_open(&desk, err) < 0)
		return -1;
	result = blocks_list(&desk.blocks, &filter, print_block, tally, err);
	if (result == 0)
		result = count_notices(&desk.blocks, &tally->notices, err);
	if (result == 0)
		result = webhook_count(desk.blocks.db, &tally->notices.hooks,
				       err);
	tally->notices.are_known = result == 0;
	if (result == 0)
		result = alarms_each(&desk.blocks, clock_now_ms(),
				     print_alarm, desk.languages, err);
	if (result == 0 && tally->state)
		result = show_brake(&desk.blocks, tally, err);
	if (result == 0)
		show_passwords(&desk.blocks, tally);
	desk_close(&desk);
	return result;
}

static void print_silence(int64_t silent_ms)
{
	bool is_long = silent_ms >= 2 * STAMP_DAY_MS;
	int64_t n = silent_ms / (is_long ? STAMP_DAY_MS : STAMP_HOUR_MS);

	printf("Nothing new for %lld %s%s: does scan run, is the log the right "
	       "one?\n", (long long)n, is_long ? "day" : "hour",
	       n == 1 ? "" : "s");
}

static void show_state(const struct tally *tally)
{
	int64_t newest_ms = state_number(tally->state, "newest_ms", 0);
	size_t n = state_account_count(tally->state);
	char stamp[STAMP_TEXT_SIZE];

	if (!newest_ms) {
		printf("Nothing was read yet, mode %s.\n", mode_word());
		return;
	}
	stamp_short(newest_ms, stamp);
	printf("%zu account%s known, logs read until %s, mode %s.\n", n,
	       n == 1 ? "" : "s", stamp, mode_word());
	if (clock_now_ms() - newest_ms > STAMP_HOUR_MS)
		print_silence(clock_now_ms() - newest_ms);
}

static void show_counts(const char *what, const char *failed,
			const struct waiting_counts *counts)
{
	printf("%s: waiting %lld, sent %lld, %s %lld.\n", what,
	       (long long)counts->queued + counts->sending,
	       (long long)counts->sent, failed, (long long)counts->failed);
}

static void show_notices(const struct notices *notices)
{
	const struct waiting_counts *hooks = &notices->hooks;
	struct text failure = TEXT_INIT(4096);

	if (!notices->are_known)
		return;
	show_counts("Notices", "refused", &notices->counts);
	if (notices->failures.n > 0) {
		text_add_visible(&failure,
				 slice_from(notices->failures.recipient));
		text_add_string(&failure, ": ");
		text_add_visible(&failure,
				 slice_from(notices->failures.last_error));
		printf("  refused last: %s\n", text_string(&failure));
	}
	text_release(&failure);
	if (settings.webhook.urls.n || hooks->queued || hooks->sending)
		show_counts("Webhooks", "given up", hooks);
}

static void show_sum(const struct tally *tally)
{
	if (tally->shown > SHOWN_MAX)
		printf("  ... and %zu more (--json shows all)\n",
		       tally->shown - SHOWN_MAX);
	if (tally->is_unanswered)
		printf("Blocked: not known, the database does not say. ");
	else
		printf("Blocked: %zu. ", tally->n_held);
	printf("Waiting to be blocked: %zu. Would be blocked: %zu. Watched: "
	       "%zu.\n", tally->waiting, tally->observed, tally->watched);
	if (tally->waiting && !tally->is_braked)
		printf("The next scan tries those that wait, and says what for "
		       "(the database, rights).\n");
	if (tally->unknown)
		printf("NOT IN PANEL: the panel knows no such mailbox, so "
		       "nothing stops it; see %s/panels/%s.\n",
		       settings.sql_dir, settings.panel.name);
	if (tally->observed && settings.mode == MODE_ENFORCE)
		printf("The next scan decides about those that would be "
		       "blocked.\n");
}

/* The database being away is told at the end; the rest is shown. */
static int show(struct tally *tally, struct err *err)
{
	struct err ignored;
	int database;

	show_state(tally);
	database = show_database(tally, err);
	tally->is_unanswered = database < 0;
	if (state_each_account(tally->state, each_account, tally,
			       database < 0 ? &ignored : err) < 0)
		return -1;
	show_sum(tally);
	show_notices(&tally->notices);
	return database;
}

/* What was learnt is lost, or was never there: whom the database blocks is told
 * all the same. */
static void show_without_state(struct tally *tally)
{
	struct err ignored;

	if (!desk_is_made())
		return;
	tally->is_unanswered = show_database(tally, &ignored) < 0;
	if (tally->n_held == 0)
		return;
	show_sum(tally);
	show_notices(&tally->notices);
}

static int run(struct invocation *invocation)
{
	struct tally tally = { .json = invocation->json };
	struct err err;
	int result;

	if (state_open(settings.state_dir, true, &tally.state, &err) < 0) {
		if (!tally.json && err.code == EXIT_DATA)
			show_without_state(&tally);
		return command_fail(&err);
	}
	result = tally.json ? state_each_account(tally.state, each_account,
						 &tally, &err)
			    : show(&tally, &err);
	state_close(&tally.state);
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
