/*
 * Sessions of the support page: how long they live, who makes room, and what
 * is no form of theirs.
 */
#include "detector/http/session.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#define NOW INT64_C(1795334400000)
enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static const struct session_life life = { 30 * MINUTE, 8 * HOUR };

static int setup(void **state)
{
	*state = desk_sessions_new();
	return 0;
}

static int teardown(void **state)
{
	struct desk_sessions *sessions = *state;

	desk_sessions_free(&sessions);
	assert_null(sessions);
	return 0;
}

static struct session *begin(struct desk_sessions *sessions, int64_t token_id,
			     int64_t now_ms, char id[CRYPTO_TOKEN_SIZE])
{
	static uint32_t n;
	unsigned char random[CRYPTO_DIGEST_SIZE] = { 0 };

	n++;
	memcpy(random, &n, sizeof(n));
	return desk_sessions_begin(sessions, &life, token_id, random, now_ms,
				   id);
}

static bool lives(struct desk_sessions *sessions, const char *id,
		  int64_t now_ms)
{
	return desk_sessions_find(sessions, &life, slice_from(id), now_ms);
}

static void test_life(void **state)
{
	static const struct {
		const char *why;
		int64_t uses_ms[4];	/* after the beginning; 0 ends */
		int64_t then_ms;
		bool lives;
	} cases[] = {
		{ "at once", { 0 }, 0, true },
		{ "half an hour", { 0 }, 30 * MINUTE, true },
		{ "a moment more", { 0 }, 30 * MINUTE + 1, false },
		{ "used meanwhile", { 20 * MINUTE, 45 * MINUTE }, HOUR, true },
		{ "found dead is dead", { 31 * MINUTE }, 10 * MINUTE, false },
		{ "the clock was set back", { 0 }, -1, false },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char id[CRYPTO_TOKEN_SIZE];
		bool got;

		begin(*state, 1, NOW, id);
		for (size_t j = 0; j < 4 && cases[i].uses_ms[j]; j++)
			lives(*state, id, NOW + cases[i].uses_ms[j]);
		got = lives(*state, id, NOW + cases[i].then_ms);
		assert_case(cases[i].why, cases[i].lives, got);
	}
}

static void test_eight_hours_in_all(void **state)
{
	char id[CRYPTO_TOKEN_SIZE];
	int64_t at_ms = 0;

	begin(*state, 1, NOW, id);
	for (; at_ms <= 8 * HOUR; at_ms += 10 * MINUTE)
		assert_true(lives(*state, id, NOW + at_ms));
	assert_false(lives(*state, id, NOW + 8 * HOUR + 1));
}

static void test_what_is_no_id(void **state)
{
	char id[CRYPTO_TOKEN_SIZE], other[CRYPTO_TOKEN_SIZE];

	begin(*state, 1, NOW, id);
	assert_false(lives(*state, "", NOW));
	memcpy(other, id, sizeof(id));
	other[5] = other[5] == 'A' ? 'B' : 'A';
	assert_false(lives(*state, other, NOW));
	assert_null(desk_sessions_find(*state, &life,
				       slice_sub(slice_from(id), 0, 42), NOW));
	session_end(desk_sessions_find(*state, &life, slice_from(id), NOW));
	assert_false(lives(*state, id, NOW));
}

/* Not even in memory is there anything to sign in with. */
static void test_only_the_hash_is_kept(void **state)
{
	char id[CRYPTO_TOKEN_SIZE];
	const struct session *session = begin(*state, 1, NOW, id);
	struct slice all = { (const char *)session, sizeof(*session) };

	assert_true(slice_find(all, slice_from(id)) < 0);
}

/* Who signs in ever again pushes out his own, not others'. */
static void test_one_token_has_sixteen(void **state)
{
	char other[CRYPTO_TOKEN_SIZE], first[CRYPTO_TOKEN_SIZE];
	char second[CRYPTO_TOKEN_SIZE], id[CRYPTO_TOKEN_SIZE];

	begin(*state, 2, NOW, other);
	begin(*state, 1, NOW + 1, first);
	begin(*state, 1, NOW + 2, second);
	for (int i = 2; i < SESSIONS_PER_TOKEN; i++)
		begin(*state, 1, NOW + 10 + i, id);
	/* The first was used again, so the second makes room. */
	assert_true(lives(*state, first, NOW + 100));
	begin(*state, 1, NOW + 101, id);
	assert_true(lives(*state, first, NOW + 102));
	assert_false(lives(*state, second, NOW + 102));
	for (int i = 0; i < 1000; i++)
		begin(*state, 1, NOW + 200 + i, id);
	assert_true(lives(*state, other, NOW + 2000));
	assert_true(lives(*state, id, NOW + 2000));
}

static void test_the_table_is_full(void **state)
{
	static char ids[SESSIONS_MAX][CRYPTO_TOKEN_SIZE];
	char id[CRYPTO_TOKEN_SIZE];

	for (int i = 0; i < SESSIONS_MAX; i++)
		begin(*state, 100 + i, NOW + i, ids[i]);
	for (int i = 0; i < SESSIONS_MAX; i++)
		assert_true(lives(*state, ids[i], NOW + 1000 + i));
	/* One's own first, then the one used longest ago. */
	begin(*state, 150, NOW + 2000, id);
	assert_false(lives(*state, ids[50], NOW + 2001));
	assert_true(lives(*state, ids[0], NOW + 2001));
	begin(*state, 9, NOW + 2002, id);
	assert_false(lives(*state, ids[1], NOW + 2003));
	assert_true(lives(*state, id, NOW + 2003));
	/* What has expired is a free place: nobody else has to go. */
	begin(*state, 10, NOW + HOUR, id);
	begin(*state, 11, NOW + HOUR, ids[0]);
	assert_true(lives(*state, id, NOW + HOUR));
}

static void test_forms(void **state)
{
	char id[CRYPTO_TOKEN_SIZE], foreign[CRYPTO_TOKEN_SIZE];
	struct session *session = begin(*state, 1, NOW, id);
	struct session *stranger = begin(*state, 1, NOW, foreign);
	char form[SESSION_FORM_SIZE], other[SESSION_FORM_SIZE];
	uint64_t number = 0;

	session_form(session, slice_from(id), form);
	session_form(session, slice_from(id), other);
	assert_string_not_equal(form, other);
	assert_int_equal(session_form_check(session, slice_from(id),
					    slice_from(form), &number),
			 FORM_GOOD);
	/* The same number, made by another session. */
	session_form(stranger, slice_from(foreign), other);
	assert_int_equal(session_form_check(session, slice_from(id),
					    slice_from(other), &number),
			 FORM_BAD);
	for (size_t i = 0; i < strlen(form); i++) {
		enum session_form_check got;
		char bent[SESSION_FORM_SIZE], why[40];

		memcpy(bent, form, sizeof(form));
		bent[i] = bent[i] == '1' ? '2' : '1';
		got = session_form_check(session, slice_from(id),
					 slice_from(bent), &number);
		snprintf(why, sizeof(why), "byte %zu", i);
		assert_case(why, FORM_BAD, got);
		got = session_form_check(session, slice_from(id),
					 slice_sub(slice_from(form), 0, i),
					 &number);
		assert_case(why, FORM_BAD, got);
	}
}

static void test_done_once(void **state)
{
	char id[CRYPTO_TOKEN_SIZE], forms[100][SESSION_FORM_SIZE];
	struct session *session = begin(*state, 1, NOW, id);

	for (int i = 0; i < 100; i++) {
		uint64_t number = 0;

		session_form(session, slice_from(id), forms[i]);
		assert_int_equal(session_form_check(session, slice_from(id),
						    slice_from(forms[i]),
						    &number), FORM_GOOD);
		session_form_done(session, number);
		for (int j = i > 30 ? i - 30 : 0; j <= i; j++)
			assert_int_equal(session_form_check(
						 session, slice_from(id),
						 slice_from(forms[j]),
						 &number), FORM_DONE);
	}
}

static void test_told_once_and_there_alone(void **state)
{
	char id[CRYPTO_TOKEN_SIZE], word[SESSION_WORD_SIZE];
	char kept[SESSION_KEPT_SIZE];
	struct session *session = begin(*state, 1, NOW, id);

	assert_false(session_told(session, S("/a"), word, kept));
	session_tell(session, S("/a"), "bad.reason", "typed");
	assert_false(session_told(session, S("/b"), word, kept));
	assert_true(session_told(session, S("/a"), word, kept));
	assert_string_equal(word, "bad.reason");
	assert_string_equal(kept, "typed");
	assert_false(session_told(session, S("/a"), word, kept));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_life),
		TEST(test_eight_hours_in_all),
		TEST(test_what_is_no_id),
		TEST(test_only_the_hash_is_kept),
		TEST(test_one_token_has_sixteen),
		TEST(test_the_table_is_full),
		TEST(test_forms),
		TEST(test_done_once),
		TEST(test_told_once_and_there_alone),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
