#include "detector/http/route.h"

static void say(struct exchange *exchange, int status, const char *words)
{
	text_clear(&exchange->response->body);
	text_add_string(&exchange->response->body, words);
	exchange->response->status = status;
	exchange->response->content_type = "text/plain; charset=utf-8";
}

/* The process answers: that is all. */
void health_live(struct exchange *exchange)
{
	say(exchange, 200, "ok\n");
}

/* Can it do its work? The tables are there and the database answers. */
void health_ready(struct exchange *exchange)
{
	struct err err;

	if (db_run(exchange->context->blocks->db,
		   "SELECT id FROM comporta_block WHERE id = 0", NULL, 0,
		   NULL, NULL, NULL, &err) == DB_OK)
		say(exchange, 200, "ready\n");
	else
		http_away(exchange->response, &err);
}
