#include "detector/http/route.h"

#include "base/stamp.h"
#include "base/crypto.h"
#include "detector/followup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_DEFAULT = 50, LIST_MAX = 200, INCIDENTS_SHOWN = 10 };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void add_or_null(struct json *object, const char *key,
			const char *value)
{
	if (value[0])
		json_add_string(object, key, value);
	else
		json_add_null(object, key);
}

/* What a list shows of a block. Never the fingerprint or the hash's scheme. */
static struct json *summary(const struct block *block)
{
	struct json *object = json_new_object();

	json_add_integer(object, "id", block->id);
	json_add_string(object, "account", block->account);
	json_add_string(object, "state",
			block->is_active ? "active" : "lifted");
	json_add_stamp(object, "decided", block->decided_ms);
	json_add_stamp(object, "blocked", block->blocked_ms);
	json_add_stamp(object, "lifted", block->lifted_ms);
	add_or_null(object, "lifted_by", block->lifted_by);
	add_or_null(object, "lift_reason", block->lift_reason);
	json_add_flag(object, "repeat", block->is_repeat);
	json_add_flag(object, "owner_says_mine", block->says_mine);
	json_add_flag(object, "owner_trusted", block->is_trusted);
	json_add_real(object, "probability", block->probability, 4);
	json_add_real(object, "log_odds", block->log_odds, 2);
	json_add_string(object, "language", block->language);
	json_add_string(object, "panel", block->panel);
	return object;
}

static void not_found(struct exchange *exchange, const char *message)
{
	http_error(exchange->response, 404, "not_found", message, NULL);
}

/* One block with everything: evidence, notices, audit trail. */
static int add_details(struct blocks *blocks, const struct block *block,
		       struct json *object, struct err *err)
{
	struct json *audit = json_new_array(), *notices = json_new_array();
	struct json *actions = json_new_array(), *queue = json_new_object();
	struct err ignored;
	struct json *verdict = json_parse(text_slice(&block->verdict),
					  &ignored);
	int failed = blocks_audit_of(blocks, block->id, audit, err) ||
		     blocks_notices_of(blocks, block->id, notices, err) ||
		     followup_actions_of(blocks, block->id, actions, err) ||
		     followup_held_of(blocks, block->id, queue, err);

	if (!verdict)
		verdict = json_new_object();
	json_add(object, "verdict", &verdict);
	json_add(object, "notices", &notices);
	json_add(object, "actions", &actions);
	json_add(object, "queue", &queue);
	json_add(object, "audit", &audit);
	return failed ? -1 : 0;
}

bool api_find_block(struct exchange *exchange, int64_t id, struct block *out)
{
	struct err err;
	enum block_find found = blocks_get(exchange->context->blocks, id, out,
					   &err);
	bool sees = false;

	if (found == BLOCK_FOUND &&
	    exchange_sees(exchange, slice_from(out->account), &sees, &err))
		found = BLOCK_FIND_ERROR;
	if (found == BLOCK_FIND_ERROR)
		http_away(exchange->response, &err);
	else if (!sees)
		not_found(exchange, "There is no such block.");
	return found == BLOCK_FOUND && sees;
}

static void show_block(struct exchange *exchange, int status, int64_t id)
{
	struct block block = BLOCK_INIT;

	if (api_find_block(exchange, id, &block)) {
		struct json *object = summary(&block);
		struct err err;

		if (add_details(exchange->context->blocks, &block, object,
				&err))
			http_away(exchange->response, &err);
		else
			http_json(exchange->response, status, object);
		json_free(&object);
	}
	block_release(&block);
}

void api_block(struct exchange *exchange)
{
	show_block(exchange, 200, exchange->id);
}

/* The filters of a list, as the query gives them. */
struct list_query {
	char state[16], account[PANEL_LOGIN_SIZE], domain[PANEL_LOGIN_SIZE];
	char since[64], cursor[24], limit[8];
};

static bool take_number(const char *text, int64_t low, int64_t high,
			int64_t *number)
{
	size_t len = strlen(text);

	if (len == 0)
		return true;
	if (len > 18 || strspn(text, "0123456789") != len)
		return false;
	*number = strtoll(text, NULL, 10);
	return *number >= low && *number <= high;
}

/* NULL, or what is wrong. */
static const char *read_list_query(const struct http_request *request,
				   struct list_query *query,
				   struct block_filter *filter)
{
	const struct {
		const char *name;
		char *out;
		size_t size;
	} texts[] = {
		{ "state", query->state, sizeof(query->state) },
		{ "account", query->account, sizeof(query->account) },
		{ "domain", query->domain, sizeof(query->domain) },
		{ "since", query->since, sizeof(query->since) },
		{ "cursor", query->cursor, sizeof(query->cursor) },
		{ "limit", query->limit, sizeof(query->limit) },
	};

	for (size_t i = 0; i < N_OF(texts); i++) {
		texts[i].out[0] = '\0';
		if (http_query(request, texts[i].name, texts[i].out,
			       texts[i].size) == QUERY_BAD)
			return "A query parameter is too long or wrongly "
			       "encoded.";
	}
	if (query->state[0] && strcmp(query->state, "active") != 0 &&
	    strcmp(query->state, "lifted") != 0)
		return "`state` is active or lifted.";
	if (query->since[0] && !stamp_parse(slice_from(query->since),
					    &filter->since_ms))
		return "`since` is a time like 2026-11-15T08:00:00Z.";
	if (!take_number(query->cursor, 1, INT64_MAX, &filter->before_id))
		return "`cursor` is the value of `next` of an earlier answer.";
	if (!take_number(query->limit, 1, LIST_MAX, &filter->limit))
		return "`limit` is a number from 1 to 200.";
	filter->state = query->state[0] ? query->state : NULL;
	filter->account = slice_from(query->account);
	filter->domain = slice_from(query->domain);
	return NULL;
}

struct collected {
	struct json *array;
	int64_t n, last_id;
};

static int collect(void *context, const struct block *block)
{
	struct collected *collected = context;
	struct json *one = summary(block);

	json_push(collected->array, &one);
	collected->n++;
	collected->last_id = block->id;
	return 0;
}

void api_blocks(struct exchange *exchange)
{
	struct block_filter filter = {
		.limit = LIST_DEFAULT,
		.seen_by = exchange_limited_to(exchange),
	};
	struct list_query query;
	struct collected collected = { .n = 0 };
	struct json *object;
	struct err err;
	const char *wrong = read_list_query(exchange->request, &query,
					    &filter);

	if (wrong) {
		http_bad_request(exchange, wrong);
		return;
	}
	collected.array = json_new_array();
	object = json_new_object();
	if (blocks_list(exchange->context->blocks, &filter, collect,
			&collected, &err)) {
		http_away(exchange->response, &err);
	} else {
		json_add(object, "blocks", &collected.array);
		if (collected.n == filter.limit)
			json_add_integer(object, "next", collected.last_id);
		else
			json_add_null(object, "next");
		http_json(exchange->response, 200, object);
	}
	json_free(&collected.array);
	json_free(&object);
}

/* The provider's addresses end on blacklists, not the reseller's. */
static bool is_for_support(struct exchange *exchange,
			   const struct order *order)
{
	if (!exchange_limited_to(exchange) ||
	    (!order->force && order->held != HELD_RELEASE))
		return false;
	http_error(exchange->response, 403, "forbidden",
		   order->force ? "A reseller lifts once the password has "
				  "changed. To lift without it, ask the "
				  "provider's support."
				: "Held messages are let go by the provider's "
				  "support. Leave `queue` out, or say keep or "
				  "delete.", NULL);
	return true;
}

/* As the command line: what nothing would be done about is not accepted. */
static bool is_undoable(struct exchange *exchange, enum held_fate fate)
{
	if (followup_can(fate))
		return false;
	http_error(exchange->response, 409, "queue_not_set",
		   fate == HELD_RELEASE
		   ? "No program lets held messages go: queue.release is not "
		     "set in comporta.conf. Leave `queue` out, or say keep."
		   : "No program deletes held messages: queue.delete is not "
		     "set in comporta.conf. Leave `queue` out, or say keep.",
		   NULL);
	return true;
}

static bool is_there(struct exchange *exchange)
{
	struct block block = BLOCK_INIT;
	bool found = api_find_block(exchange, exchange->id, &block);

	block_release(&block);
	return found;
}

void api_lift(struct exchange *exchange)
{
	struct order order;
	struct lift_request request = {
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = order.reason,
	};

	if (!order_read(exchange, ORDER_LIFT, &order))
		return;
	request.force = order.force;
	request.held = order.held;
	if (order.force && !order.reason[0])
		http_bad_request(exchange, "`force` needs a `reason`.");
	else if (is_for_support(exchange, &order) ||
		 is_undoable(exchange, order.held) || !is_there(exchange))
		return;
	else if (api_try_lift(exchange, exchange->id, &request))
		show_block(exchange, 200, exchange->id);
}

/* Is it an account at all? One with incidents is, also after the panel has
 * forgotten it. */
static enum panel_found look_up(struct exchange *exchange, struct err *err)
{
	struct blocks *blocks = exchange->context->blocks;
	struct block_filter filter = { .account = exchange->parameter,
				       .limit = 1 };
	struct collected incidents = { .array = json_new_array() };
	struct panel_mailbox mailbox;
	enum panel_found found = panel_find(blocks->panel, blocks->db,
					    exchange->parameter, &mailbox,
					    err);

	explicit_bzero(&mailbox, sizeof(mailbox));
	if (found == PANEL_UNKNOWN_ACCOUNT &&
	    blocks_list(blocks, &filter, collect, &incidents, err))
		found = PANEL_ERROR;
	else if (incidents.n > 0)
		found = PANEL_FOUND;
	json_free(&incidents.array);
	return found;
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
	struct err err;

	if (!api_sees_account(exchange, unknown))
		return false;
	switch (look_up(exchange, &err)) {
	case PANEL_FOUND:
		return true;
	case PANEL_UNKNOWN_ACCOUNT:
		http_error(exchange->response, 404, "unknown_account",
			   unknown, NULL);
		return false;
	default:
		http_away(exchange->response, &err);
		return false;
	}
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
		show_block(exchange, 201, id);
		break;
	case BLOCK_WAS_MADE:
	case BLOCK_WAS_ACTIVE:
		show_block(exchange, 200, id);
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

static void answer_account(struct exchange *exchange,
			   struct collected *incidents,
			   const struct block *active)
{
	struct json *object = json_new_object();
	struct json *block = active ? summary(active) : NULL;

	json_add_text(object, "account", exchange->parameter);
	json_add_string(object, "standing", active ? "blocked" : "open");
	if (block)
		json_add(object, "block", &block);
	else
		json_add_null(object, "block");
	json_add(object, "incidents", &incidents->array);
	http_json(exchange->response, 200, object);
	json_free(&object);
}

void api_account(struct exchange *exchange)
{
	struct block_filter filter = { .account = exchange->parameter,
				       .limit = INCIDENTS_SHOWN };
	struct collected incidents = { .array = json_new_array() };
	struct blocks *blocks = exchange->context->blocks;
	struct block block = BLOCK_INIT;
	struct err err;
	enum block_find active = BLOCK_NOT_FOUND;

	if (api_is_account(exchange, "There is no such account.")) {
		active = blocks_active_of(blocks, exchange->parameter, &block,
					  &err);
		if (active == BLOCK_FIND_ERROR ||
		    blocks_list(blocks, &filter, collect, &incidents, &err))
			http_away(exchange->response, &err);
		else
			answer_account(exchange, &incidents,
				       active == BLOCK_FOUND ? &block : NULL);
	}
	json_free(&incidents.array);
	block_release(&block);
}
