#include "detector/commands/password_words.h"

enum { NAMES_SHOWN = 5, NAME_SHOWN = 40 };

static const struct {
	const char *name, *sentence;
} words[] = {
	[PASSWORD_UNCHANGED] = { "unchanged",
				 "Its password is still the old one." },
	[PASSWORD_CHANGED] = { "changed", "Its password has changed." },
	[PASSWORD_SAME] = { "same", "Its old password was set again." },
	[PASSWORD_APP_PASSWORDS_LEFT] = { "app_passwords_left",
		"Its password has changed, but application passwords from "
		"before the block still work" },
	[PASSWORD_UNKNOWN] = { "unknown", "Nobody can tell whether its "
				"password has changed." },
	[PASSWORD_ERROR] = { NULL, "" },
};

const char *password_state_name(enum password_state state)
{
	return words[state].name;
}

static void add_names(const struct blocks_app_passwords *app,
		      struct text *out)
{
	size_t shown = app->n_names < NAMES_SHOWN ? app->n_names : NAMES_SHOWN;

	text_addf(out, " (%lld: ", (long long)app->left);
	for (size_t i = 0; i < shown; i++) {
		text_add_string(out, i ? ", " : "");
		text_add_value(out, slice_sub(slice_from(app->names[i]), 0,
					      NAME_SHOWN));
	}
	text_add_string(out, (int64_t)shown < app->left ? ", ...)." : ").");
}

static enum password_state tell(struct blocks *blocks,
				const struct block *block, struct text *out,
				struct err *err)
{
	enum password_state state = blocks_password(blocks, block, err);
	struct blocks_app_passwords app;

	if (state == PASSWORD_ERROR)
		return state;
	if (state == PASSWORD_APP_PASSWORDS_LEFT &&
	    blocks_app_passwords(blocks, block, &app, err))
		return PASSWORD_ERROR;
	text_add_string(out, words[state].sentence);
	if (state == PASSWORD_APP_PASSWORDS_LEFT)
		add_names(&app, out);
	return state;
}

enum password_state password_words(struct blocks *blocks, int64_t block_id,
				   struct text *out, struct err *err)
{
	struct block block = BLOCK_INIT;
	enum password_state state = PASSWORD_ERROR;

	switch (blocks_get(blocks, block_id, &block, err)) {
	case BLOCK_FOUND:
		state = tell(blocks, &block, out, err);
		break;
	case BLOCK_NOT_FOUND:
		err_set(err, EXIT_DATA, "block %lld is gone",
			(long long)block_id);
		break;
	case BLOCK_FIND_ERROR:
		break;
	}
	block_release(&block);
	return state;
}
