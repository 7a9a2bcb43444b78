/*
 * postfix - what the files of the Postfix format share. Nobody else includes
 * this; the world sees `format_postfix` only.
 *
 * The readers get the text of one line of a daemon they know, behind
 * "daemon[pid]: ". They fill in *event but for time, host and instance, and
 * leave it in any state unless they return FORMAT_EVENT.
 *
 * Texts are read from the fixed beginning and the fixed end inwards: what
 * stands between is often a stranger's. All of it in linear time and without
 * memory of its own.
 */
#ifndef DETECTOR_FORMATS_POSTFIX_H
#define DETECTOR_FORMATS_POSTFIX_H

#include "detector/formats/format.h"

#include <string.h>

/*
 * Step over "3A452D963D: ", with blanks before it (pitfall D5). "NOQUEUE" is
 * given as an empty id. An id cannot be told from a word by its letters, so
 * false says no more than that this text cannot begin with one: take it only
 * together with the fixed text behind it.
 */
bool postfix_take_id(struct slice *text, struct slice *id_out);

/* Is all of it letters and digits, in an id's length? */
bool postfix_is_id(struct slice text);

/* Step over `NAME[ADDR]` and `:PORT`, into event->client. "[unknown]", of a
 * client that was gone, and what hides an address leave has_client false.
 * False for anything else that is no address. */
bool postfix_take_client(struct slice *text, struct mail_event *event);

/*
 * Step over an address and its '>', the '<' being behind us. A quoted local
 * part is taken as a whole, whatever it holds; `closing` (from the '>') says
 * what must follow where an address is not quoted, as Postfix before 3.5
 * wrote it.
 */
bool postfix_take_address(struct slice *text, struct slice closing,
			  struct slice *address_out);

/*
 * The same from the end: `*text` ends with KEY and an address and '>', KEY
 * being " to=<" or the like; drop all that. A quoted local part is stepped
 * over, so that a KEY in it is not taken for ours.
 */
bool postfix_drop_address(struct slice *text, struct slice key,
			  struct slice *address_out);

/* The id that ends "250 2.0.0 Ok: queued as 1310930001DB" (pitfall A3); empty
 * when there is none. Whoever wrote the reply must be one of ours. */
struct slice postfix_requeued_id(struct slice reply);

/* `ID: to=<R>, relay=X, ..., status=S (TEXT)`. */
enum format_result postfix_read_delivery(struct slice text,
					 struct mail_event *event);

enum format_result postfix_read_smtpd(struct slice text,
				      struct mail_event *event);
enum format_result postfix_read_cleanup(struct slice text,
					struct mail_event *event);
enum format_result postfix_read_postscreen(struct slice text,
					   struct mail_event *event);

/* What follows "proxy-accept: ". */
enum format_result postfix_read_accept(struct slice text,
				       struct mail_event *event);

/* What follows `ID: reject: ` and its like. */
enum format_result postfix_read_reject(struct slice text, struct slice id,
				       struct mail_event *event);

#endif
