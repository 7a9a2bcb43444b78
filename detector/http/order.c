/*
 * The body of a POST to the API: {"reason": "...", "force": false}, for a
 * lift also {"queue": "delete"}, or
 * {"network": "AS5617", "country": "PL", "days": 90, "reason": "..."}, or
 * {"password": "..."}.
 */
#include "detector/http/route.h"

#include <stdio.h>
#include <string.h>

static const char *const password_members[] = { "password" };
static const char *const reason_members[] = { "reason", "force", "queue" };
static const char *const trust_members[] = { "network", "country", "days",
					     "reason" };

static const struct {
	const char *const *names;
	size_t n;
} members[] = {
	[ORDER_PASSWORD] = { password_members, 1 },
	[ORDER_REASON] = { reason_members, 2 },
	[ORDER_LIFT] = { reason_members, 3 },
	[ORDER_TRUST] = { trust_members, 4 },
};

void http_bad_request(struct exchange *exchange, const char *message)
{
	http_error(exchange->response, 400, "bad_request", message, NULL);
}

/* NULL, or what is wrong. A text that is null counts as not given. */
static const char *read_texts(const struct json *body, struct order *out,
			      char room[160])
{
	const struct {
		const char *name;
		char *out;
		size_t size;
	} texts[] = {
		{ "reason", out->reason, sizeof(out->reason) },
		{ "network", out->network, sizeof(out->network) },
		{ "country", out->country, sizeof(out->country) },
		{ "password", out->password, sizeof(out->password) },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct json *value = json_get(body, texts[i].name);
		const char *wrong = NULL;

		if (value && !json_text(value).ptr)
			wrong = "must be a text";
		else if (!slice_copy(json_text(value), texts[i].out,
				     texts[i].size))
			wrong = "is too long";
		else if (strlen(texts[i].out) != json_text(value).len)
			wrong = "must not hold the character NUL";
		if (!wrong)
			continue;
		snprintf(room, 160, "`%s` %s.", texts[i].name, wrong);
		return room;
	}
	return NULL;
}

static const char *read_queue(const struct json *body, struct order *out)
{
	if (!json_get(body, "queue") ||
	    held_fate_named(json_get_text(body, "queue"), &out->held))
		return NULL;
	return "`queue` is keep, release or delete.";
}

static bool is_whole(const struct json *body, const char *key, int64_t number)
{
	double off = json_get_real(body, key, -1) - (double)number;

	return number >= 0 && off > -0.0001 && off < 0.0001;
}

/* NULL, or what is wrong. `room` may hold the words. */
static const char *read_members(const struct json *body, enum order_kind kind,
				struct order *out, char room[160])
{
	struct slice strange = json_strange_key(body, members[kind].names,
						members[kind].n);
	const char *wrong;

	if (!json_is_object(body))
		return "The body must be a JSON object.";
	if (strange.ptr) {
		snprintf(room, 160, "This call has no field `%.*s`.",
			 (int)(strange.len > 60 ? 60 : strange.len),
			 strange.ptr);
		return room;
	}
	wrong = read_texts(body, out, room);
	if (wrong)
		return wrong;
	if (json_get(body, "force") && json_get_flag(body, "force", true) !=
				       json_get_flag(body, "force", false))
		return "`force` must be true or false.";
	out->force = json_get_flag(body, "force", false);
	wrong = read_queue(body, out);
	if (wrong)
		return wrong;
	out->days = json_get_integer(body, "days", -1);
	if (json_get(body, "days") && !is_whole(body, "days", out->days))
		return "`days` must be a whole number, 0 or more.";
	return NULL;
}

bool order_read(struct exchange *exchange, enum order_kind kind,
		struct order *out)
{
	struct slice bytes = exchange->request->body;
	char room[160];
	struct err ignored;
	struct json *body;
	const char *wrong;

	*out = (struct order){ .days = -1 };
	if (bytes.len == 0)
		return true;
	body = json_parse(bytes, &ignored);
	wrong = body ? read_members(body, kind, out, room)
		     : "The body is not a JSON document.";
	/* Also one that came under another name. */
	json_wipe(body);
	json_free(&body);
	if (wrong)
		explicit_bzero(out->password, sizeof(out->password));
	if (wrong)
		http_bad_request(exchange, wrong);
	return !wrong;
}
