/*
 * Lines that say something only together: detector/sessions.cases in order,
 * and what the table does when it is full, stored, and read back.
 */
#include "detector/formats/format.h"
#include "detector/sessions.h"
#include "tests/support/cases.h"
#include "tests/support/event_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct sessions *shared;

static struct slice c_slice(const struct text_case *c)
{
	return (struct slice){ c->input, c->input_len };
}

static void read_line(const struct text_case *c, struct text *out)
{
	struct header_reader reader = { 0 };
	struct mail_event event;

	assert_true(stamp_parse(S("2026-11-22T12:00:00Z"),
				&reader.reference_ms));
	if (format_line(&reader, NULL, c_slice(c), &event) != FORMAT_EVENT) {
		text_add_string(out, "-");
		return;
	}
	if (event.session.len)
		sessions_join(shared, &event);
	event_text(&event, c->want, out);
}

static void test_line(void **state)
{
	const struct text_case *c = *state;
	struct text out = TEXT_INIT(16384);

	if (slice_eq(c_slice(c), S("forget"))) {
		sessions_free(&shared);
		shared = sessions_new();
		text_add_string(&out, "-");
	} else {
		read_line(c, &out);
	}
	assert_string_equal(text_string(&out), c->want);
	text_release(&out);
}

static struct mail_event event_of(enum mail_event_kind kind, unsigned id,
				  const char *account, char name[20])
{
	snprintf(name, 20, "%016x", id);
	return (struct mail_event){
		.kind = kind,
		.host = S("mx"),
		.instance = S("opensmtpd"),
		.at_ms = INT64_C(1795300000000) + id,
		.session = slice_from(name),
		.account = slice_from(account),
	};
}

static void say(struct sessions *sessions, enum mail_event_kind kind,
		unsigned id, const char *account)
{
	char name[20];
	struct mail_event event = event_of(kind, id, account, name);

	sessions_join(sessions, &event);
}

static bool is_known(struct sessions *sessions, unsigned id,
		     const char *account)
{
	char name[20];
	struct mail_event event = event_of(MAIL_SUBMISSION, id, "", name);

	sessions_join(sessions, &event);
	return slice_eq(event.account, slice_from(account)) &&
	       event.kind == (account[0] ? MAIL_SUBMISSION : MAIL_RECEIVED);
}

/* Whoever logged in stays, however many knock at the door. */
static void test_full(void **state)
{
	struct sessions *sessions = sessions_new();

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		say(sessions, MAIL_LOGIN, i, "ala");
	for (unsigned i = 1000; i < 20 * SESSIONS_MAX; i++)
		say(sessions, MAIL_SESSION, i, "");
	for (unsigned i = 0; i < 1000; i++)
		assert_case("still known", true, is_known(sessions, i, "ala"));
	/* Of too many logins, the newest. */
	for (unsigned i = 0; i < 20 * SESSIONS_MAX; i++)
		say(sessions, MAIL_LOGIN, i, "ala");
	assert_case("the newest", true,
		    is_known(sessions, 20 * SESSIONS_MAX - 1, "ala"));
	assert_case("the oldest", true, is_known(sessions, 0, ""));
	sessions_free(&sessions);
}

/* A login too long to be one is none. */
static void test_long(void **state)
{
	struct sessions *sessions = sessions_new();
	char login[ACCOUNT_LOGIN_MAX + 3];

	(void)state;
	memset(login, 'a', sizeof(login));
	login[ACCOUNT_LOGIN_MAX] = '\0';
	say(sessions, MAIL_LOGIN, 1, login);
	assert_true(is_known(sessions, 1, login));
	login[ACCOUNT_LOGIN_MAX] = 'a';
	login[ACCOUNT_LOGIN_MAX + 2] = '\0';
	say(sessions, MAIL_LOGIN, 1, login);
	assert_true(is_known(sessions, 1, ""));
	sessions_free(&sessions);
}

static int put_back(void *context, uint32_t slot,
		    const struct session *session)
{
	sessions_restore(context, slot, session);
	return 0;
}

static int count(void *context, uint32_t slot, const struct session *session)
{
	(void)slot;
	(void)session;
	++*(int *)context;
	return 0;
}

static void test_stored(void **state)
{
	struct sessions *one = sessions_new(), *other = sessions_new();
	struct session nowhere = { .key = 7 };
	int n = 0;

	(void)state;
	say(one, MAIL_LOGIN, 1, "ala");
	say(one, MAIL_LOGIN, 2, "ewa");
	sessions_each_dirty(one, put_back, other);
	sessions_each_dirty(one, count, &n);
	assert_int_equal(n, 2);
	sessions_clean(one);
	n = 0;
	sessions_each_dirty(one, count, &n);
	sessions_each_dirty(other, count, &n);
	assert_int_equal(n, 0);
	assert_true(is_known(other, 1, "ala"));
	assert_true(is_known(other, 2, "ewa"));
	/* Read on to, and to be kept. */
	sessions_each_dirty(other, count, &n);
	assert_int_equal(n, 2);
	/* A place that cannot be. */
	sessions_restore(one, SESSIONS_MAX, &nowhere);
	sessions_restore(one, SESSIONS_MAX - 1, &nowhere);
	assert_int_equal(one->slots[SESSIONS_MAX - 1].key, 0);
	sessions_free(&one);
	sessions_free(&other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_stored),
	};
	int failed;

	setenv("TZ", "UTC", 1);
	tzset();
	shared = sessions_new();
	cases_load("detector/sessions.cases", NULL);
	failed = cases_run("sessions", test_line);
	sessions_free(&shared);
	return failed + cmocka_run_group_tests_name("table of sessions", tests,
						    NULL, NULL);
}
