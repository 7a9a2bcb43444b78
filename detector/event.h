/*
 * mail_event - what one log line says, whichever server wrote it.
 *
 * Formats produce it, the tracker joins it by queue id, signals never see the
 * raw line. The slices borrow from the line; nothing here owns bytes.
 *
 * One line, one event: what several lines say together is the tracker's work.
 */
#ifndef DETECTOR_EVENT_H
#define DETECTOR_EVENT_H

#include "base/address.h"
#include "base/slice.h"

#include <stdint.h>

enum mail_event_kind {
	MAIL_SUBMISSION,	/* an authenticated client hands a message in;
				 * not yet accepted (pitfall A2), unless
				 * is_queued */
	MAIL_RECEIVED,		/* the same without authentication: shown to
				 * nobody, the tracker forgets a reused id and
				 * finds re-injected messages by it. With an
				 * account: a filter before the queue took that
				 * account's message, and this is its id */
	MAIL_QUEUED,		/* the message exists: sender, size, recipients;
				 * logged again at every retry (A1) */
	MAIL_DELIVERY,		/* one recipient's outcome */
	MAIL_LOGIN,		/* IMAP, POP3, ManageSieve, submission */
	MAIL_AUTH_FAILURE,	/* a refused password (A13: nothing else) */
	MAIL_REJECT,		/* a command was refused */
	MAIL_CLOSED,		/* the message left the queue; without an id,
				 * the session is over */
	MAIL_SESSION,		/* says who or where a session is, for its later
				 * lines: shown to nobody, like MAIL_RECEIVED */
	MAIL_EVENT_KINDS
};

enum mail_status {
	MAIL_STATUS_NONE,
	MAIL_SENT,
	MAIL_DEFERRED,
	MAIL_BOUNCED,
	MAIL_EXPIRED
};

enum { MAIL_UNKNOWN = UINT32_MAX };	/* a number the line does not say */

struct mail_event {
	enum mail_event_kind kind;
	enum mail_status status;	/* of a delivery */
	int64_t at_ms;
	struct slice host;		/* empty where the header has none */
	struct slice instance;		/* which mail server wrote it: queue
					 * ids are unique only within one */
	struct slice queue_id;
	struct slice account;		/* SASL login; empty when unknown */
	struct slice mechanism;		/* of a submission: how it logged in
					 * ("PLAIN"); empty when not said */
	struct slice service;		/* ... and where: "submission/smtpd" */
	struct address client;		/* if has_client */
	bool has_client;
	bool from_itself;		/* ... that is this very server, whose
					 * webmail logs in: a place of nobody */
	bool for_sending;		/* a login that opens a way to send
					 * (SMTP AUTH), and reads no mail */
	bool null_sender;		/* envelope sender <> */
	bool is_queued;			/* a submission that is accepted, too:
					 * Exim says both in one line */
	uint32_t recipients;		/* or MAIL_UNKNOWN */
	uint32_t size_bytes;		/* or MAIL_UNKNOWN; larger ones too */
	uint32_t attempts;		/* refused passwords this line counts */
	struct slice recipient;		/* without < and > */
	struct slice dsn;		/* enhanced status code, "5.1.1" */
	struct slice requeued_as;	/* next id behind a local content
					 * filter (A3), else empty */
	struct slice earlier_id;	/* of MAIL_RECEIVED: what it was called
					 * before a filter handed it back, or
					 * somebody queued it anew */
	bool is_handed_back;		/* of MAIL_RECEIVED: by a filter of
					 * ours, which told the true client */
	struct slice reply;		/* delivery: the server's words, for
					 * telling policy from absence */
	struct slice more_recipients;	/* who shares this delivery's outcome,
					 * for mail_event_next_recipient();
					 * then `recipients` counts all */
	struct slice session;		/* what ties the lines of a connection
					 * (sessions.h): an id, a process, or
					 * MAIL_SASL_SESSION; else empty */
	/* Keys of account, message and the message's account in their tables,
	 * and who wrote the line in the tracker's; detector_foresee() works
	 * them out, 0: it did not. No format sets them. */
	uint64_t account_key, message_key, owner_key;
	uint32_t writer;
};

/* The session of failures whose name another program writes: Plesk's. */
#define MAIL_SASL_SESSION S("sasl")

/* Nothing known but the kind and, where there is one, the id. */
void mail_event_init(struct mail_event *event, enum mail_event_kind kind,
		     struct slice queue_id);

/* Take an address from a list with commas, which quotes and < > protect, and
 * step over the comma. Of "NAME <ADDRESS>", the address. False at the end. */
bool mail_event_next_recipient(struct slice *list,
			       struct slice *recipient_out);

/* Step over an enhanced status code, "5.1.1" (RFC 3463 section 2: class 2, 4
 * or 5, then twice one to three digits). Empty, and nothing done, where none
 * is; whether something may follow it, the caller knows. */
struct slice mail_event_take_dsn(struct slice *text);

/* "submission", "delivery", ...; "sent", "deferred", ... or NULL. */
extern const char *const mail_event_kind_names[MAIL_EVENT_KINDS];
extern const char *const mail_status_names[];

#endif
