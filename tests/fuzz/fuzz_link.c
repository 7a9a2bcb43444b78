/*
 * Any bytes as a message between the process that reads logs and the one that
 * acts: refused, or understood, and then written again as they came.
 */
#include "detector/link/message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };
	struct text again = TEXT_INIT(LINK_FRAME_MAX);
	struct link_message message;

	if (!link_decode(bytes, &message))
		return 0;
	if (!link_encode(&message, &again) ||
	    !slice_eq(bytes, text_slice(&again)))
		abort();
	text_release(&again);
	return 0;
}
