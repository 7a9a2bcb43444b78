/*
 * What a story expects, and what came of it.
 */
#include "base/stamp.h"
#include "detector/judge.h"
#include "tests/support/story_inside.h"

#include <math.h>
#include <string.h>

void story_say_what_was_told(const struct story *story)
{
	for (size_t i = 0; i < story->n_told; i++) {
		char stamp[STAMP_TEXT_SIZE];

		stamp_rfc3339(story->told[i].at_ms, stamp);
		print_error("  %s %s %s\n", stamp,
			    verdict_action_names[story->told[i].action],
			    story->told[i].account);
	}
}

static void expect_verdict(struct story *story, struct slice what,
			   struct slice account, struct slice rest)
{
	bool is_watch = slice_eq(what, S("watch"));
	bool is_calm = slice_eq(what, S("calm"));
	bool is_none = is_calm || slice_eq(what, S("open"));
	int64_t after_ms = 0, before_ms = INT64_MAX;
	struct slice option;
	bool found = false;

	while ((option = story_word(&rest)).len > 0) {
		if (slice_eq(option, S("after")))
			after_ms = story_moment(story, story_word(&rest));
		else if (slice_eq(option, S("before")))
			before_ms = story_moment(story, story_word(&rest));
		else
			FAIL(story, "expect what?");
	}
	for (size_t i = 0; i < story->n_told; i++) {
		const struct told *t = &story->told[i];
		bool fits = is_calm || (t->action == VERDICT_WATCH) == is_watch;

		if (fits && slice_eq(slice_from(t->account), account) &&
		    t->at_ms > after_ms && t->at_ms < before_ms)
			found = true;
	}
	if (found != is_none)
		return;
	story_say_what_was_told(story);
	FAIL(story, "expected %s of %s", story_text(story, what),
	     story_text(story, account));
}

static void expect_number(struct story *story, struct slice what,
			  struct slice login, struct slice rest)
{
	struct account_entry *entry =
		accounts_find(story->detector.accounts, account_key(login));
	static const struct account nobody;
	const struct account *a = entry ? &entry->account : &nobody;
	const struct {
		struct slice name;
		double value;
	} values[] = {
		{ SLICE("sent"), a->counted[RECIPIENTS_DAY] },
		{ SLICE("logins"), a->logins },
		{ SLICE("failed"), (double)a->failures },
		{ SLICE("arrived"), (double)a->outcomes - a->failures },
	};
	uint32_t want = story_number(story, story_word(&rest));

	for (size_t i = 0; i < N_ELEMENTS(values); i++) {
		if (!slice_eq(values[i].name, what))
			continue;
		if (lround(values[i].value) != (long)want)
			FAIL(story, "expected %u %s of %s, got %.1f", want,
			     story_text(story, what), story_text(story, login),
			     values[i].value);
		return;
	}
	FAIL(story, "expect what?");
}

void story_expect(struct story *story, struct slice rest)
{
	static const struct slice of_verdict[] = {
		SLICE("suspend"), SLICE("watch"), SLICE("open"), SLICE("calm"),
	};
	struct slice what = story_word(&rest), account;

	story_read_on(story, SOURCE_FOLLOW);
	account = story_word(&rest);
	if (slice_eq(what, S("waiting"))) {
		if (tracker_count(story->detector.tracker) !=
		    story_number(story, account))
			FAIL(story, "%zu messages wait",
			     tracker_count(story->detector.tracker));
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(of_verdict); i++)
		if (slice_eq(of_verdict[i], what)) {
			expect_verdict(story, what, account, rest);
			return;
		}
	expect_number(story, what, account, rest);
}

void story_note_peak(void *context, const struct signal_input *input,
		     const struct account_entry *entry)
{
	struct story *story = context;
	double log_odds, nats;
	size_t i = 0;

	judge_probability(&entry->account, input->now_s, &log_odds);
	nats = log_odds - judge_prior(&entry->account, input->now_s);
	while (i < story->n_peaks &&
	       strcmp(story->peaks[i].account, entry->login) != 0)
		i++;
	if (i == PEAKS_MAX ||
	    (i < story->n_peaks && story->peaks[i].nats >= nats))
		return;
	if (i == story->n_peaks)
		story->n_peaks++;
	slice_copy(slice_from(entry->login), story->peaks[i].account,
		   sizeof(story->peaks[i].account));
	story->peaks[i].nats = nats;
	judge_explain(&entry->account, entry->login, input->event->at_ms,
		      &story->peaks[i].verdict);
	story->peaks[i].verdict.action = VERDICT_WATCH;
}

void story_say_verdict(const struct verdict *verdict)
{
	char stamp[STAMP_TEXT_SIZE];
	double nats = 0;

	stamp_rfc3339(verdict->at_ms, stamp);
	for (size_t i = 0; i < verdict->n_evidence; i++)
		nats += verdict->evidence[i].nats;
	print_message("  %s %s %s, sent %u to %u, %.1f nats:", stamp,
		      verdict_action_names[verdict->action], verdict->account,
		      verdict->window.messages, verdict->window.recipients,
		      nats);
	for (size_t i = 0; i < verdict->n_evidence; i++)
		print_message(" %s %.1f", verdict->evidence[i].signal,
			      verdict->evidence[i].nats);
	print_message("\n");
}

void story_say_peaks(const struct story *story)
{
	if (story->n_peaks > 0)
		print_message("  at most:\n");
	for (size_t i = 0; i < story->n_peaks; i++)
		if (story->peaks[i].nats >= 1)
			story_say_verdict(&story->peaks[i].verdict);
}
