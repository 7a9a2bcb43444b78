/*
 * Judging the mail server: what postconf, postmap, exim and doveconf said
 * (Postfix 3.7.11, Exim 4.96, Dovecot 2.3.19; 2.4 from its documentation) for
 * a configuration with each trap, and what must be told.
 */
#include "detector/mailserver/ask.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { WANTS = 5 };

static struct mailserver_findings findings;

/* "MEND words | remedy", a line each. */
static const char *rendered(void)
{
	static const char *const marks[] = { "good", "note", "MEND" };
	static char out[65536];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < findings.n; i++) {
		const struct mailserver_finding *one = &findings.items[i];

		len += (size_t)snprintf(out + len, sizeof(out) - len,
					"%s %s | %s\n", marks[one->mark],
					text_string(&one->words),
					text_string(&one->remedy));
		assert_true(len < sizeof(out));
	}
	mailserver_release(&findings);
	return out;
}

/* Each must be there; what begins with '!' must not. */
static void expect(const char *why, const char *const wants[WANTS])
{
	const char *got = rendered();

	for (size_t i = 0; i < WANTS && wants[i]; i++) {
		bool is_not = wants[i][0] == '!';

		if ((strstr(got, wants[i] + is_not) == NULL) != is_not)
			fail_msg("%s: wanted \"%s\", got\n%s", why, wants[i],
				 got);
	}
}

/* ---- Postfix -------------------------------------------------------- */

#define OUR "mysql:/etc/postfix/comporta-sasl.cf"
#define ASK_OUR "check_sasl_access " OUR

/* Of postconf's 900 lines those that matter here. A case's own go before. */
static const char main_presets[] =
	"compatibility_level = 3.6\n"
	"proxy_read_maps = $local_recipient_maps $smtpd_client_restrictions "
	"$smtpd_helo_restrictions $smtpd_sender_restrictions "
	"$smtpd_relay_restrictions $smtpd_recipient_restrictions\n"
	"smtpd_client_restrictions =\n"
	"smtpd_data_restrictions =\n"
	"smtpd_delay_reject = yes\n"
	"smtpd_end_of_data_restrictions =\n"
	"smtpd_helo_restrictions =\n"
	"smtpd_recipient_restrictions =\n"
	"smtpd_relay_restrictions = ${{$compatibility_level} <level {1} ? {} : "
	"{permit_mynetworks, permit_sasl_authenticated, "
	"defer_unauth_destination}}\n"
	"smtpd_restriction_classes =\n"
	"smtpd_sasl_auth_enable = no\n"
	"smtpd_sender_login_maps =\n"
	"smtpd_sender_restrictions =\n";

static const char usual_master[] =
	"smtp       inet  n       -       y       -       -       smtpd\n"
	"submission inet  n       -       n       -       -       smtpd -o "
	"smtpd_sasl_auth_enable=yes\n"
	"pickup     unix  n       -       n       60      1       pickup\n";
static const char chroot_master[] =
	"submission inet  n       -       y       -       -       smtpd -o "
	"smtpd_sasl_auth_enable=yes\n";
#define LOGIN "submission/inet/smtpd_sasl_auth_enable = yes\n"
#define OVER "submission/inet/"

static const char usual_file[] =
	"hosts = 127.0.0.1\nuser = comporta_ro\npassword = secret\n"
	"query = SELECT CONCAT('REJECT ', reason)\n"
	"        FROM comporta_send_block WHERE account = '%s'\n";
static const char socket_file[] =
	"hosts = localhost\nquery = SELECT 1 FROM comporta_send_block\n";
static const char other_file[] =
	"#query = SELECT 1 FROM comporta_send_block\n"
	"hosts = 127.0.0.1\nquery = SELECT quota FROM limits\n";

struct postfix_case {
	const char *why, *main, *master, *overrides, *file;
	int blocked;
	const char *said;
	int unblocked;
	const char *unblocked_said;
	const char *wants[WANTS];
};

#define NO MAILSERVER_NOT_ASKED
#define REJECT "REJECT 5.7.1 Sending is suspended\n"

static const struct postfix_case postfix_cases[] = {
	{ "in main.cf", "smtpd_sender_restrictions = " ASK_OUR ", permit\n",
	  NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission: smtpd_sender_restrictions asks " OUR
	    " |", "good Postfix: " OUR " says for anna@x.example, who is "
	    "blocked: REJECT 5.7.1 Sending is suspended |", "!MEND",
	    "!note" } },
	{ "the other lists will do",
	  "smtpd_end_of_data_restrictions = reject_x, " ASK_OUR "\n", NULL,
	  LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission: smtpd_end_of_data_restrictions",
	    "!MEND" } },
	{ "nowhere", "", NULL, LOGIN, usual_file, NO, "", NO, "",
	  { "MEND Postfix, submission: nobody asks for the block | main.cf: "
	    "smtpd_sender_restrictions = " ASK_OUR "\n" } },
	{ "nowhere, with what was there",
	  "smtpd_sender_restrictions = reject_non_fqdn_sender, permit\n", NULL,
	  LOGIN, usual_file, NO, "", NO, "",
	  { "| main.cf: smtpd_sender_restrictions = " ASK_OUR
	    ", reject_non_fqdn_sender, permit\n" } },
	{ "login maps are no block",
	  "smtpd_sender_login_maps = mysql:/etc/postfix/logins.cf\n", NULL,
	  LOGIN, usual_file, NO, "", NO, "",
	  { "nobody asks for the block; smtpd_sender_login_maps stops nobody"
	  } },
	{ "behind permit",
	  "smtpd_sender_restrictions = permit_sasl_authenticated " ASK_OUR
	  ", reject_x\n", NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "MEND Postfix, submission: in smtpd_sender_restrictions " OUR
	    " is not reached: before it stands permit_sasl_authenticated | "
	    "main.cf: smtpd_sender_restrictions = " ASK_OUR
	    ", permit_sasl_authenticated reject_x\n" } },
	{ "behind permit_mynetworks, at data",
	  "smtpd_data_restrictions = permit_mynetworks, " ASK_OUR "\n", NULL,
	  LOGIN, usual_file, 0, REJECT, 1, "",
	  { "MEND Postfix, submission: in smtpd_data_restrictions",
	    "before it stands permit_mynetworks" } },
	{ "a second list is asked first",
	  "smtpd_sender_restrictions = permit, " ASK_OUR "\n"
	  "smtpd_recipient_restrictions = " ASK_OUR ", permit\n", NULL,
	  LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission: smtpd_recipient_restrictions",
	    "!MEND" } },
	{ "an empty override", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  NULL, LOGIN OVER "smtpd_sender_restrictions =\n", usual_file, 0,
	  REJECT, 1, "",
	  { "MEND Postfix, submission: master.cf overrides "
	    "smtpd_sender_restrictions, so the check of main.cf is bypassed | "
	    "master.cf, under \"submission\": -o { smtpd_sender_restrictions "
	    "= " ASK_OUR " }\n" } },
	{ "an override that names a parameter",
	  "mua_sender_restrictions = reject_x, permit_sasl_authenticated\n"
	  "smtpd_sender_restrictions = " ASK_OUR "\n", NULL,
	  LOGIN OVER "smtpd_sender_restrictions = $mua_sender_restrictions\n",
	  usual_file, 0, REJECT, 1, "",
	  { "the check of main.cf is bypassed | main.cf: "
	    "mua_sender_restrictions = " ASK_OUR
	    ", reject_x, permit_sasl_authenticated\n" } },
	{ "an override that names one that is not there",
	  "smtpd_sender_restrictions = " ASK_OUR "\n", NULL,
	  LOGIN OVER "smtpd_sender_restrictions = ${submission_checks}\n",
	  usual_file, 0, REJECT, 1, "",
	  { "is bypassed | main.cf: submission_checks = " ASK_OUR "\n" } },
	{ "the check in the parameter", "mua_checks = " ASK_OUR ", permit\n",
	  NULL, LOGIN OVER "smtpd_sender_restrictions = $mua_checks\n",
	  usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission: smtpd_sender_restrictions asks",
	    "!MEND" } },
	{ "the parameter overridden, not the list",
	  "checks = permit\nsmtpd_sender_restrictions = $checks\n", NULL,
	  LOGIN OVER "checks = " ASK_OUR "\n", usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission", "!MEND" } },
	{ "conditions", "a = x\nb =\nsmtpd_sender_restrictions = "
	  "${b?{permit}:{reject_y}} $(a?" ASK_OUR ")${b:, $$x} $b\n", NULL,
	  LOGIN, usual_file, 0, REJECT, 1, "", { "good Postfix, sub", "!MEND" }
	},
	{ "a class", "smtpd_restriction_classes = gate, other\n"
	  "gate = " ASK_OUR "\nsmtpd_recipient_restrictions = gate, permit\n",
	  NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission: smtpd_recipient_restrictions",
	    "!MEND" } },
	{ "a class that permits", "smtpd_restriction_classes = open\n"
	  "open = permit_mynetworks\nsmtpd_recipient_restrictions = open "
	  ASK_OUR "\n", NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "before it stands permit_mynetworks" } },
	{ "what others may say before",
	  "smtpd_recipient_restrictions = check_policy_service { inet:[::1]:1, "
	  "timeout=1 }, " ASK_OUR "\n", NULL, LOGIN, usual_file, 0, REJECT, 1,
	  "", { "good Postfix, submission", "note Postfix, submission: "
	    "check_policy_service stands before it", "!MEND" } },
	{ "a word that looks like a permit belongs to a map",
	  "smtpd_sender_restrictions = reject_rbl_client permit.example "
	  ASK_OUR "\n", NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission", "!stands before" } },
	{ "client, delayed", "smtpd_client_restrictions = " ASK_OUR "\n", NULL,
	  LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission: smtpd_client_restrictions" } },
	{ "client, at once", "smtpd_client_restrictions = " ASK_OUR "\n"
	  "smtpd_delay_reject = no\n", NULL, LOGIN, usual_file, 0, REJECT, 1,
	  "", { "MEND Postfix, submission: in smtpd_client_restrictions " OUR
	    " is asked before anybody can have logged in",
	    "| main.cf: smtpd_sender_restrictions = " ASK_OUR "\n" } },
	{ "client, at once by override", "smtpd_client_restrictions = " ASK_OUR
	  "\n", NULL, LOGIN OVER "smtpd_delay_reject = no\n", usual_file, 0,
	  REJECT, 1, "", { "MEND Postfix, submission: in smtpd_client_" } },
	{ "only warns", "smtpd_sender_restrictions = warn_if_reject " ASK_OUR
	  "\n", NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "MEND Postfix, submission: in smtpd_sender_restrictions " OUR
	    " stands behind warn_if_reject" } },
	{ "warn_if_reject is for the next one only",
	  "smtpd_sender_restrictions = warn_if_reject reject_x " ASK_OUR "\n",
	  NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "good Postfix, submission", "!MEND" } },
	{ "by envelope sender", "smtpd_sender_restrictions = "
	  "check_sender_access " OUR "\n", NULL, LOGIN, usual_file, 0, REJECT,
	  1, "", { "MEND Postfix, submission: in smtpd_sender_restrictions "
	    OUR " is asked about the envelope sender only" } },
	{ "login at port 25 as well", "smtpd_sasl_auth_enable = yes\n"
	  "smtpd_sender_restrictions = " ASK_OUR "\n", NULL,
	  LOGIN OVER "smtpd_sender_restrictions =\n", usual_file, 0, REJECT,
	  1, "", { "good Postfix, smtp: smtpd_sender_restrictions",
	    "MEND Postfix, submission: master.cf overrides" } },
	{ "nobody may log in", "", NULL, "", usual_file, NO, "", NO, "",
	  { "MEND Postfix: no smtpd of master.cf lets anybody log in" } },
	{ "chroot and localhost", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  chroot_master, LOGIN, socket_file, 0, REJECT, 1, "",
	  { "good Postfix, submission", "MEND Postfix, submission runs in a "
	    "chroot, where " OUR " finds no database socket", "| /etc/postfix/"
	    "comporta-sasl.cf: hosts = 127.0.0.1" } },
	{ "chroot and an address", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  chroot_master, LOGIN, usual_file, 0, REJECT, 1, "", { "!MEND" } },
	{ "no chroot and localhost", "smtpd_sender_restrictions = " ASK_OUR
	  "\n", NULL, LOGIN, socket_file, 0, REJECT, 1, "", { "!MEND" } },
	{ "chroot as of old", "compatibility_level = 0\n"
	  "smtpd_sender_restrictions = " ASK_OUR "\n",
	  "submission inet n - - - - smtpd\n", LOGIN, socket_file, 0, REJECT,
	  1, "", { "MEND Postfix, submission runs in a chroot" } },
	{ "chroot and SQLite", "smtpd_sender_restrictions = check_sasl_access "
	  "sqlite:/etc/x.cf\n", chroot_master, LOGIN, usual_file, 0, REJECT, 1,
	  "", { "MEND Postfix, submission runs in a chroot, where "
	    "sqlite:/etc/x.cf finds no database file",
	    "| name the map proxy:sqlite:/etc/x.cf" } },
	{ "proxy at sender", "smtpd_sender_restrictions = check_sasl_access "
	  "proxy:" OUR "\n", chroot_master, LOGIN, socket_file, 0, REJECT, 1,
	  "", { "good Postfix, submission", "!MEND" } },
	{ "proxy at data", "smtpd_data_restrictions = check_sasl_access proxy:"
	  OUR "\n", NULL, LOGIN, usual_file, 0, REJECT, 1, "",
	  { "MEND Postfix: proxy:" OUR " is not in proxy_read_maps",
	    "| main.cf: proxy_read_maps = proxy:" OUR ", $local_recipient_maps"
	  } },
	{ "proxy at data, listed", "smtpd_data_restrictions = "
	  "check_sasl_access proxy:" OUR "\nproxy_read_maps = "
	  "$smtpd_data_restrictions\n", NULL, LOGIN, usual_file, 0, REJECT, 1,
	  "", { "!MEND" } },
	{ "proxy in master.cf only", "", NULL, LOGIN OVER
	  "smtpd_sender_restrictions = check_sasl_access proxy:" OUR "\n",
	  usual_file, 0, REJECT, 1, "",
	  { "MEND Postfix: proxy:" OUR " is not in proxy_read_maps" } },
	{ "a file", "smtpd_sender_restrictions = check_sasl_access "
	  "hash:/etc/postfix/stop\n", NULL, LOGIN, NULL, 0, REJECT, 1, "",
	  { "good Postfix, submission", "note Postfix: hash:/etc/postfix/stop "
	    "is a file: a connection that is open" } },
	{ "a text file", "smtpd_sender_restrictions = check_sasl_access "
	  "texthash:/etc/postfix/stop\n", NULL, LOGIN, NULL, 0, REJECT, 1, "",
	  { "and so does every new one until `postfix reload`" } },
	{ "nobody is blocked", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  NULL, LOGIN, usual_file, NO, "", 1, "",
	  { "good Postfix, submission", "note Postfix: nobody is blocked now",
	    "!MEND" } },
	{ "whose is it?", "smtpd_sender_restrictions = " ASK_OUR "\n", NULL,
	  LOGIN, other_file, NO, "", 1, "",
	  { "note Postfix, submission: smtpd_sender_restrictions asks " OUR
	    ": whether that is about comporta_send_block cannot be seen",
	    "!good", "!MEND" } },
	{ "not ours: it knows no block", "smtpd_sender_restrictions = " ASK_OUR
	  "\n", NULL, LOGIN, other_file, 1, "", 1, "",
	  { "MEND Postfix, submission: nobody asks for the block" } },
	{ "not ours: it says OK to everybody",
	  "smtpd_sender_restrictions = " ASK_OUR "\n", NULL, LOGIN, other_file,
	  0, "OK\n", 0, "OK\n",
	  { "MEND Postfix, submission: nobody asks for the block" } },
	{ "ours under another name", "smtpd_sender_restrictions = " ASK_OUR
	  "\n", NULL, LOGIN, other_file, 0, "550 5.7.1 stop\n", 1, "",
	  { "good Postfix, submission", "blocked: 550 5.7.1 stop", "!MEND" }
	},
	{ "another database", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  NULL, LOGIN, usual_file, 1, "", 1, "",
	  { "MEND Postfix: " OUR " does not know anna@x.example, who is "
	    "blocked | look at dbname" } },
	{ "a row is no word", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  NULL, LOGIN, usual_file, 0, "anna@x.example\n", 1, "",
	  { "blocked: anna@x.example: that stops nothing" } },
	{ "defers", "smtpd_sender_restrictions = " ASK_OUR "\n", NULL, LOGIN,
	  usual_file, 0, "DEFER\n", 1, "",
	  { "note Postfix: " OUR " says for anna@x.example", "!MEND" } },
	{ "refuses everybody", "smtpd_sender_restrictions = " ASK_OUR "\n",
	  NULL, LOGIN, usual_file, 0, REJECT, 0, REJECT,
	  { "MEND Postfix: " OUR " refuses an account that has no block" } },
	{ "away", "smtpd_sender_restrictions = " ASK_OUR "\n", NULL, LOGIN,
	  usual_file, NO, "", 1, "postmap: warning: connect to mysql server "
	  "127.0.0.1:1: Can't connect to server on '127.0.0.1' (115)\n"
	  "postmap: fatal: table " OUR ": query error: Operation now in "
	  "progress\n",
	  { "MEND Postfix: " OUR " cannot be asked, and while that is so "
	    "everybody who logs in gets 451; postmap -q says: postmap: fatal: "
	    "table", "!warning" } },
	{ "its file is not there", "smtpd_sender_restrictions = " ASK_OUR
	  "\n", NULL, LOGIN, NULL, NO, "", 1, "postmap: fatal: open "
	  "/etc/postfix/comporta-sasl.cf: No such file or directory\n",
	  { "MEND Postfix: " OUR " cannot be asked", "No such file" } },
	{ "its file is not for us", "smtpd_sender_restrictions = " ASK_OUR
	  "\n", NULL, LOGIN, NULL, 0, REJECT, 1, "",
	  { "good Postfix, submission", "note Postfix: " OUR " cannot be read "
	    "by us", "!MEND" } },
};

static void judge_postfix(const struct postfix_case *one)
{
	struct postfix_answers answers = { .blocked = "anna@x.example" };
	char main[4096];

	snprintf(main, sizeof(main), "%s%s", one->main, main_presets);
	answers.main = slice_from(main);
	answers.master = slice_from(one->master ? one->master : usual_master);
	answers.overrides = slice_from(one->overrides);
	postfix_maps(&answers);
	for (size_t i = 0; i < answers.n_maps; i++) {
		answers.maps[i].is_read = one->file != NULL;
		answers.maps[i].file = slice_from(one->file);
		answers.maps[i].blocked = (struct mailserver_answer){
			one->blocked, slice_from(one->said)
		};
		answers.maps[i].unblocked = (struct mailserver_answer){
			one->unblocked, slice_from(one->unblocked_said)
		};
	}
	postfix_judge(&answers, &findings);
	expect(one->why, one->wants);
}

static void test_postfix(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(postfix_cases); i++)
		judge_postfix(&postfix_cases[i]);
}

/* Values that name each other, and themselves, come to an end. */
static void test_postfix_circles(void **state)
{
	static const struct postfix_case circle = {
		"circles", "a = $b $b $b $b ${b?$b} ${c:$b}\n"
		"b = $a $a $a ${a?{$a}:{$b}}\n"
		"smtpd_restriction_classes = k, l\nk = l l l l l l l l l l\n"
		"l = k k k k k k k k k k " ASK_OUR "\n"
		"smtpd_sender_restrictions = $a k $smtpd_sender_restrictions\n",
		NULL, LOGIN, usual_file, 0, REJECT, 1, "", { "Postfix" }
	};

	(void)state;
	judge_postfix(&circle);
}

static void test_postfix_map_paths(void **state)
{
	static const struct {
		const char *name, *path;
	} cases[] = {
		{ "mysql:/etc/x.cf", "/etc/x.cf" },
		{ "proxy:pgsql:/etc/x.cf", "/etc/x.cf" },
		{ "mysql:old", "" }, { "hash:/etc/x", "" }, { "/etc/x", "" },
		{ "proxy:", "" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		if (!slice_eq(postfix_map_path(slice_from(cases[i].name)),
			      slice_from(cases[i].path)))
			fail_msg("%s", cases[i].name);
}

/* ---- Exim ----------------------------------------------------------- */

#define LOOKUP "${lookup mysql{SELECT 1 FROM comporta_send_block WHERE "	\
	"account='${quote_mysql:${lc:$authenticated_id}}'}{yes}{no}}"
#define DENY "    deny authenticated = *\n    condition = " LOOKUP "\n"	\
	"    message = 5.7.1 Sending is suspended for this mailbox\n"
#define HEAD "# Exim Configuration (4.96)\n# 1 \"/tmp/e.conf\"\n"		\
	"hide mysql_servers = localhost/comporta/comporta_ro/PASSWORD\n"
#define TAIL "\nbegin authenticators\n\n  plain:\n    driver = plaintext\n"	\
	"    server_set_id = $auth2\n"

static const struct {
	const char *why, *config;
	const char *wants[WANTS];
} exim_cases[] = {
	{ "first at MAIL", HEAD "acl_smtp_mail = acl_mail\n\nbegin acl\n\n"
	  "  acl_mail:\n" DENY "    accept\n" TAIL,
	  { "good Exim: acl_smtp_mail (acl_mail) asks for the block", "!MEND",
	    "!note", "!PASSWORD" } },
	{ "no ACL at all", HEAD "\nbegin acl\n" TAIL,
	  { "MEND Exim: no ACL asks for the block | Exim: acl_smtp_mail = "
	    "acl_mail, and an ACL", "FIRST in the ACL \"acl_mail\":\n  deny "
	    "authenticated = *\n       condition = " LOOKUP "\n",
	    "!PASSWORD" } },
	{ "an ACL without it", HEAD "acl_smtp_rcpt = acl_check_rcpt\n\n"
	  "begin acl\n\n  acl_check_rcpt:\n    accept hosts = :\n    "
	  "require verify = sender\n    accept\n" TAIL,
	  { "MEND Exim: no ACL asks", "FIRST in the ACL \"acl_check_rcpt\"",
	    "!acl_smtp_mail =" } },
	{ "behind an accept for logins", HEAD "acl_smtp_mail = acl_mail\n\n"
	  "begin acl\n\n  acl_mail:\n    accept authenticated = *\n    control "
	  "= submission\n" DENY "    accept\n" TAIL,
	  { "MEND Exim: in acl_smtp_mail (acl_mail) the block is not reached: "
	    "before it stands \"accept authenticated = *\"" } },
	{ "behind a bare accept", HEAD "acl_smtp_mail = m\n\nbegin acl\n\n"
	  "  m:\n    accept\n" DENY TAIL,
	  { "not reached: before it stands \"accept\"" } },
	{ "behind one that only has modifiers", HEAD "acl_smtp_mail = m\n\n"
	  "begin acl\n\n  m:\n    accept logwrite = hello\n" DENY TAIL,
	  { "not reached: before it stands \"accept logwrite = hello\"" } },
	{ "behind others", HEAD "acl_smtp_rcpt = r\n\nbegin acl\n\n  r:\n"
	  "    accept hosts = :\n    accept local_parts = postmaster\n    "
	  "domains = +local_domains\n    accept hosts = +relay_from_hosts\n"
	  DENY "    accept\n" TAIL,
	  { "good Exim: acl_smtp_rcpt (r)", "note Exim: r accepts mail of "
	    "hosts = +relay_from_hosts before it asks", "!MEND" } },
	{ "one list of two is enough", HEAD "acl_smtp_mail = m\nacl_smtp_data "
	  "= d\n\nbegin acl\n\n  m:\n    accept\n\n  d:\n" DENY "    accept\n"
	  TAIL, { "good Exim: acl_smtp_data (d)", "!MEND" } },
	{ "only warns", HEAD "acl_smtp_mail = m\n\nbegin acl\n\n  m:\n    warn "
	  "condition = " LOOKUP "\n    log_message = x\n    accept\n" TAIL,
	  { "MEND Exim: in acl_smtp_mail (m) the block stands in a warn" } },
	{ "in an ACL that is required", HEAD "acl_smtp_mail = m\n\nbegin acl\n"
	  "\n  m:\n    require acl = gate\n    accept\n\n  gate:\n" DENY
	  "    accept\n" TAIL, { "good Exim: acl_smtp_mail (m)", "!MEND" } },
	{ "an expansion, both have it", HEAD "acl_smtp_mail = ${if eq"
	  "{$interface_port}{587}{acl_sub}{acl_mx}}\n\nbegin acl\n\n  acl_sub:"
	  "\n" DENY "\n  acl_mx:\n" DENY TAIL, { "good Exim", "!MEND" } },
	{ "an expansion, one has it", HEAD "acl_smtp_mail = ${if eq"
	  "{$interface_port}{587}{acl_sub}{acl_mx}}\n\nbegin acl\n\n  acl_sub:"
	  "\n" DENY "\n  acl_mx:\n    accept\n" TAIL,
	  { "MEND Exim: no ACL asks" } },
	{ "capitals", HEAD "acl_smtp_mail = m\n\nbegin acl\n\n  m:\n    deny\n"
	  "    condition = ${lookup mysql{SELECT 1 FROM comporta_send_block "
	  "WHERE account='${quote_mysql:$authenticated_id}'}{yes}{no}}\n" TAIL,
	  { "good Exim", "note Exim: a login typed in capitals may pass m | "
	    "write ${lc:$authenticated_id}", "!MEND" } },
	{ "a file", HEAD "acl_smtp_mail = m\n\nbegin acl\n\n  m:\n    deny\n"
	  "    condition = ${lookup{${lc:$authenticated_id}}lsearch{/etc/exim4/"
	  "send_block}{yes}{no}}\n" TAIL,
	  { "good Exim", "note Exim: m looks logins up in a file", "!MEND" } },
	{ "nothing", "", { "MEND Exim: no ACL asks" } },
};

static void test_exim(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(exim_cases); i++) {
		exim_judge(slice_from(exim_cases[i].config), &findings);
		expect(exim_cases[i].why, exim_cases[i].wants);
	}
}

/* ---- Dovecot -------------------------------------------------------- */

#define SQL_FILE "/etc/dovecot/dovecot-sql.conf.ext"
#define DENY_FILE "/etc/dovecot/deny-sql.conf.ext"
#define SQL_PASSDB "passdb {\n  args = " SQL_FILE "\n  driver = sql\n}\n"
#define DENY_PASSDB "passdb {\n  args = " DENY_FILE "\n  deny = yes\n"	\
	"  driver = sql\n}\n"
#define DOVECOT_HEAD "# 2.3.19.1 (9b53102964): d.conf\n# Hostname: vm\n"
#define IMAP_PASSDB "protocol imap {\n  passdb {\n    driver = pam\n  }\n}\n"

static const char switch_query[] =
	"driver = mysql\npassword_query = SELECT username AS user, password "
	"FROM mailbox \\\n  WHERE username = '%u' AND \\\n  "
	"('%s' <> 'smtp' OR smtp_active = '1')\n";
static const char stock_query[] =
	"# smtp_active\nuser_query = SELECT smtp_active\npassword_query = "
	"SELECT username AS user, password FROM mailbox \\\n"
	"WHERE my_smtp_active = 1\n";
static const char deny_query[] =
	"password_query = SELECT account AS user, NULL AS password, 'Y' AS "
	"nopassword FROM comporta_send_block WHERE account='%Lu' AND '%Ls' "
	"IN ('smtp','submission')\n";

static const struct {
	const char *why;
	bool is_switch;
	const char *conf, *sql, *deny;
	bool is_blocked;
	int smtp, imap;
	const char *wants[WANTS];
} dovecot_cases[] = {
	{ "asks for the switch", true, DOVECOT_HEAD SQL_PASSDB, switch_query,
	  NULL, true, 67, 0,
	  { "good Dovecot: its passdb asks for the switch (other smtp_active)",
	    "good Dovecot: anna@x.example is blocked, and may not log in to "
	    "send", "note Dovecot is asked at login only", "!MEND",
	    "!auth_cache" } },
	{ "does not", true, DOVECOT_HEAD SQL_PASSDB, stock_query, NULL, true,
	  0, 0, { "MEND Dovecot: no passdb asks for the switch (other smtp_active): "
	    "it stops nobody | " SQL_FILE ": the query must refuse",
	    "MEND Dovecot: anna@x.example may log in to send, and is blocked"
	  } },
	{ "reading stopped as well", true, DOVECOT_HEAD SQL_PASSDB,
	  switch_query, NULL, true, 67, 67,
	  { "MEND Dovecot: anna@x.example can neither send nor read" } },
	{ "no block, and open", true, DOVECOT_HEAD SQL_PASSDB, switch_query,
	  NULL, false, 0, 0, { "good Dovecot: anna@x.example has no block, "
	    "and may log in", "!MEND" } },
	{ "no block, but shut", true, DOVECOT_HEAD SQL_PASSDB, switch_query,
	  NULL, false, 67, 0,
	  { "MEND Dovecot: anna@x.example may not log in to send, and has no "
	    "block" } },
	{ "it does not run", true, DOVECOT_HEAD SQL_PASSDB, switch_query, NULL,
	  true, 75, 75, { "note Dovecot: doveadm auth lookup could not ask "
	    "(exit 75)", "!MEND" } },
	{ "a cache", true, DOVECOT_HEAD "auth_cache_size = 10 M\n"
	  "auth_cache_ttl = 5 mins\n" SQL_PASSDB, switch_query, NULL, true,
	  NO, NO, { "note Dovecot: auth_cache_size is set: a block and a lift "
	    "wait for auth_cache_ttl (5 mins)",
	    "| doveadm auth cache flush ACCOUNT" } },
	{ "a cache of nothing", true, "auth_cache_size = 0\n" SQL_PASSDB,
	  switch_query, NULL, true, NO, NO, { "!auth_cache" } },
	{ "not for us to read", true, SQL_PASSDB, NULL, NULL, true, NO, NO,
	  { "note Dovecot: " SQL_FILE " cannot be read", "!MEND" } },
	{ "no query", true, "passdb {\n  driver = pam\n}\n", NULL, NULL, true,
	  NO, NO, { "note Dovecot: no passdb is a query", "!MEND" } },
	{ "2.4", true, "# 2.4.1 (7d8c0e5759): d.conf\npassdb sql {\n  query = "
	  "SELECT password FROM mailbox WHERE ('%{protocol}' <> 'smtp' OR "
	  "smtp_active=1)\n}\n", NULL, NULL, true, NO, NO,
	  { "good Dovecot: its passdb asks for the switch", "!MEND" } },
	{ "2.4, long names", true, "passdb sql {\n  passdb_sql_query = SELECT "
	  "password FROM mailbox\n}\n", NULL, NULL, true, NO, NO,
	  { "MEND Dovecot: no passdb asks", "| dovecot.conf: the query" } },

	{ "deny, first", false, DOVECOT_HEAD DENY_PASSDB SQL_PASSDB IMAP_PASSDB,
	  stock_query, deny_query, true, 67, 0,
	  { "note Dovecot: its first passdb denies", "good Dovecot: "
	    "anna@x.example is blocked, and may not", "!MEND" } },
	{ "deny, second", false, SQL_PASSDB DENY_PASSDB, stock_query,
	  deny_query, true, NO, NO,
	  { "MEND Dovecot: the passdb with deny = yes is not the first one" }
	},
	{ "without deny it opens", false, "passdb {\n  args = " DENY_FILE
	  "\n  driver = sql\n}\n" SQL_PASSDB, stock_query, deny_query, true,
	  NO, NO, { "MEND Dovecot: a passdb asks comporta_send_block without "
	    "deny = yes: a row there lets anybody in" } },
	{ "2.4, deny", false, "passdb sql {\n  passdb_deny = yes\n  query = "
	  "SELECT 1 FROM comporta_send_block\n}\n" SQL_PASSDB, stock_query,
	  NULL, true, NO, NO, { "note Dovecot: its first passdb", "!MEND" } },
	{ "none", false, DOVECOT_HEAD SQL_PASSDB, stock_query, NULL, true, NO,
	  NO, { "!Dovecot" } },
	{ "torn", false, "passdb {\n  driver = sql\n", NULL, NULL, true, NO,
	  NO, { "!Dovecot" } },
};

static void test_dovecot(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(dovecot_cases); i++) {
		struct dovecot_answers answers = {
			.conf = slice_from(dovecot_cases[i].conf),
			.account = "anna@x.example",
			.is_blocked = dovecot_cases[i].is_blocked,
			.smtp = dovecot_cases[i].smtp,
			.imap = dovecot_cases[i].imap,
		};

		dovecot_files(&answers);
		for (size_t j = 0; j < answers.n_files; j++) {
			const char *text =
				strcmp(answers.files[j].path, DENY_FILE) == 0
					? dovecot_cases[i].deny
					: dovecot_cases[i].sql;

			answers.files[j].is_read = text != NULL;
			answers.files[j].text = slice_from(text);
		}
		if (dovecot_cases[i].is_switch)
			dovecot_judge_switch(&answers, "other smtp_active",
					     &findings);
		else
			dovecot_judge_deny(&answers, &findings);
		expect(dovecot_cases[i].why, dovecot_cases[i].wants);
	}
}

/* ---- asking --------------------------------------------------------- */

/* A complaint lands where postconf's buffer was full. */
static void test_complaints_are_taken_out(void **state)
{
	struct text said = TEXT_INIT(1000), last = TEXT_INIT(100);

	(void)state;
	text_add_string(&said, "postconf: warning: one\na = 1\nsmtpd_send"
			"postconf: warning: two\ner_restrictions = x\n"
			"postconf: fatal: three");
	ask_strip(&said, S("postconf: "), &last);
	assert_string_equal(text_string(&said),
			    "a = 1\nsmtpd_sender_restrictions = x\n");
	assert_string_equal(text_string(&last), "postconf: fatal: three");
	text_release(&said);
	text_release(&last);
}

/* More than there is room for: kept to the room, and no crash. */
static void test_too_many_findings(void **state)
{
	(void)state;
	for (int i = 0; i < MAILSERVER_FINDINGS + 5; i++)
		text_add_string(&mailserver_find(&findings, MAILSERVER_NOTE,
						 "%d", i)->remedy, "x");
	assert_int_equal(findings.n, MAILSERVER_FINDINGS);
	mailserver_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postfix),
		cmocka_unit_test(test_postfix_circles),
		cmocka_unit_test(test_postfix_map_paths),
		cmocka_unit_test(test_exim),
		cmocka_unit_test(test_dovecot),
		cmocka_unit_test(test_complaints_are_taken_out),
		cmocka_unit_test(test_too_many_findings),
	};

	return cmocka_run_group_tests_name("mailserver", tests, NULL, NULL);
}
