#include "detector/mailserver/postfix_walk.h"

/* Classes may name classes, and each other. */
enum { CLASS_DEPTH = 6, WORDS_MAX = 5000 };

/* Lists that Postfix asks one after the other, each to its own end. The
 * first is where our documentation puts the check. */
static const struct {
	struct slice name;
	bool is_early;		/* with smtpd_delay_reject=no: before AUTH */
} places[] = {
	{ SLICE("smtpd_sender_restrictions"), false },
	{ SLICE("smtpd_recipient_restrictions"), false },
	{ SLICE("smtpd_relay_restrictions"), false },
	{ SLICE("smtpd_data_restrictions"), false },
	{ SLICE("smtpd_end_of_data_restrictions"), false },
	{ SLICE("smtpd_helo_restrictions"), true },
	{ SLICE("smtpd_client_restrictions"), true },
};

/* Restrictions whose next word is theirs. Those that can say OK end a list
 * for whom they say it. */
static const struct {
	struct slice prefix;
	bool may_permit;
} with_word[] = {
	{ SLICE("check_"), true },
	{ SLICE("permit_dnswl_client"), true },
	{ SLICE("permit_rhswl_client"), true },
	{ SLICE("reject_rbl_client"), false },
	{ SLICE("reject_rhsbl_"), false },
	{ SLICE("sleep"), false },
};

struct walk {
	const struct postfix_answers *answers;
	const struct postfix_service *service;
	struct slice classes;	/* smtpd_restriction_classes */
	struct slice place;
	bool is_early;
	int words;
	char permit[SIGHT_WORD_SIZE], may_permit[SIGHT_WORD_SIZE];
	struct sight *best;	/* or NULL */
	void (*each)(void *context, struct slice map);
	void *context;
};

/* One logical line of a map's file: what begins with a blank goes on. */
static struct slice cut_logical(struct slice *rest)
{
	struct slice from = *rest;
	size_t len = 0;

	do {
		struct slice line = slice_cut(rest, '\n');

		len = (size_t)(line.ptr - from.ptr) + line.len;
	} while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'));
	return slice_sub(from, 0, len);
}

struct slice postfix_map_setting(struct slice file, struct slice name)
{
	struct slice found = S("");

	while (file.len) {
		struct slice line = cut_logical(&file);

		mailserver_setting(line, name, &found);
	}
	return found;
}

static bool is_about_our_table(struct slice file)
{
	static const struct slice settings[] = { SLICE("query"),
						 SLICE("table") };
	bool is_ours = false;

	for (size_t i = 0; i < 2; i++)
		is_ours |= slice_find(postfix_map_setting(file, settings[i]),
				      S(MAILSERVER_TABLE)) >= 0;
	return is_ours;
}

enum ours postfix_ours(const struct postfix_answers *answers, struct slice map)
{
	for (size_t i = 0; i < answers->n_maps; i++) {
		const struct postfix_map *known = &answers->maps[i];

		if (!slice_eq(slice_from(known->name), map))
			continue;
		if (known->is_read && is_about_our_table(known->file))
			return OURS;
		if (known->blocked.status == 0)
			return postfix_is_stop(known->blocked.said) ? OURS
								    : OURS_NOT;
		/* It was asked about a blocked account, and knows none. */
		return known->blocked.status == 1 &&
		       known->blocked.said.len == 0 ? OURS_NOT : OURS_MAYBE;
	}
	return OURS_MAYBE;
}

static void keep_word(char to[SIGHT_WORD_SIZE], struct slice word)
{
	if (!to[0])
		slice_copy(word, to, SIGHT_WORD_SIZE);
}

/* A login's map that is not ours must not hide ours that stands worse. */
static bool is_better(const struct sight *a, const struct sight *b)
{
	return a->ours != b->ours ? a->ours > b->ours
				  : a->standing > b->standing;
}

static void see(struct walk *walk, struct slice map, bool is_sasl, bool warns)
{
	struct sight sight = { .place = walk->place };

	if (walk->each)
		walk->each(walk->context, map);
	if (!walk->best)
		return;
	sight.ours = postfix_ours(walk->answers, map);
	if (sight.ours == OURS_NOT || (!is_sasl && sight.ours != OURS))
		return;
	sight.standing = !is_sasl ? STANDS_FOR_SENDER
		       : walk->is_early ? STANDS_EARLY
		       : warns ? STANDS_WARNING
		       : walk->permit[0] ? STANDS_BEHIND : STANDS_WELL;
	slice_copy(map, sight.map, sizeof(sight.map));
	memcpy(sight.permit, walk->permit, sizeof(sight.permit));
	memcpy(sight.may_permit, walk->may_permit, sizeof(sight.may_permit));
	if (is_better(&sight, walk->best))
		*walk->best = sight;
}

static bool is_class(const struct walk *walk, struct slice word)
{
	struct slice rest = walk->classes, name;

	while (postfix_next_word(&rest, &name))
		if (slice_eq(name, word))
			return true;
	return false;
}

static void walk_list(struct walk *walk, struct slice list, bool warns,
		      int depth);

static void walk_class(struct walk *walk, struct slice name, bool warns,
		       int depth)
{
	struct text value = TEXT_INIT(POSTFIX_VALUE_MAX);

	postfix_value(walk->answers, walk->service, name, &value);
	walk_list(walk, text_slice(&value), warns, depth + 1);
	text_release(&value);
}

/* The row of with_word, or -1. */
static int takes_word(struct slice word)
{
	for (size_t i = 0; i < sizeof(with_word) / sizeof(with_word[0]); i++)
		if (slice_starts(word, with_word[i].prefix))
			return (int)i;
	return -1;
}

static void walk_word(struct walk *walk, struct slice word,
		      struct slice *rest, bool warns, int depth)
{
	struct slice own;
	int row = takes_word(word);

	if (row >= 0 && postfix_next_word(rest, &own)) {
		bool is_sasl = slice_eq(word, S("check_sasl_access"));

		if (is_sasl || slice_eq(word, S("check_sender_access")))
			see(walk, own, is_sasl, warns);
		if (with_word[row].may_permit && !warns && !is_sasl)
			keep_word(walk->may_permit, word);
	} else if (slice_starts(word, S("permit"))) {
		keep_word(walk->permit, word);
	} else if (depth < CLASS_DEPTH && is_class(walk, word)) {
		walk_class(walk, word, warns, depth);
	}
}

static void walk_list(struct walk *walk, struct slice list, bool warns,
		      int depth)
{
	struct slice word;
	bool next_warns = warns;

	while (walk->words++ < WORDS_MAX && postfix_next_word(&list, &word)) {
		if (slice_eq(word, S("warn_if_reject"))) {
			next_warns = true;
			continue;
		}
		walk_word(walk, word, &list, next_warns, depth);
		next_warns = warns;
	}
}

static void walk_places(struct walk *walk)
{
	struct text classes = TEXT_INIT(POSTFIX_VALUE_MAX);
	bool delays = postfix_is_on(walk->answers, walk->service,
				    S("smtpd_delay_reject"));

	postfix_value(walk->answers, walk->service,
		      S("smtpd_restriction_classes"), &classes);
	walk->classes = text_slice(&classes);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		walk->place = places[i].name;
		walk->is_early = places[i].is_early && !delays;
		walk->permit[0] = walk->may_permit[0] = '\0';
		walk_class(walk, places[i].name, false, 0);
	}
	text_release(&classes);
}

struct sight postfix_walk(const struct postfix_answers *answers,
			  const struct postfix_service *service)
{
	struct sight best = { STANDS_NOWHERE, OURS_NOT, S(""), "", "", "" };
	struct walk walk = { .answers = answers, .service = service,
			     .best = &best };

	walk_places(&walk);
	return best;
}

void postfix_walk_maps(const struct postfix_answers *answers,
		       const struct postfix_service *service,
		       void (*each)(void *context, struct slice map),
		       void *context)
{
	struct walk walk = { .answers = answers, .service = service,
			     .each = each, .context = context };

	walk_places(&walk);
}
