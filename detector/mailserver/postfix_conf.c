#include "detector/mailserver/postfix_conf.h"

enum {
	DEPTH_MAX = 16,
	/* Of all references in one value: "a = $b$b, b = $c$c, ..." must not
	 * take for ever. */
	REFERENCES_MAX = 500
};

struct expansion {
	const struct postfix_answers *answers;
	const struct postfix_service *service;
	struct text *out;
	int references;
};

static void expand(struct expansion *expansion, struct slice value, int depth);

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == ',' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

/* Behind the blanks, up to the next one. */
static struct slice cut_column(struct slice *rest)
{
	size_t i = 0;
	struct slice column;

	while (rest->len && is_blank(rest->ptr[0]))
		*rest = slice_after(*rest, 1);
	while (i < rest->len && !is_blank(rest->ptr[i]))
		i++;
	column = slice_sub(*rest, 0, i);
	*rest = slice_after(*rest, i);
	return column;
}

/* name type private unprivileged chroot wakeup maxproc command... */
bool postfix_next_service(struct slice *rest, struct postfix_service *out)
{
	while (rest->len) {
		struct slice line = slice_cut(rest, '\n');
		struct slice columns[8];

		for (size_t i = 0; i < 8; i++)
			columns[i] = cut_column(&line);
		if (columns[7].len == 0)
			continue;
		*out = (struct postfix_service){
			.name = columns[0],
			.type = columns[1],
			.chroot = columns[4],
			.is_smtpd = slice_eq(columns[7], S("smtpd")) ||
				    slice_ends(columns[7], S("/smtpd")),
		};
		return true;
	}
	return false;
}

/* "name = value", the name behind `head`/`type`/ when there is a head. */
static bool find_line(struct slice text, const struct postfix_service *service,
		      struct slice name, struct slice *value_out)
{
	while (text.len) {
		struct slice line = slice_cut(&text, '\n');

		if (service && (!slice_skip(&line, service->name) ||
				!slice_skip(&line, S("/")) ||
				!slice_skip(&line, service->type) ||
				!slice_skip(&line, S("/"))))
			continue;
		if (mailserver_setting(line, name, value_out))
			return true;
	}
	return false;
}

bool postfix_written(const struct postfix_answers *answers,
		     const struct postfix_service *service,
		     struct slice name, struct slice *value_out)
{
	return find_line(service ? answers->overrides : answers->main, service,
			 name, value_out);
}

static void add_parameter(struct expansion *expansion, struct slice name,
			  int depth)
{
	struct slice value;

	if (depth == DEPTH_MAX || expansion->references++ >= REFERENCES_MAX)
		return;
	if ((expansion->service &&
	     postfix_written(expansion->answers, expansion->service, name,
			     &value)) ||
	    postfix_written(expansion->answers, NULL, name, &value))
		expand(expansion, value, depth + 1);
}

/* How long what begins with `open` is, up to the one that closes it. */
static size_t balanced(struct slice text)
{
	char open = text.len ? text.ptr[0] : '\0';
	char close = open == '{' ? '}' : ')';
	size_t level = 0;

	for (size_t i = 0; i < text.len; i++) {
		level += text.ptr[i] == open;
		level -= text.ptr[i] == close;
		if (level == 0)
			return i + 1;
	}
	return text.len;
}

static struct slice inside(struct slice braced)
{
	return slice_sub(braced, 1, braced.len > 1 ? braced.len - 1 : 1);
}

/* "text" to the end, or "{text}" with what follows left in *rest. */
static struct slice cut_branch(struct slice *rest)
{
	struct slice branch = slice_trim(*rest);
	size_t len;

	if (branch.len == 0 || branch.ptr[0] != '{') {
		*rest = slice_after(branch, branch.len);
		return branch;
	}
	len = balanced(branch);
	*rest = slice_trim(slice_after(branch, len));
	return slice_trim(inside(slice_sub(branch, 0, len)));
}

static bool is_empty(struct expansion *expansion, struct slice name, int depth)
{
	struct text value = TEXT_INIT(POSTFIX_VALUE_MAX);
	struct expansion own = *expansion;
	bool empty;

	own.out = &value;
	add_parameter(&own, name, depth);
	expansion->references = own.references;
	empty = slice_trim(text_slice(&value)).len == 0;
	text_release(&value);
	return empty;
}

/* Between the braces: name, name?{yes}, name?{yes}:{no}, name:{no}. */
static void add_braced(struct expansion *expansion, struct slice inner,
		       int depth)
{
	struct slice rest = slice_trim(inner), name, yes = S(""), no = S("");
	size_t i = 0;
	bool empty;

	while (i < rest.len && is_name(rest.ptr[i]))
		i++;
	name = slice_sub(rest, 0, i);
	rest = slice_trim(slice_after(rest, i));
	if (name.len == 0)
		return;
	if (rest.len == 0) {
		add_parameter(expansion, name, depth);
		return;
	}
	if (slice_skip(&rest, S("?")))
		yes = cut_branch(&rest);
	if (slice_skip(&rest, S(":")))
		no = cut_branch(&rest);
	empty = is_empty(expansion, name, depth);
	if (depth < DEPTH_MAX)
		expand(expansion, empty ? no : yes, depth + 1);
}

static void expand(struct expansion *expansion, struct slice value, int depth)
{
	while (value.len) {
		ptrdiff_t at = slice_find_char(value, '$');
		size_t plain = at < 0 ? value.len : (size_t)at, i = 0;

		text_add(expansion->out, slice_sub(value, 0, plain));
		value = slice_after(value, plain + 1);
		if (at < 0 || value.len == 0)
			return;
		if (value.ptr[0] == '$') {
			text_add_char(expansion->out, '$');
			value = slice_after(value, 1);
		} else if (value.ptr[0] == '{' || value.ptr[0] == '(') {
			i = balanced(value);
			add_braced(expansion, inside(slice_sub(value, 0, i)),
				   depth);
		} else {
			while (i < value.len && is_name(value.ptr[i]))
				i++;
			add_parameter(expansion, slice_sub(value, 0, i),
				      depth);
		}
		value = slice_after(value, i);
	}
}

void postfix_value(const struct postfix_answers *answers,
		   const struct postfix_service *service, struct slice name,
		   struct text *out)
{
	struct expansion expansion = { answers, service, out, 0 };

	add_parameter(&expansion, name, 0);
}

bool postfix_is_on(const struct postfix_answers *answers,
		   const struct postfix_service *service, struct slice name)
{
	struct text value = TEXT_INIT(POSTFIX_VALUE_MAX);
	bool is_on;

	postfix_value(answers, service, name, &value);
	is_on = slice_eq_nocase(slice_trim(text_slice(&value)), S("yes"));
	text_release(&value);
	return is_on;
}

/* A word may have braces in its middle: inline:{a=b, c=d}. */
bool postfix_next_word(struct slice *rest, struct slice *word_out)
{
	size_t i = 0;

	while (rest->len && is_blank(rest->ptr[0]))
		*rest = slice_after(*rest, 1);
	while (i < rest->len && !is_blank(rest->ptr[i]))
		i += rest->ptr[i] == '{' ? balanced(slice_after(*rest, i)) : 1;
	*word_out = slice_sub(*rest, 0, i);
	*rest = slice_after(*rest, i);
	return word_out->len > 0;
}

bool postfix_only_name(struct slice value, struct slice *name_out)
{
	struct slice name = slice_trim(value);

	if (!slice_skip(&name, S("$")))
		return false;
	if (name.len > 2 && name.ptr[0] == '{' && balanced(name) == name.len)
		name = inside(name);
	for (size_t i = 0; i < name.len; i++)
		if (!is_name(name.ptr[i]))
			return false;
	*name_out = name;
	return name.len > 0;
}
