#include "detector/commands/redact.h"


/* Nothing is shown behind these; a blank stands for any blank or tab. */
static const struct slice announcements[] = {
	SLICE("passw"),	     /* password, passwd, given password: */
	SLICE("passphrase"), SLICE("pass="), SLICE("pass:"), SLICE("pwd"),
	SLICE("secret"),     SLICE("credential"), SLICE("token"),
	SLICE("bearer"),     SLICE("auth plain"), SLICE("auth login"),
	SLICE("auth cram-md5"), SLICE("auth digest-md5"),
	SLICE("auth scram"), SLICE("auth ntlm"),  SLICE("auth gssapi"),
	SLICE("auth external"), SLICE("auth oauthbearer"),
	SLICE("auth xoauth2"), SLICE("authenticate "), SLICE("auth\t"),
	SLICE("cont\t"),     SLICE("resp="),	  SLICE("response"),
	SLICE("challenge"),  SLICE("login "),	  SLICE("user "),
	SLICE("input="),     SLICE("command"),	  SLICE("334 "),
	SLICE("://"),	     /* scheme://user:password@host */
};

enum { N_ANNOUNCEMENTS = sizeof(announcements) / sizeof(announcements[0]),
       BASE64_LEAST = 8 };

static bool begins_nocase(struct slice text, struct slice word)
{
	if (text.len < word.len)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = text.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != word.ptr[i])
			return false;
	}
	return true;
}

/* Length of the announcement that begins here; 0 for none. */
static size_t announced(struct slice text)
{
	for (size_t i = 0; i < N_ANNOUNCEMENTS; i++)
		if (begins_nocase(text, announcements[i]))
			return announcements[i].len;
	return 0;
}

static bool is_base64_char(char c)
{
	return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* How many bytes from here look like base64; 0 for what looks like a word, a
 * number, a path or a time. */
static size_t base64_length(struct slice text)
{
	size_t len = 0, upper = 0, lower = 0, digits = 0, turns = 0;

	for (; len < text.len && is_base64_char(text.ptr[len]); len++) {
		char c = text.ptr[len];

		upper += c >= 'A' && c <= 'Z';
		lower += c >= 'a' && c <= 'z';
		digits += is_digit(c);
		turns += len > 0 && c >= 'A' && c <= 'Z' &&
			 text.ptr[len - 1] >= 'a' && text.ptr[len - 1] <= 'z';
	}
	if (len < BASE64_LEAST)
		return 0;
	if (text.ptr[len - 1] == '=' || len > 40)
		return len;
	return (upper && lower && (digits || turns > 1)) ? len : 0;
}

/* Letters and digits from here, if there are both; else 0. */
static size_t mixed_length(struct slice text)
{
	size_t len = 0, letters = 0;

	while (len < text.len &&
	       (is_letter(text.ptr[len]) || is_digit(text.ptr[len])))
		letters += is_letter(text.ptr[len++]);
	return letters && letters < len ? len : 0;
}

static void add_form(struct text *out, struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		text_add_char(out, is_digit(word.ptr[i]) ? '0' : 'x');
}

/* What begins here, shown or not; how long it was. */
static size_t add_part(struct text *out, struct slice rest, bool at_word)
{
	size_t hidden = at_word ? base64_length(rest) : 0;
	size_t mixed = at_word ? mixed_length(rest) : 0;
	size_t step;

	if (hidden) {
		text_add_string(out, "[not shown]");
		return hidden;
	}
	if (mixed) {
		add_form(out, slice_sub(rest, 0, mixed));
		return mixed;
	}
	step = utf8_character(rest);
	step = step ? step : 1;
	text_add_visible(out, slice_sub(rest, 0, step));
	return step;
}

void redact_line(struct slice line, size_t columns, struct text *out)
{
	struct text shown = TEXT_INIT(4096);
	struct slice rest = slice_sub(line, 0, 2048);
	bool at_word = true;

	while (rest.len && shown.len <= columns) {
		size_t stop = announced(rest), step;
		char last;

		if (stop) {
			text_add_visible(&shown, slice_sub(rest, 0, stop));
			text_add_string(&shown, " [not shown]");
			break;
		}
		step = add_part(&shown, rest, at_word);
		last = rest.ptr[step - 1];
		at_word = !is_letter(last) && !is_digit(last);
		rest = slice_after(rest, step);
	}
	if (shown.len > columns) {
		text_add(out, slice_sub(text_slice(&shown), 0, columns - 3));
		text_add_string(out, "...");
	} else {
		text_add(out, text_slice(&shown));
	}
	text_release(&shown);
}
