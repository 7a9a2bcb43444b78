/*
 * languages - inside of the notifier: the parsed files of each language.
 * The rest of the program uses letter.h.
 */
#ifndef NOTIFIER_LANGUAGES_H
#define NOTIFIER_LANGUAGES_H

#include "notifier/letter.h"
#include "notifier/template.h"

/* Names and kinds of the placeholders, in the order of enum letter_field;
 * letter.c holds them. */
extern const struct template_field letter_fields[LETTER_FIELDS];

/* The template of that name ("blocked.txt") in `language`, or in "en" when we
 * do not have that language. NULL when no such file belongs to a language. */
const struct template *languages_template(const struct languages *languages,
					  const char *language,
					  const char *file);

/* The name of the language that is used when `language` is asked for. */
const char *languages_name(const struct languages *languages,
			   const char *language);

/* Could they be loaded? */
int languages_check(const char *template_dir, struct err *err);

/* The scanners of language.conf, one per line. */
void languages_scanners(const struct languages *languages,
			const char *language, struct text *out);

#endif
