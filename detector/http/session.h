/*
 * session - who is signed in at the support page.
 *
 * A fixed table of SESSIONS_MAX in memory: a restart signs everybody out. Of a
 * session's id, 256 random bits in the browser's cookie, only the SHA-256 is
 * kept. A new one makes room for itself: where its token has
 * SESSIONS_PER_TOKEN already, that of these which was used longest ago; else a
 * free or expired place; else, of all, the one used longest ago. So nobody
 * signs others out with one token.
 *
 * Whether the token still holds is for the caller to ask, at every request.
 * Nothing here allocates but desk_sessions_new(), and nothing fails.
 */
#ifndef DETECTOR_HTTP_SESSION_H
#define DETECTOR_HTTP_SESSION_H

#include "base/crypto.h"

#include <stdint.h>

enum {
	SESSIONS_MAX = 256,
	SESSIONS_PER_TOKEN = 16,
	SESSION_DONE_MAX = 32,	/* forms that are known to be carried out */
	SESSION_KEPT_SIZE = 512,
	SESSION_WORD_SIZE = 48,
	SESSION_FORM_SIZE = 16 + CRYPTO_TOKEN_SIZE	/* with NUL */
};

struct session {
	char hash[CRYPTO_HEX_SIZE];	/* of the id; "" for a free place */
	int64_t token_id;
	int64_t began_ms, used_ms;
	uint64_t forms;		/* handed out so far */
	uint64_t done[SESSION_DONE_MAX];	/* numbers of forms, a ring */
	size_t n_done;
	/* What the last button did, for the next look at that page. */
	uint64_t told_page;
	char told[SESSION_WORD_SIZE];
	char kept[SESSION_KEPT_SIZE];	/* what was typed in vain */
};

struct desk_sessions;

/* Ends the program when there is no memory for it: made once at start. */
struct desk_sessions *desk_sessions_new(void);
void desk_sessions_free(struct desk_sessions **sessions);

/* When a session ends by itself. */
struct session_life {
	int64_t idle_ms;	/* without a request */
	int64_t max_ms;		/* whatever happens */
};

/* `id_out` is for the cookie. */
struct session *desk_sessions_begin(struct desk_sessions *sessions,
			       const struct session_life *life,
			       int64_t token_id,
			       const unsigned char random[CRYPTO_DIGEST_SIZE],
			       int64_t now_ms,
			       char id_out[CRYPTO_TOKEN_SIZE]);

/* NULL when there is none, or no longer. Counts as use. */
struct session *desk_sessions_find(struct desk_sessions *sessions,
			      const struct session_life *life,
			      struct slice id, int64_t now_ms);

void session_end(struct session *session);

/*
 * A form's token: its number and, keyed with the session's id, a MAC of it. So
 * another site cannot make one, nor can another session; and a form that was
 * carried out is known when it comes again.
 */
void session_form(struct session *session, struct slice id,
		  char out[SESSION_FORM_SIZE]);

enum session_form_check { FORM_GOOD, FORM_DONE, FORM_BAD };

enum session_form_check session_form_check(const struct session *session,
					   struct slice id,
					   struct slice form,
					   uint64_t *number_out);

/* It was carried out. Of the forms longest ago this is forgotten. */
void session_form_done(struct session *session, uint64_t number);

/* A word of language.conf to show on `page`, a path, once; and, when a form
 * was refused, what was typed into it ("" for nothing). */
void session_tell(struct session *session, struct slice page,
		  const char *word, const char *kept);

/* False when there is nothing to tell on this page. */
bool session_told(struct session *session, struct slice page,
		  char word_out[SESSION_WORD_SIZE],
		  char kept_out[SESSION_KEPT_SIZE]);

#endif
