/*
 * Support's word that a place is the owner's.
 */
#include "detector/http/route.h"

/* NULL, or what is wrong. */
static const char *read_trust(const struct order *order, int64_t now_ms,
			      struct trust *out)
{
	int64_t days = order->days < 0 ? TRUST_DAYS : order->days;

	*out = (struct trust){ .until_day = 0 };
	if (!order->network[0] && !order->country[0])
		return "Give a `network`, a `country` or both.";
	if (order->network[0] &&
	    !trust_network(out, slice_from(order->network)))
		return "`network` is an AS number such as AS5617.";
	if (order->country[0] &&
	    !trust_country(out, slice_from(order->country)))
		return "`country` is a code of two letters, such as PL.";
	if (days > TRUST_DAYS_MAX)
		return "`days` is 1 to 3650, or 0 to take the word back.";
	if (!order->reason[0])
		return "Trust needs a `reason`.";
	trust_for(out, now_ms, (uint32_t)days);
	return NULL;
}

static void answer(struct exchange *exchange, const struct trust *trust)
{
	struct json *object = json_new_object();

	json_add_text(object, "account", exchange->parameter);
	trust_add_json(trust, object);
	http_json(exchange->response, 200, object);
	json_free(&object);
}

void api_trust(struct exchange *exchange)
{
	int64_t now_ms = exchange->request->now_ms;
	int64_t said_ms = exchange->first_ms ? exchange->first_ms : now_ms;
	struct order order;
	struct trust trust;
	const struct trust_request request = {
		.account = exchange->parameter,
		.trust = &trust,
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = order.reason,
		.first_ms = exchange->first_ms,
	};
	const char *wrong;
	struct err err;

	if (!order_read(exchange, ORDER_TRUST, &order))
		return;
	wrong = read_trust(&order, said_ms, &trust);
	if (wrong)
		http_bad_request(exchange, wrong);
	else if (!api_is_account(exchange, "The panel lists no such account, "
				 "and it was never blocked."))
		return;
	else if (blocks_trust(exchange->context->blocks, &request, now_ms,
			      &err))
		http_away(exchange->response, &err);
	else
		answer(exchange, &trust);
}
