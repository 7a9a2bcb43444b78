/*
 * What strangers can fill must not make the detector forget what it knows of
 * the host as a whole.
 */
#include "base/stamp.h"
#include "detector/crowd.h"
#include "detector/detector.h"
#include "detector/settings.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <stdio.h>

static const int64_t START_MS = INT64_C(1795305600000);

static struct detector detector;
static bool by_reader, is_host_refused;

static void on_weighed(void *context, const struct signal_input *input,
		       const struct account_entry *entry)
{
	(void)context;
	(void)entry;
	by_reader = input->by_reader;
	is_host_refused = input->is_host_refused;
}

static int fresh(void **state)
{
	(void)state;
	if (places_none(&detector) < 0)
		return -1;
	detector.on_weighed = on_weighed;
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
				  const char *account)
{
	struct mail_event event = {
		.kind = kind,
		.at_ms = START_MS,
		.host = S("mx1"),
		.instance = S("postfix"),
		.queue_id = slice_from(id),
		.account = slice_from(account),
		.recipients = MAIL_UNKNOWN,
		.size_bytes = MAIL_UNKNOWN,
	};

	event.has_client = address_parse(S("203.0.113.9"), &event.client);
	return event;
}

static void come(enum mail_event_kind kind, const char *id,
		 const char *account)
{
	struct mail_event event = event_of(kind, id, account);

	detector_event(&detector, &event);
}

static void refuse(const char *id)
{
	struct mail_event event = event_of(MAIL_DELIVERY, id, "");

	event.recipient = S("b@y.example");
	event.dsn = S("5.7.1");
	event.status = MAIL_BOUNCED;
	detector_event(&detector, &event);
}

static void guess(const char *account)
{
	come(MAIL_AUTH_FAILURE, "", account);
}

static unsigned refusals_of(const char *account)
{
	struct mail_event event = event_of(MAIL_LOGIN, "", account);

	return crowd_refusals(detector.crowd,
			      address_client_hash(&event.client),
			      account_key(event.account),
			      (uint32_t)(START_MS / STAMP_SECOND_MS));
}

/* Names that nobody here has are free: else whoever shares an address with an
 * owner, in a hotel or behind a carrier, could speak against him at will. */
static void test_made_up_names(void **state)
{
	char login[40];

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(login, sizeof(login), "admin%d@x.example", i);
		guess(login);
	}
	assert_int_equal(refusals_of("anna@x.example"), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(login, sizeof(login), "reader%d@x.example", i);
		come(MAIL_LOGIN, "", login);
		guess(login);
	}
	assert_in_range(refusals_of("anna@x.example"), 2, 4);
}

/* One IPv6 network of a hosting company is enough for it. */
static void flood(void)
{
	for (uint64_t client = 1; client <= 2 * CROWD_MAX; client++)
		for (uint64_t account = 0; account < 5; account++)
			crowd_refused(detector.crowd, client, account << 7,
				      (uint32_t)(START_MS / STAMP_SECOND_MS));
}

/* Who logs in to send reads no mail, and shows nobody that people do. */
static void test_readers(void **state)
{
	struct mail_event event;
	char login[40];

	(void)state;
	come(MAIL_SUBMISSION, "4A01", "shop@x.example");
	assert_true(by_reader);
	for (int i = 0; i < 10; i++) {
		snprintf(login, sizeof(login), "sender%d@x.example", i);
		event = event_of(MAIL_LOGIN, "", login);
		event.for_sending = true;
		detector_event(&detector, &event);
	}
	come(MAIL_SUBMISSION, "4A01", "shop@x.example");
	assert_true(by_reader);
	for (int i = 0; i < 10; i++) {
		snprintf(login, sizeof(login), "reader%d@x.example", i);
		come(MAIL_LOGIN, "", login);
	}
	come(MAIL_SUBMISSION, "4A02", "shop@x.example");
	assert_false(by_reader);
	flood();
	come(MAIL_SUBMISSION, "4A03", "shop@x.example");
	assert_false(by_reader);
}

static void test_policy(void **state)
{
	char login[40], id[8];

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(login, sizeof(login), "a%d@x.example", i);
		snprintf(id, sizeof(id), "4B%02d", i);
		come(MAIL_SUBMISSION, id, login);
		refuse(id);
	}
	assert_true(is_host_refused);
	flood();
	come(MAIL_SUBMISSION, "4C01", "shop@x.example");
	refuse("4C01");
	assert_true(is_host_refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made_up_names, fresh,
						clean),
		cmocka_unit_test_setup_teardown(test_readers, fresh, clean),
		cmocka_unit_test_setup_teardown(test_policy, fresh, clean),
	};

	return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
