/*
 * Who asks: the bearer token, its role, how often it asks, and whose accounts
 * it may see.
 */
#include "detector/http/route.h"

#include <stdio.h>

static void ask_for_token(struct exchange *exchange)
{
	http_error(exchange->response, 401, "unauthorized",
		   "This call needs a valid token: Authorization: Bearer "
		   "TOKEN.", NULL);
	http_response_field(exchange->response, "WWW-Authenticate", "Bearer");
}

static enum token_check check(struct exchange *exchange,
			      struct token *token, struct err *err)
{
	struct slice value =
		exchange->request->headers[HTTP_AUTHORIZATION];
	struct slice word = slice_cut(&value, ' ');

	if (!slice_eq_nocase(word, S("Bearer")))
		return TOKEN_INVALID;
	return token_find(exchange->context->blocks->db, slice_trim(value),
			  exchange->request->now_ms, token, err);
}

void exchange_is_of(struct exchange *exchange, const struct token *token)
{
	exchange->token = *token;
	snprintf(exchange->actor, sizeof(exchange->actor), "token:%s",
		 token->name);
}

bool http_authorize(struct exchange *exchange, unsigned roles)
{
	struct token token;
	struct err err;

	switch (check(exchange, &token, &err)) {
	case TOKEN_UNCHECKED:
		http_away(exchange->response, &err);
		return false;
	case TOKEN_INVALID:
		ask_for_token(exchange);
		return false;
	case TOKEN_VALID:
		exchange_is_of(exchange, &token);
		break;
	}
	if (!http_is_within_rate(exchange, "token", (uint64_t)token.id, false))
		return false;
	if (token.role & roles)
		return true;
	http_error(exchange->response, 403, "forbidden",
		   "This token's role does not allow this call.", NULL);
	return false;
}

int exchange_sees(const struct exchange *exchange, struct slice account,
		  bool *sees_out, struct err *err)
{
	return token_sees(exchange->context->blocks->db, &exchange->token,
			  account, sees_out, err);
}

int64_t exchange_limited_to(const struct exchange *exchange)
{
	return exchange->token.role == TOKEN_RESELLER ? exchange->token.id : 0;
}
