#include "detector/commands/errands.h"

#include "base/clock.h"
#include "detector/commands/run_inside.h"
#include "detector/settings.h"

int errands_start(struct errands *errands, const struct invocation *invocation,
		  struct err *err)
{
	if (actor_start(&errands->actor, invocation, err) < 0)
		return -1;
	errands->is_started = true;
	return 0;
}

void errands_end(struct errands *errands)
{
	if (errands->is_started)
		actor_end(&errands->actor);
	errands->is_started = false;
}

static void let_go(struct errands *errands)
{
	if (errands->is_open)
		errands->is_wanted[errands->id] = true;
	errands->is_open = false;
	actor_drop(&errands->actor);
}

void errands_unhear(struct errands *errands)
{
	if (errands->is_open && errands->id == ERRAND_HEAR)
		let_go(errands);
}

void errands_renew(struct errands *errands)
{
	let_go(errands);
	/* One of our own reads it when it starts. */
	errands->is_renewed = *settings.act.socket != '\0';
}

void errands_want(struct run *run, enum errand_id id)
{
	run->errands.is_wanted[id] = true;
}

static void succeed(struct run *run)
{
	const struct errand *errand = &errands_all[run->errands.id];

	run->errands.is_open = false;
	if (errand->step >= 0)
		patience_succeeded(&run->patience,
				   (enum patience_step)errand->step,
				   run->errands.waiting, clock_monotonic_ms());
}

/* What failed is told at the end of the round. */
static void fail(struct run *run, const struct err *err)
{
	const struct errand *errand = &errands_all[run->errands.id];

	run->errands.is_open = false;
	if (errand->failed)
		errand->failed(run);
	if (errand->step < 0)
		return;
	patience_failed(&run->patience, (enum patience_step)errand->step, err,
			clock_monotonic_ms());
	meter_failed(&run->meter, (enum patience_step)errand->step);
}

/* Where it is over with the connection, the errand is begun anew, once. */
static void begin(struct run *run);

static void again_or_fail(struct run *run, const struct err *err)
{
	if (run->errands.is_second || run->errands.actor.fd > 0 ||
	    err->code != EXIT_SERVICE) {
		fail(run, err);
		return;
	}
	run->errands.is_second = true;
	begin(run);
}

static void go(struct run *run, int answered, const struct err *said)
{
	struct err err = { 0 };
	int result = errands_all[run->errands.id].go(run, answered, said, &err);

	if (result == 0)
		succeed(run);
	else if (result < 0 && run->errands.actor.fd > 0)
		fail(run, &err);
	else if (result < 0)
		again_or_fail(run, &err);
}

static void begin(struct run *run)
{
	struct actor *actor = &run->errands.actor;
	struct err err;
	int result = actor_reach(actor, &err);

	if (result > 0 && run->errands.is_renewed)
		result = actor_ask_type(actor, LINK_RELOAD, &err);
	else if (result > 0)
		go(run, 0, NULL);
	if (result < 0)
		again_or_fail(run, &err);
}

/* One that failed a moment ago is not tried. */
static bool may(const struct run *run, enum errand_id id)
{
	int step = errands_all[id].step;

	if (!run->errands.is_started || !desk_is_wanted())
		return false;
	if (step < 0)
		return run->errands.actor.is_greeted;
	return patience_may(&run->patience, (enum patience_step)step,
			    clock_monotonic_ms());
}

static bool begin_next(struct run *run)
{
	struct errands *errands = &run->errands;

	for (int id = 0; id < ERRANDS; id++) {
		bool is_wanted = errands->is_wanted[id];

		errands->is_wanted[id] = false;
		if (!is_wanted || !may(run, (enum errand_id)id))
			continue;
		errands->id = (enum errand_id)id;
		errands->is_open = true;
		errands->is_second = false;
		errands->waiting = state_journal_count(run->state);
		begin(run);
		return true;
	}
	return false;
}

/* The greeting belongs to no errand, and neither does that it was renewed,
 * whatever came of it: a broken configuration is told where it is read. */
static void answered(struct run *run, int question, const struct err *said)
{
	bool is_fine = said->code == EXIT_FINE;

	if (question == LINK_RELOAD) {
		run->errands.is_renewed = false;
		go(run, 0, NULL);
	} else if (question != LINK_HELLO) {
		go(run, question, is_fine ? NULL : said);
	} else if (is_fine) {
		begin(run);
	} else {
		actor_drop(&run->errands.actor);
		fail(run, said);
	}
}

static bool hear(struct run *run, int64_t limit_ms)
{
	struct actor *actor = &run->errands.actor;
	struct link_message message;
	struct err said;
	int question = actor->asked;

	switch (actor_hear(actor, limit_ms, &message, &said)) {
	case ACTOR_NOTHING:
		return false;
	case ACTOR_MESSAGE:
		if (errands_all[run->errands.id].take)
			errands_all[run->errands.id].take(run, &message);
		return true;
	case ACTOR_DONE:
		answered(run, question, &said);
		return true;
	default:
		again_or_fail(run, &said);
		return true;
	}
}

bool errands_go_on(struct run *run, int64_t limit_ms)
{
	int64_t until_ms = clock_monotonic_ms() + limit_ms;

	for (;;) {
		int64_t left_ms = until_ms - clock_monotonic_ms();

		if (!run->errands.is_open && !begin_next(run))
			return true;
		if (run->errands.is_open &&
		    !hear(run, left_ms > 0 ? left_ms : 0) && left_ms <= 0)
			return false;
	}
}
