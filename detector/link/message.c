#include "detector/link/message.h"

#include <math.h>

enum kind {
	FLAG,			/* bool: a byte, 0 or 1 */
	NUMBER,			/* int64_t */
	REAL,			/* double, finite */
	WORDS,			/* char[most], on one line */
	BYTES,			/* struct slice of up to `most` */
	LINES,			/* the same, printable, in lines */
	CELLS			/* double[most], each finite or NAN */
};

struct field {
	enum kind kind;
	size_t at, most;
};

#define OF(kind, member, most)						\
	{ kind, offsetof(struct link_message, member), most }
#define A_FLAG(member) OF(FLAG, member, 1)
#define A_NUMBER(member) OF(NUMBER, member, 8)
#define A_REAL(member) OF(REAL, member, 8)
#define SOME_WORDS(member)						\
	OF(WORDS, member, sizeof(((struct link_message *)0)->member))

enum { FIELDS_MAX = 16 };

/* Both directions go by this table alone. */
static const struct shape {
	const char *name;
	size_t n;
	struct field fields[FIELDS_MAX];
} shapes[LINK_TYPES] = {
	[LINK_HELLO] = { "hello", 1, { SOME_WORDS(hello.program) } },
	[LINK_TRAIL] = { "trail", 0, { { 0 } } },
	[LINK_STANDS] = { "stands", 1, { SOME_WORDS(stands.account) } },
	[LINK_HEAR] = { "hear", 1, { A_NUMBER(hear.after_id) } },
	[LINK_DECISION] = { "decision", 6, {
		SOME_WORDS(decision.key),
		SOME_WORDS(decision.account),
		A_NUMBER(decision.decided_ms),
		A_REAL(decision.probability),
		A_REAL(decision.log_odds),
		OF(BYTES, decision.verdict, LINK_VERDICT_MAX) } },
	[LINK_ACT] = { "act", 1, { A_NUMBER(act.active) } },
	[LINK_LOOK] = { "look", 1, { A_FLAG(look.is_due) } },
	[LINK_FOUND] = { "found", 2, {
		A_NUMBER(found.block_id),
		OF(LINES, found.ids, LINK_IDS_MAX) } },
	[LINK_FOLLOW] = { "follow", 0, { { 0 } } },
	[LINK_SEND] = { "send", 13, {
		SOME_WORDS(send.sight.brake),
		SOME_WORDS(send.sight.geo),
		SOME_WORDS(send.sight.unsaved),
		A_FLAG(send.sight.is_geo_off),
		A_REAL(send.sight.geo_unknown_share),
		A_NUMBER(send.sight.geo_built_ms),
		A_NUMBER(send.sight.read_ms),
		A_NUMBER(send.sight.submitted_ms),
		A_NUMBER(send.sight.newest_ms),
		A_NUMBER(send.sight.behind_ms),
		A_NUMBER(send.sight.free_bytes),
		A_NUMBER(send.sight.away_ms),
		A_FLAG(send.is_watch) } },
	[LINK_HOOKS] = { "hooks", 1, { A_FLAG(hooks.is_watch) } },
	[LINK_PUBLISH] = { "publish", 1, {
		OF(CELLS, publish.cells, LINK_CELLS_MAX) } },
	[LINK_RELOAD] = { "reload", 0, { { 0 } } },
	[LINK_WATCHED] = { "watched", 3, {
		A_FLAG(watched.is_known),
		A_NUMBER(watched.n),
		OF(LINES, watched.lines, LINK_IDS_MAX) } },
	[LINK_DONE] = { "done", 3, {
		A_NUMBER(done.about),
		A_NUMBER(done.code),
		SOME_WORDS(done.words) } },
	[LINK_AUDIT] = { "audit", 1, { A_NUMBER(audit.newest_id) } },
	[LINK_STANDING] = { "standing", 1, { A_FLAG(standing.has_block) } },
	[LINK_NEWS] = { "news", 5, {
		A_NUMBER(news.audit_id),
		A_NUMBER(news.at_ms),
		SOME_WORDS(news.account),
		A_FLAG(news.is_lift),
		SOME_WORDS(news.places) } },
	[LINK_RESULT] = { "result", 2, {
		A_NUMBER(result.i),
		A_NUMBER(result.result) } },
	[LINK_ACTED] = { "acted", 2, {
		A_FLAG(acted.braked),
		A_FLAG(acted.stopped) } },
	[LINK_WANTED] = { "wanted", 2, {
		A_NUMBER(wanted.block_id),
		A_NUMBER(wanted.account) } },
	[LINK_SENT] = { "sent", 6, {
		A_NUMBER(sent.lifted),
		A_FLAG(sent.was_told),
		A_NUMBER(sent.sent),
		A_NUMBER(sent.later),
		A_NUMBER(sent.failed),
		SOME_WORDS(sent.last_error) } },
	[LINK_ASK_WATCHED] = { "ask watched", 0, { { 0 } } },
};

static bool is_type(uint64_t type)
{
	return type < LINK_TYPES && shapes[type].name;
}

const char *link_type_name(enum link_type type)
{
	return is_type((uint64_t)type) ? shapes[type].name : "?";
}

static bool is_printable(struct slice words, char also)
{
	for (size_t i = 0; i < words.len; i++) {
		unsigned char c = (unsigned char)words.ptr[i];

		if ((c < ' ' || c == 0x7f) && (char)c != also)
			return false;
	}
	return true;
}

bool link_takes(struct slice words, size_t size)
{
	return words.len < size && is_printable(words, ' ');
}

void link_words(struct slice words, char *to, size_t size)
{
	slice_copy(words, to, size);
	for (; *to; to++)
		if ((unsigned char)*to < ' ' || *to == 0x7f)
			*to = ' ';
}

void link_hello(struct link_message *out)
{
	*out = (struct link_message){ .type = LINK_HELLO };
	slice_copy(S(COMPORTA_VERSION), out->hello.program,
		   sizeof(out->hello.program));
}

static bool is_cell(double value)
{
	return isnan(value) || isfinite(value);
}

/* Bytes that are still to be read, or that are written. */
struct wire {
	struct slice rest;
	struct text *out;
};

static void put_number(struct wire *wire, uint64_t number, int n)
{
	for (int i = 0; i < n; i++)
		text_add_char(wire->out, (char)(number >> (8 * i)));
}

static bool take_number(struct wire *wire, uint64_t *out, int n)
{
	uint64_t number = 0;

	if (wire->rest.len < (size_t)n)
		return false;
	for (int i = 0; i < n; i++)
		number |= (uint64_t)(unsigned char)wire->rest.ptr[i] << (8 * i);
	wire->rest = slice_after(wire->rest, (size_t)n);
	*out = number;
	return true;
}

static void put_real(struct wire *wire, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_number(wire, bits, 8);
}

static bool take_real(struct wire *wire, double *out)
{
	uint64_t bits;

	if (!take_number(wire, &bits, 8))
		return false;
	memcpy(out, &bits, sizeof(bits));
	return true;
}

static void put_bytes(struct wire *wire, struct slice bytes)
{
	put_number(wire, bytes.len, 4);
	text_add(wire->out, bytes);
}

static bool take_bytes(struct wire *wire, struct slice *out)
{
	uint64_t len;

	if (!take_number(wire, &len, 4) || wire->rest.len < len)
		return false;
	*out = slice_sub(wire->rest, 0, len);
	wire->rest = slice_after(wire->rest, len);
	return true;
}

/* Is what the bytes would be within the field's bounds? */
static bool is_within(const struct field *field, struct slice bytes)
{
	if (field->kind == WORDS)
		return link_takes(bytes, field->most);
	if (bytes.len > field->most)
		return false;
	return field->kind == BYTES || is_printable(bytes, '\n');
}

static bool put_cells(struct wire *wire, const double *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_cell(cells[i]))
			return false;
		put_real(wire, cells[i]);
	}
	return true;
}

static bool put_field(struct wire *wire, const struct field *field,
		      const void *from)
{
	struct slice bytes;
	int64_t number;
	double value;

	switch (field->kind) {
	case FLAG:
		put_number(wire, *(const bool *)from, 1);
		return true;
	case NUMBER:
		memcpy(&number, from, sizeof(number));
		put_number(wire, (uint64_t)number, 8);
		return true;
	case REAL:
		memcpy(&value, from, sizeof(value));
		put_real(wire, value);
		return isfinite(value);
	case CELLS:
		return put_cells(wire, from, field->most);
	case WORDS:
		bytes = (struct slice){ from, strnlen(from, field->most) };
		break;
	default:
		memcpy(&bytes, from, sizeof(bytes));
	}
	put_bytes(wire, bytes);
	return is_within(field, bytes);
}

static bool take_flag(struct wire *wire, bool *out)
{
	uint64_t number;

	if (!take_number(wire, &number, 1) || number > 1)
		return false;
	*out = number == 1;
	return true;
}

static bool take_cells(struct wire *wire, double *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!take_real(wire, &out[i]) || !is_cell(out[i]))
			return false;
	return true;
}

static bool take_field(struct wire *wire, const struct field *field, void *to)
{
	struct slice bytes;
	uint64_t number;
	double value;

	switch (field->kind) {
	case FLAG:
		return take_flag(wire, to);
	case NUMBER:
		if (!take_number(wire, &number, 8))
			return false;
		memcpy(to, &number, sizeof(number));
		return true;
	case REAL:
		if (!take_real(wire, &value) || !isfinite(value))
			return false;
		memcpy(to, &value, sizeof(value));
		return true;
	case CELLS:
		return take_cells(wire, to, field->most);
	default:
		break;
	}
	if (!take_bytes(wire, &bytes) || !is_within(field, bytes))
		return false;
	if (field->kind == WORDS)
		return slice_copy(bytes, to, field->most);
	memcpy(to, &bytes, sizeof(bytes));
	return true;
}

bool link_encode(const struct link_message *message, struct text *out)
{
	struct text body = TEXT_INIT(LINK_FRAME_MAX - LINK_HEAD);
	struct wire wire = { { NULL, 0 }, &body }, head = { { NULL, 0 }, out };
	const struct shape *shape = &shapes[message->type];
	bool fits = true;

	for (size_t i = 0; i < shape->n && fits; i++)
		fits = put_field(&wire, &shape->fields[i],
				 (const char *)message + shape->fields[i].at);
	fits &= !body.overflowed && out->max - out->len >= LINK_HEAD + body.len;
	if (fits) {
		put_number(&head, LINK_VERSION, 2);
		put_number(&head, message->type, 2);
		put_bytes(&head, text_slice(&body));
	}
	text_release(&body);
	return fits;
}

bool link_decode(struct slice frame, struct link_message *out)
{
	struct wire wire = { frame, NULL };
	const struct shape *shape;
	uint64_t version, type, len;

	if (!take_number(&wire, &version, 2) || version != LINK_VERSION ||
	    !take_number(&wire, &type, 2) || !is_type(type) ||
	    !take_number(&wire, &len, 4) || len != wire.rest.len)
		return false;
	memset(out, 0, sizeof(*out));
	out->type = (enum link_type)type;
	shape = &shapes[type];
	for (size_t i = 0; i < shape->n; i++)
		if (!take_field(&wire, &shape->fields[i],
				(char *)out + shape->fields[i].at))
			return false;
	return wire.rest.len == 0;
}
