/*
 * suspend - an operator stops an account by hand. Works in any mode: it is a
 * person's decision.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/verdict.h"

#include <stdio.h>
#include <string.h>

static int suspend(struct desk *desk, const struct invocation *invocation,
		   struct err *err)
{
	char actor[96], key[80], stamp[STAMP_TEXT_SIZE];
	int64_t now_ms = clock_now_ms(), id = 0;
	struct text verdict = TEXT_INIT(1 << 16);
	struct verdict by_hand = { .action = VERDICT_SUSPEND,
				   .at_ms = now_ms,
				   .first_seen_ms = now_ms };
	struct block_request request = {
		.account = slice_from(invocation->args[0]),
		.decision = key,
		.decided_ms = now_ms,
		.actor = actor,
		.reason = invocation->reason ? invocation->reason
					     : BLOCKS_NO_REASON,
	};
	enum block_result result;

	desk_operator(actor, sizeof(actor));
	stamp_rfc3339(now_ms, stamp);
	snprintf(key, sizeof(key), "hand-%s-%016llx", stamp,
		 (unsigned long long)account_key(request.account));
	slice_copy(request.account, by_hand.account, sizeof(by_hand.account));
	verdict_print_json(&by_hand, &verdict);
	request.verdict = text_slice(&verdict);
	result = blocks_make(&desk->blocks, &request, now_ms, &id, err);
	text_release(&verdict);
	switch (result) {
	case BLOCK_MADE:
		printf("%s cannot send any more (block %lld). `comporta lift "
		       "%s` opens it again.\n", invocation->args[0],
		       (long long)id, invocation->args[0]);
		return 0;
	case BLOCK_WAS_MADE:
	case BLOCK_WAS_ACTIVE:
		printf("%s was stopped already.\n", invocation->args[0]);
		return 0;
	case BLOCK_UNKNOWN_ACCOUNT:
		return err_set(err, EXIT_DATA, "the panel \"%s\" knows no "
			       "mailbox \"%.100s\"",
			       panel_name(desk->blocks.panel),
			       invocation->args[0]);
	default:
		return -1;
	}
}

static int run(struct invocation *invocation)
{
	struct outbox_report sent = { 0 };
	struct desk desk;
	struct err err;
	int result;

	if (desk_open(&desk, &err) < 0)
		return command_fail(&err);
	result = invocation->force
			 ? 0
			 : desk_check_known(&desk, invocation->args[0],
					    "--force stops it all the same",
					    &err);
	if (result == 0)
		result = suspend(&desk, invocation, &err);
	if (result == 0)
		desk_follow_up(&desk, clock_now_ms());
	if (result == 0 && desk_send(&desk, clock_now_ms(), &sent, &err) < 0)
		log_warning("the notice waits for the next run: %s", err.text);
	else if (result == 0 && sent.later)
		log_warning("the notice waits for the next run: %s",
			    sent.last_error);
	desk_close(&desk);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_suspend = {
	.name = "suspend",
	.usage = "ACCOUNT",
	.about = "stop an account's sending by hand",
	.help = "Stops sending for the account at once, whatever the mode, "
		"writes to its owner\nand notes who did it and why. The owner "
		"reads the reason as it is written;\nwithout one the notice "
		"only says that support stopped it.",
	.takes = TAKES_REASON | TAKES_FORCE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
