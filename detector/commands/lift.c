/*
 * lift - an operator opens the gate again.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/password_words.h"
#include "detector/followup.h"
#include "detector/settings.h"

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

static int lift_block(struct desk *desk, const struct block *block,
		      const struct lift_request *request, struct err *err)
{
	const char *account = block->account;

	switch (blocks_lift(&desk->blocks, block->id, request, clock_now_ms(),
			    err)) {
	case LIFT_DONE:
	case LIFT_WAS_LIFTED:
		tell_lifted(desk, block);
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
		return tell_app_passwords(desk, block->id, account, err);
	case LIFT_NEEDS_SUPPORT:
		return err_set(err, EXIT_AGAIN,
			       "it cannot be proven that the password of "
			       "%.100s has changed; --force lifts all the "
			       "same", account);
	case LIFT_NOT_FOUND:
		return err_set(err, EXIT_DATA, "block %lld is gone",
			       (long long)block->id);
	default:
		return -1;
	}
}

static int lift_one(struct desk *desk, const char *account,
		    const struct lift_request *request, struct err *err)
{
	struct block block = BLOCK_INIT;
	enum block_find found = blocks_active_of(
		&desk->blocks, slice_from(account), &block, err);

	block_release(&block);
	if (found == BLOCK_FIND_ERROR)
		return -1;
	if (found == BLOCK_NOT_FOUND)
		return err_set(err, EXIT_DATA, "%.100s is not blocked",
			       account);
	return lift_block(desk, &block, request, err);
}

/* Blocks to be lifted: as many as one look at the database gives. */
enum { PAGE = 200 };
struct page {
	int64_t ids[PAGE];
	size_t n;
};

static int note_id(void *context, const struct block *block)
{
	struct page *page = context;

	page->ids[page->n++] = block->id;
	return page->n == PAGE;
}

/* One that cannot be lifted keeps nobody else waiting; what fails otherwise,
 * the database being away, would fail for all of them. */
static int lift_page(struct desk *desk, const struct page *page,
		     const struct lift_request *request, size_t *left,
		     struct err *err)
{
	for (size_t i = 0; i < page->n; i++) {
		struct block block = BLOCK_INIT;
		enum block_find found = blocks_get(&desk->blocks, page->ids[i],
						   &block, err);

		block_release(&block);
		if (found == BLOCK_FIND_ERROR)
			return -1;
		if (found == BLOCK_NOT_FOUND ||
		    lift_block(desk, &block, request, err) == 0)
			continue;
		if (err->code != EXIT_AGAIN)
			return -1;
		log_warning("%s", err->text);
		(*left)++;
	}
	return 0;
}

static int lift_all(struct desk *desk, const struct lift_request *request,
		    struct err *err)
{
	struct block_filter filter = { .state = "active", .limit = PAGE };
	struct page page;
	size_t left = 0;

	if (settings.mode == MODE_ENFORCE)
		log_warning("mode is enforce: whoever looks stolen to scan or "
			    "watch is stopped again; \"observe\" ends that");
	do {
		page.n = 0;
		if (blocks_list(&desk->blocks, &filter, note_id, &page,
				err) < 0 ||
		    lift_page(desk, &page, request, &left, err) < 0)
			return -1;
		filter.before_id = page.n ? page.ids[page.n - 1] : 0;
	} while (page.n == PAGE);
	if (left)
		return err_set(err, EXIT_AGAIN, "still stopped: %zu; --force "
			       "lifts them all the same", left);
	printf("Nobody is stopped any more.\n");
	return 0;
}

static int check_whom(const struct invocation *invocation, struct err *err)
{
	if (invocation->all != (invocation->n_args > 0))
		return 0;
	return err_set(err, EXIT_USAGE, "usage: comporta lift [OPTION]... "
		       "ACCOUNT, or --all");
}

static int lift(struct desk *desk, const struct invocation *invocation,
		enum held_fate held, struct err *err)
{
	char actor[96];
	struct lift_request request = {
		.actor = actor,
		.reason = invocation->reason ? invocation->reason
					     : "lifted by the operator",
		.force = invocation->force,
		.held = held,
	};

	desk_operator(actor, sizeof(actor));
	return invocation->all
		       ? lift_all(desk, &request, err)
		       : lift_one(desk, invocation->args[0], &request, err);
}

static int run(struct invocation *invocation)
{
	struct outbox_report sent = { 0 };
	enum held_fate held;
	struct desk desk;
	struct err err;
	int result;

	if (check_whom(invocation, &err) < 0 ||
	    read_fate(invocation->queue, &held, &err) < 0 ||
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
	.usage = "ACCOUNT | --all",
	.about = "let an account send again",
	.help = "Lifts the block if the password has changed since; --force "
		"lifts it anyway. Who\nlifted and why is noted. --all is for "
		"the day on which comporta was wrong, or\ngoes: every block "
		"that stands, made by hand or not.",
	.takes = TAKES_REASON | TAKES_FORCE | TAKES_QUEUE | TAKES_ALL,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
