/* The pieces that Postfix lines are made of. */
#include "detector/formats/postfix.h"

/* Five hexadecimal digits of microseconds and at least one of the inode, to
 * the long form of Postfix 2.9: eleven letters and an inode of 64 bits, twelve
 * more in base 51. Test logs have one letter less. */
enum { ID_MIN = 5, ID_MAX = 23 };

/* Nearly every line has an id, so each letter is one look into a table. */
static const bool is_id_char[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

static size_t id_length(struct slice text)
{
	size_t most = text.len <= ID_MAX ? text.len : ID_MAX + 1, len = 0;

	if (text.len >= SCAN_STEP) {
		uint32_t others = ~scan_alnum(text.ptr);

		/* The bits above the step are others, too. */
		len = scan_first(others);
		if (len < SCAN_STEP)
			return len >= ID_MIN ? len : 0;
	}
	while (len < most && is_id_char[(unsigned char)text.ptr[len]])
		len++;
	return len >= ID_MIN && len <= ID_MAX ? len : 0;
}

bool postfix_is_id(struct slice text)
{
	return text.len > 0 && id_length(text) == text.len;
}

bool postfix_take_id(struct slice *text, struct slice *id_out)
{
	struct slice rest = *text, id;

	while (rest.len && rest.ptr[0] == ' ') {
		rest.ptr++;
		rest.len--;
	}
	id = (struct slice){ rest.ptr, id_length(rest) };
	rest.ptr += id.len;
	rest.len -= id.len;
	if (!id.len || !slice_skip(&rest, S(": ")))
		return false;
	if (id.len == 7 && slice_starts(id, S("NOQUEUE")))
		id.len = 0;
	*id_out = id;
	*text = rest;
	return true;
}

struct slice postfix_requeued_id(struct slice reply)
{
	struct slice none = { reply.ptr, 0 }, id;
	const char *blank;

	if (slice_ends(reply, S(")")))
		reply.len--;
	blank = reply.len ? memrchr(reply.ptr, ' ', reply.len) : NULL;
	if (!blank)
		return none;
	id = slice_after(reply, (size_t)(blank - reply.ptr) + 1);
	reply.len = (size_t)(blank - reply.ptr);
	return slice_ends(reply, S("queued as")) && postfix_is_id(id) ? id
								     : none;
}

/* Also ":unknown", of a client that was gone. */
static void skip_port(struct slice *rest)
{
	size_t i = 1;

	if (!rest->len || rest->ptr[0] != ':' ||
	    slice_skip(rest, S(":unknown")))
		return;
	while (i < rest->len && is_digit(rest->ptr[i]))
		i++;
	if (i > 1)
		*rest = slice_after(*rest, i);
}

/* "unknown" or empty, of a client that was gone; or what people write over an
 * address that they do not show: "x.x.x.x", "192.0.2.*", "CLIENT_IP". Anything
 * but a damaged address. */
static bool is_hidden(struct slice address)
{
	bool is_address = true;

	for (size_t i = 0; i < address.len; i++) {
		char c = address.ptr[i];

		if (c == ' ' || c == '[')
			return false;
		is_address &= (c >= '.' && c <= ':') ||
			      (c >= 'a' && c <= 'f') ||
			      (c >= 'A' && c <= 'F');
	}
	return !is_address || !address.len;
}

bool postfix_take_client(struct slice *text, struct mail_event *event)
{
	struct slice rest = *text, address, name = slice_cut(&rest, '[');

	if (slice_find_char(name, ' ') >= 0 || slice_find_char(name, ',') >= 0)
		return false;
	if (slice_find_char(rest, ']') < 0)
		return false;
	address = slice_cut(&rest, ']');
	event->has_client = address_parse(address, &event->client);
	if (!event->has_client && !is_hidden(address))
		return false;
	skip_port(&rest);
	*text = rest;
	return true;
}

/* Where the quote that opens text[0] closes; 0 when it does not. */
static size_t closing_quote(struct slice text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '"')
			return i;
	}
	return 0;
}

/* Mostly the first '>' is it. */
static ptrdiff_t find_closing(struct slice text, struct slice closing)
{
	ptrdiff_t at = slice_find_char(text, '>');

	if (at < 0 || slice_starts(slice_after(text, (size_t)at), closing))
		return at;
	return slice_find(text, closing);
}

bool postfix_take_address(struct slice *text, struct slice closing,
			  struct slice *address_out)
{
	size_t quoted = 0;
	ptrdiff_t end;

	if (text->len && text->ptr[0] == '"')
		quoted = closing_quote(*text);
	end = quoted ? slice_find_char(slice_after(*text, quoted), '>')
		     : find_closing(*text, closing);
	if (end < 0)
		return false;
	*address_out = slice_sub(*text, 0, quoted + (size_t)end);
	*text = slice_after(*text, quoted + (size_t)end + 1);
	return true;
}

/* Is the character at text[i] behind an odd number of backslashes? */
static bool is_escaped(struct slice text, size_t i)
{
	size_t slashes = 0;

	while (slashes < i && text.ptr[i - slashes - 1] == '\\')
		slashes++;
	return slashes % 2 == 1;
}

/* Where the quote that closes at text[close] opens; -1 when it does not. */
static ptrdiff_t opening_quote(struct slice text, size_t close)
{
	while (close > 0) {
		const char *at = memrchr(text.ptr, '"', close);

		if (!at)
			return -1;
		close = (size_t)(at - text.ptr);
		if (!is_escaped(text, close))
			return at - text.ptr;
	}
	return -1;
}

/* Where the address begins that ends `text`, if its local part is quoted. */
static ptrdiff_t quoted_start(struct slice text)
{
	const char *at = text.len ? memrchr(text.ptr, '@', text.len) : NULL;
	size_t end = at ? (size_t)(at - text.ptr) : text.len;

	if (end > 0 && text.ptr[end - 1] == '"')
		return opening_quote(text, end - 1);
	if (text.len > 0 && text.ptr[text.len - 1] == '"')
		return opening_quote(text, text.len - 1);
	return -1;
}

bool postfix_drop_address(struct slice *text, struct slice key,
			  struct slice *address_out)
{
	struct slice body = *text;
	ptrdiff_t start, at;

	if (!body.len || body.ptr[body.len - 1] != '>')
		return false;
	body.len--;
	start = quoted_start(body);
	if (start >= 0) {
		struct slice before = slice_sub(body, 0, (size_t)start);

		if (!slice_ends(before, key))
			return false;
		at = start - (ptrdiff_t)key.len;
	} else {
		at = slice_find_last(body, key);
		if (at < 0)
			return false;
	}
	*address_out = slice_after(body, (size_t)at + key.len);
	text->len = (size_t)at;
	return true;
}
