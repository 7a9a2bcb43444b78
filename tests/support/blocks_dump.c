#include "tests/support/blocks_dump.h"

#include "base/text.h"
#include "tests/support/test.h"

static struct text dumped;

static int add_row(void *context, const struct db_row *row)
{
	(void)context;
	for (size_t i = 0; i < row->n_columns; i++) {
		text_add_char(&dumped, '|');
		text_add(&dumped, row->columns[i].ptr ? row->columns[i]
						      : S("NULL"));
	}
	text_add_char(&dumped, '\n');
	return 0;
}

const char *blocks_dump(struct db *db)
{
	static const char *const selects[] = {
		"SELECT * FROM comporta_block ORDER BY id",
		"SELECT * FROM comporta_send_block ORDER BY account",
		"SELECT * FROM comporta_audit ORDER BY id",
		"SELECT * FROM comporta_notice ORDER BY id",
		"SELECT * FROM comporta_webhook ORDER BY id",
		"SELECT * FROM comporta_action ORDER BY id",
		"SELECT block_id, kind, item, fingerprint, sealed IS NULL,"
		" LENGTH(sealed) FROM comporta_credential"
		" ORDER BY block_id, kind, item",
	};
	struct err err;

	text_release(&dumped);
	dumped = (struct text)TEXT_INIT(1 << 20);
	for (size_t i = 0; i < N_ELEMENTS(selects); i++)
		if (db_run(db, selects[i], NULL, 0, add_row, NULL, NULL,
			   &err) != DB_OK)
			fail_msg("%s", err.text);
	/* Only on the desk. */
	db_run(db, "SELECT * FROM shop_user ORDER BY login", NULL, 0, add_row,
	       NULL, NULL, &err);
	return text_string(&dumped);
}
