#include "detector/http/http.h"

#include "detector/http/route.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

enum { SEGMENTS_MAX = 6, SEGMENT_SIZE = 1024 };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

enum body { BODY_NONE, BODY_JSON, BODY_FORM };

struct route {
	const char *method;
	const char *pattern;	/* {id} a number, {account} {token} any text */
	unsigned roles;		/* enum token_role; 0: no token needed */
	enum body body;
	void (*answer)(struct exchange *exchange);
	const char *query;	/* the parameters it knows; NULL for none */
};

/* Who answers owners. */
enum { DESK = TOKEN_SUPPORT | TOKEN_RESELLER };

static const struct route routes[] = {
	{ "GET", "healthz", 0, BODY_NONE, health_live, NULL },
	{ "GET", "readyz", 0, BODY_NONE, health_ready, NULL },
	{ "GET", "openapi.json", 0, BODY_NONE, openapi_show, NULL },
	{ "GET", "metrics", 0, BODY_NONE, metrics_show, NULL },
	{ "GET", "style.css", 0, BODY_NONE, owner_style, NULL },
	{ "GET", "b/{token}", 0, BODY_NONE, owner_page, NULL },
	{ "POST", "b/{token}/lift", 0, BODY_FORM, owner_lift, NULL },
	{ "POST", "b/{token}/mine", 0, BODY_FORM, owner_mine, NULL },
	{ "GET", "support/style.css", 0, BODY_NONE, support_style, NULL },
	{ "GET", "support/sign-in", 0, BODY_NONE, support_sign_in_page, NULL },
	{ "POST", "support/sign-in", 0, BODY_FORM, support_sign_in, NULL },
	{ "POST", "support/sign-out", 0, BODY_FORM, support_sign_out, NULL },
	{ "GET", "support", 0, BODY_NONE, support_list, NULL },
	{ "GET", "support/blocks/{id}", 0, BODY_NONE, support_block, NULL },
	{ "POST", "support/blocks/{id}/lift", 0, BODY_FORM, support_lift,
	  NULL },
	{ "POST", "support/blocks/{id}/trust", 0, BODY_FORM,
	  support_block_trust, NULL },
	{ "GET", "support/accounts/{account}", 0, BODY_NONE, support_account,
	  NULL },
	{ "POST", "support/accounts/{account}/suspend", 0, BODY_FORM,
	  support_suspend, NULL },
	{ "POST", "support/accounts/{account}/trust", 0, BODY_FORM,
	  support_account_trust, NULL },
	{ "GET", "api/v1/blocks", DESK, BODY_NONE, api_blocks,
	  "state account domain since cursor limit" },
	{ "GET", "api/v1/blocks/{id}", DESK, BODY_NONE, api_block, NULL },
	{ "POST", "api/v1/blocks/{id}/lift", DESK, BODY_JSON, api_lift, NULL },
	{ "GET", "api/v1/accounts/{account}", DESK | TOKEN_PANEL, BODY_NONE,
	  api_account, NULL },
	{ "POST", "api/v1/accounts/{account}/suspend", DESK | TOKEN_PANEL,
	  BODY_JSON, api_suspend, NULL },
	{ "POST", "api/v1/accounts/{account}/trust", DESK, BODY_JSON,
	  api_trust, NULL },
	{ "POST", "api/v1/accounts/{account}/password-changed", TOKEN_PANEL,
	  BODY_JSON, api_password_changed, NULL },
	{ "POST", "api/v1/accounts/{account}/password-check", TOKEN_PANEL,
	  BODY_JSON, api_password_check, NULL },
};

bool http_route_at(size_t i, struct http_route *out)
{
	if (i >= N_OF(routes))
		return false;
	*out = (struct http_route){ routes[i].method, routes[i].pattern,
				    routes[i].query, routes[i].roles,
				    routes[i].body == BODY_JSON };
	return true;
}

/* The path, decoded once, segment by segment: an encoded slash stays inside
 * its segment and matches no route. */
struct path {
	size_t n;
	char segments[SEGMENTS_MAX][SEGMENT_SIZE];
};

enum split { SPLIT_FINE, SPLIT_BAD, SPLIT_TOO_DEEP, SPLIT_AMBIGUOUS };

static enum split path_split(struct slice raw, struct path *out)
{
	struct slice rest = raw;

	out->n = 0;
	if (raw.len >= HTTP_URI_MAX || !slice_skip(&rest, S("/")))
		return SPLIT_BAD;
	for (;;) {
		bool is_last = slice_find_char(rest, '/') < 0;
		struct slice segment = slice_cut(&rest, '/');
		char *room = out->segments[out->n];

		if (!http_decode(segment, false, room, SEGMENT_SIZE) ||
		    strchr(room, '/') || strcmp(room, ".") == 0 ||
		    strcmp(room, "..") == 0)
			return SPLIT_BAD;
		out->n++;
		if (is_last)
			return SPLIT_FINE;
		if (out->n == SEGMENTS_MAX)
			return SPLIT_TOO_DEEP;
	}
}

static bool take_parameter(struct slice pattern, const char *segment,
			   struct exchange *exchange)
{
	exchange->parameter = slice_from(segment);
	if (exchange->parameter.len == 0)
		return false;
	if (!slice_eq(pattern, S("{id}")))
		return true;
	return slice_whole(exchange->parameter, &exchange->id);
}

static bool path_matches(const struct path *path, const char *pattern,
			 struct exchange *exchange)
{
	struct slice rest = slice_from(pattern);

	for (size_t i = 0; i < path->n; i++) {
		struct slice part = slice_cut(&rest, '/');
		const char *segment = path->segments[i];

		if (part.len == 0)
			return false;
		if (part.ptr[0] == '{'
		    ? !take_parameter(part, segment, exchange)
		    : !slice_eq(part, slice_from(segment)))
			return false;
	}
	return rest.len == 0;
}

/* HEAD is GET whose body the adapter leaves out. */
static bool method_matches(const char *method, struct slice wanted)
{
	if (slice_eq(wanted, S("HEAD")))
		wanted = S("GET");
	return slice_eq(slice_from(method), wanted);
}

/* The route for path and method. With the path known and the method not,
 * NULL and the methods it has in `allow`. */
static const struct route *find_route(const struct path *path,
				      struct exchange *exchange, char *allow,
				      size_t allow_size)
{
	allow[0] = '\0';
	for (size_t i = 0; i < N_OF(routes); i++) {
		size_t used = strlen(allow);

		if (!path_matches(path, routes[i].pattern, exchange))
			continue;
		if (method_matches(routes[i].method,
				   exchange->request->method))
			return &routes[i];
		snprintf(allow + used, allow_size - used, "%s%s",
			 used ? ", " : "",
			 strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD"
							      : "POST");
	}
	return NULL;
}

bool http_is_proxy(const struct http_context *context,
		     const struct address *client)
{
	if (!context->proxies)
		return false;
	for (size_t i = 0; i < context->proxies->n; i++) {
		struct address proxy;

		if (address_parse(slice_from(context->proxies->items[i]),
				  &proxy) &&
		    memcmp(&proxy, client, sizeof(proxy)) == 0)
			return true;
	}
	return false;
}

bool http_is_private(const struct exchange *exchange)
{
	const struct http_request *request = exchange->request;

	return request->is_tls || address_is_loopback(&request->client) ||
	       http_is_proxy(exchange->context, &request->client);
}

/* From the right: each proxy adds the address it saw, and what stands left of
 * the first stranger is the stranger's own invention. */
static void find_client(struct exchange *exchange)
{
	struct slice list = exchange->request->headers[HTTP_FORWARDED_FOR];

	exchange->client = exchange->request->client;
	while (list.len > 0 &&
	       http_is_proxy(exchange->context, &exchange->client)) {
		ptrdiff_t comma = slice_find_last(list, S(","));
		struct slice last = slice_after(list, (size_t)(comma + 1));

		if (!address_parse(slice_trim(last), &exchange->client))
			break;
		list = comma < 0 ? slice_sub(list, 0, 0)
				 : slice_sub(list, 0, (size_t)comma);
	}
	address_text(&exchange->client, exchange->client_text);
}

static bool is_owners(const struct path *path)
{
	return path->n > 0 && strcmp(path->segments[0], "b") == 0;
}

/* Owners and support get a page, programs get JSON. */
static void refuse(struct exchange *exchange, bool as_page, int status,
		   const char *code, const char *message)
{
	if (exchange->at_desk)
		support_error(exchange, status);
	else if (as_page)
		owner_error(exchange, status);
	else
		http_error(exchange->response, status, code, message, NULL);
}

bool http_is_within_rate(struct exchange *exchange, const char *kind,
			 uint64_t number, bool as_page)
{
	struct http_context *context = exchange->context;
	char key[32], wait[16];
	int wait_s = 0;

	snprintf(key, sizeof(key), "%s%llx", kind,
		 (unsigned long long)number);
	if (!context->limits ||
	    ratelimit_take(context->limits, slice_from(key),
			   settings.serve.requests_per_minute,
			   exchange->request->now_ms, &wait_s))
		return true;
	refuse(exchange, as_page, 429, "too_many_requests",
	       "Too many requests. Try again a little later.");
	snprintf(wait, sizeof(wait), "%d", wait_s);
	http_response_field(exchange->response, "Retry-After", wait);
	return false;
}

static bool has_type(const struct http_request *request, struct slice wanted)
{
	struct slice value = request->headers[HTTP_CONTENT_TYPE];

	return slice_eq_nocase(slice_trim(slice_cut(&value, ';')), wanted);
}

static bool is_body_right(struct exchange *exchange, enum body body,
			  bool as_page)
{
	const struct http_request *request = exchange->request;

	if (request->body_too_large) {
		refuse(exchange, as_page, 413, "too_large",
		       "A request may hold 64 KiB at most.");
		return false;
	}
	if (body == BODY_NONE || request->body.len == 0)
		return true;
	if (has_type(request, body == BODY_JSON
			? S("application/json")
			: S("application/x-www-form-urlencoded")))
		return true;
	refuse(exchange, as_page, 415, "unsupported_media_type",
	       "Send the body as Content-Type: application/json.");
	return false;
}

/* A filter that is not known must not give an answer without it. Owners'
 * links, which others add to, need no token and may have anything. */
static bool is_query_right(struct exchange *exchange, const char *known)
{
	struct slice strange = http_strange_query(exchange->request, known);
	char message[160];

	if (!strange.ptr)
		return true;
	snprintf(message, sizeof(message), "This call has no query parameter "
		 "`%.*s`.", (int)(strange.len > 60 ? 60 : strange.len),
		 strange.ptr);
	http_error(exchange->response, 400, "bad_request", message, NULL);
	return false;
}

/* Is something done that must not be done twice? What only looks is asked
 * anew, and whether a password is the old one must not be kept. */
static bool is_once(const struct exchange *exchange, const struct route *route)
{
	return route->roles && route->body == BODY_JSON &&
	       route->answer != api_password_check &&
	       exchange->request->headers[HTTP_IDEMPOTENCY_KEY].ptr;
}

static void follow(struct exchange *exchange, const struct path *path)
{
	bool as_page = is_owners(path);
	char allow[64];
	const struct route *route = find_route(path, exchange, allow,
					       sizeof(allow));

	exchange->at_desk = path->n > 0 &&
			    strcmp(path->segments[0], "support") == 0;
	/* A monitor that asks often must not hear that we are down. */
	if ((!route || route->answer != health_live) &&
	    !http_is_within_rate(exchange, "client",
				 address_client_hash(&exchange->client),
				 as_page))
		return;
	if (!route && !allow[0]) {
		refuse(exchange, as_page, 404, "not_found",
		       "There is nothing here.");
		return;
	}
	if (!route) {
		refuse(exchange, as_page, 405, "method_not_allowed",
		       "This method is not for this path.");
		http_response_field(exchange->response, "Allow", allow);
		return;
	}
	if (route->roles && !http_authorize(exchange, route->roles))
		return;
	if (route->roles && !is_query_right(exchange, route->query))
		return;
	if (!is_body_right(exchange, route->body, as_page))
		return;
	if (is_once(exchange, route))
		http_once(exchange, route->answer);
	else
		route->answer(exchange);
}

static bool has_field(const struct http_response *response, const char *name)
{
	for (size_t i = 0; i < response->n_fields; i++)
		if (strcmp(response->fields[i].name, name) == 0)
			return true;
	return false;
}

/* On every answer, whatever it is, unless it brings its own. */
static void add_fences(struct http_response *response)
{
	static const char *const fields[][2] = {
		{ "Content-Security-Policy",
		  "default-src 'none'; style-src 'self'; form-action 'self';"
		  " frame-ancestors 'none'; base-uri 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cache-Control", "no-store" },
	};

	for (size_t i = 0; i < N_OF(fields); i++)
		if (!has_field(response, fields[i][0]))
			http_response_field(response, fields[i][0],
					    fields[i][1]);
}

static bool changes_nothing(struct slice method)
{
	return slice_eq(method, S("GET")) || slice_eq(method, S("HEAD"));
}

void http_answer(struct http_context *context,
		 const struct http_request *request,
		 struct http_response *response)
{
	struct exchange exchange = { .context = context, .request = request,
				     .response = response };
	struct path path;

	find_client(&exchange);
	switch (request->is_ambiguous ? SPLIT_AMBIGUOUS
				      : path_split(request->path, &path)) {
	case SPLIT_AMBIGUOUS:
		http_error(response, 400, "bad_request",
			   "The length of this request's body is given "
			   "wrongly, or in two ways.", NULL);
		break;
	case SPLIT_BAD:
		http_error(response, 400, "bad_path",
			   "This path is not well formed.", NULL);
		break;
	case SPLIT_TOO_DEEP:
		http_error(response, 404, "not_found",
			   "There is nothing here.", NULL);
		break;
	case SPLIT_FINE:
		follow(&exchange, &path);
		break;
	}
	add_fences(response);
	if (context->pages && !changes_nothing(request->method))
		pages_forget(context->pages);
}
