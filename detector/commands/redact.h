/*
 * redact - a line of a log that nobody understood, for a person to look at.
 *
 * Logs hold passwords: Dovecot's "given password:", what a client sent instead
 * of a command, the base64 behind AUTH. Which of them a strange line holds
 * nobody knows, so this errs on the side of showing too little: behind a word
 * that may announce a secret nothing is shown, what looks like base64 is not
 * shown wherever it stands, and of a word with letters and digits only the
 * form: "hunter2" is "xxxxxx0". Control characters are made visible.
 */
#ifndef DETECTOR_COMMANDS_REDACT_H
#define DETECTOR_COMMANDS_REDACT_H

#include "base/text.h"

/* At most `columns` bytes, of which the last are "..." where more would be. */
void redact_line(struct slice line, size_t columns, struct text *out);

#endif
