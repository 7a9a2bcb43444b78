/*
 * A person's word on its way into the audit trail, and the news that the
 * detector reads there.
 */
#include "detector/blocks_inside.h"

#include "base/address.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <string.h>

/* A button pressed a thousand times must not fill a table. */
enum { MINE_MAX = 20 };

struct hearing {
	int (*each)(void *context, const struct blocks_news *news);
	void *context;
};

static int news_row(void *context, const struct db_row *row)
{
	struct hearing *hearing = context;
	struct blocks_news news = {
		.audit_id = db_column_integer(row, "id", 0),
		.at_ms = db_column_integer(row, "at_ms", 0),
		.account = db_column(row, "account"),
		.is_lift = !slice_eq(db_column(row, "action"), S("trust")),
	};

	if (!news.is_lift &&
	    !trust_parse(db_column(row, "detail"), &news.trust)) {
		log_warning("line %lld of the audit trail cannot be read as "
			    "a word of trust", (long long)news.audit_id);
		return 0;
	}
	return hearing->each(hearing->context, &news);
}

int blocks_news_since(struct blocks *blocks, int64_t after_audit_id,
		      int (*each)(void *context,
				  const struct blocks_news *news),
		      void *context, struct err *err)
{
	struct hearing hearing = { each, context };
	const struct db_parameter parameters[] = {
		BLOCKS_P("after", db_integer(after_audit_id)),
	};

	return db_run(blocks->db,
		      "SELECT id, account, at_ms, action, detail"
		      " FROM comporta_audit WHERE id > :after"
		      " AND action IN ('lift', 'discard', 'trust')"
		      " ORDER BY id",
		      parameters, BLOCKS_N(parameters), news_row, &hearing,
		      NULL, err) == DB_OK ? 0 : -1;
}

/* Did the first one who was asked write it down before he was killed? */
static enum db_result was_written(struct blocks *blocks,
				  const struct blocks_audit_line *line,
				  int64_t first_ms, bool *was_out,
				  struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("account", db_string(line->account)),
		BLOCKS_P("actor", db_string(line->actor)),
		BLOCKS_P("action", db_string(line->action)),
		BLOCKS_P("detail", db_string(line->detail)),
		BLOCKS_P("first", db_integer(first_ms)),
	};

	*was_out = false;
	if (first_ms == 0)
		return DB_OK;
	return db_run(blocks->db, "SELECT id FROM comporta_audit WHERE"
		      " at_ms >= :first AND account = :account AND"
		      " actor = :actor AND action = :action AND"
		      " detail = :detail LIMIT 1", parameters,
		      BLOCKS_N(parameters), db_note_row, was_out, NULL, err);
}

int blocks_trust(struct blocks *blocks, const struct trust_request *request,
		 int64_t now_ms, struct err *err)
{
	char login[PANEL_LOGIN_SIZE], detail[TRUST_TEXT_SIZE];
	const struct blocks_audit_line line = {
		.account = login, .actor = request->actor,
		.address = request->address, .action = "trust",
		.reason = request->reason, .detail = detail, .at_ms = now_ms,
	};
	enum db_result done;
	bool was;

	if (!blocks_account(request->account, login))
		return err_set(err, EXIT_DATA, "this is no login");
	trust_print(request->trust, detail);
	done = was_written(blocks, &line, request->first_ms, &was, err);
	if (done == DB_OK && !was)
		done = blocks_audit_add(blocks, &line, err);
	return done == DB_OK ? 0 : -1;
}

bool blocks_places(const struct block *block, int64_t now_ms,
		   struct trust *out)
{
	struct err ignored;
	struct json *verdict = json_parse(text_slice(&block->verdict),
					  &ignored);
	const struct json *window = json_get(verdict, "window");
	const struct json *networks = json_get(window, "networks");
	const struct json *countries = json_get(window, "countries");
	struct trust trust = { .until_day = 0 };
	/* Nobody is at so many places: that word needs support's. */
	bool are_few = json_length(networks) <= TRUST_NETWORKS &&
		       json_length(countries) <= TRUST_COUNTRIES;

	for (size_t i = 0; i < json_length(networks); i++)
		trust_network(&trust, json_text(json_at(networks, i)));
	for (size_t i = 0; i < json_length(countries); i++)
		trust_country(&trust, json_text(json_at(countries, i)));
	json_free(&verdict);
	trust_for(&trust, now_ms,
		  (uint32_t)(settings.lift.trust_ms / STAMP_DAY_MS));
	if (!are_few || trust.n_networks + trust.n_countries == 0 ||
	    !trust.until_day)
		return false;
	*out = trust;
	return true;
}

int blocks_mine(struct blocks *blocks, const struct block *block,
		const char *address, int64_t now_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block->id)),
		BLOCKS_P("at", db_integer(now_ms)),
		BLOCKS_P("account", db_string(block->account)),
		BLOCKS_P("address", db_string(address ? address : "")),
		BLOCKS_P("most", db_integer(MINE_MAX)),
	};

	return db_run(blocks->db,
		      "INSERT INTO comporta_audit (at_ms, block_id, account,"
		      " actor, address, action, reason) SELECT :at, b.id,"
		      " :account, 'owner', :address, 'mine', 'it was me'"
		      " FROM comporta_block b WHERE b.id = :id AND NOT EXISTS"
		      " (SELECT 1 FROM comporta_audit a WHERE a.block_id = b.id"
		      " AND a.action = 'mine' AND a.address = :address)"
		      " AND (SELECT COUNT(*) FROM comporta_audit c"
		      " WHERE c.block_id = b.id AND c.action = 'mine') < :most",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err) == DB_OK ? 0 : -1;
}

bool blocks_may_trust(const struct block *block, enum password_state now)
{
	struct trust ignored;

	return !block->is_active && !block->is_repeat &&
	       now != PASSWORD_UNCHANGED && now != PASSWORD_ERROR &&
	       blocks_proven(block) != PASSWORD_SAME &&
	       blocks_proven(block) != PASSWORD_APP_PASSWORDS_LEFT &&
	       blocks_places(block, block->blocked_ms, &ignored);
}

static enum db_result trust_mine(struct blocks *blocks,
				 const struct block *block,
				 const char *address, int64_t now_ms,
				 struct err *err)
{
	char detail[TRUST_TEXT_SIZE];
	struct trust trust;

	if (!blocks_places(block, now_ms, &trust))
		return DB_OK;
	trust_print(&trust, detail);

	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block->id)),
		BLOCKS_P("at", db_integer(now_ms)),
		BLOCKS_P("account", db_string(block->account)),
		BLOCKS_P("address", db_string(address ? address : "")),
		BLOCKS_P("detail", db_string(detail)),
	};
	return db_run(blocks->db,
		      "INSERT INTO comporta_audit (at_ms, block_id, account,"
		      " actor, address, action, reason, detail)"
		      " SELECT :at, b.id, :account, 'owner', :address,"
		      " 'trust', 'it was me', :detail FROM comporta_block b"
		      " WHERE b.id = :id AND EXISTS"
		      " (SELECT 1 FROM comporta_audit a WHERE a.block_id = b.id"
		      " AND a.action = 'mine' AND a.address = :address)"
		      " AND NOT EXISTS (SELECT 1 FROM comporta_audit c"
		      " WHERE c.block_id = b.id AND c.action = 'trust')",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
}

int blocks_trust_mine(struct blocks *blocks, const struct block *block,
		      const char *address, int64_t now_ms, struct err *err)
{
	return trust_mine(blocks, block, address, now_ms, err) == DB_OK ? 0
									: -1;
}

enum db_result blocks_trust_same(struct blocks *blocks,
				 const struct block *block,
				 const char *address, int64_t now_ms,
				 struct err *err)
{
	struct address client;

	if (!address || !address_parse(slice_from(address), &client) ||
	    address_is_local(&client))
		return DB_OK;
	return trust_mine(blocks, block, address, now_ms, err);
}
