/*
 * The owner's page: what happened, the state of the password, two buttons.
 *
 * GET changes nothing, since mail scanners follow links. The link's token is
 * all it takes, so the page shows nothing that the notice did not say.
 */
#include "detector/http/route.h"

#include "base/log.h"
#include "base/stamp.h"
#include "detector/describe.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { PAGE_USUAL = 8000 };	/* most pages are shorter */

/* The block's own language first: its notice was written in it. Then what the
 * browser asks for. */
static const char *choose_language(const struct exchange *exchange,
				   const char *own)
{
	const struct slice wishes[] = {
		slice_from(own),
		exchange->request->headers[HTTP_ACCEPT_LANGUAGE],
	};

	return languages_choose(exchange->context->languages, wishes,
				N_OF(wishes),
				settings.notice.default_language);
}

static void as_page(struct exchange *exchange, int status,
		    const char *language)
{
	exchange->response->status = status;
	exchange->response->content_type = "text/html; charset=utf-8";
	http_response_field(exchange->response, "Content-Language", language);
}

/* Behind which path the owner's browser sees us: a proxy may serve us below
 * "/comporta", and a whole URL would leave the origin that our
 * Content-Security-Policy allows forms to go to. */
struct slice http_public_path(void)
{
	struct slice url = slice_from(settings.serve.public_url);
	ptrdiff_t scheme = slice_find(url, S("://"));
	struct slice rest = slice_after(url, scheme < 0 ? 0
						: (size_t)scheme + 3);
	ptrdiff_t slash = slice_find_char(rest, '/');

	if (scheme < 0 || slash < 0)
		return (struct slice){ NULL, 0 };
	rest = slice_after(rest, (size_t)slash);
	if (slice_ends(rest, S("/")))
		rest.len--;
	return rest;
}

/* Words for errors stand in language.conf under these names: what it is, and
 * what to do next or what to think of it. */
static const struct {
	int status;
	const char *word, *otherwise, *next;
} error_words[] = {
	{ 404, "message.not_found", "This link is not valid, or no longer.",
	  "message.next" },
	{ 405, "message.button", "Only the page's button is for this address.",
	  NULL },
	{ 429, "message.too_many", "Too many requests. Please wait a little.",
	  NULL },
	{ 503, "message.failed",
	  "This cannot be done at the moment. Please try again later.",
	  "message.away" },
	{ 0, "message.failed", "This request could not be understood.", NULL },
};

static void add_paragraph(struct text *page, const char *words,
			  const char *more)
{
	text_add_string(page, "<p>");
	text_add_html(page, slice_from(words));
	if (more && more[0]) {
		text_add_char(page, ' ');
		text_add_html(page, slice_from(more));
	}
	text_add_string(page, "</p>\n");
}

/* Who meets an error must not stand before a wall: what next, the way back to
 * the page where there is one, and whom to ask. */
static void add_next_step(struct exchange *exchange, const char *language,
			  const char *next, bool has_page)
{
	const struct languages *languages = exchange->context->languages;
	struct text *page = &exchange->response->body;
	const char *support = settings.notice.support_contact;

	if (next)
		add_paragraph(page, languages_word(languages, language, next,
						   ""), NULL);
	if (has_page) {
		text_add_string(page, "<p><a href=\"");
		text_add_html(page, http_public_path());
		text_add_string(page, "/b/");
		text_add_html(page, exchange->parameter);
		text_add_string(page, "\">");
		text_add_html(page, slice_from(
			languages_word(languages, language, "message.again",
				       "Open the page again")));
		text_add_string(page, "</a></p>\n");
	}
	if (next && support && support[0])
		add_paragraph(page, languages_word(languages, language,
						   "message.support", ""),
			      support);
}

void owner_error(struct exchange *exchange, int status)
{
	const char *language = choose_language(exchange, "");
	struct text *page = &exchange->response->body;
	const char *provider = settings.notice.provider_name;
	size_t i = 0;
	const char *words;

	while (error_words[i].status != status && error_words[i].status != 0)
		i++;
	words = languages_word(exchange->context->languages, language,
			       error_words[i].word, error_words[i].otherwise);
	text_clear(page);
	text_add_string(page, "<!DOCTYPE html>\n<html lang=\"");
	text_add_html(page, slice_from(language));
	text_add_string(page, "\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width,"
			" initial-scale=1\">\n<title>");
	text_add_html(page, slice_from(words));
	text_add_string(page, "</title>\n<link rel=\"stylesheet\" href=\"");
	text_add_html(page, http_public_path());
	text_add_string(page, "/style.css\">\n</head>\n<body>\n<main>\n");
	if (provider && provider[0])
		add_paragraph(page, provider, NULL);
	text_add_string(page, "<h1>");
	text_add_html(page, slice_from(words));
	text_add_string(page, "</h1>\n");
	add_next_step(exchange, language, error_words[i].next,
		      status != 404 && exchange->parameter.len > 0);
	text_add_string(page, "</main>\n</body>\n</html>\n");
	as_page(exchange, status, language);
}

static void owner_away(struct exchange *exchange, const struct err *err)
{
	log_warning("owner page: %s", err->text);
	owner_error(exchange, 503);
	http_response_field(exchange->response, "Retry-After", "30");
}

static void set_link(struct exchange *exchange, struct letter *letter)
{
	struct text link = TEXT_INIT(2000);

	text_add(&link, http_public_path());
	text_add_string(&link, "/b/");
	text_add(&link, exchange->parameter);
	letter_set(letter, LETTER_LINK, text_slice(&link));
	text_release(&link);
}

/* What the page says of each state of the password while the block stands. */
static const struct {
	const char *state;
	bool is_changed, is_unchanged;
} states[] = {
	[PASSWORD_UNCHANGED] = { "unchanged", false, true },
	[PASSWORD_CHANGED] = { "changed", true, false },
	[PASSWORD_SAME] = { "same", false, true },
	[PASSWORD_APP_PASSWORDS_LEFT] = { "app_passwords", true, false },
	[PASSWORD_UNKNOWN] = { "unknown", false, false },
};

static void set_flag(struct letter *letter, enum letter_field field, bool is)
{
	letter_set(letter, field, is ? S("1") : S(""));
}

static void set_state(struct letter *letter, const struct block *block,
		      enum password_state password)
{
	bool is_old = password == PASSWORD_UNCHANGED ||
		      password == PASSWORD_SAME;

	if (!block->is_active) {
		letter_set(letter, LETTER_STATE, S("lifted"));
		set_flag(letter, LETTER_LIFTED, true);
		/* Old when support opened by force, and new since. */
		if (!is_old)
			set_flag(letter, LETTER_UNCHANGED, false);
		return;
	}
	letter_set(letter, LETTER_STATE, slice_from(states[password].state));
	set_flag(letter, LETTER_CHANGED, states[password].is_changed);
	set_flag(letter, LETTER_UNCHANGED, states[password].is_unchanged);
	set_flag(letter, LETTER_SAME_PASSWORD, password == PASSWORD_SAME);
}

enum { APP_PASSWORDS_SHOWN = 5 };

/* By name, so that the owner finds them. */
static int set_app_passwords(struct exchange *exchange, struct letter *letter,
			     const struct block *block, struct err *err)
{
	struct slice names[BLOCKS_APP_NAMES];
	struct text joined = TEXT_INIT(4000);
	struct blocks_app_passwords app;
	size_t n, shown;

	if (blocks_app_passwords(exchange->context->blocks, block, &app, err))
		return -1;
	for (size_t i = 0; i < app.n_names; i++)
		names[i] = slice_from(app.names[i]);
	n = (size_t)app.left;
	shown = app.n_names < APP_PASSWORDS_SHOWN ? app.n_names
						  : APP_PASSWORDS_SHOWN;
	languages_join(exchange->context->languages, letter->language, names,
		       n, shown, &joined);
	letter_set(letter, LETTER_APP_PASSWORDS_LEFT, text_slice(&joined));
	text_release(&joined);
	return 0;
}

/* Until when the owner's word would make the places trusted, or does. */
static void set_trust(struct exchange *exchange, struct letter *letter,
		      const struct block *block, enum password_state password)
{
	const struct languages *languages = exchange->context->languages;
	int64_t until_ms = 0;
	struct trust trust;

	letter_set(letter, LETTER_IS_TRUSTED,
		   block->is_trusted ? S("1") : S(""));
	if (!block->is_trusted && blocks_may_trust(block, password) &&
	    blocks_places(block, exchange->request->now_ms, &trust))
		until_ms = (trust.until_day + 1) * (int64_t)STAMP_DAY_MS -
			   STAMP_MINUTE_MS;
	letter_set_date(letter, LETTER_TRUST_UNTIL, languages, until_ms);
}

/* The page for a block at hand, with a word on what a button did, or NULL. */
static void render(struct exchange *exchange, const struct block *block,
		   enum password_state password, const char *name, int status,
		   const char *word)
{
	const struct languages *languages = exchange->context->languages;
	const struct describe describe = {
		.blocks = exchange->context->blocks,
		.languages = languages, .name = name,
	};
	const char *language = choose_language(exchange, block->language);
	struct letter letter;
	struct err err;

	letter_init(&letter);
	slice_copy(slice_from(language), letter.language,
		   sizeof(letter.language));
	describe_block(&describe, block, &letter);
	set_link(exchange, &letter);
	set_state(&letter, block, password);
	set_trust(exchange, &letter, block, password);
	if (word)
		letter_set(&letter, LETTER_MESSAGE,
			   slice_from(languages_word(languages, language,
						     word, word)));
	text_clear(&exchange->response->body);
	text_reserve(&exchange->response->body, PAGE_USUAL);
	if ((password == PASSWORD_APP_PASSWORDS_LEFT &&
	     set_app_passwords(exchange, &letter, block, &err)) ||
	    letter_render(languages, &letter, "page.html",
			  &exchange->response->body, &err))
		owner_away(exchange, &err);
	else
		as_page(exchange, status, language);
	letter_release(&letter);
}

/* False when the answer is made already: unknown, expired and mistyped tokens
 * all look the same. */
static bool find_block(struct exchange *exchange, struct block *out)
{
	struct err err;

	switch (blocks_by_token(exchange->context->blocks,
				exchange->parameter, exchange->request->now_ms,
				out, &err)) {
	case BLOCK_FOUND:
		return true;
	case BLOCK_NOT_FOUND:
		owner_error(exchange, 404);
		return false;
	case BLOCK_FIND_ERROR:
		break;
	}
	owner_away(exchange, &err);
	return false;
}

static void show(struct exchange *exchange, const struct block *block,
		 int status, const char *word)
{
	char name[PANEL_LOGIN_SIZE];
	struct err err;
	enum password_state password = blocks_password_and_name(
		exchange->context->blocks, block, name, &err);

	if (password == PASSWORD_ERROR)
		owner_away(exchange, &err);
	else
		render(exchange, block, password, name, status, word);
}

/* The page as it was a moment ago, if somebody asked for it then. */
static bool show_kept(struct exchange *exchange, const char *wish)
{
	const char *language;

	text_clear(&exchange->response->body);
	if (!pages_find(exchange->context->pages, exchange->parameter, wish,
			exchange->request->now_ms, &exchange->response->body,
			&language))
		return false;
	as_page(exchange, 200, language);
	return true;
}

void owner_page(struct exchange *exchange)
{
	const char *wish = choose_language(exchange, "");
	struct pages *pages = exchange->context->pages;
	struct block block = BLOCK_INIT;

	if (pages && show_kept(exchange, wish))
		return;
	if (find_block(exchange, &block))
		show(exchange, &block, 200, NULL);
	if (pages && exchange->response->status == 200)
		pages_keep(pages, exchange->parameter, wish,
			   exchange->request->now_ms,
			   text_slice(&exchange->response->body),
			   choose_language(exchange, block.language));
	block_release(&block);
}

/* What each outcome of the button answers. */
static const struct {
	enum lift_result result;
	int status;
	const char *word;
} outcomes[] = {
	{ LIFT_DONE, 200, "page.message.lifted" },
	{ LIFT_WAS_LIFTED, 200, "page.message.lifted" },
	{ LIFT_PASSWORD_UNCHANGED, 409, "page.message.unchanged" },
	{ LIFT_SAME_PASSWORD, 409, "page.message.same" },
	{ LIFT_APP_PASSWORDS_LEFT, 409, "page.message.app_passwords" },
	{ LIFT_NEEDS_SUPPORT, 409, "page.message.needs_support" },
};

static void show_outcome(struct exchange *exchange, struct block *block,
			 enum lift_result result, const struct err *err)
{
	struct err trouble;

	for (size_t i = 0; i < N_OF(outcomes); i++) {
		if (outcomes[i].result != result)
			continue;
		/* Read again: the row has its end now. */
		if (blocks_get(exchange->context->blocks, block->id, block,
			       &trouble) != BLOCK_FOUND)
			owner_away(exchange, &trouble);
		else
			show(exchange, block, outcomes[i].status,
			     outcomes[i].word);
		return;
	}
	if (result == LIFT_FAILED)
		owner_away(exchange, err);
	else
		owner_error(exchange, 404);
}

void owner_lift(struct exchange *exchange)
{
	const struct lift_request request = {
		.actor = "owner",
		.address = exchange->client_text,
		.reason = "the owner asked on the page",
		.by_owner = true,
	};
	struct block block = BLOCK_INIT;
	struct err err;

	if (find_block(exchange, &block))
		show_outcome(exchange, &block,
			     blocks_lift(exchange->context->blocks, block.id,
					 &request, exchange->request->now_ms,
					 &err), &err);
	block_release(&block);
}

/* The places as well, where the owner's word is enough for that. */
static int take_word(struct exchange *exchange, const struct block *block,
		     struct err *err)
{
	struct blocks *blocks = exchange->context->blocks;
	int64_t now_ms = exchange->request->now_ms;

	if (blocks_mine(blocks, block, exchange->client_text, now_ms, err))
		return -1;
	if (block->is_active ||
	    !blocks_may_trust(block, blocks_password(blocks, block, err)))
		return 0;
	return blocks_trust_mine(blocks, block, exchange->client_text, now_ms,
				 err);
}

/* Written down for support; never opens anything by itself, as the thief may
 * read this mailbox. */
void owner_mine(struct exchange *exchange)
{
	struct blocks *blocks = exchange->context->blocks;
	struct block block = BLOCK_INIT;
	struct err err;

	if (find_block(exchange, &block)) {
		if (take_word(exchange, &block, &err) ||
		    blocks_get(blocks, block.id, &block, &err) != BLOCK_FOUND)
			owner_away(exchange, &err);
		else
			show(exchange, &block, 200, block.is_trusted
						? "page.message.trusted"
						: "page.message.mine");
	}
	block_release(&block);
}
