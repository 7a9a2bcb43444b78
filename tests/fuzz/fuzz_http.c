/*
 * Any request, as the adapter of libmicrohttpd hands it over: it gets an
 * answer that is whole, its headers hold no line end, a page holds no tag of
 * the request's, and what is no POST with a token changes no row.
 *
 * Byte 1 separates the parts: method, address, headers, body. In the address,
 * in Authorization and Cookie, and in the body, $O $S $P $R stand for the
 * owner's link and for tokens, $C for a session's id at the support page, $F
 * for the token of a form of it.
 */
#include "base/stamp.h"
#include "detector/http/http.h"
#include "detector/http/session.h"
#include "detector/http/tokens.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1795334400000)

enum { METHOD, ADDRESS, BODY, FIRST_HEADER, PARTS = FIRST_HEADER + 12 };

static const struct session_life life = { INT64_MAX, INT64_MAX };

/* What only the request can bring in. */
static const char tag[] = "<zq";

static struct {
	struct db *db;
	struct blocks blocks;
	struct http_context context;
	char owner[CRYPTO_TOKEN_SIZE];
	char tokens[3][CRYPTO_TOKEN_SIZE];
	char cookie[CRYPTO_TOKEN_SIZE];
	unsigned round;
} site;

static int64_t now_ms(void)
{
	return NOW;
}

static int make_random(void *bytes_out, size_t size, struct err *err)
{
	(void)err;
	memset(bytes_out, 9, size);
	return 0;
}

static void must(int failed, const struct err *err)
{
	if (!failed)
		return;
	fprintf(stderr, "%s\n", err->text);
	abort();
}

static void add_tokens(void)
{
	static const enum token_role roles[] = { TOKEN_SUPPORT, TOKEN_PANEL,
						 TOKEN_SUPPORT };
	static const char *const names[] = { "support", "panel", "third" };
	struct err err;

	for (size_t i = 0; i < 3; i++) {
		unsigned char random[CRYPTO_DIGEST_SIZE];

		memset(random, (int)i + 1, sizeof(random));
		must(token_add(site.db, names[i], roles[i], random, 0, NOW,
			       site.tokens[i], &err), &err);
	}
}

/* With the token "support", at the page for people. */
static void sign_in(void)
{
	const unsigned char random[CRYPTO_DIGEST_SIZE] = { 7 };

	desk_sessions_free(&site.context.sessions);
	site.context.sessions = desk_sessions_new();
	desk_sessions_begin(site.context.sessions, &life, 1, random, NOW,
			    site.cookie);
}

static void block_anna(void)
{
	const struct block_request request = {
		.decision = "d1", .account = SLICE("anna@firma.example"),
		.decided_ms = NOW, .probability = 0.5, .actor = "scan",
		.reason = "<b>7 countries",
		.verdict = SLICE("{\"window\":{\"messages\":3,\"countries\":"
				 "[\"VN\",\"<b>\"]}}"),
	};
	struct block block = BLOCK_INIT;
	struct err err;
	int64_t id;

	if (blocks_make(&site.blocks, &request, NOW, &id, &err) != BLOCK_MADE)
		must(-1, &err);
	if (blocks_get(&site.blocks, id, &block, &err) != BLOCK_FOUND)
		must(-1, &err);
	blocks_token(&site.blocks, &block, site.owner);
	block_release(&block);
}

static void open_database(void)
{
	const struct db_settings how = { .kind = "sqlite",
					 .file = ":memory:", .timeout_s = 5 };
	struct err err;
	int applied;

	must(db_open(&how, &site.db, &err), &err);
	must(schema_migrate(site.db, "sql", &applied, &err), &err);
	must(db_run_script(site.db, "INSERT INTO comporta_mailbox VALUES"
			   " ('anna@firma.example', '$6$s$x', NULL, 'pl',"
			   " 'anna@home.example', '<b>Anna</b>')",
			   &err) != DB_OK, &err);
	site.blocks.db = site.db;
	add_tokens();
	sign_in();
	block_anna();
}

static void begin(void)
{
	struct languages *languages;
	struct panel *panel;
	struct err err;

	must(settings_load("/dev/null", true, NULL, 0, &err), &err);
	settings.serve.requests_per_minute = INT32_MAX;
	must(panel_load("sql", "own", "", &panel, &err), &err);
	must(languages_load("templates", &languages, &err), &err);
	site.blocks = (struct blocks){ NULL, panel,
				       S("0123456789abcdef0123456789abcdef"),
				       languages };
	site.context = (struct http_context){
		.blocks = &site.blocks, .languages = languages,
		.limits = ratelimit_new(1), .guesses = ratelimit_new(1),
		.now_ms = now_ms, .random = make_random,
	};
}

/* Now and then anew, so that an input can be repeated: what it finds does not
 * hang on thousands before it. */
static void refresh(void)
{
	if (site.round++ % 2000)
		return;
	if (!site.blocks.panel)
		begin();
	if (site.db)
		db_close(&site.db);
	open_database();
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", 0);
	return 1;
}

static int64_t rows(void)
{
	int64_t n = -1;
	struct err err;

	must(db_run(site.db, "SELECT (SELECT COUNT(*) FROM comporta_audit)"
		    " + (SELECT COUNT(*) FROM comporta_notice)"
		    " + (SELECT COUNT(*) FROM comporta_block)"
		    " + (SELECT COUNT(*) FROM comporta_block"
		    "    WHERE state = 'active')"
		    " + (SELECT COUNT(*) FROM comporta_token"
		    "    WHERE revoked_ms IS NULL) AS n", NULL, 0,
		    take_number, &n, NULL, &err) != DB_OK, &err);
	return n;
}

/* Again after an input that signed out. */
static struct session *session(void)
{
	struct session *found = desk_sessions_find(
		site.context.sessions, &life, slice_from(site.cookie), NOW);

	if (found)
		return found;
	sign_in();
	return desk_sessions_find(site.context.sessions, &life,
				  slice_from(site.cookie), NOW);
}

static void add_form(struct text *out)
{
	char form[SESSION_FORM_SIZE];

	session_form(session(), slice_from(site.cookie), form);
	text_add_string(out, form);
}

static void add_marked(char mark, struct text *out)
{
	static const char tokens[] = "SPR";

	if (mark == 'F')
		add_form(out);
	else if (mark == 'C' && session())
		text_add_string(out, site.cookie);
	else
		text_add_string(out, mark == 'O' ? site.owner :
				     site.tokens[strchr(tokens, mark) -
						 tokens]);
}

/* "$S" becomes the token, so that the fuzzer gets behind the door. */
static void fill_in(struct slice pattern, struct text *out)
{
	static const char marks[] = "OSPRCF";

	for (size_t i = 0; i < pattern.len; i++) {
		const char *mark = pattern.ptr[i] == '$' &&
				   i + 1 < pattern.len &&
				   pattern.ptr[i + 1]
			? strchr(marks, pattern.ptr[i + 1]) : NULL;

		if (!mark || !*mark) {
			text_add_char(out, pattern.ptr[i]);
			continue;
		}
		add_marked(*mark, out);
		i++;
	}
}

/* libmicrohttpd hands over C strings without line ends. */
static struct slice as_line(struct slice part)
{
	size_t end = 0;

	while (end < part.len && part.ptr[end] && part.ptr[end] != '\r' &&
	       part.ptr[end] != '\n')
		end++;
	return slice_sub(part, 0, end);
}

static bool is_page(const struct http_response *response)
{
	return slice_find(slice_from(response->content_type),
			  S("text/html")) == 0;
}

static void check_answer(const struct http_response *response)
{
	struct slice body = text_slice(&response->body);

	if (response->status < 200 || response->status > 599 ||
	    !response->content_type || response->body.overflowed)
		abort();
	for (size_t i = 0; i < response->n_fields; i++)
		if (strpbrk(response->fields[i].value, "\r\n"))
			abort();
	if (is_page(response) && slice_find(body, slice_from(tag)) >= 0)
		abort();
	for (size_t i = 0; i < body.len; i++)
		if (!utf8_character(slice_after(body, i)) &&
		    ((unsigned char)body.ptr[i] & 0xc0) != 0x80)
			abort();
}

static void ask(const struct slice parts[PARTS])
{
	struct text address = TEXT_INIT(HTTP_URI_MAX + 1);
	struct text bearer = TEXT_INIT(4096), cookie = TEXT_INIT(4096);
	struct text body = TEXT_INIT(HTTP_BODY_MAX);
	struct http_response response = HTTP_RESPONSE_INIT;
	struct http_request request = { .method = as_line(parts[METHOD]),
					.now_ms = NOW };
	bool may_change;
	int64_t before;
	struct slice rest;

	fill_in(as_line(parts[ADDRESS]), &address);
	fill_in(as_line(parts[FIRST_HEADER + HTTP_AUTHORIZATION]), &bearer);
	fill_in(as_line(parts[FIRST_HEADER + HTTP_COOKIE]), &cookie);
	fill_in(parts[BODY], &body);
	rest = text_slice(&address);
	request.path = slice_cut(&rest, '?');
	request.query = rest;
	for (size_t i = 0; i < HTTP_HEADERS && FIRST_HEADER + i < PARTS; i++)
		request.headers[i] = as_line(parts[FIRST_HEADER + i]);
	request.headers[HTTP_AUTHORIZATION] = text_slice(&bearer);
	request.headers[HTTP_COOKIE] = text_slice(&cookie);
	request.body = text_slice(&body);
	may_change = slice_eq(request.method, S("POST"));
	before = may_change ? 0 : rows();
	http_answer(&site.context, &request, &response);
	check_answer(&response);
	if (!may_change && rows() != before)
		abort();
	http_response_release(&response);
	text_release(&address);
	text_release(&bearer);
	text_release(&cookie);
	text_release(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice parts[PARTS], rest = { (const char *)data, size };

	refresh();
	for (size_t i = 0; i < PARTS; i++)
		parts[i] = slice_cut(&rest, '\1');
	ask(parts);
	return 0;
}
