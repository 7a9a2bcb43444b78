/*
 * A POST with an Idempotency-Key is done once: who did not hear the answer
 * asks again with the same key, and hears it.
 *
 * The row of comporta_request is claimed before the work and gets the answer
 * after it. Killed in between, its claim ends after a minute, and the work is
 * done again, as all calls here stand that: a block is made by a decision that
 * is named by the key, a lift is of one block, a word is looked for.
 *
 * The request is kept as a digest that is keyed by the secret, since its body
 * may hold a password; nobody who reads the table can try passwords on it.
 * Whether a password is the old one is asked again and never kept.
 *
 * Kept for a day. What a token can fill in that time is bounded by its rate
 * and HTTP_ONCE_ANSWER_MAX.
 */
#include "detector/http/route.h"

#include "base/log.h"
#include "base/stamp.h"

#include <string.h>

enum {
	KEY_MAX = 128,
	CLAIM_MS = STAMP_MINUTE_MS,
	KEPT_MS = STAMP_DAY_MS,
	ANSWER_MAX = 256 * 1024,
	SWEEP_EVERY = 64,	/* keys */
	SWEEP_ROWS = 500
};

#define P(name_, value_) { .name = (name_), .value = (value_) }
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A row of comporta_request. */
struct kept {
	bool is_there;
	char digest[CRYPTO_HEX_SIZE];
	int status;		/* 0 while the first one is being answered */
	struct text answer;
	int64_t at_ms, first_ms;
};

static bool is_key(struct slice key)
{
	for (size_t i = 0; i < key.len; i++)
		if (key.ptr[i] < ' ' || key.ptr[i] > '~')
			return false;
	return key.len > 0 && key.len <= KEY_MAX;
}

/* Of each part first, so that none can reach into the next. */
static void digest_of(struct slice secret, const struct slice *parts, size_t n,
		      char out[CRYPTO_HEX_SIZE])
{
	unsigned char key[CRYPTO_DIGEST_SIZE];
	unsigned char digests[4 * CRYPTO_DIGEST_SIZE];
	struct slice key_slice = { (const char *)key, sizeof(key) };

	crypto_derive(secret, "request", key);
	for (size_t i = 0; i < n; i++)
		crypto_hmac(key_slice, parts[i],
			    digests + i * CRYPTO_DIGEST_SIZE);
	crypto_hmac_hex(key_slice,
			(struct slice){ (const char *)digests,
					n * CRYPTO_DIGEST_SIZE }, out);
	explicit_bzero(key, sizeof(key));
}

static int take_row(void *context, const struct db_row *row)
{
	struct kept *kept = context;

	kept->is_there = true;
	slice_copy(db_column(row, "digest"), kept->digest,
		   sizeof(kept->digest));
	kept->status = (int)db_column_integer(row, "status", 0);
	kept->at_ms = db_column_integer(row, "at_ms", 0);
	kept->first_ms = db_column_integer(row, "first_ms", 0);
	text_clear(&kept->answer);
	text_add(&kept->answer, db_column(row, "answer"));
	return 1;
}

/* What every statement of one request is given. */
struct once {
	struct exchange *exchange;
	struct slice key;
	char digest[CRYPTO_HEX_SIZE];
	int64_t was_ms;		/* at_ms of the row that was found */
	int64_t first_ms;	/* when this was first asked for */
};

static enum db_result run(struct once *once, const char *sql, int status,
			  struct slice answer, struct kept *kept,
			  int64_t *changed_out, struct err *err)
{
	const struct exchange *exchange = once->exchange;
	const struct db_parameter parameters[] = {
		P("token", db_integer(exchange->token.id)),
		P("key", db_text(once->key)),
		P("digest", db_string(once->digest)),
		P("now", db_integer(exchange->request->now_ms)),
		P("was", db_integer(once->was_ms)),
		P("first", db_integer(once->first_ms)),
		P("status", db_integer(status)),
		P("answer", db_text(answer)),
	};

	return db_run(exchange->context->blocks->db, sql, parameters,
		      N_OF(parameters), kept ? take_row : NULL, kept,
		      changed_out, err);
}

#define NO_ANSWER S("")
#define OF_KEY " WHERE token_id = :token AND request_key = :key"

enum claim { CLAIM_OURS, CLAIM_KEPT, CLAIM_FAILED };

/* The row that is there already: ours again when it is too old, or when its
 * claim has ended. */
static enum claim take_over(struct once *once, struct kept *kept,
			    struct err *err)
{
	int64_t age_ms, changed = 0;
	bool is_left;

	if (run(once, "SELECT digest, status, answer, at_ms, first_ms"
		" FROM comporta_request" OF_KEY, 0, NO_ANSWER, kept, NULL,
		err) != DB_OK)
		return CLAIM_FAILED;
	age_ms = once->exchange->request->now_ms - kept->at_ms;
	if (age_ms < 0)		/* the clock was set back */
		age_ms = -age_ms;
	is_left = kept->status == 0 && age_ms > CLAIM_MS &&
		  strcmp(kept->digest, once->digest) == 0;
	if (!kept->is_there || (age_ms <= KEPT_MS && !is_left))
		return CLAIM_KEPT;
	once->was_ms = kept->at_ms;
	if (age_ms <= KEPT_MS)
		once->first_ms = kept->first_ms;
	if (run(once, "UPDATE comporta_request SET digest = :digest,"
		" status = NULL, answer = NULL, at_ms = :now,"
		" first_ms = :first" OF_KEY " AND at_ms = :was", 0, NO_ANSWER,
		NULL, &changed, err) != DB_OK)
		return CLAIM_FAILED;
	if (changed == 1)
		return CLAIM_OURS;
	kept->status = 0;	/* another took it just now */
	slice_copy(slice_from(once->digest), kept->digest,
		   sizeof(kept->digest));
	return CLAIM_KEPT;
}

static enum claim claim(struct once *once, struct kept *kept, struct err *err)
{
	switch (run(once, "INSERT INTO comporta_request (token_id,"
		    " request_key, digest, at_ms, first_ms) VALUES (:token,"
		    " :key, :digest, :now, :first)", 0, NO_ANSWER, NULL, NULL,
		    err)) {
	case DB_OK:
		return CLAIM_OURS;
	case DB_DUPLICATE:
		return take_over(once, kept, err);
	default:
		return CLAIM_FAILED;
	}
}

static int take_bound(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "at_ms", 0);
	return 1;
}

/* A few of the old rows; what fails is left for the next time. */
static void sweep(struct exchange *exchange)
{
	struct db *db = exchange->context->blocks->db;
	int64_t bound = exchange->request->now_ms - KEPT_MS;
	struct db_parameter parameters[] = {
		P("bound", db_integer(bound)),
		P("rows", db_integer(SWEEP_ROWS)),
	};
	struct err err;

	if (exchange->context->n_keys++ % SWEEP_EVERY != 0)
		return;
	if (db_run(db, "SELECT at_ms FROM comporta_request"
		   " WHERE at_ms < :bound ORDER BY at_ms LIMIT 1"
		   " OFFSET :rows", parameters, N_OF(parameters), take_bound,
		   &bound, NULL, &err) != DB_OK)
		return;
	parameters[0].value = db_integer(bound);
	if (db_run(db, "DELETE FROM comporta_request WHERE at_ms < :bound",
		   parameters, N_OF(parameters), NULL, NULL, NULL, &err) !=
	    DB_OK)
		log_debug("http: %s", err.text);
}

/* A refusal for the moment would only be in the way of the next try. */
static bool is_to_keep(const struct http_response *response)
{
	return response->status < 500 && response->status != 429 &&
	       response->body.len <= ANSWER_MAX;
}

static void keep(struct once *once)
{
	const struct http_response *response = once->exchange->response;
	enum db_result done;
	struct err err;

	if (is_to_keep(response))
		done = run(once, "UPDATE comporta_request SET"
			   " status = :status, answer = :answer" OF_KEY
			   " AND digest = :digest AND at_ms = :now",
			   response->status, text_slice(&response->body),
			   NULL, NULL, &err);
	else
		done = run(once, "DELETE FROM comporta_request" OF_KEY
			   " AND at_ms = :now", 0, NO_ANSWER, NULL, NULL,
			   &err);
	/* It was done and its sender hears so; asked again, it is done again
	 * once the claim has ended. */
	if (done != DB_OK)
		log_warning("http: an answer was not kept: %s", err.text);
}

static void replay(struct exchange *exchange, const struct kept *kept)
{
	struct http_response *response = exchange->response;

	text_clear(&response->body);
	text_add(&response->body, text_slice(&kept->answer));
	response->status = kept->status;
	response->content_type = "application/json";
	http_response_field(response, "Idempotency-Replayed", "true");
}

static void answer_kept(struct once *once, const struct kept *kept)
{
	struct http_response *response = once->exchange->response;

	if (kept->is_there && strcmp(kept->digest, once->digest) != 0) {
		http_error(response, 422, "idempotency_key_reused", "This "
			   "Idempotency-Key came with another request before. "
			   "Take a new key for each thing that is to be "
			   "done.", NULL);
	} else if (kept->status) {
		replay(once->exchange, kept);
	} else {
		http_error(response, 409, "in_progress", "The same request is "
			   "being answered. Ask again in a minute.", NULL);
		http_response_field(response, "Retry-After", "60");
	}
}

/* Of this key as it was first used: a key that is old enough names another. */
static void name_work(struct once *once)
{
	struct exchange *exchange = once->exchange;
	const struct slice name[] = {
		{ (const char *)&exchange->token.id,
		  sizeof(exchange->token.id) },
		once->key,
		{ (const char *)&once->first_ms, sizeof(once->first_ms) },
	};

	digest_of(exchange->context->blocks->secret, name, N_OF(name),
		  exchange->once);
	if (once->first_ms != exchange->request->now_ms)
		exchange->first_ms = once->first_ms;
}

void http_once(struct exchange *exchange,
	       void (*answer)(struct exchange *exchange))
{
	const struct http_request *request = exchange->request;
	struct once once = {
		.exchange = exchange,
		.key = request->headers[HTTP_IDEMPOTENCY_KEY],
		.first_ms = request->now_ms,
	};
	const struct slice whole[] = { request->method, request->path,
				       request->body };
	struct kept kept = { .answer = TEXT_INIT(DB_MAX_COLUMN_BYTES) };
	struct err err;

	if (!is_key(once.key)) {
		http_bad_request(exchange, "An Idempotency-Key is 1 to 128 "
				 "printable characters.");
		return;
	}
	digest_of(exchange->context->blocks->secret, whole, N_OF(whole),
		  once.digest);
	sweep(exchange);
	switch (claim(&once, &kept, &err)) {
	case CLAIM_FAILED:
		http_away(exchange->response, &err);
		break;
	case CLAIM_KEPT:
		answer_kept(&once, &kept);
		break;
	case CLAIM_OURS:
		name_work(&once);
		answer(exchange);
		keep(&once);
		break;
	}
	text_release(&kept.answer);
}
