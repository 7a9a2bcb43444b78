/*
 * support - the pages below /support, for people with forty tickets: who is
 * there, how a page is put together, how a form is read. Only the files
 * support*.c include it.
 *
 * HTML by the server, no script. Every word comes from language.conf
 * ("support.*"); whatever a stranger could have written (logins, addresses,
 * reasons, answers of mail servers) goes through put_strange().
 */
#ifndef DETECTOR_HTTP_SUPPORT_H
#define DETECTOR_HTTP_SUPPORT_H

#include "detector/http/route.h"
#include "detector/http/session.h"

enum {
	SUPPORT_PATH_SIZE = 1024,	/* prefix, page, an encoded login */
	SUPPORT_ROLES = TOKEN_SUPPORT | TOKEN_RESELLER	/* who signs in */
};

/* One signed-in request. */
struct visit {
	struct exchange *exchange;
	struct session *session;	/* NULL: nobody is signed in */
	char id[CRYPTO_TOKEN_SIZE];	/* its cookie */
	const char *language;
	struct text *out;		/* the answer's body */
	bool is_reseller;
	/* Of a POST: the number of its form. */
	uint64_t form;
	/* What the last button did and, behind the form's name and a colon,
	 * what was typed into it in vain, for this page; "" for nothing. */
	char told[SESSION_WORD_SIZE], kept[SESSION_KEPT_SIZE];
	const char *again;	/* a path to ask for at once; or NULL */
	const char *acts;	/* of a POST: the name of its form */
};

#define SUPPORT_SIGN_IN "/support/sign-in"

/* support_cookie.c. False when there is none, when there are several of the
 * name, as somebody else may have set one of them, and when it is no id. ""
 * takes it back. */
bool cookie_read(const struct exchange *exchange,
		 char id_out[CRYPTO_TOKEN_SIZE]);
void cookie_set(struct exchange *exchange, const char *id);

/* support_door.c. Before anybody is known; TOKEN_INVALID when nobody is signed
 * in; how long one is. */
void visit_begin(struct exchange *exchange, struct visit *visit);
enum token_check visit_find_session(struct visit *visit, struct err *err);
struct session_life visit_life(void);

/* Is it a path of ours, and nothing that a browser would take for another
 * place? */
bool visit_is_ours(struct slice path);

/* 303 to one. */
void visit_go(struct exchange *exchange, const char *path);

/* True, and the answer is made, when a form comes from another site. */
bool visit_refuse_strangers(struct exchange *exchange);

/* Who comes in. Both are false when the answer is made
 * already: sign in first, the token has ended, asked too often. */
bool visit_enter(struct exchange *exchange, struct visit *visit);

/* The same for a form's POST, which must come from one of our pages; when it
 * was carried out already, the answer is `back` again. */
bool visit_enter_form(struct exchange *exchange, const char *name,
		      const char *back, struct visit *visit);

/* On the page of that path: what the last button did. Told once. */
void visit_hear(struct visit *visit, const char *path);

/* After a form: to `back`, a path below /support, which then tells `word`.
 * With is_done the form is not carried out again; else what was typed as
 * reason, `kept`, stands there again. */
void visit_leave(struct visit *visit, const char *back, const char *word,
		 bool is_done, const char *kept);

/* The first value of a field; "" when there is none. False when it is too
 * long, wrongly encoded, no UTF-8, or has control characters. */
bool visit_field(const struct visit *visit, const char *name, char *out,
		 size_t size);

/* All values of a field, one after the other: *rest begins as the body.
 * QUERY_ABSENT at the end, QUERY_BAD for one that cannot be read. */
enum query visit_next_field(struct slice *rest, const char *name, char *out,
			    size_t size);

/* "/support/blocks/7", "/support/accounts/anna%40firma.example"; without the
 * prefix of serve.public_url. */
void path_of_block(int64_t id, char out[SUPPORT_PATH_SIZE]);
void path_of_account(struct slice account, char out[SUPPORT_PATH_SIZE]);

/* support_page.c: how a page is put together. `title` is a word. */
void page_begin(struct visit *visit, const char *title, struct slice about);
void page_end(struct visit *visit, int status);

/* The database is away: 503, in words. The reason is for the operator's
 * log. */
void page_away(struct visit *visit, const struct err *err);

/* One of the words of errors as a page: "support.error.not_found". */
void page_refuse(struct exchange *exchange, int status, const char *word);

const char *say(const struct visit *visit, const char *word);

/* Markup of ours; a word, escaped; a stranger's text, escaped and with what
 * hides itself made visible; a number; a time; a country's name. */
void put(struct visit *visit, const char *markup);
void putf(struct visit *visit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void put_word(struct visit *visit, const char *word);
void put_strange(struct visit *visit, struct slice text);
void put_string(struct visit *visit, const char *text);
/* The word "LIST.KEY" where there is one, else the key itself: what is not
 * known yet is shown, not hidden. */
void put_known(struct visit *visit, const char *list, struct slice key);
void put_time(struct visit *visit, int64_t at_ms);
void put_country(struct visit *visit, struct slice code);

/* A path below the prefix of serve.public_url, as an attribute's value. */
void put_path(struct visit *visit, const char *path);

/* What a button did, or why it did nothing: "done.lifted", "bad.unchanged". */
void put_message(struct visit *visit, const char *word);

/* <dt> and an open <dd>; <h2 id=...>. */
void put_term(struct visit *visit, const char *word);
void put_heading(struct visit *visit, const char *id, const char *word);

/* Head of a table: words, until NULL, with a caption; closed by
 * put_table_end(). A cell names its column for narrow screens. */
void put_table(struct visit *visit, const char *caption,
	       const char *const *columns);
void put_table_end(struct visit *visit);
void put_cell(struct visit *visit, const char *column);

/* A form that posts to `path`, with its token; the button and the end. */
void put_form(struct visit *visit, const char *id, const char *path);
void put_form_end(struct visit *visit, const char *id, const char *button,
		  bool is_second);

/* A one-line field with its label, which must be filled in when needed. */
struct field {
	const char *name;
	const char *word;	/* of its label; the same with ".hint" behind
				 * it explains, where it has words */
	const char *value;
	const char *type;	/* "text", "number" */
	int most;		/* characters; of a number its greatest */
	bool is_needed;
};
void put_field(struct visit *visit, const char *form,
	       const struct field *field);

/* support_list.c: a table of blocks, closed by put_table_end(); the marks of
 * one: a repeat, the owner's word. */
void put_block_table(struct visit *visit, const char *caption);
void put_block_row(struct visit *visit, const struct block *block);
void put_marks(struct visit *visit, const struct block *block);

/* support_drawing.c: the drawings of an incident and their tables. */
void draw_day(struct visit *visit, const struct json *submissions);
void draw_evidence(struct visit *visit, const struct json *evidence);

/* support_block.c. False when the answer is made already: not there, or
 * another's. */
bool visit_find_block(struct visit *visit, struct block *out);

/* support_history.c: what happened since, in the order of time. */
int put_history(struct visit *visit, const struct block *block,
		struct err *err);
void put_audit(struct visit *visit, const struct json *audit);

/* support_forms.c: what an agent can do. */
void put_lift_form(struct visit *visit, const struct block *block,
		   enum password_state password);
void put_suspend_form(struct visit *visit, struct slice account,
		      bool is_known);
/* The places of `window`, of a verdict, are offered; NULL for none. Open at
 * once where the owner said that it was him. `path` is that of the page. */
void put_trust_form(struct visit *visit, const struct json *window,
		    bool is_open, const char *path);
/* How a form says what its reader saw; by enum password_state. */
extern const char *const visit_password_names[];

/* support_account.c. Is it an account, and one that may be seen? Both false
 * where that one is another's. -1 when the database is away. */
int account_look(struct visit *visit, struct slice account, bool *sees_out,
		 bool *is_known_out, struct err *err);

#endif
