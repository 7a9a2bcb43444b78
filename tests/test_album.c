/*
 * The pictures of a rehearsal: what is counted, what makes room, what other
 * thresholds would have done, and that the page stays whole and small whatever
 * strangers are called.
 */
#include "base/files.h"
#include "base/stamp.h"
#include "base/svg.h"
#include "detector/album/page.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NOW_S = 1795305600 };	/* 2026-11-22 00:00 UTC */

static char folder[FOLDER_SIZE];

/* One account in the middle of an incident, with evidence of one signal. */
static struct account_entry entry_of(const char *login)
{
	struct slice name = slice_from(login);
	struct account_entry entry = { .key = account_key(name),
				       .login = login,
				       .login_len = (uint8_t)name.len };

	entry.account.incident.first_s = NOW_S;
	return entry;
}

static void say(struct account_entry *entry, double nats, uint32_t at_s)
{
	entry->account.groups[signal_at(0)->slot].nats = (float)nats;
	entry->account.groups[signal_at(0)->slot].at_s = at_s;
}

static void happen(struct album *album, struct account_entry *entry,
		   uint32_t at_s, uint32_t recipients)
{
	struct mail_event event = {
		.kind = recipients ? MAIL_QUEUED : MAIL_LOGIN,
		.at_ms = at_s * INT64_C(1000),
	};
	struct signal_input input = { .event = &event,
				      .account = &entry->account,
				      .now_s = at_s,
				      .recipients = recipients };

	album_weighed(album, &input, entry);
}

/* Where the log does not say how many a message has, each delivery after the
 * first adds one. */
static void test_further_recipients(void **state)
{
	struct album *album = album_new();
	struct account_entry entry = entry_of("anna@firma.example");
	struct mail_event event = { .kind = MAIL_DELIVERY,
				    .at_ms = NOW_S * INT64_C(1000) };
	struct signal_input input = { .event = &event,
				      .account = &entry.account,
				      .now_s = NOW_S,
				      .recipients = 1 };
	struct suspect *suspect;

	(void)state;
	say(&entry, 3, NOW_S);
	happen(album, &entry, NOW_S, 1);
	album_weighed(album, &input, &entry);
	suspect = suspects_find(&album->suspects, entry.key);
	assert_int_equal(album->messages, 1);
	assert_int_equal(album->recipients, 2);
	assert_int_equal(suspect->messages, 1);
	assert_int_equal(suspect->recipients, 2);
	album_free(&album);
}

static void stop_now(struct album *album, struct account_entry *entry,
		     uint32_t at_s)
{
	struct verdict verdict;

	judge_explain(&entry->account, entry->login, at_s * INT64_C(1000),
		      &verdict);
	verdict.action = VERDICT_SUSPEND;
	album_verdict(album, &verdict);
}

/* When, more nats (0: what was said decays), recipients; what then counts. */
static const struct {
	const char *why;
	uint32_t after_s;
	double nats;
	uint32_t recipients, counted;
	bool is_open;
} incident[] = {
	{ "begins", 0, 3, 10, 10, true },
	{ "within an hour", 1800, 0, 5, 15, true },
	{ "waits", 3 * 3600, 0, 7, 15, true },
	{ "waits too", 4 * 3600, 0, 1, 15, true },
	{ "more evidence brings them in", 5 * 3600, 4, 2, 25, true },
	{ "no message", 5 * 3600 + 60, 0, 0, 25, true },
	{ "a day later it is over", 30 * 3600, 0, 50, 25, false },
	{ "and begins anew", 31 * 3600, 9, 3, 3, true },
};

static void test_incident(void **state)
{
	struct album *album = album_new();
	struct account_entry entry = entry_of("anna@firma.example");

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(incident); i++) {
		uint32_t at_s = NOW_S + incident[i].after_s;
		struct suspect *suspect;

		if (incident[i].nats > 0)
			say(&entry, incident[i].nats, at_s);
		happen(album, &entry, at_s, incident[i].recipients);
		suspect = suspects_find(&album->suspects, entry.key);
		assert_non_null(suspect);
		assert_case(incident[i].why, incident[i].counted,
			    suspect->recipients);
		assert_case(incident[i].why, incident[i].is_open,
			    suspect->begin_s != 0);
	}
	assert_int_equal(album->pictures.n, 2);
	assert_true(album->pictures.all[0]->is_over);
	assert_int_equal(album->pictures.all[0]->recipients, 25);
	assert_int_equal(album->recipients, 78);
	assert_int_equal(album->messages, 7);
	album_free(&album);
}

static void hear(struct album *album, struct account_entry *entry,
		 const struct mail_event *event, uint32_t recipients)
{
	struct signal_input input = {
		.event = event,
		.account = &entry->account,
		.now_s = (uint32_t)(event->at_ms / 1000),
		.recipients = recipients,
	};

	album_weighed(album, &input, entry);
}

/* The bounce that began it was a message first; the country is known from
 * where it was handed in. */
static void test_first_message(void **state)
{
	struct album *album = album_new();
	struct account_entry entry = entry_of("anna@firma.example");
	struct mail_event event = { .kind = MAIL_SUBMISSION,
				    .at_ms = NOW_S * INT64_C(1000),
				    .queue_id = S("4Xb1"), .has_client = true };
	struct picture *picture;

	(void)state;
	entry.account.incident.first_s = 0;
	hear(album, &entry, &event, 0);
	event.kind = MAIL_QUEUED;
	hear(album, &entry, &event, 20);
	event.kind = MAIL_DELIVERY;
	event.at_ms += 30000;
	entry.account.incident.first_s = NOW_S + 30;
	say(&entry, 5, NOW_S + 30);
	hear(album, &entry, &event, 0);
	hear(album, &entry, &event, 0);
	assert_int_equal(album->pictures.n, 1);
	picture = album->pictures.all[0];
	assert_int_equal(picture->recipients, 20);
	assert_int_equal(picture->messages, 1);
	assert_int_equal(picture->start_s, NOW_S);
	assert_int_equal(picture->countries[0], COUNTRY_LOCAL);
	assert_int_equal(picture->buckets[0].recipients[0], 20);
	assert_true(picture->buckets[2].has_sums);
	album_free(&album);
}

/* Nobody pays for an account without an incident. */
static void test_calm(void **state)
{
	struct album *album = album_new();
	struct account_entry entry = entry_of("anna@firma.example");

	(void)state;
	entry.account.incident.first_s = 0;
	happen(album, &entry, NOW_S, 3);
	assert_int_equal(album->suspects.n, 0);
	assert_int_equal(album->pictures.n, 0);
	assert_int_equal(album->recipients, 3);
	album_free(&album);
}

/* A thief by hand: prior -8.8, so 12 nats are 96 percent. */
static const struct {
	uint32_t after_s;
	double nats;
	uint32_t recipients;
} theft[] = {
	{ 0, 2, 10 },	 /* 0.1 % */
	{ 60, 5, 20 },	 /* 2.2 % */
	{ 120, 7, 5 },	 /* 14 % */
	{ 180, 9, 40 },	 /* 55 % */
	{ 240, 9, 100 }, /* the same */
	{ 300, 12, 1 },	 /* 96 % */
	{ 360, 12, 24 },
};

static const char *const theft_rows[] = {
	"2&#160;%</th><td class=\"n\">1</td><td class=\"n\">30</td>"
	"<td class=\"n\">170<",
	"5&#160;%</th><td class=\"n\">1</td><td class=\"n\">35</td>"
	"<td class=\"n\">165<",
	"10&#160;%</th><td class=\"n\">1</td><td class=\"n\">35</td>"
	"<td class=\"n\">165<",
	"50&#160;%</th><td class=\"n\">1</td><td class=\"n\">75</td>"
	"<td class=\"n\">125<",
	"70&#160;%</th><td class=\"n\">1</td><td class=\"n\">176</td>"
	"<td class=\"n\">24<",
	"92&#160;% (in use)</th><td class=\"n\">1</td><td class=\"n\">176</td>"
	"<td class=\"n\">24<",
	"95&#160;%</th><td class=\"n\">1</td><td class=\"n\">176</td>"
	"<td class=\"n\">24<",
};

static void write_page(struct album *album, const char *path,
		       struct text *page)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	struct detector detector;
	struct conf_list home = { 0 };
	char name[] = "<b>.log";
	char *logs[] = { name };
	struct album_run run = { pipeline, logs, 1, "<u>" };
	struct geo *geo;
	struct err err = { 0 };

	assert_int_equal(geo_open(NULL, NULL, 0, &geo, &err), 0);
	assert_int_equal(detector_init(&detector, geo, &home, NULL, &err), 0);
	pipeline->detector = &detector;
	if (album_write(album, path, &run, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(files_read(path, page, &err), 0);
	detector_release(&detector);
	free(pipeline);
}

static const char *at(const char *name)
{
	static char path[FOLDER_SIZE + 40];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void test_thresholds(void **state)
{
	struct album *album = album_new();
	struct account_entry entry = entry_of("anna@firma.example");
	struct account_entry other = entry_of("ola@firma.example");
	struct text page = TEXT_INIT(ALBUM_PAGE_MAX);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(theft); i++) {
		uint32_t at_s = NOW_S + theft[i].after_s;

		say(&entry, theft[i].nats, at_s);
		if (theft[i].after_s == 300)
			stop_now(album, &entry, at_s);
		happen(album, &entry, at_s, theft[i].recipients);
	}
	/* Strange, but below every line. */
	say(&other, 3, NOW_S);
	happen(album, &other, NOW_S, 1000);
	write_page(album, at("thresholds.html"), &page);
	for (size_t i = 0; i < N_ELEMENTS(theft_rows); i++)
		if (!strstr(text_string(&page), theft_rows[i]))
			fail_msg("not in the page: %s", theft_rows[i]);
	assert_non_null(strstr(text_string(&page),
			       "1 would have been stopped. Their incidents "
			       "reached 200 recipients; 176 of them before the "
			       "stop, 24 (12&#160;%) after it"));
	assert_null(strstr(text_string(&page), "ola@firma.example"));
	text_release(&page);
	album_free(&album);
}

/* Seconds after the start, recipients; width and place of the bucket. */
static const struct {
	const char *why;
	uint32_t after_s, recipients, width_s;
	size_t bucket;
	uint32_t in_bucket, length;
} buckets[] = {
	{ "the first", 3, 5, 15, 0, 5, 1 },
	{ "the same one", 14, 5, 15, 0, 10, 1 },
	{ "before the start", 0, 1, 15, 0, 11, 1 },
	{ "the next", 15, 7, 15, 1, 7, 2 },
	{ "the last", 96 * 15 - 1, 2, 15, 95, 2, 96 },
	{ "twice as wide", 96 * 15, 4, 30, 48, 4, 49 },
	{ "the first holds both", 1, 1, 30, 0, 19, 49 },
	{ "a week", 7 * 86400, 9, 7680, 78, 9, 79 },
	{ "all in one", 2, 1, 7680, 0, 26, 79 },
};

static void test_buckets(void **state)
{
	struct picture *picture = calloc(1, sizeof(*picture));

	(void)state;
	picture_begin(picture, 1, "anna", NOW_S);
	for (size_t i = 0; i < N_ELEMENTS(buckets); i++) {
		struct picture_event event = {
			.at_s = NOW_S + buckets[i].after_s,
			.recipients = buckets[i].recipients,
			.country = 'P' << 8 | 'L',
		};

		picture_add(picture, &event);
		assert_case(buckets[i].why, buckets[i].width_s,
			    picture->width_s);
		assert_case(buckets[i].why, buckets[i].in_bucket,
			    picture->buckets[buckets[i].bucket].recipients[0]);
		assert_case(buckets[i].why, buckets[i].length,
			    picture_length(picture));
	}
	free(picture);
}

static void test_countries(void **state)
{
	struct picture *picture = calloc(1, sizeof(*picture));

	(void)state;
	picture_begin(picture, 1, "anna", NOW_S);
	for (uint16_t i = 0; i < PICTURE_COUNTRIES + 5; i++) {
		struct picture_event event = { .at_s = NOW_S, .recipients = 2,
					       .country = i };

		picture_add(picture, &event);
	}
	assert_int_equal(picture->n_countries, PICTURE_COUNTRIES);
	assert_int_equal(picture->buckets[0].messages[0], 1);
	assert_int_equal(picture->buckets[0].messages[PICTURE_COUNTRIES], 5);
	assert_int_equal(picture->buckets[0].recipients[PICTURE_COUNTRIES],
			 10);
	free(picture);
}

/* What is there; which of them makes room. */
static const struct {
	const char *why;
	struct {
		bool is_over;
		uint32_t stopped_s, recipients;
		float highest;
	} pictures[3];
	size_t leaves;
} rooms[] = {
	{ "over and not stopped",
	  { { true, 9, 1, 3 }, { true, 0, 9, 2 }, { false, 0, 1, 1 } }, 1 },
	{ "the least suspicious of these",
	  { { true, 0, 1, 3 }, { true, 0, 9, 4 }, { true, 0, 9, 2 } }, 2 },
	{ "of the stopped the smallest",
	  { { true, 9, 7, 1 }, { true, 9, 5, 9 }, { false, 0, 1, 1 } }, 1 },
	{ "all in progress",
	  { { false, 9, 1, 5 }, { false, 0, 1, 2 }, { false, 0, 0, 3 } }, 1 },
};

static void test_room_for_pictures(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rooms); i++) {
		struct pictures pictures = { .max = 3 };
		struct picture *taken;
		uint64_t robbed;

		for (size_t p = 0; p < 3; p++) {
			taken = pictures_take(&pictures, &robbed);
			picture_begin(taken, p + 1, "anna", NOW_S);
			taken->is_over = rooms[i].pictures[p].is_over;
			taken->stopped_s = rooms[i].pictures[p].stopped_s;
			taken->recipients = rooms[i].pictures[p].recipients;
			taken->highest = rooms[i].pictures[p].highest;
		}
		taken = pictures_take(&pictures, &robbed);
		assert_ptr_equal(taken, pictures.all[rooms[i].leaves]);
		assert_case(rooms[i].why,
			    rooms[i].pictures[rooms[i].leaves].is_over
				    ? 0 : rooms[i].leaves + 1, robbed);
		pictures_release(&pictures);
	}
}

/* Robbed while there was little to see: drawn again from where there is, with
 * all that was counted. */
static void test_second_picture(void **state)
{
	struct album *album = album_new();
	struct account_entry anna = entry_of("anna@firma.example");
	struct account_entry ola = entry_of("ola@firma.example");

	(void)state;
	album->pictures.max = 1;
	say(&anna, 2, NOW_S);
	happen(album, &anna, NOW_S, 10);
	say(&ola, 3, NOW_S + 60);
	happen(album, &ola, NOW_S + 60, 1);
	assert_null(suspects_find(&album->suspects, anna.key)->picture);
	say(&anna, 4, NOW_S + 120);
	happen(album, &anna, NOW_S + 120, 10);
	assert_null(suspects_find(&album->suspects, anna.key)->picture);
	say(&anna, 9, NOW_S + 180);
	happen(album, &anna, NOW_S + 180, 10);
	assert_int_equal(album->pictures.all[0]->key, anna.key);
	assert_true(album->pictures.all[0]->is_late);
	assert_int_equal(album->pictures.all[0]->start_s, NOW_S + 180);
	assert_int_equal(album->pictures.all[0]->recipients, 30);
	/* Robbed once more, it stays without. */
	say(&ola, 10, NOW_S + 240);
	happen(album, &ola, NOW_S + 240, 1);
	say(&anna, 12, NOW_S + 300);
	happen(album, &anna, NOW_S + 300, 10);
	assert_int_equal(album->pictures.all[0]->key, ola.key);
	assert_int_equal(suspects_find(&album->suspects,
				       anna.key)->recipients, 40);
	album_free(&album);
}

/* The lower half of the accounts goes, but for the stopped. */
static void test_room_for_suspects(void **state)
{
	struct suspects suspects = { .floor = -1000 };
	struct suspect *suspect;

	(void)state;
	for (uint64_t i = 1; i <= SUSPECTS_MAX; i++) {
		suspect = suspects_get(&suspects, i, NOW_S);
		suspect->highest = (float)i;
		suspect->stop = i == 7;
	}
	assert_int_equal(suspects.n, SUSPECTS_MAX);
	assert_int_equal(suspects.forgotten, 0);
	suspect = suspects_get(&suspects, SUSPECTS_MAX + 1, NOW_S);
	assert_non_null(suspect);
	assert_int_equal(suspects.n, SUSPECTS_MAX / 2 + 2);
	assert_null(suspects_find(&suspects, 6));
	assert_non_null(suspects_find(&suspects, 7));
	assert_null(suspects_find(&suspects, SUSPECTS_MAX / 2));
	assert_non_null(suspects_find(&suspects, SUSPECTS_MAX / 2 + 1));
	assert_int_equal((int)suspects.floor, SUSPECTS_MAX / 2 + 1);
	assert_int_equal(suspects.forgotten, SUSPECTS_MAX / 2 - 1);
	suspects_release(&suspects);
}

/* Nothing of a stranger's name is markup. */
static void test_hostile(void **state)
{
	static const char login[] = "</title><script>alert('1')</script>&\"\xe2"
				    "\x80\xae\x01@x.example";
	struct album *album = album_new();
	struct account_entry entry = entry_of(login);
	struct text page = TEXT_INIT(ALBUM_PAGE_MAX);

	(void)state;
	say(&entry, 12, NOW_S);
	stop_now(album, &entry, NOW_S);
	happen(album, &entry, NOW_S, 5);
	entry = entry_of("<i>close@x.example");
	say(&entry, 8, NOW_S);
	happen(album, &entry, NOW_S, 5);
	write_page(album, at("hostile.html"), &page);
	assert_null(strstr(text_string(&page), "<script"));
	assert_null(strstr(text_string(&page), "<i>"));
	assert_null(strstr(text_string(&page), "<b>"));
	assert_null(strstr(text_string(&page), "<u>"));
	assert_null(strstr(text_string(&page), "\xe2\x80\xae"));
	assert_non_null(strstr(text_string(&page),
			       "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)"
			       "&lt;/script&gt;&amp;&quot;\xef\xbf\xbd"));
	assert_non_null(strstr(text_string(&page), "&lt;i&gt;close@x.exa"));
	text_release(&page);
	album_free(&album);
}

static void fill_worst(struct album *album, const char *name)
{
	struct account_entry entry = entry_of(name);

	for (size_t i = 0; signal_at(i); i++) {
		entry.account.groups[signal_at(i)->slot].nats = 9;
		entry.account.groups[signal_at(i)->slot].at_s = NOW_S;
	}
	stop_now(album, &entry, NOW_S);
	/* As no signal would, but no text is longer. */
	for (size_t i = 0; i < album->verdict.n_evidence; i++)
		memset(album->verdict.evidence[i].text, '"',
		       VERDICT_TEXT_SIZE - 1);
	for (uint32_t at_s = 0; at_s < 1500; at_s += 5) {
		struct mail_event event = {
			.kind = MAIL_QUEUED,
			.at_ms = (NOW_S + at_s) * INT64_C(1000),
		};
		struct signal_input input = { .event = &event,
					      .account = &entry.account,
					      .now_s = NOW_S + at_s,
					      .recipients = 4000000 };

		album_weighed(album, &input, &entry);
	}
}

/* More stops than the page has room for, each of the longest names. */
static void test_worst(void **state)
{
	struct album *album = album_new();
	struct text page = TEXT_INIT(ALBUM_PAGE_MAX);
	char name[ACCOUNT_LOGIN_MAX + 1], words[100];
	int drawn;

	(void)state;
	for (int i = 0; i < STOPS_MAX + 3; i++) {
		memset(name, '"', sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		snprintf(name, 8, "%06d", i);
		name[6] = '"';
		fill_worst(album, name);
	}
	assert_int_equal(album->n_stops, STOPS_MAX);
	assert_int_equal(album->stops_beyond, 3);
	assert_int_equal(album->pictures.n, PICTURES_MAX);
	write_page(album, at("worst.html"), &page);
	assert_true(page.len < ALBUM_PAGE_MAX);
	assert_non_null(strstr(text_string(&page), "more were stopped and are "
			       "left out of this list"));
	drawn = 0;
	for (const char *at_id = text_string(&page);
	     (at_id = strstr(at_id, "class=\"incident\"")); at_id++)
		drawn++;
	assert_true(drawn > 0);
	snprintf(words, sizeof(words), "<strong>1,%d accounts that were "
		 "stopped have no drawing here", STOPS_MAX + 3 - drawn - 1000);
	assert_non_null(strstr(text_string(&page), words));
	assert_non_null(strstr(text_string(&page), "</html>"));
	text_release(&page);
	album_free(&album);
}

static const struct {
	double greatest;
	int steps;
	double step, top;
} scales[] = {
	{ 0, 3, 1, 1 },	     { 1, 3, 1, 1 },	  { 3, 2, 2, 4 },
	{ 7, 3, 5, 10 },     { 40, 4, 10, 40 },	  { 41, 4, 20, 60 },
	{ 950, 3, 500, 1000 }, { 1e9, 3, 5e8, 1e9 }, { 0.2, 3, 1, 1 },
};

static void test_scale(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(scales); i++) {
		struct scale scale = scale_of(scales[i].greatest,
					      scales[i].steps);

		if (fabs(scale.step - scales[i].step) > 1e-9 ||
		    fabs(scale.top - scales[i].top) > 1e-9)
			fail_msg("%g: %g to %g", scales[i].greatest,
				 scale.step, scale.top);
	}
}

/* Words that the page makes of numbers. */
static void test_words(void **state)
{
	struct text text = TEXT_INIT(1000);

	(void)state;
	page_number(&text, 0);
	text_add_char(&text, ' ');
	page_number(&text, 999);
	text_add_char(&text, ' ');
	page_count(&text, 1, "mail", "mails");
	text_add_char(&text, ' ');
	page_count(&text, 1234567, "mail", "mails");
	text_add_char(&text, ' ');
	page_chance(&text, 0.0214);
	text_add_char(&text, ' ');
	page_chance(&text, 0.9999);
	text_add_char(&text, ' ');
	page_country(&text, COUNTRY_LOCAL);
	assert_string_equal(text_string(&text),
			    "0 999 1 mail 1,234,567 mails 2.1&#160;% "
			    "over 99&#160;% own network");
	text_release(&text);
}

static int set_up(void **state)
{
	char weight[100];
	const char *const sets[] = { "judge.block=0.92", "judge.watch=0.5",
				     "judge.hazard=0.00015", "judge.scale=1",
				     "judge.shift=0", weight };
	struct err err;

	(void)state;
	snprintf(weight, sizeof(weight), "signal.%s.weight=1",
		 signal_at(0)->name);
	folder_make(folder, "album");
	return settings_load(NULL, false, sets, N_ELEMENTS(sets), &err);
}

static int tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	settings_release();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incident),
		cmocka_unit_test(test_further_recipients),
		cmocka_unit_test(test_first_message),
		cmocka_unit_test(test_calm),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_countries),
		cmocka_unit_test(test_room_for_pictures),
		cmocka_unit_test(test_second_picture),
		cmocka_unit_test(test_room_for_suspects),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_worst),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("album", tests, set_up, tear_down);
}
