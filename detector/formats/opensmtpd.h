/*
 * opensmtpd - what the files of the OpenSMTPD format share. Nobody else
 * includes this; the world sees `format_opensmtpd` only.
 */
#ifndef DETECTOR_FORMATS_OPENSMTPD_H
#define DETECTOR_FORMATS_OPENSMTPD_H

#include "detector/formats/format.h"

enum {
	OPENSMTPD_SESSION_LEN = 16,
	OPENSMTPD_ENVELOPE_LEN = 16,
	OPENSMTPD_MESSAGE_LEN = 8	/* an envelope's id begins with it */
};

/* Step over an id of so many hexadecimal digits. */
bool opensmtpd_take_id(struct slice *text, size_t len, struct slice *id_out);

/* "local" and "<unknown>" are fine and leave has_client false. */
void opensmtpd_read_client(struct slice address, struct mail_event *event);

/* A login or a refused one: U as vis(3) writes it, OUTCOME "ok", "permfail" or
 * anything else, which was neither. */
enum format_result opensmtpd_read_login(struct slice login,
					struct slice outcome,
					struct mail_event *event);

/* `command` is the client's, `answer` the server's: "550 5.1.1 ...". */
enum format_result opensmtpd_read_refusal(struct slice command,
					  struct slice answer,
					  struct mail_event *event);

/* `result` is "Ok", "TempFail" or "PermFail", `relay` "ADDR (NAME)" or "". */
enum format_result opensmtpd_read_outcome(struct slice envelope,
					  struct slice recipient,
					  struct slice relay,
					  struct slice result,
					  struct slice reply,
					  struct mail_event *event);

/* The lines of 5.x: "smtp-in: ...", "delivery: ...", "relay: ...". */
enum format_result opensmtpd_read_old(struct slice text,
				      struct mail_event *event);

#endif
