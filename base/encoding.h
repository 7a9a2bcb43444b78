/*
 * encoding - bytes spelled as text: hexadecimal and base64 (RFC 4648).
 */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/slice.h"
#include "base/text.h"

void encoding_hex(struct slice bytes, struct text *out);
void encoding_base64(struct slice bytes, struct text *out);

/*
 * The bytes that `text` spells, at most `size` of them. False when it spells
 * none or they do not fit; *len_out is then untouched.
 *
 * Digits of hexadecimal may be of either case. In base64 the last two digits
 * may be "+/", "-_" or, as Python's passlib writes, "./", and the '=' at the
 * end may be missing: panels have all of these.
 */
bool encoding_hex_read(struct slice text, unsigned char *out, size_t size,
		       size_t *len_out);
bool encoding_base64_read(struct slice text, unsigned char *out, size_t size,
			  size_t *len_out);

#endif
