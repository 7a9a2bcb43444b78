/*
 * Incidents: the list, one of them with everything, and its lift.
 */
#include "detector/http/route.h"

#include "base/stamp.h"
#include "base/crypto.h"
#include "detector/blocks_json.h"
#include "detector/followup.h"
#include "detector/webhooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_DEFAULT = 50, LIST_MAX = 200 };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void not_found(struct exchange *exchange, const char *message)
{
	http_error(exchange->response, 404, "not_found", message, NULL);
}

/* One block with everything: evidence, notices, audit trail. */
static int add_details(const struct exchange *exchange,
		       const struct block *block, struct json *object,
		       struct err *err)
{
	struct blocks *blocks = exchange->context->blocks;
	struct json *webhooks = json_new_array();
	struct json *audit = json_new_array(), *notices = json_new_array();
	struct json *actions = json_new_array(), *queue = json_new_object();
	struct err ignored;
	struct json *verdict = json_parse(text_slice(&block->verdict),
					  &ignored);
	struct json *timeline;
	int failed = blocks_audit_of(blocks, block->id, audit, err) ||
		     blocks_notices_of(blocks, block->id, notices, err) ||
		     followup_actions_of(blocks, block->id, actions, err) ||
		     followup_held_of(blocks, block->id, queue, err);

	/* Which programs the provider tells is none of a reseller's
	 * business. */
	if (!failed && exchange->token.role != TOKEN_RESELLER)
		failed = webhooks_of_block(blocks, block->id, webhooks, err);
	timeline = api_timeline(block, audit, notices, actions);
	if (!verdict)
		verdict = json_new_object();
	json_add(object, "verdict", &verdict);
	json_add(object, "notices", &notices);
	json_add(object, "webhooks", &webhooks);
	json_add(object, "actions", &actions);
	json_add(object, "queue", &queue);
	json_add(object, "audit", &audit);
	json_add(object, "timeline", &timeline);
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

void api_show_block(struct exchange *exchange, int status, int64_t id)
{
	struct block block = BLOCK_INIT;

	if (api_find_block(exchange, id, &block)) {
		struct json *object = blocks_json(&block);
		struct err err;

		/* A hook stands in the source of a web page, and does not
		 * need the evidence. */
		if (exchange->token.role != TOKEN_PANEL &&
		    add_details(exchange, &block, object, &err))
			http_away(exchange->response, &err);
		else
			http_json(exchange->response, status, object);
		json_free(&object);
	}
	block_release(&block);
}

void api_block(struct exchange *exchange)
{
	api_show_block(exchange, 200, exchange->id);
}

/* The filters of a list, as the query gives them. */
struct list_query {
	char state[16], account[PANEL_LOGIN_SIZE], domain[PANEL_LOGIN_SIZE];
	char since[64], cursor[24], limit[8];
};

static bool take_number(const char *text, int64_t low, int64_t high,
			int64_t *number)
{
	if (!text[0])
		return true;
	return slice_whole(slice_from(text), number) && *number >= low &&
	       *number <= high;
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

int api_collect(void *context, const struct block *block)
{
	struct api_collected *collected = context;
	struct json *one = blocks_json(block);

	json_push(collected->array, &one);
	collected->n++;
	collected->last_id = block->id;
	return 0;
}

/* A page, and one more to see whether there is another page. */
struct page {
	struct api_collected collected;
	int64_t limit;
	bool has_next;
};

static int take_of_page(void *context, const struct block *block)
{
	struct page *page = context;

	page->has_next = page->collected.n == page->limit;
	return page->has_next ? 1 : api_collect(&page->collected, block);
}

void api_blocks(struct exchange *exchange)
{
	struct block_filter filter = {
		.limit = LIST_DEFAULT,
		.seen_by = exchange_limited_to(exchange),
	};
	struct list_query query;
	struct page page = { .has_next = false };
	struct json *object;
	struct err err;
	const char *wrong = read_list_query(exchange->request, &query,
					    &filter);

	if (wrong) {
		http_bad_request(exchange, wrong);
		return;
	}
	page.limit = filter.limit++;
	page.collected.array = json_new_array();
	object = json_new_object();
	if (blocks_list(exchange->context->blocks, &filter, take_of_page,
			&page, &err)) {
		http_away(exchange->response, &err);
	} else {
		json_add(object, "blocks", &page.collected.array);
		if (page.has_next)
			json_add_integer(object, "next",
					 page.collected.last_id);
		else
			json_add_null(object, "next");
		http_json(exchange->response, 200, object);
	}
	json_free(&page.collected.array);
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
		api_show_block(exchange, 200, exchange->id);
}
