#include "tests/support/site.h"

#include "detector/http/session.h"
#include "detector/http/tokens.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

struct site site;

static int64_t now_ms(void)
{
	return NOW;
}

/* Never the same twice. */
static int make_random(void *bytes_out, size_t size, struct err *err)
{
	static unsigned char n;

	(void)err;
	memset(bytes_out, ++n, size);
	return 0;
}

static void add_token(const char *name, enum token_role role,
		      int64_t expires_ms, char out[CRYPTO_TOKEN_SIZE])
{
	unsigned char random[CRYPTO_DIGEST_SIZE];
	struct err err;

	memset(random, name[0], sizeof(random));
	if (token_add(site.db, name, role, random, expires_ms, NOW, out, &err))
		fail_msg("%s", err.text);
}

static void block_anna(void)
{
	const struct block_request request = {
		.decision = "d1", .account = SLICE("anna@firma.example"),
		.decided_ms = NOW, .probability = 0.997, .actor = "scan",
		.reason = "7 countries",
		.verdict = SLICE("{\"window\":{\"messages\":3}}"),
	};
	struct block block = BLOCK_INIT;
	struct err err;

	assert_int_equal(blocks_make(&site.blocks, &request, NOW,
				     &site.block_id, &err), BLOCK_MADE);
	assert_int_equal(blocks_get(&site.blocks, site.block_id, &block,
				    &err), BLOCK_FOUND);
	blocks_token(&site.blocks, &block, site.owner);
	block_release(&block);
}

static void set_options(void)
{
	static char en[] = "en", none[] = "",
		    url[] = "https://mail.example/comporta/",
		    name[] = "Example <Host>";

	settings.notice.default_language = en;
	settings.notice.operator_address = none;
	settings.notice.support_contact = none;
	settings.notice.provider_name = name;
	settings.notice.to_contact = settings.notice.to_mailbox = true;
	settings.lift.self_service = true;
	settings.lift.repeat_within_ms = 30 * DAY;
	settings.lift.token_ms = 14 * DAY;
	settings.lift.trust_ms = 90 * DAY;
	settings.queue.hold = settings.queue.release =
		settings.queue.delete = none;
	settings.serve.public_url = url;
	settings.serve.requests_per_minute = 100000;
	settings.serve.session_idle_ms = 30 * STAMP_MINUTE_MS;
	settings.serve.session_max_ms = 8 * STAMP_HOUR_MS;
}

int site_group_setup(void **state)
{
	struct err err;

	(void)state;
	set_options();
	if (panel_load("sql", "own", "", &site.panel, &err) ||
	    languages_load("templates", &site.languages, &err))
		fail_msg("%s", err.text);
	return 0;
}

int site_group_teardown(void **state)
{
	(void)state;
	panel_free(&site.panel);
	languages_free(&site.languages);
	return 0;
}

static void must(int failed, const struct err *err)
{
	if (failed)
		fail_msg("%s", err->text);
}

/* One in memory; there is nobody to share it with. */
static void open_in_memory(void)
{
	const struct db_settings how = { .kind = "sqlite",
					 .file = ":memory:", .timeout_s = 5 };
	struct err err;
	int applied;

	must(db_open(&how, &site.db, &err), &err);
	must(schema_migrate(site.db, "sql", &applied, &err), &err);
	site.blocks.db = site.db;
}

static struct db *open_as(const char *port, const char *user,
			  const char *password)
{
	const struct db_settings how = {
		.kind = "mysql", .host = "127.0.0.1",
		.port = strtol(port, NULL, 10), .user = user,
		.password = password, .name = "comporta", .timeout_s = 20,
	};
	struct db *db;
	struct err err;

	must(db_open(&how, &db, &err), &err);
	return db;
}

static int empty_table(void *context, const struct db_row *row)
{
	struct text *sql = context;
	struct slice name = db_column(row, "n");

	text_addf(sql, "TRUNCATE %.*s;", (int)name.len, name.ptr);
	return 0;
}

/* Its administrator is site.db, serve's own user is who answers. */
static void open_mariadb(const char *port)
{
	struct text sql = TEXT_INIT(4096);
	struct err err;

	site.db = open_as(port, "root", "");
	site.blocks.db = open_as(port, "comporta_serve", "secret3");
	must(db_run(site.db, "SELECT table_name AS n FROM"
		    " information_schema.tables WHERE table_schema ="
		    " 'comporta' AND table_name <> 'comporta_schema'", NULL, 0,
		    empty_table, &sql, NULL, &err), &err);
	must(db_run_script(site.db, text_string(&sql), &err), &err);
	text_release(&sql);
}

bool site_is_mariadb(const char *test)
{
	if (!getenv(SITE_MARIADB))
		return false;
	print_message("%s: only in SQLite\n", test);
	return true;
}

int site_setup(void **state)
{
	const char *port = getenv(SITE_MARIADB);
	static const char *const domains[] = { "loja.example",
					       "Praia.example" };
	struct err err;

	(void)state;
	set_options();
	site.is_tls = false;
	site.from = site.key = NULL;
	site.now_ms = NOW + 1000;
	memset(site.headers, 0, sizeof(site.headers));
	site.blocks = (struct blocks){ NULL, site.panel,
				       S("0123456789abcdef0123456789abcdef"),
				       site.languages };
	if (port)
		open_mariadb(port);
	else
		open_in_memory();
	must(db_run_script(site.db, "INSERT INTO comporta_mailbox VALUES"
			   " ('anna@firma.example', '$6$s$x', NULL, 'pl',"
			   " 'anna@home.example', '<b>Anna</b>'),"
			   " ('carla@firma.example', '$6$s$y', NULL, NULL,"
			   " NULL, NULL),"
			   " ('joao@loja.example', '$6$s$z', NULL, 'pt',"
			   " NULL, NULL)", &err), &err);
	site.context = (struct http_context){
		.blocks = &site.blocks, .languages = site.languages,
		.limits = ratelimit_new(1), .guesses = ratelimit_new(1),
		.now_ms = now_ms, .random = make_random,
		.sessions = desk_sessions_new(),
	};
	add_token("support", TOKEN_SUPPORT, 0, site.support);
	add_token("hook", TOKEN_PANEL, NOW + DAY, site.hook);
	add_token("old", TOKEN_SUPPORT, NOW, site.old);
	add_token("reseller", TOKEN_RESELLER, NOW + DAY, site.reseller);
	add_token("metrics", TOKEN_METRICS, NOW + DAY, site.metrics);
	if (token_allow(site.db, "reseller", domains, N_ELEMENTS(domains),
			&err))
		fail_msg("%s", err.text);
	block_anna();
	return 0;
}

int site_teardown(void **state)
{
	(void)state;
	ratelimit_free(&site.context.limits);
	ratelimit_free(&site.context.guesses);
	desk_sessions_free(&site.context.sessions);
	if (site.blocks.db != site.db)
		db_close(&site.blocks.db);
	site.blocks.db = NULL;
	db_close(&site.db);
	return 0;
}

/* Placeholders in a test's paths and tokens. */
static void fill_in(const char *pattern, char *out, size_t size)
{
	static const struct {
		const char *name;
		const char *value;
	} values[] = {
		{ "{OWNER}", site.owner }, { "{SUPPORT}", site.support },
		{ "{HOOK}", site.hook }, { "{OLD}", site.old },
		{ "{RESELLER}", site.reseller }, { "{METRICS}", site.metrics },
	};
	struct text text = TEXT_INIT(20000);
	struct slice rest = slice_from(pattern);

	while (rest.len > 0) {
		size_t i = 0;

		while (i < N_ELEMENTS(values) &&
		       !slice_skip(&rest, slice_from(values[i].name)))
			i++;
		if (i < N_ELEMENTS(values)) {
			text_add_string(&text, values[i].value);
		} else {
			text_add_char(&text, rest.ptr[0]);
			rest = slice_after(rest, 1);
		}
	}
	assert_true(slice_copy(text_slice(&text), out, size));
	text_release(&text);
}

void site_ask(const struct call *call, struct http_response *response)
{
	char path[16384], authorization[200], token[100] = "";
	struct http_request request = { .now_ms = site.now_ms };
	struct slice rest;

	fill_in(call->path, path, sizeof(path));
	rest = slice_from(path);
	request.path = slice_cut(&rest, '?');
	request.query = rest;
	request.method = slice_from(call->method);
	request.body = slice_from(call->body);
	for (size_t i = 0; i < HTTP_HEADERS; i++)
		request.headers[i] = slice_from(site.headers[i]);
	request.headers[HTTP_CONTENT_TYPE] = slice_from(call->type);
	request.headers[HTTP_IDEMPOTENCY_KEY] = slice_from(site.key);
	request.is_tls = site.is_tls;
	address_parse(site.from ? slice_from(site.from) : S("192.0.2.7"),
		      &request.client);
	request.headers[HTTP_FORWARDED_FOR] = slice_from(site.forwarded_for);
	if (call->token) {
		fill_in(call->token, token, sizeof(token));
		snprintf(authorization, sizeof(authorization), "Bearer %s",
			 token);
		request.headers[HTTP_AUTHORIZATION] =
			slice_from(authorization);
	}
	http_answer(&site.context, &request, response);
}

const char *site_field(const struct http_response *response,
			 const char *name)
{
	for (size_t i = 0; i < response->n_fields; i++)
		if (strcmp(response->fields[i].name, name) == 0)
			return response->fields[i].value;
	return "";
}

struct json *site_body_of(const struct http_response *response)
{
	struct err err;
	struct json *json = json_parse(
		slice_trim(text_slice(&response->body)), &err);

	assert_non_null(json);
	return json;
}

/* Everything that a request could have changed. */
int64_t site_rows(void)
{
	return site_number("SELECT (SELECT COUNT(*) FROM comporta_audit) +"
		      " 100 * (SELECT COUNT(*) FROM comporta_notice) +"
		      " 10000 * (SELECT COUNT(*) FROM comporta_send_block) +"
		      " 1000000 * (SELECT COUNT(*) FROM comporta_block) AS n");
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

int64_t site_number(const char *sql)
{
	int64_t n = -1;
	struct err err;

	assert_int_equal(db_run(site.db, sql, NULL, 0, take_number, &n, NULL,
				&err), DB_OK);
	return n;
}

int64_t site_block(const char *account, const char *verdict, int64_t at_ms)
{
	const struct block_request request = {
		.decision = account, .account = slice_from(account),
		.decided_ms = at_ms, .actor = "scan", .reason = account,
		.verdict = slice_from(verdict), .probability = 0.2,
	};
	struct err err;
	int64_t id = 0;

	assert_int_equal(blocks_make(&site.blocks, &request, at_ms, &id,
				     &err), BLOCK_MADE);
	return id;
}

void site_run(const char *sql)
{
	struct err err;

	assert_int_equal(db_run_script(site.db, sql, &err), DB_OK);
}

void site_check(const struct row *row)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	site_ask(&row->call, &response);
	if (response.status != row->status)
		print_error("%s\n", text_string(&response.body));
	assert_case(row->why, row->status, response.status);
	assert_case(row->why, 0, strcmp(site_field(&response, "Cache-Control"),
					"no-store"));
	assert_case(row->why, 0, strcmp(site_field(&response,
					      "X-Content-Type-Options"),
					"nosniff"));
	assert_case(row->why, true,
		    strlen(site_field(&response,
				      "Content-Security-Policy")) > 50);
	if (row->code) {
		struct json *json = site_body_of(&response);
		struct slice code = json_get_text(json, "error");

		assert_case(row->why, true,
			    slice_eq(code, slice_from(row->code)));
		assert_case(row->why, true,
			    json_get_text(json, "message").len > 0);
		assert_case(row->why, true,
			    json_is_object(json_get(json, "detail")));
		json_free(&json);
	}
	http_response_release(&response);
}
