/*
 * route - what the functions behind the router are given. Only files of this
 * folder include it.
 */
#ifndef DETECTOR_HTTP_ROUTE_H
#define DETECTOR_HTTP_ROUTE_H

#include "detector/http/http.h"
#include "detector/http/tokens.h"

/* One request on its way to its answer. */
struct exchange {
	struct http_context *context;
	const struct http_request *request;
	struct http_response *response;
	struct slice parameter;	/* {id}, {account} or {token}, decoded */
	int64_t id;		/* {id} as a number */
	struct address client;	/* behind trusted proxies */
	char client_text[ADDRESS_TEXT_SIZE];
	char actor[80];		/* "token:NAME" */
	struct token token;	/* who asks; role 0 where none is needed */
	char once[CRYPTO_HEX_SIZE];	/* names the work of an
					 * Idempotency-Key, else "" */
	int64_t first_ms;	/* when that was first asked for, if it is
				 * asked again; else 0 */
	bool at_desk;		/* below /support: people read the answer */
};

/*
 * authorize.c. A reseller's token (TOKEN_RESELLER) works on accounts of its
 * own domains as support does; all others are for it as if they were not
 * there. What costs the provider's good name it leaves to support: `force` at
 * a lift, and letting held messages go.
 */

/* Find the token of the request and see whether its role is among these. False
 * when the answer is made already. */
bool http_authorize(struct exchange *exchange, unsigned roles);

/* For sessions: this token asks. */
void exchange_is_of(struct exchange *exchange, const struct token *token);

/* May who asks see this account? -1 when the database is away. */
int exchange_sees(const struct exchange *exchange, struct slice account,
		  bool *sees_out, struct err *err);

/* For block_filter.seen_by: 0 for who sees all. */
int64_t exchange_limited_to(const struct exchange *exchange);

/* once.c: answer a POST of the API that has an Idempotency-Key, unless it was
 * answered before. */
void http_once(struct exchange *exchange,
	       void (*answer)(struct exchange *exchange));

/* False, and the answer is made, when this was asked too often. `as_page` for
 * owners, who read no JSON. */
bool http_is_within_rate(struct exchange *exchange, const char *kind,
			 uint64_t number, bool as_page);

enum query { QUERY_ABSENT, QUERY_GIVEN, QUERY_BAD };

/* The first value of `name` in the query, decoded. QUERY_BAD when it is too
 * long, wrongly encoded, no UTF-8, or has control characters. */
enum query http_query(const struct http_request *request, const char *name,
		      char *out, size_t size);

/* The same of a form's body. */
enum query http_form(const struct http_request *request, const char *name,
		     char *out, size_t size);

/* The name of a parameter that is not among the words of `known`, which stand
 * apart by blanks, as sent; ptr NULL when there is none. */
struct slice http_strange_query(const struct http_request *request,
				const char *known);

/* Decode percent-encoding at most once. False for a wrong one, for control
 * characters (%00), for what is no UTF-8, and for what does not fit. */
bool http_decode(struct slice encoded, bool plus_is_space, char *out,
		 size_t size);

void http_bad_request(struct exchange *exchange, const char *message);

/* Is it one of serve.proxies? */
bool http_is_proxy(const struct http_context *context,
		   const struct address *client);

/* May a password come this way? With TLS by ourselves, from this machine, or
 * through a proxy of serve.proxies. */
bool http_is_private(const struct exchange *exchange);

/* What the body of a POST to the API may say. */
struct order {
	char reason[PANEL_FIELD_SIZE];
	bool force;
	enum held_fate held;	/* as set, when not given */
	char network[16], country[4];
	int64_t days;		/* -1 when not given */
	char password[PASSWORD_MAX + 1];	/* wipe after use */
};

/* Which of these fields a call knows. */
enum order_kind { ORDER_PASSWORD, ORDER_REASON, ORDER_LIFT, ORDER_TRUST };

/* False when the answer is made already: a field that this kind does not know
 * is refused by name, since its sender believes that it does something. */
bool order_read(struct exchange *exchange, enum order_kind kind,
		struct order *out);

/* For blocks_list(): summaries. */
struct api_collected {
	struct json *array;
	int64_t n, last_id;
};
int api_collect(void *context, const struct block *block);
/* One block with everything, or 404, 503. */
void api_show_block(struct exchange *exchange, int status, int64_t id);

/* timeline.c: what happened, oldest first, out of what is known of a block;
 * the caller frees. */
struct json *api_timeline(const struct block *block, const struct json *audit,
			  const struct json *notices,
			  const struct json *actions);

/* api.c */
/* False when the answer is made already: 404 for a block that is not there, or
 * not for who asks, and 503. */
bool api_find_block(struct exchange *exchange, int64_t id, struct block *out);
void api_blocks(struct exchange *exchange);
void api_block(struct exchange *exchange);
void api_lift(struct exchange *exchange);

/* api_account.c */
/* Is it an account at all? One that the panel lists, one with incidents, also
 * after the panel has forgotten it, and one that a log ever named. -1 when the
 * database is away. */
int exchange_knows(const struct exchange *exchange, struct slice account,
		   bool *knows_out, struct err *err);
void api_account(struct exchange *exchange);
void api_suspend(struct exchange *exchange);
/* A mistyped login must not look like one that is dealt with. False when the
 * answer is made already. */
bool api_is_account(struct exchange *exchange, const char *unknown);
/* The same without looking whether it is there: only whether who asks may
 * know. */
bool api_sees_account(struct exchange *exchange, const char *unknown);

/* api_password.c */
void api_password_changed(struct exchange *exchange);
void api_password_check(struct exchange *exchange);
/* True when the block is open now; else the answer is made. */
bool api_try_lift(struct exchange *exchange, int64_t id,
		  const struct lift_request *request);

/* api_trust.c */
void api_trust(struct exchange *exchange);

/* owner.c */
void owner_page(struct exchange *exchange);
void owner_lift(struct exchange *exchange);
void owner_mine(struct exchange *exchange);
void owner_style(struct exchange *exchange);
/* Behind which path the reader's browser sees us, without '/' at its end. */
struct slice http_public_path(void);
/* An error as a page in the reader's language, for paths below /b/. */
void owner_error(struct exchange *exchange, int status);

/* openapi.c */
void openapi_show(struct exchange *exchange);

/* What the routing table has, for the test of the description: false behind
 * its end. `query` may be NULL. */
struct http_route {
	const char *method, *pattern, *query;
	unsigned roles;
	bool has_json;		/* takes a JSON body */
};
bool http_route_at(size_t i, struct http_route *out);

/* metrics.c; looks for the token itself, as none may be needed. */
void metrics_show(struct exchange *exchange);

/* support_*.c */
void support_style(struct exchange *exchange);
void support_sign_in_page(struct exchange *exchange);
void support_sign_in(struct exchange *exchange);
void support_sign_out(struct exchange *exchange);
void support_list(struct exchange *exchange);
void support_block(struct exchange *exchange);
void support_lift(struct exchange *exchange);
void support_block_trust(struct exchange *exchange);
void support_account(struct exchange *exchange);
void support_suspend(struct exchange *exchange);
void support_account_trust(struct exchange *exchange);
/* An error as a page, for paths below /support. */
void support_error(struct exchange *exchange, int status);

/* health.c */
void health_live(struct exchange *exchange);
void health_ready(struct exchange *exchange);

#endif
