#include "detector/commands/act_decisions.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "detector/actions/braked.h"
#include "detector/actions/inspect.h"
#include "detector/commands/act_inside.h"
#include "detector/settings.h"

#include <stdlib.h>
#include <string.h>

struct decisions {
	struct kept {
		struct link_decision said;
		struct text verdict;
	} all[BLOCKS_MANY];
	size_t n;
};

int decisions_add(struct decisions **decisions,
		  const struct link_decision *decision, struct err *err)
{
	struct kept *kept;

	if (!*decisions)
		*decisions = must(calloc(1, sizeof(**decisions)));
	if ((*decisions)->n == BLOCKS_MANY)
		return err_set(err, EXIT_DATA, "too many decisions at once");
	kept = &(*decisions)->all[(*decisions)->n++];
	kept->said = *decision;
	kept->verdict = (struct text)TEXT_INIT(LINK_VERDICT_MAX);
	text_add(&kept->verdict, decision->verdict);
	return 0;
}

void decisions_drop(struct decisions **decisions)
{
	if (!*decisions)
		return;
	for (size_t i = 0; i < (*decisions)->n; i++)
		text_release(&(*decisions)->all[i].verdict);
	free(*decisions);
	*decisions = NULL;
}

/* What is let through, and where it came from. */
struct work {
	struct action_input inputs[BLOCKS_MANY];
	enum action_result results[BLOCKS_MANY], of_all[BLOCKS_MANY];
	size_t from[BLOCKS_MANY];
	size_t n, refused;
	struct err why;			/* of the last one refused */
};

static struct action_input input_of(const struct kept *kept, int64_t now_ms)
{
	return (struct action_input){
		.key = kept->said.key,
		.account = slice_from(kept->said.account),
		.decided_ms = kept->said.decided_ms,
		.probability = kept->said.probability,
		.log_odds = kept->said.log_odds,
		.verdict = text_slice(&kept->verdict),
		.now_ms = now_ms,
	};
}

static void refuse(struct work *work, const struct kept *kept,
		   const struct err *why)
{
	log_warning("a decision about %s is refused: %s", kept->said.account,
		    why->text);
	work->refused++;
	work->why = *why;
	err_prefix(&work->why, "the acting process refused the decision about "
		   "%.120s: ", kept->said.account);
}

static void look_at_all(const struct decisions *decisions, struct work *work,
			int64_t now_ms)
{
	for (size_t i = 0; i < decisions->n; i++) {
		struct action_input input = input_of(&decisions->all[i],
						     now_ms);
		struct err why;

		work->of_all[i] = ACTION_REFUSED;
		if (inspect_decision(&input, &why) < 0) {
			refuse(work, &decisions->all[i], &why);
			continue;
		}
		work->from[work->n] = i;
		work->inputs[work->n++] = input;
	}
}

static int tell(const struct decisions *decisions, const struct work *work,
		enum braked_end end, int reader, struct err *err)
{
	struct link_message acted = { .type = LINK_ACTED, .acted = {
		.braked = end == BRAKED_HOLDS,
		.stopped = end == BRAKED_STOPS } };

	for (size_t i = 0; i < decisions->n; i++) {
		const struct link_message one = {
			.type = LINK_RESULT,
			.result = { .i = (int64_t)i,
				    .result = (int64_t)work->of_all[i] },
		};

		if (link_send(reader, &one, ACT_SEND_MS, err) < 0)
			return -1;
	}
	return link_send(reader, &acted, ACT_SEND_MS, err);
}

/* *late_out tells whether one of them has to wait, and *err why. */
static enum braked_end act(struct work *work, struct blocks *blocks,
			   int64_t active, bool *late_out, struct err *err)
{
	struct braked braked = {
		.blocks = blocks,
		.action = action_find("block"),
		.active = active,
		.now_ms = clock_now_ms(),
	};
	enum braked_end end = BRAKED_GOES_ON;

	if (work->n)
		end = braked_carry_out(&braked, work->inputs, work->n,
				       work->results, err);
	*late_out = end == BRAKED_STOPS;
	for (size_t i = 0; i < work->n; i++) {
		work->of_all[work->from[i]] = work->results[i];
		*late_out |= work->results[i] == ACTION_LATER;
	}
	return end;
}

static int carry_out(const struct decisions *decisions, struct work *work,
		     struct blocks *blocks, int64_t active, int reader,
		     struct err *err)
{
	struct err untold;
	bool is_late;
	enum braked_end end;

	look_at_all(decisions, work, clock_now_ms());
	end = act(work, blocks, active, &is_late, err);
	if (tell(decisions, work, end, reader, &untold) < 0) {
		*err = untold;
		return -1;
	}
	if (!is_late && work->refused)
		*err = work->why;
	return is_late || work->refused ? -1 : 0;
}

int decisions_carry_out(const struct decisions *decisions, int reader,
			struct blocks *blocks, int64_t active,
			struct err *err)
{
	struct work *work;
	int result;

	if (!decisions)
		return 0;
	if (settings.mode != MODE_ENFORCE)
		return err_set(err, EXIT_CONFIG, "mode is observe where "
			       "decisions are carried out; do both processes "
			       "read one configuration?");
	work = must(calloc(1, sizeof(*work)));
	result = carry_out(decisions, work, blocks, active, reader, err);
	free(work);
	return result;
}
