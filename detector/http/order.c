/*
 * The body of a POST to the API: {"reason": "...", "force": false}.
 */
#include "detector/http/route.h"

#include <stdio.h>
#include <string.h>

static const char *const members[] = { "reason", "force" };

enum { N_MEMBERS = sizeof(members) / sizeof(members[0]) };

void http_bad_request(struct exchange *exchange, const char *message)
{
	http_error(exchange->response, 400, "bad_request", message, NULL);
}

/* NULL, or what is wrong. `room` may hold the words. */
static const char *read_members(const struct json *body, size_t n_known,
				struct order *out, char room[160])
{
	const struct json *reason = json_get(body, "reason");
	struct slice strange = json_strange_key(body, members, n_known);

	if (!json_is_object(body))
		return "The body must be a JSON object.";
	if (strange.ptr) {
		snprintf(room, 160, "This call has no field `%.*s`.",
			 (int)(strange.len > 60 ? 60 : strange.len),
			 strange.ptr);
		return room;
	}
	if (reason && !json_text(reason).ptr)
		return "`reason` must be a text.";
	if (json_get(body, "force") && json_get_flag(body, "force", true) !=
				       json_get_flag(body, "force", false))
		return "`force` must be true or false.";
	if (!slice_copy(json_text(reason), out->reason, sizeof(out->reason)))
		return "`reason` is too long.";
	out->force = json_get_flag(body, "force", false);
	return NULL;
}

bool order_read(struct exchange *exchange, bool has_members,
		struct order *out)
{
	struct slice bytes = exchange->request->body;
	char room[160];
	struct err ignored;
	struct json *body;
	const char *wrong;

	*out = (struct order){ .force = false };
	if (bytes.len == 0)
		return true;
	body = json_parse(bytes, &ignored);
	wrong = body ? read_members(body, has_members ? N_MEMBERS : 0, out,
				    room)
		     : "The body is not a JSON document.";
	json_free(&body);
	if (wrong)
		http_bad_request(exchange, wrong);
	return !wrong;
}
