#include "tests/support/story.h"

#include "base/conf.h"
#include "base/stamp.h"
#include "detector/pipeline.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 1000, LINE_SIZE = 1000, LOGS_MAX = 4, NAMES_MAX = 64,
       VERDICTS_MAX = 500 };

struct told {
	enum verdict_action action;
	int64_t at_ms;
	char account[80];
};

struct story {
	const char *path;
	char folder[FOLDER_SIZE];
	char *lines[LINES_MAX];
	size_t n_lines, line;
	char home[64];
	bool enforce, was_told, is_open;
	int64_t now_ms;
	unsigned next_id;
	char host[64];
	struct {
		char name[32];
		char path[FOLDER_SIZE + 40];
		FILE *file;
		struct source_position position;
		bool is_known;
	} logs[LOGS_MAX];
	size_t n_logs, log;
	struct {
		char name[32], address[64];
	} names[NAMES_MAX];
	size_t n_names;
	struct detector detector;
	struct told told[VERDICTS_MAX];
	size_t n_told;
};

static struct story *running;

#define FAIL(story, ...)						\
	do {								\
		print_error("%s:%zu: ", (story)->path, (story)->line);	\
		fail_msg(__VA_ARGS__);					\
	} while (0)

static struct slice word(struct slice *rest)
{
	*rest = slice_trim(*rest);
	return slice_cut(rest, ' ');
}

/* Whole options are checked where they are read; here only the length. */
static const char *text_of(struct story *story, struct slice slice)
{
	static char texts[4][200];
	static size_t next;
	char *text = texts[next++ % N_ELEMENTS(texts)];

	if (!slice_copy(slice, text, sizeof(texts[0])))
		FAIL(story, "a word is too long");
	return text;
}

static uint32_t number(struct story *story, struct slice text)
{
	uint32_t value = 0;

	if (!slice_number(text, &value))
		FAIL(story, "\"%s\" is no number", text_of(story, text));
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
	int64_t value = number(story, text);

	for (size_t i = 0; i < N_ELEMENTS(units); i++)
		if (text.ptr[text.len - 1] == units[i].unit)
			return value * units[i].ms;
	FAIL(story, "a time needs a unit: s, m, h or d");
	return 0;
}

static int64_t moment(struct story *story, struct slice text)
{
	int64_t at_ms = 0;

	if (!stamp_parse(text, &at_ms))
		FAIL(story, "\"%s\" is no time", text_of(story, text));
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
}

static const char *file_of(const char *variable, const char *preset)
{
	const char *path = getenv(variable);

	return path && *path ? path : preset;
}

/* As late as possible, since options come first. */
static void open_detector(struct story *story)
{
	struct conf_list home = { .n = 0 };
	struct geo *geo = NULL;
	struct slice rest = slice_from(story->home);
	struct err err;

	if (story->is_open)
		return;
	while (rest.len > 0) {
		struct slice one = slice_cut(&rest, ',');

		home.items[home.n++] = strndup(one.ptr, one.len);
	}
	if (geo_open(file_of("COUNTRY_DB", "build/geoip/country.mmdb"),
		     file_of("ASN_DB", "build/geoip/asn.mmdb"),
		     INT64_C(400) * 365 * STAMP_DAY_MS, &geo, &err) < 0 ||
	    detector_init(&story->detector, geo, &home, NULL, &err) < 0)
		FAIL(story, "%s", err.text);
	while (home.n > 0)
		free(home.items[--home.n]);
	story->detector.enforce = story->enforce;
	story->detector.on_verdict = on_verdict;
	story->detector.context = story;
	story->is_open = true;
}

static void close_detector(struct story *story)
{
	if (story->is_open)
		detector_release(&story->detector);
	story->is_open = false;
}

static void read_on(struct story *story, enum source_mode mode)
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

static void choose_log(struct story *story, struct slice name)
{
	for (size_t i = 0; i < story->n_logs; i++)
		if (slice_eq(slice_from(story->logs[i].name), name)) {
			story->log = i;
			return;
		}
	if (story->n_logs == LOGS_MAX)
		FAIL(story, "too many logs");
	story->log = story->n_logs++;
	slice_copy(name, story->logs[story->log].name,
		   sizeof(story->logs[0].name));
	snprintf(story->logs[story->log].path, sizeof(story->logs[0].path),
		 "%s/%s.log", story->folder, text_of(story, name));
	story->logs[story->log].file = fopen(story->logs[story->log].path,
					     "a");
	assert_non_null(story->logs[story->log].file);
}

__attribute__((format(printf, 3, 4)))
static void write_line(struct story *story, const char *program,
		       const char *format, ...)
{
	char stamp[STAMP_TEXT_SIZE];
	va_list args;
	FILE *file;

	if (!story->n_logs)
		choose_log(story, S("a"));
	file = story->logs[story->log].file;
	stamp_rfc3339(story->now_ms, stamp);
	fprintf(file, "%s %s %s: ", stamp, story->host, program);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fputc('\n', file);
}

static const char *address_of(struct story *story, struct slice name)
{
	for (size_t i = 0; i < story->n_names; i++)
		if (slice_eq(slice_from(story->names[i].name), name))
			return story->names[i].address;
	return text_of(story, name);
}

static void do_addr(struct story *story, struct slice rest)
{
	if (story->n_names == NAMES_MAX)
		FAIL(story, "too many names");
	slice_copy(word(&rest), story->names[story->n_names].name,
		   sizeof(story->names[0].name));
	slice_copy(word(&rest), story->names[story->n_names].address,
		   sizeof(story->names[0].address));
	story->n_names++;
}

static void do_login(struct story *story, struct slice rest)
{
	const char *account = text_of(story, word(&rest));

	write_line(story, "dovecot", "imap-login: Login: user=<%s>, "
		   "method=PLAIN, rip=%s, lip=192.0.2.25, mpid=7140, TLS, "
		   "session=<hYVvBwAXRgAlu3l2>", account,
		   address_of(story, word(&rest)));
}

static void outcome(struct story *story, const char *id, struct slice to)
{
	static const struct {
		struct slice mark;
		const char *dsn, *status, *words;
	} kinds[] = {
		{ SLICE("!"), "5.1.1", "bounced",
		  "host mx.example[192.0.2.1] said: 550 5.1.1 User unknown "
		  "(in reply to RCPT TO command)" },
		{ SLICE("~"), "4.4.1", "deferred",
		  "connect to mx.example[192.0.2.1]:25: Connection timed "
		  "out" },
		{ SLICE(""), "2.0.0", "sent", "250 2.0.0 Ok" },
	};
	size_t i = 0;

	while (!slice_skip(&to, kinds[i].mark))
		i++;
	write_line(story, "postfix/smtp[13]",
		   "%s: to=<%s>, relay=mx.example[192.0.2.1]:25, delay=1.1, "
		   "delays=0.1/0/0.5/0.5, dsn=%s, status=%s (%s)", id,
		   text_of(story, to), kinds[i].dsn, kinds[i].status,
		   kinds[i].words);
}

static void begin_message(struct story *story, const char *account,
			  const char *address, const char *id, size_t n)
{
	write_line(story, "postfix/submission/smtpd[10]",
		   "%s: client=unknown[%s], sasl_method=PLAIN, "
		   "sasl_username=%s", id, address, account);
	write_line(story, "postfix/cleanup[11]", "%s: message-id=<%s@x>", id,
		   id);
	write_line(story, "postfix/qmgr[12]",
		   "%s: from=<%s>, size=1234, nrcpt=%zu (queue active)", id,
		   account, n);
}

static const char *id_of(struct story *story, struct slice id, char out[32])
{
	if (slice_eq(id, S("*")))
		snprintf(out, 32, "4A%08X", ++story->next_id);
	else
		slice_copy(id, out, 32);
	return out;
}

static void do_send(struct story *story, struct slice rest)
{
	const char *account = text_of(story, word(&rest));
	const char *address = address_of(story, word(&rest));
	char id[32];
	struct slice to;
	size_t n = 0;

	id_of(story, word(&rest), id);
	for (struct slice count = rest; word(&count).len > 0;)
		n++;
	begin_message(story, account, address, id, n);
	while ((to = word(&rest)).len > 0)
		outcome(story, id, to);
	write_line(story, "postfix/qmgr[12]", "%s: removed", id);
}

static void do_mass(struct story *story, struct slice rest)
{
	const char *account = text_of(story, word(&rest));
	const char *address = address_of(story, word(&rest));
	char id[32];

	id_of(story, S("*"), id);
	begin_message(story, account, address, id,
		      number(story, word(&rest)));
	write_line(story, "postfix/qmgr[12]", "%s: removed", id);
}

static void do_raw(struct story *story, struct slice rest)
{
	struct slice program = slice_cut(&rest, ':');

	rest = slice_trim(rest);
	write_line(story, text_of(story, program), "%.*s", (int)rest.len,
		   rest.ptr);
}

static void do_lift(struct story *story, struct slice rest)
{
	read_on(story, SOURCE_FOLLOW);
	detector_lifted(&story->detector, word(&rest), story->now_ms);
	story->was_told = true;
}

static void do_trust(struct story *story, struct slice rest)
{
	struct slice account = word(&rest), place;
	struct trust trust = { .until_day = 0 };
	uint32_t days = TRUST_DAYS;

	while ((place = word(&rest)).len > 0) {
		if (slice_eq(place, S("back")))
			days = 0;
		else if (slice_eq(place, S("for")))
			days = (uint32_t)(span_ms(story, word(&rest)) /
					  STAMP_DAY_MS);
		else if (!trust_country(&trust, place) &&
			 !trust_network(&trust, place))
			FAIL(story, "\"%.*s\" is no place", (int)place.len,
			     place.ptr);
	}
	trust_for(&trust, story->now_ms, days);
	read_on(story, SOURCE_FOLLOW);
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
	read_on(story, SOURCE_FOLLOW);
}

static void do_set(struct story *story, struct slice rest)
{
	const char *name = text_of(story, word(&rest));
	const char *value = text_of(story, word(&rest));
	size_t n;
	const struct conf_section *sections = settings_sections(&n);
	struct err err;

	if (conf_set(sections, n, name, value, "set", &err) < 0)
		FAIL(story, "%s", err.text);
}

static void do_at(struct story *story, struct slice rest)
{
	story->now_ms = moment(story, word(&rest));
}

static void do_home(struct story *story, struct slice rest)
{
	slice_copy(word(&rest), story->home, sizeof(story->home));
}

static void do_host(struct story *story, struct slice rest)
{
	slice_copy(word(&rest), story->host, sizeof(story->host));
}

static void do_log(struct story *story, struct slice rest)
{
	choose_log(story, word(&rest));
}

static void do_enforce(struct story *story, struct slice rest)
{
	(void)rest;
	story->enforce = true;
}

static void say_what_was_told(const struct story *story)
{
	for (size_t i = 0; i < story->n_told; i++) {
		char stamp[STAMP_TEXT_SIZE];

		stamp_rfc3339(story->told[i].at_ms, stamp);
		print_error("  %s %s %s\n", stamp,
			    verdict_action_names[story->told[i].action],
			    story->told[i].account);
	}
}

static void expect_verdict(struct story *story, struct slice what,
			   struct slice account, struct slice rest)
{
	bool is_watch = slice_eq(what, S("watch"));
	bool is_calm = slice_eq(what, S("calm"));
	bool is_none = is_calm || slice_eq(what, S("open"));
	int64_t after_ms = 0, before_ms = INT64_MAX;
	struct slice option;
	bool found = false;

	while ((option = word(&rest)).len > 0) {
		if (slice_eq(option, S("after")))
			after_ms = moment(story, word(&rest));
		else if (slice_eq(option, S("before")))
			before_ms = moment(story, word(&rest));
		else
			FAIL(story, "expect what?");
	}
	for (size_t i = 0; i < story->n_told; i++) {
		const struct told *t = &story->told[i];
		bool fits = is_calm || (t->action == VERDICT_WATCH) == is_watch;

		if (fits && slice_eq(slice_from(t->account), account) &&
		    t->at_ms > after_ms && t->at_ms < before_ms)
			found = true;
	}
	if (found != is_none)
		return;
	say_what_was_told(story);
	FAIL(story, "expected %s of %s", text_of(story, what),
	     text_of(story, account));
}

static void expect_number(struct story *story, struct slice what,
			  struct slice login, struct slice rest)
{
	struct account_entry *entry =
		accounts_find(story->detector.accounts, account_key(login));
	static const struct account nobody;
	const struct account *a = entry ? &entry->account : &nobody;
	const struct {
		struct slice name;
		double value;
	} values[] = {
		{ SLICE("sent"), a->counted[RECIPIENTS_DAY] },
		{ SLICE("logins"), a->logins },
		{ SLICE("failed"), (double)a->failures },
		{ SLICE("arrived"), (double)a->outcomes - a->failures },
	};
	uint32_t want = number(story, word(&rest));

	for (size_t i = 0; i < N_ELEMENTS(values); i++) {
		if (!slice_eq(values[i].name, what))
			continue;
		if (lround(values[i].value) != (long)want)
			FAIL(story, "expected %u %s of %s, got %.1f", want,
			     text_of(story, what), text_of(story, login),
			     values[i].value);
		return;
	}
	FAIL(story, "expect what?");
}

static void do_expect(struct story *story, struct slice rest)
{
	static const struct slice of_verdict[] = {
		SLICE("suspend"), SLICE("watch"), SLICE("open"), SLICE("calm"),
	};
	struct slice what = word(&rest), account;

	read_on(story, SOURCE_FOLLOW);
	account = word(&rest);
	if (slice_eq(what, S("waiting"))) {
		if (tracker_count(story->detector.tracker) !=
		    number(story, account))
			FAIL(story, "%zu messages wait",
			     tracker_count(story->detector.tracker));
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(of_verdict); i++)
		if (slice_eq(of_verdict[i], what)) {
			expect_verdict(story, what, account, rest);
			return;
		}
	expect_number(story, what, account, rest);
}

static const struct {
	struct slice name;
	void (*run)(struct story *story, struct slice rest);
} verbs[] = {
	{ SLICE("login"), do_login },	  { SLICE("send"), do_send },
	{ SLICE("mass"), do_mass },	  { SLICE("raw"), do_raw },
	{ SLICE("expect"), do_expect },	  { SLICE("at"), do_at },
	{ SLICE("addr"), do_addr },	  { SLICE("lift"), do_lift },
	{ SLICE("trust"), do_trust },
	{ SLICE("scan"), do_scan },	  { SLICE("host"), do_host },
	{ SLICE("log"), do_log },	  { SLICE("home"), do_home },
	{ SLICE("enforce"), do_enforce }, { SLICE("set"), do_set },
};

/* `line` with the number in place of every {n}. */
static void fill_in(struct slice line, uint32_t round, struct text *out)
{
	ptrdiff_t at;

	while (round && (at = slice_find(line, S("{n}"))) >= 0) {
		text_add(out, slice_sub(line, 0, (size_t)at));
		text_addf(out, "%u", round);
		line = slice_after(line, (size_t)at + 3);
	}
	text_add(out, line);
}

static void tell_line(struct story *story, struct slice line)
{
	struct slice verb = word(&line);

	if (slice_skip(&verb, S("+"))) {
		story->now_ms += span_ms(story, verb);
		return;
	}
	if (slice_skip(&verb, S("-"))) {
		story->now_ms -= span_ms(story, verb);
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(verbs); i++)
		if (slice_eq(verbs[i].name, verb)) {
			verbs[i].run(story, line);
			return;
		}
	FAIL(story, "what is \"%s\"?", text_of(story, verb));
}

static bool is_verb(struct slice line, struct slice verb)
{
	return slice_eq(word(&line), verb);
}

/* The line of the "end" that belongs to the "repeat" at `from`. */
static size_t end_of(struct story *story, size_t from)
{
	size_t depth = 0;

	for (size_t i = from; i < story->n_lines; i++) {
		struct slice line = slice_from(story->lines[i]);

		depth += is_verb(line, S("repeat"));
		depth -= is_verb(line, S("end"));
		if (depth == 0)
			return i;
	}
	FAIL(story, "repeat without end");
	return 0;
}

static void tell(struct story *story, size_t from, size_t to, uint32_t round)
{
	for (size_t i = from; i < to; i++) {
		struct slice line = slice_trim(slice_from(story->lines[i]));
		struct text filled = TEXT_INIT(LINE_SIZE * 2);

		story->line = i + 1;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (is_verb(line, S("repeat"))) {
			size_t end = end_of(story, i);
			uint32_t rounds;
			int64_t step_ms;

			word(&line);
			rounds = number(story, word(&line));
			step_ms = span_ms(story, word(&line));
			for (uint32_t n = 1; n <= rounds; n++) {
				int64_t began_ms = story->now_ms;

				tell(story, i + 1, end, n);
				story->now_ms = began_ms + step_ms;
			}
			i = end;
			continue;
		}
		fill_in(line, round, &filled);
		tell_line(story, text_slice(&filled));
		text_release(&filled);
	}
}

static void load(struct story *story)
{
	char line[LINE_SIZE];
	FILE *file = fopen(story->path, "r");

	if (!file)
		FAIL(story, "cannot be read");
	while (fgets(line, sizeof(line), file)) {
		if (story->n_lines == LINES_MAX)
			FAIL(story, "too many lines");
		story->lines[story->n_lines] = strdup(line);
		assert_non_null(story->lines[story->n_lines]);
		story->n_lines++;
	}
	fclose(file);
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
	read_on(story, SOURCE_ONCE);
	if (story->n_told != n ||
	    memcmp(before, story->told, n * sizeof(*before)) != 0) {
		say_what_was_told(story);
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
	load(story);
	tell(story, 0, story->n_lines, 0);
	check_replay(story);
}

void story_end(void)
{
	struct story *story = running;

	if (!story)
		return;
	running = NULL;
	close_detector(story);
	for (size_t i = 0; i < story->n_logs; i++)
		if (story->logs[i].file)
			fclose(story->logs[i].file);
	for (size_t i = 0; i < story->n_lines; i++)
		free(story->lines[i]);
	if (story->folder[0])
		folder_remove(story->folder);
	settings_release();
	free(story);
}
