/*
 * password_words - one sentence on the password of a blocked account.
 */
#ifndef DETECTOR_COMMANDS_PASSWORD_WORDS_H
#define DETECTOR_COMMANDS_PASSWORD_WORDS_H

#include "base/text.h"
#include "detector/blocks.h"

/* Appends it; strangers' names in it are made visible. PASSWORD_ERROR, nothing
 * appended and *err, when the panel cannot be asked. */
enum password_state password_words(struct blocks *blocks, int64_t block_id,
				   struct text *out, struct err *err);

/* "unchanged", for programs. NULL for PASSWORD_ERROR. */
const char *password_state_name(enum password_state state);

#endif
