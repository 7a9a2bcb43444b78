#include "detector/commands/check_serve.h"

#include "detector/panel/db_rights.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

/* A login that nobody has: what is asked is whether we may ask. */
static int try_panel(struct desk *serving, struct err *err)
{
	struct panel_mailbox waste;
	enum panel_found found = panel_find(serving->blocks.panel,
					    serving->blocks.db,
					    S("nobody@comporta.invalid"),
					    &waste, err);

	explicit_bzero(&waste, sizeof(waste));
	return found == PANEL_ERROR ? -1 : 0;
}

static void try_user(struct findings *findings)
{
	struct desk serving;
	struct err err;
	char words[200];

	if (desk_open_serving(&serving, &err) < 0) {
		findings_bad(findings, "serve", &err);
		return;
	}
	snprintf(words, sizeof(words), "its own user of the database, "
		 "\"%.60s\", may do what it has to",
		 settings.serve.database_user);
	if (db_rights(serving.blocks.db, settings.sql_dir, DB_RIGHTS_SERVING,
		      &err) < 0 ||
	    try_panel(&serving, &err) < 0)
		findings_bad(findings, "serve", &err);
	else
		findings_good("serve", words);
	desk_close(&serving);
}

void check_serve(struct findings *findings, const struct desk *desk)
{
	const char *user = settings.serve.database_user;

	if (strcmp(db_kind(desk->blocks.db), "mysql") != 0)
		return;
	if (!*user || strcmp(user, settings.database.user) == 0)
		findings_note("serve", "has no user of its own in the "
			      "database: whoever takes it over has the rights "
			      "of who acts; see serve.database_user");
	else
		try_user(findings);
}
