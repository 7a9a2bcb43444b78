/*
 * letter - one notice in one language: from values and templates to a
 * finished message.
 *
 * A language is a folder templates/LANG/ with the same files and the same
 * placeholders in every language (a lint checks it):
 *   KIND.subject KIND.txt KIND.html   for each kind of notice
 *   page.html                         the owner page
 *   language.conf                     words: country names, unit words,
 *                                     links to scanners, date form
 * Placeholders are {{name}}, with {{?name}}...{{/name}} for a part that is
 * left out when the value is empty, and {{!name}}...{{/name}} for the
 * opposite (template.h). In .html files every value is escaped; in .txt and
 * .subject control characters are removed, so no value can end a header line.
 * Lines of .txt longer than 76 columns are broken when it is filled in.
 *
 * Values are text; what lists and numbers look like is decided by whoever
 * fills them in with the language's words at hand.
 */
#ifndef NOTIFIER_LETTER_H
#define NOTIFIER_LETTER_H

#include "base/err.h"
#include "base/text.h"

enum { LETTER_VALUE_MAX = 8192 };	/* bytes; longer values are cut */

/* Every placeholder that templates may use; letter.c holds the list. */
enum letter_field {
	LETTER_ACCOUNT, LETTER_NAME, LETTER_PROVIDER, LETTER_SUPPORT,
	LETTER_SINCE,		/* date and time in the language's form */
	LETTER_MESSAGES, LETTER_RECIPIENTS, LETTER_UNKNOWN_RECIPIENTS,
	LETTER_COUNTRIES,	/* "Wietnam, Brazylia oraz inne (5)" */
	LETTER_ADDRESSES,	/* "183.88.x.x, 177.12.x.x" masked */
	LETTER_SAMPLE_DOMAINS,
	LETTER_REASONS,		/* lines, one per piece of evidence */
	LETTER_LINK,		/* the owner page, empty in "lifted" */
	LETTER_LINK_UNTIL,	/* date in the language's form */
	LETTER_NEEDS_SUPPORT,	/* "1" when the owner cannot lift alone */
	LETTER_IS_REPEAT,	/* "1" */
	LETTER_BLOCK_ID,
	LETTER_STATE,		/* owner page: "unchanged" "same" "changed"
				 * "app_passwords" "unknown" "lifted" */
	LETTER_CHANGED, LETTER_UNCHANGED,
				/* "1" for what is known of the password; in
				 * "lifted" what was proven at the lift. None
				 * of both: nothing can be known */
	LETTER_LIFTED,		/* owner page: "1" once it is open */
	LETTER_MESSAGE,		/* owner page: outcome of a button, a word of
				 * language.conf */
	LETTER_SCANNERS,	/* lines; empty for those of language.conf */
	LETTER_LANGUAGE,	/* empty for the one that is used */
	LETTER_WINDOW,		/* time the counts are from: "4 h"; may be
				 * empty */
	LETTER_BY_HAND,		/* "1" when support stopped it, not the
				 * evidence */
	LETTER_HAND_REASON,	/* in support's words; may be empty */
	LETTER_PANEL_URL,	/* where to change the password; as text,
				 * since mails with links there are what
				 * thieves send */
	LETTER_TRUST_UNTIL,	/* owner page: until when "it was me" would
				 * make the places trusted; empty when it
				 * would not */
	LETTER_IS_TRUSTED,	/* owner page: "1" once it has */
	LETTER_APP_PASSWORDS,	/* "1" when the panel has such */
	LETTER_APP_PASSWORDS_LEFT,
				/* owner page: by name those from before the
				 * block; in "lifted" "1" when there were */
	LETTER_SAME_PASSWORD,	/* owner page: "1", beside UNCHANGED, when the
				 * old one was set again */
	LETTER_SUPPORT_TOLD,	/* "1" when support gets this one as well */
	LETTER_TITLE,		/* alarm: what is wrong, in a line */
	LETTER_NEXT,		/* ... and what to do */
	LETTER_DETAIL,		/* ... as the program says it; may be empty */
	LETTER_MACHINE,		/* ... where; may be empty */
	LETTER_UNTIL,		/* alarm_over, digest: date and time */
	LETTER_MADE, LETTER_OPENED, LETTER_STANDING, LETTER_WATCHED,
				/* digest: numbers; WATCHED may be empty */
	LETTER_MADE_LIST, LETTER_STANDING_LIST, LETTER_WATCHED_LIST,
	LETTER_REFUSED_LIST, LETTER_FAILED_LIST, LETTER_ALARM_LIST,
				/* lines; may be empty */
	LETTER_QUIET,		/* digest: "1" when nothing happened */
	LETTER_FIELDS
};

struct letter {
	struct text values[LETTER_FIELDS];
	char language[16];	/* one we lack means "en" */
	int64_t at_ms;		/* Date: header, and part of the Message-ID:
				 * when the notice was queued, so that a
				 * second copy is known as one */
	int64_t id;		/* stable part of the Message-ID */
};

/* An empty letter; letter_release() when done. */
void letter_init(struct letter *letter);
void letter_release(struct letter *letter);
void letter_set(struct letter *letter, enum letter_field field,
		struct slice value);

/* All languages, loaded and checked at start: a missing file or an unknown or
 * unclosed placeholder is refused with its name and line. */
struct languages;
int languages_load(const char *template_dir, struct languages **out,
		   struct err *err);
void languages_free(struct languages **languages);

/*
 * The language to use: the first of `wishes` that we have ("pt_BR", "PL",
 * "pl-PL;q=0.9" and whole Accept-Language headers all give a folder's name),
 * else `fallback`, else "en". A country code of two capital letters (PL, PT,
 * BR) counts as a wish for its language. Never NULL; lives as long as
 * `languages`.
 */
const char *languages_choose(const struct languages *languages,
			     const struct slice *wishes, size_t n_wishes,
			     const char *fallback);

/* A word of language.conf, e.g. "country.VN" or "reason.volume". `otherwise`
 * when the language has none. */
const char *languages_word(const struct languages *languages,
			   const char *language, const char *word,
			   const char *otherwise);

/* The letter's field as a date in its language; empty for a time that is not
 * known (0 or less). */
void letter_set_date(struct letter *letter, enum letter_field field,
		     const struct languages *languages, int64_t at_ms);

/* "15 listopada 2026, 09:01" in the language's own form, machine's zone. */
void languages_date(const struct languages *languages, const char *language,
		    int64_t at_ms, struct text *out);

/* "12,345" in the language's own form. */
void languages_number(const struct languages *languages, const char *language,
		      int64_t number, struct text *out);

/* Countries by name, masked addresses and so on, joined with the language's
 * commas and "and": at most `most` items, then "and N more". */
void languages_join(const struct languages *languages, const char *language,
		    const struct slice *items, size_t n_items, size_t most,
		    struct text *out);

/* Append one template file filled in ("page.html"). */
int letter_render(const struct languages *languages,
		  const struct letter *letter, const char *file,
		  struct text *out, struct err *err);

struct letter_head {
	const char *from;	/* address */
	const char *from_name;	/* UTF-8, may be "" */
	struct slice to;
};

/* The whole message for notice `kind` ("blocked"): headers and
 * multipart/alternative, CR LF line ends, ready for mail_route.send. Fails
 * with EXIT_DATA when the owner's address is none mail can be sent to, with
 * EXIT_CONFIG when the sender's is not. */
int letter_message(const struct languages *languages,
		   const struct letter *letter, const char *kind,
		   const struct letter_head *head, struct text *out,
		   struct err *err);

#endif
