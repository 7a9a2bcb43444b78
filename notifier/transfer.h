/*
 * transfer - a dialogue with another machine. The adapter of libcurl, which
 * nobody else includes.
 *
 * It owns connections and keeps them for the next time, TLS, time limits, and
 * says how a dialogue ended. What to make of the other side's answers is for
 * mail_smtp.c and webhook_send.c to know.
 */
#ifndef NOTIFIER_TRANSFER_H
#define NOTIFIER_TRANSFER_H

#include "base/err.h"
#include "base/slice.h"

struct transfer_settings {
	const char *url;	/* smtp(s)://host:port/name-for-EHLO */
	const char *user, *password;	/* "" for no login */
	bool needs_tls;		/* SMTP: STARTTLS or nothing */
	bool verify;		/* check the certificate */
	const char *ca_file;	/* "" for the system's */
	int64_t timeout_ms;	/* for the whole dialogue; of mail, until all
				 * of it is handed over, and then ... */
	int64_t answer_ms;	/* ... for the answer to it; 0: no more */
};

/* Who listens: every line that goes out and comes in, as it does, with its
 * end, but not the message's. */
struct transfer_ear {
	void (*said)(void *context, struct slice line);
	void (*heard)(void *context, struct slice line);
	void *context;
};

enum transfer_end {
	TRANSFER_DONE,
	TRANSFER_NO_LOGIN,	/* the other side refused the login */
	TRANSFER_BROKEN		/* it refused something, or there was no
				 * connection, TLS or answer */
};

struct transfer;

/* The strings must outlive it. The first dialogue connects. */
void transfer_open(const struct transfer_settings *settings,
		   const struct transfer_ear *ear,
		   struct transfer **transfer_out);
void transfer_close(struct transfer **transfer);

/* One message by SMTP. *left_out is what of it was not handed over. */
enum transfer_end transfer_mail(struct transfer *transfer, const char *from,
				const char *recipient, struct slice message,
				size_t *left_out);

/* Connect anew, start TLS and log in; from then on the connection is the
 * caller's, for the two below. */
enum transfer_end transfer_connect(struct transfer *transfer, bool verify);

/* False when it is not all out by `until_ms` of the monotonic clock. */
bool transfer_say(struct transfer *transfer, struct slice bytes,
		  int64_t until_ms);
/* How many bytes came; 0 when none will, or none came in time. */
size_t transfer_hear(struct transfer *transfer, char *out, size_t size,
		     int64_t until_ms);
/* Such a connection is of no more use for messages. */
void transfer_hang_up(struct transfer *transfer);

/* Why the last dialogue was broken, in the library's words. Never NULL. */
const char *transfer_problem(const struct transfer *transfer);

/* Does "host", "host:port" or "[address]:port" name this machine, by an address
 * that never leaves it, or as localhost? */
bool transfer_is_here(struct slice host);

/*
 * HTTP POSTs, several at a time, each to its own end. Redirects are answers
 * like others, and an answer's body is thrown away.
 */
struct transfer_posts;

/* Of the settings: verify, ca_file, timeout_ms. */
void transfer_posts_open(const struct transfer_settings *settings,
			 struct transfer_posts **posts_out);
/* Those under way are given up. */
void transfer_posts_close(struct transfer_posts **posts);

struct transfer_post {
	const char *url;
	const char *const *headers;	/* "Name: value" */
	size_t n_headers;
	struct slice body;
	void *tag;		/* comes back with the answer */
};

/* Copies what it needs. */
int transfer_posts_begin(struct transfer_posts *posts,
			 const struct transfer_post *post, struct err *err);
size_t transfer_posts_under_way(const struct transfer_posts *posts);

struct transfer_answer {
	void *tag;
	int status;		/* 0 when there was none */
	int64_t retry_after_ms;	/* 0 when the server did not say */
	char problem[256];	/* without a status, in the library's words */
};

/* Wait for the next that ends; false when none did within `wait_ms`. */
bool transfer_posts_next(struct transfer_posts *posts, int64_t wait_ms,
			 struct transfer_answer *answer_out);

#endif
