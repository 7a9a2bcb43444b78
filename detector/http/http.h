/*
 * http - the endpoint: what a request and an answer are, and how they meet.
 *
 * The router (router.c) and everything behind it are plain functions of
 * struct http_request and struct http_response; http_mhd.c, the adapter of
 * libmicrohttpd, fills in the one and sends the other. Tests do without it.
 *
 * One process, one thread: requests are answered one after the other, each
 * within a database time-out. Every byte of a request is a stranger's.
 */
#ifndef DETECTOR_HTTP_HTTP_H
#define DETECTOR_HTTP_HTTP_H

#include "base/address.h"
#include "base/json.h"
#include "base/text.h"
#include "detector/blocks.h"
#include "detector/http/latency.h"
#include "detector/http/pages.h"
#include "detector/http/ratelimit.h"
#include "notifier/letter.h"

#include <signal.h>

struct desk_sessions;

enum {
	HTTP_BODY_MAX = 64 * 1024,
	HTTP_URI_MAX = 4096,	/* path and query, as sent */
	HTTP_ANSWER_MAX = 4 * 1024 * 1024,
	HTTP_FIELDS_MAX = 12,
	HTTP_VALUE_SIZE = 1200	/* a Location may have a whole login in it */
};

/* The request headers that anything here reads. */
enum http_header {
	HTTP_AUTHORIZATION, HTTP_CONTENT_TYPE, HTTP_ACCEPT_LANGUAGE,
	HTTP_FORWARDED_FOR, HTTP_IDEMPOTENCY_KEY, HTTP_COOKIE, HTTP_HOST,
	HTTP_ORIGIN, HTTP_SEC_FETCH_SITE, HTTP_HEADERS
};

extern const char *const http_header_names[HTTP_HEADERS];

/* Borrowed from the connection; lives until the answer is made. */
struct http_request {
	struct slice method;
	struct slice path;	/* as sent, still percent-encoded */
	struct slice query;	/* behind the '?', still percent-encoded */
	struct slice headers[HTTP_HEADERS];	/* ptr NULL when not sent */
	struct slice body;
	bool body_too_large;	/* more than HTTP_BODY_MAX; not kept */
	bool is_ambiguous;	/* where its body ends can be read in two ways:
				 * a proxy in front may see other requests */
	bool is_tls;		/* by ourselves */
	struct address client;	/* of the connection; the router replaces it
				 * by the one a trusted proxy names */
	int64_t now_ms;
};

struct http_field {
	const char *name;
	char value[HTTP_VALUE_SIZE];
};

struct http_response {
	int status;
	const char *content_type;
	struct text body;
	struct http_field fields[HTTP_FIELDS_MAX];
	size_t n_fields;
};

#define HTTP_RESPONSE_INIT { .body = TEXT_INIT(HTTP_ANSWER_MAX) }
void http_response_release(struct http_response *response);

/* A header of the answer. A value with a control character, or too long, is
 * dropped: it could end the line. */
void http_response_field(struct http_response *response, const char *name,
			 const char *value);

/* {"error": code, "message": ..., "detail": {}}. `detail` may be NULL, else it
 * is taken and set to NULL. Replaces what the answer held. */
void http_error(struct http_response *response, int status, const char *code,
		const char *message, struct json **detail);

/* The database or something else of ours is away: 503 with Retry-After. The
 * reason goes to the operator's log, not to the stranger. */
void http_away(struct http_response *response, const struct err *err);

void http_json(struct http_response *response, int status,
	       const struct json *json);

/* What the endpoint works with; borrowed from the command. */
struct http_context {
	struct blocks *blocks;
	const struct languages *languages;
	struct ratelimit *limits;
	struct ratelimit *guesses;	/* of passwords, by account, in an
					 * hour; like `limits` NULL for none */
	/* What the detector knows of an account: adds `score`, `networks`,
	 * `countries`, `recent` and `day` to the object. False, and nothing is
	 * added, when it knows nothing or cannot be asked. May be NULL. */
	bool (*known)(void *known_context, struct slice account,
		      struct json *object);
	void *known_context;
	uint64_t n_keys;	/* requests with an Idempotency-Key so far */
	struct desk_sessions *sessions;	/* of /support; NULL for none */
	int64_t (*now_ms)(void);	/* wall clock */
	int64_t started_ms;	/* the process; 0: not known */
	int (*random)(void *bytes_out, size_t size, struct err *err);
	struct http_stats *stats;	/* counted into; may be NULL */
	struct pages *pages;	/* may be NULL: all are made anew */
	/* Addresses of reverse proxies whose X-Forwarded-For is believed;
	 * NULL for none. */
	const struct conf_list *proxies;
	uint64_t seed;		/* secret, for tables that strangers fill */
	int64_t idle_ms;	/* a silent client is cut after this; 0 for
				 * 15 s. A request may take twice as long. */
	/* Called once, when the port is ours and TLS's key was read, before
	 * the first request is; may be NULL. `port` is the real one also where
	 * settings.serve.listen asks for 0. `blocks` and `languages` may be
	 * set in it. -1 ends it all. */
	int (*ready)(void *ready_context, int port, struct err *err);
	void *ready_context;
	/* Called with ready_context while no request is answered, at least
	 * twice a second; may be NULL. */
	void (*between)(void *ready_context);
};

/* Answer one request. Never fails: what goes wrong is an answer too. */
void http_answer(struct http_context *context,
		 const struct http_request *request,
		 struct http_response *response);

/*
 * Serve settings.serve.* until *stop, which is looked at twice a second and
 * when a signal arrives. A database that is away does not end it. SIGPIPE
 * must be ignored by the caller.
 */
int http_serve(struct http_context *context, volatile sig_atomic_t *stop,
	       struct err *err);

#endif
