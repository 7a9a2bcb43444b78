/*
 * What may stand behind an option or be the first word of a command, for
 * completion.
 */
#include "packaging/manual/describe.h"

#include "detector/formats/format.h"
#include "detector/http/tokens.h"
#include "detector/settings.h"

#include <string.h>

static void add_word(struct text *out, const char *word)
{
	text_addf(out, "%s%s", out->len ? " " : "", word);
}

static void add_formats(struct text *out)
{
	add_word(out, "auto");
#define FORMAT(id) add_word(out, #id);
#include "detector/formats/formats.def"
#undef FORMAT
}

static void add_roles(struct text *out)
{
	static const enum token_role roles[] = {
		TOKEN_SUPPORT, TOKEN_PANEL, TOKEN_METRICS, TOKEN_RESELLER
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		add_word(out, token_role_name(roles[i]));
}

/* What queue.at_lift may be. */
static void add_fates(struct text *out)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		for (const struct conf_option *o = sections[i].options; o->name;
		     o++)
			if (strcmp(sections[i].name, "queue") == 0 &&
			    strcmp(o->name, "at_lift") == 0)
				for (size_t at = 0; o->choices[at]; at++)
					add_word(out, o->choices[at]);
}

static const struct {
	const char *name;
	void (*add)(struct text *out);
} words[] = {
	{ "--format", add_formats },
	{ "--role", add_roles },
	{ "--queue", add_fates },
};

enum { N_WORDS = sizeof(words) / sizeof(words[0]) };

enum value_kind value_kind(const struct command_option *option)
{
	static const struct {
		const char *placeholder;
		enum value_kind kind;
	} kinds[] = {
		{ "FILE", VALUE_FILE },
		{ "DIR", VALUE_FOLDER },
		{ "NAME=VALUE", VALUE_SETTING },
	};

	if (!option->value)
		return VALUE_NONE;
	for (size_t i = 0; i < N_WORDS; i++)
		if (strcmp(words[i].name, option->name) == 0)
			return VALUE_WORD;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].placeholder, option->value) == 0)
			return kinds[i].kind;
	return VALUE_ANY;
}

void value_words(const struct command_option *option, struct text *out)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (strcmp(words[i].name, option->name) == 0)
			words[i].add(out);
}

/* Small letters are words to be written as they are. */
static bool is_word(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] < 'a' || word.ptr[i] > 'z')
			return false;
	return word.len > 0;
}

void first_words(const struct command *command, struct text *out)
{
	struct slice rest = slice_from(command->usage);

	while (rest.len > 0) {
		struct slice one = slice_trim(slice_cut(&rest, '|'));
		struct slice word = slice_cut(&one, ' ');

		if (is_word(word))
			text_addf(out, "%s%.*s", out->len ? " " : "",
				  (int)word.len, word.ptr);
	}
}
