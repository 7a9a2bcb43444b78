#include "detector/blocks_inside.h"

#include "detector/settings.h"

#include <string.h>

void block_release(struct block *block)
{
	text_release(&block->verdict);
}

struct db_value blocks_or_null(const char *text)
{
	if (!text || !text[0])
		return (struct db_value){ .type = DB_NULL };
	return db_string(text);
}

void blocks_visible(const char *text, char *out, size_t size)
{
	struct text visible = TEXT_INIT(4096);
	struct slice rest;
	size_t used = 0;

	text_add_visible(&visible, slice_sub(slice_from(text), 0, 1000));
	rest = text_slice(&visible);
	while (rest.len > 0) {
		size_t character = utf8_character(rest);

		if (character == 0 || used + character >= size)
			break;
		memcpy(out + used, rest.ptr, character);
		used += character;
		rest = slice_after(rest, character);
	}
	out[used] = '\0';
	text_release(&visible);
}

bool blocks_account(struct slice login, char out[PANEL_LOGIN_SIZE])
{
	struct slice rest = login;

	if (login.len == 0)
		return false;
	while (rest.len > 0) {
		size_t character = utf8_character(rest);

		if (character == 0 || (unsigned char)rest.ptr[0] < ' ' ||
		    rest.ptr[0] == 0x7f)
			return false;
		rest = slice_after(rest, character);
	}
	return slice_copy_lower(login, out, PANEL_LOGIN_SIZE);
}

bool blocks_is_address(const char *text)
{
	struct slice address = slice_from(text);
	struct slice domain = slice_domain(address);

	if (domain.len == 0 || address.len > 254 ||
	    address.len < domain.len + 2)
		return false;
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.ptr[i];

		if (c <= ' ' || c == 0x7f || strchr("<>,;\"()", c))
			return false;
	}
	return true;
}

enum db_result blocks_audit_add(struct blocks *blocks,
				const struct blocks_audit_line *line,
				struct err *err)
{
	struct db_value none = { .type = DB_NULL };
	char actor[96], reason[BLOCKS_REASON_SIZE];

	blocks_visible(line->actor, actor, sizeof(actor));
	blocks_visible(line->reason, reason, sizeof(reason));

	const struct db_parameter parameters[] = {
		BLOCKS_P("at", db_integer(line->at_ms)),
		BLOCKS_P("block_id", line->block_id
				? db_integer(line->block_id) : none),
		BLOCKS_P("account", db_string(line->account)),
		BLOCKS_P("actor", db_string(actor)),
		BLOCKS_P("address", blocks_or_null(line->address)),
		BLOCKS_P("action", db_string(line->action)),
		BLOCKS_P("reason", blocks_or_null(reason)),
		BLOCKS_P("detail", blocks_or_null(line->detail)),
	};
	return db_run(blocks->db,
		      "INSERT INTO comporta_audit (at_ms, block_id, account,"
		      " actor, address, action, reason, detail) VALUES (:at,"
		      " :block_id, :account, :actor, :address, :action,"
		      " :reason, :detail)",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
}

static bool is_among(const char *const *addresses, size_t n, const char *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_nocase(slice_from(addresses[i]),
				    slice_from(wanted)))
			return true;
	return false;
}

enum db_result blocks_queue(struct blocks *blocks, const struct block *block,
			    enum notice_kind kind, bool owner_too,
			    int64_t now_ms, struct err *err)
{
	const struct {
		const char *address;
		bool is_wanted;
	} candidates[] = {
		/* The contact first: the thief reads the mailbox. */
		{ block->contact, owner_too && settings.notice.to_contact },
		{ block->account, owner_too && settings.notice.to_mailbox },
		{ settings.notice.operator_address, true },
	};
	const char *chosen[BLOCKS_N(candidates)];
	size_t n = 0;

	for (size_t i = 0; i < BLOCKS_N(candidates); i++) {
		const char *address = candidates[i].address;
		enum db_result done;

		if (!candidates[i].is_wanted || !blocks_is_address(address) ||
		    is_among(chosen, n, address))
			continue;
		chosen[n++] = address;
		done = outbox_queue(blocks->db, block->id, kind,
				    slice_from(address),
				    slice_from(block->language), now_ms, err);
		if (done != DB_OK)
			return done;
	}
	return DB_OK;
}
