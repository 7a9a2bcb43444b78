#include "detector/formats/header.h"

#include "detector/formats/format.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t at(const char *stamp)
{
	int64_t at_ms = 0;

	assert_true(stamp_parse(slice_from(stamp), &at_ms));
	return at_ms;
}

static struct header_reader reader_at(const char *reference)
{
	return (struct header_reader){ .reference_ms = at(reference) };
}

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* The line's time as text, "" when no form fits. */
static void read_stamp(struct header_reader *reader, const char *text,
		       char out[STAMP_TEXT_SIZE])
{
	struct slice copy = guarded_copy(slice_from(text));
	struct log_line line;

	out[0] = '\0';
	if (header_read(reader, copy, &line))
		stamp_rfc3339(line.at_ms, out);
	guarded_free(copy);
}

static void assert_stamp(struct header_reader *reader, const char *text,
			 const char *want)
{
	char got[STAMP_TEXT_SIZE];

	read_stamp(reader, text, got);
	if (strcmp(got, want) != 0)
		print_error("case: %s\n", text);
	assert_string_equal(got, want);
}

static void test_stamps(void **state)
{
	static const struct {
		const char *stamp, *want;
	} cases[] = {
		{ "Jun  1 10:00:00", "2026-06-01T10:00:00.000Z" },
		{ "Jun 01 10:00:00", "2026-06-01T10:00:00.000Z" },
		{ "Jun 1 10:00:00", "2026-06-01T10:00:00.000Z" },
		{ "Jun  1 10:00:00.123456", "2026-06-01T10:00:00.123Z" },
		{ "Nov 22 23:59:60", "2026-11-23T00:00:00.000Z" },
		{ "Nov 31 10:00:00", "" },
		{ "Nov 00 10:00:00", "" },
		{ "Nov 2x 10:00:00", "" },
		{ "Nox 22 10:00:00", "" },
		{ "Nov 22 24:00:00", "" },
		{ "Nov 22 10:60:00", "" },
		{ "Nov 22 10:00:0", "" },
		{ "Nov 22 10.00.00", "" },
		{ "2026-06-01T10:00:00Z", "2026-06-01T10:00:00.000Z" },
		{ "2026-06-01T10:00:00z", "2026-06-01T10:00:00.000Z" },
		{ "2026-06-01T10:00:00.123Z", "2026-06-01T10:00:00.123Z" },
		{ "2026-06-01T10:00:00.123456+02:00",
		  "2026-06-01T08:00:00.123Z" },
		{ "2026-06-01T10:00:00.123456789-03:30",
		  "2026-06-01T13:30:00.123Z" },
		{ "2026-06-01T10:00:00+0200", "2026-06-01T08:00:00.000Z" },
		{ "2026-06-01 10:00:00", "2026-06-01T10:00:00.000Z" },
		{ "2026-06-01T00:30:00+01:00", "2026-05-31T23:30:00.000Z" },
		{ "2024-02-29T00:30:00Z", "2024-02-29T00:30:00.000Z" },
		{ "2026-02-29T00:30:00Z", "" },
		{ "2026-13-01T00:30:00Z", "" },
		{ "2026-06-01T10:00:00+24:00", "" },
		{ "2026-06-01T10:00:00+2", "" },
		{ "2026-06-01T10:00:00.Z", "" },
		{ "2026/06/01T10:00:00Z", "" },
		{ "1 2026-06-01T10:00:00Z", "2026-06-01T10:00:00.000Z" },
		{ "<22>1 2026-06-01T10:00:00Z", "2026-06-01T10:00:00.000Z" },
		{ "<1234>Jun  1 10:00:00", "" },
		{ "<22>Jun  1 10:00:00", "2026-06-01T10:00:00.000Z" },
		{ "<22Jun  1 10:00:00", "" },
		{ "2026 Jun  1 10:00:00.5", "2026-06-01T10:00:00.500Z" },
		{ "2026 Jun 31 10:00:00", "" },
		{ "2026-06-01 10:00:00 +0200", "2026-06-01T08:00:00.000Z" },
		{ "2026-06-01 10:00:00.123 -0330", "2026-06-01T13:30:00.123Z" },
		{ "2026-06-01 10:00:00 +2400", "2026-06-01T10:00:00.000Z" },
		{ "x | Jun  1 10:00:00", "2026-06-01T10:00:00.000Z" },
		{ "| Jun  1 10:00:00", "" },
		{ "x y | Jun  1 10:00:00", "" },
		{ "x | y | Jun  1 10:00:00", "" },
		{ "", "" },
	};

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct header_reader reader =
			reader_at("2026-11-22T12:00:00Z");
		char text[128];

		snprintf(text, sizeof(text), "%s mx a[1] b - - c",
			 cases[i].stamp);
		assert_stamp(&reader, text, cases[i].want);
	}
}

static void test_year_is_the_latest_possible(void **state)
{
	static const struct {
		const char *reference, *stamp, *want;
	} cases[] = {
		{ "2026-01-03T00:00:00Z", "Dec 31 23:59:59",
		  "2025-12-31T23:59:59.000Z" },
		{ "2026-01-03T00:00:00Z", "Jan  1 00:00:00",
		  "2026-01-01T00:00:00.000Z" },
		{ "2025-12-31T23:00:00Z", "Jan  1 00:30:00",
		  "2026-01-01T00:30:00.000Z" },
		{ "2025-12-31T23:00:00Z", "Jan  2 00:30:00",
		  "2025-01-02T00:30:00.000Z" },
		{ "2026-05-01T00:00:00Z", "May  2 00:00:00",
		  "2026-05-02T00:00:00.000Z" },
		{ "2026-05-01T00:00:00Z", "May  2 00:00:01",
		  "2025-05-02T00:00:01.000Z" },
		{ "2026-05-01T00:00:00Z", "Feb 29 10:00:00",
		  "2024-02-29T10:00:00.000Z" },
		{ "2024-05-01T00:00:00Z", "Feb 29 10:00:00",
		  "2024-02-29T10:00:00.000Z" },
		{ "2103-05-01T00:00:00Z", "Feb 29 10:00:00",
		  "2096-02-29T10:00:00.000Z" },
		{ "1970-01-01T00:00:00Z", "Feb  1 10:00:00", "" },
	};

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct header_reader reader = reader_at(cases[i].reference);
		char text[128];

		snprintf(text, sizeof(text), "%s mx a[1]: b", cases[i].stamp);
		assert_stamp(&reader, text, cases[i].want);
	}
}

/* A file that runs over New Year is read by one reader. */
static void test_one_reader_over_new_year(void **state)
{
	struct header_reader reader = reader_at("2026-01-02T08:00:00Z");

	(void)state;
	set_zone("UTC");
	assert_stamp(&reader, "Dec 31 23:59:58 mx a[1]: b",
		     "2025-12-31T23:59:58.000Z");
	assert_stamp(&reader, "Jan  1 00:00:02 mx a[1]: b",
		     "2026-01-01T00:00:02.000Z");
	assert_stamp(&reader, "Dec 31 23:59:59 mx a[1]: late",
		     "2025-12-31T23:59:59.000Z");
	reader.reference_ms = at("2027-01-01T08:00:00Z");
	assert_stamp(&reader, "Dec 31 23:59:58 mx a[1]: a year on",
		     "2026-12-31T23:59:58.000Z");
}

static void test_missing_zone_is_the_machines(void **state)
{
	struct header_reader reader = reader_at("2026-11-22T12:00:00Z");

	(void)state;
	set_zone("Europe/Warsaw");
	assert_stamp(&reader, "Jan 15 10:00:00 mx a[1]: winter",
		     "2026-01-15T09:00:00.000Z");
	assert_stamp(&reader, "Jul 15 10:00:00 mx a[1]: summer",
		     "2026-07-15T08:00:00.000Z");
	assert_stamp(&reader, "Mar 29 01:59:59 mx a[1]: spring forward",
		     "2026-03-29T00:59:59.000Z");
	assert_stamp(&reader, "Mar 29 03:00:00 mx a[1]: spring forward",
		     "2026-03-29T01:00:00.000Z");
	assert_stamp(&reader, "Oct 25 01:59:59 mx a[1]: fall back",
		     "2026-10-24T23:59:59.000Z");
	assert_stamp(&reader, "Oct 25 02:30:00 mx a[1]: the first of two",
		     "2026-10-25T00:30:00.000Z");
	assert_stamp(&reader, "Oct 25 03:00:00 mx a[1]: after",
		     "2026-10-25T02:00:00.000Z");
	assert_stamp(&reader, "2026-07-15 10:00:00 mx a[1]: no zone",
		     "2026-07-15T08:00:00.000Z");
	assert_stamp(&reader, "2026-07-15T10:00:00Z mx a[1]: zone",
		     "2026-07-15T10:00:00.000Z");
	assert_stamp(&reader, "2026 Jul 15 10:00:00 mx a[1]: year",
		     "2026-07-15T08:00:00.000Z");
	/* New Year's night: local time is ahead of the reference. */
	reader.reference_ms = at("2025-12-30T23:30:00Z");
	assert_stamp(&reader, "Jan  1 00:30:00 mx a[1]: b",
		     "2025-12-31T23:30:00.000Z");
	set_zone("UTC");
}

static void test_remembered_stamp_is_not_mistaken(void **state)
{
	struct header_reader reader = reader_at("2026-11-22T12:00:00Z");

	(void)state;
	set_zone("UTC");
	assert_stamp(&reader, "2026-06-01T10:00:00.111+02:00 mx a: b",
		     "2026-06-01T08:00:00.111Z");
	assert_stamp(&reader, "2026-06-01T10:00:00.222222+02:00 mx a: b",
		     "2026-06-01T08:00:00.222Z");
	assert_stamp(&reader, "2026-06-01T10:00:00+03:00 mx a: b",
		     "2026-06-01T07:00:00.000Z");
	assert_stamp(&reader, "2026-06-01T10:00:00Z mx a: b",
		     "2026-06-01T10:00:00.000Z");
	assert_stamp(&reader, "2026-06-01T10:00:00+03:00 mx a: b",
		     "2026-06-01T07:00:00.000Z");
	assert_stamp(&reader, "Jun  1 10:00:00 mx a: b",
		     "2026-06-01T10:00:00.000Z");
	assert_stamp(&reader, "Jun  1 10:00:0 mx a: b", "");
	assert_stamp(&reader, "Jun  1 10:00:001 mx a: b", "");
	assert_stamp(&reader, "Jun  1 10:00:00 mx a: b",
		     "2026-06-01T10:00:00.000Z");
	assert_stamp(&reader, "2026-06-01T10:00:00 mx a: b",
		     "2026-06-01T10:00:00.000Z");
}

static void test_origins(void **state)
{
	static const struct {
		const char *rest, *host, *program, *text;
	} cases[] = {
		{ " mx postfix/smtpd[81]: a b", "mx", "postfix/smtpd", "a b" },
		{ " mx postfix/smtpd[81]:  a", "mx", "postfix/smtpd", " a" },
		{ " mx dovecot: imap-login: a", "mx", "dovecot",
		  "imap-login: a" },
		{ " mx kernel: a\r", "mx", "kernel", "a" },
		{ "  mx  x/y[1]: a", "mx", "x/y", "a" },
		{ " 2001:db8::1 x/y[1]: a", "2001:db8::1", "x/y", "a" },
		{ " mx a-2001:db8::1/y[1]: a", "mx", "a-2001:db8::1/y", "a" },
		{ " imap-login: Info: a", "", "imap-login", "Info: a" },
		{ " x/y[1]: a", "", "x/y", "a" },
		{ " auth(x y[1]: a", "", "auth", "(x y[1]: a" },
		{ " <mail.notice> mx x[1]: a", "mx", "x", "a" },
		{ " mx mail.info x[1]: a", "mx", "x", "a" },
		{ " mx user.notice root: a", "mx", "root", "a" },
		{ " mx local0.err  x[1]: a", "mx", "x", "a" },
		{ " mx mail.info x a: b", "mx", "", "mail.info x a: b" },
		{ " mx mail.inf x[1]: a", "mx", "", "mail.inf x[1]: a" },
		{ " mx .info x[1]: a", "mx", "", ".info x[1]: a" },
		{ " mx mail.info", "mx", "", "mail.info" },
		{ " mx mail.info x[1]:", "mx", "x", "" },
		{ " INFO    x/y[1]: a", "", "x/y", "a" },
		{ " INFO x y", "INFO", "", "x y" },
		{ " INFORM x[1]: a", "INFORM", "x", "a" },
		{ " (none) x[1]: a", "(none)", "x", "a" },
		{ " (none) imapd-ssl: a", "(none)", "imapd-ssl", "a" },
		{ " <broken mx x[1]: a", "<broken", "", "mx x[1]: a" },
		{ " mx x[1] a", "mx", "", "x[1] a" },
		{ " mx x[]: a", "mx", "", "x[]: a" },
		{ " mx x[1a]: a", "mx", "", "x[1a]: a" },
		{ " mx [1]: a", "mx", "", "[1]: a" },
		{ " mx : a", "mx", "", ": a" },
		{ " mx x[1]:", "mx", "x", "" },
		{ " mx", "mx", "", "" },
		{ " ", "", "", "" },
	};

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct header_reader reader =
			reader_at("2026-11-22T12:00:00Z");
		struct log_line line;
		char text[128];

		snprintf(text, sizeof(text), "Jun  1 10:00:00%s",
			 cases[i].rest);
		assert_case(cases[i].rest, true,
			    header_read(&reader, slice_from(text), &line));
		assert_case(cases[i].rest, true,
			    slice_eq(line.host, slice_from(cases[i].host)));
		assert_case(cases[i].rest, true,
			    slice_eq(line.program,
				     slice_from(cases[i].program)));
		assert_case(cases[i].rest, true,
			    slice_eq(line.text, slice_from(cases[i].text)));
	}
}

static void test_process(void **state)
{
	static const struct {
		const char *line, *pid;
	} cases[] = {
		{ "Jun  1 10:00:00 mx postfix/smtpd[81]: a b", "81" },
		{ "Jun  1 10:00:00 mx sm-mta[3529565]: a[5]: b", "3529565" },
		{ "Jun  1 10:00:00 mx dovecot: a", "" },
		{ "Jun  1 10:00:00 x/y[1]: a", "1" },
		{ "Jun  1 10:00:00 auth(x y[1]: a", "" },
		{ "Jun  1 10:00:00 mx x[1] a", "" },
		{ "<22>1 2026-05-04T10:00:00Z mx smtpd 7 - - a", "7" },
		{ "<22>1 2026-05-04T10:00:00Z mx smtpd - - - a", "" },
		{ "2026-05-04 10:00:00 +0200 [28107] Start queue run", "" },
		{ "{\"__REALTIME_TIMESTAMP\":\"1777888800123456\",\"_PID\":"
		  "\"56\",\"SYSLOG_IDENTIFIER\":\"x\",\"MESSAGE\":\"a\"}",
		  "56" },
		{ "x[78]: a", "78" },
		{ "2026-05-04T10:00:00Z mx x[12]: a", "12" },
		/* As before, but for the process. */
		{ "2026-05-04T10:00:01Z mx x[34]: a", "34" },
	};
	struct header_reader reader = reader_at("2026-11-22T12:00:00Z");
	struct log_line line;

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_case(cases[i].line, true,
			    header_read(&reader, slice_from(cases[i].line),
					&line));
		assert_case(cases[i].line, true,
			    slice_eq(line.pid, slice_from(cases[i].pid)));
	}
	header_release(&reader);
}

/* Exim's own file has neither host nor program. What it has instead may be a
 * stranger's, so nothing in it may become one. */
static void test_exim(void **state)
{
	static const struct {
		const char *rest, *program, *text;
	} cases[] = {
		{ "1RwtJa-000AFJ-3B <= a[1]: b", "exim",
		  "1RwtJa-000AFJ-3B <= a[1]: b" },
		{ "1sDcIh-000000004YY-3wAT => b", "exim",
		  "1sDcIh-000000004YY-3wAT => b" },
		{ "[12] x postfix/smtpd[1]: b", "exim",
		  "[12] x postfix/smtpd[1]: b" },
		{ "+0200 x postfix/smtpd[1]: b", "exim",
		  "x postfix/smtpd[1]: b" },
		{ "ETRN imap-login: b", "exim", "ETRN imap-login: b" },
		{ "H=(x postfix/smtpd[1]: b", "exim",
		  "H=(x postfix/smtpd[1]: b" },
		{ "cwd=/x/smtpd: b", "exim", "cwd=/x/smtpd: b" },
		{ "login authenticator failed for x", "exim",
		  "login authenticator failed for x" },
		/* Others' lines with the same stamp. */
		{ "mx postfix/smtpd[1]: b", "postfix/smtpd", "b" },
		{ "imap-login: Info: b", "imap-login", "Info: b" },
		{ "exim exim[1]: b", "exim", "b" },
		{ "1RwtJa-000AFJ-3Bx a[1]: b", "a", "b" },
		{ "server-mail01-pl a[1]: b", "a", "b" },
		{ "[x] a[1]: b", "a", "b" },
	};

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct header_reader reader =
			reader_at("2026-11-22T12:00:00Z");
		struct log_line line;
		char text[128];

		snprintf(text, sizeof(text), "2026-06-01 10:00:00 %s",
			 cases[i].rest);
		assert_case(cases[i].rest, true,
			    header_read(&reader, slice_from(text), &line));
		assert_case(cases[i].rest, true,
			    slice_eq(line.program,
				     slice_from(cases[i].program)));
		assert_case(cases[i].rest, true,
			    slice_eq(line.text, slice_from(cases[i].text)));
	}
}

/* A remembered host hides no line of Exim's that its second word tells. */
static void test_exim_after_a_host(void **state)
{
	struct header_reader reader = reader_at("2026-11-22T12:00:00Z");
	struct log_line line;

	(void)state;
	set_zone("UTC");
	assert_true(header_read(&reader,
				S("2026-06-01 10:00:00 login smtpd[1]: a"),
				&line));
	assert_true(slice_eq(line.host, S("login")));
	assert_true(header_read(&reader,
				S("2026-06-01 10:00:00 login authenticator "
				  "failed for x"), &line));
	assert_true(slice_eq(line.program, S("exim")));
}

/* From the first line that is surely Exim's on, all are that look like one;
 * and zones are each line's own. */
static void test_exim_stays(void **state)
{
	static const struct {
		const char *line, *program;
	} lines[] = {
		{ "2026-06-01 10:00:00 hello imap-login: a", "imap-login" },
		{ "2026-06-01 10:00:01 hello imap-login: a", "imap-login" },
		{ "2026-06-01 10:00:01 1RwtJa-000AFJ-3B Completed", "exim" },
		{ "2026-06-01 10:00:01 hello imap-login: a", "exim" },
		{ "2026-06-01T10:00:02 mx imap-login: a", "imap-login" },
		{ "2026-06-01 10:00:03 hello imap-login: a", "exim" },
		{ "Jun  1 10:00:04 mx imap-login: a", "imap-login" },
		{ "2026-06-01 10:00:05 mx imap-login: a", "exim" },
	};
	struct header_reader reader = reader_at("2026-11-22T12:00:00Z");

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < N_ELEMENTS(lines); i++) {
		struct log_line line;

		assert_true(header_read(&reader, slice_from(lines[i].line),
					&line));
		assert_case(lines[i].line, true,
			    slice_eq(line.program,
				     slice_from(lines[i].program)));
	}
	assert_stamp(&reader, "2026-06-01 10:00:00 +0200 1RwtJa-000AFJ-3B a",
		     "2026-06-01T08:00:00.000Z");
	assert_stamp(&reader, "2026-06-01 10:00:01 +0200 1RwtJa-000AFJ-3B a",
		     "2026-06-01T08:00:01.000Z");
	assert_stamp(&reader, "2026-06-01 10:00:01 1RwtJa-000AFJ-3B a",
		     "2026-06-01T10:00:01.000Z");
	assert_stamp(&reader, "2026-06-01 10:00:02 +0100 1RwtJa-000AFJ-3B a",
		     "2026-06-01T09:00:02.000Z");
}

static void test_structured_data(void **state)
{
	static const struct {
		const char *rest, *text;	/* NULL: no form fits */
	} cases[] = {
		{ "mx a/b 1 - - c d", "c d" },
		{ "mx a/b - ID7 - c d", "c d" },
		{ "mx a/b 1 - [x@1 y=\"z\"] c", "c" },
		{ "mx a/b 1 - [x y=\"] c\"][z] d", "d" },
		{ "mx a/b 1 - [x y=\"\\\"] c\"] d", "d" },
		{ "mx a/b 1 - - \xef\xbb\xbf" "c", "c" },
		{ "mx a/b 1 - -", "" },
		{ "mx a/b 1 - [x y=\"] c", NULL },
		{ "mx a/b 1 - [x c", NULL },
		{ "mx a/b 1 - ]]] c", NULL },
		{ "mx a/b 1 - \"\\", NULL },
		{ "mx a/b 1 -", NULL },
		{ "mx a/b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct header_reader reader = { 0 };
		struct log_line line;
		char text[128];
		bool fits;

		snprintf(text, sizeof(text), "<22>1 2026-06-01T10:00:00Z %s",
			 cases[i].rest);
		fits = header_read(&reader, slice_from(text), &line);
		assert_case(cases[i].rest, cases[i].text != NULL, fits);
		if (!fits)
			continue;
		assert_case(cases[i].rest, true,
			    slice_eq(line.program, S("a/b")));
		assert_case(cases[i].rest, true,
			    slice_eq(line.text, slice_from(cases[i].text)));
	}
}

/* Every prefix, its last byte at an unmapped page. Nothing is asked but that
 * nothing reads on; no stamp may be made up. */
static void test_every_prefix_of_a_line(void **state)
{
	static const char *const lines[] = {
		"Jun  1 10:00:00 mx postfix/smtpd[81]: 4XyZ1: client=a"
		"[203.0.113.9], sasl_method=LOGIN, sasl_username=a@b",
		"2026-05-04T10:00:00.123456+02:00 mx postfix/qmgr[7]: 4XyZ1: "
		"from=<a@b>, size=2048, nrcpt=50 (queue active)",
		"<22>1 2026-05-04T10:00:00Z mx postfix/smtp 7 - [a b=\"\\]\"] "
		"4XyZ1: to=<a@b>, relay=x[127.0.0.1], dsn=2.0.0, "
		"status=sent (queued as 12345)",
		"2026 Jun 16 16:05:07.123 mx dovecot: imap-login: "
		"Disconnected (auth failed, 1 attempts in 2 secs): "
		"user=<a@b>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1",
		"2026-06-01 10:00:00.123 +0200 [81] 1sDcIh-000000004YY-3wAT "
		"<= a@b H=([1.2.3.4]) [203.0.113.9]:1 P=esmtpa A=login:a S=1 "
		"T=\"a\\\"b\" for \"a b\"@c d@e",
		"s_1  | Jun  1 10:00:00 imap-login: Info: Login: user=<a@b>, "
		"method=PLAIN, rip=203.0.113.9",
	};
	struct mail_event event;
	struct log_line line;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(lines); i++) {
		struct header_reader reader =
			reader_at("2026-11-22T12:00:00Z");
		bool read_before = false;

		for (size_t len = 0; len <= strlen(lines[i]); len++) {
			struct slice copy = guarded_copy(
				(struct slice){ lines[i], len });
			bool read = header_read(&reader, copy, &line);

			format_line(&reader, NULL, copy, &event);
			guarded_free(copy);
			assert_case(lines[i], true, read || !read_before ||
				    len < 70);
			read_before = read;
		}
		assert_true(read_before);
	}
}

/* A wall of anything costs what reading it once costs, more or less. */
static void test_long_lines(void **state)
{
	static const char *const heads[] = {
		"Jun  1 10:00:00 mx postfix/smtpd[1]: 4XyZ1: client=a[1.2.3.4]"
		", sasl_method=P, sasl_username=",
		"Jun  1 10:00:00 mx postfix/smtpd[1]: 4XyZ1: reject: RCPT from"
		" a[1.2.3.4]: 550 5.1.1 ",
		"Jun  1 10:00:00 mx postfix/smtp[1]: 4XyZ1: to=<",
		"Jun  1 10:00:00 mx dovecot: imap-login: Disconnected: ",
		"2026-06-01 10:00:00 1RwtJa-000AFJ-3B <= a@b H=(",
		"2026-06-01 10:00:00 1RwtJa-000AFJ-3B <= a@b H=[1.2.3.4] S=1 ",
		"2026-06-01 10:00:00 1RwtJa-000AFJ-3B ** a@b ",
		"2026-06-01 10:00:00 1RwtJa-000AFJ-3B ** a@b: ",
		"2026-06-01 10:00:00 H=(x) [1.2.3.4] ",
		"2026-06-01 10:00:00 x authenticator failed for ",
		"Jun  1 10:00:00 ", "<", "x", "",
	};
	static const char *const walls[] = {
		"a: ", "(auth failed, ", "\"\\", "\"", "\\", ", orig_client=",
		" to=<", "helo=<", "> proto=", ">, ", " rip=", "[", " | ",
		": user=<", "; from=<", " sasl_sender=", "(", "<", " ", "\" ",
		"for a@b ", "a) [1.2.3.4] ", "T=\"x ", "\"a@ ", ": 550 ",
		" TO:<\"", "a@b ",
	};
	static char text[1 << 20];
	struct mail_event event;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(heads) * N_ELEMENTS(walls); i++) {
		const char *wall = walls[i % N_ELEMENTS(walls)];
		struct header_reader reader =
			reader_at("2026-11-22T12:00:00Z");
		size_t len = strlen(heads[i / N_ELEMENTS(walls)]);

		memcpy(text, heads[i / N_ELEMENTS(walls)], len);
		for (; len + strlen(wall) < sizeof(text); len += strlen(wall))
			memcpy(text + len, wall, strlen(wall));
		format_line(&reader, NULL, (struct slice){ text, len },
			    &event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_year_is_the_latest_possible),
		cmocka_unit_test(test_one_reader_over_new_year),
		cmocka_unit_test(test_missing_zone_is_the_machines),
		cmocka_unit_test(test_remembered_stamp_is_not_mistaken),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_exim),
		cmocka_unit_test(test_exim_after_a_host),
		cmocka_unit_test(test_exim_stays),
		cmocka_unit_test(test_structured_data),
		cmocka_unit_test(test_every_prefix_of_a_line),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
