#include "tests/support/story.h"

#include "base/conf.h"
#include "base/stamp.h"
#include "detector/pipeline.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"
#include "tests/support/story_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct story *running;

void story_fails(const struct story *story)
{
	const struct line *line = &story->lines[story->line];

	print_error("%s, %s:%zu: ", story->path, line->file, line->number);
}

struct slice story_word(struct slice *rest)
{
	*rest = slice_trim(*rest);
	return slice_cut(rest, ' ');
}

/* Whole options are checked where they are read; here only the length. */
const char *story_text(struct story *story, struct slice slice)
{
	static char texts[4][200];
	static size_t next;
	char *text = texts[next++ % N_ELEMENTS(texts)];

	if (!slice_copy(slice, text, sizeof(texts[0])))
		FAIL(story, "a word is too long");
	return text;
}

uint32_t story_number(struct story *story, struct slice text)
{
	uint32_t value = 0;

	if (!slice_number(text, &value))
		FAIL(story, "\"%s\" is no number", story_text(story, text));
	return value;
}

static int64_t span_ms(struct story *story, struct slice text)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', STAMP_SECOND_MS },
		      { 'm', STAMP_MINUTE_MS },
		      { 'h', STAMP_HOUR_MS },
		      { 'd', STAMP_DAY_MS } };
	int64_t value = story_number(story, text);

	for (size_t i = 0; i < N_ELEMENTS(units); i++)
		if (text.ptr[text.len - 1] == units[i].unit)
			return value * units[i].ms;
	FAIL(story, "a time needs a unit: s, m, h or d");
	return 0;
}

int64_t story_moment(struct story *story, struct slice text)
{
	int64_t at_ms = 0;

	if (!stamp_parse(text, &at_ms))
		FAIL(story, "\"%s\" is no time", story_text(story, text));
	return at_ms;
}

static void on_verdict(void *context, const struct verdict *verdict,
		       struct account_entry *entry)
{
	struct story *story = context;
	struct told *told = &story->told[story->n_told++];

	(void)entry;
	if (story->n_told == VERDICTS_MAX)
		FAIL(story, "too many verdicts");
	told->action = verdict->action;
	told->at_ms = verdict->at_ms;
	slice_copy(slice_from(verdict->account), told->account,
		   sizeof(told->account));
	if (story->says)
		story_say_verdict(verdict);
}

/* As late as possible, since options come first. */
static void open_detector(struct story *story)
{
	struct conf_list home = { .n = 0 };
	struct networks networks;
	struct geo *geo = NULL;
	struct slice rest = slice_from(story->home);
	struct err err;

	if (story->is_open)
		return;
	while (rest.len > 0) {
		struct slice one = slice_cut(&rest, ',');

		home.items[home.n++] = strndup(one.ptr, one.len);
	}
	if (networks_parse(&settings.networks, &settings.own_networks,
			   &networks, &err) < 0 ||
	    geo_open(places_countries(), places_networks(),
		     INT64_C(400) * 365 * STAMP_DAY_MS, &geo, &err) < 0 ||
	    detector_init(&story->detector, geo, &home, NULL, &err) < 0)
		FAIL(story, "%s", err.text);
	geo_set_networks(geo, &networks);
	while (home.n > 0)
		free(home.items[--home.n]);
	story->detector.enforce = story->enforce;
	story->detector.on_verdict = on_verdict;
	story->detector.on_weighed = story->says ? story_note_peak : NULL;
	story->detector.context = story;
	story->is_open = true;
}

static void close_detector(struct story *story)
{
	if (story->is_open)
		detector_release(&story->detector);
	story->is_open = false;
}

void story_read_on(struct story *story, enum source_mode mode)
{
	struct pipeline pipeline = { .detector = &story->detector };
	struct err err;

	open_detector(story);
	for (size_t i = 0; i < story->n_logs; i++) {
		if (story->logs[i].file)
			fflush(story->logs[i].file);
		if (pipeline_add(&pipeline, story->logs[i].path, mode,
				 story->logs[i].is_known
					 ? &story->logs[i].position
					 : NULL,
				 "auto", &err) < 0)
			FAIL(story, "%s", err.text);
	}
	while (pipeline_step(&pipeline, 1000))
		;
	assert_null(pipeline_error(&pipeline));
	for (size_t i = 0; i < story->n_logs; i++) {
		pipeline_position(&pipeline, i, &story->logs[i].position);
		story->logs[i].is_known = true;
	}
	if (pipeline_counters(&pipeline).strange)
		FAIL(story, "%d lines were not understood",
		     (int)pipeline_counters(&pipeline).strange);
	pipeline_close(&pipeline);
}

static void do_lift(struct story *story, struct slice rest)
{
	story_read_on(story, SOURCE_FOLLOW);
	detector_lifted(&story->detector, story_word(&rest), story->now_ms);
	story->was_told = true;
}

static void do_trust(struct story *story, struct slice rest)
{
	struct slice account = story_word(&rest), place;
	struct trust trust = { .until_day = 0 };
	uint32_t days = TRUST_DAYS;

	while ((place = story_word(&rest)).len > 0) {
		if (slice_eq(place, S("back")))
			days = 0;
		else if (slice_eq(place, S("for")))
			days = (uint32_t)(span_ms(story, story_word(&rest)) /
					  STAMP_DAY_MS);
		else if (!trust_country(&trust, place) &&
			 !trust_network(&trust, place))
			FAIL(story, "\"%.*s\" is no place", (int)place.len,
			     place.ptr);
	}
	trust_for(&trust, story->now_ms, days);
	story_read_on(story, SOURCE_FOLLOW);
	/* A run that was killed hears of it again. */
	detector_trusted(&story->detector, account, story->now_ms, &trust);
	if (detector_trusted(&story->detector, account, story->now_ms,
			     &trust))
		FAIL(story, "heard twice, it was news twice");
	story->was_told = true;
}

static void do_scan(struct story *story, struct slice rest)
{
	(void)rest;
	story_read_on(story, SOURCE_FOLLOW);
}

static void do_set(struct story *story, struct slice rest)
{
	const char *name = story_text(story, story_word(&rest));
	const char *value = story_text(story, story_word(&rest));
	size_t n;
	const struct conf_section *sections = settings_sections(&n);
	struct err err;

	if (conf_set(sections, n, name, value, "set", &err) < 0)
		FAIL(story, "%s", err.text);
}

static void do_at(struct story *story, struct slice rest)
{
	story->now_ms = story_moment(story, story_word(&rest));
}

static void do_home(struct story *story, struct slice rest)
{
	slice_copy(story_word(&rest), story->home, sizeof(story->home));
}

static void do_enforce(struct story *story, struct slice rest)
{
	(void)rest;
	story->enforce = true;
}

static const struct verb verbs[] = {
	{ SLICE("expect"), story_expect }, { SLICE("at"), do_at },
	{ SLICE("lift"), do_lift },	   { SLICE("trust"), do_trust },
	{ SLICE("scan"), do_scan },	   { SLICE("home"), do_home },
	{ SLICE("enforce"), do_enforce },  { SLICE("set"), do_set },
	{ SLICE(""), NULL },
};

/* "%200+16" behind the letter, from left to right. */
static uint32_t reckon(struct story *story, uint32_t value, struct slice how)
{
	while (how.len > 0) {
		char sign = how.ptr[0];
		size_t end = 1;

		while (end < how.len && how.ptr[end] >= '0' &&
		       how.ptr[end] <= '9')
			end++;
		if (sign == '+')
			value += story_number(story, slice_sub(how, 1, end));
		else if (sign == '%')
			value %= story_number(story, slice_sub(how, 1, end));
		else
			FAIL(story, "\"%c\" is neither + nor %%", sign);
		how = slice_after(how, end);
	}
	return value;
}

void story_fill_in(struct slice line, char letter, uint32_t value,
		   struct text *out)
{
	const char open[] = { '{', letter, '\0' };
	ptrdiff_t at, end;

	while ((at = slice_find(line, slice_from(open))) >= 0) {
		text_add(out, slice_sub(line, 0, (size_t)at));
		line = slice_after(line, (size_t)at + 2);
		end = slice_find(line, S("}"));
		if (end < 0)
			FAIL(running, "{ without }");
		text_addf(out, "%u",
			  reckon(running, value,
				 slice_sub(line, 0, (size_t)end)));
		line = slice_after(line, (size_t)end + 1);
	}
	text_add(out, line);
}

static const struct verb *verb_of(const struct verb *verb, struct slice name)
{
	while (verb->run && !slice_eq(verb->name, name))
		verb++;
	return verb->run ? verb : NULL;
}

static void tell_line(struct story *story, struct slice line)
{
	struct slice verb = story_word(&line);
	const struct verb *found;

	if (slice_skip(&verb, S("+"))) {
		story->now_ms += span_ms(story, verb);
		return;
	}
	if (slice_skip(&verb, S("-"))) {
		story->now_ms -= span_ms(story, verb);
		return;
	}
	found = verb_of(verbs, verb);
	if (!found)
		found = verb_of(story_line_verbs, verb);
	if (found) {
		found->run(story, line);
		return;
	}
	FAIL(story, "what is \"%s\"?", story_text(story, verb));
}

/* The line of the "end" that belongs to the "repeat" at `from`. */
static size_t end_of(struct story *story, size_t from)
{
	size_t depth = 0;

	for (size_t i = from; i < story->n_lines; i++) {
		struct slice line = slice_from(story->lines[i].text);

		depth += story_is_verb(line, S("repeat"));
		depth -= story_is_verb(line, S("end"));
		if (depth == 0)
			return i;
	}
	FAIL(story, "repeat without end");
	return 0;
}

static void tell(struct story *story, size_t from, size_t to,
		 uint32_t round, uint32_t outer);

/* The lines behind the "repeat" at `from`, up to its "end". */
static size_t tell_repeat(struct story *story, size_t from, struct slice line,
			  uint32_t outer)
{
	size_t end = end_of(story, from);
	uint32_t rounds;
	int64_t step_ms;

	story_word(&line);
	rounds = story_number(story, story_word(&line));
	step_ms = span_ms(story, story_word(&line));
	for (uint32_t n = 1; n <= rounds; n++) {
		int64_t began_ms = story->now_ms;

		tell(story, from + 1, end, n, outer);
		story->now_ms = began_ms + step_ms;
	}
	return end;
}

static void tell(struct story *story, size_t from, size_t to,
		 uint32_t round, uint32_t outer)
{
	for (size_t i = from; i < to; i++) {
		struct slice line = slice_from(story->lines[i].text);
		struct text filled = TEXT_INIT(LINE_SIZE * 2);
		struct text full = TEXT_INIT(LINE_SIZE * 2);

		line = slice_trim(line);
		story->line = i;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (story_is_verb(line, S("repeat"))) {
			i = tell_repeat(story, i, line, round);
			continue;
		}
		story_fill_in(line, 'n', round, &filled);
		story_fill_in(text_slice(&filled), 'o', outer, &full);
		tell_line(story, text_slice(&full));
		text_release(&filled);
		text_release(&full);
	}
}

/* Everything again, from the beginning and without a stop. */
static void check_replay(struct story *story)
{
	struct told *before;
	size_t n = story->n_told;

	if (story->was_told)
		return;
	before = malloc(sizeof(story->told));
	assert_non_null(before);
	memcpy(before, story->told, sizeof(story->told));
	close_detector(story);
	story->n_told = 0;
	for (size_t i = 0; i < story->n_logs; i++)
		story->logs[i].is_known = false;
	story_read_on(story, SOURCE_ONCE);
	if (story->n_told != n ||
	    memcmp(before, story->told, n * sizeof(*before)) != 0) {
		story_say_what_was_told(story);
		FAIL(story, "in one go the verdicts are others");
	}
	free(before);
}

void story_run(const char *path)
{
	struct story *story = calloc(1, sizeof(*story));
	struct err err;

	assert_non_null(story);
	running = story;
	story->path = path;
	assert_int_equal(settings_load(NULL, false, NULL, 0, &err), 0);
	folder_make(story->folder, "story");
	memcpy(story->host, "mx1", 4);
	memcpy(story->service, "submission", 11);
	memcpy(story->mechanism, "PLAIN", 6);
	story->says = getenv("STORY_SAY") != NULL;
	story_load(story, path, S(""));
	tell(story, 0, story->n_lines, 0, 0);
	if (story->says)
		story_say_peaks(story);
	story->says = false;
	check_replay(story);
}

void story_end(void)
{
	struct story *story = running;

	if (!story)
		return;
	running = NULL;
	if (story->says)
		story_say_peaks(story);
	close_detector(story);
	for (size_t i = 0; i < story->n_logs; i++)
		if (story->logs[i].file)
			fclose(story->logs[i].file);
	for (size_t i = 0; i < story->n_lines; i++)
		free(story->lines[i].text);
	if (story->folder[0])
		folder_remove(story->folder);
	settings_release();
	free(story);
}
