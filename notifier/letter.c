#include "notifier/letter.h"

#include "notifier/languages.h"
#include "notifier/mime.h"
#include "notifier/wrap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PART_MAX = 256 * 1024 };

const struct template_field letter_fields[LETTER_FIELDS] = {
	[LETTER_ACCOUNT] = { "account", 0 },
	[LETTER_NAME] = { "name", 0 },
	[LETTER_PROVIDER] = { "provider", 0 },
	[LETTER_SUPPORT] = { "support", 0 },
	[LETTER_SINCE] = { "since", 0 },
	[LETTER_MESSAGES] = { "messages", 0 },
	[LETTER_RECIPIENTS] = { "recipients", 0 },
	[LETTER_UNKNOWN_RECIPIENTS] = { "unknown_recipients", 0 },
	[LETTER_COUNTRIES] = { "countries", 0 },
	[LETTER_ADDRESSES] = { "addresses", 0 },
	[LETTER_SAMPLE_DOMAINS] = { "sample_domains", 0 },
	[LETTER_REASONS] = { "reasons", TEMPLATE_LINES },
	[LETTER_LINK] = { "link", 0 },
	[LETTER_LINK_UNTIL] = { "link_until", 0 },
	[LETTER_NEEDS_SUPPORT] = { "needs_support", 0 },
	[LETTER_IS_REPEAT] = { "is_repeat", 0 },
	[LETTER_BLOCK_ID] = { "block_id", 0 },
	[LETTER_STATE] = { "state", 0 },
	[LETTER_CHANGED] = { "changed", 0 },
	[LETTER_UNCHANGED] = { "unchanged", 0 },
	[LETTER_LIFTED] = { "lifted", 0 },
	[LETTER_MESSAGE] = { "message", 0 },
	[LETTER_SCANNERS] = { "scanners", TEMPLATE_LINES | TEMPLATE_LINKS },
	[LETTER_LANGUAGE] = { "language", 0 },
	[LETTER_WINDOW] = { "window", 0 },
	[LETTER_BY_HAND] = { "by_hand", 0 },
	[LETTER_HAND_REASON] = { "hand_reason", 0 },
	[LETTER_PANEL_URL] = { "panel_url", 0 },
	[LETTER_TRUST_UNTIL] = { "trust_until", 0 },
	[LETTER_IS_TRUSTED] = { "is_trusted", 0 },
	[LETTER_APP_PASSWORDS] = { "app_passwords", 0 },
	[LETTER_APP_PASSWORDS_LEFT] = { "app_passwords_left", 0 },
	[LETTER_SAME_PASSWORD] = { "same_password", 0 },
	[LETTER_SUPPORT_TOLD] = { "support_told", 0 },
	[LETTER_TITLE] = { "title", 0 },
	[LETTER_NEXT] = { "next", 0 },
	[LETTER_DETAIL] = { "detail", 0 },
	[LETTER_MACHINE] = { "machine", 0 },
	[LETTER_UNTIL] = { "until", 0 },
	[LETTER_MADE] = { "made", 0 },
	[LETTER_OPENED] = { "opened", 0 },
	[LETTER_STANDING] = { "standing", 0 },
	[LETTER_WATCHED] = { "watched", 0 },
	[LETTER_MADE_LIST] = { "made_list", TEMPLATE_LINES },
	[LETTER_STANDING_LIST] = { "standing_list", TEMPLATE_LINES },
	[LETTER_WATCHED_LIST] = { "watched_list", TEMPLATE_LINES },
	[LETTER_REFUSED_LIST] = { "refused_list", TEMPLATE_LINES },
	[LETTER_FAILED_LIST] = { "failed_list", TEMPLATE_LINES },
	[LETTER_ALARM_LIST] = { "alarm_list", TEMPLATE_LINES },
	[LETTER_QUIET] = { "quiet", 0 },
};

void letter_init(struct letter *letter)
{
	*letter = (struct letter){ .language = "" };
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		letter->values[i].max = LETTER_VALUE_MAX;
}

void letter_release(struct letter *letter)
{
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		text_release(&letter->values[i]);
}

void letter_set(struct letter *letter, enum letter_field field,
		struct slice value)
{
	text_clear(&letter->values[field]);
	text_add(&letter->values[field],
		 slice_sub(value, 0, LETTER_VALUE_MAX));
}

void letter_set_date(struct letter *letter, enum letter_field field,
		     const struct languages *languages, int64_t at_ms)
{
	text_clear(&letter->values[field]);
	if (at_ms > 0)
		languages_date(languages, letter->language, at_ms,
			       &letter->values[field]);
}

static enum template_form form_of(const char *file)
{
	if (slice_ends(slice_from(file), S(".html")))
		return TEMPLATE_HTML;
	if (slice_ends(slice_from(file), S(".subject")))
		return TEMPLATE_LINE;
	return TEMPLATE_TEXT;
}

/* The values as they are filled in; `scanners` keeps the language's own. */
static void collect(const struct languages *languages,
		    const struct letter *letter, struct text *scanners,
		    struct slice values[LETTER_FIELDS])
{
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		values[i] = text_slice(&letter->values[i]);
	if (values[LETTER_LANGUAGE].len == 0)
		values[LETTER_LANGUAGE] = slice_from(
			languages_name(languages, letter->language));
	if (values[LETTER_SCANNERS].len > 0)
		return;
	languages_scanners(languages, letter->language, scanners);
	values[LETTER_SCANNERS] = text_slice(scanners);
}

static void fill_in(const struct template *template, enum template_form form,
		    const struct slice *values, struct text *out)
{
	struct text raw = TEXT_INIT(PART_MAX);

	if (form != TEMPLATE_TEXT) {
		template_render(template, form, values, out);
		return;
	}
	template_render(template, form, values, &raw);
	wrap_text(text_slice(&raw), out);
	out->overflowed |= raw.overflowed;
	text_release(&raw);
}

int letter_render(const struct languages *languages,
		  const struct letter *letter, const char *file,
		  struct text *out, struct err *err)
{
	const struct template *template =
		languages_template(languages, letter->language, file);
	struct text scanners = TEXT_INIT(LETTER_VALUE_MAX);
	struct slice values[LETTER_FIELDS];

	if (!template)
		return err_set(err, EXIT_BUG, "no template is called \"%s\"",
			       file);
	collect(languages, letter, &scanners, values);
	fill_in(template, form_of(file), values, out);
	text_release(&scanners);
	if (out->overflowed)
		return err_set(err, EXIT_BUG, "the text of %s exceeds %zu "
			       "bytes; its values are too long", file,
			       out->max);
	return 0;
}

static int check_head(const struct letter_head *head, struct err *err)
{
	struct text shown = TEXT_INIT(400);

	if (!mime_is_address(slice_from(head->from)))
		return err_set(err, EXIT_CONFIG, "the sender of notices is "
			       "no mail address; set it in the configuration");
	if (mime_is_address(head->to))
		return 0;
	text_add_visible(&shown, slice_sub(head->to, 0, 80));
	err_set(err, EXIT_DATA, "\"%s\" is no address we can send mail to; "
		"correct the contact address in the panel",
		text_string(&shown));
	text_release(&shown);
	return -1;
}

static void add_headers(const struct letter *letter,
			const struct letter_head *head, struct slice subject,
			const char *language, struct text *out)
{
	struct slice domain = slice_domain(slice_from(head->from));

	mime_header_date(out, letter->at_ms);
	mime_header_mailbox(out, "From", slice_from(head->from_name),
			    slice_from(head->from));
	mime_header_mailbox(out, "To", (struct slice){ NULL, 0 }, head->to);
	mime_header_text(out, "Subject", subject);
	text_addf(out, "Message-ID: <comporta.%" PRId64 ".%" PRId64
		  "@%.*s>\r\n", letter->id, letter->at_ms / 1000,
		  (int)domain.len, domain.ptr);
	text_add_string(out, "MIME-Version: 1.0\r\n"
			/* RFC 3834: no vacation program shall answer. */
			"Auto-Submitted: auto-generated\r\n"
			"X-Auto-Response-Suppress: All\r\n");
	mime_header_text(out, "Content-Language", slice_from(language));
}

/* "=_" cannot stand in quoted-printable text (RFC 2045 section 6.7). */
static void add_boundary(const struct letter *letter, const char *end,
			 struct text *out)
{
	text_addf(out, "--=_comporta_%" PRId64 "%s\r\n", letter->id, end);
}

static int add_part(const struct languages *languages,
		    const struct letter *letter, const char *kind,
		    const char *ending, struct text *out, struct err *err)
{
	struct text body = TEXT_INIT(PART_MAX);
	bool is_html = strcmp(ending, "html") == 0;
	char file[64];
	int result;

	snprintf(file, sizeof(file), "%s.%s", kind, ending);
	result = letter_render(languages, letter, file, &body, err);
	if (result == 0) {
		add_boundary(letter, "", out);
		text_addf(out, "Content-Type: text/%s; charset=utf-8\r\n"
			  "Content-Transfer-Encoding: quoted-printable\r\n"
			  "\r\n", is_html ? "html" : "plain");
		mime_quoted_printable(out, text_slice(&body));
	}
	text_release(&body);
	return result;
}

static int add_body(const struct languages *languages,
		    const struct letter *letter, const char *kind,
		    struct text *out, struct err *err)
{
	text_addf(out, "Content-Type: multipart/alternative;\r\n"
		  " boundary=\"=_comporta_%" PRId64 "\"\r\n\r\n", letter->id);
	if (add_part(languages, letter, kind, "txt", out, err) ||
	    add_part(languages, letter, kind, "html", out, err))
		return -1;
	add_boundary(letter, "--", out);
	return 0;
}

int letter_message(const struct languages *languages,
		   const struct letter *letter, const char *kind,
		   const struct letter_head *head, struct text *out,
		   struct err *err)
{
	struct text subject = TEXT_INIT(PART_MAX);
	char file[64];
	int result;

	if (check_head(head, err))
		return -1;
	snprintf(file, sizeof(file), "%s.subject", kind);
	result = letter_render(languages, letter, file, &subject, err);
	if (result == 0) {
		add_headers(letter, head, text_slice(&subject),
			    languages_name(languages, letter->language), out);
		result = add_body(languages, letter, kind, out, err);
	}
	text_release(&subject);
	if (result == 0 && out->overflowed)
		return err_set(err, EXIT_BUG, "the mail %s exceeds %zu bytes",
			       kind, out->max);
	return result;
}
