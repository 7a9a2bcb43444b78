/*
 * format - turns lines of one mail server's log into mail_events.
 *
 * A line comes in two parts: the header (header.h), which gives time, host
 * and program, and the text, which only the server that wrote it explains.
 * The program is always taken from the header, never from the text: that is
 * the first defence against text which strangers wrote into a line.
 *
 * To add one: write <name>.c here defining `const struct format format_<name>`,
 * add its line to formats.def, and put sample lines with the events they must
 * become in <name>.cases. Nothing outside this folder changes.
 */
#ifndef DETECTOR_FORMATS_FORMAT_H
#define DETECTOR_FORMATS_FORMAT_H

#include "detector/event.h"
#include "detector/formats/header.h"

enum format_result {
	FORMAT_EVENT,	/* *event_out is filled in. Otherwise nothing in it is
			 * of use: it is filled in as the line is read, since
			 * copying every event showed in the time */
	FORMAT_SKIP,	/* a fine line that says nothing we track */
	FORMAT_BAD,	/* ought to mean something but is torn; counted */
	FORMAT_FOREIGN	/* what a program of that name of another server may
			 * have written: the formats behind are asked, and
			 * format_line() never says so */
};

struct format {
	const char *name;	/* as written in the configuration */
	const char *about;	/* one line for --help */
	struct slice instance;	/* the mail server that its queue ids belong
				 * to; empty: parse() says which */

	/* Which of ours is this program, as the header names it
	 * ("postfix/smtpd")? NULL for everybody else's; what it means else is
	 * the format's own business: it is handed to parse(). */
	const void *(*speaker)(struct slice program);

	/* Fill in the whole event when FORMAT_EVENT is returned, but for
	 * time, host and the format's instance, which format_line() adds;
	 * what the line does not say is empty, or MAIL_UNKNOWN for numbers.
	 * It borrows from line->text. */
	enum format_result (*parse)(const void *speaker,
				    const struct log_line *line,
				    struct mail_event *event_out);
};

/* How many there are. */
enum {
	FORMATS = 0
#define FORMAT(id) + 1
#include "detector/formats/formats.def"
#undef FORMAT
};

/* NULL when there is none of that name. */
const struct format *format_find(const char *name);

/* The i-th format in formats.def order; NULL past the end. */
const struct format *format_at(size_t i);

/*
 * Header and text of one line in one call. `only` restricts to one format,
 * NULL means whichever claims the program. The line ends before its newline;
 * a CR at its end is dropped. Any bytes, any length. The reader's said_by is
 * whose program wrote it: format_at(), FORMATS for nobody's.
 */
enum format_result format_line(struct header_reader *reader,
			       const struct format *only, struct slice text,
			       struct mail_event *event_out);

#endif
