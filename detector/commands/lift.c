/*
 * lift - an operator opens the gate again.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/password_words.h"
#include "detector/followup.h"

#include <stdio.h>
#include <string.h>

/* What becomes of held messages. */
static int read_fate(const char *word, enum held_fate *out, struct err *err)
{
	*out = HELD_AS_SET;
	if (word && !held_fate_named(slice_from(word), out))
		return err_set(err, EXIT_USAGE,
			       "--queue is keep, release or delete");
	if (!followup_can(*out))
		return err_set(err, EXIT_CONFIG, "--queue %s: queue.%s is not "
			       "set in the configuration", word, word);
	return 0;
}

static int tell_app_passwords(struct desk *desk, int64_t id,
			      const char *account, struct err *err)
{
	struct text words = TEXT_INIT(1000);

	if (password_words(&desk->blocks, id, &words, err) != PASSWORD_ERROR)
		err_set(err, EXIT_AGAIN, "%.100s: %.250s The owner has to "
			"delete them or make them anew; --force lifts all the "
			"same", account, text_string(&words));
	text_release(&words);
	return -1;
}

/* By force also a block that another panel made: its switch is not ours to
 * turn. */
static void tell_lifted(const struct desk *desk, const struct block *block)
{
	const char *now = panel_name(desk->blocks.panel);

	if (!block->changed || panel_is_of(desk->blocks.panel, block->panel)) {
		printf("%s can send again.\n", block->account);
		return;
	}
	printf("%s is lifted, but stays stopped: block %lld was made through "
	       "panel %s,\nand panel.name is %s now. Turn the "
	       "switch back there by hand,\nand delete the row of block %lld "
	       "from comporta_send_block, if there is one.\n",
	       block->account, (long long)block->id, block->panel, now,
	       (long long)block->id);
}

static int lift(struct desk *desk, const struct invocation *invocation,
		enum held_fate held, struct err *err)
{
	struct block block = BLOCK_INIT;
	const char *account = invocation->args[0];
	char actor[96];
	struct lift_request request = {
		.actor = actor,
		.reason = invocation->reason ? invocation->reason
					     : "lifted by the operator",
		.force = invocation->force,
		.held = held,
	};
	enum block_find found = blocks_active_of(&desk->blocks,
						 slice_from(account), &block,
						 err);
	int64_t id = block.id;

	desk_operator(actor, sizeof(actor));
	block_release(&block);
	if (found == BLOCK_FIND_ERROR)
		return -1;
	if (found == BLOCK_NOT_FOUND)
		return err_set(err, EXIT_DATA, "%.100s is not blocked",
			       account);
	switch (blocks_lift(&desk->blocks, id, &request, clock_now_ms(),
			    err)) {
	case LIFT_DONE:
	case LIFT_WAS_LIFTED:
		tell_lifted(desk, &block);
		return 0;
	case LIFT_PASSWORD_UNCHANGED:
		return err_set(err, EXIT_AGAIN,
			       "the password of %.100s has not changed yet; "
			       "--force lifts all the same", account);
	case LIFT_SAME_PASSWORD:
		return err_set(err, EXIT_AGAIN,
			       "%.100s has set its old password again; "
			       "--force lifts all the same", account);
	case LIFT_APP_PASSWORDS_LEFT:
		return tell_app_passwords(desk, id, account, err);
	case LIFT_NEEDS_SUPPORT:
		return err_set(err, EXIT_AGAIN,
			       "it cannot be proven that the password of "
			       "%.100s has changed; --force lifts all the "
			       "same", account);
	case LIFT_NOT_FOUND:
		return err_set(err, EXIT_DATA, "block %lld is gone",
			       (long long)id);
	default:
		return -1;
	}
}

static int run(struct invocation *invocation)
{
	struct outbox_report sent = { 0 };
	enum held_fate held;
	struct desk desk;
	struct err err;
	int result;

	if (read_fate(invocation->queue, &held, &err) < 0 ||
	    desk_open(&desk, &err) < 0)
		return command_fail(&err);
	result = lift(&desk, invocation, held, &err);
	if (result == 0)
		desk_follow_up(&desk, clock_now_ms());
	if (result == 0 && desk_send(&desk, clock_now_ms(), &sent, &err) < 0)
		log_warning("the notice waits for the next run: %s", err.text);
	desk_close(&desk);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_lift = {
	.name = "lift",
	.usage = "ACCOUNT",
	.about = "let an account send again",
	.help = "Lifts the block if the password has changed since; --force "
		"lifts it anyway. Who\nlifted and why is noted.",
	.takes = TAKES_REASON | TAKES_FORCE | TAKES_QUEUE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
