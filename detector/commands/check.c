/*
 * check - tries every part and says what to mend.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/commands/check_blocks.h"
#include "detector/commands/check_log.h"
#include "detector/commands/check_mailserver.h"
#include "detector/commands/check_notices.h"
#include "detector/commands/check_panel.h"
#include "detector/commands/check_sending.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/logs.h"
#include "detector/followup.h"
#include "detector/geo.h"
#include "detector/judge.h"
#include "detector/panel/db_standing.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct findings {
	int n_bad;
	int code;
};

/* With -q only what must be mended. */
static void good(const char *part, const char *words)
{
	if (!log_is_quiet())
		printf("  ok    %-10s %s\n", part, words);
}

static void note(const char *part, const char *words)
{
	if (!log_is_quiet())
		printf("  note  %-10s %s\n", part, words);
}

static void bad(struct findings *findings, const char *part,
		const struct err *err)
{
	struct text words = TEXT_INIT(4096);

	text_add_visible(&words, slice_from(err->text));
	printf("  MEND  %-10s %s\n", part, text_string(&words));
	text_release(&words);
	if (findings->n_bad++ == 0)
		findings->code = err->code;
}

static void tell_mailserver(void *context, enum mailserver_mark mark,
			    const char *words)
{
	struct findings *findings = context;

	if (mark == MAILSERVER_GOOD) {
		good("mailserver", words);
	} else if (mark == MAILSERVER_NOTE) {
		note("mailserver", words);
	} else {
		printf("  MEND  %-10s %s\n", "mailserver", words);
		if (findings->n_bad++ == 0)
			findings->code = EXIT_CONFIG;
	}
}

static void tell_sending(void *context, enum sending_mark mark,
			 const char *part, const struct err *found)
{
	if (mark == SENDING_MEND)
		bad(context, part, found);
	else if (mark == SENDING_NOTE)
		note(part, found->text);
	else
		good(part, found->text);
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

static void check_log(struct findings *findings, const char *path)
{
	struct log_report report;
	struct err err;

	if (check_log_look(path, &report, &err) < 0) {
		bad(findings, "log", &err);
		return;
	}
	if (report.is_strange) {
		note("log", text_string(&report.words));
		if (report.looks_like)
			err_set(&err, EXIT_DATA, "%.300s is %s", path,
				report.looks_like);
		else
			err_set(&err, EXIT_DATA, "%.300s: no line was "
				"understood: is this a mail log?", path);
		bad(findings, "log", &err);
	} else if (report.lines == 0) {
		note("log", text_string(&report.words));
	} else {
		good("log", text_string(&report.words));
	}
	text_release(&report.words);
	if (report.lines == 0)
		note("log", "it is empty yet: is this where the mail server "
		     "writes?");
	else if (report.submissions == 0 && !report.is_strange)
		note("log", "no submission with a login in it: is this the log "
		     "of the server that customers send through?");
	if (report.newest_ms > clock_now_ms() + STAMP_HOUR_MS)
		note("log", "its newest line lies in the future: check the "
		     "clock and the time zone");
}

static void check_logs(struct findings *findings,
		       const struct invocation *invocation)
{
	struct logs *logs = must(calloc(1, sizeof(*logs)));
	struct err err;

	if (logs_find(logs, invocation, NULL, &err) < 0 && !logs->n_idle)
		bad(findings, "log", &err);
	for (size_t i = 0; i < logs->n_idle; i++) {
		logs_tell_idle(&logs->idle[i], &err);
		bad(findings, "log", &err);
	}
	if (settings.sources.n == 0 && invocation->n_args == 0) {
		err_set(&err, EXIT_CONFIG, "`sources` is empty: name the log "
			"that your mail server writes");
		bad(findings, "log", &err);
	}
	for (size_t i = 0; i < logs->n; i++)
		check_log(findings, logs->logs[i].path);
	logs_release(logs);
	free(logs);
}

static void check_geo(struct findings *findings)
{
	struct geo *geo;
	struct err err;
	int64_t age_days;
	char words[200];

	if (settings_geo(&geo, &err) < 0) {
		bad(findings, "geoip", &err);
		return;
	}
	if (!geo_has_country(geo))
		note("geoip", "country_db is not set: places are not judged");
	if (!geo_has_network(geo))
		note("geoip", "asn_db is not set: networks are told apart by "
		     "prefix only");
	if (settings.networks.n || settings.own_networks.n) {
		snprintf(words, sizeof(words), "your own knowledge: networks "
			 "%zu, own ranges %zu", settings.networks.n,
			 settings.own_networks.n);
		good("networks", words);
	}
	age_days = (clock_now_ms() - geo_built_ms(geo)) / STAMP_DAY_MS;
	if (geo_built_ms(geo)) {
		bool is_old = age_days * STAMP_DAY_MS >
			      settings.geo_max_age_ms;

		snprintf(words, sizeof(words), "the data is %lld days old%s",
			 (long long)age_days,
			 is_old ? "; it counts less, fetch a newer one" : "");
		if (is_old)
			note("geoip", words);
		else
			good("geoip", words);
	}
	geo_close(&geo);
}

static void check_state(struct findings *findings)
{
	struct state *state;
	struct err err;
	char words[700];

	if (state_open(settings.state_dir, false, &state, &err) < 0) {
		bad(findings, "state", &err);
		return;
	}
	snprintf(words, sizeof(words),
		 "%.300s: %zu accounts, each of %zu bytes (%d at most) and its "
		 "login", settings.state_dir, state_account_count(state),
		 sizeof(struct account), ACCOUNT_MAX_BYTES);
	good("state", words);
	if (state_number(state, "geo_off", 0)) {
		err_set(&err, EXIT_DATA, "places are not judged: the country "
			"file did not know a fifth of the clients; fetch a "
			"whole one, with IPv6, and let comporta scan go on");
		bad(findings, "geoip", &err);
	}
	state_close(&state);
}

/* By what an account is judged; signals with weight 0 are off. */
static void check_model(void)
{
	const struct signal *signal;
	int n = 0, n_on = 0;
	char words[200];

	for (; (signal = signal_at((size_t)n)); n++)
		n_on += signal_limits(signal)->weight > 0;
	snprintf(words, sizeof(words), "%d of %d signals; watched from "
		 "%.1f %%, stopped from %.1f %%", n_on, n,
		 judge_settings.watch * 100, judge_settings.block * 100);
	good("model", words);
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
		bad(findings, "panel", &probe.err);
	} else if (probe.asked && !probe.found) {
		err_set(&err, EXIT_CONFIG, "none of %zu accounts of the log is "
			"in the panel's table: owners could neither be written "
			"to nor lift; see sql/panels/%s/README.md",
			probe.asked, settings.panel.name);
		bad(findings, "panel", &err);
	} else if (probe.asked) {
		snprintf(words, sizeof(words), "%s knows %zu of %zu accounts "
			 "of the log", settings.panel.name, probe.found,
			 probe.asked);
		good("panel", words);
	}
}

/* A block that everybody believes in and nothing enforces. */
static void check_blocks(struct findings *findings, struct desk *desk)
{
	struct blocks_look look;
	struct err err;

	if (check_blocks_look(&desk->blocks, &look, &err) < 0) {
		bad(findings, "blocks", &err);
	} else if (look.open) {
		err_set(&err, EXIT_DATA, "%zu of %zu blocked accounts can send "
			"by the panel's tables, %.100s is one: its switch was "
			"turned on there. Lift the block, or turn it off again",
			look.open, look.active, look.account);
		bad(findings, "blocks", &err);
	}
}

/* What could not be done outside the database. */
static void check_actions(struct findings *findings, struct desk *desk)
{
	struct followup_counts counts;
	struct err err;
	char words[400];

	if (followup_count(&desk->blocks, clock_now_ms(), &counts, &err) < 0) {
		bad(findings, "actions", &err);
	} else if (counts.failed || counts.waiting) {
		err_set(&err, EXIT_SERVICE, "%lld after blocks and lifts are "
			"tried again, %lld were given up in 30 days: %s",
			(long long)counts.waiting, (long long)counts.failed,
			counts.last_error);
		bad(findings, "actions", &err);
	} else {
		snprintf(words, sizeof(words), "after a block %zu commands, "
			 "after a lift %zu, the queue is %s",
			 settings.actions.on_block.n,
			 settings.actions.on_lift.n,
			 *settings.queue.hold ? "held" : "left alone");
		good("actions", words);
	}
}

static void check_standing(struct findings *findings, struct desk *desk)
{
	struct db_standing standing;
	struct err err;

	if (db_standing(desk->blocks.db, &standing, &err) < 0) {
		bad(findings, "database", &err);
	} else if (standing.is_read_only) {
		err_set(&err, EXIT_CONFIG, "the server takes no changes "
			"(read_only = ON), so nobody can be stopped: name the "
			"primary in database.host");
		bad(findings, "database", &err);
	} else if (standing.is_replica) {
		note("database", "the server is a replica that takes changes: "
		     "unless it is one of several primaries, name the primary "
		     "in database.host, which never hears of blocks made here");
	}
}

static void tell_alarm(void *context, const struct err *err)
{
	bad(context, "alarm", err);
}

static void check_database(struct findings *findings,
			   const struct invocation *invocation)
{
	struct desk desk;
	struct err err;
	char words[200];
	int applied = 0;

	if (!invocation->create_tables && !desk_is_wanted()) {
		note("database", "mode is observe and there is none yet: not "
		     "needed");
		check_mail_server(findings, NULL, invocation);
		return;
	}
	if (desk_open_and_migrate(&desk, invocation->create_tables ? &applied
								   : NULL,
				  &err) < 0) {
		bad(findings, "database", &err);
		return;
	}
	snprintf(words, sizeof(words), "%s, panel \"%s\", templates loaded%s",
		 db_kind(desk.blocks.db), panel_name(desk.blocks.panel),
		 applied ? ", tables made" : "");
	good("database", words);
	check_standing(findings, &desk);
	check_panel(findings, &desk);
	check_blocks(findings, &desk);
	check_actions(findings, &desk);
	check_what_is_sent(findings, &desk);
	if (check_alarms(&desk.blocks, clock_now_ms(), tell_alarm, findings,
			 &err) < 0)
		bad(findings, "alarm", &err);
	/* The mail server can look into a new table only when it has been
	 * granted that. */
	if (!invocation->create_tables)
		check_mail_server(findings, &desk, invocation);
	desk_close(&desk);
}

/* Decisions that could not be carried out. */
static void check_journal(struct findings *findings)
{
	struct state *state;
	struct err err;
	size_t n;

	if (state_open(settings.state_dir, true, &state, &err) < 0)
		return;
	n = state_journal_count(state);
	state_close(&state);
	if (n == 0)
		return;
	err_set(&err, EXIT_AGAIN, "%zu accounts wait to be blocked; `comporta "
		"scan` says why", n);
	bad(findings, "decisions", &err);
}

static void list_section(const struct conf_section *section)
{
	printf("\n%s%s%s\n", *section->name ? "[" : "",
	       *section->name ? section->name : "(top level)",
	       *section->name ? "]" : "");
	for (const struct conf_option *o = section->options; o->name; o++)
		printf("  %-18s = %-12s  %s%s%s\n", o->name,
		       *o->preset ? o->preset : "\"\"", o->help,
		       o->unit ? " Unit: " : "", o->unit ? o->unit : "");
}

static int list_options(void)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		list_section(&sections[i]);
	return EXIT_FINE;
}

static int no_json(void)
{
	struct err err;

	err_set(&err, EXIT_USAGE, "check has --json for --detect-panel only");
	return command_fail(&err);
}

static int run(struct invocation *invocation)
{
	struct findings findings = { 0 };

	if (invocation->list_options)
		return list_options();
	if (invocation->detect_panel)
		return check_panel_detect(invocation);
	if (invocation->json)
		return no_json();
	if (!log_is_quiet())
		printf("comporta " COMPORTA_VERSION ", mode %s\n",
		       settings.mode == MODE_ENFORCE ? "enforce" : "observe");
	check_logs(&findings, invocation);
	check_geo(&findings);
	check_state(&findings);
	check_model();
	check_database(&findings, invocation);
	check_journal(&findings);
	if (settings.home.n == 0)
		note("home", "no home countries are set: travellers are taken "
		     "for thieves more easily");
	if (!log_is_quiet() && findings.n_bad == 0)
		printf("All is well.\n");
	else if (!log_is_quiet())
		printf("%d to mend.\n", findings.n_bad);
	return findings.n_bad ? findings.code : EXIT_FINE;
}

const struct command command_check = {
	.name = "check",
	.usage = "",
	.about = "try every part, say what to mend",
	.help = "Reads the configuration and tries logs, GeoIP files, state, "
		"database, panel and\ntemplates. Of each log the last 8 MB "
		"are read: who wrote them, what is\nunderstood, and what is "
		"not, without passwords. --create-tables makes our tables\n"
		"(with a database user that may). The mail server's own "
		"configuration is read,\nand logins are looked up as it does: "
		"does it ask for the block?\n--detect-panel looks for the "
		"tables of a hosting panel instead, in MariaDB or\nin "
		"panel.file, and prints what to configure.",
	.takes = TAKES_TABLES | TAKES_LIST | TAKES_ORIGIN | TAKES_FORMAT |
		 TAKES_ACCOUNT | TAKES_DETECT | TAKES_JSON,
	.run = run,
};
