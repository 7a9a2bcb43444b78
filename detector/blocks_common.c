#include "detector/blocks_inside.h"

#include "detector/settings.h"

#include <string.h>

void block_release(struct block *block)
{
	text_release(&block->verdict);
}

/* "hand..." of an operator, the API and the support page, "once:" of an API's
 * request that bore a key. The judge's keys begin with its action. */
bool blocks_is_by_hand(const struct block *block)
{
	struct slice decision = slice_from(block->decision);

	return slice_starts(decision, S("hand-")) ||
	       slice_starts(decision, S("hand:")) ||
	       slice_starts(decision, S("once:"));
}

bool held_fate_named(struct slice word, enum held_fate *fate_out)
{
	static const struct {
		struct slice word;
		enum held_fate fate;
	} fates[] = {
		{ SLICE("keep"), HELD_KEEP },
		{ SLICE("release"), HELD_RELEASE },
		{ SLICE("delete"), HELD_DELETE },
	};

	for (size_t i = 0; i < BLOCKS_N(fates); i++)
		if (slice_eq(word, fates[i].word)) {
			*fate_out = fates[i].fate;
			return true;
		}
	return false;
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

enum db_result blocks_audit_row(struct db_rows *rows,
				const struct blocks_audit_line *line,
				struct err *err)
{
	struct db_value none = { .type = DB_NULL };
	char actor[96], reason[BLOCKS_REASON_SIZE];

	blocks_visible(line->actor, actor, sizeof(actor));
	blocks_visible(line->reason, reason, sizeof(reason));

	const struct db_value values[] = {
		db_integer(line->at_ms),
		line->block_id ? db_integer(line->block_id) : none,
		db_string(line->account),
		db_string(actor),
		blocks_or_null(line->address),
		db_string(line->action),
		blocks_or_null(reason),
		blocks_or_null(line->detail),
	};
	return db_rows_add(rows, values, BLOCKS_N(values), err);
}

enum db_result blocks_audit_add(struct blocks *blocks,
				const struct blocks_audit_line *line,
				struct err *err)
{
	struct db_rows rows = BLOCKS_AUDIT_ROWS(blocks->db);

	return db_rows_end(&rows, blocks_audit_row(&rows, line, err), err);
}

static bool is_among(const char *const *addresses, size_t n, const char *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_nocase(slice_from(addresses[i]),
				    slice_from(wanted)))
			return true;
	return false;
}

const char *blocks_support(void)
{
	const char *const wanted[] = { settings.notice.support_address,
				       settings.notice.support_contact };

	for (size_t i = 0; i < BLOCKS_N(wanted); i++)
		if (blocks_is_address(wanted[i]))
			return wanted[i];
	return "";
}

enum { RECIPIENTS = 5 };

static size_t recipients(const struct block *block, enum notice_kind kind,
			 bool owner_too, const char *chosen[RECIPIENTS])
{
	bool came_back = kind == NOTICE_BLOCKED_AGAIN;
	const struct {
		const char *address;
		bool is_wanted;
	} candidates[RECIPIENTS] = {
		/* The contact first: the thief reads the mailbox. */
		{ block->contact, owner_too && settings.notice.to_contact },
		{ block->reseller, owner_too && settings.notice.to_reseller },
		{ block->account, owner_too && settings.notice.to_mailbox },
		{ blocks_support(), came_back },
		{ settings.notice.operator_address, true },
	};
	size_t n = 0;

	for (size_t i = 0; i < RECIPIENTS; i++) {
		const char *address = candidates[i].address;

		if (candidates[i].is_wanted && blocks_is_address(address) &&
		    !is_among(chosen, n, address))
			chosen[n++] = address;
	}
	return n;
}

enum db_result blocks_queue_rows(struct db_rows *rows,
				 const struct block *block,
				 enum notice_kind kind, bool owner_too,
				 int64_t now_ms, struct err *err)
{
	const char *chosen[RECIPIENTS];
	size_t n = recipients(block, kind, owner_too, chosen);
	enum db_result done = DB_OK;

	for (size_t i = 0; i < n && done == DB_OK; i++)
		done = outbox_row(rows, block->id, kind, slice_from(chosen[i]),
				  slice_from(block->language), now_ms, err);
	return done;
}

enum db_result blocks_queue(struct blocks *blocks, const struct block *block,
			    enum notice_kind kind, bool owner_too,
			    int64_t now_ms, struct err *err)
{
	const char *chosen[RECIPIENTS];
	size_t n = recipients(block, kind, owner_too, chosen);
	enum db_result done = DB_OK;

	for (size_t i = 0; i < n && done == DB_OK; i++)
		done = outbox_queue(blocks->db, block->id, kind,
				    slice_from(chosen[i]),
				    slice_from(block->language), now_ms, err);
	return done;
}
