#include "detector/mailserver/postfix_inside.h"

#define SAY(slice) (int)(slice).len, (slice).ptr

enum map_trait {
	HAS_SETTINGS = 1 << 0,	/* its file is "name = value" */
	IS_FILE = 1 << 1,	/* a session that is open keeps the old one */
	NEEDS_FILE = 1 << 2	/* opened after the chroot */
};

static const struct {
	struct slice kind;
	unsigned traits;
} kinds[] = {
	{ SLICE("mysql"), HAS_SETTINGS },
	{ SLICE("pgsql"), HAS_SETTINGS },
	{ SLICE("sqlite"), HAS_SETTINGS | NEEDS_FILE },
	{ SLICE("ldap"), HAS_SETTINGS },
	{ SLICE("memcache"), HAS_SETTINGS },
	{ SLICE("hash"), IS_FILE },
	{ SLICE("btree"), IS_FILE },
	{ SLICE("lmdb"), IS_FILE },
	{ SLICE("cdb"), IS_FILE },
	{ SLICE("dbm"), IS_FILE },
	{ SLICE("texthash"), IS_FILE },
	{ SLICE("regexp"), IS_FILE },
	{ SLICE("pcre"), IS_FILE },
	{ SLICE("inline"), IS_FILE },
};

/* "proxy:mysql:/etc/x.cf" -> is_proxied, "mysql", "/etc/x.cf". */
struct map_name {
	bool is_proxied;
	struct slice kind, path;
	unsigned traits;
};

static struct map_name map_name(struct slice name)
{
	struct map_name out = { false, S(""), S(""), 0 };

	out.is_proxied = slice_skip(&name, S("proxy:"));
	if (slice_find_char(name, ':') < 0)
		return out;
	out.kind = slice_cut(&name, ':');
	out.path = name;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_eq(out.kind, kinds[i].kind))
			out.traits = kinds[i].traits;
	return out;
}

struct slice postfix_map_path(struct slice name)
{
	struct map_name map = map_name(name);

	return (map.traits & HAS_SETTINGS) && slice_starts(map.path, S("/"))
		       ? map.path : S("");
}

static bool is_in_chroot(const struct postfix_answers *answers,
			 const struct postfix_service *service)
{
	struct slice level;
	uint32_t number = 1;

	/* "-" is no since 3.0, unless told to behave as before. */
	if (!slice_eq(service->chroot, S("-")))
		return slice_eq(service->chroot, S("y"));
	if (postfix_written(answers, NULL, S("compatibility_level"), &level))
		slice_number(level, &number);
	return number == 0;
}

/* With MySQL's library "localhost" is a socket, and so is no host at all. */
static bool is_socket(struct slice hosts)
{
	struct slice host;

	if (hosts.len == 0)
		return true;
	while (postfix_next_word(&hosts, &host)) {
		slice_skip(&host, S("inet:"));
		if (slice_starts(host, S("unix:")) ||
		    slice_eq(slice_cut(&host, ':'), S("localhost")))
			return true;
	}
	return false;
}

static void judge_reach(const struct postfix_service *service,
			const struct postfix_map *map,
			struct mailserver_findings *findings)
{
	struct map_name name = map_name(slice_from(map->name));
	struct mailserver_finding *finding;

	if (name.is_proxied)
		return;
	if (name.traits & NEEDS_FILE) {
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Postfix, %.*s runs in a "
			"chroot, where %.200s finds no database file: "
			"everybody who logs in gets 451", SAY(service->name),
			map->name);
		text_addf(&finding->remedy, "name the map proxy:%s in its "
			  "place", map->name);
	} else if (slice_eq(name.kind, S("mysql")) && map->is_read &&
		   is_socket(postfix_map_setting(map->file, S("hosts")))) {
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Postfix, %.*s runs in a "
			"chroot, where %.200s finds no database socket: "
			"everybody who logs in gets 451", SAY(service->name),
			map->name);
		text_addf(&finding->remedy, "%.*s: hosts = 127.0.0.1",
			  SAY(name.path));
	}
}

struct used {
	const struct postfix_answers *answers;
	bool is_used[MAILSERVER_MAPS];
};

static void mark_used(void *context, struct slice map)
{
	struct used *used = context;

	for (size_t i = 0; i < used->answers->n_maps; i++)
		used->is_used[i] |= slice_eq(
			slice_from(used->answers->maps[i].name), map);
}

void postfix_judge_service_maps(const struct postfix_answers *answers,
				const struct postfix_service *service,
				struct mailserver_findings *findings)
{
	struct used used = { .answers = answers };

	if (!is_in_chroot(answers, service))
		return;
	postfix_walk_maps(answers, service, mark_used, &used);
	for (size_t i = 0; i < answers->n_maps; i++)
		if (used.is_used[i] &&
		    postfix_ours(answers, slice_from(answers->maps[i].name)) ==
			    OURS)
			judge_reach(service, &answers->maps[i], findings);
}

static bool is_proxy_allowed(const struct postfix_answers *answers,
			     struct slice map)
{
	struct text value = TEXT_INIT(4 * POSTFIX_VALUE_MAX);
	struct slice rest, word;
	bool is_allowed = false;

	postfix_value(answers, NULL, S("proxy_read_maps"), &value);
	rest = text_slice(&value);
	while (!is_allowed && postfix_next_word(&rest, &word))
		is_allowed = slice_eq(word, map);
	text_release(&value);
	return is_allowed;
}

static void judge_kind(const struct postfix_answers *answers,
		       const struct postfix_map *map,
		       struct mailserver_findings *findings)
{
	struct map_name name = map_name(slice_from(map->name));
	struct mailserver_finding *finding;
	struct slice written = S("");

	if (name.is_proxied &&
	    !is_proxy_allowed(answers, slice_from(map->name))) {
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Postfix: %.200s is not in "
			"proxy_read_maps: the smtpd that asks it does not "
			"start, and no mail comes or goes there", map->name);
		postfix_written(answers, NULL, S("proxy_read_maps"), &written);
		text_addf(&finding->remedy, "main.cf: proxy_read_maps = %s, "
			  "%.*s", map->name, SAY(written));
	}
	if (name.traits & IS_FILE)
		mailserver_find(findings, MAILSERVER_NOTE, "Postfix: %.200s is "
				"a file: a connection that is open goes on "
				"with the old one%s; a table of a database has "
				"no such gap", map->name,
				slice_eq(name.kind, S("texthash"))
					? ", and so does every new one until "
					  "`postfix reload`" : "");
	if ((name.traits & HAS_SETTINGS) && name.path.len && !map->is_read)
		mailserver_find(findings, MAILSERVER_NOTE, "Postfix: %.300s "
				"cannot be read by us: ask again as root",
				map->name);
}

/* "REJECT ...", "5xx ..." of access(5). */
static bool is_number(struct slice answer, char first)
{
	uint32_t code;

	return answer.len >= 3 && answer.ptr[0] == first &&
	       slice_number(slice_sub(answer, 0, 3), &code) && code >= 100;
}

static bool is_reject(struct slice answer)
{
	return slice_eq_nocase(slice_sub(answer, 0, 6), S("REJECT")) ||
	       is_number(answer, '5');
}

static bool is_defer(struct slice answer)
{
	return slice_eq_nocase(slice_sub(answer, 0, 5), S("DEFER")) ||
	       is_number(answer, '4');
}

bool postfix_is_stop(struct slice answer)
{
	answer = slice_trim(answer);
	return is_reject(answer) || is_defer(answer);
}

/* True when the map could not be asked at all, which is then told. */
static bool is_broken(const struct postfix_map *map,
		      const struct mailserver_answer *answer,
		      struct mailserver_findings *findings)
{
	struct slice said = slice_last_line(answer->said);

	if (answer->status == MAILSERVER_NOT_ASKED || answer->status == 0 ||
	    (answer->status == 1 && said.len == 0))
		return false;
	mailserver_find(findings, MAILSERVER_MEND, "Postfix: %.200s cannot be "
			"asked, and while that is so everybody who logs in "
			"gets 451; postmap -q says: %.*s", map->name,
			(int)(said.len < 300 ? said.len : 300), said.ptr);
	return true;
}

static void judge_blocked(const struct postfix_answers *answers,
			  const struct postfix_map *map,
			  struct mailserver_findings *findings)
{
	struct slice said = slice_trim(map->blocked.said);
	int len = (int)(said.len < 200 ? said.len : 200);

	if (map->blocked.status == MAILSERVER_NOT_ASKED)
		mailserver_find(findings, MAILSERVER_NOTE, "Postfix: nobody is "
				"blocked now, so %.200s had nothing to say; "
				"`comporta suspend` a mailbox of yours and ask "
				"again", map->name);
	else if (said.len == 0)
		text_add_string(
			&mailserver_find(findings, MAILSERVER_MEND, "Postfix: "
				"%.200s does not know %.100s, who is blocked",
				map->name, answers->blocked)->remedy,
			"look at dbname and query in its file: it must be "
			"comporta's database, and account = '%s'");
	else if (is_reject(said))
		mailserver_find(findings, MAILSERVER_GOOD, "Postfix: %.200s "
				"says for %.100s, who is blocked: %.*s",
				map->name, answers->blocked, len, said.ptr);
	else if (is_defer(said))
		mailserver_find(findings, MAILSERVER_NOTE, "Postfix: %.200s "
				"says for %.100s, who is blocked: %.*s: his "
				"mail waits and is tried again; REJECT would "
				"end it", map->name, answers->blocked, len,
				said.ptr);
	else
		text_add_string(
			&mailserver_find(findings, MAILSERVER_MEND, "Postfix: "
				"%.200s says for %.100s, who is blocked: %.*s: "
				"that stops nothing", map->name,
				answers->blocked, len, said.ptr)->remedy,
			"its query must SELECT CONCAT('REJECT 5.7.1 ...', "
			"reason)");
}

void postfix_judge_map(const struct postfix_answers *answers,
		       const struct postfix_map *map,
		       struct mailserver_findings *findings)
{
	enum ours ours = postfix_ours(answers, slice_from(map->name));

	if (ours == OURS_NOT)
		return;
	if (ours == OURS)
		judge_kind(answers, map, findings);
	if (is_broken(map, &map->blocked, findings) ||
	    is_broken(map, &map->unblocked, findings) || ours != OURS)
		return;
	judge_blocked(answers, map, findings);
	if (map->unblocked.status == 0 &&
	    postfix_is_stop(map->unblocked.said))
		text_add_string(
			&mailserver_find(findings, MAILSERVER_MEND, "Postfix: "
				"%.200s refuses an account that has no block",
				map->name)->remedy,
			"its query must end in WHERE account = '%s'");
}
