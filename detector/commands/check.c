/*
 * check - tries every part and says what to mend.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/paths.h"
#include "base/stamp.h"
#include "detector/commands/check_act.h"
#include "detector/commands/check_desk.h"
#include "detector/commands/check_fence.h"
#include "detector/commands/check_findings.h"
#include "detector/commands/check_log.h"
#include "detector/commands/check_owners.h"
#include "detector/commands/check_panel.h"
#include "detector/commands/command.h"
#include "detector/commands/logs.h"
#include "detector/geo.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check_log(struct findings *findings, const char *path)
{
	struct log_report report;
	struct err err;

	if (check_log_look(path, &report, &err) < 0) {
		findings_bad(findings, "log", &err);
		return;
	}
	if (report.is_strange) {
		findings_note("log", text_string(&report.words));
		if (*report.looks_like)
			err_set(&err, EXIT_DATA, "%.300s is %s", path,
				report.looks_like);
		else
			err_set(&err, EXIT_DATA, "%.300s: no line was "
				"understood: is this a mail log?", path);
		findings_bad(findings, "log", &err);
	} else if (report.lines == 0) {
		findings_note("log", text_string(&report.words));
	} else {
		findings_good("log", text_string(&report.words));
	}
	text_release(&report.words);
	if (report.lines == 0)
		findings_note("log", "it is empty yet: is this where the mail "
			      "server writes?");
	else if (report.submissions == 0 && !report.is_strange)
		findings_note("log", "no submission with a login in it: is "
			      "this the log of the server that customers send "
			      "through?");
	if (report.newest_ms > clock_now_ms() + STAMP_HOUR_MS)
		findings_note("log", "its newest line lies in the future: "
			      "check the clock and the time zone");
}

static void check_logs(struct findings *findings,
		       const struct invocation *invocation)
{
	struct logs *logs = must(calloc(1, sizeof(*logs)));
	struct err err;

	if (logs_find(logs, invocation, NULL, &err) < 0 && !logs->n_idle)
		findings_bad(findings, "log", &err);
	for (size_t i = 0; i < logs->n_idle; i++) {
		logs_tell_idle(&logs->idle[i], &err);
		findings_bad(findings, "log", &err);
	}
	if (settings.sources.n == 0 && invocation->n_args == 0) {
		err_set(&err, EXIT_CONFIG, "`sources` is empty: name the log "
			"that your mail server writes");
		findings_bad(findings, "log", &err);
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
		findings_bad(findings, "geoip", &err);
		return;
	}
	if (!geo_has_country(geo))
		findings_note("geoip", "country_db is not set: places are not "
			      "judged");
	if (!geo_has_network(geo))
		findings_note("geoip", "asn_db is not set: networks are told "
			      "apart by prefix only");
	if (settings.networks.n || settings.own_networks.n) {
		snprintf(words, sizeof(words), "your own knowledge: networks "
			 "%zu, own ranges %zu", settings.networks.n,
			 settings.own_networks.n);
		findings_good("networks", words);
	}
	age_days = (clock_now_ms() - geo_built_ms(geo)) / STAMP_DAY_MS;
	if (geo_built_ms(geo)) {
		bool is_old = age_days * STAMP_DAY_MS >
			      settings.geo_max_age_ms;

		snprintf(words, sizeof(words), "the data is %lld days old%s",
			 (long long)age_days,
			 is_old ? "; it counts less, fetch a newer one" : "");
		if (is_old)
			findings_note("geoip", words);
		else
			findings_good("geoip", words);
	}
	geo_close(&geo);
}

static bool is_there_state(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/state/data.mdb", settings.state_dir);
	/* What may not be looked at is there for all we know. */
	return access(path, F_OK) == 0 || errno == EACCES;
}

/* Only looked at: made by check, which root runs, it would be root's. */
static void check_state(struct findings *findings)
{
	struct state *state;
	struct err err;
	char words[700];

	if (!is_there_state()) {
		snprintf(words, sizeof(words), "%.300s: nothing was read yet; "
			 "the first scan or watch begins it",
			 settings.state_dir);
		findings_note("state", words);
		return;
	}
	if (state_open(settings.state_dir, true, &state, &err) < 0) {
		findings_bad(findings, "state", &err);
		return;
	}
	snprintf(words, sizeof(words),
		 "%.300s: %zu accounts, each of %zu bytes (%d at most) and its "
		 "login", settings.state_dir, state_account_count(state),
		 sizeof(struct account), ACCOUNT_MAX_BYTES);
	findings_good("state", words);
	if (state_number(state, "geo_off", 0)) {
		err_set(&err, EXIT_DATA, "places are not judged: the country "
			"file did not know a fifth of the clients; fetch a "
			"whole one, with IPv6, and let comporta scan go on");
		findings_bad(findings, "geoip", &err);
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
	if (settings_model() || strcmp(settings.model, "none") == 0) {
		findings_good("model", words);
		return;
	}
	findings_note("model", words);
	findings_note("model", "there is no model.conf, so the presets hold, "
		      "which nobody fitted: run `make install`, or name it in "
		      "`model`");
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
	findings_bad(findings, "decisions", &err);
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
	if (!invocation->config && access(paths_config, F_OK) < 0)
		findings_note("config", "there is no configuration: all is as "
			      "preset, and nobody is blocked");
	check_fence(&findings);
	check_logs(&findings, invocation);
	check_geo(&findings);
	check_state(&findings);
	check_owners(&findings);
	check_model();
	check_desk(&findings, invocation);
	check_act(&findings);
	check_journal(&findings);
	if (settings.home.n == 0)
		findings_note("home", "no home countries are set: travellers "
			      "are taken for thieves more easily");
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
