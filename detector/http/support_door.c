/*
 * The door of the support page: the cookie, who is signed in, and whether a
 * form comes from one of our own pages.
 *
 * A cookie that is SameSite=Strict stays at home when somebody follows a link
 * from elsewhere, a ticket system say: then a page that only asks for itself
 * again brings the cookie along.
 */
#include "detector/http/support.h"

#include "base/log.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

static const char home[] = "/support";

struct session_life visit_life(void)
{
	return (struct session_life){ settings.serve.session_idle_ms,
				      settings.serve.session_max_ms };
}

void visit_go(struct exchange *exchange, const char *path)
{
	struct text where = TEXT_INIT(HTTP_VALUE_SIZE);

	text_add(&where, http_public_path());
	text_add_string(&where, path);
	text_clear(&exchange->response->body);
	exchange->response->status = 303;
	exchange->response->content_type = "text/plain; charset=utf-8";
	http_response_field(exchange->response, "Location",
			    text_string(&where));
	text_release(&where);
}

static void encode(struct text *out, struct slice path)
{
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		if (is_letter((char)c) || is_digit((char)c) ||
		    (c && strchr("-._~", c)))
			text_add_char(out, (char)c);
		else
			text_addf(out, "%%%02X", c);
	}
}

/* To the sign-in, and from there to where the agent wanted. */
static void ask_to_sign_in(struct exchange *exchange, struct slice to,
			   const char *why)
{
	struct text path = TEXT_INIT(HTTP_VALUE_SIZE - 200);

	text_addf(&path, "%s?", SUPPORT_SIGN_IN);
	if (why)
		text_addf(&path, "why=%s&", why);
	text_add_string(&path, "to=");
	encode(&path, to);
	visit_go(exchange, path.overflowed ? SUPPORT_SIGN_IN
					   : text_string(&path));
	text_release(&path);
}

static bool is_get(const struct exchange *exchange)
{
	return !slice_eq(exchange->request->method, S("POST"));
}

static struct slice whole_path(const struct exchange *exchange,
			       struct text *room)
{
	text_add(room, exchange->request->path);
	if (exchange->request->query.len > 0) {
		text_add_char(room, '?');
		text_add(room, exchange->request->query);
	}
	return text_slice(room);
}

/* Our paths, and nothing that a browser would take for another place. */
bool visit_is_ours(struct slice path)
{
	struct slice rest = path;

	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] <= ' ' || path.ptr[i] > '~' ||
		    strchr("\\\"<>'", path.ptr[i]))
			return false;
	return slice_skip(&rest, slice_from(home)) &&
	       (rest.len == 0 || rest.ptr[0] == '/' || rest.ptr[0] == '?');
}

/* Followed from elsewhere, so without the cookie: ask for the same again. */
static void ask_again(struct visit *visit, struct slice path)
{
	char where[SUPPORT_PATH_SIZE];

	if (!visit_is_ours(path) || !slice_copy(path, where, sizeof(where)))
		slice_copy(slice_from(home), where, sizeof(where));
	visit->again = where;
	page_begin(visit, "sign_in.title", S(""));
	put(visit, "<p><a href=\"");
	put_path(visit, where);
	put(visit, "\">");
	put_word(visit, "go_on");
	put(visit, "</a></p>\n");
	page_end(visit, 200);
}

static void turn_away(struct visit *visit, const char *back)
{
	struct exchange *exchange = visit->exchange;
	struct text room = TEXT_INIT(HTTP_URI_MAX);
	struct slice path = back ? slice_from(back)
				 : whole_path(exchange, &room);

	if (is_get(exchange) &&
	    slice_eq(exchange->request->headers[HTTP_SEC_FETCH_SITE],
		     S("cross-site")))
		ask_again(visit, path);
	else
		ask_to_sign_in(exchange, path, back ? "ended" : NULL);
	text_release(&room);
}

void visit_begin(struct exchange *exchange, struct visit *visit)
{
	const struct slice wish =
		exchange->request->headers[HTTP_ACCEPT_LANGUAGE];

	*visit = (struct visit){
		.exchange = exchange,
		.out = &exchange->response->body,
		.language = languages_choose(
			exchange->context->languages, &wish, 1,
			settings.notice.default_language),
	};
	text_clear(visit->out);
}

enum token_check visit_find_session(struct visit *visit, struct err *err)
{
	struct exchange *exchange = visit->exchange;
	struct session_life life = visit_life();
	struct session *session;
	enum token_check check;
	struct token token;

	if (!exchange->context->sessions || !cookie_read(exchange, visit->id))
		return TOKEN_INVALID;
	session = desk_sessions_find(exchange->context->sessions, &life,
				slice_from(visit->id),
				exchange->request->now_ms);
	if (!session)
		return TOKEN_INVALID;
	check = token_by_id(exchange->context->blocks->db, session->token_id,
			    exchange->request->now_ms, &token, err);
	if (check == TOKEN_VALID && !(token.role & SUPPORT_ROLES))
		check = TOKEN_INVALID;
	if (check == TOKEN_INVALID)
		session_end(session);
	if (check != TOKEN_VALID)
		return check;
	visit->session = session;
	exchange_is_of(exchange, &token);
	visit->is_reseller = exchange_limited_to(exchange) != 0;
	return TOKEN_VALID;
}

static bool enter(struct visit *visit, const char *back)
{
	struct err err;

	switch (visit_find_session(visit, &err)) {
	case TOKEN_UNCHECKED:
		page_away(visit, &err);
		return false;
	case TOKEN_INVALID:
		turn_away(visit, back);
		return false;
	case TOKEN_VALID:
		break;
	}
	return http_is_within_rate(visit->exchange, "token",
				   (uint64_t)visit->exchange->token.id, true);
}

bool visit_enter(struct exchange *exchange, struct visit *visit)
{
	visit_begin(exchange, visit);
	return enter(visit, NULL);
}

void visit_hear(struct visit *visit, const char *path)
{
	if (!slice_eq(visit->exchange->request->method, S("HEAD")))
		session_told(visit->session, slice_from(path), visit->told,
			     visit->kept);
}

/* "https://desk.example:8443" to "desk.example:8443". */
static struct slice authority(struct slice url)
{
	ptrdiff_t scheme = slice_find(url, S("://"));
	struct slice rest = slice_after(url, scheme < 0 ? url.len
						: (size_t)scheme + 3);

	return slice_cut(&rest, '/');
}

/*
 * A form must come from our own pages. Browsers say so themselves; older ones
 * name the origin, which is ours as the proxy or the browser calls us. Who
 * says neither is no browser that could be led, and still needs the form's
 * token.
 */
static bool is_from_us(const struct exchange *exchange)
{
	const struct slice *headers = exchange->request->headers;
	struct slice site = headers[HTTP_SEC_FETCH_SITE];
	struct slice origin = authority(headers[HTTP_ORIGIN]);

	if (site.ptr)
		return slice_eq(site, S("same-origin")) ||
		       slice_eq(site, S("none"));
	if (!headers[HTTP_ORIGIN].ptr)
		return true;
	return origin.len > 0 &&
	       (slice_eq_nocase(origin, headers[HTTP_HOST]) ||
		slice_eq_nocase(origin, authority(slice_from(
					settings.serve.public_url))));
}

bool visit_refuse_strangers(struct exchange *exchange)
{
	if (is_from_us(exchange))
		return false;
	log_warning("support: a form from another site was refused, client "
		    "%s", exchange->client_text);
	page_refuse(exchange, 403, "error.cross_site");
	return true;
}

bool visit_enter_form(struct exchange *exchange, const char *name,
		      const char *back, struct visit *visit)
{
	char form[SESSION_FORM_SIZE];

	visit_begin(exchange, visit);
	visit->acts = name;
	if (visit_refuse_strangers(exchange) || !enter(visit, back))
		return false;
	switch (visit_field(visit, "form", form, sizeof(form))
			? session_form_check(visit->session,
					     slice_from(visit->id),
					     slice_from(form), &visit->form)
			: FORM_BAD) {
	case FORM_GOOD:
		return true;
	case FORM_DONE:
		visit_go(exchange, back);
		return false;
	case FORM_BAD:
		break;
	}
	page_refuse(exchange, 403, "error.form");
	return false;
}

void visit_leave(struct visit *visit, const char *back, const char *word,
		 bool is_done, const char *kept)
{
	struct text room = TEXT_INIT(SESSION_KEPT_SIZE - 1);

	if (kept[0])
		text_addf(&room, "%s:%s", visit->acts, kept);
	if (is_done)
		session_form_done(visit->session, visit->form);
	session_tell(visit->session, slice_from(back), word,
		     text_string(&room));
	text_release(&room);
	visit_go(visit->exchange, back);
}

bool visit_field(const struct visit *visit, const char *name, char *out,
		 size_t size)
{
	out[0] = '\0';
	return http_form(visit->exchange->request, name, out, size) !=
	       QUERY_BAD;
}

enum query visit_next_field(struct slice *rest, const char *name, char *out,
			    size_t size)
{
	while (rest->len > 0) {
		struct slice pair = slice_cut(rest, '&');
		struct slice key = slice_cut(&pair, '=');

		if (slice_eq(key, slice_from(name)))
			return http_decode(pair, true, out, size)
				? QUERY_GIVEN : QUERY_BAD;
	}
	return QUERY_ABSENT;
}

void path_of_block(int64_t id, char out[SUPPORT_PATH_SIZE])
{
	snprintf(out, SUPPORT_PATH_SIZE, "%s/blocks/%lld", home,
		 (long long)id);
}

void path_of_account(struct slice account, char out[SUPPORT_PATH_SIZE])
{
	struct text path = TEXT_INIT(SUPPORT_PATH_SIZE - 1);

	text_addf(&path, "%s/accounts/", home);
	encode(&path, account);
	slice_copy(text_slice(&path), out, SUPPORT_PATH_SIZE);
	text_release(&path);
}
