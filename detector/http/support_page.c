/*
 * How a page of support's is put together: the frame around it, words, texts
 * of strangers, times, tables, forms.
 */
#include "detector/http/support.h"

#include "base/log.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STRANGE_MAX = 16 * 1024, WORD_SIZE = 80 };

/* The word in the reader's language, else in English, else its key. */
const char *say(const struct visit *visit, const char *word)
{
	const struct languages *languages =
		visit->exchange->context->languages;
	char key[WORD_SIZE];

	snprintf(key, sizeof(key), "support.%s", word);
	return languages_word(languages, visit->language, key,
			      languages_word(languages, "en", key, word));
}

void put(struct visit *visit, const char *markup)
{
	text_add_string(visit->out, markup);
}

void putf(struct visit *visit, const char *format, ...)
{
	char room[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(room, sizeof(room), format, arguments);
	va_end(arguments);
	text_add_string(visit->out, room);
}

void put_word(struct visit *visit, const char *word)
{
	text_add_html(visit->out, slice_from(say(visit, word)));
}

/* Characters that show nothing, beyond those that text_add_visible() knows:
 * soft hyphen, Arabic letter mark, zero width, byte order mark. Two logins
 * that differ in these alone would look the same. */
static bool hides_itself(struct slice character)
{
	static const char *const hidden[] = {
		"\xc2\xad", "\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\x8c",
		"\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f",
		"\xe2\x81\xa0", "\xef\xbb\xbf"
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (slice_eq(character, slice_from(hidden[i])))
			return true;
	return false;
}

void put_strange(struct visit *visit, struct slice text)
{
	struct text visible = TEXT_INIT(4 * STRANGE_MAX);

	if (text.len > STRANGE_MAX)
		text.len = STRANGE_MAX;
	while (text.len > 0) {
		size_t n = utf8_character(text);
		struct slice one = slice_sub(text, 0, n ? n : 1);

		if (hides_itself(one))
			for (size_t i = 0; i < one.len; i++)
				text_addf(&visible, "\\x%02x",
					  (unsigned char)one.ptr[i]);
		else
			text_add_visible(&visible, one);
		text = slice_after(text, one.len);
	}
	text_add_html(visit->out, text_slice(&visible));
	text_release(&visible);
}

void put_string(struct visit *visit, const char *text)
{
	put_strange(visit, slice_from(text));
}

void put_known(struct visit *visit, const char *list,
		      struct slice key)
{
	char word[80];
	const char *said;

	snprintf(word, sizeof(word), "%s.%.*s", list,
		 (int)(key.len > 40 ? 40 : key.len), key.ptr);
	said = say(visit, word);
	if (strcmp(said, word) == 0)
		put_strange(visit, key);
	else
		text_add_html(visit->out, slice_from(said));
}

void put_time(struct visit *visit, int64_t at_ms)
{
	struct text date = TEXT_INIT(200);
	char exact[STAMP_TEXT_SIZE];

	if (at_ms <= 0) {
		put(visit, "&#8211;");
		return;
	}
	stamp_rfc3339(at_ms, exact);
	languages_date(visit->exchange->context->languages, visit->language,
		       at_ms, &date);
	putf(visit, "<time datetime=\"%s\">", exact);
	text_add_html(visit->out, text_slice(&date));
	put(visit, "</time>");
	text_release(&date);
}

void put_country(struct visit *visit, struct slice code)
{
	char key[32];

	snprintf(key, sizeof(key), "country.%.*s",
		 (int)(code.len > 8 ? 8 : code.len), code.ptr);
	put_string(visit, languages_word(visit->exchange->context->languages,
					 visit->language, key, key + 8));
}

void put_path(struct visit *visit, const char *path)
{
	text_add_html(visit->out, http_public_path());
	text_add_html(visit->out, slice_from(path));
}

void put_message(struct visit *visit, const char *word)
{
	bool is_bad = slice_starts(slice_from(word), S("bad."));

	/* The reading begins here, as there is no script to announce it. */
	putf(visit, "<p class=\"message%s\" role=\"%s\" tabindex=\"-1\""
	     " autofocus>", is_bad ? " bad" : "",
	     is_bad ? "alert" : "status");
	put_word(visit, word);
	put(visit, "</p>\n");
}

static const char *brand(void)
{
	const char *name = settings.notice.provider_name;

	return name && name[0] ? name : "comporta";
}

static void put_top(struct visit *visit)
{
	const struct token *token = &visit->exchange->token;
	char form[SESSION_FORM_SIZE];

	put(visit, "<header>\n<p class=\"brand\"><a href=\"");
	put_path(visit, "/support");
	put(visit, "\">");
	put_string(visit, brand());
	put(visit, " <span>");
	put_word(visit, "brand");
	put(visit, "</span></a></p>\n");
	if (!visit->session) {
		put(visit, "</header>\n");
		return;
	}
	session_form(visit->session, slice_from(visit->id), form);
	put(visit, "<form method=\"post\" id=\"sign-out\" action=\"");
	put_path(visit, "/support/sign-out");
	putf(visit, "\"><input type=\"hidden\" name=\"form\" value=\"%s\">"
	     "<p>", form);
	put_word(visit, visit->is_reseller ? "who.reseller" : "who.support");
	put(visit, " <strong>");
	put_string(visit, token->name);
	put(visit, "</strong></p><button class=\"second\">");
	put_word(visit, "sign_out");
	put(visit, "</button></form>\n</header>\n");
}

void page_begin(struct visit *visit, const char *title, struct slice about)
{
	text_clear(visit->out);
	put(visit, "<!DOCTYPE html>\n<html lang=\"");
	put_string(visit, visit->language);
	put(visit, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta"
	    " name=\"viewport\" content=\"width=device-width,"
	    " initial-scale=1\">\n<title>");
	if (about.len > 0) {
		put_strange(visit, about);
		put(visit, " &#183; ");
	}
	put_word(visit, title);
	put(visit, " &#183; ");
	put_string(visit, brand());
	put(visit, "</title>\n");
	if (visit->again) {
		put(visit, "<meta http-equiv=\"refresh\" content=\"0; url=");
		put_path(visit, visit->again);
		put(visit, "\">\n");
	}
	put(visit, "<link rel=\"stylesheet\" href=\"");
	put_path(visit, "/support/style.css");
	put(visit, "\">\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">");
	put_word(visit, "skip");
	put(visit, "</a>\n");
	put_top(visit);
	put(visit, "<main id=\"main\">\n");
	if (visit->told[0])
		put_message(visit, visit->told);
}

void page_end(struct visit *visit, int status)
{
	struct http_response *response = visit->exchange->response;

	put(visit, "</main>\n</body>\n</html>\n");
	response->status = status;
	response->content_type = "text/html; charset=utf-8";
	http_response_field(response, "Content-Language", visit->language);
	/* Forms would have no origin with the stricter policy, and it is by
	 * that that we know our own. */
	http_response_field(response, "Referrer-Policy", "same-origin");
}

void page_refuse(struct exchange *exchange, int status, const char *word)
{
	struct visit visit;

	visit_begin(exchange, &visit);
	page_begin(&visit, "title.error", S(""));
	put(&visit, "<div class=\"narrow\">\n<h1>");
	put_word(&visit, "title.error");
	put(&visit, "</h1>\n<p>");
	put_word(&visit, word);
	put(&visit, "</p>\n<p><a href=\"");
	put_path(&visit, "/support");
	put(&visit, "\">");
	put_word(&visit, "to_list");
	put(&visit, "</a></p>\n</div>\n");
	page_end(&visit, status);
}

void page_away(struct visit *visit, const struct err *err)
{
	log_warning("support page: %s", err->text);
	page_refuse(visit->exchange, 503, "error.away");
	http_response_field(visit->exchange->response, "Retry-After", "30");
}

void support_error(struct exchange *exchange, int status)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		{ 404, "error.not_found" }, { 405, "error.method" },
		{ 413, "error.too_large" }, { 429, "error.too_many" },
		{ 0, "error.bad_request" },
	};
	size_t i = 0;

	while (words[i].status != status && words[i].status != 0)
		i++;
	page_refuse(exchange, status, words[i].word);
}

void put_term(struct visit *visit, const char *word)
{
	put(visit, "<dt>");
	put_word(visit, word);
	put(visit, "</dt><dd>");
}

void put_heading(struct visit *visit, const char *id, const char *word)
{
	putf(visit, "<h2 id=\"%s\">", id);
	put_word(visit, word);
	put(visit, "</h2>\n");
}

void put_table(struct visit *visit, const char *caption,
	       const char *const *columns)
{
	put(visit, "<table class=\"cards\">\n<caption>");
	put_word(visit, caption);
	put(visit, "</caption>\n<thead><tr>");
	for (; *columns; columns++) {
		put(visit, "<th scope=\"col\">");
		put_word(visit, *columns);
		put(visit, "</th>");
	}
	put(visit, "</tr></thead>\n<tbody>\n");
}

void put_table_end(struct visit *visit)
{
	put(visit, "</tbody>\n</table>\n");
}

void put_cell(struct visit *visit, const char *column)
{
	put(visit, "<td data-label=\"");
	put_word(visit, column);
	put(visit, "\">");
}

void put_form(struct visit *visit, const char *id, const char *path)
{
	char form[SESSION_FORM_SIZE];

	session_form(visit->session, slice_from(visit->id), form);
	putf(visit, "<form class=\"act\" method=\"post\" id=\"%s\""
	     " aria-labelledby=\"%s-title\" action=\"", id, id);
	put_path(visit, path);
	putf(visit, "\">\n<input type=\"hidden\" name=\"form\" value=\"%s\">"
	     "\n", form);
}

void put_form_end(struct visit *visit, const char *id, const char *button,
		  bool is_second)
{
	putf(visit, "<p><button id=\"%s-button\"%s>", id,
	     is_second ? " class=\"second\"" : "");
	put_word(visit, button);
	put(visit, "</button></p>\n</form>\n");
}

static void put_hint(struct visit *visit, const char *id, const char *hint)
{
	putf(visit, "<span class=\"hint\" id=\"%s-hint\">", id);
	text_add_html(visit->out, slice_from(hint));
	put(visit, "</span>");
}

void put_field(struct visit *visit, const char *form,
	       const struct field *field)
{
	bool is_number = strcmp(field->type, "number") == 0;
	char id[64], hint_word[WORD_SIZE];
	const char *hint;

	snprintf(id, sizeof(id), "%s-%s", form, field->name);
	snprintf(hint_word, sizeof(hint_word), "%s.hint", field->word);
	hint = say(visit, hint_word);
	putf(visit, "<p><label for=\"%s\">", id);
	put_word(visit, field->word);
	putf(visit, "</label>\n<input id=\"%s\" name=\"%s\" type=\"%s\""
	     " value=\"", id, field->name, field->type);
	/* What the reader typed himself, as he did. */
	text_add_html(visit->out, slice_from(field->value));
	if (is_number)
		putf(visit, "\" min=\"0\" max=\"%d\"", field->most);
	else
		putf(visit, "\" maxlength=\"%d\"", field->most);
	put(visit, field->is_needed ? " required" : "");
	put(visit, " autocomplete=\"off\"");
	if (strcmp(hint, hint_word) == 0) {
		put(visit, "></p>\n");
		return;
	}
	putf(visit, " aria-describedby=\"%s-hint\">\n", id);
	put_hint(visit, id, hint);
	put(visit, "</p>\n");
}
