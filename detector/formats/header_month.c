/*
 * Stamps with the month in another language than English, as journalctl and
 * others write them who ask the C library for %b: "févr. 25 08:43:16". The
 * words are those of glibc's locales (2.36, LC_TIME abmon, in UTF-8), their
 * dots left away; a dot in the line is stepped over.
 *
 * The same word is nearly always the same month. Three are not: "lip", "srp"
 * and "lis" are a month earlier in Croatian than in Polish and Czech. So the
 * language that fitted last is asked first; a file that begins with such a
 * word is taken for the language that stands higher here.
 */
#include "detector/formats/header_inside.h"

static const char *const languages[][12] = {
	/* Polish */
	{ "sty", "lut", "mar", "kwi", "maj", "cze",
	  "lip", "sie", "wrz", "paź", "lis", "gru" },
	/* Portuguese */
	{ "jan", "fev", "mar", "abr", "mai", "jun",
	  "jul", "ago", "set", "out", "nov", "dez" },
	/* German, of Germany and of Austria */
	{ "Jan", "Feb", "Mär", "Apr", "Mai", "Jun",
	  "Jul", "Aug", "Sep", "Okt", "Nov", "Dez" },
	{ "Jän", "Feb", "Mär", "Apr", "Mai", "Jun",
	  "Jul", "Aug", "Sep", "Okt", "Nov", "Dez" },
	/* French, of France and of its neighbours */
	{ "janv", "févr", "mars", "avril", "mai", "juin",
	  "juil", "août", "sept", "oct", "nov", "déc" },
	{ "jan", "fév", "mar", "avr", "mai", "jun",
	  "jui", "aoû", "sep", "oct", "nov", "déc" },
	/* Spanish, of Spain and of Peru */
	{ "ene", "feb", "mar", "abr", "may", "jun",
	  "jul", "ago", "sep", "oct", "nov", "dic" },
	{ "ene", "feb", "mar", "abr", "may", "jun",
	  "jul", "ago", "set", "oct", "nov", "dic" },
	/* Italian */
	{ "gen", "feb", "mar", "apr", "mag", "giu",
	  "lug", "ago", "set", "ott", "nov", "dic" },
	/* Dutch */
	{ "jan", "feb", "mrt", "apr", "mei", "jun",
	  "jul", "aug", "sep", "okt", "nov", "dec" },
	/* Czech */
	{ "led", "úno", "bře", "dub", "kvě", "čen",
	  "čec", "srp", "zář", "říj", "lis", "pro" },
	/* Slovak */
	{ "jan", "feb", "mar", "apr", "máj", "jún",
	  "júl", "aug", "sep", "okt", "nov", "dec" },
	/* Hungarian */
	{ "jan", "febr", "márc", "ápr", "máj", "jún",
	  "júl", "aug", "szept", "okt", "nov", "dec" },
	/* Romanian */
	{ "ian", "feb", "mar", "apr", "mai", "iun",
	  "iul", "aug", "sep", "oct", "nov", "dec" },
	/* Danish, Swedish */
	{ "jan", "feb", "mar", "apr", "maj", "jun",
	  "jul", "aug", "sep", "okt", "nov", "dec" },
	/* Norwegian */
	{ "jan", "feb", "mars", "april", "mai", "juni",
	  "juli", "aug", "sep", "okt", "nov", "des" },
	/* Finnish */
	{ "tammi", "helmi", "maalis", "huhti", "touko", "kesä",
	  "heinä", "elo", "syys", "loka", "marras", "joulu" },
	/* Icelandic */
	{ "jan", "feb", "mar", "apr", "maí", "jún",
	  "júl", "ágú", "sep", "okt", "nóv", "des" },
	/* Estonian */
	{ "jaan", "veebr", "märts", "apr", "mai", "juuni",
	  "juuli", "aug", "sept", "okt", "nov", "dets" },
	/* Latvian */
	{ "jan", "feb", "mar", "apr", "mai", "jūn",
	  "jūl", "aug", "sep", "okt", "nov", "dec" },
	/* Lithuanian */
	{ "saus", "vas", "kov", "bal", "geg", "birž",
	  "liep", "rugp", "rugs", "spal", "lapkr", "gruod" },
	/* Slovenian, Serbian in Latin letters */
	{ "jan", "feb", "mar", "apr", "maj", "jun",
	  "jul", "avg", "sep", "okt", "nov", "dec" },
	/* Croatian */
	{ "sij", "velj", "ožu", "tra", "svi", "lip",
	  "srp", "kol", "ruj", "lis", "stu", "pro" },
	/* Albanian */
	{ "Jan", "Shk", "Mar", "Pri", "Maj", "Qer",
	  "Kor", "Gsh", "Sht", "Tet", "Nën", "Dhj" },
	/* Turkish */
	{ "Oca", "Şub", "Mar", "Nis", "May", "Haz",
	  "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara" },
	/* Indonesian */
	{ "Jan", "Feb", "Mar", "Apr", "Mei", "Jun",
	  "Jul", "Agu", "Sep", "Okt", "Nov", "Des" },
	/* Catalan */
	{ "gen", "febr", "març", "abr", "maig", "juny",
	  "jul", "ag", "set", "oct", "nov", "des" },
	/* Galician */
	{ "Xan", "Feb", "Mar", "Abr", "Mai", "Xuñ",
	  "Xul", "Ago", "Set", "Out", "Nov", "Dec" },
	/* Basque */
	{ "urt", "ots", "mar", "api", "mai", "eka",
	  "uzt", "abu", "ira", "urr", "aza", "abe" },
	/* Greek, and its months standing alone */
	{ "Ιαν", "Φεβ", "Μαρ", "Απρ", "Μαΐ", "Ιουν",
	  "Ιουλ", "Αυγ", "Σεπ", "Οκτ", "Νοε", "Δεκ" },
	{ "Ιαν", "Φεβ", "Μάρ", "Απρ", "Μάι", "Ιούν",
	  "Ιούλ", "Αύγ", "Σεπ", "Οκτ", "Νοέ", "Δεκ" },
	/* Russian, and its May standing alone */
	{ "янв", "фев", "мар", "апр", "мая", "июн",
	  "июл", "авг", "сен", "окт", "ноя", "дек" },
	{ "янв", "фев", "мар", "апр", "май", "июн",
	  "июл", "авг", "сен", "окт", "ноя", "дек" },
	/* Ukrainian */
	{ "січ", "лют", "бер", "кві", "тра", "чер",
	  "лип", "сер", "вер", "жов", "лис", "гру" },
	/* Belarusian */
	{ "сту", "лют", "сак", "кра", "мая", "чэр",
	  "ліп", "жні", "вер", "кас", "ліс", "сне" },
	/* Bulgarian */
	{ "яну", "фев", "мар", "апр", "май", "юни",
	  "юли", "авг", "сеп", "окт", "ное", "дек" },
	/* Serbian */
	{ "јан", "феб", "мар", "апр", "мај", "јун",
	  "јул", "авг", "сеп", "окт", "нов", "дец" },
	/* Macedonian */
	{ "јан", "фев", "мар", "апр", "мај", "јун",
	  "јул", "авг", "сеп", "окт", "ное", "дек" },
};

enum {
	N_LANGUAGES = sizeof(languages) / sizeof(languages[0]),
	WORD_MAX = 16	/* bytes; the longest above has 10 */
};

static int month_in(size_t language, struct slice word)
{
	for (int month = 0; month < 12; month++)
		if (slice_eq(word, slice_from(languages[language][month])))
			return month + 1;
	return 0;
}

/* "5月" and "5월": China, Japan, Korea write the number. */
static int month_in_numbers(struct slice word)
{
	uint32_t month;
	size_t digits = 0;

	while (digits < word.len && is_digit(word.ptr[digits]))
		digits++;
	if (digits < 1 || digits > 2 || !slice_number(word, &month))
		return 0;
	word = slice_after(word, digits);
	if (!slice_eq(word, S("月")) && !slice_eq(word, S("월")))
		return 0;
	return month <= 12 ? (int)month : 0;
}

static int find_month(struct header_reader *reader, struct slice word)
{
	int month = month_in(reader->language, word);

	if (month)
		return month;
	for (size_t i = 0; i < N_LANGUAGES; i++) {
		month = month_in(i, word);
		if (!month)
			continue;
		reader->language = i;
		return month;
	}
	return month_in_numbers(word);
}

bool header_take_local_month(struct header_reader *reader, struct slice *rest,
			     int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };
	struct slice word;
	ptrdiff_t blank;
	int64_t local_ms;
	/* Numbers below ten have a blank in front of them. */
	bool is_number = slice_skip(rest, S(" "));

	blank = slice_find_char(slice_sub(*rest, 0, WORD_MAX), ' ');
	if (blank < 2)
		return false;
	word = slice_sub(*rest, 0, (size_t)blank);
	step_over(rest, (size_t)blank + 1);
	if (word.ptr[word.len - 1] == '.')
		word.len--;
	if (!header_take_day(rest, &civil))
		return false;
	civil.month = is_number ? month_in_numbers(word)
				: find_month(reader, word);
	if (!civil.month || !header_infer_year(reader, &civil, &local_ms))
		return false;
	*at_ms_out = stamp_zone_to_utc(&reader->zone, local_ms) +
		     take_fraction(rest);
	return true;
}
