/*
 * What the operator reads: an alarm, and the day's digest. From rows, when
 * they are sent.
 */
#include "detector/describe.h"

#include "detector/alarms.h"
#include "detector/blocks_inside.h"
#include "detector/digest.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

/* A list of the digest, on its way into the letter. */
struct lines {
	const struct describe *describe;
	const char *language;
	const struct digest *digest;
	struct text text;
	int64_t n;
};

static void set_text(struct letter *letter, enum letter_field field,
		     struct text *text)
{
	letter_set(letter, field, text_slice(text));
	text_release(text);
}

static void set_number(const struct describe *describe, struct letter *letter,
		       enum letter_field field, int64_t number)
{
	struct text words = TEXT_INIT(64);

	languages_number(describe->languages, letter->language, number,
			 &words);
	set_text(letter, field, &words);
}

/* A word of the alarm: its title, and with ".next" what to do. */
static const char *alarm_word(const struct describe *describe,
			      const char *language, const struct alarm *alarm,
			      const char *end, const char *otherwise)
{
	char key[ALARMS_NAME_SIZE + 20];

	snprintf(key, sizeof(key), "alarm.%s%s", alarm->name, end);
	return languages_word(describe->languages, language, key, otherwise);
}

static void set_common(const struct describe *describe, struct letter *letter)
{
	const char *used = languages_choose(describe->languages, NULL, 0,
					    letter->language);

	slice_copy(slice_from(used), letter->language,
		   sizeof(letter->language));
	letter_set(letter, LETTER_PROVIDER,
		   slice_from(settings.notice.provider_name));
}

int describe_alarm(const struct describe *describe, int64_t alarm_id,
		   struct letter *letter, struct err *err)
{
	struct alarm alarm;
	enum block_find found = alarms_get(describe->blocks, alarm_id, &alarm,
					   err);

	if (found == BLOCK_NOT_FOUND)
		return 1;
	if (found != BLOCK_FOUND)
		return -1;
	set_common(describe, letter);
	letter_set(letter, LETTER_TITLE, slice_from(alarm_word(
		describe, letter->language, &alarm, "", alarm.name)));
	letter_set(letter, LETTER_NEXT, slice_from(alarm_word(
		describe, letter->language, &alarm, ".next", "")));
	letter_set(letter, LETTER_DETAIL, slice_from(alarm.words));
	letter_set(letter, LETTER_MACHINE, slice_from(alarm.machine));
	letter_set_date(letter, LETTER_SINCE, describe->languages,
			alarm.began_ms);
	letter_set_date(letter, LETTER_UNTIL, describe->languages,
			alarm.ended_ms);
	return 0;
}

static void add_date(struct lines *lines, int64_t at_ms)
{
	languages_date(lines->describe->languages, lines->language, at_ms,
		       &lines->text);
}

/* True when the line is one of those shown. */
static bool begin_line(struct lines *lines)
{
	if (lines->n++ >= DIGEST_SHOWN)
		return false;
	if (lines->n > 1)
		text_add_char(&lines->text, '\n');
	return true;
}

/* "recipients: 12,345" of a block's verdict, where it has them. */
static void add_recipients(struct lines *lines, struct slice verdict)
{
	const struct languages *languages = lines->describe->languages;
	struct err ignored;
	struct json *json = json_parse(verdict, &ignored);
	int64_t n = json_get_integer(json_get(json, "window"), "recipients",
				     0);

	if (n > 0) {
		text_addf(&lines->text, ", %s ",
			  languages_word(languages, lines->language,
					 "digest.recipients", ""));
		languages_number(languages, lines->language, n, &lines->text);
	}
	json_free(&json);
}

static int add_block(void *context, const struct db_row *row)
{
	struct lines *lines = context;

	if (!begin_line(lines))
		return 1;
	text_add(&lines->text, db_column(row, "account"));
	text_addf(&lines->text, " (#%lld), ",
		  (long long)db_column_integer(row, "id", 0));
	add_date(lines, db_column_integer(row, "blocked_ms", 0));
	add_recipients(lines, db_column(row, "verdict"));
	return 0;
}

/* Who could not be told, or what could not be done, and why. */
static int add_failure(void *context, const struct db_row *row)
{
	struct lines *lines = context;

	if (!begin_line(lines))
		return 1;
	text_add(&lines->text, db_column(row, "what"));
	text_addf(&lines->text, " (#%lld): ",
		  (long long)db_column_integer(row, "id", 0));
	text_add(&lines->text, slice_sub(db_column(row, "why"), 0, 200));
	return 0;
}

static void add_word(struct lines *lines, const char *key)
{
	text_add_string(&lines->text, languages_word(
		lines->describe->languages, lines->language, key, ""));
}

/* These go on until a person has decided. */
static bool waits_for_a_word(const struct alarm *alarm)
{
	return strcmp(alarm->name, "brake") == 0 ||
	       strcmp(alarm->name, "lifts_many") == 0;
}

static int add_alarm(void *context, const struct alarm *alarm)
{
	struct lines *lines = context;

	if (alarm->began_ms >= lines->digest->to_ms || !begin_line(lines))
		return 0;
	text_add_string(&lines->text, alarm_word(lines->describe,
						 lines->language, alarm, "",
						 alarm->name));
	if (alarm->machine[0])
		text_addf(&lines->text, " (%s)", alarm->machine);
	text_add_string(&lines->text, ": ");
	add_date(lines, alarm->began_ms);
	text_add_string(&lines->text, " – ");
	if (alarm->ended_ms)
		add_date(lines, alarm->ended_ms);
	else
		add_word(lines, "digest.lasts");
	if (!alarm->ended_ms && waits_for_a_word(alarm)) {
		text_add_string(&lines->text, "; ");
		add_word(lines, "digest.brake");
	}
	return 0;
}

static void set_lines(struct lines *lines, int64_t total,
		      struct letter *letter, enum letter_field field)
{
	const struct languages *languages = lines->describe->languages;
	int64_t shown = lines->n < DIGEST_SHOWN ? lines->n : DIGEST_SHOWN;

	if (shown > 0 && total > shown) {
		text_add_char(&lines->text, '\n');
		languages_join(languages, lines->language, NULL,
			       (size_t)(total - shown), 0, &lines->text);
	}
	set_text(letter, field, &lines->text);
}

static int set_lists(const struct describe *describe,
		     const struct digest *digest, struct letter *letter,
		     struct err *err)
{
	const struct {
		const char *sql;
		db_row_fn each;
		int64_t total;
		enum letter_field field;
	} lists[] = {
		{ "SELECT id, account, blocked_ms, verdict FROM comporta_block"
		  " WHERE blocked_ms >= :from AND blocked_ms < :to"
		  " ORDER BY blocked_ms, id LIMIT 21", add_block,
		  digest->made, LETTER_MADE_LIST },
		/* Those that wait longest: somebody has to ask. */
		{ "SELECT id, account, blocked_ms, NULL AS verdict FROM"
		  " comporta_block WHERE state = 'active'"
		  " AND blocked_ms < :from"
		  " ORDER BY blocked_ms, id LIMIT 21", add_block,
		  digest->waiting, LETTER_STANDING_LIST },
		{ "SELECT block_id AS id, recipient AS what, last_error AS why"
		  " FROM comporta_notice WHERE state = 'failed'"
		  " AND next_ms >= :from AND next_ms < :to"
		  " ORDER BY next_ms, id LIMIT 21", add_failure,
		  digest->n_refused, LETTER_REFUSED_LIST },
		{ "SELECT block_id AS id, name AS what, said AS why"
		  " FROM comporta_action WHERE state = 'failed'"
		  " AND ended_ms >= :from AND ended_ms < :to"
		  " ORDER BY ended_ms, id LIMIT 21", add_failure,
		  digest->n_failed, LETTER_FAILED_LIST },
	};
	const struct db_parameter period[] = {
		BLOCKS_P("from", db_integer(digest->from_ms)),
		BLOCKS_P("to", db_integer(digest->to_ms)),
	};

	for (size_t i = 0; i < BLOCKS_N(lists); i++) {
		struct lines lines = { describe, letter->language, digest,
				       TEXT_INIT(LETTER_VALUE_MAX), 0 };
		enum db_result done = db_run(describe->blocks->db,
					     lists[i].sql, period,
					     BLOCKS_N(period), lists[i].each,
					     &lines, NULL, err);

		set_lines(&lines, lists[i].total, letter, lists[i].field);
		if (done != DB_OK)
			return -1;
	}
	return 0;
}

static int set_alarms(const struct describe *describe,
		      const struct digest *digest, struct letter *letter,
		      struct err *err)
{
	struct lines lines = { describe, letter->language, digest,
			       TEXT_INIT(LETTER_VALUE_MAX), 0 };
	int result = alarms_each(describe->blocks, digest->from_ms, add_alarm,
				 &lines, err);

	set_lines(&lines, lines.n, letter, LETTER_ALARM_LIST);
	return result;
}

/* Left out where nobody has the state at hand. */
static void set_watched(const struct describe *describe,
			struct letter *letter)
{
	struct lines lines = { describe, letter->language, NULL,
			       TEXT_INIT(LETTER_VALUE_MAX), 0 };
	int64_t n = 0;

	if (!describe->watched ||
	    !describe->watched(describe->watched_context, &lines.text, &n)) {
		text_release(&lines.text);
		return;
	}
	lines.n = n;
	set_number(describe, letter, LETTER_WATCHED, n);
	set_lines(&lines, n, letter, LETTER_WATCHED_LIST);
}

int describe_digest(const struct describe *describe, int64_t day,
		    struct letter *letter, struct err *err)
{
	struct digest digest;

	if (digest_count(describe->blocks, day, &digest, err) < 0)
		return -1;
	set_common(describe, letter);
	letter_set_date(letter, LETTER_SINCE, describe->languages,
			digest.from_ms);
	letter_set_date(letter, LETTER_UNTIL, describe->languages,
			digest.to_ms);
	set_number(describe, letter, LETTER_MADE, digest.made);
	set_number(describe, letter, LETTER_OPENED, digest.lifted);
	set_number(describe, letter, LETTER_STANDING, digest.standing);
	letter_set(letter, LETTER_QUIET,
		   digest.is_quiet ? S("1") : S(""));
	if (set_lists(describe, &digest, letter, err) < 0 ||
	    set_alarms(describe, &digest, letter, err) < 0)
		return -1;
	set_watched(describe, letter);
	return 0;
}
