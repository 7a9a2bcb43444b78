/*
 * One incident drawn: messages and recipients over time by country, and below
 * them what the signals said, rising to the lines of the judge.
 */
#include "detector/album/page.h"
#include "detector/judge.h"
#include "detector/profile.h"

#include "base/stamp.h"
#include "base/svg.h"

#include <math.h>
#include <stdio.h>

enum {
	BANDS = 6,		/* countries told apart; the last: the rest */
	COLUMNS_MIN = 24,
	MESSAGES_Y = 20, MESSAGES_HEIGHT = 60,
	RECIPIENTS_Y = 108, RECIPIENTS_HEIGHT = 90,
	EVIDENCE_Y = 226, EVIDENCE_HEIGHT = 120,
	BOTTOM = EVIDENCE_Y + EVIDENCE_HEIGHT,
	DRAWING_HEIGHT = BOTTOM + 22
};

/* Share of the width that a name needs on a telephone. */
static const double APART = 0.35;

/* The columns of a drawing: some empty ones, the buckets, some empty ones. */
struct canvas {
	const struct picture *picture;
	size_t lead, n, columns;
	/* Countries by size. */
	size_t band_of[PICTURE_COUNTRIES + 1];
	size_t rows[BANDS], n_bands;	/* the row of each band but the rest */
	bool has_rest;
	uint64_t recipients[BANDS], messages[BANDS];
};

static uint64_t row_sum(const struct picture *picture, size_t row,
			bool of_messages)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < picture_length(picture); i++)
		sum += of_messages ? picture->buckets[i].messages[row]
				   : picture->buckets[i].recipients[row];
	return sum;
}

/* Rows of the picture's countries, the largest first. */
static size_t sort_rows(const struct picture *picture,
			size_t rows[PICTURE_COUNTRIES + 1])
{
	size_t n = 0;

	for (size_t row = 0; row < picture->n_countries; row++) {
		uint64_t sum = row_sum(picture, row, false);
		size_t at = n++;

		while (at > 0 &&
		       row_sum(picture, rows[at - 1], false) < sum) {
			rows[at] = rows[at - 1];
			at--;
		}
		rows[at] = row;
	}
	/* Not one country: last, however many they are. */
	rows[n++] = PICTURE_COUNTRIES;
	return n;
}

static struct canvas canvas_of(const struct picture *picture)
{
	struct canvas canvas = { .picture = picture,
				 .n = picture_length(picture) };
	size_t rows[PICTURE_COUNTRIES + 1];
	size_t n = sort_rows(picture, rows);

	canvas.lead = canvas.n / 16 + 2;
	canvas.columns = canvas.lead + canvas.n + 1;
	if (canvas.columns < COLUMNS_MIN)
		canvas.columns = COLUMNS_MIN;
	for (size_t i = 0; i < n; i++) {
		bool is_rest = i >= BANDS - 1 || rows[i] == PICTURE_COUNTRIES;
		size_t band = is_rest ? BANDS - 1 : i;
		uint64_t messages = row_sum(picture, rows[i], true);

		canvas.band_of[rows[i]] = band;
		canvas.recipients[band] += row_sum(picture, rows[i], false);
		canvas.messages[band] += messages;
		if (is_rest)
			canvas.has_rest |= messages > 0;
		else
			canvas.rows[canvas.n_bands++] = rows[i];
	}
	return canvas;
}

static double share_of(const struct canvas *canvas, uint32_t at_s)
{
	double after_s = (double)at_s - canvas->picture->start_s;

	return ((double)canvas->lead + after_s / canvas->picture->width_s) /
	       (double)canvas->columns;
}

static uint64_t band_value(const struct canvas *canvas, size_t bucket,
			   size_t band, bool of_messages)
{
	const struct bucket *b = &canvas->picture->buckets[bucket];
	uint64_t sum = 0;

	for (size_t row = 0; row <= PICTURE_COUNTRIES; row++)
		if (row == PICTURE_COUNTRIES ||
		    row < canvas->picture->n_countries)
			if (canvas->band_of[row] == band)
				sum += of_messages ? b->messages[row]
						   : b->recipients[row];
	return sum;
}

static uint64_t highest_bar(const struct canvas *canvas, bool of_messages)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < canvas->n; i++) {
		uint64_t sum = 0;

		for (size_t band = 0; band < BANDS; band++)
			sum += band_value(canvas, i, band, of_messages);
		if (sum > highest)
			highest = sum;
	}
	return highest;
}

static void add_bars_of(struct text *page, const struct canvas *canvas,
			const struct strip *strip, size_t band,
			bool of_messages)
{
	text_add_string(page, "<path");
	svg_look(page, band);
	text_add_string(page, " d=\"");
	for (size_t i = 0; i < canvas->n; i++) {
		uint64_t value = band_value(canvas, i, band, of_messages);
		uint64_t below = 0;
		double y;

		if (!value)
			continue;
		for (size_t other = 0; other < band; other++)
			below += band_value(canvas, i, other, of_messages);
		y = svg_y(strip, (double)(below + value));
		text_addf(page, "M%zu %.1fh9V%.1fh-9z",
			  (canvas->lead + i) * 10, y,
			  svg_y(strip, (double)below));
	}
	text_add_string(page, "\"/>\n");
}

static void add_bars(struct text *page, const struct canvas *canvas,
		     bool of_messages)
{
	struct strip strip = {
		of_messages ? MESSAGES_Y : RECIPIENTS_Y,
		of_messages ? MESSAGES_HEIGHT : RECIPIENTS_HEIGHT,
		scale_of((double)highest_bar(canvas, of_messages),
			 of_messages ? 2 : 3)
	};

	text_addf(page, "<text class=\"strip\" y=\"%d\">%s</text>\n",
		  strip.y - 8, of_messages ? "Messages" : "Recipients");
	svg_grid(page, &strip);
	svg_shapes_begin(page, &strip, canvas->columns);
	for (size_t band = 0; band < BANDS; band++)
		if (canvas->messages[band])
			add_bars_of(page, canvas, &strip, band, of_messages);
	svg_shapes_end(page);
}

/* What the signals said at the end of each bucket; nothing new: it decays. */
static void fill_sums(const struct canvas *canvas,
		      float sums[PICTURE_BUCKETS][PICTURE_SIGNALS])
{
	const struct picture *picture = canvas->picture;

	memset(sums, 0, PICTURE_BUCKETS * sizeof(*sums));
	for (size_t i = 0; i < canvas->n; i++) {
		if (picture->buckets[i].has_sums) {
			memcpy(sums[i], picture->buckets[i].sums,
			       sizeof(sums[i]));
			continue;
		}
		for (size_t s = 0; i > 0 && signal_at(s); s++)
			sums[i][s] = (float)(sums[i - 1][s] *
				profile_decay(0, picture->width_s,
					      (double)signal_limits(
						      signal_at(s))
						      ->half_life_ms /
						      STAMP_SECOND_MS));
	}
}

/* What speaks against the account, from signal 0 up to and without `end`. */
static double stacked(const float *sums, size_t end)
{
	double sum = 0;

	for (size_t s = 0; s < end && signal_at(s); s++)
		sum += sums[s] > 0 ? sums[s] : 0;
	return sum;
}

static double total_of(const float *sums)
{
	double sum = 0;

	for (size_t s = 0; signal_at(s); s++)
		sum += sums[s];
	return sum > 0 ? sum : 0;
}

/* The nats that a probability asks for. */
static double nats_for(const struct picture *picture, double probability)
{
	return (album_odds(probability) - judge_settings.shift) /
		       judge_settings.scale - picture->prior;
}

static void add_area(struct text *page, const struct canvas *canvas,
		     const struct strip *strip,
		     float sums[PICTURE_BUCKETS][PICTURE_SIGNALS], size_t s)
{
	text_add_string(page, "<path");
	svg_look(page, s);
	text_addf(page, " d=\"M%zu %d", canvas->lead * 10, strip->height);
	for (size_t i = 0; i < canvas->n; i++)
		text_addf(page, "V%.1fh10",
			  svg_y(strip, stacked(sums[i], s + 1)));
	for (size_t i = canvas->n; i-- > 0;)
		text_addf(page, "V%.1fh-10",
			  svg_y(strip, stacked(sums[i], s)));
	text_add_string(page, "z\"/>\n");
}

static void add_total(struct text *page, const struct canvas *canvas,
		      const struct strip *strip,
		      float sums[PICTURE_BUCKETS][PICTURE_SIGNALS])
{
	text_addf(page, "<path class=\"total\" d=\"M0 %dH%zu", strip->height,
		  canvas->lead * 10);
	for (size_t i = 0; i < canvas->n; i++)
		text_addf(page, "V%.1fh10", svg_y(strip, total_of(sums[i])));
	text_add_string(page, "\"/>\n");
}

/* The line and, `below` or above it, its name. A paler one under it keeps it
 * apart from what it crosses. */
static void add_line_of(struct text *page, const struct strip *strip,
			double nats, const char *what, double probability,
			bool below)
{
	static const char *const classes[] = { "under", "limit" };
	double y = strip->y + svg_y(strip, nats);

	if (nats <= 0 || nats > strip->scale.top)
		return;
	for (size_t i = 0; i < 2; i++)
		text_addf(page, "<line class=\"%s %s\" x2=\"100%%\" "
			  "y1=\"%.1f\" y2=\"%.1f\"/>\n", classes[i], what, y,
			  y);
	text_addf(page, "<text class=\"halo before\" x=\"100%%\" "
		  "y=\"%.1f\">%s from %.0f %%</text>\n",
		  below ? y + 14 : y - 5, what, probability * 100);
}

static void add_evidence(struct text *page, const struct canvas *canvas,
			 float sums[PICTURE_BUCKETS][PICTURE_SIGNALS])
{
	const struct picture *picture = canvas->picture;
	struct strip strip = { EVIDENCE_Y, EVIDENCE_HEIGHT, { 1, 1 } };
	double highest = judge_settings.block < 1
				 ? nats_for(picture, judge_settings.block) : 1;

	for (size_t i = 0; i < canvas->n; i++)
		highest = fmax(highest, stacked(sums[i], PICTURE_SIGNALS));
	strip.scale = scale_of(highest * 1.1, 4);
	text_addf(page, "<text class=\"strip\" y=\"%d\">Evidence in nats, by "
		  "signal</text>\n", strip.y - 8);
	svg_grid(page, &strip);
	svg_shapes_begin(page, &strip, canvas->columns);
	for (size_t s = 0; signal_at(s); s++)
		add_area(page, canvas, &strip, sums, s);
	add_total(page, canvas, &strip, sums);
	svg_shapes_end(page);
	add_line_of(page, &strip, nats_for(picture, judge_settings.watch),
		    "watch", judge_settings.watch, true);
	if (judge_settings.block < 1)
		add_line_of(page, &strip,
			    nats_for(picture, judge_settings.block), "stop",
			    judge_settings.block, false);
}

static void add_moment(struct text *page, const struct canvas *canvas,
		       uint32_t at_s, const char *what, int y)
{
	double share = share_of(canvas, at_s);
	char stamp[STAMP_TEXT_SIZE], words[60];

	stamp_short(at_s * (int64_t)STAMP_SECOND_MS, stamp);
	snprintf(words, sizeof(words), "%s %s", what, stamp + 11);
	svg_upright(page, share, MESSAGES_Y, BOTTOM - MESSAGES_Y, what);
	svg_label(page, share, y, "halo", words);
}

/* Watched and stopped at almost the same moment is one line: two names would
 * stand on each other. */
static void add_moments(struct text *page, const struct canvas *canvas)
{
	const struct picture *picture = canvas->picture;
	bool is_apart = !picture->stopped_s ||
			share_of(canvas, picture->stopped_s) -
			share_of(canvas, picture->watched_s) > APART;

	if (picture->watched_s && is_apart)
		add_moment(page, canvas, picture->watched_s, "watched",
			   RECIPIENTS_Y + 14);
	if (picture->stopped_s)
		add_moment(page, canvas, picture->stopped_s, "stopped",
			   MESSAGES_Y + 14);
}

/* What came after the stop stands under a veil: it would not have left. */
static void add_veil(struct text *page, const struct canvas *canvas)
{
	double share = share_of(canvas, canvas->picture->stopped_s);
	static const struct { int y, height; } strips[] = {
		{ MESSAGES_Y, MESSAGES_HEIGHT },
		{ RECIPIENTS_Y, RECIPIENTS_HEIGHT },
	};

	for (size_t i = 0; canvas->picture->stopped_s && i < 2; i++)
		text_addf(page, "<rect class=\"veil\" x=\"%.2f%%\" y=\"%d\" "
			  "width=\"%.2f%%\" height=\"%d\"/>\n", share * 100,
			  strips[i].y, (1 - share) * 100, strips[i].height);
}

static void add_words(struct text *page, const struct picture *picture,
		      size_t number)
{
	text_addf(page, "<title id=\"t%zu\">What ", number);
	page_escape(page, picture->login);
	text_addf(page, " sent, and what spoke against it</title>\n"
		  "<desc id=\"e%zu\">", number);
	page_count(page, picture->messages, "message", "messages");
	text_add_string(page, " to ");
	page_count(page, picture->recipients, "recipient", "recipients");
	text_add_string(page, ", stacked by country over time; below, the "
			"evidence by signal against the lines from which an "
			"account is watched and stopped. ");
	text_add_string(page, picture->stopped_s
				      ? "An upright line marks the stop."
				      : "The account was not stopped.");
	text_add_string(page, "</desc>\n");
}

static void add_svg(struct text *page, const struct canvas *canvas,
		    float sums[PICTURE_BUCKETS][PICTURE_SIGNALS],
		    size_t number)
{
	const struct picture *picture = canvas->picture;
	uint32_t lead_s = (uint32_t)canvas->lead * picture->width_s;

	text_addf(page, "<svg class=\"drawing\" role=\"img\" height=\"%d\" "
		  "aria-labelledby=\"t%zu e%zu\">\n", DRAWING_HEIGHT, number,
		  number);
	add_words(page, picture, number);
	add_bars(page, canvas, true);
	add_bars(page, canvas, false);
	add_veil(page, canvas);
	add_evidence(page, canvas, sums);
	svg_time_axis(page, picture->start_s - lead_s,
		      (uint32_t)canvas->columns * picture->width_s, BOTTOM, 4);
	add_moments(page, canvas);
	text_add_string(page, "</svg>\n");
}

static void add_band(struct text *page, const struct canvas *canvas,
		     size_t band, bool is_rest)
{
	text_add_string(page, "<li>");
	svg_swatch(page, band);
	if (is_rest)
		text_add_string(page, "others");
	else
		page_country(page,
			     canvas->picture->countries[canvas->rows[band]]);
	text_add_string(page, ": ");
	page_count(page, canvas->messages[band], "message", "messages");
	text_add_string(page, " to ");
	page_number(page, canvas->recipients[band]);
	text_add_string(page, "</li>\n");
}

static void add_legends(struct text *page, const struct canvas *canvas,
			float sums[PICTURE_BUCKETS][PICTURE_SIGNALS])
{
	text_add_string(page, "<div class=\"legends\">\n<div><h4>Handed in "
			"from, from below</h4>\n<ul>\n");
	for (size_t band = 0; band < canvas->n_bands; band++)
		if (canvas->messages[band])
			add_band(page, canvas, band, false);
	if (canvas->has_rest)
		add_band(page, canvas, BANDS - 1, true);
	text_add_string(page, "</ul></div>\n<div><h4>Evidence at its highest,"
			" from below</h4>\n<ul>\n");
	for (size_t s = 0; signal_at(s); s++) {
		float peak = 0;

		for (size_t i = 0; i < canvas->n; i++)
			peak = fmaxf(peak, sums[i][s]);
		if (peak < 0.05F)
			continue;
		text_add_string(page, "<li>");
		svg_swatch(page, s);
		page_signal_name(page, signal_at(s)->name);
		text_addf(page, ": %.1f</li>\n", peak);
	}
	text_add_string(page, "</ul></div>\n</div>\n");
}

static void add_standing(struct text *page, const struct picture *picture)
{
	if (picture->watched_s) {
		text_add_string(page, " Watched from ");
		page_then_s(page, picture->watched_s, picture->start_s);
		text_add_string(page, picture->stopped_s ? ", stopped at "
							 : ".");
	} else if (picture->stopped_s) {
		text_add_string(page, " Stopped at ");
	}
	if (picture->stopped_s) {
		page_then_s(page, picture->stopped_s, picture->start_s);
		text_add_char(page, '.');
	}
}

static void add_caption(struct text *page, const struct picture *picture)
{
	text_add_string(page, "<p>From ");
	page_time_s(page, picture->start_s);
	text_add_string(page, " to ");
	page_then_s(page, picture->end_s, picture->start_s);
	text_add_string(page, ": ");
	page_count(page, picture->messages, "message", "messages");
	text_add_string(page, " to ");
	page_count(page, picture->recipients, "recipient", "recipients");
	if (picture->width_s < 60)
		text_addf(page, ". A bar is %u seconds.",
			  picture->width_s);
	else if (picture->width_s < 7200)
		text_addf(page, ". A bar is %u minute%s.",
			  picture->width_s / 60,
			  picture->width_s < 120 ? "" : "s");
	else
		text_addf(page, ". A bar is %.1f hours.",
			  picture->width_s / 3600.0);
	add_standing(page, picture);
	if (picture->is_late)
		text_add_string(page, " The beginning had to make room for "
				"others and is not drawn.");
	text_add_string(page, "</p>\n");
}

void drawing_add(struct text *page, const struct picture *picture,
		 size_t number)
{
	struct canvas canvas = canvas_of(picture);
	float sums[PICTURE_BUCKETS][PICTURE_SIGNALS];

	fill_sums(&canvas, sums);
	text_addf(page, "<div class=\"incident\" id=\"d%zu\">\n<h3>", number);
	page_escape(page, picture->login);
	text_add_string(page, "</h3>\n");
	add_caption(page, picture);
	add_svg(page, &canvas, sums, number);
	add_legends(page, &canvas, sums);
	text_add_string(page, "</div>\n");
}
