#include "detector/blocks_inside.h"

#include "base/stamp.h"

static void copy(const struct db_row *row, const char *name, char *out,
		 size_t size)
{
	slice_copy(db_column(row, name), out, size);
}

void blocks_read_row(const struct db_row *row, struct block *out)
{
	const struct {
		const char *name;
		char *text;
		size_t size;
	} texts[] = {
		{ "decision", out->decision, sizeof(out->decision) },
		{ "account", out->account, sizeof(out->account) },
		{ "lifted_by", out->lifted_by, sizeof(out->lifted_by) },
		{ "lift_reason", out->lift_reason, sizeof(out->lift_reason) },
		{ "panel", out->panel, sizeof(out->panel) },
		{ "previous", out->previous, sizeof(out->previous) },
		{ "fingerprint", out->fingerprint, sizeof(out->fingerprint) },
		{ "scheme", out->scheme, sizeof(out->scheme) },
		{ "password_changed", out->password_changed,
		  sizeof(out->password_changed) },
		{ "language", out->language, sizeof(out->language) },
		{ "contact", out->contact, sizeof(out->contact) },
		{ "proof", out->proof, sizeof(out->proof) },
	};

	for (size_t i = 0; i < BLOCKS_N(texts); i++)
		copy(row, texts[i].name, texts[i].text, texts[i].size);
	out->id = db_column_integer(row, "id", 0);
	out->is_active = slice_eq(db_column(row, "state"), S("active"));
	out->decided_ms = db_column_integer(row, "decided_ms", 0);
	out->blocked_ms = db_column_integer(row, "blocked_ms", 0);
	out->lifted_ms = db_column_integer(row, "lifted_ms", 0);
	out->changed = db_column_integer(row, "changed", 0) != 0;
	out->is_repeat = db_column_integer(row, "is_repeat", 0) != 0;
	out->says_mine = db_column_integer(row, "says_mine", 0) != 0;
	out->is_trusted = db_column_integer(row, "is_trusted", 0) != 0;
	out->probability = db_column_real(row, "probability", 0);
	out->log_odds = db_column_real(row, "log_odds", 0);
	out->token_expires_ms = db_column_integer(row, "token_expires_ms", 0);
	text_clear(&out->verdict);
	text_add(&out->verdict, db_column(row, "verdict"));
}

struct finding {
	struct block *block;
	bool is_found;
};

static int take_block(void *context, const struct db_row *row)
{
	struct finding *finding = context;

	blocks_read_row(row, finding->block);
	finding->is_found = true;
	return 1;
}

enum block_find blocks_find_one(struct blocks *blocks, const char *sql,
				const struct db_parameter *parameters,
				size_t n_parameters, struct block *out,
				struct err *err)
{
	struct finding finding = { .block = out };

	if (db_run(blocks->db, sql, parameters, n_parameters, take_block,
		   &finding, NULL, err) != DB_OK)
		return BLOCK_FIND_ERROR;
	return finding.is_found ? BLOCK_FOUND : BLOCK_NOT_FOUND;
}

enum block_find blocks_get(struct blocks *blocks, int64_t id,
			   struct block *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(id)),
	};

	return blocks_find_one(blocks, "SELECT " BLOCKS_COLUMNS
			       " FROM comporta_block WHERE id = :id",
			       parameters, BLOCKS_N(parameters), out, err);
}

enum block_find blocks_active_of(struct blocks *blocks, struct slice account,
				 struct block *out, struct err *err)
{
	char login[PANEL_LOGIN_SIZE];

	if (!blocks_account(account, login))
		return BLOCK_NOT_FOUND;

	const struct db_parameter parameters[] = {
		BLOCKS_P("account", db_string(login)),
	};
	return blocks_find_one(blocks, "SELECT " BLOCKS_COLUMNS
			       " FROM comporta_block"
			       " WHERE active_account = :account",
			       parameters, BLOCKS_N(parameters), out, err);
}

/*
 * Only the token's SHA-256 is looked up, so how long the lookup takes says
 * nothing about the token.
 */
enum block_find blocks_by_token(struct blocks *blocks, struct slice token,
				int64_t now_ms, struct block *out,
				struct err *err)
{
	char hash[CRYPTO_HEX_SIZE];

	if (token.len != CRYPTO_TOKEN_SIZE - 1)
		return BLOCK_NOT_FOUND;
	crypto_sha256_hex(token, hash);

	const struct db_parameter parameters[] = {
		BLOCKS_P("hash", db_string(hash)),
		BLOCKS_P("now", db_integer(now_ms)),
	};
	return blocks_find_one(blocks, "SELECT " BLOCKS_COLUMNS
			       " FROM comporta_block WHERE token_hash = :hash"
			       " AND token_expires_ms > :now",
			       parameters, BLOCKS_N(parameters), out, err);
}

struct listing {
	int (*each)(void *context, const struct block *block);
	void *context;
	struct block block;
};

static int list_row(void *context, const struct db_row *row)
{
	struct listing *listing = context;

	blocks_read_row(row, &listing->block);
	return listing->each(listing->context, &listing->block);
}

/* Built from fixed words only: what strangers gave is bound. */
static void list_statement(const struct block_filter *filter,
			   struct text *sql)
{
	const struct {
		bool is_wanted;
		const char *words;
	} conditions[] = {
		{ filter->state != NULL, " AND state = :state" },
		{ filter->account.len > 0, " AND account = :account" },
		{ filter->domain.len > 0, " AND domain = :domain" },
		{ filter->seen_by != 0, " AND EXISTS (SELECT 1 FROM"
		  " comporta_token_domain d WHERE d.token_id = :seen_by"
		  " AND d.domain = comporta_block.domain)" },
		{ filter->search.len > 0,
		  " AND (INSTR(account, :search) > 0 OR id = :number)" },
		{ filter->since_ms > 0, " AND blocked_ms >= :since" },
		{ filter->before_id > 0, " AND id < :before" },
	};

	text_add_string(sql, "SELECT " BLOCKS_COLUMNS
			" FROM comporta_block WHERE 1 = 1");
	for (size_t i = 0; i < BLOCKS_N(conditions); i++)
		if (conditions[i].is_wanted)
			text_add_string(sql, conditions[i].words);
	text_add_string(sql, " ORDER BY id DESC LIMIT :limit");
}

/* "#22", as notices say it, or "22"; -1, which no block has, for what is no
 * number. */
static int64_t number_of(struct slice search)
{
	int64_t number = -1;

	slice_skip(&search, S("#"));
	slice_whole(search, &number);
	return number;
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

int blocks_list(struct blocks *blocks, const struct block_filter *filter,
		int (*each)(void *context, const struct block *block),
		void *context, struct err *err)
{
	struct listing listing = { each, context, BLOCK_INIT };
	struct text sql = TEXT_INIT(2048);
	char account[PANEL_LOGIN_SIZE], domain[PANEL_LOGIN_SIZE];
	char search[PANEL_LOGIN_SIZE];
	enum db_result done;

	/* What is too long to be kept is in no row. */
	if (!slice_copy_lower(filter->account, account, sizeof(account)) ||
	    !slice_copy_lower(filter->domain, domain, sizeof(domain)) ||
	    !slice_copy_lower(filter->search, search, sizeof(search)))
		return 0;

	const struct db_parameter parameters[] = {
		BLOCKS_P("state", blocks_or_null(filter->state)),
		BLOCKS_P("account", db_string(account)),
		BLOCKS_P("domain", db_string(domain)),
		BLOCKS_P("seen_by", db_integer(filter->seen_by)),
		BLOCKS_P("search", db_string(search)),
		BLOCKS_P("number", db_integer(number_of(filter->search))),
		BLOCKS_P("since", db_integer(filter->since_ms)),
		BLOCKS_P("before", db_integer(filter->before_id)),
		BLOCKS_P("limit", db_integer(between(1, filter->limit, 201))),
	};
	list_statement(filter, &sql);
	done = db_run(blocks->db, text_string(&sql), parameters,
		      BLOCKS_N(parameters), list_row, &listing, NULL, err);
	text_release(&sql);
	block_release(&listing.block);
	return done == DB_OK ? 0 : -1;
}

struct active {
	int (*each)(void *context, int64_t block_id, struct slice account);
	void *context;
};

static int active_row(void *context, const struct db_row *row)
{
	struct active *active = context;

	return active->each(active->context, db_column_integer(row, "id", 0),
			     db_column(row, "account"));
}

int blocks_each_active(struct blocks *blocks, int64_t since_ms,
		       int (*each)(void *context, int64_t block_id,
				   struct slice account),
		       void *context, struct err *err)
{
	struct active active = { each, context };
	const struct db_parameter parameters[] = {
		BLOCKS_P("since", db_integer(since_ms)),
	};

	return db_run(blocks->db,
		      "SELECT id, account FROM comporta_block WHERE"
		      " state = 'active' AND blocked_ms >= :since"
		      " ORDER BY id DESC",
		      parameters, BLOCKS_N(parameters), active_row, &active,
		      NULL, err) == DB_OK ? 0 : -1;
}

static int add_audit_line(void *context, const struct db_row *row)
{
	static const char *const columns[] = { "actor", "address", "action",
					       "reason", "detail" };
	struct json *line = json_new_object();

	json_add_stamp(line, "at", db_column_integer(row, "at_ms", 0));
	for (size_t i = 0; i < BLOCKS_N(columns); i++)
		json_add_text(line, columns[i], db_column(row, columns[i]));
	if (db_column_integer(row, "block_id", 0))
		json_add_integer(line, "block",
				 db_column_integer(row, "block_id", 0));
	json_push(context, &line);
	return 0;
}

int blocks_audit_of_account(struct blocks *blocks, struct slice account,
			    struct json *array, struct err *err)
{
	char login[PANEL_LOGIN_SIZE];

	/* What is no login has no line. */
	if (!blocks_account(account, login))
		return 0;

	const struct db_parameter parameters[] = {
		BLOCKS_P("account", db_string(login)),
	};
	return db_run(blocks->db,
		      "SELECT at_ms, block_id, actor, address, action, reason,"
		      " detail FROM comporta_audit WHERE account = :account"
		      " ORDER BY id DESC LIMIT 20",
		      parameters, BLOCKS_N(parameters), add_audit_line, array,
		      NULL, err) == DB_OK ? 0 : -1;
}

int blocks_audit_of(struct blocks *blocks, int64_t block_id,
		    struct json *array, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	return db_run(blocks->db,
		      "SELECT at_ms, actor, address, action, reason, detail"
		      " FROM (SELECT id, at_ms, actor, address, action,"
		      " reason, detail FROM comporta_audit"
		      " WHERE block_id = :id ORDER BY id DESC LIMIT 200)"
		      " newest ORDER BY id",
		      parameters, BLOCKS_N(parameters), add_audit_line, array,
		      NULL, err) == DB_OK ? 0 : -1;
}

static int add_notice(void *context, const struct db_row *row)
{
	static const char *const columns[] = { "kind", "recipient",
					       "language", "state" };
	struct json *notice = json_new_object();

	for (size_t i = 0; i < BLOCKS_N(columns); i++)
		json_add_text(notice, columns[i], db_column(row, columns[i]));
	json_add_integer(notice, "attempts",
			 db_column_integer(row, "attempts", 0));
	json_add_stamp(notice, "queued",
		       db_column_integer(row, "queued_ms", 0));
	json_add_stamp(notice, "tried",
		       db_column_integer(row, "claimed_ms", 0));
	json_add_stamp(notice, "sent", db_column_integer(row, "sent_ms", 0));
	json_add_text(notice, "last_error", db_column(row, "last_error"));
	json_push(context, &notice);
	return 0;
}

int blocks_notices_of(struct blocks *blocks, int64_t block_id,
		      struct json *array, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	return db_run(blocks->db,
		      "SELECT kind, recipient, language, state, attempts,"
		      " queued_ms, claimed_ms, sent_ms, last_error"
		      " FROM comporta_notice WHERE block_id = :id"
		      " AND " NOTICE_OF_BLOCK " ORDER BY id LIMIT 100",
		      parameters, BLOCKS_N(parameters), add_notice, array,
		      NULL, err) == DB_OK ? 0 : -1;
}

static int take_newest(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "newest", 0);
	return 1;
}

int blocks_newest_audit(struct blocks *blocks, int64_t *id_out,
			struct err *err)
{
	*id_out = 0;
	return db_run(blocks->db,
		      "SELECT MAX(id) AS newest FROM comporta_audit", NULL, 0,
		      take_newest, id_out, NULL, err) == DB_OK
		       ? 0
		       : -1;
}
