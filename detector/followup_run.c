/*
 * The actions that are due, carried out one after the other.
 */
#include "detector/followup_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	AT_ONCE = 200,		/* rows of one run; the rest in the next */
	STUCK_MAX = 8,
	LIMITS = 3,		/* one run lasts as many time limits of a
				 * program, and the one that is running */
	/* A row whose process was killed while its program ran is free again
	 * after this, besides the program's own time. */
	CLAIM_MS = 60 * STAMP_SECOND_MS,
	FIRST_WAIT_MS = 5 * STAMP_SECOND_MS,
	LONGEST_WAIT_MS = 600 * STAMP_SECOND_MS
};

struct due {
	struct followup rows[AT_ONCE];
	size_t n;
};

/* Programs that hang are not tried again in this run. */
struct running {
	struct blocks *blocks;
	struct followup_report *report;
	int64_t now_ms;
	char stuck[STUCK_MAX][64];	/* names of actions */
	size_t n_stuck;
};

static int take_due(void *context, const struct db_row *row)
{
	struct due *due = context;
	struct followup *one = &due->rows[due->n++];

	one->id = db_column_integer(row, "id", 0);
	one->block_id = db_column_integer(row, "block_id", 0);
	one->attempts = db_column_integer(row, "attempts", 0);
	one->at_block = slice_eq(db_column(row, "moment"), S("block"));
	slice_copy(db_column(row, "name"), one->name, sizeof(one->name));
	slice_copy(db_column(row, "account"), one->account,
		   sizeof(one->account));
	slice_copy(db_column(row, "panel"), one->panel, sizeof(one->panel));
	return due->n == AT_ONCE;
}

static int read_due(struct blocks *blocks, int64_t now_ms, struct due *out,
		    struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("now", db_integer(now_ms)),
		/* Nothing waits that long but by a clock that was set back
		 * since. */
		BLOCKS_P("ahead", db_integer(now_ms + STAMP_HOUR_MS)),
		BLOCKS_P("limit", db_integer(AT_ONCE)),
	};

	out->n = 0;
	return db_run(blocks->db,
		      "SELECT a.id AS id, a.block_id AS block_id, a.attempts AS"
		      " attempts, a.moment AS moment, a.name AS name,"
		      " b.account AS account, b.panel AS panel"
		      " FROM comporta_action a"
		      " JOIN comporta_block b ON b.id = a.block_id"
		      " WHERE (a.state = 'waiting' AND a.next_ms <= :now)"
		      " OR (a.state = 'waiting' AND a.next_ms > :ahead)"
		      " ORDER BY a.id LIMIT :limit",
		      parameters, BLOCKS_N(parameters), take_due, out, NULL,
		      err) == DB_OK ? 0 : -1;
}

/* False when another process has it. */
static enum db_result claim(const struct running *running,
			    const struct followup *followup, bool *ours_out,
			    struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(followup->id)),
		BLOCKS_P("seen", db_integer(followup->attempts)),
		BLOCKS_P("next", db_integer(running->now_ms + CLAIM_MS +
					    settings.actions.timeout_ms)),
	};
	int64_t changed = 0;
	enum db_result done =
		db_run(running->blocks->db,
		       "UPDATE comporta_action SET attempts = attempts + 1,"
		       " next_ms = :next WHERE id = :id AND state = 'waiting'"
		       " AND attempts = :seen", parameters,
		       BLOCKS_N(parameters), NULL, NULL, &changed, err);

	*ours_out = changed == 1;
	return done;
}

static int64_t wait_after(int64_t attempts)
{
	int64_t wait_ms = FIRST_WAIT_MS;

	for (; attempts > 0 && wait_ms < LONGEST_WAIT_MS; attempts--)
		wait_ms *= 2;
	return wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS;
}

/*
 * The lift came while the program of the block held messages, or turned the
 * panel's switch off: what the lift does about that is done once more, even if
 * it is being done, as nobody knows which program ended last. One more attempt
 * makes the note of whoever does it now meet no row.
 */
static enum db_result wake_lift(const struct running *running,
				const struct followup *followup,
				struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(followup->block_id)),
		BLOCKS_P("panel", db_integer(strcmp(followup->name,
						    "panel") == 0)),
		BLOCKS_P("now", db_integer(running->now_ms)),
	};

	return db_run(running->blocks->db,
		      "UPDATE comporta_action SET state = 'waiting',"
		      " next_ms = :now, attempts = CASE WHEN state = 'done'"
		      " THEN 0 ELSE attempts + 1 END"
		      " WHERE block_id = :block_id AND moment = 'lift'"
		      " AND state IN ('done', 'waiting') AND"
		      " (name = 'panel' AND :panel = 1 OR"
		      " name IN ('release', 'delete') AND :panel = 0)",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL, err);
}

static enum db_result note(const struct running *running,
			   const struct followup *followup, const char *state,
			   const char *said, struct err *err)
{
	bool waits = strcmp(state, "waiting") == 0;
	struct db_value none = { .type = DB_NULL };
	int64_t changed = 0;
	enum db_result done;
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(followup->id)),
		BLOCKS_P("ours", db_integer(followup->attempts + 1)),
		BLOCKS_P("state", db_string(state)),
		BLOCKS_P("next", db_integer(running->now_ms +
					    wait_after(followup->attempts))),
		BLOCKS_P("ended", waits ? none
					: db_integer(running->now_ms)),
		BLOCKS_P("said", blocks_or_null(said)),
	};

	/* A lift may have dropped it meanwhile, or wants it done again. */
	done = db_run(running->blocks->db,
		      "UPDATE comporta_action SET state = :state,"
		      " next_ms = :next, ended_ms = :ended, said = :said"
		      " WHERE id = :id AND state = 'waiting' AND"
		      " attempts = :ours",
		      parameters, BLOCKS_N(parameters), NULL, NULL, &changed,
		      err);
	if (done == DB_OK && changed == 0 && followup->at_block &&
	    (strcmp(followup->name, "hold") == 0 ||
	     strcmp(followup->name, "panel") == 0))
		done = wake_lift(running, followup, err);
	return done;
}

enum followup_end followup_command(const struct followup *followup,
				   const char *line, const char *owner,
				   struct text *said, struct err *err)
{
	struct slice account = slice_from(followup->account);
	struct slice domain = slice_domain(account);
	struct slice local = domain.len
		? slice_sub(account, 0, account.len - domain.len - 1)
		: account;
	const struct arguments_value all[] = {
		{ "account", account },
		{ "local", local },
		{ "domain", domain },
		{ "owner", owner ? slice_from(owner)
				 : (struct slice){ NULL, 0 } },
	};
	const struct arguments_values values = { .all = all,
						 .n = BLOCKS_N(all) };
	struct arguments arguments;
	enum program_end end = PROGRAM_ERROR;

	if (arguments_fill(line, &values, &arguments, err) != 0)
		return FOLLOWUP_NEVER;
	if (arguments_run(&arguments, S(""), settings.actions.timeout_ms, said,
			  &end, err) == 0)
		return FOLLOWUP_DONE;
	return end == PROGRAM_TIMED_OUT ? FOLLOWUP_STUCK : FOLLOWUP_AGAIN;
}

/* "command 2" of the settings as they are now; NULL when it is gone. */
static const char *configured(const struct followup *followup)
{
	const struct conf_list *lines = followup->at_block
		? &settings.actions.on_block : &settings.actions.on_lift;
	struct slice name = slice_from(followup->name);
	uint32_t number;

	if (!slice_skip(&name, S("command ")) || !slice_number(name, &number) ||
	    number == 0 || number > lines->n)
		return NULL;
	return lines->items[number - 1];
}

/* One line of the panel after the other; owner.command first, if a line asks
 * for {owner}. */
static enum followup_end run_panel(struct blocks *blocks,
				   const struct followup *followup,
				   struct text *said, struct err *err)
{
	const struct panel *panel = panel_as(blocks->panel, followup->panel,
					     err);
	const char *const *lines = panel
		? panel_commands(panel, followup->at_block) : NULL;
	const char *asks = panel ? panel_owner_command(panel) : NULL;
	enum followup_end end = FOLLOWUP_DONE;
	char owner[128] = "";

	if (!lines) {
		err_set(err, EXIT_CONFIG, "the block was made through panel "
			"%s and panel.name is now another: turn it by hand",
			followup->panel);
		return FOLLOWUP_NEVER;
	}
	if (asks) {
		struct slice all, first;

		end = followup_command(followup, asks, NULL, said, err);
		all = text_slice(said);
		first = slice_trim(slice_cut(&all, '\n'));
		if (end == FOLLOWUP_DONE && (first.len == 0 ||
		    !slice_copy(first, owner, sizeof(owner)))) {
			err_set(err, EXIT_DATA, "owner.command named nobody");
			return FOLLOWUP_AGAIN;
		}
	}
	for (; *lines && end == FOLLOWUP_DONE; lines++) {
		text_clear(said);
		end = followup_command(followup, *lines,
				       owner[0] ? owner : NULL, said, err);
	}
	return end;
}

static enum followup_end carry_out(const struct running *running,
				   const struct followup *followup,
				   struct text *said, struct err *err)
{
	const char *line = followup_queue_line(followup->name);

	if (strcmp(followup->name, "panel") == 0)
		return run_panel(running->blocks, followup, said, err);
	if (line && *line)
		return followup_on_queue(running->blocks, followup,
					 running->now_ms, said, err);
	line = configured(followup);
	if (line)
		return followup_command(followup, line, NULL, said, err);
	err_set(err, EXIT_CONFIG, "it is not configured any more");
	return FOLLOWUP_NEVER;
}

/* The last line of what a program said, fit for a table. */
static void shorten(const struct text *said, char *out, size_t size)
{
	char line[400];

	slice_copy(slice_last_line(text_slice(said)), line, sizeof(line));
	blocks_visible(line, out, size);
}

static void count(struct running *running, const struct followup *followup,
		  enum followup_end end, bool gave_up, const char *words)
{
	struct followup_report *report = running->report;
	const char *name;

	if (end == FOLLOWUP_DONE) {
		report->done++;
		return;
	}
	report->failed += gave_up;
	report->later += !gave_up;
	name = configured(followup);
	if (!name)
		name = followup->name;
	snprintf(report->last_error, sizeof(report->last_error),
		 "\"%.50s\" for %.80s: %.150s", name, followup->account, words);
	log_warning("block %lld of %s: \"%.200s\" %s: %s",
		    (long long)followup->block_id, followup->account, name,
		    gave_up ? "is given up" : "will be tried again", words);
	if (end == FOLLOWUP_STUCK && running->n_stuck < STUCK_MAX)
		slice_copy(slice_from(followup->name),
			   running->stuck[running->n_stuck++],
			   sizeof(running->stuck[0]));
}

static bool hangs(const struct running *running,
		  const struct followup *followup)
{
	for (size_t i = 0; i < running->n_stuck; i++)
		if (strcmp(running->stuck[i], followup->name) == 0)
			return true;
	return false;
}

static int run_one(struct running *running, const struct followup *followup,
		   struct err *err)
{
	struct text said = TEXT_INIT(PROGRAM_MAX_SAID);
	char words[300] = "";
	struct err problem = { 0, "" };
	enum followup_end end;
	bool ours, gave_up;
	int result;

	if (hangs(running, followup))
		return 0;
	if (claim(running, followup, &ours, err) != DB_OK)
		return -1;
	if (!ours)
		return 0;
	end = carry_out(running, followup, &said, &problem);
	if (end == FOLLOWUP_NO_DATABASE) {
		*err = problem;
		text_release(&said);
		return -1;
	}
	gave_up = end == FOLLOWUP_NEVER ||
		  followup->attempts + 1 >= settings.actions.max_attempts;
	if (end == FOLLOWUP_DONE)
		shorten(&said, words, sizeof(words));
	else
		blocks_visible(problem.text, words, sizeof(words));
	text_release(&said);
	result = note(running, followup, end == FOLLOWUP_DONE ? "done"
		      : gave_up ? "failed" : "waiting", words, err) == DB_OK
		 ? 0 : -1;
	count(running, followup, end, gave_up, words);
	return result;
}

int followup_run(struct blocks *blocks, int64_t now_ms,
		 struct followup_report *report_out, struct err *err)
{
	struct running *running = must(calloc(1, sizeof(*running)));
	struct due *due = must(malloc(sizeof(*due)));
	int64_t until_ms = clock_monotonic_ms() +
			   LIMITS * settings.actions.timeout_ms;
	int result;

	memset(report_out, 0, sizeof(*report_out));
	*running = (struct running){ .blocks = blocks, .report = report_out,
				     .now_ms = now_ms };
	result = read_due(blocks, now_ms, due, err);
	for (size_t i = 0; i < due->n && result == 0 &&
			   clock_monotonic_ms() < until_ms; i++)
		result = run_one(running, &due->rows[i], err);
	free(due);
	free(running);
	return result;
}
