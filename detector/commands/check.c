/*
 * check - tries every part and says what to mend.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/geo.h"
#include "detector/panel/schema.h"
#include "detector/reader.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <stdio.h>
#include <string.h>

/* The end of a log is what counts: about this much of it is looked at. */
enum { LOOK_LINES = 200000 };

struct findings {
	int n_bad;
	int code;
};

static void good(const char *part, const char *words)
{
	printf("  ok    %-10s %s\n", part, words);
}

static void note(const char *part, const char *words)
{
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

static void check_log(struct findings *findings, const char *path)
{
	struct reader reader;
	struct mail_event event;
	struct err err;
	uint64_t submissions = 0, logins = 0;
	int64_t newest_ms = 0;
	char words[700];

	if (reader_open(path, SOURCE_ONCE, NULL, settings.format, &reader,
			&err) < 0) {
		bad(findings, "log", &err);
		return;
	}
	while (reader.counters.lines < LOOK_LINES &&
	       reader_next(&reader, &event)) {
		submissions += event.kind == MAIL_SUBMISSION;
		logins += event.kind == MAIL_LOGIN;
		if (event.at_ms > newest_ms)
			newest_ms = event.at_ms;
	}
	snprintf(words, sizeof(words), "%.300s: %llu lines, %llu understood, "
		 "%llu submissions, %llu logins, %llu strange", path,
		 (unsigned long long)reader.counters.lines,
		 (unsigned long long)reader.counters.events,
		 (unsigned long long)submissions, (unsigned long long)logins,
		 (unsigned long long)reader.counters.strange);
	reader_close(&reader);
	good("log", words);
	if (submissions == 0)
		note("log", "no submission with a login in it: is this the log "
		     "of the server that customers send through?");
	if (newest_ms > clock_now_ms() + STAMP_HOUR_MS)
		note("log", "its newest line lies in the future: check the "
		     "clock and the time zone");
}

static void check_geo(struct findings *findings)
{
	struct geo *geo;
	struct err err;
	int64_t age_days;
	char words[200];

	if (geo_open(settings.country_db, settings.asn_db,
		     settings.geo_max_age_ms, &geo, &err) < 0) {
		bad(findings, "geoip", &err);
		return;
	}
	if (!geo_has_country(geo))
		note("geoip", "country_db is not set: places are not judged");
	if (!geo_has_network(geo))
		note("geoip", "asn_db is not set: networks are told apart by "
		     "prefix only");
	age_days = (clock_now_ms() - geo_built_ms(geo)) / STAMP_DAY_MS;
	if (geo_built_ms(geo)) {
		snprintf(words, sizeof(words), "the data is %lld days old%s",
			 (long long)age_days,
			 age_days * STAMP_DAY_MS > settings.geo_max_age_ms
				 ? "; it counts half, fetch a newer one"
				 : "");
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
		 "%.300s: %zu accounts, %zu bytes each at most",
		 settings.state_dir, state_account_count(state),
		 sizeof(struct account) + ACCOUNT_LOGIN_MAX);
	good("state", words);
	state_close(&state);
}

static void check_database(struct findings *findings,
			   const struct invocation *invocation)
{
	struct outbox_counts counts;
	struct desk desk;
	struct err err;
	char words[200];
	int applied = 0;

	if (!invocation->create_tables && !desk_is_wanted()) {
		note("database", "mode is observe and there is none yet: not "
		     "needed");
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
	if (outbox_count(desk.blocks.db, &counts, &err) < 0) {
		bad(findings, "outbox", &err);
	} else {
		snprintf(words, sizeof(words), "%lld notices wait, %lld were "
			 "refused", (long long)(counts.queued +
						counts.sending),
			 (long long)counts.failed);
		good("outbox", words);
	}
	desk_close(&desk);
}

static void list_section(const struct conf_section *section)
{
	printf("\n%s%s%s\n", *section->name ? "[" : "",
	       *section->name ? section->name : "(top level)",
	       *section->name ? "]" : "");
	for (const struct conf_option *o = section->options; o->name; o++)
		printf("  %-18s = %-12s %s%s%s\n", o->name,
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

static int run(struct invocation *invocation)
{
	struct findings findings = { 0 };

	if (invocation->list_options)
		return list_options();
	printf("comporta " COMPORTA_VERSION ", mode %s\n",
	       settings.mode == MODE_ENFORCE ? "enforce" : "observe");
	for (size_t i = 0; i < settings.sources.n; i++)
		check_log(&findings, settings.sources.items[i]);
	check_geo(&findings);
	check_state(&findings);
	check_database(&findings, invocation);
	if (settings.home.n == 0)
		note("home", "no home countries are set: travellers are taken "
		     "for thieves more easily");
	if (findings.n_bad == 0) {
		printf("All is well.\n");
		return EXIT_FINE;
	}
	printf("%d to mend.\n", findings.n_bad);
	return findings.code;
}

const struct command command_check = {
	.name = "check",
	.usage = "",
	.about = "try every part, say what to mend",
	.help = "Reads the configuration and tries logs, GeoIP files, state, "
		"database, panel and\ntemplates. --create-tables makes our "
		"tables (with a database user that may).",
	.takes = TAKES_TABLES | TAKES_LIST | TAKES_ORIGIN | TAKES_FORMAT,
	.run = run,
};
