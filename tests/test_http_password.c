/*
 * The hook with the password, the question before it is set, and application
 * passwords that are left, as programs and owners see them.
 */
#include "base/files.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "old" and "new" by MD5-crypt; made with perl. */
#define OLD_A "$1$aaaa$.VH3ZBSQ3A9Iym5o/zXkC."
#define OLD_B "$1$bbbb$Q/XHCgXh.L5qWc7MsNWEF0"
#define NEW_A "$1$dddd$TR8GO7dgQU.LQwVnCVhS//"
#define SET(hash) "UPDATE comporta_mailbox SET password_hash = '" hash "'"
#define CHANGED API "/accounts/Anna@firma.example/password-changed"
#define CHECK API "/accounts/Anna@firma.example/password-check"

static char folder[FOLDER_SIZE];
static struct panel *plain, *with_apps;

static const char *const files[][2] = {
	{ "find.sql", "SELECT account, '' AS sending, NOT EXISTS (SELECT 1"
	  " FROM comporta_send_block b WHERE b.account = m.account)"
	  " AS can_send, password_hash, password_changed, language, contact,"
	  " name FROM comporta_mailbox m WHERE account = :account;\n" },
	{ "app_passwords.sql", "SELECT login AS account, id, hash, name"
	  " FROM app WHERE login = :account ORDER BY id;\n" },
};

/* A panel with application passwords, beside our own block table. */
static void make_panel(void)
{
	char path[FOLDER_SIZE + 60], own[4096 + 20], here[4096];
	struct err err;

	folder_make(folder, "password");
	snprintf(path, sizeof(path), "%s/panels/apps", folder);
	assert_int_equal(files_make_dir(path, &err), 0);
	for (size_t i = 0; i < N_ELEMENTS(files); i++) {
		snprintf(path, sizeof(path), "%s/panels/apps/%s", folder,
			 files[i][0]);
		assert_int_equal(files_replace(path, slice_from(files[i][1]),
					       &err), 0);
	}
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(own, sizeof(own), "%s/sql/panels/own", here);
	snprintf(path, sizeof(path), "%s/panels/own", folder);
	assert_int_equal(symlink(own, path), 0);
}

static int group_setup(void **state)
{
	struct err err;

	site_group_setup(state);
	make_panel();
	plain = site.panel;
	if (panel_load(folder, "apps", "", &with_apps, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int group_teardown(void **state)
{
	panel_free(&with_apps);
	folder_remove(folder);
	return site_group_teardown(state);
}

/* Blocked anew, through this panel and with these passwords. */
static void begin(struct panel *panel, const char *sql)
{
	const struct block_request request = {
		.decision = "d9", .account = SLICE("anna@firma.example"),
		.decided_ms = NOW, .actor = "scan", .reason = "x",
	};
	struct block block = BLOCK_INIT;
	struct err err;

	site_run("DELETE FROM comporta_block; DELETE FROM comporta_send_block;"
		 " DELETE FROM comporta_credential;"
		 " DELETE FROM comporta_audit");
	site_run(sql);
	site.blocks.panel = panel;
	assert_int_equal(blocks_make(&site.blocks, &request, NOW,
				     &site.block_id, &err), BLOCK_MADE);
	assert_int_equal(blocks_get(&site.blocks, site.block_id, &block,
				    &err), BLOCK_FOUND);
	blocks_token(&site.blocks, &block, site.owner);
	block_release(&block);
	site.is_tls = true;
}

static bool answer_says(const struct call *call, int status,
			const char *words)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	bool says;

	site_ask(call, &response);
	says = response.status == status &&
	       slice_find(text_slice(&response.body), slice_from(words)) >= 0;
	http_response_release(&response);
	return says;
}

#define HOOK(path, body) { "POST", path, "{HOOK}", JSON_TYPE, body }

static void test_the_hook_with_a_password(void **state)
{
	static const struct {
		const char *now;
		struct row row;
		int lifted;
	} cases[] = {
		{ SET(NEW_A), { "another", HOOK(CHANGED,
		  "{\"password\":\"new\"}"), 200, NULL }, 1 },
		{ SET(OLD_B), { "same", HOOK(CHANGED,
		  "{\"password\":\"old\"}"), 409, "same_password" }, 0 },
		{ NULL, { "not stored yet", HOOK(CHANGED,
		  "{\"password\":\"new\"}"), 409, "password_unchanged" }, 0 },
		{ SET(NEW_A), { "null is none", HOOK(CHANGED,
		  "{\"password\":null}"), 200, NULL }, 1 },
		{ SET(NEW_A), { "empty is none", HOOK(CHANGED,
		  "{\"password\":\"\"}"), 200, NULL }, 1 },
		{ SET(NEW_A), { "a number", HOOK(CHANGED,
		  "{\"password\":7}"), 400, "bad_request" }, 0 },
		{ SET(NEW_A), { "NUL", HOOK(CHANGED,
		  "{\"password\":\"new\\u0000x\"}"), 400, "bad_request" },
		  0 },
		{ SET(NEW_A), { "something else", HOOK(CHANGED,
		  "{\"passwort\":\"new\"}"), 400, "bad_request" }, 0 },
		{ SET(NEW_A), { "support is no panel", { "POST", CHANGED,
		  "{SUPPORT}", JSON_TYPE, "{\"password\":\"new\"}" }, 403,
		  "forbidden" }, 0 },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		if (i > 0) {
			site_teardown(state);
			site_setup(state);
		}
		begin(plain, SET(OLD_A));
		if (cases[i].now)
			site_run(cases[i].now);
		site_check(&cases[i].row);
		assert_case(cases[i].row.why, !cases[i].lifted,
			    site_number("SELECT COUNT(*) AS n FROM"
					" comporta_send_block"));
	}
}

static void test_a_password_too_long(void **state)
{
	char body[1200] = "{\"password\":\"";
	struct row row = { "1025", HOOK(CHECK, body), 400, "bad_request" };

	(void)state;
	begin(plain, SET(OLD_A));
	memset(body + 13, 'x', 1025);
	memcpy(body + 13 + 1025, "\"}", 3);
	site_check(&row);
	memcpy(body + 13 + 1024, "\"}", 3);
	row = (struct row){ "1024", HOOK(CHECK, body), 200, NULL };
	/* Longer than crypt(3) takes, so nobody can say. */
	assert_true(answer_says(&row.call, 200, "\"same\":null"));
}

/* Nobody may listen where a password goes by. */
static void test_where_a_password_may_come_from(void **state)
{
	static char proxy[] = "198.51.100.1";
	static struct conf_list proxies = { { proxy }, 1 };
	static const struct {
		const char *why, *from;
		bool is_tls, with_proxies;
		int status;
		const char *code;
	} cases[] = {
		{ "TLS", "192.0.2.7", true, false, 200, NULL },
		{ "in clear", "192.0.2.7", false, false, 403, "insecure" },
		{ "a private network", "10.0.0.7", false, false, 403,
		  "insecure" },
		{ "this machine", "127.0.0.1", false, false, 200, NULL },
		{ "this machine, IPv6", "::1", false, false, 200, NULL },
		{ "a proxy nobody named", "198.51.100.1", false, false, 403,
		  "insecure" },
		{ "a proxy", "198.51.100.1", false, true, 200, NULL },
		{ "beside the proxy", "198.51.100.2", false, true, 403,
		  "insecure" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct row row = { cases[i].why,
				   HOOK(CHECK, "{\"password\":\"old\"}"),
				   cases[i].status, cases[i].code };
		struct row hook = { cases[i].why,
				    HOOK(CHANGED, "{\"password\":\"old\"}"),
				    cases[i].code ? 403 : 409,
				    cases[i].code ? cases[i].code
						  : "same_password" };
		struct row bare = { cases[i].why, HOOK(CHANGED, "{}"), 409,
				    "password_unchanged" };

		if (i > 0) {
			site_teardown(state);
			site_setup(state);
		}
		begin(plain, SET(OLD_A));
		site.is_tls = cases[i].is_tls;
		site.from = cases[i].from;
		site.context.proxies = cases[i].with_proxies ? &proxies
							     : NULL;
		site_check(&bare);
		site_check(&row);
		site_check(&hook);
	}
}

static void test_would_it_be_accepted(void **state)
{
	static const struct {
		const char *account, *body, *words;
	} cases[] = {
		{ "anna", "{\"password\":\"old\"}", "\"same\":true" },
		{ "ANNA", "{\"password\":\"old\"}", "\"same\":true" },
		{ "anna", "{\"password\":\"new\"}", "\"same\":false" },
		/* Not blocked: nothing is kept to compare with. */
		{ "carla", "{\"password\":\"old\"}", "\"same\":null" },
	};
	static const struct row wrong[] = {
		{ "none", HOOK(CHECK, "{}"), 400, "bad_request" },
		{ "no body", HOOK(CHECK, NULL), 400, "bad_request" },
		{ "nobody", HOOK(API "/accounts/who@firma.example"
		  "/password-check", "{\"password\":\"x\"}"), 404,
		  "unknown_account" },
		{ "support", { "POST", CHECK, "{SUPPORT}", JSON_TYPE,
		  "{\"password\":\"x\"}" }, 403, "forbidden" },
		{ "GET", { "GET", CHECK, "{HOOK}", NULL, NULL }, 405,
		  "method_not_allowed" },
	};
	int64_t before;

	(void)state;
	begin(plain, SET(OLD_A));
	before = site_rows();
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char path[100];
		struct call call = HOOK(path, cases[i].body);

		snprintf(path, sizeof(path), API "/accounts/%s@firma.example/"
			 "password-check", cases[i].account);
		if (!answer_says(&call, 200, cases[i].words))
			fail_msg("%s %s", cases[i].account, cases[i].words);
	}
	for (size_t i = 0; i < N_ELEMENTS(wrong); i++)
		site_check(&wrong[i]);
	assert_int_equal(site_rows(), before);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_credential"), 1);
}

/* Five times an hour, however the login is written. */
static void test_nobody_guesses(void **state)
{
	static const char *const calls[] = { "check", "changed" };

	(void)state;
	begin(plain, SET(OLD_A));
	for (size_t c = 0; c < N_ELEMENTS(calls); c++)
		for (int i = 0; i < 7; i++) {
			char path[100];
			struct row row = { calls[c],
				HOOK(path, "{\"password\":\"x\"}"),
				i >= 5 ? 429 : c == 0 ? 200 : 409,
				i >= 5 ? "too_many_requests"
				       : c == 0 ? NULL
						: "password_unchanged" };

			snprintf(path, sizeof(path), API "/accounts/"
				 "%cnna@firma.example/password-%s",
				 i % 2 ? 'A' : 'a', calls[c]);
			site_check(&row);
		}
	/* Without a password the hook is heard all the same. */
	site_run(SET(NEW_A));
	site_check(&(struct row){ "bare", HOOK(CHANGED, "{}"), 200, NULL });
}

/* Neither the answer nor the tables ever have it. */
static void test_a_password_is_nowhere(void **state)
{
	static const char *const bodies[] = {
		"{\"password\":\"Tr0ub4dor\"}",
		"{\"password\":\"Tr0ub4dor\",\"x\":1}",
		"{\"password\":\"Tr0ub4dor", "{\"password\":[\"Tr0ub4dor\"]}",
	};

	(void)state;
	begin(plain, SET("{PLAIN}Tr0ub4dor"));
	for (size_t i = 0; i < 2 * N_ELEMENTS(bodies); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct call call = HOOK(i % 2 ? CHECK : CHANGED,
					bodies[i / 2]);

		site_ask(&call, &response);
		assert_true(slice_find(text_slice(&response.body),
				       S("Tr0ub4dor")) < 0);
		http_response_release(&response);
	}
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_audit WHERE detail LIKE '%Tr0ub%'"
				" OR reason LIKE '%Tr0ub%'"), 0);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_credential WHERE"
				" sealed LIKE '%Tr0ub%'"), 0);
}

#define TWO "CREATE TABLE app (login TEXT, id INTEGER, hash TEXT, name TEXT);" \
	    "INSERT INTO app VALUES ('anna@firma.example', 1, '" OLD_A "'," \
	    " 'Phone <b>'), ('anna@firma.example', 2, '" OLD_B "', '')"

static void test_app_passwords_are_left(void **state)
{
	static const struct call page = { "GET", "/b/{OWNER}", NULL, NULL,
					  NULL };
	static const struct call button = { "POST", "/b/{OWNER}/lift", NULL,
					    FORM_TYPE, "" };
	static const struct call hook = HOOK(CHANGED, "{}");
	char path[60];
	struct call support = { "POST", path, "{SUPPORT}", JSON_TYPE,
				"{\"reason\":\"called\"}" };
	struct call force = { "POST", path, "{SUPPORT}", JSON_TYPE,
			      "{\"reason\":\"called\",\"force\":true}" };

	(void)state;
	/* Panels' own tables, with their grants.sql: tests/db/test_panels.c. */
	if (site_is_mariadb(__func__))
		return;
	begin(with_apps, SET(OLD_A) ";" TWO);
	snprintf(path, sizeof(path), API "/blocks/%d/lift",
		 (int)site.block_id);
	assert_true(answer_says(&page, 200, "usunąć hasła aplikacji"));
	site_run(SET(NEW_A) "; INSERT INTO app VALUES"
		 " ('anna@firma.example', 3, '" NEW_A "', 'New')");
	assert_true(answer_says(&page, 200, "Phone &lt;b&gt; i #2"));
	assert_true(answer_says(&button, 409, "najpierw trzeba usunąć"));
	assert_true(answer_says(&hook, 409, "\"error\":\"app_passwords_left\""));
	assert_true(answer_says(&hook, 409, "{\"left\":2,\"new\":1,\"names\":["
				"\"Phone <b>\",\"#2\"],\"block\":"));
	assert_true(answer_says(&support, 409, "app_passwords_left"));
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block"), 1);
	assert_true(answer_says(&force, 200, "2 left, 1 new; lifted by "
				"force"));
	assert_true(answer_says(&page, 200, "może wysyłać"));
}

static void test_app_passwords_are_deleted(void **state)
{
	static const struct call button = { "POST", "/b/{OWNER}/lift", NULL,
					    FORM_TYPE, "" };

	(void)state;
	/* Panels' own tables, with their grants.sql: tests/db/test_panels.c. */
	if (site_is_mariadb(__func__))
		return;
	begin(with_apps, SET(OLD_A) ";" TWO);
	site_run(SET(NEW_A) "; DELETE FROM app");
	assert_true(answer_says(&button, 200, "może wysyłać"));
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block"), 0);
}

static void test_the_page_after_the_same_password(void **state)
{
	static const struct call page = { "GET", "/b/{OWNER}", NULL, NULL,
					  NULL };
	static const struct call button = { "POST", "/b/{OWNER}/lift", NULL,
					    FORM_TYPE, "" };
	static const struct call hook = HOOK(CHANGED,
					     "{\"password\":\"old\"}");

	(void)state;
	begin(plain, SET(OLD_A));
	site_run(SET(OLD_B));
	assert_true(answer_says(&page, 200, "Hasło zostało zmienione"));
	assert_true(answer_says(&hook, 409, "same_password"));
	assert_true(answer_says(&page, 200, "Ustawiono ponownie stare"));
	assert_true(answer_says(&button, 409, "Potrzebne jest inne"));
	/* No panel without such is asked to delete any. */
	assert_false(answer_says(&page, 200, "usunąć hasła aplikacji"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SITE_TEST(test_the_hook_with_a_password),
		SITE_TEST(test_a_password_too_long),
		SITE_TEST(test_where_a_password_may_come_from),
		SITE_TEST(test_would_it_be_accepted),
		SITE_TEST(test_nobody_guesses),
		SITE_TEST(test_a_password_is_nowhere),
		SITE_TEST(test_app_passwords_are_left),
		SITE_TEST(test_app_passwords_are_deleted),
		SITE_TEST(test_the_page_after_the_same_password),
	};

	return cmocka_run_group_tests_name("http_password", tests,
					   group_setup, group_teardown);
}
