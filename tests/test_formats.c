/*
 * Every detector/formats/<name>.cases against the format of that name.
 * event_text.h has the words of a case.
 */
#include "base/text.h"
#include "detector/formats/format.h"
#include "tests/support/cases.h"
#include "tests/support/event_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Lines without a year are of 2026, up to the 22nd of November. */
static const char reference[] = "2026-11-22T12:00:00Z";

static struct header_reader new_reader(void)
{
	struct header_reader reader = { 0 };

	assert_true(stamp_parse(slice_from(reference), &reader.reference_ms));
	return reader;
}

static void test_line(void **state)
{
	const struct text_case *c = *state;
	struct header_reader reader = new_reader();
	struct text text = TEXT_INIT(16384);
	struct slice line = guarded_copy((struct slice){ c->input,
							 c->input_len });
	struct mail_event event;

	memset(&event, 0x5a, sizeof(event));
	switch (format_line(&reader, c->subject, line, &event)) {
	case FORMAT_EVENT:
		event_text(&event, c->want, &text);
		break;
	case FORMAT_BAD:
		text_add_string(&text, "!");
		break;
	case FORMAT_SKIP:
	case FORMAT_FOREIGN:
		text_add_string(&text, "-");
		break;
	}
	guarded_free(line);
	assert_string_equal(text_string(&text), c->want);
	text_release(&text);

	/* Cut anywhere, nothing may read on; what comes out is its own
	 * matter. */
	for (size_t len = 0; len < c->input_len; len++) {
		line = guarded_copy((struct slice){ c->input, len });
		format_line(&reader, c->subject, line, &event);
		guarded_free(line);
	}
}

int main(void)
{
	const struct format *format;
	char path[128];

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; (format = format_at(i)); i++) {
		snprintf(path, sizeof(path), "detector/formats/%s.cases",
			 format->name);
		cases_load(path, format);
	}
	return cases_run("formats", test_line);
}
