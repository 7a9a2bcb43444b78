#include "detector/settings.h"

#include "base/address.h"
#include "base/arguments.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/paths.h"
#include "base/stamp.h"
#include "detector/origin.h"
#include "detector/signals/signal.h"
#include "detector/webhooks.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL "model.conf"
/* Run from a checkout, as built. */
static const char CHECKOUT_MODEL[] = "detector/" MODEL;

static bool is_there(const char *dir, const char *below)
{
	char path[PATH_MAX];
	struct text waste = TEXT_INIT(1 << 20);
	struct err err;
	bool there;

	snprintf(path, sizeof(path), "%s/%s", dir, below);
	there = files_read(path, &waste, &err) == 0;
	text_release(&waste);
	return there;
}

/* As installed, or, run from a checkout, as built. */
static void choose_folder(char **setting, const char *installed,
			  const char *checkout, const char *probe)
{
	const char *choice = installed;

	if (**setting)
		return;
	if (!is_there(installed, probe) && is_there(checkout, probe))
		choice = checkout;
	free(*setting);
	*setting = strdup(choice);
	if (!*setting)
		abort();
}

/* The file with the model's numbers; NULL when "none" is wanted or there: the
 * presets hold. */
const char *settings_model(void)
{
	if (strcmp(settings.model, "none") == 0)
		return NULL;
	if (*settings.model)
		return settings.model;
	if (is_there(paths_share, MODEL))
		return paths_model;
	return is_there("detector", MODEL) ? CHECKOUT_MODEL : NULL;
}

/* Out of the settings, which are about to be filled in anew. */
static const char *copy_model(char base[PATH_MAX])
{
	const char *model = settings_model();

	if (!model)
		return NULL;
	slice_copy(slice_from(model), base, PATH_MAX);
	return base;
}

static int check_line(const char *option, const char *line,
		      const char *const *names, struct err *err)
{
	if (arguments_check(line, names, err) == 0)
		return 0;
	err_prefix(err, "%s, \"%.100s\": ", option, line);
	return -1;
}

/* Command lines: a slip in one must not wait for the first block. */
static int check_lines(struct err *err)
{
	static const char *const of_account[] = { "account", "local", "domain",
						  NULL };
	static const char *const of_queue[] = { "ids", NULL };
	const struct {
		const char *option;
		const struct conf_list *lines;
	} lists[] = {
		{ "actions.on_block", &settings.actions.on_block },
		{ "actions.on_lift", &settings.actions.on_lift },
	};
	const char *const queue[][2] = {
		{ "queue.hold", settings.queue.hold },
		{ "queue.release", settings.queue.release },
		{ "queue.delete", settings.queue.delete },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t j = 0; j < lists[i].lines->n; j++)
			if (check_line(lists[i].option,
				       lists[i].lines->items[j], of_account,
				       err) < 0)
				return -1;
	for (size_t i = 0; i < sizeof(queue) / sizeof(queue[0]); i++)
		if (*queue[i][1] && check_line(queue[i][0], queue[i][1],
					       of_queue, err) < 0)
			return -1;
	return 0;
}

static int check_signals(struct err *err)
{
	const struct signal *signal;

	for (size_t i = 0; (signal = signal_at(i)); i++)
		if (signal->check && signal->check(err) < 0)
			return -1;
	return 0;
}

/* "07:00"; -1 when it is off or no such time. */
static int64_t minute_of(const char *text)
{
	struct slice rest = slice_from(text), hour = slice_cut(&rest, ':');
	uint32_t hours, minutes;

	if (hour.len == 0 || hour.len > 2 || rest.len != 2 ||
	    !slice_number(hour, &hours) || !slice_number(rest, &minutes) ||
	    hours > 23 || minutes > 59)
		return -1;
	return hours * 60 + minutes;
}

int64_t settings_digest_minute(void)
{
	return settings.notice.digest ? minute_of(settings.notice.digest)
				      : -1;
}

bool settings_serve_is_bare(void)
{
	struct slice host = slice_from(settings.serve.listen);
	ptrdiff_t colon = slice_find_last(host, S(":"));
	struct address address;

	if (*settings.serve.certificate_file || settings.serve.proxies.n > 0 ||
	    colon < 0)
		return false;
	host = slice_sub(host, 0, (size_t)colon);
	if (slice_starts(host, S("[")) && slice_ends(host, S("]")))
		host = slice_sub(host, 1, host.len - 1);
	return address_parse(host, &address) && !address_is_loopback(&address);
}

const char *settings_operator_language(void)
{
	if (settings.notice.operator_language &&
	    *settings.notice.operator_language)
		return settings.notice.operator_language;
	return settings.notice.default_language;
}

static int check_notice(struct err *err)
{
	const struct conf_list *list = &settings.notice.domain_languages;
	const char *digest = settings.notice.digest;

	if (strcmp(digest, "off") != 0 && minute_of(digest) < 0)
		return err_set(err, EXIT_CONFIG, "notice.digest: \"%.40s\" is "
			       "no time of day; write it as 07:00, or off",
			       digest);
	for (size_t i = 0; i < list->n; i++) {
		struct slice rest = slice_from(list->items[i]);
		struct slice domain = slice_cut(&rest, ' ');

		rest = slice_trim(rest);
		if (domain.len == 0 || rest.len < 2 ||
		    slice_find_char(rest, ' ') >= 0)
			return err_set(err, EXIT_CONFIG,
				       "notice.domain_languages: \"%.100s\": "
				       "write a domain, a blank and a language",
				       list->items[i]);
	}
	return 0;
}

static int check_home(struct err *err)
{
	for (size_t i = 0; i < settings.home.n; i++)
		if (!country_code(slice_from(settings.home.items[i])))
			return err_set(err, EXIT_CONFIG, "home: \"%.40s\" is "
				       "no country code of two letters, such "
				       "as PL", settings.home.items[i]);
	return 0;
}

int settings_load(const char *path, bool must_exist, const char *const *sets,
		  size_t n_sets, struct err *err)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);
	char base[PATH_MAX];

	/* The first time only to learn which model is wanted. */
	if (conf_load(sections, n, NULL, path, must_exist, sets, n_sets,
		      err) < 0 ||
	    conf_load(sections, n, copy_model(base), path, must_exist, sets,
		      n_sets, err) < 0 ||
	    check_signals(err) < 0 || check_lines(err) < 0 ||
	    check_home(err) < 0 || check_notice(err) < 0 ||
	    webhooks_check(err) < 0)
		return -1;
	choose_folder(&settings.sql_dir, paths_sql, "sql",
		      "own/sqlite/001_tables.sql");
	choose_folder(&settings.template_dir, paths_templates,
		      "templates", "en/language.conf");
	return 0;
}

void settings_release(void)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	conf_release(sections, n);
}

void settings_database_file(char out[PATH_MAX])
{
	if (*settings.database.file)
		snprintf(out, PATH_MAX, "%s", settings.database.file);
	else
		snprintf(out, PATH_MAX, "%s/comporta.db", settings.state_dir);
}

/* Who connects, and by which option he is known. */
struct login {
	const char *user, *password_file, *option;
};

static int database_as(const struct login *login, struct db_settings *out,
		       struct text *password, struct text *file,
		       struct err *err)
{
	char path[PATH_MAX];

	if (*login->password_file &&
	    files_read_secret(login->password_file, password, err) < 0) {
		err_prefix(err, "%s: ", login->option);
		return -1;
	}
	settings_database_file(path);
	text_add_string(file, path);
	*out = (struct db_settings){
		.kind = settings_databases[settings.database.kind],
		.file = text_string(file),
		.host = settings.database.host,
		.port = settings.database.port,
		.socket = settings.database.socket,
		.user = login->user,
		.password = text_string(password),
		.name = settings.database.name,
		.tls_ca = settings.database.tls_ca,
		.panel_file = settings.panel.file,
		.timeout_s = settings.database.timeout_ms / STAMP_SECOND_MS,
	};
	return 0;
}

int settings_database(struct db_settings *out, struct text *password,
		      struct text *file, struct err *err)
{
	const struct login login = { settings.database.user,
				     settings.database.password_file,
				     "database.password_file" };

	return database_as(&login, out, password, file, err);
}

int settings_database_of_serve(struct db_settings *out, struct text *password,
			       struct text *file, struct err *err)
{
	struct login login = { settings.serve.database_user,
			       settings.serve.database_password_file,
			       "serve.database_password_file" };

	if (!*login.user && !*login.password_file)
		return settings_database(out, password, file, err);
	if (!*login.user)
		login.user = settings.database.user;
	return database_as(&login, out, password, file, err);
}

int settings_geo(struct geo **geo_out, struct err *err)
{
	struct networks networks;

	if (networks_parse(&settings.networks, &settings.own_networks,
			   &networks, err) < 0 ||
	    geo_open(settings.country_db, settings.asn_db,
		     settings.geo_max_age_ms, geo_out, err) < 0)
		return -1;
	geo_set_networks(*geo_out, &networks);
	return 0;
}

int settings_geo_or_blind(struct geo **geo_out, char *trouble_out, size_t size,
			  struct err *err)
{
	struct networks networks;
	struct err broken;

	*trouble_out = '\0';
	if (networks_parse(&settings.networks, &settings.own_networks,
			   &networks, err) < 0)
		return -1;
	if (geo_open(settings.country_db, settings.asn_db,
		     settings.geo_max_age_ms, geo_out, &broken) < 0) {
		slice_copy(slice_from(broken.text), trouble_out, size);
		*geo_out = geo_blind();
	}
	geo_set_networks(*geo_out, &networks);
	return 0;
}

int settings_secret(struct text *secret_out, struct err *err)
{
	char path[PATH_MAX], bytes[32];

	if (*settings.secret_file)
		slice_copy(slice_from(settings.secret_file), path,
			   sizeof(path));
	else
		snprintf(path, sizeof(path), "%s/secret", settings.state_dir);
	if (clock_random(bytes, sizeof(bytes), err) < 0)
		return -1;
	/* A file that ends in a newline would lose that byte when read. */
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (bytes[i] == '\n' || bytes[i] == '\r')
			bytes[i] = 'x';
	if (files_create_secret(path, (struct slice){ bytes, sizeof(bytes) },
				err) < 0 ||
	    files_read_secret(path, secret_out, err) < 0)
		return -1;
	if (secret_out->len < 16)
		return err_set(err, EXIT_CONFIG,
			       "%s is too short to be a secret: 32 random "
			       "bytes are needed", path);
	return 0;
}
