/*
 * header - the envelope in front of every log line: when, where, who.
 *
 * Forms known (each with a row in the table of header.c):
 *   RFC 3164   "Jun  1 10:00:00 host prog[pid]: text", day padded with a
 *              blank, a zero (postlogd) or nothing; no year, no zone
 *   RFC 3339   "2026-05-04T10:00:00.123456+02:00 host prog[pid]: text"; a
 *              blank instead of the T and a missing zone are taken, too
 *   RFC 5424   "1 2026-05-04T10:00:00Z host prog pid msgid sd text"
 *   year first "2026 Jun 16 16:05:07.123 host prog[pid]: text"
 *   Exim       "2026-05-04 10:00:00[.123][ +0200] [[pid] ]text" in Exim's own
 *              file, with neither host nor program; header_exim.c
 *   month      "févr. 25 08:43:16 host prog[pid]: text", in the languages of
 *              header_month.c
 *   between    "Jun 17 2021 10:00:00 host prog[pid]: text"
 *   weekday    "Mon 2026-05-04 10:00:00 CEST host prog[pid]: text"
 *              (journalctl -o short-full)
 *   Unix       "1777888800.123456 host prog[pid]: text" (-o short-unix)
 *   TAI64N     "@400000004c91b044077a9e94 prog: text" (multilog, s6-log)
 * each of them with "<22>" (a syslog priority), "service_1  | " (docker
 * compose), "mail.log:" (grep) or an RFC 3339 stamp of its own (docker logs -t,
 * Kubernetes: "STAMP stdout F ", whose time is taken then) in front, and all
 * but RFC 5424 without a host, as Dovecot writes its own files. Not with
 * blanks: journalctl writes them in front of the second line of a text, which
 * may be anybody's. And lines that are a JSON object, of journalctl or docker;
 * header_object.c. `journalctl -o export`, where a record is many lines, is
 * not read; neither is UTF-16.
 *
 * A line that begins with "prog[pid]:" itself has the time of the line before
 * it, as a stamp was lost and not a minute of time; with no line before it,
 * none, and is not read.
 *
 * The form is chosen by looking at the line; the one that fitted last is
 * tried first. No line fits two.
 *
 * The year that RFC 3164 does not write is the latest that puts the line not
 * more than a day after `reference_ms`, which is at least the time of the lines
 * that come next and less than a year after them (detector/reference.h): so a
 * file read in spring keeps its December in last year. Its missing zone is the
 * machine's. Of an hour that is there twice in autumn it is the first, and one
 * that is left out in spring is an hour earlier. Beyond that a line's time is
 * its own, also where it is earlier than the one before.
 */
#ifndef DETECTOR_FORMATS_HEADER_H
#define DETECTOR_FORMATS_HEADER_H

#include "base/slice.h"
#include "base/stamp.h"
#include "base/text.h"

struct format;

struct log_line {
	int64_t at_ms;
	struct slice host;	/* empty where the header has none */
	struct slice program;	/* without "[pid]"; empty when no tag with a
				 * colon stands where it belongs; "exim",
				 * from no line, in Exim's own file */
	struct slice pid;	/* the digits of "[pid]", RFC 5424's PROCID or
				 * the journal's _PID; empty when there is
				 * none */
	struct slice text;	/* behind "prog[pid]: ", trailing CR dropped */
};

/* Whose a program is, by its name: format.c looks it up there before it asks
 * every format. Of this log, as the header is. */
enum { SPEAKERS = 64, SPEAKER_NAME_MAX = 40 };

struct speaker_memo {
	const struct format *format;	/* NULL: nobody's */
	const void *speaker;
	const struct format *only;	/* who was asked; NULL: all */
	uint8_t said_by;		/* the place of `format` in the table;
					 * FORMATS: nobody's */
	size_t len;			/* 0: empty */
	char name[SPEAKER_NAME_MAX];
};

/* Per file or stream. Zeroed and with reference_ms set it is ready; the
 * reference may move on with the clock while a stream is read. Give it back
 * with header_release(). */
struct header_reader {
	int64_t reference_ms;
	size_t form;			/* index of the form that fitted last */
	bool is_exim;			/* a line of Exim's own was seen */
	size_t language;		/* of the last month; header_month.c */
	int64_t before_ms;		/* the line before; 0: none yet */
	struct stamp_zone zone;
	char last_stamp[32];		/* its hour, RFC 3339: and zone; the */
	size_t last_stamp_len;		/* same again is not converted again */
	int64_t last_at_ms;		/* when that hour began */
	char last_origin[80];		/* zone, blank and host between stamp */
	size_t last_origin_len;		/* and tag: not looked at again; */
	size_t last_host_len;		/* length 0: none */
	int64_t latest_for_ms;		/* the reference_ms of latest_ms */
	int64_t latest_ms;		/* local; no stamp is later than this */
	struct stamp_civil latest;	/* the same; year 0: not known yet */
	struct text decoded;		/* what the last object's line said */
	struct speaker_memo speakers[SPEAKERS];
	uint8_t said_by;		/* format_line()'s: whose the last line
					 * was */
	bool lacks_time;		/* a line had all but a time, and so
					 * had none before it */
	bool is_decoded;		/* the last line was an object: what it
					 * gave out lies there */
};

/* False, *line_out untouched, when no form fits. Borrows from `line` and from
 * the reader, until its next line. */
bool header_read(struct header_reader *reader, struct slice line,
		 struct log_line *line_out);

/* What an operator would call the form of the last line that was read. */
const char *header_form_name(const struct header_reader *reader);

/* Had the stamp of the last line that was read no year? */
bool header_lacks_year(const struct header_reader *reader);

void header_release(struct header_reader *reader);

#endif
