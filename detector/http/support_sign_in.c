/*
 * Signing in with a token of the role support or reseller, and out again.
 *
 * Nobody is signed in yet, so the form has no token of its own; that it comes
 * from our page is seen by what the browser says (visit_refuse_strangers()).
 */
#include "detector/http/support.h"

#include "base/log.h"
#include "base/stamp.h"

#include <stdio.h>
#include <string.h>

enum { WRONG_PER_HOUR = 20 };	/* tokens, from one address */

static const char home[] = "/support";

static void show_form(struct visit *visit, int status, const char *to,
		      const char *word)
{
	page_begin(visit, "sign_in.title", S(""));
	put(visit, "<div class=\"narrow\">\n<h1>");
	put_word(visit, "sign_in.title");
	put(visit, "</h1>\n");
	if (word)
		put_message(visit, word);
	put(visit, "<form method=\"post\" action=\"");
	put_path(visit, SUPPORT_SIGN_IN);
	put(visit, "\">\n<input type=\"hidden\" name=\"to\" value=\"");
	text_add_html(visit->out, slice_from(to));
	/* For password managers, which keep a name with each. */
	put(visit, "\">\n<input type=\"text\" name=\"username\""
	    " autocomplete=\"username\" value=\"comporta\" readonly"
	    " hidden>\n<p><label for=\"token\">");
	put_word(visit, "sign_in.token");
	put(visit, "</label>\n<input id=\"token\" name=\"token\""
	    " type=\"password\" required maxlength=\"100\""
	    " autocomplete=\"current-password\" spellcheck=\"false\""
	    " aria-describedby=\"token-hint\">\n"
	    "<span class=\"hint\" id=\"token-hint\">");
	put_word(visit, "sign_in.hint");
	put(visit, "</span></p>\n<p><button>");
	put_word(visit, "sign_in.button");
	put(visit, "</button></p>\n</form>\n</div>\n");
	page_end(visit, status);
}

static void keep_ours(char *to, size_t size)
{
	if (!to[0] || !visit_is_ours(slice_from(to)))
		slice_copy(slice_from(home), to, size);
}

void support_sign_in_page(struct exchange *exchange)
{
	char to[SUPPORT_PATH_SIZE], why[16];
	const char *word = NULL;
	struct visit visit;
	struct err err;

	visit_begin(exchange, &visit);
	if (http_query(exchange->request, "to", to, sizeof(to)) != QUERY_GIVEN)
		to[0] = '\0';
	keep_ours(to, sizeof(to));
	if (http_query(exchange->request, "why", why, sizeof(why)) ==
	    QUERY_GIVEN)
		word = strcmp(why, "ended") == 0 ? "bad.ended" :
		       strcmp(why, "out") == 0 ? "done.signed_out" : NULL;
	if (visit_find_session(&visit, &err) == TOKEN_VALID)
		visit_go(exchange, to);
	else
		show_form(&visit, 200, to, word);
}

static void let_in(struct visit *visit, const struct token *token,
		   const char *to)
{
	struct exchange *exchange = visit->exchange;
	const struct http_context *context = exchange->context;
	unsigned char random[CRYPTO_DIGEST_SIZE];
	struct session_life life = visit_life();
	char id[CRYPTO_TOKEN_SIZE];
	struct err err;

	if (!context->sessions || !context->random) {
		page_refuse(exchange, 404, "error.not_found");
		return;
	}
	if (context->random(random, sizeof(random), &err)) {
		page_away(visit, &err);
		return;
	}
	/* The one that this browser had before: nobody holds it now. */
	if (visit_find_session(visit, &err) == TOKEN_VALID)
		session_end(visit->session);
	desk_sessions_begin(context->sessions, &life, token->id, random,
		       exchange->request->now_ms, id);
	cookie_set(exchange, id);
	explicit_bzero(random, sizeof(random));
	explicit_bzero(id, sizeof(id));
	log_info("support: token %s signed in, client %s", token->name,
		 exchange->client_text);
	visit_go(exchange, to);
}

/* "signin:" and the client: a table of an hour, like guesses of passwords. */
static struct slice rate_key(const struct exchange *exchange, char room[40])
{
	snprintf(room, 40, "signin:%llx",
		 (unsigned long long)address_client_hash(&exchange->client));
	return slice_from(room);
}

/* Only who comes with a wrong one is kept out: behind a proxy that nobody named
 * in serve.proxies a stranger would lock out everybody. */
static bool is_too_often(struct visit *visit, const char *to)
{
	struct exchange *exchange = visit->exchange;
	char room[40], wait[16];
	int wait_s = 0;

	if (!exchange->context->guesses ||
	    ratelimit_has_room(exchange->context->guesses,
			       rate_key(exchange, room), WRONG_PER_HOUR,
			       STAMP_HOUR_MS, exchange->request->now_ms,
			       &wait_s))
		return false;
	snprintf(wait, sizeof(wait), "%d", wait_s);
	http_response_field(exchange->response, "Retry-After", wait);
	show_form(visit, 429, to, "bad.too_often");
	return true;
}

static void count_wrong(struct exchange *exchange)
{
	char room[40];
	int wait_s;

	log_warning("support: a wrong token, client %s",
		    exchange->client_text);
	if (exchange->context->guesses)
		ratelimit_take_in(exchange->context->guesses,
				  rate_key(exchange, room), WRONG_PER_HOUR,
				  STAMP_HOUR_MS, exchange->request->now_ms,
				  &wait_s);
}

static void judge(struct visit *visit, struct slice bearer, const char *to)
{
	struct exchange *exchange = visit->exchange;
	struct token token;
	struct err err;

	switch (token_find(exchange->context->blocks->db, bearer,
			   exchange->request->now_ms, &token, &err)) {
	case TOKEN_UNCHECKED:
		page_away(visit, &err);
		return;
	case TOKEN_INVALID:
		if (is_too_often(visit, to))
			return;
		count_wrong(exchange);
		show_form(visit, 403, to, "bad.token");
		return;
	case TOKEN_VALID:
		break;
	}
	if (token.role & SUPPORT_ROLES)
		let_in(visit, &token, to);
	else
		show_form(visit, 403, to, "bad.role");
}

void support_sign_in(struct exchange *exchange)
{
	char to[SUPPORT_PATH_SIZE], bearer[128];
	struct visit visit;

	visit_begin(exchange, &visit);
	if (visit_refuse_strangers(exchange))
		return;
	if (!visit_field(&visit, "to", to, sizeof(to)))
		to[0] = '\0';
	keep_ours(to, sizeof(to));
	if (!visit_field(&visit, "token", bearer, sizeof(bearer)))
		bearer[0] = '\0';
	judge(&visit, slice_trim(slice_from(bearer)), to);
	explicit_bzero(bearer, sizeof(bearer));
}

void support_sign_out(struct exchange *exchange)
{
	struct visit visit;

	if (!visit_enter_form(exchange, "sign-out", home, &visit))
		return;
	session_end(visit.session);
	cookie_set(exchange, "");
	visit_go(exchange, SUPPORT_SIGN_IN "?why=out");
}
