#include "detector/mailserver/mailserver.h"

#include <stdio.h>

enum { WORDS_MAX = 2048, REMEDY_MAX = 8192 };

struct mailserver_finding *
mailserver_find(struct mailserver_findings *findings,
		enum mailserver_mark mark, const char *format, ...)
{
	/* Whoever appends to it appends nothing. */
	static struct mailserver_finding spare;
	struct mailserver_finding *finding;
	char words[WORDS_MAX];
	va_list arguments;

	if (findings->n == MAILSERVER_FINDINGS)
		return &spare;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	finding = &findings->items[findings->n++];
	*finding = (struct mailserver_finding){
		.mark = mark,
		.words = TEXT_INIT(WORDS_MAX),
		.remedy = TEXT_INIT(REMEDY_MAX),
	};
	text_add_string(&finding->words, words);
	return finding;
}

static bool is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

bool mailserver_has_word(struct slice text, struct slice word)
{
	while (text.len >= word.len && word.len) {
		ptrdiff_t at = slice_find(text, word);
		size_t end;

		if (at < 0)
			return false;
		end = (size_t)at + word.len;
		if ((at == 0 || !is_name(text.ptr[at - 1])) &&
		    (end == text.len || !is_name(text.ptr[end])))
			return true;
		text = slice_after(text, end);
	}
	return false;
}

void mailserver_release(struct mailserver_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		text_release(&findings->items[i].words);
		text_release(&findings->items[i].remedy);
	}
	findings->n = 0;
}

bool mailserver_setting(struct slice line, struct slice name,
			struct slice *value_out)
{
	if (!slice_skip(&line, name))
		return false;
	line = slice_trim(line);
	if (!slice_skip(&line, S("=")))
		return false;
	*value_out = slice_trim(line);
	return true;
}
