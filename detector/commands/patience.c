#include "detector/commands/patience.h"

#include "base/log.h"

#include <string.h>

enum { FIRST_MS = 1000, OTHER_MS = 1000 };

/*
 * The longest wait. A lock goes in seconds, and a new decision should not wait
 * long behind it. What is not in the table is the fault of one entry: it must
 * not keep new ones waiting at all.
 */
static const struct {
	int code;
	int64_t longest_ms;
} limits[] = {
	{ EXIT_SERVICE, 60000 },
	{ EXIT_RIGHTS, 60000 },
	{ EXIT_CONFIG, 60000 },
	{ EXIT_AGAIN, 8000 },
};

static int64_t longest_ms(int code)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].code == code)
			return limits[i].longest_ms;
	return OTHER_MS;
}

bool patience_may(const struct patience *patience, enum patience_step step,
		  int64_t now_ms)
{
	for (int i = 0; i < (int)step; i++)
		if (patience->steps[i].code == EXIT_SERVICE &&
		    now_ms < patience->steps[i].next_ms)
			return false;
	return now_ms >= patience->steps[step].next_ms;
}

bool patience_is_away(const struct patience *patience)
{
	for (int i = 0; i < PATIENCE_STEPS; i++)
		if (patience->steps[i].code == EXIT_SERVICE)
			return true;
	return false;
}

/* What several steps meet is told once, whichever finds it. */
static bool is_known(const struct patience *patience, enum patience_step step,
		     const struct err *err)
{
	if (patience->steps[step].code == err->code ||
	    (err->code == EXIT_SERVICE && patience_is_away(patience)))
		return true;
	for (int i = 0; i < PATIENCE_STEPS; i++)
		if (patience->steps[i].code == err->code &&
		    strcmp(patience->steps[i].news.text, err->text) == 0)
			return true;
	return false;
}

void patience_failed(struct patience *patience, enum patience_step step,
		     const struct err *err, int64_t now_ms)
{
	bool known = is_known(patience, step, err);
	int64_t most_ms = longest_ms(err->code);
	int64_t wait_ms = 2 * patience->steps[step].wait_ms;

	if (wait_ms == 0)
		wait_ms = FIRST_MS;
	if (wait_ms > most_ms)
		wait_ms = most_ms;
	if (patience->steps[step].code == EXIT_FINE)
		patience->steps[step].since_ms = now_ms;
	patience->steps[step].code = err->code;
	patience->steps[step].wait_ms = wait_ms;
	patience->steps[step].next_ms = now_ms + wait_ms;
	if (known)
		return;
	patience->steps[step].news = *err;
	patience->steps[step].has_news = true;
}

int64_t patience_succeeded(struct patience *patience, enum patience_step step,
			   size_t waited, int64_t now_ms)
{
	static const char *const words[PATIENCE_STEPS] = {
		[PATIENCE_HEAR] = "lifts can be read again",
		[PATIENCE_ACT] = "decisions are carried out again",
		[PATIENCE_FOLLOW] = "actions are noted again",
		[PATIENCE_SEND] = "lifts and notices go on again",
		[PATIENCE_HOOKS] = "webhooks go on again",
	};
	int64_t away_ms = now_ms - patience->steps[step].since_ms;
	int code = patience->steps[step].code;

	patience->steps[step].code = EXIT_FINE;
	patience->steps[step].wait_ms = patience->steps[step].next_ms = 0;
	if (code == EXIT_FINE ||
	    (code == EXIT_SERVICE && patience_is_away(patience)))
		return -1;
	log_info("%s after %lld s; decisions that waited: %zu",
		 code == EXIT_SERVICE ? "the database is back" : words[step],
		 (long long)(away_ms / 1000), waited);
	return away_ms;
}

int patience_news(struct patience *patience, size_t waiting, struct err *err)
{
	for (int i = 0; i < PATIENCE_STEPS; i++) {
		if (!patience->steps[i].has_news)
			continue;
		patience->steps[i].has_news = false;
		*err = patience->steps[i].news;
		if (waiting > 0)
			err_prefix(err, "decisions wait (%zu): ", waiting);
		return -1;
	}
	return 0;
}
