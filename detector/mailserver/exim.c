/*
 * Judging Exim by what `exim -bP config` says: macros expanded, continued
 * lines joined, and a statement's verb first in its line.
 */
#include "detector/mailserver/mailserver.h"

#define SAY(slice) (int)(slice).len, (slice).ptr

enum { ACL_DEPTH = 5, STATEMENT_MAX = 16384 };

/* In the order in which a session meets them. */
static const struct slice options[] = {
	SLICE("acl_smtp_mail"), SLICE("acl_smtp_rcpt"),
	SLICE("acl_smtp_predata"), SLICE("acl_smtp_data"),
};

/* What a statement of an ACL does for a client that has logged in. */
enum verb { VERB_OTHER, VERB_ACCEPT, VERB_REFUSE, VERB_WARN, VERB_REQUIRE };

static const struct {
	struct slice word;
	enum verb verb;
} verbs[] = {
	{ SLICE("accept"), VERB_ACCEPT }, { SLICE("discard"), VERB_ACCEPT },
	{ SLICE("deny"), VERB_REFUSE }, { SLICE("drop"), VERB_REFUSE },
	{ SLICE("defer"), VERB_REFUSE }, { SLICE("warn"), VERB_WARN },
	{ SLICE("require"), VERB_REQUIRE },
};

enum outcome { NOT_THERE, ONLY_WARNS, BEHIND_ACCEPT, WELL };

struct look {
	enum outcome outcome;
	char accept[120];	/* the accept it stands behind */
	char hosts[120];	/* an accept for some hosts before it, or "" */
	bool is_file, keeps_case;
};

/* The first word, which a blank, a line end, '=' or ':' ends. */
static struct slice first_word(struct slice line)
{
	size_t i = 0;

	line = slice_trim(line);
	while (i < line.len && !strchr(" \t\n=:", line.ptr[i]))
		i++;
	return slice_sub(line, 0, i);
}

static enum verb verb_of(struct slice line)
{
	struct slice word = first_word(line);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (slice_eq(word, verbs[i].word))
			return verbs[i].verb;
	return VERB_OTHER;
}

/* "begin acl" to the next "begin". */
static struct slice acl_section(struct slice config)
{
	struct slice rest = config;

	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n'), after = rest;

		if (!slice_eq(slice_trim(line), S("begin acl")))
			continue;
		while (after.len) {
			struct slice from = after;

			line = slice_cut(&after, '\n');
			if (slice_starts(line, S("begin ")))
				return slice_sub(rest, 0, (size_t)(from.ptr -
								   rest.ptr));
		}
		return rest;
	}
	return S("");
}

/* A label stands alone and ends in ':'. */
static bool is_label(struct slice line, struct slice *name_out)
{
	struct slice name = slice_trim(line);

	if (!slice_ends(name, S(":")) || verb_of(name) != VERB_OTHER)
		return false;
	name.len--;
	if (name.len == 0 || first_word(name).len != name.len)
		return false;
	*name_out = name;
	return true;
}

/* The statements of the ACL `name`. */
static bool find_acl(struct slice section, struct slice name,
		     struct slice *body_out)
{
	struct slice label, rest = section;

	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n'), body = rest;

		if (!is_label(line, &label) || !slice_eq(label, name))
			continue;
		while (rest.len) {
			struct slice from = rest;

			line = slice_cut(&rest, '\n');
			if (!is_label(line, &label))
				continue;
			body.len = (size_t)(from.ptr - body.ptr);
			break;
		}
		*body_out = body;
		return true;
	}
	return false;
}

/* From a verb to the next one. */
static struct slice cut_statement(struct slice *body)
{
	struct slice from = *body;

	slice_cut(body, '\n');
	while (body->len) {
		struct slice rest = *body;

		if (verb_of(slice_cut(&rest, '\n')) != VERB_OTHER)
			break;
		*body = rest;
	}
	return slice_sub(from, 0, from.len - body->len);
}

/* The value of a condition: "authenticated = *", also right behind the verb. */
static bool condition(struct slice statement, struct slice name,
		      struct slice *value_out)
{
	bool is_first = true;

	while (statement.len) {
		struct slice line = slice_trim(slice_cut(&statement, '\n'));

		if (is_first)
			line = slice_trim(slice_after(line,
						      first_word(line).len));
		is_first = false;
		if (mailserver_setting(line, name, value_out))
			return true;
	}
	return false;
}

static bool has(struct slice text, struct slice word)
{
	return slice_find(text, word) >= 0;
}

/* A lookup of the login in our table, or in a file that is named like it. */
static bool is_block(struct slice statement)
{
	return has(statement, S("authenticated_id")) &&
	       has(statement, S("send_block"));
}

static void note_block(struct look *look, struct slice statement)
{
	look->is_file = !has(statement, S(MAILSERVER_TABLE "")) ||
			has(statement, S("lsearch"));
	look->keeps_case = !has(statement, S("{lc:$authenticated_id")) &&
			   !has(statement, S("{lc:${authenticated_id"));
}

/* What a statement does besides, for whomever it is for. */
static bool is_modifier(struct slice word)
{
	static const struct slice modifiers[] = {
		SLICE("add_header"), SLICE("continue"), SLICE("control"),
		SLICE("delay"), SLICE("endpass"), SLICE("log_message"),
		SLICE("log_reject_target"), SLICE("logwrite"),
		SLICE("message"), SLICE("queue"), SLICE("remove_header"),
		SLICE("set"), SLICE("udpsend"),
	};

	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
		if (slice_eq(word, modifiers[i]))
			return true;
	return word.len == 0;
}

static bool is_unconditional(struct slice statement)
{
	struct slice line = slice_trim(slice_cut(&statement, '\n'));

	if (!is_modifier(first_word(slice_after(line, first_word(line).len))))
		return false;
	while (statement.len)
		if (!is_modifier(first_word(slice_cut(&statement, '\n'))))
			return false;
	return true;
}

/* Does this accept end the ACL for whoever has logged in? Other conditions
 * (domains, local parts) speak of some mail only. */
static void note_accept(struct look *look, struct slice statement)
{
	struct slice first = statement, line, value;

	line = slice_trim(slice_cut(&first, '\n'));
	if (condition(statement, S("authenticated"), &value) ||
	    is_unconditional(statement)) {
		if (!look->accept[0])
			slice_copy(line, look->accept, sizeof(look->accept));
	} else if (condition(statement, S("hosts"), &value) &&
		   !slice_eq(value, S(":")) && !look->hosts[0]) {
		slice_copy(value, look->hosts, sizeof(look->hosts));
	}
}

static void walk(struct look *look, struct slice section, struct slice body,
		 int depth);

/* "require acl = NAME": its deny is ours. */
static void walk_sub(struct look *look, struct slice section,
		     struct slice statement, int depth)
{
	struct slice name, body;

	if (depth < ACL_DEPTH && condition(statement, S("acl"), &name) &&
	    find_acl(section, first_word(name), &body)) {
		struct look sub = *look;

		walk(&sub, section, body, depth + 1);
		/* An accept in there only ends that ACL. */
		if (sub.outcome > look->outcome)
			*look = sub;
	}
}

static void walk(struct look *look, struct slice section, struct slice body,
		 int depth)
{
	while (body.len && look->outcome < BEHIND_ACCEPT) {
		struct slice statement = cut_statement(&body);
		enum verb verb = verb_of(statement);

		if (verb == VERB_REFUSE && is_block(statement)) {
			look->outcome = look->accept[0] ? BEHIND_ACCEPT : WELL;
			note_block(look, statement);
		} else if (verb == VERB_WARN && is_block(statement)) {
			look->outcome = ONLY_WARNS;
		} else if (verb == VERB_REQUIRE) {
			walk_sub(look, section, statement, depth);
		} else if (verb == VERB_ACCEPT) {
			note_accept(look, statement);
		}
	}
}

/* The worst of the ACLs that the option's value names. */
static bool look_at(struct slice section, struct slice value,
		    struct look *worst)
{
	struct slice rest = section, name;
	bool any = false;

	while (rest.len) {
		struct look look = { .outcome = NOT_THERE };
		struct slice line = slice_cut(&rest, '\n'), body;

		if (!is_label(line, &name) ||
		    !mailserver_has_word(value, name) ||
		    !find_acl(section, name, &body))
			continue;
		walk(&look, section, body, 0);
		if (!any || look.outcome < worst->outcome)
			*worst = look;
		any = true;
	}
	return any;
}

static bool option_value(struct slice config, struct slice name,
			 struct slice *value_out)
{
	while (config.len) {
		struct slice line = slice_cut(&config, '\n');

		if (slice_starts(line, S("begin ")))
			return false;
		if (mailserver_setting(line, name, value_out))
			return true;
	}
	return false;
}

static void add_remedy(struct slice acl, struct text *out)
{
	text_addf(out, "Exim, FIRST in the ACL \"%.*s\":\n"
		  "  deny authenticated = *\n"
		  "       condition = ${lookup mysql{SELECT 1 FROM "
		  MAILSERVER_TABLE " WHERE account='${quote_mysql:"
		  "${lc:$authenticated_id}}'}{yes}{no}}\n"
		  "       message = 5.7.1 Sending is suspended for this "
		  "mailbox", SAY(acl));
}

static void tell_well(const struct look *look, struct slice option,
		      struct slice acl, struct mailserver_findings *findings)
{
	mailserver_find(findings, MAILSERVER_GOOD, "Exim: %.*s (%.*s) asks for "
			"the block", SAY(option), SAY(acl));
	if (look->hosts[0])
		mailserver_find(findings, MAILSERVER_NOTE, "Exim: %.*s accepts "
				"mail of hosts = %s before it asks: a login "
				"from there (webmail?) is not stopped",
				SAY(acl), look->hosts);
	if (look->is_file)
		mailserver_find(findings, MAILSERVER_NOTE, "Exim: %.*s looks "
				"logins up in a file, which comporta does not "
				"write: whoever does must do so at every block "
				"and lift", SAY(acl));
	if (look->keeps_case)
		text_add_string(
			&mailserver_find(findings, MAILSERVER_NOTE, "Exim: a "
				"login typed in capitals may pass %.*s",
				SAY(acl))->remedy,
			"write ${lc:$authenticated_id} in its lookup");
}

static void tell(const struct look *look, struct slice option,
		 struct slice acl, struct mailserver_findings *findings)
{
	struct mailserver_finding *finding;

	if (look->outcome == WELL) {
		tell_well(look, option, acl, findings);
		return;
	}
	if (look->outcome == BEHIND_ACCEPT)
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Exim: in %.*s (%.*s) the "
			"block is not reached: before it stands \"%s\"",
			SAY(option), SAY(acl), look->accept);
	else
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Exim: in %.*s (%.*s) the "
			"block stands in a warn, which lets pass", SAY(option),
			SAY(acl));
	add_remedy(acl, &finding->remedy);
}

void exim_judge(struct slice config, struct mailserver_findings *findings)
{
	struct slice section = acl_section(config), value, first = S("");
	struct look best = { .outcome = NOT_THERE };
	struct slice best_option = S(""), best_value = S("");
	struct mailserver_finding *finding;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct look look = { .outcome = NOT_THERE };

		if (!option_value(config, options[i], &value) || !value.len)
			continue;
		if (!first.len)
			first = value;
		if (look_at(section, value, &look) &&
		    look.outcome > best.outcome) {
			best = look;
			best_option = options[i];
			best_value = value;
		}
	}
	if (best.outcome != NOT_THERE) {
		tell(&best, best_option, best_value, findings);
		return;
	}
	finding = mailserver_find(findings, MAILSERVER_MEND, "Exim: no ACL "
				  "asks for the block");
	if (!first.len)
		text_add_string(&finding->remedy, "Exim: acl_smtp_mail = "
				"acl_mail, and an ACL of that name that ends "
				"in accept\n");
	add_remedy(first.len ? first : S("acl_mail"), &finding->remedy);
}
