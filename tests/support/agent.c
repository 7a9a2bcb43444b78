#include "tests/support/agent.h"

#include <stdio.h>
#include <string.h>

void agent_ask(const struct agent *agent, const char *method,
	       const char *path, const char *body,
	       struct http_response *response)
{
	const struct call call = { method, path, NULL,
				   body ? FORM_TYPE : NULL, body };

	site.headers[HTTP_COOKIE] = agent->cookie[0] ? agent->cookie : NULL;
	site_ask(&call, response);
	site.headers[HTTP_COOKIE] = NULL;
}

static const char *token_of(const char *name)
{
	return strcmp(name, "{SUPPORT}") == 0 ? site.support :
	       strcmp(name, "{RESELLER}") == 0 ? site.reseller :
	       strcmp(name, "{HOOK}") == 0 ? site.hook :
	       strcmp(name, "{OLD}") == 0 ? site.old : name;
}

void agent_sign_in(struct agent *agent, const char *token)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct slice cookie;
	char body[200];

	agent->cookie[0] = '\0';
	snprintf(body, sizeof(body), "token=%s&to=/support", token_of(token));
	agent_ask(agent, "POST", "/support/sign-in", body, &response);
	assert_int_equal(response.status, 303);
	cookie = slice_from(site_field(&response, "Set-Cookie"));
	assert_true(slice_copy(slice_cut(&cookie, ';'), agent->cookie,
			       sizeof(agent->cookie)));
	assert_true(agent->cookie[0]);
	http_response_release(&response);
}

void agent_form(const struct agent *agent, const char *page, const char *id,
		char out[80])
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct slice rest;
	char mark[60];
	ptrdiff_t at;

	agent_ask(agent, "GET", page, NULL, &response);
	snprintf(mark, sizeof(mark), "id=\"%s\"", id);
	rest = text_slice(&response.body);
	at = slice_find(rest, slice_from(mark));
	if (at < 0)
		print_error("%s: no form %s\n", page, id);
	assert_true(at >= 0);
	rest = slice_after(rest, (size_t)at);
	at = slice_find(rest, S("name=\"form\" value=\""));
	assert_true(at >= 0);
	rest = slice_after(rest, (size_t)at + strlen("name=\"form\" value=\""));
	assert_true(slice_copy(slice_cut(&rest, '"'), out, 80));
	http_response_release(&response);
}

void agent_send(const struct agent *agent, const char *page, const char *id,
		const char *path, const char *fields,
		struct http_response *response)
{
	char form[80], body[2000];

	agent_form(agent, page, id, form);
	snprintf(body, sizeof(body), "form=%s&%s", form, fields);
	agent_ask(agent, "POST", path, body, response);
}

void agent_does(const struct agent *agent, const char *page, const char *id,
		const char *fields, const char *word)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	char path[200];
	bool is_told;

	snprintf(path, sizeof(path), "%s/%s", page, id);
	agent_send(agent, page, id, path, fields, &response);
	if (response.status != 303)
		print_error("%s\n", text_string(&response.body));
	assert_case(fields, 303, response.status);
	http_response_release(&response);
	is_told = agent_sees(agent, page, word);
	assert_case(fields, true, is_told);
}

bool agent_sees(const struct agent *agent, const char *path,
		const char *words)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	bool sees;

	agent_ask(agent, "GET", path, NULL, &response);
	sees = response.status == 200 &&
	       slice_find(text_slice(&response.body), slice_from(words)) >= 0;
	http_response_release(&response);
	return sees;
}

int agent_status(const struct agent *agent, const char *path)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	int status;

	agent_ask(agent, "GET", path, NULL, &response);
	status = response.status;
	http_response_release(&response);
	return status;
}
