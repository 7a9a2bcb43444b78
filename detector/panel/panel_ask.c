/*
 * What a panel's tables say of an account besides find.sql: what the mail
 * server would answer, and the application passwords.
 */
#include "detector/panel/panel_inside.h"

#include <string.h>

/* Rows of verify.sql. Two mailboxes of one login are find.sql's to refuse. */
struct asking {
	struct slice account;
	struct panel_standing standing;
	bool is_found;
};

static int take_standing(void *context, const struct db_row *row)
{
	struct asking *asking = context;

	if (!slice_eq_nocase(db_column(row, "account"), asking->account))
		return 0;
	asking->is_found = true;
	/* Whatever cannot be read counts as the worse answer. */
	asking->standing.sends |= db_column_integer(row, "can_send", 1) != 0;
	asking->standing.reads &= db_column_integer(row, "can_read", 0) != 0;
	return 0;
}

enum panel_found panel_ask(const struct panel *panel,
			   const struct panel_file *file, struct db *db,
			   struct slice account, struct panel_standing *out,
			   struct err *err)
{
	struct asking asking = { account, { false, true }, false };
	struct panel_values values;

	panel_fill_account(&values, account);
	if (panel_run(db, &file->statements[0], &values, take_standing,
		      &asking, NULL, err) != DB_OK) {
		err_prefix(err, "panel '%s': %s: ", panel->name, file->name);
		return PANEL_ERROR;
	}
	if (!asking.is_found)
		return PANEL_UNKNOWN_ACCOUNT;
	*out = asking.standing;
	return PANEL_FOUND;
}

enum panel_found panel_verify(struct panel *panel, struct db *db,
			      struct slice account,
			      struct panel_standing *out, struct err *err)
{
	struct panel_standing by_switch = { true, true },
			      by_table = { true, true };
	enum panel_found found = PANEL_FOUND;

	if (!panel_is_possible(account))
		return PANEL_UNKNOWN_ACCOUNT;
	if (panel->gate != PANEL_GATE_TABLE && panel->has_switch)
		found = panel_ask(panel, &panel->verify, db, account,
				  &by_switch, err);
	if (found == PANEL_FOUND && panel->gate != PANEL_GATE_SWITCH)
		found = panel_ask(panel, &panel->table_verify, db, account,
				  &by_table, err);
	if (found == PANEL_FOUND)
		*out = (struct panel_standing){
			by_switch.sends && by_table.sends,
			by_switch.reads && by_table.reads,
		};
	return found;
}

struct listing {
	struct slice account;
	int (*each)(void *context, const struct panel_app_password *password);
	void *context;
	bool is_too_long;
};

static int take_app_password(void *context, const struct db_row *row)
{
	struct listing *listing = context;
	struct panel_app_password password;

	if (!slice_eq_nocase(db_column(row, "account"), listing->account))
		return 0;
	listing->is_too_long |=
		!slice_copy(db_column(row, "id"), password.id,
			    sizeof(password.id)) ||
		!slice_copy(db_column(row, "hash"), password.hash,
			    sizeof(password.hash));
	slice_copy(db_column(row, "name"), password.name,
		   sizeof(password.name));
	return listing->is_too_long || listing->each(listing->context,
						     &password);
}

int panel_app_passwords(struct panel *panel, struct db *db,
			struct slice account,
			int (*each)(void *context,
				    const struct panel_app_password *password),
			void *context, struct err *err)
{
	struct listing listing = { account, each, context, false };
	struct panel_values values;

	if (!panel->has_app_passwords || !panel_is_possible(account))
		return 0;
	panel_fill_account(&values, account);
	if (panel_run(db, &panel->app_passwords.statements[0], &values,
		      take_app_password, &listing, NULL, err) != DB_OK) {
		err_prefix(err, "panel '%s': app_passwords.sql: ",
			   panel->name);
		return -1;
	}
	if (!listing.is_too_long)
		return 0;
	return err_set(err, EXIT_DATA, "panel '%s': app_passwords.sql gives "
		       "an id or a hash that is too long", panel->name);
}
