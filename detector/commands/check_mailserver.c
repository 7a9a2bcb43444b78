#include "detector/commands/check_mailserver.h"

#include "base/files.h"
#include "detector/commands/check_log.h"
#include "detector/mailserver/ask.h"
#include "detector/settings.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Has no mailbox, so no block: what a map must say nothing for. */
static const char NOBODY[] = "nobody@invalid";

struct look {
	const struct mailserver_check *check;
	struct asked asked;
	struct mailserver_findings findings;
	char blocked[PANEL_LOGIN_SIZE];	/* has a block; or "" */
	char open[PANEL_LOGIN_SIZE];	/* --account's, without one; or "" */
	bool asks_table;		/* else the panel's switch */
	char columns[200];		/* of the switch */
};

/* Our table, or which columns of the panel? */
static bool read_panel(struct look *look)
{
	struct text sql = TEXT_INIT(65536);
	struct slice rest;
	char path[PATH_MAX];
	struct err err;

	snprintf(path, sizeof(path), "%s/panels/%s/block.sql",
		 settings.sql_dir, settings.panel.name);
	if (files_read(path, &sql, &err) < 0)
		return false;
	rest = text_slice(&sql);
	look->asks_table = slice_find(rest, S(MAILSERVER_TABLE)) >= 0;
	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n');

		if (slice_skip(&line, S("-- switch:")))
			slice_copy(slice_trim(line), look->columns,
				   sizeof(look->columns));
	}
	text_release(&sql);
	return true;
}

static int keep_blocked(void *context, const struct block *block)
{
	struct look *look = context;

	slice_copy_lower(slice_from(block->account), look->blocked,
			 sizeof(look->blocked));
	return 1;
}

/* The account that was named, or the one that was blocked last. */
static void choose_accounts(struct look *look)
{
	const struct mailserver_check *check = look->check;
	const struct block_filter active = { .state = "active", .limit = 1 };
	struct block block = BLOCK_INIT;
	struct err err;

	if (!check->account) {
		if (check->desk)
			blocks_list(&check->desk->blocks, &active,
				    keep_blocked, look, &err);
		return;
	}
	slice_copy_lower(slice_from(check->account), look->open,
			 sizeof(look->open));
	if (check->desk &&
	    blocks_active_of(&check->desk->blocks, slice_from(look->open),
			     &block, &err) == BLOCK_FOUND) {
		keep_blocked(look, &block);
		look->open[0] = '\0';
	}
	block_release(&block);
}

static struct ask_accounts map_accounts(const struct look *look)
{
	return (struct ask_accounts){
		.blocked = look->blocked,
		.unblocked = look->open[0] ? look->open : NOBODY,
	};
}

static void find_failed(struct look *look, const struct err *err)
{
	mailserver_find(&look->findings, MAILSERVER_NOTE, "cannot be looked "
			"at: %s", err->text);
}

/* True when there is a Postfix. */
static bool look_at_postfix(struct look *look)
{
	static struct postfix_answers answers;
	struct ask_accounts accounts = map_accounts(look);
	struct err err;
	enum ask_result result =
		ask_postfix(settings.mailserver.postfix_config, &accounts,
			    &look->asked, &answers, &err);

	if (result == ASK_DONE)
		postfix_judge(&answers, &look->findings);
	else if (result == ASK_FAILED)
		find_failed(look, &err);
	ask_release(&look->asked);
	return result != ASK_ABSENT;
}

static bool look_at_exim(struct look *look)
{
	struct slice config;
	struct err err;
	enum ask_result result = ask_exim(&look->asked, &config, &err);

	if (result == ASK_DONE)
		exim_judge(config, &look->findings);
	else if (result == ASK_FAILED)
		find_failed(look, &err);
	ask_release(&look->asked);
	return result != ASK_ABSENT;
}

static void look_at_dovecot(struct look *look)
{
	static struct dovecot_answers answers;
	const struct ask_accounts accounts = { look->blocked, look->open };
	struct err err;
	enum ask_result result =
		ask_dovecot(settings.mailserver.dovecot_config, &accounts,
			    &look->asked, &answers, &err);

	if (result == ASK_DONE && look->asks_table)
		dovecot_judge_deny(&answers, &look->findings);
	else if (result == ASK_DONE)
		dovecot_judge_switch(&answers, look->columns,
				     &look->findings);
	else if (!look->asks_table && result == ASK_FAILED)
		find_failed(look, &err);
	else if (!look->asks_table)
		mailserver_find(&look->findings, MAILSERVER_NOTE, "there is no "
				"Dovecot here: see that what checks passwords "
				"asks for %s", look->columns);
	ask_release(&look->asked);
}

static void look_at_table(struct look *look)
{
	int64_t kind = settings.mailserver.kind;
	bool is_there = false;

	if (kind == MAIL_SERVER_AUTO || kind == MAIL_SERVER_POSTFIX)
		is_there = look_at_postfix(look);
	if ((kind == MAIL_SERVER_AUTO && !is_there) ||
	    kind == MAIL_SERVER_EXIM)
		is_there = look_at_exim(look);
	if (!is_there)
		mailserver_find(&look->findings, MAILSERVER_NOTE, "neither "
				"Postfix nor Exim is here to be asked: "
				"docs/ENFORCE.md says what to look at by hand, "
				"where your customers send through");
	look_at_dovecot(look);
}

static void look_at_all(struct look *look)
{
	if (settings.mailserver.kind == MAIL_SERVER_NONE) {
		mailserver_find(&look->findings, MAILSERVER_NOTE,
				"mailserver.kind is \"none\": whether yours "
				"asks for the block is not looked at");
		return;
	}
	if (!read_panel(look))
		return;		/* the panel's own check tells */
	choose_accounts(look);
	if (look->asks_table)
		look_at_table(look);
	else if (look->columns[0])
		look_at_dovecot(look);
	else
		mailserver_find(&look->findings, MAILSERVER_NOTE, "which "
				"column panel %s turns is not known: write a "
				"line \"-- switch: COLUMN\" into its "
				"block.sql", settings.panel.name);
}

static const char *trial_words(enum mail_trial result)
{
	switch (result) {
	case MAIL_TRIAL_TAKEN:
		return "may send";
	case MAIL_TRIAL_REFUSED:
		return "is refused";
	case MAIL_TRIAL_NO_LOGIN:
		return "cannot log in";
	case MAIL_TRIAL_AWAY:
		break;
	}
	return "could not be tried";
}

static void judge_trial(struct look *look, enum mail_trial result,
			bool is_blocked, const char *answer)
{
	bool may_send = result == MAIL_TRIAL_TAKEN;
	enum mailserver_mark mark = MAILSERVER_MEND;

	if (result == MAIL_TRIAL_REFUSED || may_send)
		mark = may_send != is_blocked ? MAILSERVER_GOOD
					      : MAILSERVER_MEND;
	/* A switch that Dovecot asks refuses the login itself. */
	if (result == MAIL_TRIAL_NO_LOGIN && is_blocked && !look->asks_table)
		mark = MAILSERVER_GOOD;
	/* 4xx, and 5xx for another reason than ours, prove nothing. */
	if (result == MAIL_TRIAL_REFUSED && is_blocked && answer[0] != '5')
		mark = MAILSERVER_NOTE;
	mailserver_find(&look->findings, mark, "trial account %.100s %s and "
			"%s%s%s", settings.mailserver.trial_account,
			is_blocked ? "is blocked" : "has no block",
			trial_words(result), answer[0] ? ": " : "", answer);
}

static bool has_block(const struct look *look, const char *account)
{
	struct block block = BLOCK_INIT;
	struct err err;
	bool is_blocked = look->check->desk &&
		blocks_active_of(&look->check->desk->blocks,
				 slice_from(account), &block, &err) ==
			BLOCK_FOUND;

	block_release(&block);
	return is_blocked;
}

static void try_account(struct look *look)
{
	const char *account = settings.mailserver.trial_account;
	struct text password = TEXT_INIT(1024);
	struct mail_client *client;
	char answer[MAIL_ANSWER_SIZE];
	struct err err = { 0 };
	struct mail_settings mail = {
		.url = settings.mailserver.trial_url, .user = account,
		.from = account, .helo = "", .verify = true,
		.ca_file = settings.smtp.ca_file,
		.timeout_ms = settings.smtp.timeout_ms,
	};

	if (!*account)
		return;
	if (files_read_secret(settings.mailserver.trial_password_file,
			      &password, &err) < 0) {
		mailserver_find(&look->findings, MAILSERVER_MEND,
				"mailserver.trial_password_file: %s", err.text);
	} else {
		mail.password = text_string(&password);
		if (mail_client_open(&mail, &client, &err) < 0) {
			mailserver_find(&look->findings, MAILSERVER_MEND,
					"trial account: %s", err.text);
		} else {
			judge_trial(look,
				    mail_client_try(client, account, answer),
				    has_block(look, account), answer);
			mail_client_close(&client);
		}
	}
	if (password.bytes)
		explicit_bzero(password.bytes, password.room);
	text_release(&password);
}

static void add_lines(struct text *out, struct slice lines)
{
	while (lines.len) {
		text_addf(out, "\n%*s", LOG_INDENT, "");
		text_add_visible(out, slice_cut(&lines, '\n'));
	}
}

static void tell(const struct look *look,
		 const struct mailserver_finding *finding)
{
	bool is_early = finding->mark == MAILSERVER_MEND &&
			settings.mode == MODE_OBSERVE;
	struct text words = TEXT_INIT(1 << 16);

	text_add_visible(&words, text_slice(&finding->words));
	if (is_early)
		text_add_string(&words, "; not needed in mode observe, only "
				"before enforce");
	add_lines(&words, text_slice(&finding->remedy));
	look->check->tell(look->check->context,
			  is_early ? MAILSERVER_NOTE : finding->mark,
			  text_string(&words));
	text_release(&words);
}

void check_mailserver(const struct mailserver_check *check)
{
	static struct look look;

	look = (struct look){ .check = check };
	look_at_all(&look);
	try_account(&look);
	for (size_t i = 0; i < look.findings.n; i++)
		tell(&look, &look.findings.items[i]);
	mailserver_release(&look.findings);
}
