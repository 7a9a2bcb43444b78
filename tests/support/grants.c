#include "tests/support/grants.h"

#include "base/files.h"
#include "base/text.h"
#include "tests/support/test.h"

void grants_run(struct db *db, const char *path, const char *panel_database)
{
	const struct {
		struct slice name;
		const char *value;
	} filled[] = {
		{ SLICE("{database}"), "comporta" },
		{ SLICE("{panel_database}"), panel_database },
		{ SLICE("{host}"), "127.0.0.1" },
		{ SLICE("{password}"), "secret" },
		{ SLICE("{ro_password}"), "secret2" },
		{ SLICE("{serve_password}"), "secret3" },
	};
	struct text raw = TEXT_INIT(65536), sql = TEXT_INIT(65536);
	struct slice rest;
	struct err err;

	if (files_read(path, &raw, &err) != 0)
		fail_msg("%s", err.text);
	for (rest = text_slice(&raw); rest.len > 0;) {
		size_t i = 0;

		while (i < N_ELEMENTS(filled) &&
		       !slice_skip(&rest, filled[i].name))
			i++;
		if (i < N_ELEMENTS(filled)) {
			text_add_string(&sql, filled[i].value);
			continue;
		}
		text_add_char(&sql, rest.ptr[0]);
		rest = slice_after(rest, 1);
	}
	if (db_run_script(db, text_string(&sql), &err) != DB_OK)
		fail_msg("%s: %s", path, err.text);
	text_release(&raw);
	text_release(&sql);
}
