/*
 * agent - somebody at the support page of a site: signs in, looks at pages,
 * sends their forms, as a browser does.
 */
#ifndef TESTS_SUPPORT_AGENT_H
#define TESTS_SUPPORT_AGENT_H

#include "tests/support/site.h"

struct agent {
	char cookie[600];	/* the header; "" when signed out */
};

/* Signs in with a token of site ("{SUPPORT}"). */
void agent_sign_in(struct agent *agent, const char *token);

/* GET, or POST with a form's fields. The caller releases the answer. */
void agent_ask(const struct agent *agent, const char *method,
	       const char *path, const char *body,
	       struct http_response *response);

/* The token of the form with this id on that page: one more of each. */
void agent_form(const struct agent *agent, const char *page, const char *id,
		char out[80]);

/* The form of a page with these fields and its own token. The caller releases
 * the answer. */
void agent_send(const struct agent *agent, const char *page, const char *id,
		const char *path, const char *fields,
		struct http_response *response);

/* The same, to PAGE/ID, which must lead back and tell `word` there. */
void agent_does(const struct agent *agent, const char *page, const char *id,
		const char *fields, const char *word);

/* Does the page at `path` hold these words? */
bool agent_sees(const struct agent *agent, const char *path,
		const char *words);
int agent_status(const struct agent *agent, const char *path);

#endif
