/*
 * settings - what the operator chose: every option that belongs to the
 * program as a whole. Signals bring their own (signals/signal.h).
 *
 * Filled in once at start by settings_load(), read-only afterwards.
 */
#ifndef DETECTOR_SETTINGS_H
#define DETECTOR_SETTINGS_H

#include "base/conf.h"
#include "base/text.h"
#include "detector/geo.h"
#include "detector/panel/db.h"

#include <limits.h>

enum mode { MODE_OBSERVE, MODE_ENFORCE };
/* When nobody answers the brake. */
enum brake_undecided { BRAKE_UNDECIDED_WAIT, BRAKE_UNDECIDED_HOURLY };
enum mail_server { MAIL_SERVER_AUTO, MAIL_SERVER_POSTFIX, MAIL_SERVER_EXIM,
		   MAIL_SERVER_NONE };

/* Whether those who read strangers' text close base/fence.h behind them. */
enum fence_wish { FENCE_OFF, FENCE_ON };

struct smtp_settings {
	char *url;			/* smtp://host:port, smtps://... */
	char *user, *password_file;
	char *from;			/* envelope and From: address */
	char *from_name;		/* of `smtp` only */
	char *helo;
	bool starttls;			/* insist on STARTTLS */
	bool verify;			/* check the server's certificate */
	char *ca_file;
	int64_t timeout_ms, answer_timeout_ms;
};

struct settings {
	int64_t mode;			/* enum mode */
	char *state_dir;
	char *secret_file;		/* "" means state_dir/secret */
	char *reader_user;		/* "" stays who it is */
	char *sql_dir;
	char *template_dir;
	struct conf_list sources;
	struct conf_list home;		/* country codes */
	char *country_db;
	char *asn_db;
	char *model;			/* file, or "none" */
	char *format;			/* "auto" or a format's name */
	int64_t geo_max_age_ms;
	struct conf_list networks;	/* "AS64500 vpn Our staff VPN" */
	struct conf_list own_networks;	/* "192.0.2.0/24" */
	int64_t watch_interval_ms;
	char *metrics_instance;
	int64_t fence;			/* enum fence_wish */

	struct {
		int64_t kind;		/* 0 sqlite, 1 mysql */
		char *file, *host, *socket, *user, *password_file;
		char *name, *tls_ca;
		int64_t port, timeout_ms;
	} database;

	struct {
		char *name;		/* folder under sql_dir/panels */
		char *database;		/* "" when it is the connection's own */
		char *file;		/* its SQLite file, "" for none */
		int64_t gate;		/* enum panel_gate */
	} panel;

	struct smtp_settings smtp;
	struct smtp_settings smtp_second;	/* when the first is away */

	struct {
		char *default_language;
		bool to_contact, to_mailbox;
		char *operator_address;	/* copy of every notice; "" for none */
		char *support_contact;	/* whom to ask: address, phone, URL */
		char *provider_name;
		char *panel_url;	/* where passwords are changed; "" for
					 * none */
		int64_t repeat_after_ms;	/* same cause: not again */
		int64_t max_attempts;
		char *support_address;	/* of what comes back */
		bool to_reseller;
		struct conf_list domain_languages;	/* "firma.example pl" */
		char *operator_language;
		char *alarm_to;
		int64_t silent_after_ms;
		int64_t idle_after_ms;	/* without a submission */
		char *digest;		/* "07:00" or "off" */
	} notice;

	struct {
		char *listen;		/* address:port */
		char *public_url;	/* how owners reach it */
		char *certificate_file, *key_file;
		struct conf_list proxies;	/* believed X-Forwarded-For */
		int64_t max_connections;
		int64_t requests_per_minute;
		bool metrics_without_token;
		/* Of the support page. */
		int64_t session_idle_ms, session_max_ms;
		char *user;		/* whom it becomes; "" for nobody */
		/* As database.*, of which they are "". */
		char *database_user, *database_password_file;
	} serve;

	struct {
		bool self_service;	/* owners may lift by themselves */
		int64_t repeat_within_ms;	/* second block: support */
		int64_t token_ms;	/* life of the link in a notice */
		int64_t trust_ms;	/* life of an owner's "it was me" */
	} lift;

	struct {
		struct conf_list on_block, on_lift;	/* arguments.h */
		int64_t timeout_ms;	/* of each program */
		int64_t max_attempts;
	} actions;

	struct {
		char *hold, *release, *delete;	/* arguments.h; "" for none */
		char *host;		/* in the log; "" to find out */
		int64_t at_lift;	/* enum held_fate less one */
	} queue;

	struct {
		struct conf_list urls, events;
		char *secret_file, *ca_file;
		int64_t timeout_ms;	/* of one request */
		int64_t max_attempts;
	} webhook;

	struct {
		int64_t per_hour;	/* blocks, at least */
		double share;		/* ... or of the active accounts */
		int64_t undecided;	/* enum brake_undecided */
		int64_t lifts;		/* within BRAKE_LIFTS_WITHIN_MS; 0:
					 * any number */
		double lift_share;	/* ... or of what is stopped */
	} brake;

	struct {
		char *socket;		/* "" for a process of one's own */
	} act;

	struct {			/* what check looks at */
		int64_t kind;		/* enum mail_server */
		char *postfix_config, *dovecot_config;
		char *trial_account, *trial_password_file, *trial_url;
	} mailserver;
};

/* Not const: filled in by settings_load(). */
extern struct settings settings;

/* What database.kind may be, in its order. */
extern const char *const settings_databases[];

/*
 * Every section of the program, signals included, in one array for conf.h.
 * *n_out is their number.
 */
const struct conf_section *settings_sections(size_t *n_out);

int settings_load(const char *path, bool must_exist, const char *const *sets,
		  size_t n_sets, struct err *err);
void settings_release(void);

/*
 * The same configuration read anew while the program runs. settings_try() has
 * the new values in place and sets the old ones aside, to which whoever
 * borrowed them may still look; or leaves everything as it was, and *err names
 * the place. Then either settings_go_back() or, once nobody looks at an old
 * value any more, settings_go_on().
 *
 * Options of `fixed` (full names, ends with NULL) keep their old value, which
 * is told when they changed: `who` ("watch") must be started anew for them.
 */
struct settings_trial {
	struct conf_aside *aside;
};

int settings_try(const char *path, bool must_exist, const char *const *sets,
		 size_t n_sets, struct settings_trial *trial_out,
		 struct err *err);
void settings_go_back(struct settings_trial *trial);
void settings_go_on(struct settings_trial *trial, const char *const *fixed,
		    const char *who);

/* Where the SQLite file is, if that is the database; it need not be there. */
void settings_database_file(char out[PATH_MAX]);

/* For db_open(). Reads the password file into `password`, which must live as
 * long as the result; the SQLite file defaults to state_dir/comporta.db. */
int settings_database(struct db_settings *out, struct text *password,
		      struct text *file, struct err *err);

/* The same as serve's own user of the database, where there is one. */
int settings_database_of_serve(struct db_settings *out, struct text *password,
			       struct text *file, struct err *err);

/* The name of the file that model.conf's numbers came from, NULL for none: the
 * presets, which nobody fitted. */
const char *settings_model(void);

/* The GeoIP files and what the operator knows better. */
int settings_geo(struct geo **geo_out, struct err *err);

/* As settings_geo; files that cannot be used are no failure: then *geo_out is
 * geo_blind(), and `trouble_out` says why, else "". */
int settings_geo_or_blind(struct geo **geo_out, char *trouble_out, size_t size,
			  struct err *err);

/* notice.digest as minutes of the local day; -1 when it is off. */
int64_t settings_digest_minute(void);

/* Are tokens and links to be read on the way: does serve listen beyond this
 * machine, with no TLS and no proxy named? */
bool settings_serve_is_bare(void);

/* The language of what the operator gets. */
const char *settings_operator_language(void);

/* The HMAC key: 32 bytes or more, made on first use. */
int settings_secret(struct text *secret_out, struct err *err);

#endif
