#include "detector/commands/desk.h"

#include "base/files.h"
#include "base/log.h"
#include "detector/commands/meter.h"
#include "detector/followup.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "detector/state.h"
#include "detector/webhooks.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Notices that one run sends; the rest goes with the next. */
enum { SEND_AT_ONCE = 5000, SEND_MS = 20000 };

/* What for a desk is opened. */
struct opening {
	bool is_serving;	/* with serve's rights, who sends nothing */
	bool migrate;
	int *applied_out;	/* may be NULL */
};

static int open_database(struct desk *desk, bool is_serving, struct err *err)
{
	int (*ask)(struct db_settings *, struct text *, struct text *,
		   struct err *) = is_serving ? settings_database_of_serve
					      : settings_database;
	struct db_settings database;
	bool is_sqlite = settings.database.kind == 0;

	if (is_sqlite && !*settings.database.file &&
	    files_make_dir(settings.state_dir, err) < 0)
		return -1;
	if (ask(&database, &desk->password, &desk->file, err) < 0)
		return -1;
	return db_open(&database, &desk->blocks.db, err);
}

static int make_tables(struct desk *desk, const struct opening *opening,
		       struct err *err)
{
	int waste;

	if (opening->migrate ||
	    strcmp(db_kind(desk->blocks.db), "sqlite") == 0)
		return schema_migrate(desk->blocks.db, settings.sql_dir,
				      opening->applied_out
					      ? opening->applied_out : &waste,
				      err);
	return schema_check(desk->blocks.db, settings.sql_dir, err);
}

static int open_panel(struct desk *desk, struct err *err)
{
	const char *database = settings.panel.database;

	if (*settings.panel.file &&
	    strcmp(db_kind(desk->blocks.db), "sqlite") != 0)
		return err_set(err, EXIT_CONFIG, "panel.file is for SQLite, "
			       "and database.kind is not: name the panel's "
			       "database in panel.database");
	/* As db.h names the second file. */
	if (*settings.panel.file)
		database = "panel";
	return panel_load_with(settings.sql_dir, settings.panel.name, database,
			       (enum panel_gate)settings.panel.gate,
			       &desk->blocks.panel, err);
}

static int open_parts(struct desk *desk, const struct opening *opening,
		      struct err *err)
{
	if (languages_load(settings.template_dir, &desk->languages, err) < 0 ||
	    open_database(desk, opening->is_serving, err) < 0 ||
	    make_tables(desk, opening, err) < 0 ||
	    open_panel(desk, err) < 0 ||
	    files_make_dir(settings.state_dir, err) < 0 ||
	    settings_secret(&desk->secret, err) < 0 ||
	    (!opening->is_serving && routes_read(&desk->routes, err) < 0))
		return -1;
	desk->blocks.secret = text_slice(&desk->secret);
	desk->blocks.languages = desk->languages;
	desk->describe = (struct describe){
		.blocks = &desk->blocks, .languages = desk->languages };
	return 0;
}

static int open_desk(struct desk *desk, const struct opening *opening,
		     struct err *err)
{
	*desk = (struct desk){
		.secret = TEXT_INIT(4096),
		.password = TEXT_INIT(4096),
		.file = TEXT_INIT(PATH_MAX),
		.send_budget_ms = SEND_MS,
	};
	if (open_parts(desk, opening, err) == 0)
		return 0;
	desk_close(desk);
	return -1;
}

int desk_open_and_migrate(struct desk *desk, int *applied_out, struct err *err)
{
	const struct opening opening = { .migrate = applied_out != NULL,
					 .applied_out = applied_out };

	return open_desk(desk, &opening, err);
}

int desk_open_serving(struct desk *desk, struct err *err)
{
	return open_desk(desk, &(struct opening){ .is_serving = true }, err);
}

int desk_open(struct desk *desk, struct err *err)
{
	return desk_open_and_migrate(desk, NULL, err);
}

void desk_use_languages(struct desk *desk, struct languages **languages)
{
	languages_free(&desk->languages);
	desk->languages = *languages;
	desk->blocks.languages = desk->languages;
	desk->describe.languages = desk->languages;
	*languages = NULL;
}

void desk_close(struct desk *desk)
{
	db_close(&desk->blocks.db);
	panel_free(&desk->blocks.panel);
	languages_free(&desk->languages);
	text_release(&desk->secret);
	text_release(&desk->password);
	routes_release(&desk->routes);
	text_release(&desk->file);
}

bool desk_is_wanted(void)
{
	char path[PATH_MAX];

	if (settings.mode == MODE_ENFORCE || settings.database.kind != 0 ||
	    *settings.database.file)
		return true;
	settings_database_file(path);
	return access(path, F_OK) == 0;
}

/* The package makes an empty file, with the owner it should have. */
static bool has_bytes(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && info.st_size > 0;
}

bool desk_is_made(void)
{
	char path[PATH_MAX];

	if (settings.database.kind != 0)
		return true;
	settings_database_file(path);
	return has_bytes(path);
}

int desk_send(struct desk *desk, int64_t now_ms,
	      struct outbox_report *report_out, struct err *err)
{
	struct mail_route route;
	const struct outbox_sender sender = {
		.route = &route,
		.languages = desk->languages,
		.from = desk->routes.ways[0].mail.from,
		.from_name = settings.smtp.from_name,
		.describe = describe_notice,
		.context = &desk->describe,
		.max_attempts = settings.notice.max_attempts,
		.budget_ms = desk->send_budget_ms,
		.stop = desk->stop,
	};
	int result;

	if (routes_open(&desk->routes, desk->is_patient, &route, err) < 0)
		return -1;
	result = outbox_send(desk->blocks.db, &sender, now_ms, SEND_AT_ONCE,
			     report_out, err);
	routes_close(&desk->routes);
	meter_sent(desk->blocks.db, report_out, now_ms);
	return result;
}

void desk_tell_webhooks(const struct webhook_report *sent)
{
	if (sent->sent)
		log_info("%lld webhooks sent", (long long)sent->sent);
	if (sent->later || sent->failed)
		log_warning("%lld webhooks wait for a later run, %lld were "
			    "given up: %s", (long long)sent->later,
			    (long long)sent->failed, sent->last_error);
}

int desk_send_webhooks(struct desk *desk, int64_t now_ms, int64_t budget_ms,
		       const volatile sig_atomic_t *stop,
		       struct webhook_report *report_out, struct err *err)
{
	struct text key = TEXT_INIT(4096);
	struct webhook_sender sender = {
		.urls = settings.webhook.urls.items,
		.n_urls = settings.webhook.urls.n,
		.ca_file = settings.webhook.ca_file,
		.timeout_ms = settings.webhook.timeout_ms,
		.max_attempts = settings.webhook.max_attempts,
		.budget_ms = budget_ms,
		.stop = stop,
		.describe = webhooks_describe,
		.context = &desk->blocks,
	};
	bool is_due = false;
	int result;

	*report_out = (struct webhook_report){ .last_error = "" };
	result = webhook_is_due(desk->blocks.db, sender.urls, sender.n_urls,
				now_ms, &is_due, err);
	if (result < 0 || !is_due)
		return result;
	if (sender.n_urls)
		result = webhooks_key(&key, err);
	sender.key = text_slice(&key);
	if (result == 0)
		result = webhook_send(desk->blocks.db, &sender, now_ms,
				      report_out, err);
	if (key.bytes)
		explicit_bzero(key.bytes, key.room);
	text_release(&key);
	return result;
}

void desk_follow_up(struct desk *desk, int64_t now_ms)
{
	struct followup_report report;
	struct err err;

	if (followup_run(&desk->blocks, now_ms, &report, &err) < 0)
		log_warning("actions wait for the next scan: %s", err.text);
}

int desk_judge_sent(const struct outbox_report *sent, struct err *err)
{
	if (sent->sent)
		log_info("%lld notices sent", (long long)sent->sent);
	if (!sent->later && !sent->failed)
		return 0;
	return err_set(err, EXIT_SERVICE,
		       "%lld notices wait for a later run, %lld were "
		       "refused: %s", (long long)sent->later,
		       (long long)sent->failed, sent->last_error);
}

static bool was_seen(struct slice account)
{
	struct account_entry entry;
	struct state *state = NULL;
	struct err waste;
	bool is_seen = false;

	if (state_open(settings.state_dir, true, &state, &waste) == 0) {
		struct accounts_backing backing = state_backing(state);

		is_seen = backing.load(backing.context, account_key(account),
				       &entry) == 1;
		state_close(&state);
	}
	return is_seen;
}

int desk_check_known(struct desk *desk, const char *account,
		     const char *remedy, struct err *err)
{
	struct panel_mailbox mailbox;
	struct err waste;
	bool is_listed = panel_find(desk->blocks.panel, desk->blocks.db,
				    slice_from(account), &mailbox,
				    &waste) == PANEL_FOUND;

	explicit_bzero(&mailbox, sizeof(mailbox));
	if (is_listed || was_seen(slice_from(account)))
		return 0;
	return err_set(err, EXIT_DATA, "\"%.100s\" is neither in the panel nor "
		       "was it ever seen in a log; %s", account, remedy);
}

void desk_operator(char *out, size_t size)
{
	const struct passwd *who = getpwuid(getuid());

	if (who)
		snprintf(out, size, "operator:%s", who->pw_name);
	else
		snprintf(out, size, "operator:%u", (unsigned)getuid());
}
