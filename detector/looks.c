#include "detector/looks.h"

enum { LOOK_AT = 256 };	/* bytes */

#define UTF16 "UTF-16 text, of which no line can be read; convert it: " \
	"iconv -f UTF-16 -t UTF-8"
#define ARCHIVE "an archive; unpack it first"

static const struct {
	struct slice beginning;
	const char *what;
} kinds[] = {
	/* The byte order marks of Unicode, chapter 23.8. */
	{ SLICE("\xff\xfe"), UTF16 },
	{ SLICE("\xfe\xff"), UTF16 },
	/* systemd, "Journal File Format". */
	{ SLICE("LPKSHHRH"), "a journal of systemd; name it with its whole "
			     "path: journal:/PATH/FILE" },
	{ SLICE("PK\3\4"), ARCHIVE },
	{ SLICE("7z\xbc\xaf"), ARCHIVE },
	{ SLICE("Rar!"), ARCHIVE },
	/* The LZ4 Frame Format, in little-endian; compress(1); lzop. */
	{ SLICE("\x04\x22\x4d\x18"), ARCHIVE },
	{ SLICE("\x1f\x9d"), ARCHIVE },
	{ SLICE("\x89LZO"), ARCHIVE },
	{ SLICE("%PDF-"), "a PDF document" },
	{ SLICE("SQLite format 3"), "a database" },
};

static bool is_control(char c)
{
	return (unsigned char)c < ' ' && c != '\t' && c != '\r';
}

/* Every other byte of text in UTF-16 is a NUL, as long as it is English. */
static bool is_utf16(struct slice text)
{
	size_t n[2] = { 0, 0 };

	for (size_t i = 0; i < text.len; i++)
		n[i % 2] += text.ptr[i] == '\0';
	return text.len >= 8 && (n[0] == 0) != (n[1] == 0) &&
	       n[0] + n[1] > text.len / 3;
}

/* One in eight bytes of what is no text is a control character; logs have
 * one here and there. What a crash left of zeros at the beginning says
 * nothing. */
static bool is_binary(struct slice text)
{
	size_t n = 0;

	while (text.len && text.ptr[0] == '\0')
		text = slice_after(text, 1);
	for (size_t i = 0; i < text.len; i++)
		n += is_control(text.ptr[i]);
	return n > text.len / 16 && n > 1;
}

/* All of it is one line then, as a line feed is what we look for. */
static bool is_old_mac(struct slice line)
{
	size_t n = 0;

	while (line.len && slice_find_char(line, '\r') >= 0) {
		slice_cut(&line, '\r');
		n++;
	}
	return n > 1;
}

const char *looks_like(struct slice first_line)
{
	struct slice text = slice_sub(first_line, 0, LOOK_AT);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_starts(text, kinds[i].beginning))
			return kinds[i].what;
	if (is_utf16(text))
		return UTF16;
	if (is_binary(text))
		return "no text";
	return is_old_mac(first_line)
		       ? "text whose lines end without a line feed; convert "
			 "it: dos2unix -c mac"
		       : NULL;
}
