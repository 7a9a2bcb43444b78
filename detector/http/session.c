#include "detector/http/session.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS = 16 };

struct desk_sessions {
	struct session all[SESSIONS_MAX];
};

struct desk_sessions *desk_sessions_new(void)
{
	struct desk_sessions *sessions = calloc(1, sizeof(*sessions));

	if (!sessions)
		abort();
	return sessions;
}

void desk_sessions_free(struct desk_sessions **sessions)
{
	if (*sessions)
		explicit_bzero(*sessions, sizeof(**sessions));
	free(*sessions);
	*sessions = NULL;
}

void session_end(struct session *session)
{
	explicit_bzero(session, sizeof(*session));
}

static bool is_over(const struct session *session,
		    const struct session_life *life, int64_t now_ms)
{
	return now_ms - session->used_ms > life->idle_ms ||
	       now_ms - session->began_ms > life->max_ms;
}

/* A clock that was set back must not make a session live longer than its
 * life from then on. */
static void expire(struct session *session, const struct session_life *life,
		   int64_t now_ms)
{
	if (!session->hash[0])
		return;
	if (session->began_ms > now_ms || is_over(session, life, now_ms))
		session_end(session);
}

static struct session *older(struct session *a, struct session *b)
{
	return !a || b->used_ms < a->used_ms ? b : a;
}

static struct session *place_for(struct desk_sessions *sessions,
				 const struct session_life *life,
				 int64_t token_id, int64_t now_ms)
{
	struct session *empty = NULL, *own = NULL, *any = NULL;
	size_t n_own = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &sessions->all[i];

		expire(session, life, now_ms);
		if (!session->hash[0]) {
			empty = session;
			continue;
		}
		any = older(any, session);
		if (session->token_id != token_id)
			continue;
		own = older(own, session);
		n_own++;
	}
	if (n_own >= SESSIONS_PER_TOKEN || (own && !empty))
		return own;
	return empty ? empty : any;
}

struct session *desk_sessions_begin(struct desk_sessions *sessions,
			       const struct session_life *life,
			       int64_t token_id,
			       const unsigned char random[CRYPTO_DIGEST_SIZE],
			       int64_t now_ms,
			       char id_out[CRYPTO_TOKEN_SIZE])
{
	struct session *session = place_for(sessions, life, token_id, now_ms);

	session_end(session);
	crypto_token(random, id_out);
	crypto_sha256_hex(slice_from(id_out), session->hash);
	session->token_id = token_id;
	session->began_ms = session->used_ms = now_ms;
	return session;
}

struct session *desk_sessions_find(struct desk_sessions *sessions,
			      const struct session_life *life,
			      struct slice id, int64_t now_ms)
{
	char hash[CRYPTO_HEX_SIZE];

	if (id.len != CRYPTO_TOKEN_SIZE - 1)
		return NULL;
	crypto_sha256_hex(id, hash);
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &sessions->all[i];

		if (!session->hash[0] ||
		    !crypto_equal(slice_from(session->hash),
				  slice_from(hash)))
			continue;
		expire(session, life, now_ms);
		if (!session->hash[0])
			return NULL;
		if (session->used_ms < now_ms)
			session->used_ms = now_ms;
		return session;
	}
	return NULL;
}

static void mac_of(struct slice id, struct slice number,
		   char out[CRYPTO_TOKEN_SIZE])
{
	unsigned char mac[CRYPTO_DIGEST_SIZE];
	char words[40];

	snprintf(words, sizeof(words), "form:%.*s", (int)number.len,
		 number.ptr);
	crypto_hmac(id, slice_from(words), mac);
	crypto_token(mac, out);
}

void session_form(struct session *session, struct slice id,
		  char out[SESSION_FORM_SIZE])
{
	char number[NUMBER_DIGITS + 1], mac[CRYPTO_TOKEN_SIZE];

	snprintf(number, sizeof(number), "%016llx",
		 (unsigned long long)++session->forms);
	mac_of(id, slice_from(number), mac);
	snprintf(out, SESSION_FORM_SIZE, "%s%s", number, mac);
}

enum session_form_check session_form_check(const struct session *session,
					   struct slice id,
					   struct slice form,
					   uint64_t *number_out)
{
	char number[NUMBER_DIGITS + 1], mac[CRYPTO_TOKEN_SIZE];

	if (form.len != SESSION_FORM_SIZE - 1)
		return FORM_BAD;
	slice_copy(slice_sub(form, 0, NUMBER_DIGITS), number, sizeof(number));
	mac_of(id, slice_sub(form, 0, NUMBER_DIGITS), mac);
	if (!crypto_equal(slice_from(mac), slice_after(form, NUMBER_DIGITS)))
		return FORM_BAD;
	*number_out = strtoull(number, NULL, 16);
	for (size_t i = 0; i < SESSION_DONE_MAX; i++)
		if (session->done[i] == *number_out)
			return FORM_DONE;
	return FORM_GOOD;
}

void session_form_done(struct session *session, uint64_t number)
{
	session->done[session->n_done++ % SESSION_DONE_MAX] = number;
}

void session_tell(struct session *session, struct slice page,
		  const char *word, const char *kept)
{
	session->told_page = hash_bytes(page, 0);
	slice_copy(slice_from(word), session->told, sizeof(session->told));
	slice_copy(slice_from(kept), session->kept, sizeof(session->kept));
}

bool session_told(struct session *session, struct slice page,
		  char word_out[SESSION_WORD_SIZE],
		  char kept_out[SESSION_KEPT_SIZE])
{
	if (!session->told[0] || session->told_page != hash_bytes(page, 0))
		return false;
	memcpy(word_out, session->told, sizeof(session->told));
	memcpy(kept_out, session->kept, sizeof(session->kept));
	session->told[0] = session->kept[0] = '\0';
	return true;
}
