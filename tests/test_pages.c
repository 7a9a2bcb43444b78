/*
 * Owners' pages that are kept for a moment: never too old, never another's,
 * never a refusal.
 */
#include "detector/http/pages.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

static int pages_setup(void **state)
{
	site_setup(state);
	site.context.pages = pages_new(7);
	return 0;
}

static int pages_teardown(void **state)
{
	pages_free(&site.context.pages);
	return site_teardown(state);
}

/* The page of anna's link at that time, in `languages`; its status. */
static int ask(const char *method, const char *action, const char *languages,
	       int64_t at_ms, struct text *body)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct http_request request = { .now_ms = at_ms };
	char path[100];

	snprintf(path, sizeof(path), "/b/%s%s", site.owner, action);
	request.method = slice_from(method);
	request.path = slice_from(path);
	request.headers[HTTP_ACCEPT_LANGUAGE] = slice_from(languages);
	http_answer(&site.context, &request, &response);
	text_clear(body);
	text_add(body, text_slice(&response.body));
	text_add_char(body, '\n');
	text_add_string(body, site_field(&response, "Content-Language"));
	http_response_release(&response);
	return response.status;
}

static bool has(const struct text *body, const char *words)
{
	return slice_find(text_slice(body), slice_from(words)) >= 0;
}

/* Another process writes into the block's row; the page says the number. */
static void set_messages(const char *number)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "UPDATE comporta_block SET verdict ="
		 " '{\"window\":{\"messages\":%s}}'", number);
	site_run(sql);
}

static void test_a_moment_and_no_longer(void **state)
{
	struct text body = TEXT_INIT(100000), first = TEXT_INIT(100000);

	(void)state;
	set_messages("711");
	assert_int_equal(ask("GET", "", "pl", NOW, &first), 200);
	assert_true(has(&first, "<dd>711</dd>"));
	set_messages("722");
	assert_int_equal(ask("GET", "", "pl", NOW + 999, &body), 200);
	assert_string_equal(text_string(&body), text_string(&first));
	assert_int_equal(ask("HEAD", "", "pl", NOW + 999, &body), 200);
	assert_string_equal(text_string(&body), text_string(&first));
	assert_int_equal(ask("GET", "", "pl", NOW + 1000, &body), 200);
	assert_true(has(&body, "<dd>722</dd>"));
	/* Asking must not make it younger. */
	set_messages("733");
	assert_int_equal(ask("GET", "", "pl", NOW + 1999, &body), 200);
	assert_true(has(&body, "<dd>722</dd>"));
	assert_int_equal(ask("GET", "", "pl", NOW + 2000, &body), 200);
	assert_true(has(&body, "<dd>733</dd>"));
	/* The machine's clock was set back. */
	set_messages("744");
	assert_int_equal(ask("GET", "", "pl", NOW + 1000, &body), 200);
	assert_true(has(&body, "<dd>744</dd>"));
	text_release(&body);
	text_release(&first);
}

static void test_a_post_shows_at_once(void **state)
{
	static const char *const posts[] = { "/lift", "/mine", "/nothing" };
	struct text body = TEXT_INIT(100000);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(posts); i++) {
		set_messages("711");
		ask("POST", "", "pl", NOW, &body);
		assert_int_equal(ask("GET", "", "pl", NOW, &body), 200);
		assert_true(has(&body, "<dd>711</dd>"));
		set_messages("722");
		ask("POST", posts[i], "pl", NOW, &body);
		assert_int_equal(ask("GET", "", "pl", NOW, &body), 200);
		assert_case(posts[i], true, has(&body, "<dd>722</dd>"));
	}
	text_release(&body);
}

static void test_a_lift_shows_at_once(void **state)
{
	struct text body = TEXT_INIT(100000);

	(void)state;
	assert_int_equal(ask("GET", "", "", NOW, &body), 200);
	assert_true(has(&body, "/lift\""));
	site_run("UPDATE comporta_mailbox SET password_hash = '$6$s$new'"
		 " WHERE account = 'anna@firma.example'");
	assert_int_equal(ask("POST", "/lift", "", NOW, &body), 200);
	assert_int_equal(ask("GET", "", "", NOW, &body), 200);
	assert_false(has(&body, "/lift\""));
	text_release(&body);
}

/* The block's language goes first; without one each browser has its own. */
static void test_each_in_their_language(void **state)
{
	struct text body = TEXT_INIT(100000);

	(void)state;
	for (int round = 0; round < 2; round++) {
		ask("GET", "", "pt", NOW, &body);
		assert_true(has(&body, "\npl"));
		ask("GET", "", "en", NOW, &body);
		assert_true(has(&body, "\npl"));
	}
	site_run("UPDATE comporta_block SET language = ''");
	ask("POST", "", "", NOW, &body);
	for (int round = 0; round < 2; round++) {
		ask("GET", "", "pt-BR, pl;q=0.5", NOW, &body);
		assert_true(has(&body, "\npt"));
		ask("GET", "", "pl", NOW, &body);
		assert_true(has(&body, "\npl"));
		ask("GET", "", "xx", NOW, &body);
		assert_true(has(&body, "\nen"));
	}
	text_release(&body);
}

static void test_refusals_are_not_kept(void **state)
{
	struct text body = TEXT_INIT(100000);

	(void)state;
	site_run("UPDATE comporta_block SET token_expires_ms = 1");
	assert_int_equal(ask("GET", "", "pl", NOW, &body), 404);
	site_run("ALTER TABLE comporta_block RENAME TO gone");
	assert_int_equal(ask("GET", "", "pl", NOW, &body), 503);
	site_run("ALTER TABLE gone RENAME TO comporta_block;"
		 "UPDATE comporta_block SET token_expires_ms ="
		 " 9000000000000");
	assert_int_equal(ask("GET", "", "pl", NOW, &body), 200);
	text_release(&body);
}

/* ---- the table itself --------------------------------------------------- */

static void name_of(int number, char out[CRYPTO_TOKEN_SIZE])
{
	snprintf(out, CRYPTO_TOKEN_SIZE, "%043d", number);
}

static size_t count_right(struct pages *pages, int n, int64_t now_ms)
{
	size_t found = 0;

	for (int i = 0; i < n; i++) {
		struct text out = TEXT_INIT(100000);
		char token[CRYPTO_TOKEN_SIZE];
		const char *language;

		name_of(i, token);
		if (pages_find(pages, slice_from(token), "pl", now_ms, &out,
			       &language)) {
			assert_string_equal(text_string(&out), token);
			assert_string_equal(language, "pl");
			found++;
		}
		text_release(&out);
	}
	return found;
}

static void keep_many(struct pages *pages, int n, int64_t now_ms)
{
	for (int i = 0; i < n; i++) {
		char token[CRYPTO_TOKEN_SIZE];

		name_of(i, token);
		pages_keep(pages, slice_from(token), "pl", now_ms,
			   slice_from(token), "pl");
	}
}

static void test_more_than_there_is_room_for(void **state)
{
	struct pages *pages = pages_new(3);

	(void)state;
	keep_many(pages, 1000, NOW);
	assert_in_range(count_right(pages, 1000, NOW), 950, 1000);
	keep_many(pages, 20000, NOW + 1);
	assert_in_range(count_right(pages, 20000, NOW + 1), 3000, PAGES_MAX);
	pages_sweep(pages, NOW + 5000);
	assert_int_equal(count_right(pages, 20000, NOW + 1), 0);
	keep_many(pages, 100, NOW + 5000);
	pages_forget(pages);
	assert_int_equal(count_right(pages, 100, NOW + 5000), 0);
	pages_free(&pages);
}

/* Large pages fill the bytes before the places; the end of some makes room. */
static void test_bytes_have_an_end(void **state)
{
	enum { LARGE = 64 * 1024, N = 1000 };
	static char page[LARGE];
	struct pages *pages = pages_new(3);
	size_t found = 0;

	(void)state;
	memset(page, 'x', sizeof(page));
	for (int round = 0; round < 2; round++) {
		int64_t now_ms = NOW + round * 5000;

		pages_sweep(pages, now_ms);
		found = 0;
		for (int i = 0; i < N; i++) {
			struct text out = TEXT_INIT(2 * LARGE);
			char token[CRYPTO_TOKEN_SIZE];
			const char *language;

			name_of(i, token);
			pages_keep(pages, slice_from(token), "pl", now_ms,
				   (struct slice){ page, LARGE }, "pl");
			found += pages_find(pages, slice_from(token), "pl",
					    now_ms, &out, &language);
			text_release(&out);
		}
		assert_in_range(found, 200, PAGES_BYTES / LARGE + 50);
	}
	pages_free(&pages);
}

int main(void)
{
#define PAGES_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, pages_setup, pages_teardown)
	static const struct CMUnitTest tests[] = {
		PAGES_TEST(test_a_moment_and_no_longer),
		PAGES_TEST(test_a_post_shows_at_once),
		PAGES_TEST(test_a_lift_shows_at_once),
		PAGES_TEST(test_each_in_their_language),
		PAGES_TEST(test_refusals_are_not_kept),
		cmocka_unit_test(test_more_than_there_is_room_for),
		cmocka_unit_test(test_bytes_have_an_end),
	};

	return cmocka_run_group_tests_name("pages", tests, site_group_setup,
					   site_group_teardown);
}
