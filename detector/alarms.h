/*
 * alarms - something is wrong with the host or with comporta itself, and the
 * operator has to know.
 *
 * An alarm is a row of comporta_alarm with its notice in the outbox, in one
 * transaction. While it lasts there is one of its name; it is told once when
 * it begins and once when it is over. Begin it as often as the trouble is
 * seen, end it as often as it is not: it ends only when nobody saw it for
 * ALARMS_CALM_MS, so that what comes and goes does not write every minute.
 *
 * To add one: a line in alarms.def and its words in each language.conf.
 *
 * Read from `settings`: notice.alarm_to, notice.operator,
 * notice.operator_language. Without an address the row is made all the same.
 */
#ifndef DETECTOR_ALARMS_H
#define DETECTOR_ALARMS_H

#include "detector/blocks.h"

enum {
	ALARMS_CALM_MS = 10 * 60 * 1000,
	ALARMS_LEFT_MS = 24 * 3600 * 1000,
	ALARMS_NAME_SIZE = 65,
	ALARMS_WORDS_SIZE = 512
};

/* `words` are details for people, such as an error's text: strangers' words in
 * them are made visible, too many are cut. -1 is for the database. */
int alarms_begin(struct blocks *blocks, const char *name, const char *words,
		 int64_t now_ms, struct err *err);
int alarms_end(struct blocks *blocks, const char *name, int64_t now_ms,
	       struct err *err);

/* End those that nobody has seen for ALARMS_LEFT_MS, a few at once: of a
 * machine that is gone, or has another name. */
int alarms_end_left(struct blocks *blocks, int64_t now_ms, struct err *err);

/* Of what could not be told while it lasted, such as a database that was
 * away: told once as over. The same beginning again is the same alarm. */
int alarms_past(struct blocks *blocks, const char *name, const char *words,
		int64_t began_ms, int64_t now_ms, struct err *err);

struct alarm {
	int64_t id;
	char name[ALARMS_NAME_SIZE];	/* of alarms.def */
	char machine[ALARMS_NAME_SIZE];	/* "" where all see it alike */
	int64_t began_ms, ended_ms;	/* 0 while it lasts */
	char words[ALARMS_WORDS_SIZE];
};

enum block_find alarms_get(struct blocks *blocks, int64_t id,
			   struct alarm *out, struct err *err);

/* Those that last, and those that began or ended since then, newest first.
 * The callback returns nonzero to stop. */
int alarms_each(struct blocks *blocks, int64_t since_ms,
		int (*each)(void *context, const struct alarm *alarm),
		void *context, struct err *err);

#endif
