/*
 * Requests taken apart and answers put together; no route is known here.
 */
#include "detector/http/http.h"

#include "base/log.h"
#include "detector/http/route.h"

#include <string.h>

const char *const http_header_names[HTTP_HEADERS] = {
	[HTTP_AUTHORIZATION] = "Authorization",
	[HTTP_CONTENT_TYPE] = "Content-Type",
	[HTTP_ACCEPT_LANGUAGE] = "Accept-Language",
	[HTTP_FORWARDED_FOR] = "X-Forwarded-For",
	[HTTP_IDEMPOTENCY_KEY] = "Idempotency-Key",
	[HTTP_COOKIE] = "Cookie",
	[HTTP_HOST] = "Host",
	[HTTP_ORIGIN] = "Origin",
	[HTTP_SEC_FETCH_SITE] = "Sec-Fetch-Site",
};

void http_response_release(struct http_response *response)
{
	text_release(&response->body);
}

void http_response_field(struct http_response *response, const char *name,
			 const char *value)
{
	struct http_field *field = &response->fields[response->n_fields];

	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return;
	if (response->n_fields == HTTP_FIELDS_MAX ||
	    !slice_copy(slice_from(value), field->value,
			sizeof(field->value)))
		return;
	field->name = name;
	response->n_fields++;
}

void http_json(struct http_response *response, int status,
	       const struct json *json)
{
	text_clear(&response->body);
	json_print(json, &response->body);
	text_add_char(&response->body, '\n');
	response->status = status;
	response->content_type = "application/json";
}

void http_error(struct http_response *response, int status, const char *code,
		const char *message, struct json **detail)
{
	struct json *object = json_new_object();
	struct json *empty = detail ? NULL : json_new_object();

	json_add_string(object, "error", code);
	json_add_string(object, "message", message);
	json_add(object, "detail", detail ? detail : &empty);
	http_json(response, status, object);
	json_free(&object);
}

void http_away(struct http_response *response, const struct err *err)
{
	log_warning("http: %s", err->text);
	http_error(response, 503, "unavailable",
		   "This cannot be done at the moment. Try again later.",
		   NULL);
	http_response_field(response, "Retry-After", "30");
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_clean(struct slice rest)
{
	while (rest.len > 0) {
		size_t character = utf8_character(rest);

		if (character == 0 || (unsigned char)rest.ptr[0] < ' ' ||
		    rest.ptr[0] == 0x7f)
			return false;
		rest = slice_after(rest, character);
	}
	return true;
}

bool http_decode(struct slice encoded, bool plus_is_space, char *out,
		 size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < encoded.len; i++) {
		char c = encoded.ptr[i];

		if (c == '+' && plus_is_space)
			c = ' ';
		if (c == '%') {
			int high = i + 2 < encoded.len
				? hex_digit(encoded.ptr[i + 1]) : -1;
			int low = high >= 0
				? hex_digit(encoded.ptr[i + 2]) : -1;

			if (low < 0)
				return false;
			c = (char)(16 * high + low);
			i += 2;
		}
		if (used + 1 >= size)
			return false;
		out[used++] = c;
	}
	out[used] = '\0';
	return is_clean((struct slice){ out, used });
}

static enum query find_value(struct slice rest, const char *name, char *out,
			     size_t size)
{
	while (rest.len > 0) {
		struct slice pair = slice_cut(&rest, '&');
		struct slice key = slice_cut(&pair, '=');

		if (!slice_eq(key, slice_from(name)))
			continue;
		return http_decode(pair, true, out, size) ? QUERY_GIVEN
							  : QUERY_BAD;
	}
	return QUERY_ABSENT;
}

enum query http_query(const struct http_request *request, const char *name,
		      char *out, size_t size)
{
	return find_value(request->query, name, out, size);
}

enum query http_form(const struct http_request *request, const char *name,
		     char *out, size_t size)
{
	return find_value(request->body, name, out, size);
}

static bool is_word_of(struct slice name, struct slice words)
{
	while (words.len > 0)
		if (slice_eq(slice_cut(&words, ' '), name))
			return true;
	return false;
}

struct slice http_strange_query(const struct http_request *request,
				const char *known)
{
	struct slice rest = request->query;

	while (rest.len > 0) {
		struct slice pair = slice_cut(&rest, '&');
		struct slice key = slice_cut(&pair, '=');

		if (key.len > 0 && !is_word_of(key, slice_from(known)))
			return key;
	}
	return (struct slice){ NULL, 0 };
}
