/*
 * Headers that few logs have: journalctl's forms, docker's, multilog's, months
 * in other languages; and what has none.
 */
#include "detector/formats/header.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t reference_ms = INT64_C(1795348800000); /* 2026-11-22 */

/* "TIME HOST PROGRAM TEXT", each "-" when empty; "" when no form fits. */
static void describe(struct header_reader *reader, struct slice text,
		     char *out, size_t size)
{
	struct slice copy = guarded_copy(text);
	struct log_line line;
	char stamp[STAMP_TEXT_SIZE];

	out[0] = '\0';
	if (header_read(reader, copy, &line)) {
		stamp_rfc3339(line.at_ms, stamp);
		snprintf(out, size, "%s %.*s %.*s %.*s", stamp,
			 line.host.len ? (int)line.host.len : 1,
			 line.host.len ? line.host.ptr : "-",
			 line.program.len ? (int)line.program.len : 1,
			 line.program.len ? line.program.ptr : "-",
			 line.text.len ? (int)line.text.len : 1,
			 line.text.len ? line.text.ptr : "-");
	}
	guarded_free(copy);
}

static void assert_line(struct header_reader *reader, const char *text,
			const char *want)
{
	char got[1024];

	describe(reader, slice_from(text), got, sizeof(got));
	if (strcmp(got, want) != 0)
		print_error("case: %s\n", text);
	assert_string_equal(got, want);
}

struct line_case {
	const char *line, *want;
};

/* Each with a reader of its own. */
static void assert_lines(const struct line_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct header_reader reader = { .reference_ms = reference_ms };

		assert_line(&reader, cases[i].line, cases[i].want);
		/* The second time, what was remembered is used. */
		assert_line(&reader, cases[i].line, cases[i].want);
		for (size_t len = 0; len < strlen(cases[i].line); len++) {
			char ignored[1024];

			describe(&reader,
				 (struct slice){ cases[i].line, len },
				 ignored, sizeof(ignored));
		}
		header_release(&reader);
	}
}

static void test_months(void **state)
{
	static const struct line_case cases[] = {
		{ "févr. 25 08:43:16 mx a[1]: b",
		  "2026-02-25T08:43:16.000Z mx a b" },
		{ "févr. 25 08:43:16.5 mx a[1]: b",
		  "2026-02-25T08:43:16.500Z mx a b" },
		{ "paź 05 08:43:16 mx a[1]: b",
		  "2026-10-05T08:43:16.000Z mx a b" },
		{ "paź  5 08:43:16 mx a[1]: b",
		  "2026-10-05T08:43:16.000Z mx a b" },
		{ "lis 5 08:43:16 mx a[1]: b",
		  "2026-11-05T08:43:16.000Z mx a b" },
		{ "dez 05 08:43:16 mx a[1]: b",
		  "2025-12-05T08:43:16.000Z mx a b" },
		{ "Mär 05 08:43:16 mx a[1]: b",
		  "2026-03-05T08:43:16.000Z mx a b" },
		{ "Dez 05 08:43:16 mx a[1]: b",
		  "2025-12-05T08:43:16.000Z mx a b" },
		{ "dic 05 08:43:16 mx a[1]: b",
		  "2025-12-05T08:43:16.000Z mx a b" },
		{ "giu 05 08:43:16 mx a[1]: b",
		  "2026-06-05T08:43:16.000Z mx a b" },
		{ "mrt 05 08:43:16 mx a[1]: b",
		  "2026-03-05T08:43:16.000Z mx a b" },
		{ "мая 05 08:43:16 mx a[1]: b",
		  "2026-05-05T08:43:16.000Z mx a b" },
		{ "5月 05 08:43:16 mx a[1]: b",
		  "2026-05-05T08:43:16.000Z mx a b" },
		{ " 5월 05 08:43:16 mx a[1]: b",
		  "2026-05-05T08:43:16.000Z mx a b" },
		{ "<22>sept. 01 08:43:16 mx a[1]: b",
		  "2026-09-01T08:43:16.000Z mx a b" },
		{ "13月 05 08:43:16 mx a[1]: b", "" },
		{ "0月 05 08:43:16 mx a[1]: b", "" },
		{ "5 05 08:43:16 mx a[1]: b", "" },
		{ "lut 30 08:43:16 mx a[1]: b", "" },
		{ " maj 05 08:43:16 mx a[1]: b", "" },
		{ "blah 05 08:43:16 mx a[1]: b", "" },
		{ ". 05 08:43:16 mx a[1]: b", "" },
		{ "févr.. 25 08:43:16 mx a[1]: b", "" },
		{ "févr. 25 08:43 mx a[1]: b", "" },
	};

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
}

/* "lip" is July in Polish and June in Croatian. */
static void test_a_language_stays(void **state)
{
	struct header_reader reader = { .reference_ms = reference_ms };

	(void)state;
	assert_line(&reader, "lip 05 08:00:00 mx a[1]: b",
		    "2026-07-05T08:00:00.000Z mx a b");
	assert_line(&reader, "svi 05 08:00:00 mx a[1]: b",
		    "2026-05-05T08:00:00.000Z mx a b");
	assert_line(&reader, "lip 05 08:00:00 mx a[1]: b",
		    "2026-06-05T08:00:00.000Z mx a b");
	assert_line(&reader, "srp 05 08:00:00 mx a[1]: b",
		    "2026-07-05T08:00:00.000Z mx a b");
	assert_line(&reader, "sie 05 08:00:00 mx a[1]: b",
		    "2026-08-05T08:00:00.000Z mx a b");
	assert_line(&reader, "lis 05 08:00:00 mx a[1]: b",
		    "2026-11-05T08:00:00.000Z mx a b");
}

static void test_journal_text(void **state)
{
	static const struct line_case cases[] = {
		/* -o short-iso and short-iso-precise */
		{ "2026-05-04T10:00:00+0200 mx postfix/smtpd[1]: b",
		  "2026-05-04T08:00:00.000Z mx postfix/smtpd b" },
		{ "2026-05-04T10:00:00.123456+0200 mx postfix/smtpd[1]: b",
		  "2026-05-04T08:00:00.123Z mx postfix/smtpd b" },
		{ "2026-05-04T10:00:00.123456789+02:00 mx x/y[1]: b",
		  "2026-05-04T08:00:00.123Z mx x/y b" },
		/* short-precise */
		{ "May 04 10:00:00.123456 mx postfix/smtpd[1]: b",
		  "2026-05-04T10:00:00.123Z mx postfix/smtpd b" },
		/* short-full */
		{ "Mon 2026-05-04 10:00:00 CEST mx postfix/smtpd[1]: b",
		  "2026-05-04T08:00:00.000Z mx postfix/smtpd b" },
		{ "Mon 2026-05-04 10:00:00.123456 UTC mx dovecot[1]: b",
		  "2026-05-04T10:00:00.123Z mx dovecot b" },
		{ "Mon 2026-05-04 10:00:00 EDT mx dovecot[1]: b",
		  "2026-05-04T14:00:00.000Z mx dovecot b" },
		{ "Mon 2026-05-04 10:00:00 +0330 mx dovecot[1]: b",
		  "2026-05-04T06:30:00.000Z mx dovecot b" },
		{ "Mon 2026-05-04 10:00:00 -03 mx dovecot[1]: b",
		  "2026-05-04T13:00:00.000Z mx dovecot b" },
		/* Nobody's zone that we know: the machine's. */
		{ "Mon 2026-05-04 10:00:00 XYZ mx dovecot[1]: b",
		  "2026-05-04T10:00:00.000Z mx dovecot b" },
		{ "Mon 2026-05-04 10:00:00 mx dovecot[1]: b", "" },
		{ "Mon 2026-05-04 10:00:00 CEST", "" },
		{ "Mon 2026-05-32 10:00:00 CEST mx dovecot[1]: b", "" },
		{ "Xon 2026-05-04 10:00:00 CEST mx dovecot[1]: b", "" },
		/* short-unix */
		{ "1777888800.123456 mx postfix/smtpd[1]: b",
		  "2026-05-04T10:00:00.123Z mx postfix/smtpd b" },
		{ "177788880.123456 mx postfix/smtpd[1]: b", "" },
		{ "17778888000 mx postfix/smtpd[1]: b", "" },
		{ "0777888800.123456 mx postfix/smtpd[1]: b", "" },
	};

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
}

static void test_tai64n(void **state)
{
	static const struct line_case cases[] = {
		{ "@400000004c91b044077a9e94 imap-login: Info: b",
		  "2010-09-16T05:50:50.125Z - imap-login Info: b" },
		{ "@400000004c91b044077a9e94 postfix/smtpd[1]: b",
		  "2010-09-16T05:50:50.125Z - postfix/smtpd b" },
		{ "@400000004c91b044077a9e94 starting delivery 1",
		  "2010-09-16T05:50:50.125Z starting - delivery 1" },
		{ "@400000000000000a00000000 a: b",
		  "1970-01-01T00:00:00.000Z - a b" },
		{ "@400000000000000900000000 a: b", "" },
		{ "@7fffffffffffffff00000000 a: b", "" },
		{ "@400000004c91b0443b9aca00 a: b", "" },
		{ "@400000004c91b044077a9e9 a: b", "" },
		{ "@400000004c91b044077a9e944 a: b", "" },
		{ "@400000004c91b044 a: b with more behind it", "" },
		{ "@4000000g4c91b044077a9e94 a: b", "" },
	};

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
}

#define STAMP "\"__REALTIME_TIMESTAMP\":\"1777888800123456\""
#define AT "2026-05-04T10:00:00.123Z "

static void test_journal_objects(void **state)
{
	static const struct line_case cases[] = {
		{ "{" STAMP ",\"_HOSTNAME\":\"mx\",\"_PID\":\"12\","
		  "\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\","
		  "\"MESSAGE\":\"a \\\"b\\\" \\u00e9\"}",
		  AT "mx postfix/smtpd a \"b\" é" },
		{ "{\"MESSAGE\":[97,32,98,255,0,10],\"_HOSTNAME\":\"mx\","
		  "\"SYSLOG_IDENTIFIER\":\"dovecot\"," STAMP "}\r",
		  AT "mx dovecot a b\xff" },
		/* Values given twice, or bytes in each of them. */
		{ "{" STAMP ",\"_HOSTNAME\":\"mx\",\"MESSAGE\":[[97],[98]],"
		  "\"SYSLOG_IDENTIFIER\":[\"exim\",\"x\"]}", AT "mx exim a" },
		{ "{" STAMP ",\"MESSAGE\":\"a\",\"_COMM\":\"smtpd\"}",
		  AT "- smtpd a" },
		{ "{" STAMP ",\"MESSAGE\":null,\"SYSLOG_IDENTIFIER\":\"x\"}",
		  AT "- x -" },
		{ "{" STAMP "}", AT "- - -" },
		/* What the message looks like changes nothing. */
		{ "{" STAMP ",\"SYSLOG_IDENTIFIER\":\"cron\",\"MESSAGE\":"
		  "\"May  4 10:00:00 mx postfix/smtpd[1]: b\"}",
		  AT "- cron May  4 10:00:00 mx postfix/smtpd[1]: b" },
		{ "{" STAMP ",\"MESSAGE\":[256]}", "" },
		{ "{" STAMP ",\"MESSAGE\":[-1]}", "" },
		{ "{" STAMP ",\"MESSAGE\":[\"a\",7]}", AT "- - a" },
		{ "{" STAMP ",\"MESSAGE\":{\"a\":7}}", "" },
		{ "{" STAMP ",\"MESSAGE\":7}", "" },
		{ "{" STAMP ",\"MESSAGE\":\"a\"", "" },
		{ "{" STAMP ",\"MESSAGE\":\"a\"} x", "" },
		{ "{\"__REALTIME_TIMESTAMP\":\"17778888001234567\"}", "" },
		{ "{\"__REALTIME_TIMESTAMP\":\"177788880012345x\"}", "" },
		{ "{\"__REALTIME_TIMESTAMP\":1777888800123456}", "" },
		{ "{\"__REALTIME_TIMESTAMP\":null}", "" },
		{ "{}", "" },
		{ "{", "" },
		{ "[" STAMP "]", "" },
	};

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
}

static void test_docker_objects(void **state)
{
	static const struct line_case cases[] = {
		{ "{\"log\":\"May  4 10:00:01 mx dovecot: b\\r\\n\","
		  "\"stream\":\"stdout\",\"time\":"
		  "\"2026-05-04T10:00:00.123456789Z\"}",
		  "2026-05-04T10:00:01.000Z mx dovecot b" },
		{ "{\"log\":\"postfix/smtpd[1]: b\\n\",\"time\":"
		  "\"2026-05-04T10:00:00.123456789Z\"}",
		  AT "- postfix/smtpd b" },
		{ "{\"log\":\"b\\n\",\"time\":\"2026-05-04T10:00:00Z\"}", "" },
		{ "{\"log\":\"{}\",\"time\":\"2026-05-04T10:00:00Z\"}", "" },
		{ "{\"time\":\"2026-05-04T10:00:00Z\"}", "" },
		{ "{\"log\":\"postfix/smtpd[1]: b\",\"time\":\"now\"}", "" },
	};

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
}

static void test_what_others_put_in_front(void **state)
{
	static const struct line_case cases[] = {
		/* docker compose logs, colours kept: before the bar and
		 * behind it, as versions 1 and 2 have them */
		{ "\033[36ms-1  | \033[0mMay  4 12:00:00 mx a[1]: b",
		  "2026-05-04T12:00:00.000Z mx a b" },
		{ "\033[1;36ms-1  |\033[0m May  4 12:00:00 mx a[1]: \033[1mb",
		  "2026-05-04T12:00:00.000Z mx a \033[1mb" },
		{ "\033[36ms-1\033[0m | May  4 12:00:00 mx a[1]: b",
		  "2026-05-04T12:00:00.000Z mx a b" },
		{ "\033[36m s-1  | May  4 12:00:00 mx a[1]: b", "" },
		/* docker logs -t */
		{ "2026-05-04T10:00:00.123456789Z May  4 12:00:00 mx a[1]: b",
		  AT "mx a b" },
		{ "s_1  | 2026-05-04T10:00:00.123456Z May  4 12:00:00 a[1]: b",
		  AT "- a b" },
		{ "2026-05-04T10:00:00.123456789Z a/b[1]: c", AT "- a/b c" },
		/* Kubernetes */
		{ "2026-05-04T10:00:00.123456789Z stdout F May  4 12:00:00 "
		  "mx a[1]: b", AT "mx a b" },
		{ "2026-05-04T10:00:00.123456789Z stderr F a/b[1]: c",
		  AT "- a/b c" },
		{ "2026-05-04T10:00:00.123456789Z stdout F a/b: c",
		  AT "stdout - F a/b: c" },
		{ "2026-05-04T10:00:00.123456Z mx May  4 12:00:00 mx a[1]: b",
		  AT "mx - May  4 12:00:00 mx a[1]: b" },
		/* grep */
		{ "/var/log/mail.log:May  4 10:00:00 mx a[1]: b",
		  "2026-05-04T10:00:00.000Z mx a b" },
		{ "mail.log.2.gz:2026-05-04T10:00:00Z mx a[1]: b",
		  "2026-05-04T10:00:00.000Z mx a b" },
		{ "mail.log: May  4 10:00:00 mx a[1]: b", "" },
		{ "mail log:May  4 10:00:00 mx a[1]: b", "" },
		/* The second line of a text, as journalctl shows it. */
		{ "      May  4 10:00:00 mx a[1]: b", "" },
		{ "> May  4 10:00:00 mx a[1]: b", "" },
		/* A year between */
		{ "Jun 17 2021 10:00:00 mx a[1]: b",
		  "2021-06-17T10:00:00.000Z mx a b" },
		{ "Jun  7 2021 10:00:00.5 mx a[1]: b",
		  "2021-06-07T10:00:00.500Z mx a b" },
		{ "Jun 7 2021 10:00:00 mx a[1]: b",
		  "2021-06-07T10:00:00.000Z mx a b" },
		{ "Jun 31 2021 10:00:00 mx a[1]: b", "" },
		{ "Jun xx 2021 10:00:00 mx a[1]: b", "" },
	};

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
}

/* A tag without a stamp has the time of the line before, and only that. */
static void test_lines_without_header(void **state)
{
	static const struct line_case lines[] = {
		{ "postfix/smtpd[1]: early", "" },
		{ "May  4 10:00:00 mx postfix/smtpd[1]: a",
		  "2026-05-04T10:00:00.000Z mx postfix/smtpd a" },
		{ "postfix/submissions/smtpd[1653]: warning: b",
		  "2026-05-04T10:00:00.000Z - postfix/submissions/smtpd "
		  "warning: b" },
		{ "postfix_1  | postfix/smtpd[1653]: b",
		  "2026-05-04T10:00:00.000Z - postfix/smtpd b" },
		{ "postfix/smtpd: b", "" },
		{ "auth-worker(user@x,192.0.2.1): b", "" },
		{ "user=<a/b[1]: c", "" },
		{ "17[1]: c", "" },
		{ "postfix/smtpd[]: c", "" },
		{ "ir/)", "" },
		{ "", "" },
		{ "May  4 10:00:02 mx postfix/smtpd[1]: a",
		  "2026-05-04T10:00:02.000Z mx postfix/smtpd a" },
		{ "postfix/smtpd[1]:", "2026-05-04T10:00:02.000Z - "
		  "postfix/smtpd -" },
	};
	struct header_reader reader = { .reference_ms = reference_ms };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(lines); i++)
		assert_line(&reader, lines[i].line, lines[i].want);
}

static void test_what_a_file_begins_with(void **state)
{
	static const struct line_case cases[] = {
		{ "\xef\xbb\xbfMay  4 10:00:00 mx a[1]: b",
		  "2026-05-04T10:00:00.000Z mx a b" },
		{ "\xef\xbb\xbf<22>May  4 10:00:00 mx a[1]: b",
		  "2026-05-04T10:00:00.000Z mx a b" },
		{ "\xff\xfeM\0a\0y\0", "" },
	};
	static const char zeros[] =
		"\0\0\0\0May  4 10:00:00 mx a[1]: b\0c";
	struct header_reader reader = { .reference_ms = reference_ms };
	char got[128];

	(void)state;
	assert_lines(cases, N_ELEMENTS(cases));
	describe(&reader, (struct slice){ zeros, sizeof(zeros) - 1 }, got,
		 sizeof(got));
	assert_string_equal(got, "2026-05-04T10:00:00.000Z mx a b");
}

/* rsyslog was upgraded in the middle of the file, and back again. */
static void test_a_form_may_change(void **state)
{
	static const struct line_case lines[] = {
		{ "May  4 10:00:00 mx a[1]: b",
		  "2026-05-04T10:00:00.000Z mx a b" },
		{ "2026-05-04T10:00:01.123456+00:00 mx a[1]: b",
		  "2026-05-04T10:00:01.123Z mx a b" },
		{ "2026-05-04T10:00:02.123456+00:00 mx a[1]: b",
		  "2026-05-04T10:00:02.123Z mx a b" },
		{ "maj 04 10:00:03 mx a[1]: b",
		  "2026-05-04T10:00:03.000Z mx a b" },
		{ "{" STAMP ",\"MESSAGE\":\"b\"}", AT "- - b" },
		{ "May  4 10:00:05 mx a[1]: b",
		  "2026-05-04T10:00:05.000Z mx a b" },
		{ "@400000004c91b044077a9e94 a: b",
		  "2010-09-16T05:50:50.125Z - a b" },
		{ "May  4 10:00:05 mx a[1]: b",
		  "2026-05-04T10:00:05.000Z mx a b" },
	};
	struct header_reader reader = { .reference_ms = reference_ms };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(lines); i++)
		assert_line(&reader, lines[i].line, lines[i].want);
	header_release(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_months),
		cmocka_unit_test(test_a_language_stays),
		cmocka_unit_test(test_journal_text),
		cmocka_unit_test(test_tai64n),
		cmocka_unit_test(test_journal_objects),
		cmocka_unit_test(test_docker_objects),
		cmocka_unit_test(test_what_others_put_in_front),
		cmocka_unit_test(test_lines_without_header),
		cmocka_unit_test(test_what_a_file_begins_with),
		cmocka_unit_test(test_a_form_may_change),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name("header forms", tests, NULL, NULL);
}
