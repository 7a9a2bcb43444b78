#include "base/encoding.h"

void encoding_hex(struct slice bytes, struct text *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];

		text_add_char(out, digits[byte >> 4]);
		text_add_char(out, digits[byte & 15]);
	}
}

void encoding_base64(struct slice bytes, struct text *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	unsigned bits = 0, count = 0;
	size_t written = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		bits = (bits << 8 | (unsigned char)bytes.ptr[i]) & 0xffff;
		for (count += 8; count >= 6; count -= 6, written++)
			text_add_char(out, alphabet[bits >> (count - 6) & 63]);
	}
	if (count > 0) {
		text_add_char(out, alphabet[bits << (6 - count) & 63]);
		written++;
	}
	for (; written % 4 != 0; written++)
		text_add_char(out, '=');
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool encoding_hex_read(struct slice text, unsigned char *out, size_t size,
		       size_t *len_out)
{
	if (text.len == 0 || text.len % 2 != 0 || text.len / 2 > size)
		return false;
	for (size_t i = 0; i < text.len; i += 2) {
		int high = hex_digit(text.ptr[i]);
		int low = hex_digit(text.ptr[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (unsigned char)(high << 4 | low);
	}
	*len_out = text.len / 2;
	return true;
}

static int base64_digit(char c)
{
	if (is_letter(c))
		return c >= 'a' ? c - 'a' + 26 : c - 'A';
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-' || c == '.')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool encoding_base64_read(struct slice text, unsigned char *out, size_t size,
			  size_t *len_out)
{
	unsigned bits = 0, count = 0;
	size_t used = 0;

	for (int i = 0; i < 2 && slice_ends(text, S("=")); i++)
		text.len--;
	if (text.len == 0 || text.len % 4 == 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.ptr[i]);

		if (digit < 0)
			return false;
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		count += 6;
		if (count < 8)
			continue;
		if (used == size)
			return false;
		count -= 8;
		out[used++] = (unsigned char)(bits >> count & 0xff);
	}
	*len_out = used;
	return true;
}
