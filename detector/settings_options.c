/*
 * Every option of the program as a whole: one table for each section of the
 * configuration, with its preset and what it is for.
 */
#include "detector/settings.h"

#include "detector/judge.h"
#include "detector/profile.h"
#include "detector/signals/signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings settings;

static const char *const modes[] = { "observe", "enforce", NULL };
static const char *const mail_servers[] = { "auto", "postfix", "exim", "none",
					    NULL };
/* As enum fence_wish. */
static const char *const fences[] = { "off", "on", NULL };
const char *const settings_databases[] = { "sqlite", "mysql", NULL };
/* As enum panel_gate. */
static const char *const gates[] = { "auto", "switch", "table", "both",
				     NULL };

/* As enum brake_undecided. */
static const char *const undecided[] = { "wait", "hourly", NULL };

/* As enum held_fate, which begins with "as set here". */
static const char *const fates[] = { "keep", "release", "delete", NULL };

#define AT(member) offsetof(struct settings, member)
#define TEXT(name, member, preset, help)				\
	{ name, CONF_TEXT, AT(member), preset, 0, 0, NULL, help, NULL }
#define FLAG(name, member, preset, help)				\
	{ name, CONF_FLAG, AT(member), preset, 0, 0, NULL, help, NULL }
#define INTEGER(name, member, preset, min, max, unit, help)		\
	{ name, CONF_INTEGER, AT(member), preset, min, max, unit, help, NULL }
#define DURATION(name, member, preset, min_s, max_s, help)		\
	{ name, CONF_DURATION, AT(member), preset, (min_s) * 1000.0,	\
	  (max_s) * 1000.0, NULL, help, NULL }

static const struct conf_option main_options[] = {
	{ "mode", CONF_CHOICE, AT(mode), "observe", 0, 0, NULL,
	  "observe: compute everything, block nobody. enforce: act.", modes },
	TEXT("state_dir", state_dir, "/var/lib/comporta",
	     "What the detector remembers, and the SQLite file."),
	TEXT("secret_file", secret_file, "",
	     "Key for fingerprints and links; empty: state_dir/secret, made "
	     "on first use."),
	TEXT("reader_user", reader_user, "", "User that scan and watch become "
	     "before they read a log; empty: they stay who they are."),
	TEXT("sql_dir", sql_dir, "", "Folder of the SQL files; empty: as "
	     "installed."),
	TEXT("template_dir", template_dir, "", "Folder of the mail and page "
	     "templates; empty: as installed."),
	{ "sources", CONF_LIST, AT(sources), "/var/log/mail.log", 0, 0, NULL,
	  "Logs to read: files, quoted patterns such as /var/log/mail*.log, or "
	  "journal: for journald's mail messages, journal:UNIT,UNIT for what "
	  "these units say, journal:/DIR for another journal.", NULL },
	{ "home", CONF_LIST, AT(home), "", 0, 0, NULL,
	  "Country codes where your customers live, such as PL, PT.", NULL },
	TEXT("country_db", country_db, "", "MMDB file with countries."),
	TEXT("asn_db", asn_db, "", "MMDB file with AS numbers."),
	TEXT("model", model, "", "File with the model's numbers, read before "
	     "this one; empty: as shipped; none: the presets."),
	TEXT("format", format, "auto", "Log format, auto finds it by "
	     "looking."),
	DURATION("geo_max_age", geo_max_age_ms, "60d", 86400, 3650 * 86400.0,
		 "Evidence from older GeoIP data counts less, half at twice "
		 "this age."),
	{ "networks", CONF_LIST, AT(networks), "", 0, 0, NULL,
	  "What runs in a network, by AS number, over the built-in table: "
	  "\"AS64500 vpn Our staff VPN\".", NULL },
	{ "own_networks", CONF_LIST, AT(own_networks), "", 0, 0, NULL,
	  "Your own prefixes (webmail, relays, monitoring): clients there "
	  "say nothing of places.", NULL },
	DURATION("watch_interval", watch_interval_ms, "1s", 0.1, 3600,
		 "How often watch looks for lifts, and for new lines where the "
		 "kernel does not tell of them (network file systems)."),
	TEXT("metrics_instance", metrics_instance, "", "Name of this machine "
	     "at /metrics: letters, digits and .-_; empty: its host name."),
	{ "fence", CONF_CHOICE, AT(fence), "on", 0, 0, NULL,
	  "Who reads logs or HTTP can run and reach nothing else (seccomp, "
	  "landlock), or does not start; off: for kernels without.", fences },
	CONF_END
};

static const struct conf_option database_options[] = {
	{ "kind", CONF_CHOICE, AT(database.kind), "sqlite", 0, 0, NULL,
	  "Which database.", settings_databases },
	TEXT("file", database.file, "", "SQLite file; empty: "
	     "state_dir/comporta.db."),
	TEXT("host", database.host, "127.0.0.1", "MariaDB or MySQL server."),
	INTEGER("port", database.port, "3306", 0, 65535, NULL, "Its port."),
	TEXT("socket", database.socket, "", "Its socket, instead of host and "
	     "port."),
	TEXT("user", database.user, "comporta", "User."),
	TEXT("password_file", database.password_file, "", "File with the "
	     "password."),
	TEXT("name", database.name, "comporta", "Database that holds our "
	     "tables."),
	TEXT("tls_ca", database.tls_ca, "", "CA file; set means TLS is "
	     "required."),
	DURATION("timeout", database.timeout_ms, "10s", 1, 300,
		 "For connecting and for each answer."),
	CONF_END
};

static const struct conf_option panel_options[] = {
	TEXT("name", panel.name, "own", "Folder under sql/panels."),
	TEXT("database", panel.database, "", "Database of the panel's tables, "
	     "when it is another than ours."),
	TEXT("file", panel.file, "", "SQLite file with the panel's tables, "
	     "only read; our own database must be SQLite too."),
	{ "gate", CONF_CHOICE, AT(panel.gate), "auto", 0, 0, NULL,
	  "What stops an account: the panel's own switch, our block table, or "
	  "both; auto is the switch where the panel has one.", gates },
	CONF_END
};

/* What a way out for mail has, be it the first or the second. */
/* NOLINTBEGIN(bugprone-macro-parentheses): `way` begins a field's name. */
#define SMTP_ROUTE(way)							\
	TEXT("user", way.user, "", "Login, if it wants one."),		\
	TEXT("password_file", way.password_file, "", "File with the "	\
	     "password."),						\
	TEXT("helo", way.helo, "", "Name we say in EHLO; empty: this "	\
	     "machine's name."),					\
	FLAG("starttls", way.starttls, "false", "Insist on STARTTLS; "	\
	     "false uses it where offered."),				\
	FLAG("verify", way.verify, "true", "Check the server's "	\
	     "certificate."),						\
	TEXT("ca_file", way.ca_file, "", "CA file; empty: the system's."), \
	DURATION("timeout", way.timeout_ms, "30s", 1, 240,		\
		 "For one notice, until all of it is sent."),		\
	DURATION("answer_timeout", way.answer_timeout_ms, "2m", 1, 300,	\
		 "... and then for the answer: without one it goes again, " \
		 "and the server may have both. Only where nobody waits for " \
		 "it, that is in notify, which watch starts.")
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct conf_option smtp_options[] = {
	TEXT("url", smtp.url, "smtp://127.0.0.1:25", "Mail server for our own "
	     "notices: smtp:// or smtps://host:port; file:///folder keeps "
	     "them there."),
	TEXT("from", smtp.from, "", "Sender address; empty: postmaster at "
	     "this machine's name."),
	TEXT("from_name", smtp.from_name, "", "Sender's name as owners see "
	     "it."),
	SMTP_ROUTE(smtp),
	CONF_END
};

static const struct conf_option smtp_second_options[] = {
	TEXT("url", smtp_second.url, "", "Mail server for a notice that the "
	     "first one does not take now, on another machine than the one "
	     "that may be full of spam; empty: none."),
	TEXT("from", smtp_second.from, "", "Envelope sender there; empty: as "
	     "of the first."),
	SMTP_ROUTE(smtp_second),
	CONF_END
};

static const struct conf_option notice_options[] = {
	TEXT("default_language", notice.default_language, "en",
	     "When neither panel nor country tells."),
	FLAG("to_contact", notice.to_contact, "true", "Write to the owner's "
	     "other address."),
	FLAG("to_mailbox", notice.to_mailbox, "true", "Write to the mailbox "
	     "itself as well."),
	TEXT("operator", notice.operator_address, "", "Gets a copy of every "
	     "notice, alarms, and the digest."),
	TEXT("support_contact", notice.support_contact, "", "Whom owners may "
	     "ask: an address, a number, a page."),
	TEXT("provider_name", notice.provider_name, "", "Your name as owners "
	     "know it."),
	TEXT("panel_url", notice.panel_url, "", "Where owners change their "
	     "password: named in notices, never as a link."),
	DURATION("repeat_after", notice.repeat_after_ms, "24h", 0,
		 30 * 86400.0, "A new block within this time is told as one "
		 "that came back."),
	INTEGER("max_attempts", notice.max_attempts, "14", 1, 1000, NULL,
		"Tries before a notice is given up: 14 are about three days."),
	TEXT("support", notice.support_address, "", "Gets what comes back "
	     "(blocked again); empty: support_contact, when that is an "
	     "address."),
	FLAG("to_reseller", notice.to_reseller, "false", "A copy for whoever "
	     "sells the domain, where the panel knows an address."),
	{ "domain_languages", CONF_LIST, AT(notice.domain_languages), "", 0, 0,
	  NULL, "Languages by domain, where the panel knows none: "
	  "\"firma.example pl\"; a name that begins with a dot also stands "
	  "for all below it.", NULL },
	TEXT("operator_language", notice.operator_language, "", "Of alarms "
	     "and the digest; empty: default_language."),
	TEXT("alarm_to", notice.alarm_to, "", "Who is told at once that "
	     "something is wrong with the host; empty: operator."),
	DURATION("silent_after", notice.silent_after_ms, "1h", 0, 30 * 86400.0,
		 "Logs that gave no line for so long are an alarm; 0: never."),
	DURATION("idle_after", notice.idle_after_ms, "24h", 0, 30 * 86400.0,
		 "Lines without a single submission for so long are one as "
		 "well; 0: never."),
	TEXT("digest", notice.digest, "07:00", "When the operator gets the "
	     "last day in one mail, local time; off: never."),
	CONF_END
};

static const struct conf_option serve_options[] = {
	TEXT("listen", serve.listen, "127.0.0.1:8025", "Address and port of "
	     "the HTTP endpoint."),
	TEXT("public_url", serve.public_url, "", "How owners reach it, for "
	     "the link in notices; empty: they have none."),
	TEXT("certificate_file", serve.certificate_file, "", "TLS certificate "
	     "chain; empty: plain HTTP, for use behind a proxy."),
	TEXT("key_file", serve.key_file, "", "Its key."),
	{ "proxies", CONF_LIST, AT(serve.proxies), "", 0, 0, NULL,
	  "Addresses of reverse proxies whose X-Forwarded-For is believed.",
	  NULL },
	INTEGER("max_connections", serve.max_connections, "1000", 1, 100000,
		NULL, "Connections at once; one address may have half of "
		"them, serve.proxies all."),
	INTEGER("requests_per_minute", serve.requests_per_minute, "120", 1,
		100000000, NULL, "For one address or token."),
	FLAG("metrics_without_token", serve.metrics_without_token, "false",
	     "Whoever asks from this machine, and through no proxy, may read "
	     "/metrics without a token."),
	DURATION("session_idle", serve.session_idle_ms, "30m", 60, 86400.0,
		 "Support is signed out after this time without a request."),
	DURATION("session_max", serve.session_max_ms, "8h", 60, 7 * 86400.0,
		 "... and after this time in any case."),
	TEXT("user", serve.user, "", "System user that serve becomes once it "
	     "listens, when root starts it."),
	TEXT("database_user", serve.database_user, "", "Its own user of the "
	     "database, with fewer rights; empty: as database.user."),
	TEXT("database_password_file", serve.database_password_file, "",
	     "File with its password; empty: as database.password_file, "
	     "unless database_user is set."),
	CONF_END
};

static const struct conf_option lift_options[] = {
	FLAG("self_service", lift.self_service, "true", "Owners may open the "
	     "gate themselves after changing the password."),
	DURATION("repeat_within", lift.repeat_within_ms, "30d", 0,
		 365 * 86400.0, "A second block within this time needs "
		 "support."),
	DURATION("token", lift.token_ms, "14d", 3600, 90 * 86400.0,
		 "How long the link in a notice works."),
	DURATION("trust", lift.trust_ms, "90d", 0, 3650 * 86400.0,
		 "For how long the places of an incident count as the owner's "
		 "who said that it was him; 0: never."),
	CONF_END
};

static const struct conf_option brake_options[] = {
	INTEGER("per_hour", brake.per_hour, "10", 1, 1000000, "blocks",
		"More than this within an hour stop, unless `share` allows "
		"more."),
	{ "share", CONF_REAL, AT(brake.share), "0.01", 0, 1, NULL,
	  "Part of the accounts of the busiest day that may be blocked within "
	  "an hour.", NULL },
	{ "undecided", CONF_CHOICE, AT(brake.undecided), "wait", 0, 0, NULL,
	  "When nobody answers (comporta brake): wait, or hourly, which lets "
	  "as many go as an hour may have.", undecided },
	INTEGER("lifts", brake.lifts, "3", 0, 1000000, "lifts",
		"More that a changed hash alone would lift within ten minutes "
		"wait for a person, unless `lift_share` allows more; 0: any "
		"number."),
	{ "lift_share", CONF_REAL, AT(brake.lift_share), "0.2", 0, 1, NULL,
	  "Part of the blocks that stand which may be lifted so.", NULL },
	CONF_END
};

static const struct conf_option act_options[] = {
	TEXT("socket", act.socket, "", "Socket at which \"comporta act\" "
	     "waits for scan and watch; empty: they start their own."),
	CONF_END
};

static const struct conf_option actions_options[] = {
	{ "on_block", CONF_LIST, AT(actions.on_block), "", 0, 0, NULL,
	  "Command lines run after a block, to end what is open, such as "
	  "\"doveadm auth cache flush {account}\". No shell; {account} "
	  "{local} {domain}; \"ok=68 \" in front takes that exit status for "
	  "good.", NULL },
	{ "on_lift", CONF_LIST, AT(actions.on_lift), "", 0, 0, NULL,
	  "The same after a lift.", NULL },
	DURATION("timeout", actions.timeout_ms, "10s", 1, 600,
		 "A program that takes longer is ended and tried again."),
	INTEGER("max_attempts", actions.max_attempts, "20", 1, 1000, NULL,
		"Tries before an action is given up."),
	CONF_END
};

static const struct conf_option queue_options[] = {
	TEXT("hold", queue.hold, "", "Command line that holds a blocked "
	     "account's queued messages: \"postsuper -h -\" gets their ids "
	     "on standard input, {ids} puts them into the line. Empty: the "
	     "queue is left alone."),
	TEXT("release", queue.release, "", "... and lets them go after the "
	     "lift: \"postsuper -H -\"."),
	TEXT("delete", queue.delete, "", "... or deletes them: \"postsuper "
	     "-d -\"."),
	TEXT("host", queue.host, "", "How this machine's mail server is called "
	     "in the log, where several are; empty: as the machine."),
	{ "at_lift", CONF_CHOICE, AT(queue.at_lift), "keep", 0, 0, NULL,
	  "What becomes of held messages when a lift does not say: keep, "
	  "release or delete.", fates },
	CONF_END
};

static const struct conf_option webhook_options[] = {
	{ "urls", CONF_LIST, AT(webhook.urls), "", 0, 0, NULL,
	  "Who is told of events by a POST (docs/WEBHOOKS.md): https://, or "
	  "http:// on this machine.", NULL },
	{ "events", CONF_LIST, AT(webhook.events),
	  "blocked,lifted,alarm,alarm_over", 0, 0, NULL, "Which ones.", NULL },
	TEXT("secret_file", webhook.secret_file, "", "File with the key that "
	     "deliveries are signed with, 16 bytes or more."),
	TEXT("ca_file", webhook.ca_file, "", "CA file; empty: the system's."),
	DURATION("timeout", webhook.timeout_ms, "10s", 1, 60,
		 "A receiver that has not answered by then is asked again "
		 "later."),
	INTEGER("max_attempts", webhook.max_attempts, "14", 1, 100, NULL,
		"Tries before a delivery is given up."),
	CONF_END
};

static const struct conf_option mailserver_options[] = {
	{ "kind", CONF_CHOICE, AT(mailserver.kind), "auto", 0, 0, NULL,
	  "Whose configuration check looks at; auto: of those that are "
	  "here; none: of no one.", mail_servers },
	TEXT("postfix_config", mailserver.postfix_config, "", "Folder of "
	     "main.cf; empty: Postfix's own."),
	TEXT("dovecot_config", mailserver.dovecot_config, "", "File of "
	     "Dovecot's configuration; empty: its own."),
	TEXT("trial_account", mailserver.trial_account, "", "A mailbox of "
	     "yours: check logs in with it and asks whether it may send to "
	     "itself, but sends nothing."),
	TEXT("trial_password_file", mailserver.trial_password_file, "",
	     "File with its password."),
	TEXT("trial_url", mailserver.trial_url, "smtp://127.0.0.1:587",
	     "Where your customers send: smtp:// or smtps://host:port."),
	CONF_END
};

enum { SECTIONS_MAX = 64, NAME_SIZE = 64 };

static const struct conf_section fixed_sections[] = {
	{ "", main_options, &settings },
	{ "database", database_options, &settings },
	{ "panel", panel_options, &settings },
	{ "smtp", smtp_options, &settings },
	{ "smtp_second", smtp_second_options, &settings },
	{ "notice", notice_options, &settings },
	{ "serve", serve_options, &settings },
	{ "lift", lift_options, &settings },
	{ "brake", brake_options, &settings },
	{ "act", act_options, &settings },
	{ "actions", actions_options, &settings },
	{ "queue", queue_options, &settings },
	{ "webhook", webhook_options, &settings },
	{ "mailserver", mailserver_options, &settings },
	{ "judge", judge_options, &judge_settings },
	{ "profile", profile_options, &profile_settings },
};

const struct conf_section *settings_sections(size_t *n_out)
{
	static struct conf_section all[SECTIONS_MAX];
	static char names[SECTIONS_MAX][NAME_SIZE];
	static size_t n;
	const struct signal *signal;

	if (n == 0) {
		n = sizeof(fixed_sections) / sizeof(fixed_sections[0]);
		memcpy(all, fixed_sections, sizeof(fixed_sections));
		for (size_t i = 0; (signal = signal_at(i)); i++, n++) {
			if (n == SECTIONS_MAX)
				abort();
			snprintf(names[n], NAME_SIZE, "signal.%s",
				 signal->name);
			all[n] = (struct conf_section){
				names[n], signal->options, signal->settings
			};
		}
	}
	*n_out = n;
	return all;
}
