/*
 * explain - one account: how it stands and why, what is normal for it, what
 * was seen lately, what was done, and what can be done.
 */
#include "detector/commands/explain.h"

#include "base/log.h"
#include "detector/blocks.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/password_words.h"
#include "detector/commands/report.h"
#include "detector/followup.h"
#include "detector/settings.h"

#include <limits.h>
#include <stdio.h>

/* An operator's block stands in the database, whatever the judge thinks. */
static int ask_block(struct explanation *e, struct blocks *blocks,
		     struct err *err)
{
	struct block block = BLOCK_INIT;
	enum block_find found = blocks_active_of(
		blocks, slice_from(e->entry.login), &block, err);

	if (found == BLOCK_FOUND) {
		e->block_id = block.id;
		e->blocked_ms = block.blocked_ms;
	}
	block_release(&block);
	return found == BLOCK_FIND_ERROR ? -1 : 0;
}

static int ask_followups(struct explanation *e, struct blocks *blocks,
			 struct err *err)
{
	if (!e->block_id)
		return 0;
	e->actions = json_new_array();
	e->queue = json_new_object();
	if (followup_actions_of(blocks, e->block_id, e->actions, err) < 0)
		return -1;
	return followup_held_of(blocks, e->block_id, e->queue, err);
}

/* Only looked at: a database that is not there is not made. */
static int ask_database(struct explanation *e, struct err *err)
{
	struct text password = TEXT_INIT(4096), file = TEXT_INIT(PATH_MAX);
	struct json *lines = json_new_array();
	struct db_settings database;
	struct blocks blocks = { .db = NULL };
	int result = settings_database(&database, &password, &file, err);

	if (result == 0)
		result = db_open(&database, &blocks.db, err);
	if (result == 0)
		result = blocks_audit_of_account(
			&blocks, slice_from(e->entry.login), lines, err);
	if (result == 0)
		result = ask_block(e, &blocks, err);
	if (result == 0)
		result = ask_followups(e, &blocks, err);
	db_close(&blocks.db);
	text_release(&password);
	text_release(&file);
	if (result == 0)
		e->history = lines;
	else
		json_free(&lines);
	return result;
}

/* Where there is a block, there are our tables and the secret: nothing is
 * made by opening them. */
static void ask_password(struct explanation *e)
{
	struct desk desk;
	struct err waste;

	if (e->block_id == 0 || desk_open(&desk, &waste) < 0)
		return;
	e->password = password_words(&desk.blocks, e->block_id,
				     &e->password_words, &waste);
	desk_close(&desk);
}

/* What would only be nice to have must not keep the rest from being shown. */
static void find_extras(struct explanation *e, struct err *why)
{
	struct err waste;

	e->no_history = "";
	if (desk_is_wanted() && desk_is_made() && ask_database(e, why) < 0)
		e->no_history = why->text;
	ask_password(e);
	if (languages_load(settings.template_dir, &e->languages, &waste) < 0)
		e->languages = NULL;
	if (settings_geo(&e->geo, &waste) < 0)
		e->geo = NULL;
}

/* An account that no log names may be blocked, or have been. */
static bool is_known(const struct explanation *e)
{
	return !e->unseen.code || e->block_id || json_length(e->history) > 0;
}

static void release(struct explanation *e)
{
	json_free(&e->history);
	json_free(&e->actions);
	json_free(&e->queue);
	text_release(&e->password_words);
	languages_free(&e->languages);
	geo_close(&e->geo);
}

static int fail(struct explanation *e)
{
	if (e->no_history[0])
		log_warning("nor can the database be asked: %s", e->no_history);
	return command_fail(&e->unseen);
}

static int run(struct invocation *invocation)
{
	struct explanation e = { .is_silent_too = invocation->verbose,
				 .password = PASSWORD_ERROR,
				 .password_words = TEXT_INIT(1000) };
	int result = EXIT_FINE;
	struct err why;

	if (explain_load(&e, slice_from(invocation->args[0]), &e.unseen) < 0 &&
	    !e.login[0])
		return command_fail(&e.unseen);
	find_extras(&e, &why);
	if (e.unseen.code)
		explain_judge(&e);
	if (!is_known(&e)) {
		result = fail(&e);
	} else if (invocation->json) {
		struct json *json = explain_json(&e);

		report_print_json(&json);
	} else {
		explain_print(&e);
	}
	release(&e);
	return result;
}

const struct command command_explain = {
	.name = "explain",
	.usage = "ACCOUNT",
	.about = "why one account stands as it does, and what is normal for it",
	.help = "Prints the standing of one account, every signal's share, "
		"what is missing to the\nthresholds, what is normal for it, "
		"what was seen and done lately, and what you\ncan do; as of "
		"its last line in the log. -v shows the silent signals too.",
	.takes = TAKES_JSON | TAKES_ORIGIN,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
