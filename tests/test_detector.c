/*
 * Events in, verdicts out: what stories (test_replay) cannot say, as events
 * are made by hand here. No GeoIP file: places are unknown, and unknown is
 * not foreign.
 */
#include "base/stamp.h"
#include "detector/detector.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const int64_t START_MS = INT64_C(1795305600000);

static struct detector detector;
static struct verdict told[20];
static size_t n_told;

static void keep(void *context, const struct verdict *verdict,
		 struct account_entry *entry)
{
	(void)context;
	assert_string_equal(verdict->account, entry->login);
	assert_true(n_told < N_ELEMENTS(told));
	told[n_told++] = *verdict;
}

static int fresh(void **state)
{
	(void)state;
	if (places_none(&detector) < 0)
		return -1;
	detector.on_verdict = keep;
	n_told = 0;
	return 0;
}

static int clean(void **state)
{
	(void)state;
	detector_release(&detector);
	settings_release();
	return 0;
}

static struct mail_event event_of(enum mail_event_kind kind, const char *id,
				  int64_t later_s)
{
	struct mail_event event = {
		.kind = kind,
		.at_ms = START_MS + later_s * STAMP_SECOND_MS,
		.host = S("mx1"),
		.instance = S("postfix"),
		.queue_id = slice_from(id),
		.recipients = MAIL_UNKNOWN,
		.size_bytes = MAIL_UNKNOWN,
	};

	event.has_client = address_parse(S("203.0.113.9"), &event.client);
	return event;
}

static void feed(struct mail_event event)
{
	detector_event(&detector, &event);
}

static void submit(const char *id, const char *account, int64_t later_s)
{
	struct mail_event event = event_of(MAIL_SUBMISSION, id, later_s);

	event.account = slice_from(account);
	feed(event);
}

static void queue(const char *id, uint32_t recipients, int64_t later_s)
{
	struct mail_event event = event_of(MAIL_QUEUED, id, later_s);

	event.recipients = recipients;
	feed(event);
}

static void deliver(const char *id, const char *recipient, const char *dsn,
		    enum mail_status status, int64_t later_s)
{
	struct mail_event event = event_of(MAIL_DELIVERY, id, later_s);

	event.recipient = slice_from(recipient);
	event.dsn = slice_from(dsn);
	event.status = status;
	feed(event);
}

static const struct account *account_of(const char *login)
{
	static const struct account nobody;
	struct account_entry *entry = accounts_find(
		detector.accounts, account_key(slice_from(login)));

	return entry ? &entry->account : &nobody;
}

static void test_home(void **state)
{
	static char bad[] = "POL";
	const struct conf_list home = { .items = { bad }, .n = 1 };
	struct detector other;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(detector_init(&other, NULL, &home, NULL, &err), -1);
	assert_int_equal(err.code, EXIT_CONFIG);
	assert_non_null(strstr(err.text, "POL"));
}

/* Which outcome of a delivery is a failure that speaks against the list. */
static void test_outcomes(void **state)
{
	static const struct {
		const char *dsn;
		enum mail_status status;
		int failed, arrived;
		bool policy;
	} cases[] = {
		{ "2.0.0", MAIL_SENT, 0, 1, false },
		{ "5.1.1", MAIL_BOUNCED, 1, 0, false },
		{ "5.1.2", MAIL_BOUNCED, 1, 0, false },
		{ "5.4.4", MAIL_BOUNCED, 1, 0, false },
		{ "5.1.1", MAIL_EXPIRED, 1, 0, false },
		/* It may come yet. */
		{ "4.1.1", MAIL_DEFERRED, 0, 0, false },
		{ "5.1.1", MAIL_DEFERRED, 0, 0, false },
		{ "4.4.1", MAIL_DEFERRED, 0, 0, false },
		/* Full, too large, expired: no sign of a bought list. */
		{ "5.2.2", MAIL_BOUNCED, 0, 0, false },
		{ "4.4.1", MAIL_EXPIRED, 0, 0, false },
		{ "5.7.1", MAIL_BOUNCED, 0, 0, true },
		{ "", MAIL_BOUNCED, 0, 0, false },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct account *a;

		submit("4A01", "anna@x.example", 0);
		queue("4A01", 1, 0);
		deliver("4A01", "b@y.example", cases[i].dsn, cases[i].status,
			1);
		a = account_of("anna@x.example");
		assert_case(cases[i].dsn, cases[i].failed, (int)a->failures);
		assert_case(cases[i].dsn, cases[i].arrived,
			    (int)(a->outcomes - a->failures));
		assert_case(cases[i].dsn, cases[i].policy,
			    a->policy_nats > 0);
		clean(state);
		fresh(state);
	}
}

/* One count per message and domain, whatever the number of recipients. */
static void test_once_per_domain(void **state)
{
	(void)state;
	submit("4A01", "anna@x.example", 0);
	queue("4A01", 5, 0);
	for (int i = 0; i < 5; i++) {
		char to[40];

		snprintf(to, sizeof(to), "r%d@y.example", i);
		deliver("4A01", to, "5.1.1", MAIL_BOUNCED, 1);
	}
	deliver("4A01", "r@z.example", "5.1.1", MAIL_BOUNCED, 1);
	deliver("4A01", "nothing", "5.1.1", MAIL_BOUNCED, 1);
	deliver("4A01", "", "5.1.1", MAIL_BOUNCED, 1);
	assert_int_equal(lround((double)account_of("anna@x.example")
					->failures), 3);
}

static void reject(const char *id, const char *account, const char *recipient,
		   const char *dsn, int64_t later_s)
{
	struct mail_event event = event_of(MAIL_REJECT, id, later_s);

	event.account = slice_from(account);
	event.recipient = slice_from(recipient);
	event.dsn = slice_from(dsn);
	feed(event);
}

static long failures_of(const char *login)
{
	return lround((double)account_of(login)->failures);
}

/* Refused at the door: as dead as one that bounces. */
static void test_rejects(void **state)
{
	(void)state;
	submit("4A01", "anna@x.example", 0);
	reject("4A01", "", "b@y.example", "5.1.1", 1);
	reject("4A01", "", "c@y.example", "5.1.1", 1);
	assert_int_equal(failures_of("anna@x.example"), 1);
	reject("4A01", "", "b@z.example", "5.1.1", 1);
	assert_int_equal(failures_of("anna@x.example"), 2);
	/* Our own block, and others, say nothing about the list. */
	reject("4A01", "", "b@v.example", "5.7.1", 2);
	reject("4A01", "", "b@v.example", "4.7.1", 2);
	reject("4A01", "", "b@v.example", "", 2);
	reject("4A01", "", "", "5.1.1", 2);
	/* An id that nobody began. */
	reject("4A09", "", "b@v.example", "5.1.1", 2);
	assert_int_equal(failures_of("anna@x.example"), 2);
}

/* The name in a reject may be a stranger's invention: it makes no account,
 * and speaks against none. */
static void test_reject_names_a_victim(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		char to[40];

		snprintf(to, sizeof(to), "r@d%d.example", i);
		reject("", "ewa@x.example", to, "5.1.1", i);
	}
	assert_int_equal(accounts_count(detector.accounts), 0);
	submit("4A01", "ewa@x.example", 300);
	submit("4A02", "anna@x.example", 300);
	reject("", "ewa@x.example", "r@d.example", "5.1.1", 301);
	reject("4A02", "ewa@x.example", "r@d.example", "5.1.1", 301);
	assert_int_equal(failures_of("ewa@x.example"), 0);
	assert_int_equal(failures_of("anna@x.example"), 1);
	assert_true(account_of("ewa@x.example")->failed_marks[0] == 0);
	assert_int_equal(accounts_count(detector.accounts), 2);
	assert_int_equal(n_told, 0);
}

static void queue_null(const char *id, uint32_t recipients, int64_t later_s)
{
	struct mail_event event = event_of(MAIL_QUEUED, id, later_s);

	event.recipients = recipients;
	event.null_sender = true;
	feed(event);
}

/* Read receipts and vacation replies are no mail of the account: the first
 * twenty of a day, of one recipient each. */
static void test_automatic(void **state)
{
	const struct account *a;
	char id[16];

	(void)state;
	for (int i = 0; i < 25; i++) {
		snprintf(id, sizeof(id), "4A%02d", i);
		submit(id, "anna@x.example", i);
		queue_null(id, 1, i);
		/* A retry says it again. */
		queue_null(id, 1, i);
		deliver(id, "b@y.example", "2.0.0", MAIL_SENT, i);
	}
	a = account_of("anna@x.example");
	assert_int_equal(a->counted[RECIPIENTS_DAY], 5);
	assert_int_equal(lround((double)a->outcomes), 5);
	/* The next day there are twenty again; never with two recipients. */
	submit("4B01", "anna@x.example", 86400);
	queue_null("4B01", 2, 86400);
	assert_int_equal(a->counted[RECIPIENTS_DAY], 2);
	submit("4B02", "anna@x.example", 86400);
	queue_null("4B02", 1, 86400);
	assert_int_equal(a->counted[RECIPIENTS_DAY], 2);
	submit("4B03", "anna@x.example", 86400);
	queue_null("4B03", MAIL_UNKNOWN, 86400);
	assert_int_equal(a->counted[RECIPIENTS_DAY], 3);
}

/* Logins that cannot be one are counted and left out; their mail too. */
static void test_untracked(void **state)
{
	char login[400];

	(void)state;
	memset(login, 'a', sizeof(login));
	login[399] = '\0';
	submit("4A01", login, 0);
	queue("4A01", 500, 0);
	deliver("4A01", "b@y.example", "5.1.1", MAIL_BOUNCED, 1);
	submit("4A02", "", 0);
	queue("4A02", 500, 0);
	assert_int_equal(detector.counters.untracked, 2);
	assert_int_equal(accounts_count(detector.accounts), 0);
	assert_int_equal(n_told, 0);
}

/* Numbers a line does not say, or says too large. */
static void test_numbers(void **state)
{
	(void)state;
	submit("4A01", "anna@x.example", 0);
	queue("4A01", MAIL_UNKNOWN, 0);
	assert_int_equal(account_of("anna@x.example")->counted[RECIPIENTS_DAY], 1);
	submit("4A02", "anna@x.example", 0);
	queue("4A02", 0, 0);
	assert_int_equal(account_of("anna@x.example")->counted[RECIPIENTS_DAY], 1);
	submit("4A03", "anna@x.example", 0);
	queue("4A03", MAIL_UNKNOWN - 1, 0);
	submit("4A04", "anna@x.example", 0);
	queue("4A04", MAIL_UNKNOWN - 1, 0);
	assert_int_equal(account_of("anna@x.example")->counted[RECIPIENTS_DAY],
			 UINT32_MAX);
}

static void submit_queued(const char *id, uint32_t recipients, bool null_sender,
			  int64_t later_s)
{
	struct mail_event event = event_of(MAIL_SUBMISSION, id, later_s);

	event.account = S("anna@x.example");
	event.is_queued = true;
	event.recipients = recipients;
	event.null_sender = null_sender;
	feed(event);
}

static uint32_t sent_today(void)
{
	return account_of("anna@x.example")->counted[RECIPIENTS_DAY];
}

/* Exim's line is submission and acceptance: a login, and its recipients. */
static void test_queued_submission(void **state)
{
	(void)state;
	submit_queued("4A01", 7, false, 0);
	assert_int_equal(sent_today(), 7);
	assert_int_equal(account_of("anna@x.example")->logins, 1);
	/* Whoever says it once more says nothing new. */
	queue("4A01", 7, 1);
	deliver("4A01", "b@y.example", "2.0.0", MAIL_SENT, 1);
	deliver("4A01", "b@z.example", "2.0.0", MAIL_SENT, 1);
	assert_int_equal(sent_today(), 7);
	submit_queued("4A02", 1, true, 2);
	deliver("4A02", "b@y.example", "5.1.1", MAIL_BOUNCED, 3);
	assert_int_equal(sent_today(), 7);
	assert_int_equal(failures_of("anna@x.example"), 0);
	/* The same id again is another message (A5). */
	submit_queued("4A01", 2, false, 4);
	assert_int_equal(sent_today(), 9);
}

/* How many recipients a message has may come to light only one by one. */
static void test_unknown_number(void **state)
{
	(void)state;
	submit_queued("4A01", MAIL_UNKNOWN, false, 0);
	assert_int_equal(sent_today(), 1);
	deliver("4A01", "a@y.example", "", MAIL_DEFERRED, 1);
	deliver("4A01", "b@y.example", "2.0.0", MAIL_SENT, 1);
	assert_int_equal(sent_today(), 1);
	/* Of the same domain, refused without a code: one more each. */
	deliver("4A01", "c@y.example", "2.0.0", MAIL_SENT, 1);
	deliver("4A01", "d@y.example", "5.2.2", MAIL_BOUNCED, 1);
	deliver("4A01", "e@y.example", "5.1.1", MAIL_BOUNCED, 1);
	assert_int_equal(sent_today(), 4);
	/* Retries are none, their end is. */
	deliver("4A01", "a@y.example", "", MAIL_DEFERRED, 60);
	deliver("4A01", "a@y.example", "", MAIL_DEFERRED, 120);
	assert_int_equal(sent_today(), 4);
	deliver("4A01", "a@y.example", "", MAIL_EXPIRED, 180);
	assert_int_equal(sent_today(), 5);
	feed(event_of(MAIL_CLOSED, "4A01", 181));
	deliver("4A01", "f@y.example", "2.0.0", MAIL_SENT, 182);
	assert_int_equal(sent_today(), 5);
	/* The same where Postfix does not say it. */
	submit("4A02", "anna@x.example", 200);
	queue("4A02", MAIL_UNKNOWN, 200);
	deliver("4A02", "b@y.example", "2.0.0", MAIL_SENT, 201);
	deliver("4A02", "c@y.example", "2.0.0", MAIL_SENT, 201);
	assert_int_equal(sent_today(), 7);
}

/* Through a content filter: the first id's outcomes tell the number, the
 * second's are not counted again. */
static void test_unknown_number_filtered(void **state)
{
	struct mail_event event = event_of(MAIL_DELIVERY, "4A01", 1);

	(void)state;
	submit_queued("4A01", MAIL_UNKNOWN, false, 0);
	event.status = MAIL_SENT;
	event.recipient = S("b@y.example");
	event.requeued_as = S("4A02");
	feed(event);
	event.recipient = S("c@z.example");
	feed(event);
	assert_int_equal(sent_today(), 2);
	deliver("4A02", "b@y.example", "2.0.0", MAIL_SENT, 2);
	deliver("4A02", "c@z.example", "5.1.1", MAIL_BOUNCED, 2);
	assert_int_equal(sent_today(), 2);
	assert_int_equal(failures_of("anna@x.example"), 1);
}

/* Webmail on the mail server itself: the owner or a thief, from anywhere. */
static void test_own_webmail(void **state)
{
	struct mail_event event = event_of(MAIL_LOGIN, "", 0);
	const struct account *anna;

	(void)state;
	event.account = S("anna@x.example");
	event.has_client = address_parse(S("198.51.100.29"), &event.client);
	event.from_itself = true;
	feed(event);
	anna = &accounts_get(detector.accounts, event.account)->account;
	assert_int_equal(anna->logins, 1);
	assert_int_equal(anna->networks[0].id, 0);
	assert_int_equal(anna->recent[0].last_s, 0);
	event.from_itself = false;
	feed(event);
	assert_int_equal(anna->logins, 2);
	assert_int_not_equal(anna->networks[0].id, 0);
	assert_int_not_equal(anna->recent[0].last_s, 0);
}

/* The same without a GeoIP file as with clients that no file knows. */
static void test_unknown_is_not_foreign(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct mail_event event = event_of(MAIL_LOGIN, "", i);
		char text[40];

		snprintf(text, sizeof(text), "20.%u.113.9", i);
		event.account = S("anna@x.example");
		event.has_client = address_parse(slice_from(text),
						 &event.client);
		feed(event);
	}
	assert_int_equal(n_told, 0);
	assert_true(detector.coverage.clients == 0);
}

/* A filter that answers with the same id, or in a circle. */
static void test_requeued_in_circles(void **state)
{
	struct mail_event event = event_of(MAIL_DELIVERY, "4A01", 1);

	(void)state;
	submit("4A01", "anna@x.example", 0);
	queue("4A01", 1, 0);
	event.recipient = S("b@y.example");
	event.dsn = S("2.0.0");
	event.status = MAIL_SENT;
	event.requeued_as = S("4A01");
	feed(event);
	event.requeued_as = S("4A02");
	feed(event);
	event.queue_id = S("4A02");
	event.requeued_as = S("4A01");
	feed(event);
	assert_int_equal(account_of("anna@x.example")->counted[RECIPIENTS_DAY], 1);
	/* Somebody else's open message is not taken over. */
	submit("4B01", "ewa@x.example", 0);
	event.queue_id = S("4A02");
	event.requeued_as = S("4B01");
	feed(event);
	deliver("4B01", "c@y.example", "5.1.1", MAIL_BOUNCED, 2);
	assert_int_equal(lround((double)account_of("ewa@x.example")
					->failures), 1);
	assert_int_equal(lround((double)account_of("anna@x.example")
					->failures), 0);
}

/* Lines of a thousand new messages between two of one message: whatever moved
 * in the tables, it is still the right one. */
static void test_many_between(void **state)
{
	struct mail_event event = event_of(MAIL_DELIVERY, "4A01", 9000);

	(void)state;
	submit("4A01", "anna@x.example", 0);
	queue("4A01", 1, 0);
	for (int i = 0; i < 3000; i++) {
		char id[16], login[40];

		snprintf(id, sizeof(id), "4C%06d", i);
		snprintf(login, sizeof(login), "u%d@x.example", i);
		submit(id, login, i);
	}
	event.recipient = S("b@y.example");
	event.status = MAIL_SENT;
	event.requeued_as = S("4D01");
	feed(event);
	deliver("4D01", "b@y.example", "5.1.1", MAIL_BOUNCED, 9001);
	assert_int_equal(lround((double)account_of("anna@x.example")
					->failures), 1);
}

/* Nothing from before a lift counts, and it cannot be lifted backwards. */
static void test_lifted(void **state)
{
	(void)state;
	submit("4A01", "anna@x.example", 0);
	assert_true(detector_lifted(&detector, S("Anna@x.example"),
				    START_MS + 60000));
	assert_false(detector_lifted(&detector, S("anna@x.example"),
				     START_MS + 60000));
	assert_false(detector_lifted(&detector, S("anna@x.example"),
				     START_MS + 30000));
	submit("4A02", "anna@x.example", 59);
	assert_int_equal(account_of("anna@x.example")->logins, 1);
	submit("4A03", "anna@x.example", 60);
	assert_int_equal(account_of("anna@x.example")->logins, 2);
	/* Mail of before comes back after it: not the owner's. */
	queue("4A01", 300, 61);
	deliver("4A01", "b@y.example", "5.1.1", MAIL_BOUNCED, 62);
	assert_int_equal(account_of("anna@x.example")->counted[RECIPIENTS_DAY], 0);
	assert_int_equal(lround((double)account_of("anna@x.example")
					->failures), 0);
	/* Somebody nobody has heard of. */
	assert_true(detector_lifted(&detector, S("new@x.example"), START_MS));
	assert_false(detector_lifted(&detector, S(""), START_MS));
}

/* Lifted by a clock that was a year ahead: when it is right again, what is sent
 * from then on counts, and a further lift is heard. */
static void test_lifted_in_the_future(void **state)
{
	enum { YEAR_S = 365 * 86400 };
	uint32_t start_s = (uint32_t)(START_MS / 1000);

	(void)state;
	submit("4A01", "anna@x.example", 0);
	detector.clock_s = start_s + YEAR_S;
	assert_true(detector_lifted(&detector, S("anna@x.example"),
				    START_MS + INT64_C(1000) * YEAR_S));
	submit("4A02", "anna@x.example", 60);
	assert_int_equal(account_of("anna@x.example")->logins, 1);
	/* A little ahead is any two machines. */
	detector.clock_s = start_s + YEAR_S - 300;
	submit("4A03", "anna@x.example", 120);
	assert_int_equal(account_of("anna@x.example")->logins, 1);
	/* Lines are read an hour late. */
	detector.clock_s = start_s + 3780;
	detector.read_s = start_s + 179;
	submit("4A04", "anna@x.example", 179);
	assert_int_equal(account_of("anna@x.example")->logins, 1);
	submit("4A05", "anna@x.example", 180);
	assert_int_equal(account_of("anna@x.example")->logins, 2);
	assert_in_range(account_of("anna@x.example")->closer_until_s,
			start_s + 180 + 86400, start_s + 180 + 30 * 86400);
	assert_true(detector_lifted(&detector, S("anna@x.example"),
				    START_MS + 600000));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_home),	   FRESH(test_outcomes),
		FRESH(test_once_per_domain), FRESH(test_rejects),
		FRESH(test_reject_names_a_victim), FRESH(test_automatic),
		FRESH(test_untracked),	   FRESH(test_numbers),
		FRESH(test_queued_submission), FRESH(test_unknown_number),
		FRESH(test_unknown_number_filtered),
		FRESH(test_own_webmail),
		FRESH(test_unknown_is_not_foreign),
		FRESH(test_requeued_in_circles),
		FRESH(test_many_between),  FRESH(test_lifted),
		FRESH(test_lifted_in_the_future),
	};

	return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
