/*
 * Stamps and words that few logs have, and what stands behind RFC 5424's. None
 * of them remembers anything: what they cost is nobody's daily bread.
 */
#include "detector/formats/header_inside.h"

/* What TAI64 labels have added to seconds since 1970 (2^62), and what
 * daemontools' multilog and runit's svlogd add to the clock besides: always
 * 10, the TAI-UTC of 1970, whatever leap seconds came since ("UTC" there
 * counts none; libtai, tai_unix). s6-log adds today's 37: its lines seem 27
 * seconds late, as nothing in a stamp tells who wrote it. */
static const uint64_t tai_epoch = (UINT64_C(1) << 62) + 10;

/* 9999-12-31T23:59:59Z, the last second that base/stamp.h knows. */
static const uint64_t seconds_max = UINT64_C(253402300799);

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const char *at, size_t len, uint64_t *number_out)
{
	uint64_t number = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return false;
		number = number << 4 | (unsigned)digit;
	}
	*number_out = number;
	return true;
}

/* "@400000004c91b044077a9e94": 16 digits of seconds, 8 of nanoseconds. */
bool header_take_tai64n(struct header_reader *reader, struct slice *rest,
			int64_t *at_ms_out)
{
	uint64_t seconds, nanoseconds;

	(void)reader;
	if (rest->len < 25 || !slice_skip(rest, S("@")) ||
	    !read_hex(rest->ptr, 16, &seconds) ||
	    !read_hex(rest->ptr + 16, 8, &nanoseconds) ||
	    seconds < tai_epoch || seconds - tai_epoch > seconds_max ||
	    nanoseconds > 999999999)
		return false;
	step_over(rest, 24);
	*at_ms_out = (int64_t)(seconds - tai_epoch) * STAMP_SECOND_MS +
		     (int64_t)(nanoseconds / 1000000);
	return true;
}

/* "1777888800.123456", of `journalctl -o short-unix`. Ten digits are the
 * years 2001 to 2286. */
bool header_take_unix(struct header_reader *reader, struct slice *rest,
		      int64_t *at_ms_out)
{
	int64_t seconds = 0;
	size_t i = 0;

	(void)reader;
	if (rest->len < 12 || rest->ptr[10] != '.')
		return false;
	for (; i < 10 && is_digit(rest->ptr[i]); i++)
		seconds = seconds * 10 + (rest->ptr[i] - '0');
	if (i != 10 || rest->ptr[0] == '0')
		return false;
	step_over(rest, 10);
	*at_ms_out = seconds * STAMP_SECOND_MS + take_fraction(rest);
	return true;
}

/* "Jun 17 2021 10:00:00", of some routers and relays. */
bool header_take_year_between(struct header_reader *reader,
			      struct slice *rest, int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };
	char stamp[] = "YYYY-MM-DD HH:MM:SS";
	size_t day = 4, year;

	if (rest->len < 19 || rest->ptr[3] != ' ')
		return false;
	civil.month = header_month(rest->ptr);
	day += rest->ptr[day] == ' ';
	year = day + (is_digit(rest->ptr[day + 1]) ? 3 : 2);
	if (!civil.month || rest->len < year + 13 ||
	    rest->ptr[year - 1] != ' ' || rest->ptr[year + 4] != ' ')
		return false;
	/* Once more as everybody else's, which is read already. */
	memcpy(stamp, rest->ptr + year, 4);
	stamp[5] = (char)('0' + civil.month / 10);
	stamp[6] = (char)('0' + civil.month % 10);
	stamp[8] = year - day == 3 ? rest->ptr[day] : '0';
	stamp[9] = rest->ptr[year - 2];
	memcpy(stamp + 11, rest->ptr + year + 5, 8);
	if (!header_read_second(stamp, &civil))
		return false;
	step_over(rest, year + 13);
	*at_ms_out = stamp_zone_to_utc(&reader->zone, stamp_join(&civil)) +
		     take_fraction(rest);
	return true;
}

/* Names of zones that mean the same wherever they are used, more or less:
 * those of RFC 5322 and Europe's. Every other is taken for the machine's. */
static const struct {
	struct slice name;
	int hours;
} zones[] = {
	{ SLICE("UTC"), 0 },  { SLICE("GMT"), 0 },   { SLICE("WET"), 0 },
	{ SLICE("WEST"), 1 }, { SLICE("BST"), 1 },   { SLICE("CET"), 1 },
	{ SLICE("CEST"), 2 }, { SLICE("EET"), 2 },   { SLICE("EEST"), 3 },
	{ SLICE("MSK"), 3 },  { SLICE("EST"), -5 },  { SLICE("EDT"), -4 },
	{ SLICE("CST"), -6 }, { SLICE("CDT"), -5 },  { SLICE("MST"), -7 },
	{ SLICE("MDT"), -6 }, { SLICE("PST"), -8 },  { SLICE("PDT"), -7 },
};

/* "+03" or "-0330": what zones without a name are called. */
static bool zone_in_numbers(struct slice word, int *minutes_out)
{
	int hours, minutes = 0;

	if ((word.len != 3 && word.len != 5) ||
	    (word.ptr[0] != '+' && word.ptr[0] != '-'))
		return false;
	hours = two_digits(word.ptr + 1);
	if (word.len == 5)
		minutes = two_digits(word.ptr + 3);
	if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return false;
	*minutes_out = (hours * 60 + minutes) * (word.ptr[0] == '-' ? -1 : 1);
	return true;
}

static bool zone_by_name(struct slice word, int *minutes_out)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (!slice_eq(word, zones[i].name))
			continue;
		*minutes_out = zones[i].hours * 60;
		return true;
	}
	return zone_in_numbers(word, minutes_out);
}

static bool is_weekday(struct slice text)
{
	static const char names[] = "Sun Mon Tue Wed Thu Fri Sat ";

	for (size_t i = 0; i + 4 < sizeof(names); i += 4)
		if (memcmp(text.ptr, names + i, 4) == 0)
			return true;
	return false;
}

/* Zones' names are three letters and more, or a sign and digits. */
static bool is_zone_name(struct slice word)
{
	int minutes;

	if (zone_in_numbers(word, &minutes))
		return true;
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] < 'A' || word.ptr[i] > 'Z')
			return false;
	return word.len >= 3 && word.len <= 5;
}

/* "Mon 2026-05-04 10:00:00 CEST", of `journalctl -o short-full`. */
bool header_take_weekday(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };
	struct slice word;
	ptrdiff_t blank;
	int64_t local_ms;
	int minutes;

	if (rest->len < 4 + ISO_SECOND_LEN || !is_weekday(*rest))
		return false;
	step_over(rest, 4);
	if (!header_read_second(rest->ptr, &civil))
		return false;
	step_over(rest, ISO_SECOND_LEN);
	local_ms = stamp_join(&civil) + take_fraction(rest);
	blank = slice_skip(rest, S(" ")) ? slice_find_char(*rest, ' ') : -1;
	if (blank < 0)
		return false;
	word = slice_sub(*rest, 0, (size_t)blank);
	if (!is_zone_name(word))
		return false;
	step_over(rest, word.len);
	*at_ms_out = zone_by_name(word, &minutes)
			     ? local_ms - minutes * (int64_t)STAMP_MINUTE_MS
			     : stamp_zone_to_utc(&reader->zone, local_ms);
	return true;
}

/* "INFO": what a much used image of Postfix writes where others have the
 * host, of which a container has none. */
bool header_is_severity(struct slice word)
{
	static const struct slice severities[] = {
		SLICE("EMERG"), SLICE("ALERT"), SLICE("CRIT"), SLICE("ERR"),
		SLICE("WARNING"), SLICE("NOTICE"), SLICE("INFO"),
		SLICE("DEBUG"),
	};

	for (size_t i = 0; i < sizeof(severities) / sizeof(*severities); i++)
		if (slice_eq(word, severities[i]))
			return true;
	return false;
}

/* "mail.info": what BusyBox' syslogd, which Alpine's images have, puts between
 * host and tag. */
bool header_is_facility(struct slice word)
{
	static const struct slice severities[] = {
		SLICE("emerg"), SLICE("alert"), SLICE("crit"), SLICE("err"),
		SLICE("warning"), SLICE("warn"), SLICE("notice"),
		SLICE("info"), SLICE("debug"),
	};
	struct slice facility = slice_cut(&word, '.');

	for (size_t i = 0; i < facility.len; i++)
		if ((facility.ptr[i] < 'a' || facility.ptr[i] > 'z') &&
		    !is_digit(facility.ptr[i]))
			return false;
	for (size_t i = 0; i < sizeof(severities) / sizeof(*severities); i++)
		if (slice_eq(word, severities[i]))
			return facility.len > 0;
	return false;
}

/* "[ID 197553 mail.info] ", which syslogd of Solaris and illumos writes. */
void header_skip_message_id(struct slice *text)
{
	struct slice rest = *text;

	if (!slice_skip(&rest, S("[ID ")))
		return;
	slice_cut(&rest, ']');
	if (slice_skip(&rest, S(" ")))
		*text = rest;
}

/* `[id name="value" ...]` once or more, or "-". In a value, '"', '\' and ']'
 * come with a backslash. */
static bool skip_structured_data(struct slice *rest)
{
	bool quoted = false;
	size_t depth = 0, i = 0;

	if (slice_skip(rest, S("-")))
		return true;
	for (; i < rest->len; i++) {
		char c = rest->ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == '[' && !quoted)
			depth++;
		else if (c == ']' && !quoted)
			depth--;
		else if (c == ' ' && depth == 0)
			break;
	}
	if (i == 0 || depth != 0 || quoted)
		return false;
	step_over(rest, i);
	return true;
}

static struct slice take_field(struct slice *rest)
{
	struct slice word = slice_cut(rest, ' ');

	return slice_eq(word, S("-")) ? (struct slice){ word.ptr, 0 } : word;
}

bool header_origin_rfc5424(struct slice rest, struct log_line *line)
{
	if (!slice_skip(&rest, S(" ")))
		return false;
	line->host = take_field(&rest);
	line->program = take_field(&rest);
	line->pid = take_field(&rest);
	take_field(&rest);	/* message id */
	if (!skip_structured_data(&rest))
		return false;
	slice_skip(&rest, S(" "));
	slice_skip(&rest, S("\xef\xbb\xbf"));
	line->text = rest;
	return true;
}
