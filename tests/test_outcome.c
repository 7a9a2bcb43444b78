/*
 * What a delivery that did not arrive says: a dead recipient, a refusal for
 * policy, or nothing.
 */
#include "detector/outcome.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static struct mail_event event_of(enum mail_status status, const char *dsn,
				  const char *reply)
{
	return (struct mail_event){
		.kind = MAIL_DELIVERY,
		.status = status,
		.recipient = S("b@y.example"),
		.dsn = slice_from(dsn),
		.reply = slice_from(reply),
	};
}

#define SAID "host mx.example[192.0.2.1] said: "
#define TO_RCPT " (in reply to RCPT TO command)"
#define TO_DATA " (in reply to end of DATA command)"

/* As Exim writes it. */
#define AFTER_RCPT "SMTP error from remote mail server after RCPT TO:" \
		   "<b@y.example>: "
#define AFTER_DATA "SMTP error from remote mail server after end of data: "

struct outcome_case {
	const char *why;
	enum mail_status status;
	const char *dsn, *reply;
	bool is_dead, is_policy;
};

static void check(const struct outcome_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mail_event event = event_of(cases[i].status,
						   cases[i].dsn,
						   cases[i].reply);

		assert_case(cases[i].why, cases[i].is_dead,
			    outcome_is_dead_recipient(&event));
		assert_case(cases[i].why, cases[i].is_policy,
			    outcome_is_policy(&event));
	}
}

static void test_outcome(void **state)
{
	static const struct outcome_case cases[] = {
		{ "a code is enough", MAIL_BOUNCED, "5.1.1", "", true, false },
		{ "no such domain", MAIL_BOUNCED, "5.1.2", "", true, false },
		{ "no route", MAIL_BOUNCED, "5.4.4", "", true, false },
		{ "given up", MAIL_EXPIRED, "5.1.1", "", true, false },
		{ "sent", MAIL_SENT, "2.0.0", "250 user unknown" TO_RCPT,
		  false, false },
		{ "it may come yet", MAIL_DEFERRED, "5.1.1", "", false,
		  false },
		{ "full", MAIL_BOUNCED, "5.2.2",
		  SAID "552 5.2.2 Mailbox full" TO_RCPT, false, false },
		{ "no code at all", MAIL_BOUNCED, "",
		  SAID "550 user unknown" TO_RCPT, false, false },
		{ "Microsoft", MAIL_BOUNCED, "5.4.1",
		  SAID "550 5.4.1 Recipient address rejected: Access denied. "
		  "[AM5EUR03FT012.eop-EUR03.prod.protection.outlook.com]"
		  TO_RCPT, true, false },
		{ "5.4.1 without the words", MAIL_BOUNCED, "5.4.1",
		  "no answer from host", false, false },
		{ "a block list", MAIL_BOUNCED, "5.0.0",
		  SAID "550 Blocked - see http://bl.example/192.0.2.25"
		  TO_RCPT, false, false },
		{ "words about the content", MAIL_BOUNCED, "5.0.0",
		  SAID "554 link to a page that does not exist" TO_DATA,
		  false, false },
		{ "a code of policy wins over words", MAIL_BOUNCED, "5.7.1",
		  SAID "550 5.7.1 recipient address rejected" TO_RCPT, false,
		  true },
		{ "words, but for now", MAIL_DEFERRED, "4.0.0",
		  SAID "450 user unknown" TO_RCPT, false, false },
		{ "policy", MAIL_BOUNCED, "5.7.1",
		  SAID "550 5.7.1 spam" TO_DATA, false, true },
		{ "policy, given up", MAIL_EXPIRED, "5.7.1", "", false,
		  false },
		{ "slowed down", MAIL_DEFERRED, "4.7.0",
		  SAID "421 4.7.0 [TSS04] Messages from 192.0.2.25 "
		  "temporarily deferred" TO_RCPT, false, true },
		{ "slowed down, by old words", MAIL_DEFERRED, "4.0.0",
		  SAID "421 too much mail from you" TO_DATA, false, true },
		{ "greylisting", MAIL_DEFERRED, "4.7.1",
		  SAID "450 4.7.1 <b@y.example>: Recipient address rejected: "
		  "Greylisted" TO_RCPT, false, false },
		{ "greylisting with 451", MAIL_DEFERRED, "4.7.1",
		  SAID "451 4.7.1 try again in 421 seconds" TO_RCPT, false,
		  false },
		{ "nobody answered", MAIL_DEFERRED, "4.4.1",
		  "connect to mx.example[192.0.2.1]:25: Connection timed out",
		  false, false },
	};

	(void)state;
	check(cases, N_ELEMENTS(cases));
}

static void test_exim(void **state)
{
	static const struct outcome_case cases[] = {
		{ "a code", MAIL_BOUNCED, "5.1.1",
		  AFTER_RCPT "550 5.1.1 <b@y.example>: User unknown", true,
		  false },
		{ "words", MAIL_BOUNCED, "",
		  AFTER_RCPT "550 No Such User Here", true, false },
		{ "words, before 4.88", MAIL_BOUNCED, "",
		  "SMTP error from remote mailer after RCPT TO:<b@y.example>: "
		  "host mx.y.example [192.0.2.1]: 550 unknown user", true,
		  false },
		{ "local delivery by LMTP", MAIL_BOUNCED, "",
		  "LMTP error after RCPT TO:<b@y.example>: 550 user unknown",
		  true, false },
		{ "Microsoft", MAIL_BOUNCED, "5.4.1",
		  AFTER_RCPT "550 5.4.1 Recipient address rejected: Access "
		  "denied.", true, false },
		{ "no router", MAIL_BOUNCED, "", "Unrouteable address", true,
		  false },
		{ "no server", MAIL_BOUNCED, "",
		  "all relevant MX records point to non-existent hosts", true,
		  false },
		{ "null MX", MAIL_BOUNCED, "",
		  "an MX or SRV record indicated no SMTP service", true,
		  false },
		{ "cPanel", MAIL_BOUNCED, "", "No Such User Here", true,
		  false },
		{ "cPanel's limit is ours", MAIL_BOUNCED, "",
		  "Domain x.example has exceeded the max emails per hour "
		  "(15/15 (100%)) allowed.  Message discarded.", false, false },
		{ "cPanel's hold is ours", MAIL_DEFERRED, "",
		  "\"Sender a@x.example has an outgoing mail hold\"", false,
		  false },
		{ "no router for now", MAIL_DEFERRED, "",
		  "Unrouteable address", false, false },
		{ "words, but for now", MAIL_EXPIRED, "",
		  AFTER_RCPT "450 user unknown: retry timeout exceeded",
		  false, false },
		{ "a block list", MAIL_BOUNCED, "",
		  AFTER_RCPT "550 Blocked - see http://bl.example/192.0.2.25",
		  false, false },
		{ "words about the content", MAIL_BOUNCED, "",
		  AFTER_DATA "554 link to a page that does not exist", false,
		  true },
		{ "the content", MAIL_BOUNCED, "",
		  AFTER_DATA "554 Message rejected as spam", false, true },
		{ "the content, with a code", MAIL_BOUNCED, "5.7.1",
		  AFTER_DATA "550 5.7.1 spam", false, true },
		{ "the content, for its form", MAIL_BOUNCED, "5.6.0",
		  AFTER_DATA "554 5.6.0 bad header", false, false },
		{ "too large", MAIL_BOUNCED, "",
		  AFTER_DATA "552 too large", false, false },
		{ "policy at RCPT", MAIL_BOUNCED, "5.7.1",
		  AFTER_RCPT "550 5.7.1 rejected", false, true },
		{ "slowed down", MAIL_DEFERRED, "4.7.0",
		  AFTER_DATA "421 4.7.0 too much mail from you", false, true },
		{ "greylisting", MAIL_DEFERRED, "4.7.1",
		  AFTER_RCPT "451 4.7.1 try again in 421 seconds", false,
		  false },
		{ "given up", MAIL_EXPIRED, "", "retry timeout exceeded",
		  false, false },
	};

	(void)state;
	check(cases, N_ELEMENTS(cases));
}

/* As receivers write them, each in reply to RCPT TO and to the message. */
static void test_unknown_words(void **state)
{
	static const char *const words[] = {
		"User unknown",
		"Unknown user",
		"<b@y.example>: No such user here",
		"No such recipient",
		"no such mailbox",
		"Unknown recipient b@y.example",
		"Recipient unknown",
		"INVALID RECIPIENT",
		"Requested action not taken: mailbox unavailable",
		"Mailbox not found",
		"The email account that you tried to reach does not exist",
		"Recipient address rejected: User unknown in virtual table",
		"sorry, no mailbox here by that name",
		"Address unknown",
	};
	char reply[300];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(words); i++) {
		struct mail_event event;

		snprintf(reply, sizeof(reply), SAID "550 %s" TO_RCPT,
			 words[i]);
		event = event_of(MAIL_BOUNCED, "5.0.0", reply);
		assert_case(words[i], true, outcome_is_dead_recipient(&event));
		event.dsn = S("5.4.1");
		assert_case(words[i], true, outcome_is_dead_recipient(&event));
		event.dsn = S("5.3.0");
		assert_case(words[i], false,
			    outcome_is_dead_recipient(&event));
		snprintf(reply, sizeof(reply), SAID "550 %s" TO_DATA,
			 words[i]);
		event = event_of(MAIL_BOUNCED, "5.0.0", reply);
		assert_case(words[i], false,
			    outcome_is_dead_recipient(&event));
	}
}

/* Of a very long reply only its beginning is read, and never past its end. */
static void test_long_reply(void **state)
{
	static char reply[2000];
	struct mail_event event;
	struct slice copy;

	(void)state;
	memset(reply, 'x', sizeof(reply) - 1);
	memcpy(reply, "user unknown in reply to rcpt to",
	       strlen("user unknown in reply to rcpt to"));
	event = event_of(MAIL_BOUNCED, "5.0.0", reply);
	assert_true(outcome_is_dead_recipient(&event));
	copy = guarded_copy(S("user unknown (in reply to RCPT T"));
	event.reply = copy;
	assert_false(outcome_is_dead_recipient(&event));
	event.status = MAIL_DEFERRED;
	assert_false(outcome_is_policy(&event));
	guarded_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_exim),
		cmocka_unit_test(test_unknown_words),
		cmocka_unit_test(test_long_reply),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
