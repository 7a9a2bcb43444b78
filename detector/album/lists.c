/*
 * Who would have been stopped, and who came closest without being stopped.
 */
#include "detector/album/page.h"

#include "base/must.h"
#include "base/stamp.h"

#include <stdlib.h>

static void add_reasons(struct text *page, const struct verdict *verdict)
{
	text_add_string(page, "<ul>\n");
	for (size_t i = 0; i < verdict->n_evidence; i++) {
		if (verdict->evidence[i].nats <= 0)
			continue;
		text_add_string(page, "<li>");
		page_escape(page, verdict->evidence[i].text);
		text_add_string(page, " <span class=\"quiet\">(");
		page_signal_name(page, verdict->evidence[i].signal);
		text_addf(page, ", %.1f nats)</span></li>\n",
			  verdict->evidence[i].nats);
	}
	text_add_string(page, "</ul>\n");
}

static void add_until(struct text *page, const struct stop *stop)
{
	const struct verdict *verdict = &stop->verdict;

	text_add_string(page, "<p>First strange thing at ");
	page_time(page, verdict->first_seen_ms);
	text_add_string(page, ". Out by the stop: ");
	page_count(page, stop->until_messages, "message", "messages");
	text_add_string(page, " to ");
	page_count(page, stop->until_recipients, "recipient", "recipients");
	if (verdict->window.unknown_recipients) {
		text_add_string(page, ", of whom ");
		page_number(page, verdict->window.unknown_recipients);
		text_add_string(page, " did not exist");
	}
	if (verdict->window.n_countries)
		text_add_string(page, ". Seen from ");
	for (size_t i = 0; i < verdict->window.n_countries; i++) {
		text_add_string(page, i ? ", " : "");
		page_country(page, verdict->window.countries[i]);
	}
	text_add_string(page, ".</p>\n");
}

static void add_after(struct text *page, const struct stop *stop)
{
	uint32_t more = stop->recipients > stop->until_recipients
				? stop->recipients - stop->until_recipients
				: 0;

	text_add_string(page, "<p><strong>");
	if (more)
		page_count(page, more, "recipient", "recipients");
	else
		text_add_string(page, "Nobody");
	text_add_string(page, " more</strong> in the same incident");
	if (more && stop->end_s) {
		text_add_string(page, ", which brought new evidence until ");
		page_then_s(page, stop->end_s,
			    (uint32_t)(stop->verdict.at_ms /
				       STAMP_SECOND_MS));
	}
	text_add_string(page, "; ");
	page_number(page, stop->day_recipients);
	text_add_string(page, " within 24 hours after the stop.");
	if (stop->again) {
		text_add_string(page, " It would have been told ");
		page_count(page, stop->again, "more time", "more times");
		text_add_string(page, " while nobody blocked it.");
	}
	text_add_string(page, "</p>\n");
}

static void add_stop(struct text *page, const struct stop *stop,
		     const struct gallery *gallery)
{
	const struct verdict *verdict = &stop->verdict;
	size_t number = gallery_find(
		gallery, account_key(slice_from(verdict->account)));

	text_add_string(page, "<section class=\"stop-card\"><h3>");
	page_escape(page, verdict->account);
	text_add_string(page, "</h3>\n<p>Stopped ");
	page_time(page, verdict->at_ms);
	text_add_string(page, ", ");
	page_chance(page, verdict->probability);
	text_add_string(page, " sure");
	if (number)
		text_addf(page, "; <a href=\"#d%zu\">its drawing</a>",
			  number);
	text_add_string(page, ".</p>\n");
	add_reasons(page, verdict);
	add_until(page, stop);
	add_after(page, stop);
	text_add_string(page, "</section>\n");
}

void page_stops(struct text *page, const struct album *album,
		const struct gallery *gallery)
{
	uint64_t left_out = album->stops_beyond;
	size_t i = 0;

	text_add_string(page, "<h2 id=\"stops\">Who would have been stopped, "
			"and why</h2>\n");
	if (album->n_stops == 0)
		text_add_string(page, "<p>Nobody.</p>\n");
	for (; i < album->n_stops && page->len < STOPS_END; i++)
		add_stop(page, &album->stops[i], gallery);
	left_out += album->n_stops - i;
	if (left_out) {
		text_add_string(page, "<p><strong>");
		page_number(page, left_out);
		text_add_string(page, " more were stopped and are left out of "
				"this list</strong>: <code>comporta replay "
				"--json</code> tells them all.</p>\n");
	}
}

static int by_height(const void *a, const void *b)
{
	float left = (*(const struct suspect *const *)a)->highest;
	float right = (*(const struct suspect *const *)b)->highest;

	return (left < right) - (left > right);
}

static void add_close(struct text *page, const struct suspect *suspect)
{
	const struct words *words = suspect->words;

	text_add_string(page, "<tr role=\"row\"><th scope=\"row\" "
			"role=\"rowheader\" class=\"who\">");
	page_escape(page, words->login);
	text_add_string(page, "</th><td role=\"cell\" class=\"n\" "
			"data-label=\"At most: \">");
	page_chance(page, album_probability(suspect->highest));
	text_add_string(page, "</td><td role=\"cell\" "
			"data-label=\"When: \">");
	page_time_s(page, suspect->highest_s);
	text_add_string(page, "</td><td role=\"cell\" class=\"n\" "
			"data-label=\"Recipients: \">");
	page_number(page, suspect->highest_recipients);
	text_add_string(page, "</td><td role=\"cell\" class=\"who\" "
			"data-label=\"Why: \">");
	for (size_t i = 0; i < WORDS_REASONS && words->reasons[i][0]; i++) {
		text_add_string(page, i ? "; " : "");
		page_escape(page, words->reasons[i]);
	}
	text_add_string(page, "</td></tr>\n");
}

static void add_close_table(struct text *page, struct suspect **close,
			    size_t n)
{
	text_add_string(page, "<div class=\"scroll\" tabindex=\"0\" "
		"role=\"region\" aria-label=\"Accounts that came closest\">\n"
		"<table class=\"cards\" role=\"table\"><thead><tr role=\"row\">"
		"<th scope=\"col\" role=\"columnheader\">Account</th>"
		"<th scope=\"col\" role=\"columnheader\" class=\"n\">At most"
		"</th><th scope=\"col\" role=\"columnheader\">When</th>"
		"<th scope=\"col\" role=\"columnheader\" class=\"n\">"
		"Recipients</th>"
		"<th scope=\"col\" role=\"columnheader\">Why</th></tr>"
		"</thead>\n<tbody>\n");
	for (size_t i = 0; i < n && i < CLOSEST_MAX; i++)
		add_close(page, close[i]);
	text_add_string(page, "</tbody></table></div>\n");
}

void page_closest(struct text *page, const struct album *album)
{
	const struct suspects *suspects = &album->suspects;
	struct suspect **close = must(calloc(suspects->n + 1,
					     sizeof(struct suspect *)));
	size_t n = 0;

	for (size_t i = 0; i < suspects->n_slots; i++)
		if (suspects->slots[i] && suspects->slots[i]->words &&
		    !suspects->slots[i]->stop)
			close[n++] = suspects->slots[i];
	qsort(close, n, sizeof(struct suspect *), by_height);
	text_addf(page, "<h2 id=\"closest\">Who came closest without being "
		  "stopped</h2>\n<p>Look here for thieves that slipped "
		  "through, and for owners who were nearly wronged. At most "
		  "%d, and nobody below %.3g&#160;%%; recipients are those "
		  "of that incident.</p>\n", CLOSEST_MAX,
		  100 * album_probability(album->lines[0]));
	if (n == 0)
		text_add_string(page, "<p>Nobody.</p>\n");
	else
		add_close_table(page, close, n);
	free(close);
}
