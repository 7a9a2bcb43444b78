/*
 * Any bytes as JSON: refused, or read; and what was read, printed and read
 * again, prints the same.
 */
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };
	struct text first = TEXT_INIT(1 << 20), second = TEXT_INIT(1 << 20);
	struct json *json, *again;
	struct err err;

	json = json_parse(bytes, &err);
	if (!json)
		return 0;
	json_print(json, &first);
	again = json_parse(text_slice(&first), &err);
	if (!again)
		abort();
	json_print(again, &second);
	if (!slice_eq(text_slice(&first), text_slice(&second)))
		abort();
	json_free(&json);
	json_free(&again);
	text_release(&first);
	text_release(&second);
	return 0;
}
