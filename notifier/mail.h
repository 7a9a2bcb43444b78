/*
 * mail - hand one finished message to a mail server.
 *
 * struct mail_route says how. mail_smtp.c is the one over SMTP; tests
 * put their own `send` into the route.
 */
#ifndef NOTIFIER_MAIL_H
#define NOTIFIER_MAIL_H

#include "base/err.h"
#include "base/slice.h"

struct mail_settings {
	const char *url;	/* smtp://host:port or smtps://host:port */
	const char *user, *password;	/* "" for no login; a login to another
				 * machine always requires TLS */
	const char *from;	/* envelope sender; "" for the empty one */
	const char *helo;	/* "" for the machine's name */
	bool starttls;		/* required when true, else used if offered */
	bool verify;		/* check the certificate */
	const char *ca_file;	/* "" for the system's */
	int64_t timeout_ms;	/* for one message, until all of it is sent */
	int64_t answer_ms;	/* and then for the answer, when that is longer
				 * than what is left of the first. Both of all
				 * ways well below WAITING_CLAIM_MS, or it may
				 * go twice */
};

enum mail_result {
	MAIL_ACCEPTED,
	MAIL_LATER,		/* 4xx for this mail: try it again */
	MAIL_AWAY,		/* no connection, TLS or login, or our sender
				 * is refused: try again, and no other mail
				 * would get through now */
	MAIL_UNCERTAIN,		/* as MAIL_AWAY, but it may have the mail: all
				 * of it was sent, and no answer came */
	MAIL_REFUSED		/* 5xx for this recipient: no use to repeat */
};

struct mail_route {
	void *context;
	/* `message` is RFC 5322 with CR LF line ends. The server's words, made
	 * visible, stand in *err unless accepted. */
	enum mail_result (*send)(void *context, struct slice recipient,
				 struct slice message, struct err *err);
};

struct mail_client;

/* The strings must outlive the client. Only the settings are checked here;
 * the first message connects. One connection is kept open and used again for
 * the next message. */
int mail_client_open(const struct mail_settings *settings,
		     struct mail_client **client_out, struct err *err);
void mail_client_close(struct mail_client **client);

/* How far a login gets that would like to send, and with which answer. */
enum mail_trial {
	MAIL_TRIAL_TAKEN,	/* the recipient was accepted */
	MAIL_TRIAL_REFUSED,	/* at MAIL FROM or RCPT TO */
	MAIL_TRIAL_NO_LOGIN,	/* AUTH was refused, or not offered */
	MAIL_TRIAL_AWAY		/* no connection, no TLS, no answer */
};
enum { MAIL_ANSWER_SIZE = 240 };

/* Connects anew, logs in, says MAIL FROM the settings' sender and RCPT TO
 * `recipient`, and goes: nothing is sent. To another machine only over TLS;
 * on this one its certificate, whose name is another, is not checked.
 * `answer_out` is the last answer, or why there was none, made visible. */
enum mail_trial mail_client_try(struct mail_client *client,
				const char *recipient,
				char answer_out[MAIL_ANSWER_SIZE]);

/* The same as our notices go: with the certificate as set, also without a
 * login, and as far as MAIL FROM only where `recipient` is "". */
enum mail_trial mail_client_probe(struct mail_client *client,
				  const char *recipient,
				  char answer_out[MAIL_ANSWER_SIZE]);

/* The route through that client. */
struct mail_route mail_client_route(struct mail_client *client);

#endif
