#include "detector/commands/check_panel.h"

#include "base/json.h"
#include "base/log.h"
#include "detector/commands/report.h"
#include "detector/commands/screen.h"
#include "detector/panel/detect.h"
#include "detector/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 8192, KNOWN_BYTES = 4096 };

#define AGAIN "comporta check --detect-panel"
#define ROOT "--set database.kind=mysql --set database.user=root " \
	     "--set database.socket=/run/mysqld/mysqld.sock"

/* What was looked at: the server, a file, or both. */
struct sight {
	struct screen screen;
	struct detection server, file;
	bool has_server, has_file;
	bool json;
};

static int look(bool is_server, struct detection *out, struct err *err)
{
	struct text password = TEXT_INIT(4096), file = TEXT_INIT(4096);
	struct db_settings database;
	struct db *db = NULL;
	int result = settings_database(&database, &password, &file, err);

	if (result == 0 && !is_server && access(settings.panel.file, R_OK) != 0)
		result = err_errno(err, EXIT_CONFIG, errno, "panel.file: "
				   "%.300s cannot be read",
				   settings.panel.file);
	/* Neither our database nor our file need be there yet. */
	database.name = "";
	if (!is_server) {
		database.kind = "sqlite";
		database.file = ":memory:";
	}
	if (result == 0)
		result = db_open(&database, &db, err);
	if (result == 0)
		result = detect_panels(db, settings.sql_dir, out, err);
	db_close(&db);
	if (password.bytes)
		explicit_bzero(password.bytes, password.len);
	text_release(&password);
	text_release(&file);
	return result;
}

/* Only such a name may stand in panel.database. */
static bool is_usable(const struct detect_match *match)
{
	size_t len = strspn(match->database, "abcdefghijklmnopqrstuvwxyz"
					     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					     "0123456789_-");

	return len > 0 && len <= 64 && !match->database[len];
}

static void add_lines(const struct detect_match *match, bool is_file,
		      struct text *out)
{
	text_addf(out, "panel: { name = \"%s\"; ", match->panel);
	text_add_string(out, is_file ? "file = " : "database = ");
	conf_add_quoted(out, is_file ? settings.panel.file : match->database);
	text_addf(out, ";%s };", match->has_switch && !is_file
					 ? " gate = \"both\";" : "");
}

static void print_json(const struct detect_match *match, bool is_file)
{
	struct json *json = json_new_object();
	struct text lines = TEXT_INIT(LINE_BYTES);

	add_lines(match, is_file, &lines);
	json_add_string(json, "type", "panel");
	json_add_string(json, "panel", match->panel);
	if (is_file) {
		json_add_null(json, "database");
		json_add_string(json, "file", settings.panel.file);
	} else {
		json_add_string(json, "database", match->database);
		json_add_null(json, "file");
	}
	json_add_string(json, "gate", match->has_switch && !is_file ? "both"
								   : "auto");
	json_add_flag(json, "sure", match->is_sure);
	if (is_file || is_usable(match))
		json_add_text(json, "configuration", text_slice(&lines));
	else
		json_add_null(json, "configuration");
	report_print_json(&json);
	text_release(&lines);
}

/* Nothing in it may move the cursor, whoever named the database. */
static void print_indented(const struct text *line)
{
	struct text visible = TEXT_INIT(4 * LINE_BYTES);

	text_add_visible(&visible, text_slice(line));
	printf("  %s\n", text_string(&visible));
	text_release(&visible);
}

static void print_lines(const struct detect_match *match, bool is_file)
{
	struct text lines = TEXT_INIT(LINE_BYTES);

	/* Written as it is read: a backslash made visible would be two. */
	add_lines(match, is_file, &lines);
	if (is_file || is_usable(match))
		printf("  %s\n", text_string(&lines));
	text_release(&lines);
}

static void print_match(const struct detect_match *match, bool is_file)
{
	struct text line = TEXT_INIT(LINE_BYTES);

	text_addf(&line, "%-16s %s ", match->panel,
		  is_file ? "file" : "database");
	text_add_string(&line, is_file ? settings.panel.file
				       : match->database);
	if (!is_file && !is_usable(match))
		text_add_string(&line, " (no name for panel.database)");
	if (!match->is_sure)
		text_add_string(&line, " (not for sure)");
	print_indented(&line);
	text_release(&line);
}

static bool is_host(const char *host)
{
	size_t len = strspn(host, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_");

	return len > 0 && !host[len];
}

/* What remains to be done once the lines are in the configuration. */
static void print_next(const struct sight *sight,
		       const struct detect_match *match, bool is_file)
{
	const struct screen *screen = &sight->screen;
	const char *host = is_host(sight->server.host) ? sight->server.host
						       : "HOST";
	char sed[600], file[4200];

	screen_title(screen, "Then");
	snprintf(file, sizeof(file), "%s/panels/%s/grants.sql",
		 settings.sql_dir, match->panel);
	if (is_file) {
		screen_linef(screen, 5, "  1.", "set database.kind to "
			     "\"sqlite\", and let the user comporta runs as "
			     "read the file: %s says how", file);
	} else {
		screen_linef(screen, 5, "  1.", "as the database's "
			     "administrator give the user comporta the rights "
			     "it needs there (\"%s\" is where it connects "
			     "from), after sql/own/mysql/grants.sql:", host);
		snprintf(sed, sizeof(sed), "sed -e 's/{panel_database}/%s/; "
			 "s/{host}/%s/'", match->database, host);
		snprintf(file + strlen(file), sizeof(file) - strlen(file),
			 " | mariadb");
		screen_command(screen, sed, file);
	}
	screen_linef(screen, 5, "  2.", "tell the mail server where to look: "
		     "%s/panels/%s/README.md", settings.sql_dir,
		     match->panel);
	screen_linef(screen, 5, "  3.", "comporta check");
}

static void print_administrator(const struct sight *sight)
{
	screen_linef(&sight->screen, 0, "", "Look again as the database's "
		     "administrator, who sees all of it (as root, where root "
		     "logs in by the socket):");
	screen_command(&sight->screen, AGAIN, ROOT);
}

static int tell_one(const struct sight *sight,
		    const struct detect_match *match, bool is_file)
{
	print_match(match, is_file);
	if (!is_file && !is_usable(match)) {
		screen_linef(&sight->screen, 0, "", "Its name cannot stand in "
			     "panel.database, which takes letters, digits, "
			     "'_' and '-'. Make comporta_mailbox a view over "
			     "its tables and use the panel \"own\".");
		return EXIT_CONFIG;
	}
	if (!match->is_sure) {
		screen_linef(&sight->screen, 0, "", "The user %s may see some "
			     "columns of it only; another panel differs by "
			     "one that may be hidden.", sight->server.user);
		print_administrator(sight);
		return EXIT_CONFIG;
	}
	screen_title(&sight->screen, "For the configuration");
	print_lines(match, is_file);
	print_next(sight, match, is_file);
	return EXIT_FINE;
}

static void each_match(const struct detection *found, bool is_file,
		       void (*print)(const struct detect_match *match,
				     bool is_file))
{
	for (size_t i = 0; i < found->n; i++)
		print(&found->matches[i], is_file);
}

static int tell_several(const struct sight *sight)
{
	const struct screen *screen = &sight->screen;

	screen_linef(screen, 0, "", "More than one fits, and nothing is "
		     "guessed:");
	each_match(&sight->server, false, print_match);
	each_match(&sight->file, true, print_match);
	if (sight->server.has_more || sight->file.has_more)
		screen_linef(screen, 2, "", "... and more");
	screen_linef(screen, 0, "", "Take the one that your mail server asks: "
		     "its database stands in the files that `postconf -h "
		     "virtual_mailbox_maps` and Dovecot's dovecot-sql.conf.ext "
		     "name. Then one of these belongs into the configuration, "
		     "and the README.md of its folder says how to go on:");
	each_match(&sight->server, false, print_lines);
	each_match(&sight->file, true, print_lines);
	return EXIT_DATA;
}

static int tell_none(const struct sight *sight)
{
	const struct screen *screen = &sight->screen;
	struct text known = TEXT_INIT(KNOWN_BYTES);
	struct err ignored;

	if (sight->has_server)
		screen_linef(screen, 0, "", "No panel is recognised in the "
			     "databases that %s may see (%lld).",
			     sight->server.user,
			     (long long)sight->server.n_databases);
	if (sight->has_file)
		screen_linef(screen, 0, "", "No panel is recognised in %s.",
			     settings.panel.file);
	if (sight->has_server && !sight->server.sees_all) {
		screen_linef(screen, 0, "", "That user has no right to see "
			     "all of them: there may be one that is hidden.");
		print_administrator(sight);
	}
	detect_known(settings.sql_dir, &known, &ignored);
	screen_linef(screen, 0, "", "Known are: %s. Those without tables of "
		     "mailboxes are recognised by nobody but you.",
		     text_string(&known));
	screen_linef(screen, 0, "", "For anything else there is the panel "
		     "\"own\": a view of six columns over the tables you have, "
		     "%s/panels/own/README.md.", settings.sql_dir);
	text_release(&known);
	return EXIT_CONFIG;
}

static int conclude(const struct sight *sight)
{
	size_t n = sight->server.n + sight->file.n;
	bool is_file = sight->server.n == 0;
	const struct detect_match *only = is_file ? &sight->file.matches[0]
						  : &sight->server.matches[0];

	if (sight->json) {
		each_match(&sight->server, false, print_json);
		each_match(&sight->file, true, print_json);
		if (n != 1)
			return n ? EXIT_DATA : EXIT_CONFIG;
		return only->is_sure && (is_file || is_usable(only))
			       ? EXIT_FINE : EXIT_CONFIG;
	}
	if (n == 0)
		return tell_none(sight);
	return n > 1 ? tell_several(sight) : tell_one(sight, only, is_file);
}

int check_panel_detect(const struct invocation *invocation)
{
	struct sight sight = { .json = invocation->json };
	struct err err;

	sight.has_server = settings.database.kind == 1;
	sight.has_file = *settings.panel.file != '\0';
	screen_init(&sight.screen);
	if (!sight.has_server && !sight.has_file) {
		err_set(&err, EXIT_CONFIG, "there is nothing to look at: "
			"database.kind is \"sqlite\" and panel.file is empty; "
			"try %s, or --set panel.file=FILE for a panel with an "
			"SQLite file", ROOT);
		return command_fail(&err);
	}
	if ((sight.has_server && look(true, &sight.server, &err) < 0) ||
	    (sight.has_file && look(false, &sight.file, &err) < 0))
		return command_fail(&err);
	return conclude(&sight);
}
