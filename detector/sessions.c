#include "detector/sessions.h"

#include "base/hash.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

/* Plesk's line and Postfix's are of the same failure; between them the second
 * may have ended. */
enum { SASL_S = 1 };

static const struct rule {
	struct slice instance;
	uint32_t keep_s;
	bool same_client;	/* else another session has taken the name */
	bool is_vis;		/* logins come in the letters of vis(3) */
} rules[] = {
	/* A client that keeps its connection is sent away after five idle
	 * minutes, but may be busy for long. */
	{ SLICE("opensmtpd"), DAY_S, false, true },
	/* Sendmail forks for each connection; idle ones end after an hour
	 * (Timeout.command). */
	{ SLICE("sendmail"), HOUR_S, true, false },
};

struct sessions *sessions_new(void)
{
	return must(calloc(1, sizeof(struct sessions)));
}

void sessions_free(struct sessions **sessions)
{
	free(*sessions);
	*sessions = NULL;
}

static const struct rule *rule_of(const struct mail_event *event)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (slice_eq(event->instance, rules[i].instance))
			return &rules[i];
	return NULL;
}

static uint64_t key_of(const struct mail_event *event, struct slice instance)
{
	uint64_t seed = hash_bytes(instance, hash_bytes(event->host, 13));

	/* 0 means a free slot. */
	return hash_bytes(event->session, seed) | 1;
}

static uint32_t seconds(const struct mail_event *event)
{
	return (uint32_t)(event->at_ms / 1000);
}

/* Logs run back a little now and then: before is as near as after. */
static bool is_within(const struct session *session, uint32_t now_s,
		      uint32_t keep_s)
{
	return now_s > session->at_s ? now_s - session->at_s <= keep_s
				     : session->at_s - now_s <= keep_s;
}

static struct session *row_of(struct sessions *sessions, uint64_t key)
{
	size_t rows = SESSIONS_MAX / SESSIONS_ROW;

	return &sessions->slots[(key >> 1) % rows * SESSIONS_ROW];
}

/* NULL when it was never heard of, or too long ago. */
static struct session *find(struct sessions *sessions, uint64_t key,
			    uint32_t now_s, uint32_t keep_s)
{
	struct session *row = row_of(sessions, key);

	for (size_t i = 0; i < SESSIONS_ROW; i++)
		if (row[i].key == key)
			return is_within(&row[i], now_s, keep_s) ? &row[i]
								 : NULL;
	return NULL;
}

/* The smaller, the sooner it makes room. */
static uint64_t worth(const struct session *session, uint32_t now_s)
{
	uint64_t kind = session->account[0] ? 2 : 1;

	if (!session->key)
		return 0;
	if (!is_within(session, now_s, DAY_S))
		kind = 0;
	return kind << 32 | session->at_s;
}

/* Anew, whatever was known of it. */
static struct session *begin(struct sessions *sessions, uint64_t key,
			     uint32_t now_s)
{
	struct session *row = row_of(sessions, key), *place = row;

	for (size_t i = 0; i < SESSIONS_ROW; i++) {
		if (row[i].key == key) {
			place = &row[i];
			break;
		}
		if (worth(&row[i], now_s) < worth(place, now_s))
			place = &row[i];
	}
	memset(place, 0, sizeof(*place));
	place->key = key;
	place->at_s = now_s;
	sessions->is_dirty[place - sessions->slots] = true;
	return place;
}

static void touch(struct sessions *sessions, struct session *session,
		  uint32_t now_s)
{
	if (now_s > session->at_s)
		session->at_s = now_s;
	sessions->is_dirty[session - sessions->slots] = true;
}

/* A login too long to be one is no login (accounts.h), and one must not end
 * early. */
static void keep_account(struct session *session, struct slice account)
{
	if (slice_find_char(account, '\0') >= 0 ||
	    !slice_copy(account, session->account, sizeof(session->account)))
		session->account[0] = '\0';
}

static void keep_client(struct session *session,
			const struct mail_event *event)
{
	session->has_client = event->has_client;
	if (event->has_client)
		session->client = event->client;
}

static void give_account(struct mail_event *event, struct slice account)
{
	event->account = account;
	event->account_key = 0;	/* of what was there before */
}

static void fill_client(const struct session *session,
			struct mail_event *event)
{
	if (!session || event->has_client || !session->has_client)
		return;
	event->client = session->client;
	event->has_client = true;
}

static void fill_account(const struct session *session,
			 const struct rule *rule, struct mail_event *event)
{
	if (!session || event->account.len)
		return;
	if (rule->same_client &&
	    (!event->has_client || !session->has_client ||
	     memcmp(&event->client, &session->client,
		    sizeof(event->client)) != 0))
		return;
	give_account(event, slice_from(session->account));
	if (event->account.len && session->mechanism[0])
		event->mechanism = slice_from(session->mechanism);
}

/* The byte that the three octal digits at `at` are. */
static bool is_octal(const char *at)
{
	return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' &&
	       at[2] >= '0' && at[2] <= '7';
}

/*
 * Take one byte as vis(3) wrote it: "\\", "\040", "\^A", "\M-a", "\M^A", or
 * itself. What vis() does not write stands for itself, too.
 */
static char take_vis(struct slice *rest)
{
	const char *at = rest->ptr;
	size_t len = 1;
	char c = at[0];

	if (c == '\\' && rest->len > 1 && at[1] == '\\') {
		len = 2;
	} else if (c == '\\' && rest->len > 3 && is_octal(at + 1)) {
		c = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 |
			   (at[3] - '0'));
		len = 4;
	} else if (c == '\\' && rest->len > 2 && at[1] == '^') {
		c = (char)(at[2] == '?' ? 0x7f : at[2] & 0x1f);
		len = 3;
	} else if (c == '\\' && rest->len > 3 && at[1] == 'M' &&
		   (at[2] == '-' || at[2] == '^')) {
		c = (char)(at[2] == '-' ? at[3] | 0x80
			   : at[3] == '?' ? 0xff
					  : (at[3] & 0x1f) | 0x80);
		len = 4;
	}
	*rest = slice_after(*rest, len);
	return c;
}

/* Into sessions->account. What is too long for it stays as it is. */
static void decode_account(struct sessions *sessions, struct mail_event *event)
{
	struct slice rest = event->account;
	size_t len = 0;

	if (slice_find_char(rest, '\\') < 0)
		return;
	while (rest.len && len < sizeof(sessions->account) - 1)
		sessions->account[len++] = take_vis(&rest);
	if (!rest.len)
		give_account(event, (struct slice){ sessions->account, len });
}

static void on_login(struct sessions *sessions, struct session *session,
		     uint64_t key, struct mail_event *event)
{
	fill_client(session, event);
	session = begin(sessions, key, seconds(event));
	keep_client(session, event);
	keep_account(session, event->account);
	slice_copy(event->mechanism, session->mechanism,
		   sizeof(session->mechanism));
}

static void join_connection(struct sessions *sessions,
			    const struct rule *rule, struct mail_event *event)
{
	uint64_t key = key_of(event, event->instance);
	uint32_t now_s = seconds(event);
	struct session *session = find(sessions, key, now_s, rule->keep_s);

	if (rule->is_vis)
		decode_account(sessions, event);
	if (session)
		touch(sessions, session, now_s);
	switch (event->kind) {
	case MAIL_SESSION:
		keep_client(begin(sessions, key, now_s), event);
		break;
	case MAIL_LOGIN:
		on_login(sessions, session, key, event);
		break;
	case MAIL_SUBMISSION:
	case MAIL_REJECT:
		fill_account(session, rule, event);
		fill_client(session, event);
		if (event->kind == MAIL_SUBMISSION && !event->account.len &&
		    !event->mechanism.len)
			event->kind = MAIL_RECEIVED;
		break;
	default:
		fill_client(session, event);
		break;
	}
}

/* One account is remembered; that there were two is, too. */
static void sasl_refused(struct sessions *sessions, struct session *session,
			 uint64_t key, const struct mail_event *event)
{
	bool is_mixed = session &&
			(session->is_mixed ||
			 (session->account[0] &&
			  !slice_eq(event->account,
				    slice_from(session->account))));

	session = begin(sessions, key, seconds(event));
	session->is_mixed = is_mixed;
	keep_account(session, event->account);
}

/* The name stands for one failure, and goes with it. */
static void sasl_failed(struct sessions *sessions, struct session *session,
			struct mail_event *event)
{
	if (!session || session->is_mixed || event->account.len)
		return;
	slice_copy(slice_from(session->account), sessions->account,
		   sizeof(sessions->account));
	give_account(event, slice_from(sessions->account));
	session->account[0] = '\0';
	touch(sessions, session, seconds(event));
}

static void join_sasl(struct sessions *sessions, struct mail_event *event)
{
	uint64_t key = key_of(event, MAIL_SASL_SESSION);
	struct session *session =
		find(sessions, key, seconds(event), SASL_S);

	if (event->kind == MAIL_AUTH_FAILURE)
		sasl_failed(sessions, session, event);
	else if (event->account.len)
		sasl_refused(sessions, session, key, event);
	else if (session)
		begin(sessions, key, seconds(event));
}

void sessions_join(struct sessions *sessions, struct mail_event *event)
{
	const struct rule *rule = rule_of(event);

	/* First: Postfix may be called anything, even sendmail. */
	if (slice_eq(event->session, MAIL_SASL_SESSION))
		join_sasl(sessions, event);
	else if (rule)
		join_connection(sessions, rule, event);
}

void sessions_restore(struct sessions *sessions, uint32_t slot,
		      const struct session *session)
{
	if (slot < SESSIONS_MAX &&
	    row_of(sessions, session->key) ==
		    &sessions->slots[slot - slot % SESSIONS_ROW])
		sessions->slots[slot] = *session;
}

int sessions_each_dirty(const struct sessions *sessions,
			int (*each)(void *context, uint32_t slot,
				    const struct session *session),
			void *context)
{
	int result = 0;

	for (uint32_t i = 0; i < SESSIONS_MAX && !result; i++)
		if (sessions->is_dirty[i])
			result = each(context, i, &sessions->slots[i]);
	return result;
}

void sessions_clean(struct sessions *sessions)
{
	memset(sessions->is_dirty, 0, sizeof(sessions->is_dirty));
}
