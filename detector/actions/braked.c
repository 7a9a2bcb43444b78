#include "detector/actions/braked.h"

#include "base/log.h"
#include "detector/brake.h"

#include <inttypes.h>

/* What becomes of each before anything is done. */
enum way { WAY_GOES, WAY_HELD, WAY_ENDED };

struct sorting {
	struct braked *braked;
	const struct action_input *inputs;
	enum action_result *results;
	size_t n;
	enum brake_word words[BLOCKS_MANY];
	enum way ways[BLOCKS_MANY];
	struct brake_room room;
};

/* A part of them, beside each other. */
struct part {
	size_t n;
	size_t places[BLOCKS_MANY];
	struct brake_decision decisions[BLOCKS_MANY];
	struct action_input inputs[BLOCKS_MANY];
};

static void gather(const struct sorting *sorting, enum way way,
		   struct part *out)
{
	out->n = 0;
	for (size_t i = 0; i < sorting->n; i++) {
		const struct action_input *input = &sorting->inputs[i];

		if (sorting->ways[i] != way)
			continue;
		out->places[out->n] = i;
		out->inputs[out->n] = *input;
		out->decisions[out->n++] = (struct brake_decision){
			.key = input->key, .account = input->account,
			.decided_ms = input->decided_ms,
			.probability = input->probability,
			.verdict = input->verdict,
		};
	}
}

static int ask(struct sorting *sorting, struct err *err)
{
	struct braked *braked = sorting->braked;
	struct part all;

	for (size_t i = 0; i < sorting->n; i++) {
		sorting->ways[i] = WAY_GOES;
		sorting->results[i] = ACTION_LATER;
	}
	gather(sorting, WAY_GOES, &all);
	if (brake_words(braked->blocks, all.decisions, all.n, sorting->words,
			err) < 0)
		return -1;
	return brake_room(braked->blocks, braked->active, braked->now_ms,
			  &sorting->room, err);
}

static void end_one(struct sorting *sorting, size_t i,
		    enum action_result result)
{
	sorting->ways[i] = WAY_ENDED;
	sorting->results[i] = result;
	if (result == ACTION_DISCARDED)
		log_info("%.*s is not stopped: a person discarded the "
			 "decision", (int)sorting->inputs[i].account.len,
			 sorting->inputs[i].account.ptr);
}

/* Of one that is made already only the answer was lost. */
static bool takes_room(enum brake_word word)
{
	return word != BRAKE_APPROVED && word != BRAKE_MADE;
}

/* The oldest go first. What names no account is never done. */
static size_t sort_out(struct sorting *sorting)
{
	int64_t left = sorting->room.left;
	size_t n_held = 0;

	for (size_t i = 0; i < sorting->n; i++) {
		enum brake_word word = sorting->words[i];

		if (sorting->inputs[i].account.len == 0) {
			end_one(sorting, i, ACTION_NEVER);
		} else if (word == BRAKE_DISCARDED) {
			end_one(sorting, i, ACTION_DISCARDED);
		} else if (takes_room(word) && left-- <= 0) {
			sorting->ways[i] = WAY_HELD;
			n_held++;
		}
	}
	return n_held;
}

static int hold(struct sorting *sorting, struct err *err)
{
	struct braked *braked = sorting->braked;
	struct part held;

	gather(sorting, WAY_HELD, &held);
	if (brake_hold(braked->blocks, held.decisions, held.n, braked->now_ms,
		       err) < 0)
		return -1;
	err_set(err, EXIT_AGAIN, "brake: %" PRId64 " accounts were blocked "
		"within an hour; the others that are decided wait for your "
		"word (comporta brake status)",
		sorting->room.made + sorting->room.left);
	return 0;
}

/* Those that were held once: a person may have been quicker. */
static int claim(struct sorting *sorting, struct err *err)
{
	enum brake_word words[BLOCKS_MANY];
	struct part going;
	bool any = false;

	gather(sorting, WAY_GOES, &going);
	for (size_t i = 0; i < going.n; i++)
		any |= sorting->words[going.places[i]] != BRAKE_UNHEARD;
	if (!any)
		return 0;
	if (brake_claim(sorting->braked->blocks, going.decisions, going.n,
			words, err) < 0)
		return -1;
	for (size_t i = 0; i < going.n; i++)
		if (words[i] == BRAKE_DISCARDED)
			end_one(sorting, going.places[i], ACTION_DISCARDED);
	return 0;
}

/* Each waited for a lock, several times. When so many did, it is no longer
 * somebody who edits one mailbox. */
enum { BUSY_MAX = 3 };

/* A database that is away, missing rights, tables of another form meet every
 * entry. */
static bool meets_all(struct braked *braked, const struct err *err)
{
	braked->busy += err->code == EXIT_AGAIN;
	return err->code == EXIT_SERVICE || err->code == EXIT_RIGHTS ||
	       err->code == EXIT_CONFIG || braked->busy >= BUSY_MAX;
}

/* One account that cannot be stopped must not keep the others from it. */
static enum braked_end act_alone(struct sorting *sorting,
				const struct part *going, struct err *err)
{
	struct braked *braked = sorting->braked;
	bool has_err = false;

	for (size_t i = 0; i < going->n; i++) {
		struct err one = { 0 };
		enum action_result result = braked->action->carry_out(
			braked->blocks, &going->inputs[i], &one);

		sorting->results[going->places[i]] = result;
		if (result != ACTION_LATER)
			continue;
		if (!has_err)
			*err = one;
		has_err = true;
		if (meets_all(braked, &one))
			return BRAKED_STOPS;
	}
	return BRAKED_GOES_ON;
}

static enum braked_end act(struct sorting *sorting, struct err *err)
{
	const struct action *action = sorting->braked->action;
	enum action_result results[BLOCKS_MANY];
	struct part going;
	struct err waste;

	gather(sorting, WAY_GOES, &going);
	if (going.n < 2 || !action->carry_out_many ||
	    action->carry_out_many(sorting->braked->blocks, going.inputs,
				   going.n, results, &waste) < 0)
		return act_alone(sorting, &going, err);
	for (size_t i = 0; i < going.n; i++)
		sorting->results[going.places[i]] = results[i];
	return BRAKED_GOES_ON;
}

enum braked_end braked_carry_out(struct braked *braked,
			       const struct action_input *inputs, size_t n,
			       enum action_result *results_out,
			       struct err *err)
{
	struct sorting sorting = { .braked = braked, .inputs = inputs,
				   .results = results_out, .n = n };
	struct err brake = { 0 };
	enum braked_end end;
	size_t n_held;

	if (ask(&sorting, err) < 0)
		return BRAKED_STOPS;
	n_held = sort_out(&sorting);
	if ((n_held && hold(&sorting, &brake) < 0) ||
	    claim(&sorting, &brake) < 0) {
		*err = brake;
		return BRAKED_STOPS;
	}
	end = act(&sorting, err);
	if (!n_held || end == BRAKED_STOPS)
		return end;
	*err = brake;
	return BRAKED_HOLDS;
}
