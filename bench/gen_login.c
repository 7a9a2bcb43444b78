#include "gen.h"

void login_session(char out[17], struct rng *rng)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (int i = 0; i < 16; i++)
		out[i] = letters[rng_below(rng, 64)];
	out[16] = '\0';
}

void log_login(struct gen_log *log, struct rng *rng, const struct login *login,
	       int64_t at_us)
{
	char session[17];

	login_session(session, rng);
	if (login->tries)
		log_line(log, at_us, DOVECOT, 0, 0,
			 "%s-login: Disconnected: Connection closed (auth "
			 "failed, %u attempts in %u secs): user=<%s>, "
			 "method=%s, rip=%s, lip=192.0.2.25, TLS, session=<%s>",
			 login->service, login->tries, login->tries * 4 - 2,
			 login->user, login->method, login->client, session);
	else
		log_line(log, at_us, DOVECOT, 0, 0,
			 "%s-login: Login: user=<%s>, method=%s, rip=%s, "
			 "lip=192.0.2.25, mpid=%u, TLS, session=<%s>",
			 login->service, login->user, login->method,
			 login->client, 20000 + rng_below(rng, 40000), session);
}
