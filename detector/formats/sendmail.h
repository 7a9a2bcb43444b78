/*
 * sendmail - what the files of the Sendmail format share. Nobody else
 * includes this; the world sees `format_sendmail` only.
 *
 * Texts are read from the fixed beginning and the fixed end inwards: what
 * stands between is often a stranger's. All of it in linear time and without
 * memory of its own.
 */
#ifndef DETECTOR_FORMATS_SENDMAIL_H
#define DETECTOR_FORMATS_SENDMAIL_H

#include "detector/formats/format.h"

/* `[IDENT@]NAME [ADDR][ (may be forged)]`, or "[ADDR]" alone: the last bracket
 * is the client. False, without an address, for "root@localhost". */
bool sendmail_read_relay(struct slice relay, struct mail_event *event);

/* How long the address is that `text` begins with, up to the comma and blank
 * in front of the next field; quotes and < > hold both. */
size_t sendmail_address_length(struct slice text);

/* "5.1.1" at the beginning; empty for none, and for an address. */
struct slice sendmail_dsn(struct slice text);

/* What follows `QID: from=`. */
enum format_result sendmail_read_from(struct slice text, struct slice id,
				      struct slice pid,
				      struct mail_event *event);

/* What follows `QID: to=`. */
enum format_result sendmail_read_to(struct slice text, struct slice id,
				    struct mail_event *event);

#endif
