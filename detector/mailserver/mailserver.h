/*
 * mailserver - does the mail server really ask our block table (or the
 * panel's switch)? Found out without anybody's password.
 *
 * Two halves. *Asking* (ask.h) runs postconf, postmap, exim, doveconf and
 * doveadm, each for ASK_LIMIT_MS at most, and changes nothing. *Judging* is
 * pure: texts of their answers in, findings out, so that every trap is a row
 * of a table in tests/test_mailserver.c, with what the real programs said.
 *
 * A finding is good, a note, or something to be mended; `remedy` is what to
 * write and where ("main.cf: ..."), one line or several, or empty. Words and
 * remedies hold what others wrote (configuration, a server's answer): print
 * them with text_add_visible(), line by line.
 *
 * Which map is ours: one whose query or table is about MAILSERVER_TABLE, or
 * that has an answer for an account we know to be blocked. Of maps of which
 * neither can be told a note is made, no accusation.
 *
 * The traps are those of docs/ENFORCE.md. What a restriction means
 * is from Postfix's postconf(5) and access(5), 3.7; an ACL's statements from
 * chapter 44 of Exim's specification, 4.96; Dovecot's settings of 2.3 were
 * run, those of 2.4 are from its documentation.
 *
 * What is not seen: a Postfix value with a comparison in it
 * (${{a} == {b} ? ...}) counts as empty, a policy server's answer is not
 * known, and Exim's expansions in the name of an ACL are not evaluated: every
 * ACL that is named there must hold the block.
 */
#ifndef DETECTOR_MAILSERVER_MAILSERVER_H
#define DETECTOR_MAILSERVER_MAILSERVER_H

#include "base/text.h"

#define MAILSERVER_TABLE "comporta_send_block"
/* How our documentation names the map. */
#define MAILSERVER_MAP "mysql:/etc/postfix/comporta-sasl.cf"

enum mailserver_mark { MAILSERVER_GOOD, MAILSERVER_NOTE, MAILSERVER_MEND };

enum {
	MAILSERVER_FINDINGS = 40,	/* what is more is left out */
	MAILSERVER_MAPS = 8,
	MAILSERVER_NAME_SIZE = 512,	/* of a map or a file */
	MAILSERVER_NOT_ASKED = -1	/* in the place of an exit status */
};

struct mailserver_finding {
	enum mailserver_mark mark;
	struct text words, remedy;
};

struct mailserver_findings {
	size_t n;
	struct mailserver_finding items[MAILSERVER_FINDINGS];
};

/* One more finding, whose remedy the caller may append to. Never NULL: beyond
 * the last one a spare is given that nobody reads. */
struct mailserver_finding *
mailserver_find(struct mailserver_findings *findings,
		enum mailserver_mark mark, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void mailserver_release(struct mailserver_findings *findings);

/* Is `word` in `text`, as a word of its own: smtp_active, not my_smtp_active2.
 */
bool mailserver_has_word(struct slice text, struct slice word);

/* Is the line "name = value", as Postfix and Exim write their settings? */
bool mailserver_setting(struct slice line, struct slice name,
			struct slice *value_out);

/* What a program said for one key: its exit status and its words. */
struct mailserver_answer {
	int status;		/* or MAILSERVER_NOT_ASKED */
	struct slice said;
};

/* ---- Postfix -------------------------------------------------------- */

struct postfix_map {
	char name[MAILSERVER_NAME_SIZE];	/* "mysql:/etc/x.cf" */
	bool is_read;		/* `file` is what the map's file holds */
	struct slice file;
	struct mailserver_answer blocked, unblocked;
};

struct postfix_answers {
	struct slice main;	/* postconf */
	struct slice master;	/* postconf -M */
	struct slice overrides;	/* postconf -P */
	const char *blocked;	/* the account that was asked for; "": none */
	size_t n_maps;
	struct postfix_map maps[MAILSERVER_MAPS];
};

/* The maps that services with SASL look logins (or senders) up in, and those
 * of main.cf: fills in their names, with nothing asked yet. */
void postfix_maps(struct postfix_answers *answers);

/* The path in a map's name ("proxy:mysql:/etc/x.cf"), empty when its kind has
 * no readable file. The part of `name` that is the path. */
struct slice postfix_map_path(struct slice name);

void postfix_judge(const struct postfix_answers *answers,
		   struct mailserver_findings *findings);

/* ---- Exim ----------------------------------------------------------- */

/* `config` is what exim -bP config says: macros expanded, lines joined. It
 * holds the database's password. */
void exim_judge(struct slice config, struct mailserver_findings *findings);

/* ---- Dovecot -------------------------------------------------------- */

struct dovecot_file {
	char path[MAILSERVER_NAME_SIZE];
	bool is_read;
	struct slice text;
};

struct dovecot_answers {
	struct slice conf;	/* doveconf -n */
	size_t n_files;
	struct dovecot_file files[MAILSERVER_MAPS];
	/* What doveadm auth lookup ended with. */
	const char *account;
	bool is_blocked;
	int smtp, imap;		/* or MAILSERVER_NOT_ASKED */
};

/* The files with queries that passdbs name: fills in their paths. */
void dovecot_files(struct dovecot_answers *answers);

/* The panel's own switch: does a passdb ask one of these columns? `columns`
 * are words, separated by blanks. */
void dovecot_judge_switch(const struct dovecot_answers *answers,
			  const char *columns,
			  struct mailserver_findings *findings);

/* Our table as a passdb with deny. Says nothing when there is none; true when
 * there is one that does its work. */
bool dovecot_judge_deny(const struct dovecot_answers *answers,
			struct mailserver_findings *findings);

#endif
