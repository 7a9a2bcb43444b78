/*
 * Accounts: is it one, what is known of it, and its block by hand.
 */
#include "detector/http/route.h"

#include "base/crypto.h"
#include "detector/blocks_json.h"

#include <stdio.h>
#include <string.h>

enum { INCIDENTS_SHOWN = 10 };

static bool is_known(const struct http_context *context, struct slice account,
		     struct json *object)
{
	return context->known &&
	       context->known(context->known_context, account, object);
}

static bool was_seen(const struct http_context *context, struct slice account)
{
	struct json *waste = json_new_object();
	bool is_seen = is_known(context, account, waste);

	json_free(&waste);
	return is_seen;
}

static int note_one(void *context, const struct block *block)
{
	(void)block;
	*(bool *)context = true;
	return 1;
}

int exchange_knows(const struct exchange *exchange, struct slice account,
		   bool *knows_out, struct err *err)
{
	struct blocks *blocks = exchange->context->blocks;
	const struct block_filter filter = { .account = account, .limit = 1 };
	struct panel_mailbox mailbox;
	enum panel_found found = panel_find(blocks->panel, blocks->db, account,
					    &mailbox, err);
	bool knows = found == PANEL_FOUND;

	explicit_bzero(&mailbox, sizeof(mailbox));
	if (!knows && found != PANEL_UNKNOWN_ACCOUNT)
		return -1;
	if (!knows && blocks_list(blocks, &filter, note_one, &knows, err))
		return -1;
	*knows_out = knows || was_seen(exchange->context, account);
	return 0;
}

bool api_sees_account(struct exchange *exchange, const char *unknown)
{
	struct err err;
	bool sees = false;

	if (exchange_sees(exchange, exchange->parameter, &sees, &err))
		http_away(exchange->response, &err);
	else if (!sees)
		http_error(exchange->response, 404, "unknown_account",
			   unknown, NULL);
	return sees;
}

bool api_is_account(struct exchange *exchange, const char *unknown)
{
	bool knows = false;
	struct err err;

	if (!api_sees_account(exchange, unknown))
		return false;
	if (exchange_knows(exchange, exchange->parameter, &knows, &err))
		http_away(exchange->response, &err);
	else if (!knows)
		http_error(exchange->response, 404, "unknown_account",
			   unknown, NULL);
	return knows;
}

static const char NO_SWITCH[] = "The panel knows no such account, so it has "
	"no switch that could be turned.";
static const char NOT_LISTED[] = "The panel lists no such account, and it was "
	"never blocked. Check the spelling; with \"force\": true a login that "
	"only the mail server knows is blocked.";

static void suspend(struct exchange *exchange,
		    const struct block_request *request)
{
	struct err err;
	int64_t id = 0;

	switch (blocks_make(exchange->context->blocks, request,
			    exchange->request->now_ms, &id, &err)) {
	case BLOCK_MADE:
		api_show_block(exchange, 201, id);
		break;
	case BLOCK_WAS_MADE:
	case BLOCK_WAS_ACTIVE:
		api_show_block(exchange, 200, id);
		break;
	case BLOCK_UNKNOWN_ACCOUNT:
		http_error(exchange->response, 404, "unknown_account",
			   NO_SWITCH, NULL);
		break;
	case BLOCK_FAILED:
		http_away(exchange->response, &err);
		break;
	}
}

void api_suspend(struct exchange *exchange)
{
	struct order order;
	char decision[80], digest[CRYPTO_HEX_SIZE];
	const struct block_request request = {
		.decision = decision,
		.account = exchange->parameter,
		.decided_ms = exchange->request->now_ms,
		.probability = 1,
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = order.reason,
	};

	if (!order_read(exchange, ORDER_REASON, &order))
		return;
	if (!order.reason[0]) {
		http_bad_request(exchange, "A suspension needs a `reason`.");
		return;
	}
	if (!(order.force ? api_sees_account(exchange, NO_SWITCH)
			  : api_is_account(exchange, NOT_LISTED)))
		return;
	crypto_sha256_hex(exchange->parameter, digest);
	if (exchange->once[0])
		snprintf(decision, sizeof(decision), "once:%.64s",
			 exchange->once);
	else
		snprintf(decision, sizeof(decision), "hand:%.32s:%lld", digest,
			 (long long)exchange->request->now_ms);
	suspend(exchange, &request);
}

/* What a hook does not need to see is null for it. */
static int add_more(struct exchange *exchange, struct json *object,
		    struct err *err)
{
	static const char *const known[] = { "score", "networks", "countries",
					     "recent", "day" };
	const struct http_context *context = exchange->context;
	bool is_full = exchange->token.role != TOKEN_PANEL;
	struct json *audit = json_new_array();
	int failed = 0;

	if (!is_full || !is_known(context, exchange->parameter, object))
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			json_add_null(object, known[i]);
	if (is_full)
		failed = blocks_audit_of_account(context->blocks,
						 exchange->parameter, audit,
						 err);
	if (is_full)
		json_add(object, "audit", &audit);
	else
		json_add_null(object, "audit");
	json_free(&audit);
	return failed;
}

static void answer_account(struct exchange *exchange,
			   struct api_collected *incidents,
			   const struct block *active)
{
	struct json *object = json_new_object();
	struct json *block = active ? blocks_json(active) : NULL;
	struct err err;

	json_add_text(object, "account", exchange->parameter);
	json_add_string(object, "standing", active ? "blocked" : "open");
	if (block)
		json_add(object, "block", &block);
	else
		json_add_null(object, "block");
	json_add(object, "incidents", &incidents->array);
	if (add_more(exchange, object, &err))
		http_away(exchange->response, &err);
	else
		http_json(exchange->response, 200, object);
	json_free(&object);
}

void api_account(struct exchange *exchange)
{
	struct block_filter filter = { .account = exchange->parameter,
				       .limit = INCIDENTS_SHOWN };
	struct api_collected incidents = { .array = json_new_array() };
	struct blocks *blocks = exchange->context->blocks;
	struct block block = BLOCK_INIT;
	struct err err;
	enum block_find active = BLOCK_NOT_FOUND;

	if (api_is_account(exchange, "There is no such account.")) {
		active = blocks_active_of(blocks, exchange->parameter, &block,
					  &err);
		if (active == BLOCK_FIND_ERROR ||
		    blocks_list(blocks, &filter, api_collect, &incidents,
				&err))
			http_away(exchange->response, &err);
		else
			answer_account(exchange, &incidents,
				       active == BLOCK_FOUND ? &block : NULL);
	}
	json_free(&incidents.array);
	block_release(&block);
}
