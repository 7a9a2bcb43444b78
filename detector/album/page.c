/*
 * The page as a whole, and how it gets to the disk.
 */
#include "detector/album/page.h"
#include "detector/judge.h"

#include "base/files.h"
#include "base/stamp.h"
#include "base/svg.h"

#include <string.h>

static void close_all(struct album *album)
{
	struct suspects *suspects = &album->suspects;

	for (size_t i = 0; i < suspects->n_slots; i++)
		if (suspects->slots[i])
			suspect_close(album, suspects->slots[i]);
}

static void add_navigation(struct text *page)
{
	text_add_string(page,
		"<nav aria-label=\"Parts of this page\"><ul>\n"
		"<li><a href=\"#stops\">Stopped</a></li>\n"
		"<li><a href=\"#drawings\">Drawings</a></li>\n"
		"<li><a href=\"#closest\">Closest</a></li>\n"
		"<li><a href=\"#thresholds\">Thresholds</a></li>\n"
		"<li><a href=\"#limits\">What this cannot tell</a></li>\n"
		"<li><a href=\"#model\">Model</a></li>\n"
		"</ul></nav>\n");
}

static void add_left_out(struct text *page, const struct album *album,
			 uint64_t accounts)
{
	uint64_t left_out = album->n_stops + album->stops_beyond - accounts;

	if (!left_out)
		return;
	text_add_string(page, "<p><strong>");
	page_count(page, left_out, "account that was stopped has",
		   "accounts that were stopped have");
	text_add_string(page, " no drawing here</strong>; those that reached "
			"the most recipients do.</p>\n");
}

static void add_drawings(struct text *page, const struct album *album,
			 const struct gallery *gallery)
{
	uint64_t accounts = 0;

	text_add_string(page, "<h2 id=\"drawings\">The incidents, drawn</h2>\n"
		"<p>Above, what was sent, by the country it was handed in "
		"from; what stands under the veil came after the stop. "
		"Below, what speaks against the account; the line is the sum, "
		"with what speaks for its owner taken off.</p>\n");
	for (size_t i = 0; i < gallery->n; i++) {
		if (page->len > DRAWINGS_END)
			break;
		if (i == gallery->n_stopped)
			text_add_string(page, "<p><strong>From here on: not "
					"stopped, but closest to it."
					"</strong></p>\n");
		drawing_add(page, gallery->shown[i], i + 1);
		/* Only the first of an account is found by its key. */
		accounts += gallery_find(gallery, gallery->shown[i]->key) ==
			    i + 1;
	}
	if (gallery->n == 0)
		text_add_string(page, "<p>There is none to draw.</p>\n");
	add_left_out(page, album, accounts);
}

static void add_limits(struct text *page, const struct album_run *run)
{
	text_add_string(page,
		"<h2 id=\"limits\">What this rehearsal cannot tell</h2>\n<ul>\n"
		"<li>Which accounts were really stolen. Nobody knows that "
		"from a log alone: compare with what your support remembers "
		"of those days, with complaints and with blacklists.</li>\n"
		"<li>Who is missing. A thief who sends little from his "
		"victim&#8217;s own country leaves nothing to see.</li>\n"
		"<li>What you would have seen after some weeks. Learning began "
		"with the first line, when every account was new: until its "
		"habits are known, soft evidence counts in part only, and an "
		"ordinary journey may look strange.");
	if (!run->learnt_until)
		text_add_string(page, " Rehearse on several weeks, and let the "
				"first of them only teach: <code>--learn-until"
				"</code>.");
	text_add_string(page, "</li>\n"
		"<li>What a block would have changed. A thief who is stopped "
		"may try again, and what other thresholds would have taught "
		"the accounts is not worked out.</li>\n"
		"<li>Whether a message that was taken was delivered: "
		"recipients are counted as they were handed in.</li>\n"
		"</ul>\n");
}

static void add_signal_row(struct text *page, const struct signal *signal)
{
	const struct signal_limits *limits = signal_limits(signal);

	text_add_string(page, "<tr><th scope=\"row\">");
	page_signal_name(page, signal->name);
	text_add_string(page, "</th><td>");
	page_escape(page, signal->about);
	text_addf(page, "</td><td class=\"n\">%.4g</td><td class=\"n\">%.3g "
		  "to %.3g</td><td class=\"n\">%.4g h</td></tr>\n",
		  limits->weight, limits->floor > 0 ? -limits->floor : 0.0,
		  limits->cap,
		  (double)limits->half_life_ms / STAMP_HOUR_MS);
}

static void add_model(struct text *page)
{
	text_add_string(page, "<h2 id=\"model\">The model</h2>\n<p>comporta "
			COMPORTA_VERSION ". Before any evidence ");
	text_addf(page, "%.4g takeovers per account and day are expected. "
		  "Each signal&#8217;s nats are kept between its limits, "
		  "multiplied by its weight and added up; half of what it "
		  "said is forgotten after its half life. Calibration: scale "
		  "%.4g, shift %.4g.</p>\n", judge_settings.hazard,
		  judge_settings.scale, judge_settings.shift);
	text_add_string(page, "<div class=\"scroll\" tabindex=\"0\" "
		"role=\"region\" aria-label=\"Signals\">\n<table><thead><tr>"
		"<th scope=\"col\">Signal</th><th scope=\"col\">What it sees"
		"</th><th scope=\"col\" class=\"n\">Weight</th>"
		"<th scope=\"col\" class=\"n\">Nats</th>"
		"<th scope=\"col\" class=\"n\">Half life</th></tr></thead>\n"
		"<tbody>\n");
	for (size_t i = 0; signal_at(i); i++)
		add_signal_row(page, signal_at(i));
	text_add_string(page, "</tbody></table></div>\n");
}

static void add_all(struct text *page, const struct album *album,
		    const struct album_run *run)
{
	struct gallery gallery;

	gallery_choose(&album->pictures, album->lines[0], &gallery);
	text_add_string(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\"/>\n"
		"<meta name=\"referrer\" content=\"no-referrer\"/>\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
		"<title>comporta: a rehearsal on old logs</title>\n");
	page_style(page);
	text_add_string(page, "</head>\n<body>\n");
	svg_patterns(page);
	text_add_string(page, "<main>\n");
	page_head(page, album, run);
	add_navigation(page);
	page_stops(page, album, &gallery);
	add_drawings(page, album, &gallery);
	page_closest(page, album);
	page_thresholds(page, album);
	add_limits(page, run);
	add_model(page);
	text_add_string(page, "</main>\n</body>\n</html>\n");
}

int album_write(struct album *album, const char *path,
		const struct album_run *run, struct err *err)
{
	struct text page = TEXT_INIT(ALBUM_PAGE_MAX);
	int result;

	close_all(album);
	add_all(&page, album, run);
	result = page.overflowed
			 ? err_set(err, EXIT_BUG,
				   "the page would exceed %d bytes",
				   ALBUM_PAGE_MAX)
			 : files_replace(path, text_slice(&page), err);
	text_release(&page);
	return result;
}
