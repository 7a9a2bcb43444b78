/*
 * The cookie of a session: written, and read from a header that a stranger
 * wrote.
 */
#include "detector/http/support.h"

#include "detector/settings.h"

#include <string.h>

enum { COOKIES_SEEN_MAX = 64 };	/* of a header */

static bool is_secure(const struct exchange *exchange)
{
	return exchange->request->is_tls ||
	       slice_starts(slice_from(settings.serve.public_url),
			    S("https://"));
}

/* With the prefix __Host- no neighbour under the same domain can set it; a
 * browser takes such a name only with Secure and for the whole host. */
static bool is_for_host(const struct exchange *exchange)
{
	return is_secure(exchange) && http_public_path().len == 0;
}

static const char *cookie_name(const struct exchange *exchange)
{
	return is_for_host(exchange) ? "__Host-comporta" : "comporta-support";
}

/* "" as `id` takes the cookie back. */
void cookie_set(struct exchange *exchange, const char *id)
{
	struct text value = TEXT_INIT(HTTP_VALUE_SIZE);

	text_addf(&value, "%s=%s; HttpOnly; SameSite=Strict; Path=",
		  cookie_name(exchange), id);
	if (is_for_host(exchange)) {
		text_add_char(&value, '/');
	} else {
		text_add(&value, http_public_path());
		text_add_string(&value, "/support");
	}
	if (is_secure(exchange))
		text_add_string(&value, "; Secure");
	if (!id[0])
		text_add_string(&value, "; Max-Age=0");
	http_response_field(exchange->response, "Set-Cookie",
			    text_string(&value));
	text_release(&value);
}

/* The cookie's value; false when there is none, when there are several of the
 * name, as somebody else may have set one of them, and when it is no id. */
bool cookie_read(const struct exchange *exchange,
			char out[CRYPTO_TOKEN_SIZE])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	struct slice name = slice_from(cookie_name(exchange));
	struct slice rest = exchange->request->headers[HTTP_COOKIE];
	struct slice found = { NULL, 0 };
	size_t n = 0;

	for (int i = 0; rest.len > 0 && i < COOKIES_SEEN_MAX; i++) {
		struct slice value = slice_trim(slice_cut(&rest, ';'));

		if (!slice_eq(slice_trim(slice_cut(&value, '=')), name))
			continue;
		found = slice_trim(value);
		n++;
	}
	return n == 1 && rest.len == 0 &&
	       found.len == CRYPTO_TOKEN_SIZE - 1 &&
	       slice_copy(found, out, CRYPTO_TOKEN_SIZE) &&
	       strspn(out, allowed) == found.len;
}
