/*
 * The API's description for programs, OpenAPI 3.1: openapi.json beside this
 * file, which the Makefile turns into a C text. tests/test_http_openapi.c holds
 * it against the routing table, tests/command/test_api_examples.sh against real
 * answers.
 */
#include "detector/http/route.h"

static const char document[] =
#include "openapi.def"
	;

void openapi_show(struct exchange *exchange)
{
	struct http_response *response = exchange->response;

	text_clear(&response->body);
	text_add(&response->body,
		 (struct slice){ document, sizeof(document) - 1 });
	response->status = 200;
	response->content_type = "application/json";
}
