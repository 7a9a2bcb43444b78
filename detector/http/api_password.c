/*
 * What a panel says and asks when an owner sets a new password; and what
 * stands against a lift.
 *
 * The password itself comes in clear, over a way that nobody can listen at. It
 * is compared and forgotten: order_read() wipes the document, the functions
 * here their copy, http_mhd.c the request.
 */
#include "detector/http/route.h"

#include "base/stamp.h"

#include <stdio.h>
#include <string.h>

/* Whoever asks often enough could find the old password by guessing: so often
 * may be asked in an hour, of one account. */
enum { GUESSES_PER_HOUR = 5 };

/* 409 with the block's number, so that a program knows which one. `detail` may
 * be NULL. */
static void conflict(struct exchange *exchange, const char *code,
		     const char *message, int64_t block_id,
		     struct json *detail)
{
	if (!detail)
		detail = json_new_object();
	json_add_integer(detail, "block", block_id);
	http_error(exchange->response, 409, code, message, &detail);
}

static int find_app_passwords(struct exchange *exchange, int64_t id,
			      struct blocks_app_passwords *out,
			      struct err *err)
{
	struct blocks *blocks = exchange->context->blocks;
	struct block block = BLOCK_INIT;
	int result = -1;

	if (blocks_get(blocks, id, &block, err) == BLOCK_FOUND)
		result = blocks_app_passwords(blocks, &block, out, err);
	block_release(&block);
	return result;
}

static void refuse_app_passwords(struct exchange *exchange, int64_t id)
{
	struct blocks_app_passwords app;
	struct json *detail, *names;
	struct err err;

	if (find_app_passwords(exchange, id, &app, &err)) {
		http_away(exchange->response, &err);
		return;
	}
	detail = json_new_object();
	names = json_new_array();
	for (size_t i = 0; i < app.n_names; i++)
		json_push_text(names, slice_from(app.names[i]));
	json_add_integer(detail, "left", app.left);
	json_add_integer(detail, "new", app.added);
	json_add(detail, "names", &names);
	conflict(exchange, "app_passwords_left", "The password has changed, "
		 "but application passwords from before the block still "
		 "work, and a thief may have one. Ask the owner to delete "
		 "them, or to make them anew, and call again; or support "
		 "lifts with \"force\": true and a \"reason\".", id, detail);
}

/* What the caller can do next. */
static void refuse(struct exchange *exchange, int64_t id,
		   const struct lift_request *request, enum lift_result result)
{
	if (result == LIFT_APP_PASSWORDS_LEFT)
		refuse_app_passwords(exchange, id);
	else if (result == LIFT_SAME_PASSWORD)
		conflict(exchange, "same_password", "The password that was set "
			 "is the old one, which the thief knows. Ask the "
			 "owner for another one and call again; or support "
			 "lifts with \"force\": true and a \"reason\".", id,
			 NULL);
	else if (result == LIFT_PASSWORD_UNCHANGED)
		conflict(exchange, "password_unchanged", "The password of "
			 "this account has not been changed since the block. "
			 "Ask the owner to change it and call again; or "
			 "support lifts with \"force\": true and a "
			 "\"reason\".", id, NULL);
	else if (request->by_owner)
		conflict(exchange, "needs_support", "This block has to be "
			 "lifted by support: POST /api/v1/blocks/ID/lift with "
			 "a token of the role support.", id, NULL);
	else
		conflict(exchange, "password_unknown", "Nothing proves that "
			 "the password of this account has been changed. Make "
			 "sure of it with the owner, then send \"force\": "
			 "true and a \"reason\".", id, NULL);
}

bool api_try_lift(struct exchange *exchange, int64_t id,
		  const struct lift_request *request)
{
	struct err err;
	enum lift_result result = blocks_lift(exchange->context->blocks, id,
					      request,
					      exchange->request->now_ms, &err);

	switch (result) {
	case LIFT_DONE:
	case LIFT_WAS_LIFTED:
		return true;
	case LIFT_PASSWORD_UNCHANGED:
	case LIFT_SAME_PASSWORD:
	case LIFT_APP_PASSWORDS_LEFT:
	case LIFT_NEEDS_SUPPORT:
		refuse(exchange, id, request, result);
		return false;
	case LIFT_NOT_FOUND:
		http_error(exchange->response, 404, "not_found",
			   "There is no such block.", NULL);
		return false;
	case LIFT_FAILED:
		break;
	}
	http_away(exchange->response, &err);
	return false;
}

/* False when the answer is made already. */
static bool read_password(struct exchange *exchange, bool is_needed,
			  struct order *out)
{
	if (!order_read(exchange, ORDER_PASSWORD, out))
		return false;
	if (!out->password[0] && is_needed) {
		http_bad_request(exchange, "This call needs a `password`.");
		return false;
	}
	if (!out->password[0] || http_is_private(exchange))
		return true;
	explicit_bzero(out, sizeof(*out));
	http_error(exchange->response, 403, "insecure", "A password is taken "
		   "over TLS, from this machine, or through a proxy of "
		   "serve.proxies. This one came in clear over the network: "
		   "take another one.", NULL);
	return false;
}

static bool may_guess(struct exchange *exchange, const char *call,
		      const struct block *block)
{
	struct http_context *context = exchange->context;
	char key[PANEL_LOGIN_SIZE + 16], wait[16];
	int wait_s = 0;

	snprintf(key, sizeof(key), "%s %s", call, block->account);
	if (!context->guesses ||
	    ratelimit_take_in(context->guesses, slice_from(key),
			      GUESSES_PER_HOUR, STAMP_HOUR_MS,
			      exchange->request->now_ms, &wait_s))
		return true;
	http_error(exchange->response, 429, "too_many_requests",
		   "The password of this account was looked at five times "
		   "within an hour. Try again later.", NULL);
	snprintf(wait, sizeof(wait), "%d", wait_s);
	http_response_field(exchange->response, "Retry-After", wait);
	return false;
}

static bool is_listed(struct exchange *exchange)
{
	return api_is_account(exchange, "The panel lists no such account, and "
			      "it was never blocked.");
}

static void show_standing(struct exchange *exchange, bool lifted)
{
	struct json *object = json_new_object();

	json_add_text(object, "account", exchange->parameter);
	json_add_string(object, "standing", "open");
	json_add_flag(object, "lifted", lifted);
	http_json(exchange->response, 200, object);
	json_free(&object);
}

static void try_by_hook(struct exchange *exchange, const struct block *block,
			const struct order *order)
{
	struct lift_request request = {
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = "the panel says that the password was changed",
		.by_owner = true,
	};

	if (order->password[0]) {
		if (!may_guess(exchange, "changed", block))
			return;
		request.password = slice_from(order->password);
	}
	if (api_try_lift(exchange, block->id, &request))
		show_standing(exchange, true);
}

/* What both calls share: the body, and the block of the account, if any. */
static void answer(struct exchange *exchange, bool needs_password,
		   void (*without_block)(struct exchange *exchange),
		   void (*with_block)(struct exchange *exchange,
				      const struct block *block,
				      const struct order *order))
{
	struct block block = BLOCK_INIT;
	struct order order;
	struct err err;

	if (!read_password(exchange, needs_password, &order))
		return;
	switch (blocks_active_of(exchange->context->blocks,
				 exchange->parameter, &block, &err)) {
	case BLOCK_FIND_ERROR:
		http_away(exchange->response, &err);
		break;
	case BLOCK_NOT_FOUND:
		if (is_listed(exchange))
			without_block(exchange);
		break;
	case BLOCK_FOUND:
		with_block(exchange, &block, &order);
		break;
	}
	explicit_bzero(&order, sizeof(order));
	block_release(&block);
}

static void show_open(struct exchange *exchange)
{
	show_standing(exchange, false);
}

/* The hook of a panel: it saw a new password being set. What it says is only
 * a reason to look; the stored hash decides. */
void api_password_changed(struct exchange *exchange)
{
	answer(exchange, false, show_open, try_by_hook);
}

static void show_match(struct exchange *exchange, enum password_match match)
{
	struct json *object = json_new_object();

	json_add_text(object, "account", exchange->parameter);
	if (match == MATCH_UNKNOWN)
		json_add_null(object, "same");
	else
		json_add_flag(object, "same", match == MATCH_YES);
	http_json(exchange->response, 200, object);
	json_free(&object);
}

static void check_password(struct exchange *exchange,
			   const struct block *block,
			   const struct order *order)
{
	enum password_match match;
	struct err err;

	if (!may_guess(exchange, "check", block))
		return;
	if (blocks_check_password(exchange->context->blocks, block,
				  slice_from(order->password), &match, &err))
		http_away(exchange->response, &err);
	else
		show_match(exchange, match);
}

static void show_nothing_known(struct exchange *exchange)
{
	show_match(exchange, MATCH_UNKNOWN);
}

/* Before the panel sets it: would it be refused afterwards? */
void api_password_check(struct exchange *exchange)
{
	answer(exchange, true, show_nothing_known, check_password);
}
