/*
 * mime - the lines of a mail: headers (RFC 5322, RFC 2047) and bodies in
 * quoted-printable (RFC 2045 section 6.7). Everything ends in CR LF.
 *
 * Nothing that is put in can end a header line early or start another one:
 * control characters become blanks.
 */
#ifndef NOTIFIER_MIME_H
#define NOTIFIER_MIME_H

#include "base/err.h"
#include "base/text.h"

enum {
	MIME_LINE_MAX = 76,	/* RFC 2047 section 2, RFC 2045 section 6.7 */
	MIME_ADDRESS_MAX = 320,	/* RFC 5321 section 4.5.3.1: 64 + 1 + 255 */
	MIME_HEADER_TEXT_MAX = 400	/* bytes of a subject or a name */
};

/* An address we may put behind To: and into SMTP: printable ASCII, one '@',
 * none of the characters that would need quoting. */
bool mime_is_address(struct slice address);

/* "Name: text", folded; in encoded words as soon as it is not plain ASCII.
 * More than MIME_HEADER_TEXT_MAX bytes are cut at a character. */
void mime_header_text(struct text *out, const char *name, struct slice value);

/* "Name: Display <address>"; the display name may be empty. The address must
 * have passed mime_is_address(). */
void mime_header_mailbox(struct text *out, const char *name,
			 struct slice display, struct slice address);

/* "Date: Sun, 22 Nov 2026 09:01:02 +0100", in the machine's zone. */
void mime_header_date(struct text *out, int64_t at_ms);

/* The body in quoted-printable. Lines in `body` end in LF. */
void mime_quoted_printable(struct text *out, struct slice body);

#endif
