#include "detector/blocks_inside.h"

#include "detector/brake.h"
#include "detector/followup.h"
#include "detector/settings.h"
#include "detector/webhooks.h"

#include <stdio.h>
#include <string.h>

/* One lift on its way into the tables. */
struct lifting {
	struct blocks *blocks;
	const struct lift_request *request;
	struct block block;
	struct blocks_proof proof;
	int64_t now_ms;
	enum lift_result result;
	bool is_noted;		/* there is something to commit */
};

/* What the rules say before the database is asked to change anything. */
static enum lift_result rule(const struct lifting *lifting)
{
	const struct lift_request *request = lifting->request;

	if (lifting->proof.state == PASSWORD_SAME && !request->force)
		return LIFT_SAME_PASSWORD;
	if (request->by_owner &&
	    (!settings.lift.self_service || lifting->block.is_repeat))
		return LIFT_NEEDS_SUPPORT;
	if (request->force)
		return LIFT_DONE;
	if (lifting->proof.state == PASSWORD_UNCHANGED)
		return LIFT_PASSWORD_UNCHANGED;
	if (lifting->proof.state == PASSWORD_APP_PASSWORDS_LEFT)
		return LIFT_APP_PASSWORDS_LEFT;
	if (lifting->proof.state == PASSWORD_UNKNOWN)
		return LIFT_NEEDS_SUPPORT;
	return LIFT_DONE;
}

/* Another panel's statements must not touch a switch that they do not know. */
static int check_panel(const struct lifting *lifting, struct err *err)
{
	const char *now = panel_name(lifting->blocks->panel);

	if (!lifting->block.changed || lifting->request->force ||
	    panel_is_of(lifting->blocks->panel, lifting->block.panel))
		return 0;
	return err_set(err, EXIT_CONFIG, "block %lld was made through panel "
		       "%s, and panel.name is now %s: turn the switch back "
		       "there and lift with force",
		       (long long)lifting->block.id, lifting->block.panel,
		       now);
}

/*
 * Only what we turned, and only where it still stands as we left it: that is
 * unblock.sql's to look at, as an account may have more than one way to send,
 * and one that was opened since says nothing of the others. Was panel.gate
 * another one when the block was made, then as it was then.
 */
static enum db_result turn_back(const struct lifting *lifting,
				struct err *err)
{
	const struct block *block = &lifting->block;
	struct panel *panel = lifting->blocks->panel;
	bool changed = false;

	if (!block->changed || !panel_is_of(panel, block->panel))
		return DB_OK;
	panel = panel_as(panel, block->panel, err);
	if (!panel)
		return DB_FAILED;
	if (!lifting->proof.is_known && !panel_blocks_anybody(panel))
		return DB_OK;
	return panel_unblock(panel, lifting->blocks->db,
			     slice_from(block->account),
			     slice_from(block->previous), block->id,
			     lifting->now_ms, &changed, err);
}

static enum db_result end_row(struct lifting *lifting, int64_t *changed_out,
			      struct err *err)
{
	char actor[sizeof(lifting->block.lifted_by)];
	char reason[BLOCKS_REASON_SIZE];

	blocks_visible(lifting->request->actor, actor, sizeof(actor));
	blocks_visible(lifting->request->reason, reason, sizeof(reason));

	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(lifting->block.id)),
		BLOCKS_P("now", db_integer(lifting->now_ms)),
		BLOCKS_P("actor", db_string(actor)),
		BLOCKS_P("reason", blocks_or_null(reason)),
		BLOCKS_P("proof", db_string(lifting->proof.words)),
	};
	return db_run(lifting->blocks->db,
		      "UPDATE comporta_block SET state = 'lifted',"
		      " active_account = NULL, lifted_ms = :now,"
		      " lifted_by = :actor, lift_reason = :reason,"
		      " proof = :proof WHERE id = :id AND state = 'active'",
		      parameters, BLOCKS_N(parameters), NULL, NULL,
		      changed_out, err);
}

static enum db_result write_trail(const struct lifting *lifting,
				  struct err *err)
{
	const struct lift_request *request = lifting->request;
	char detail[200];
	struct blocks_audit_line line = {
		.block_id = lifting->block.id,
		.account = lifting->block.account,
		.actor = request->actor,
		.address = request->address,
		.action = "lift",
		.reason = request->reason,
		.detail = detail,
		.at_ms = lifting->now_ms,
	};
	enum db_result done;

	snprintf(detail, sizeof(detail), "%s%s", lifting->proof.words,
		 request->force ? "; lifted by force" : "");
	done = blocks_audit_add(lifting->blocks, &line, err);
	if (done != DB_OK)
		return done;
	done = blocks_queue(lifting->blocks, &lifting->block, NOTICE_LIFTED,
			    true, lifting->now_ms, err);
	if (done == DB_OK)
		done = webhooks_queue(lifting->blocks, WEBHOOK_LIFTED,
				      lifting->block.id, lifting->now_ms, err);
	if (done != DB_OK)
		return done;
	return followup_queue_lift(lifting->blocks, &lifting->block,
				   request->by_owner ? HELD_AS_SET
						     : request->held,
				   lifting->now_ms, err);
}

static enum db_result change_rows(struct lifting *lifting, struct err *err)
{
	int64_t changed = 0;
	enum db_result done = end_row(lifting, &changed, err);

	if (done != DB_OK)
		return done;
	if (changed != 1) {
		lifting->result = LIFT_WAS_LIFTED;
		return DB_OK;
	}
	done = turn_back(lifting, err);
	if (done == DB_OK)
		done = brake_lift_done(lifting->blocks, lifting->block.id,
				       err);
	if (done == DB_OK)
		done = blocks_credentials_forget(lifting->blocks,
						 lifting->block.id, err);
	if (done == DB_OK)
		done = write_trail(lifting, err);
	/* Who said "it was me" and now opens with a new password. */
	if (done == DB_OK && lifting->request->by_owner &&
	    lifting->proof.state == PASSWORD_CHANGED)
		done = blocks_trust_same(lifting->blocks, &lifting->block,
					 lifting->request->address,
					 lifting->now_ms, err);
	return done;
}

/* The old password was set again: said once for each hash, which from now on
 * proves nothing. */
static enum db_result note_same(struct lifting *lifting, struct err *err)
{
	const struct lift_request *request = lifting->request;
	const struct blocks_audit_line line = {
		.block_id = lifting->block.id,
		.account = lifting->block.account,
		.actor = request->actor,
		.address = request->address,
		.action = "refuse",
		.reason = request->reason,
		.detail = lifting->proof.words,
		.at_ms = lifting->now_ms,
	};
	enum db_result done = blocks_credentials_same(
		lifting->blocks, lifting->block.id,
		lifting->proof.fingerprint, &lifting->is_noted, err);

	if (done != DB_OK || !lifting->is_noted)
		return done;
	return blocks_audit_add(lifting->blocks, &line, err);
}

/* When the panel says it of many at once, a hash alone opens nothing. */
static enum db_result brake(struct lifting *lifting, struct err *err)
{
	struct brake_lift lift = {
		.block_id = lifting->block.id,
		.decided_ms = lifting->block.decided_ms,
	};
	enum db_result done;
	bool may;

	if (!lifting->request->by_owner || lifting->request->force ||
	    lifting->proof.is_other_shown)
		return DB_OK;
	memcpy(lift.account, lifting->block.account, sizeof(lift.account));
	done = brake_lift_may(lifting->blocks, &lift, lifting->now_ms, &may,
			      &lifting->is_noted, err);
	if (done == DB_OK && !may)
		lifting->result = LIFT_NEEDS_SUPPORT;
	return done;
}

/* Inside the transaction. DB_OK means that lifting->result holds; only with
 * LIFT_DONE, or is_noted, there is something to commit. */
static enum db_result lift_rows(struct lifting *lifting, int64_t id,
				struct err *err)
{
	enum block_find found = blocks_get(lifting->blocks, id,
					   &lifting->block, err);

	if (found == BLOCK_FIND_ERROR)
		return DB_FAILED;
	lifting->result = found == BLOCK_NOT_FOUND ? LIFT_NOT_FOUND
						   : LIFT_WAS_LIFTED;
	if (found == BLOCK_NOT_FOUND || !lifting->block.is_active)
		return DB_OK;
	if (blocks_prove(lifting->blocks, &lifting->block,
			 lifting->request->password, &lifting->proof, err))
		return DB_FAILED;
	memcpy(lifting->block.reseller, lifting->proof.reseller,
	       sizeof(lifting->block.reseller));
	lifting->result = rule(lifting);
	if (lifting->result == LIFT_SAME_PASSWORD &&
	    lifting->proof.is_same_shown)
		return note_same(lifting, err);
	/* Through another panel nothing can be proven: whoever can mend the
	 * configuration hears of that first. */
	if ((lifting->result == LIFT_DONE || !lifting->request->by_owner) &&
	    check_panel(lifting, err))
		return DB_FAILED;
	if (lifting->result == LIFT_DONE && brake(lifting, err) != DB_OK)
		return DB_FAILED;
	if (lifting->result != LIFT_DONE)
		return DB_OK;
	return change_rows(lifting, err);
}

static enum db_result lift_once(struct lifting *lifting, int64_t id,
				struct err *err)
{
	struct db *db = lifting->blocks->db;
	enum db_result done = db_begin(db, err);

	if (done != DB_OK)
		return done;
	lifting->is_noted = false;
	done = lift_rows(lifting, id, err);
	if (done == DB_OK &&
	    (lifting->result == LIFT_DONE || lifting->is_noted))
		return db_commit(db, err);
	db_rollback(db);
	return done;
}

static enum lift_result lift_block(struct lifting *lifting, int64_t id,
				   struct err *err)
{
	struct err problem = { .code = EXIT_SERVICE };
	bool was_uncertain = false;

	for (int i = 0; i < BLOCKS_TRIES; i++) {
		enum db_result done = lift_once(lifting, id, &problem);

		/* Lifted by our own COMMIT, whose answer was lost. */
		if (done == DB_OK && was_uncertain &&
		    lifting->result == LIFT_WAS_LIFTED)
			return LIFT_DONE;
		if (done == DB_OK)
			return lifting->result;
		was_uncertain = was_uncertain || done == DB_UNCERTAIN;
		if (done != DB_BUSY && done != DB_UNCERTAIN)
			break;
	}
	*err = problem;
	err_prefix(err, "cannot lift block %lld: ", (long long)id);
	return LIFT_FAILED;
}

enum lift_result blocks_lift(struct blocks *blocks, int64_t id,
			     const struct lift_request *request,
			     int64_t now_ms, struct err *err)
{
	struct lifting lifting = { .blocks = blocks, .request = request,
				   .block = BLOCK_INIT, .now_ms = now_ms };
	enum lift_result result = lift_block(&lifting, id, err);

	block_release(&lifting.block);
	return result;
}
