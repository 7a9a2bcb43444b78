/*
 * brake - what is held because it was too much at once, and a person's word on
 * it.
 *
 * The word goes through the database (brake.h), so it may be said while watch
 * runs: the next round carries it out.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/must.h"
#include "detector/commands/brake_words.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* More than a screen is read as JSON. */
enum { SHOWN_MAX = 200, ALL = 1000000000 };

struct showing {
	bool json;
	int64_t shown;
};

static int show_row(void *context, const struct brake_row *row)
{
	struct showing *showing = context;

	showing->shown++;
	if (showing->json)
		brake_print_row_json(row);
	else
		brake_print_row(row);
	return 0;
}

static int show(struct desk *desk, const struct invocation *invocation,
		struct err *err)
{
	struct showing showing = { .json = invocation->json };
	struct brake_look look;
	int64_t waiting;

	if (brake_look(&desk->blocks, clock_now_ms(), &look, err) < 0)
		return -1;
	if (invocation->json)
		brake_print_json(&look);
	else
		brake_print(&look, true);
	waiting = look.blocks.waiting + look.lifts.waiting;
	if (waiting == 0)
		return 0;
	if (!invocation->json)
		printf("Either takes the names of single ACCOUNTs; comporta "
		       "explain ACCOUNT shows one.\n");
	if (brake_each(&desk->blocks, 0, invocation->json ? ALL : SHOWN_MAX,
		       show_row, &showing, err) < 0)
		return -1;
	if (!invocation->json && waiting > showing.shown)
		printf("  ... and %" PRId64 " more (--json shows all)\n",
		       waiting - showing.shown);
	return 0;
}

/* What there is to decide about, as of now. */
struct census {
	int64_t n[2];		/* by enum brake_kind */
	int64_t last_id;
	const struct invocation *invocation;
	bool *is_named;		/* of each argument */
};

static int note(void *context, const struct brake_row *row)
{
	struct census *waiting = context;
	const struct invocation *invocation = waiting->invocation;
	struct slice account = slice_from(row->account);

	waiting->n[row->kind]++;
	waiting->last_id = row->id;
	for (int i = 1; i < invocation->n_args; i++)
		waiting->is_named[i] |= slice_eq_nocase(
			account, slice_from(invocation->args[i]));
	return 0;
}

/* A typing mistake must not pass for a decision. */
static int check(const struct census *waiting, struct err *err)
{
	const struct invocation *invocation = waiting->invocation;
	bool is_said = invocation->blocks || invocation->lifts;

	for (int i = 1; i < invocation->n_args; i++)
		if (!waiting->is_named[i])
			return err_set(err, EXIT_DATA, "nothing of %.100s "
				       "waits; see comporta brake status",
				       invocation->args[i]);
	if (invocation->n_args == 1 && !is_said && waiting->n[0] &&
	    waiting->n[1])
		return err_set(err, EXIT_USAGE, "decisions to block and lifts "
			       "both wait: say --blocks, --lifts, or both");
	return 0;
}

static bool is_meant(const struct census *waiting, enum brake_kind kind)
{
	const struct invocation *invocation = waiting->invocation;
	bool is_said = invocation->blocks || invocation->lifts;

	return waiting->n[kind] > 0 &&
	       (!is_said || (kind == BRAKE_BLOCKS ? invocation->blocks
						  : invocation->lifts));
}

static void say(const struct invocation *invocation,
		const struct brake_decree *decree, int64_t n)
{
	bool is_lift = decree->kind == BRAKE_LIFTS;
	struct json *json;

	if (invocation->json) {
		json = json_new_object();
		json_add_string(json, "type", "word");
		json_add_string(json, "kind",
				brake_kind_names[decree->kind]);
		json_add_flag(json, "approved", decree->approve);
		json_add_integer(json, "n", n);
		json_add_string(json, "by", decree->actor);
		json_add_string(json, "reason", decree->reason);
		report_print_json(&json);
		return;
	}
	printf("%" PRId64 " %s%s %s: %s.\n", n,
	       is_lift ? "lift" : "decision", n == 1 ? "" : "s",
	       decree->approve ? "approved" : "discarded",
	       decree->approve ? "the next round carries them out"
	       : is_lift ? "only a password that is changed from now on opens"
			 : "nobody is stopped by them");
}

static int decree_all(struct desk *desk, struct brake_decree *decree,
		      const struct invocation *invocation, struct err *err)
{
	int64_t n = 0, now_ms = clock_now_ms();

	/* All of them at the same time, so that n counts them together. */
	for (int i = 1; i < invocation->n_args; i++) {
		decree->account = slice_from(invocation->args[i]);
		if (brake_decree(&desk->blocks, decree, now_ms, &n, err) < 0)
			return -1;
	}
	if (invocation->n_args == 1 &&
	    brake_decree(&desk->blocks, decree, now_ms, &n, err) < 0)
		return -1;
	say(invocation, decree, n);
	return 0;
}

static int decide(struct desk *desk, const struct census *waiting,
		  bool approve, struct err *err)
{
	char actor[96];
	struct brake_decree decree = {
		.approve = approve,
		.up_to_id = waiting->last_id,
		.actor = actor,
		.reason = waiting->invocation->reason,
	};

	desk_operator(actor, sizeof(actor));
	for (int kind = 0; kind < 2; kind++) {
		decree.kind = (enum brake_kind)kind;
		if (is_meant(waiting, decree.kind) &&
		    decree_all(desk, &decree, waiting->invocation, err) < 0)
			return -1;
	}
	return 0;
}

static int judge(struct desk *desk, const struct invocation *invocation,
		 bool approve, struct err *err)
{
	struct census waiting = { .invocation = invocation };
	int result;

	if (!invocation->reason || !invocation->reason[0])
		return err_set(err, EXIT_USAGE, "--reason is missing: it goes "
			       "into the audit trail");
	waiting.is_named = must(calloc((size_t)invocation->n_args,
				       sizeof(bool)));
	result = brake_each(&desk->blocks, 0, ALL, note, &waiting, err);
	if (result == 0)
		result = check(&waiting, err);
	if (result == 0 && waiting.n[0] + waiting.n[1] == 0 &&
	    !invocation->json)
		printf("Nothing waits.\n");
	if (result == 0)
		result = decide(desk, &waiting, approve, err);
	free(waiting.is_named);
	return result;
}

static int act(struct desk *desk, const struct invocation *invocation,
	       struct err *err)
{
	const char *verb = invocation->n_args ? invocation->args[0] : "status";

	if (strcmp(verb, "status") == 0 && invocation->n_args < 2)
		return show(desk, invocation, err);
	if (strcmp(verb, "approve") == 0)
		return judge(desk, invocation, true, err);
	if (strcmp(verb, "discard") == 0)
		return judge(desk, invocation, false, err);
	return err_set(err, EXIT_USAGE, "usage: comporta brake status | "
		       "approve [ACCOUNT...] | discard [ACCOUNT...]");
}

static int run(struct invocation *invocation)
{
	struct desk desk;
	struct err err;
	int result;

	if (!desk_is_wanted()) {
		printf("Mode is observe and there is no database yet: nothing "
		       "waits.\n");
		return EXIT_FINE;
	}
	if (desk_open(&desk, &err) < 0)
		return command_fail(&err);
	result = act(&desk, invocation, &err);
	desk_close(&desk);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_brake = {
	.name = "brake",
	.usage = "status | approve|discard [ACCOUNT...]",
	.about = "what was too much at once, and your word on it",
	.help = "More blocks within an hour than brake.per_hour or brake.share "
		"allow wait for a\nperson, and so do more lifts by a changed "
		"password than brake.lifts or\nbrake.lift_share. approve has "
		"those carried out that wait now, discard drops\nthem; what "
		"comes later is not decided. Who said so and why is noted. "
		"After a\ndiscard the accounts start anew: what they did "
		"before counts no more, as after\na lift; of a discarded lift "
		"only the next change of the password counts.",
	.takes = TAKES_REASON | TAKES_KIND | TAKES_JSON,
	.min_args = 0,
	.max_args = -1,
	.run = run,
};
