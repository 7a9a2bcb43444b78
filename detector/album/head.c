/*
 * The head of the page: the answer in one sentence, then what was read and
 * with what.
 */
#include "detector/album/page.h"
#include "detector/geo.h"
#include "detector/judge.h"
#include "detector/settings.h"

#include "base/stamp.h"

struct sums {
	uint64_t until, whole;
};

static struct sums sums_of(const struct album *album)
{
	struct sums sums = { 0, 0 };

	for (size_t i = 0; i < album->n_stops; i++) {
		sums.until += album->stops[i].until_recipients;
		sums.whole += album->stops[i].recipients;
	}
	return sums;
}

static void add_answer(struct text *page, const struct album *album,
		       size_t accounts)
{
	struct sums sums = sums_of(album);
	uint64_t stopped = album->n_stops + album->stops_beyond;

	text_add_string(page, "<p class=\"answer\">");
	if (stopped == 0) {
		text_add_string(page, "Of ");
		page_count(page, accounts, "account", "accounts");
		text_add_string(page, " none would have been stopped.</p>\n");
		return;
	}
	text_add_string(page, "Of ");
	page_count(page, accounts, "account", "accounts");
	text_add_char(page, ' ');
	page_number(page, stopped);
	text_add_string(page, " would have been stopped. Their incidents "
			"reached ");
	page_count(page, sums.whole, "recipient", "recipients");
	text_add_string(page, "; ");
	page_number(page, sums.until);
	text_add_string(page, " of them before the stop, ");
	page_number(page, sums.whole - sums.until);
	if (sums.whole)
		text_addf(page, " (%.0f&#160;%%)",
			  100.0 * (double)(sums.whole - sums.until) /
				  (double)sums.whole);
	text_add_string(page, " after it, which would not have gone out."
			"</p>\n");
}

static void add_definition(struct text *page)
{
	text_add_string(page,
		"<p class=\"quiet\">An incident begins with the first event "
		"after which one nat of evidence or more speaks against the "
		"account (where that is how a delivery ended, with its "
		"message), and ends an hour after the last event that brought "
		"new evidence, or with the log. The owner&#8217;s own messages "
		"in that time count in: a log cannot tell the two apart. "
		"&#8220;Before the stop&#8221; includes the message that "
		"tipped it, since it was taken by then. Evidence is counted "
		"in nats: one nat makes a theft 2.7 times as likely, three "
		"make it 20 times.</p>\n");
}

static void add_logs(struct text *page, const struct album_run *run)
{
	struct reader_counters lines = pipeline_counters(run->pipeline);

	text_add_string(page, "<dt>Logs</dt><dd>");
	for (size_t i = 0; i < run->n_logs; i++) {
		text_add_string(page, i ? "<br/>" : "");
		page_escape(page, run->logs[i]);
	}
	text_add_string(page, "<br/>");
	page_count(page, lines.lines, "line", "lines");
	if (lines.strange) {
		text_add_string(page, ", ");
		page_number(page, lines.strange);
		text_add_string(page, " of them not readable");
	}
	text_add_string(page, "</dd>\n");
}

static void add_span(struct text *page, const struct album *album,
		     const struct album_run *run)
{
	text_add_string(page, "<dt>Span</dt><dd>");
	if (!album->first_ms) {
		text_add_string(page, "no event of any account</dd>\n");
		return;
	}
	page_time(page, album->first_ms);
	text_add_string(page, " to ");
	page_time(page, album->last_ms);
	text_addf(page, ", %.1f days, in the time zone of the machine that "
		  "made this page",
		  (double)(album->last_ms - album->first_ms) / STAMP_DAY_MS);
	if (run->learnt_until) {
		text_add_string(page, "; what came before ");
		page_escape(page, run->learnt_until);
		text_add_string(page, " only taught what is normal and is "
				"counted nowhere");
	}
	text_add_string(page, "</dd>\n");
}

static void add_settings(struct text *page)
{
	text_add_string(page, "<dt>Settings</dt><dd>mode &#8220;");
	text_add_string(page, settings.mode == MODE_ENFORCE ? "enforce"
							    : "observe");
	text_add_string(page, "&#8221; (a rehearsal blocks nobody in either);"
			" watched from ");
	page_chance(page, judge_settings.watch);
	text_add_string(page, ", stopped from ");
	page_chance(page, judge_settings.block);
	text_add_string(page, "; <a href=\"#model\">the model</a></dd>\n");
}

static void add_file(struct text *page, const char *what, const char *path)
{
	text_add_string(page, what);
	text_add_string(page, ": ");
	if (path && *path)
		page_escape(page, path);
	else
		text_add_string(page, "none");
	text_add_string(page, "<br/>");
}

static void add_geo(struct text *page, const struct album *album,
		    const struct geo *geo)
{
	int64_t built_ms = geo_built_ms(geo);

	text_add_string(page, "<dt>Places</dt><dd>");
	add_file(page, "countries", settings.country_db);
	add_file(page, "networks", settings.asn_db);
	if (built_ms) {
		int64_t days = (album->last_ms - built_ms) / STAMP_DAY_MS;

		text_add_string(page, "the older one was built ");
		page_time(page, built_ms);
		if (days > 0)
			text_addf(page, ", %lld days before the log ends",
				  (long long)days);
	}
	text_add_string(page, "</dd>\n<dt>Home countries</dt><dd>");
	for (size_t i = 0; i < settings.home.n; i++) {
		text_add_string(page, i ? ", " : "");
		page_escape(page, settings.home.items[i]);
	}
	text_add_string(page, settings.home.n ? "" : "none given");
	text_add_string(page, "</dd>\n");
}

/* What would make the answer better. */
static void add_missing(struct text *page, const struct detector *detector)
{
	const struct detector_counters *c = &detector->counters;
	const struct {
		bool applies;
		const char *words;
	} rows[] = {
		{ !geo_has_country(detector->geo),
		  "No country file: places are not judged. Give "
		  "<code>--country-db</code>." },
		{ detector->coverage.is_off,
		  "Places are not judged: the GeoIP files do not know too "
		  "many of the clients; it may be broken or of another kind."
		},
		{ !geo_has_network(detector->geo),
		  "No AS file: networks are told apart by their prefix only. "
		  "Give <code>--asn-db</code>." },
		{ detector->n_home == 0,
		  "No home countries: with <code>--home</code> fewer "
		  "travellers are taken for thieves." },
		{ tracker_lost(detector->tracker) > 0,
		  "Some open messages were forgotten, the table was full." },
		{ c->untracked > 0,
		  "Some events had a login that cannot be one, or found the "
		  "table of accounts full." },
	};
	bool is_any = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!rows[i].applies)
			continue;
		text_addf(page, "%s<li>%s</li>\n",
			  is_any ? "" : "<h3>What is missing</h3>\n<ul>\n",
			  rows[i].words);
		is_any = true;
	}
	text_add_string(page, is_any ? "</ul>\n" : "");
}

void page_head(struct text *page, const struct album *album,
	       const struct album_run *run)
{
	const struct detector *detector = run->pipeline->detector;
	size_t accounts = accounts_count(detector->accounts);

	text_add_string(page, "<h1>comporta: a rehearsal on old logs</h1>\n");
	add_answer(page, album, accounts);
	add_definition(page);
	text_add_string(page, "<dl>\n");
	add_logs(page, run);
	add_span(page, album, run);
	text_add_string(page, "<dt>Traffic</dt><dd>");
	page_count(page, accounts, "account", "accounts");
	text_add_string(page, "; ");
	page_count(page, album->messages, "message", "messages");
	text_add_string(page, " to ");
	page_count(page, album->recipients, "recipient", "recipients");
	text_add_string(page, " handed in with a login</dd>\n");
	add_settings(page);
	add_geo(page, album, detector->geo);
	text_add_string(page, "</dl>\n");
	add_missing(page, detector);
}
