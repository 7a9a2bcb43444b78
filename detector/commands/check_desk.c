#include "detector/commands/check_desk.h"

#include "base/clock.h"
#include "detector/commands/brake_words.h"
#include "detector/commands/check_blocks.h"
#include "detector/commands/check_mailserver.h"
#include "detector/commands/check_notices.h"
#include "detector/commands/check_programs.h"
#include "detector/commands/check_sending.h"
#include "detector/commands/check_serve.h"
#include "detector/commands/desk.h"
#include "detector/followup.h"
#include "detector/panel/db_rights.h"
#include "detector/panel/db_standing.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <stdio.h>

static void tell_mailserver(void *context, enum mailserver_mark mark,
			    const char *words)
{
	if (mark == MAILSERVER_GOOD)
		findings_good("mailserver", words);
	else if (mark == MAILSERVER_NOTE)
		findings_note("mailserver", words);
	else
		findings_mend(context, "mailserver", words, EXIT_CONFIG);
}

static void tell_sending(void *context, enum sending_mark mark,
			 const char *part, const struct err *found)
{
	if (mark == SENDING_MEND)
		findings_bad(context, part, found);
	else if (mark == SENDING_NOTE)
		findings_note(part, found->text);
	else
		findings_good(part, found->text);
}

static void check_what_is_sent(struct findings *findings, struct desk *desk)
{
	const struct sending_check check = { desk, tell_sending, findings };

	check_sending(&check);
}

/* `desk` is NULL where there is no database. */
static void check_mail_server(struct findings *findings, struct desk *desk,
			      const struct invocation *invocation)
{
	struct mailserver_check check = {
		.desk = desk, .account = invocation->account,
		.tell = tell_mailserver, .context = findings,
	};

	check_mailserver(&check);
}

enum { PROBES = 20 };

struct probe {
	struct desk *desk;
	size_t asked, found;
	struct err err;
	bool failed;
};

static int probe_account(void *context, const struct account_entry *entry)
{
	struct probe *probe = context;
	struct panel_mailbox mailbox;
	enum panel_found found =
		panel_find(probe->desk->blocks.panel, probe->desk->blocks.db,
			   account_login(entry), &mailbox, &probe->err);

	probe->asked++;
	probe->found += found == PANEL_FOUND;
	probe->failed = found == PANEL_ERROR;
	return probe->failed || probe->asked == PROBES;
}

/* Does the panel know the accounts that the log names? */
static void check_panel(struct findings *findings, struct desk *desk)
{
	struct probe probe = { .desk = desk };
	struct slice name = S("nobody@invalid");
	struct account_entry nobody = { .login = name.ptr,
					.login_len = (uint8_t)name.len };
	struct state *state;
	struct err err;
	char words[200];

	/* Its statement is tried even when no account is known yet. */
	probe_account(&probe, &nobody);
	probe.asked = 0;
	if (!probe.failed &&
	    state_open(settings.state_dir, true, &state, &err) == 0) {
		state_each_account(state, probe_account, &probe, &err);
		state_close(&state);
	}
	if (probe.failed) {
		findings_bad(findings, "panel", &probe.err);
	} else if (probe.asked && !probe.found) {
		err_set(&err, EXIT_CONFIG, "none of %zu accounts of the log is "
			"in the panel's table: owners could neither be written "
			"to nor lift; see %s/panels/%s/README.md",
			probe.asked, settings.sql_dir,
			settings.panel.name);
		findings_bad(findings, "panel", &err);
	} else if (probe.asked) {
		snprintf(words, sizeof(words), "%s knows %zu of %zu accounts "
			 "of the log", settings.panel.name, probe.found,
			 probe.asked);
		findings_good("panel", words);
	}
}

/* A block that everybody believes in and nothing enforces. */
static void check_blocks(struct findings *findings, struct desk *desk)
{
	struct blocks_look look;
	struct err err;

	if (check_blocks_look(&desk->blocks, &look, &err) < 0) {
		findings_bad(findings, "blocks", &err);
	} else if (look.open) {
		err_set(&err, EXIT_DATA, "%zu of %zu blocked accounts can send "
			"by the panel's tables, %.100s is one: its switch was "
			"turned on there. Lift the block, or turn it off again",
			look.open, look.active, look.account);
		findings_bad(findings, "blocks", &err);
	}
}

/* What could not be done outside the database, or could not be. */
static void check_actions(struct findings *findings, struct desk *desk)
{
	int missing = check_programs(findings, desk->blocks.panel);
	struct followup_counts counts;
	struct err err;
	char words[400];

	if (followup_count(&desk->blocks, clock_now_ms(), &counts, &err) < 0) {
		findings_bad(findings, "actions", &err);
	} else if (counts.failed || counts.waiting) {
		err_set(&err, EXIT_SERVICE, "%lld after blocks and lifts are "
			"tried again, %lld were given up in 30 days: %s",
			(long long)counts.waiting, (long long)counts.failed,
			counts.last_error);
		findings_bad(findings, "actions", &err);
	} else if (missing == 0) {
		snprintf(words, sizeof(words), "after a block %zu commands, "
			 "after a lift %zu, the queue is %s",
			 settings.actions.on_block.n,
			 settings.actions.on_lift.n,
			 *settings.queue.hold ? "held" : "left alone");
		findings_good("actions", words);
	}
}

static void check_rights(struct findings *findings, struct desk *desk)
{
	struct err err;

	if (db_rights(desk->blocks.db, settings.sql_dir, DB_RIGHTS_ACTING,
		      &err) < 0)
		findings_bad(findings, "database", &err);
}

/* Rights are asked of a server that takes changes from anybody. */
static void check_standing(struct findings *findings, struct desk *desk)
{
	struct db_standing standing;
	struct err err;

	if (db_standing(desk->blocks.db, &standing, &err) < 0) {
		findings_bad(findings, "database", &err);
		return;
	}
	if (standing.is_read_only) {
		err_set(&err, EXIT_CONFIG, "the server takes no changes "
			"(read_only = ON), so nobody can be stopped: name the "
			"primary in database.host");
		findings_bad(findings, "database", &err);
		return;
	}
	check_rights(findings, desk);
	if (standing.is_replica)
		findings_note("database", "the server is a replica that takes "
			      "changes: unless it is one of several primaries, "
			      "name the primary in database.host, which never "
			      "hears of blocks made here");
}

/* Somebody has to decide. */
static void check_brake(struct findings *findings, struct desk *desk)
{
	struct brake_look look;
	struct err err;

	if (brake_look(&desk->blocks, clock_now_ms(), &look, &err) < 0) {
		findings_bad(findings, "brake", &err);
		return;
	}
	if (!look.blocks.waiting && !look.lifts.waiting)
		return;
	err_set(&err, EXIT_AGAIN, "%lld decisions to block and %lld lifts wait "
		"for your word: comporta brake status",
		(long long)look.blocks.waiting, (long long)look.lifts.waiting);
	findings_bad(findings, "brake", &err);
}

static void tell_alarm(void *context, const struct err *err)
{
	findings_bad(context, "alarm", err);
}

void check_desk(struct findings *findings, const struct invocation *invocation)
{
	struct desk desk;
	struct err err;
	char words[200];
	int applied = 0;

	if (!invocation->create_tables && !desk_is_wanted()) {
		findings_note("database", "mode is observe and there is none "
			      "yet: not needed");
		check_mail_server(findings, NULL, invocation);
		return;
	}
	if (desk_open_and_migrate(&desk, invocation->create_tables ? &applied
								   : NULL,
				  &err) < 0) {
		findings_bad(findings, "database", &err);
		return;
	}
	snprintf(words, sizeof(words), "%s, panel \"%s\", templates loaded%s",
		 db_kind(desk.blocks.db), panel_name(desk.blocks.panel),
		 applied ? ", tables made" : "");
	findings_good("database", words);
	check_standing(findings, &desk);
	check_serve(findings, &desk);
	check_panel(findings, &desk);
	check_blocks(findings, &desk);
	check_actions(findings, &desk);
	check_brake(findings, &desk);
	if (check_alarms(&desk.blocks, clock_now_ms(), tell_alarm, findings,
			 &err) < 0)
		findings_bad(findings, "alarm", &err);
	/* Whoever makes the tables does that first: a mail server can look
	 * into a new one only when it has been granted that. */
	if (!invocation->create_tables) {
		check_what_is_sent(findings, &desk);
		check_mail_server(findings, &desk, invocation);
	}
	desk_close(&desk);
}

