#include "detector/commands/routes.h"

#include "base/files.h"
#include "base/host.h"
#include "detector/settings.h"
#include "notifier/waiting.h"

#include <string.h>

static void sender_address(const char *wanted, struct text *out)
{
	char host[HOST_NAME_SIZE];

	if (*wanted) {
		text_add_string(out, wanted);
		return;
	}
	host_name(host);
	text_addf(out, "postmaster@%s", host);
}

static int read_way(struct routes_way *way, const struct smtp_settings *smtp,
		    const char *section, const char *from, struct err *err)
{
	if (*smtp->password_file &&
	    files_read_secret(smtp->password_file, &way->password, err) < 0) {
		err_prefix(err, "%s.password_file: ", section);
		return -1;
	}
	sender_address(from, &way->from);
	way->mail = (struct mail_settings){
		.url = smtp->url,
		.user = smtp->user,
		.password = text_string(&way->password),
		.from = text_string(&way->from),
		.helo = smtp->helo,
		.starttls = smtp->starttls,
		.verify = smtp->verify,
		.ca_file = smtp->ca_file,
		.timeout_ms = smtp->timeout_ms,
	};
	return 0;
}

int routes_read(struct routes *routes, struct err *err)
{
	const struct smtp_settings *first = &settings.smtp;
	const struct smtp_settings *second = &settings.smtp_second;

	*routes = (struct routes){ .n = *second->url ? 2 : 1 };
	for (size_t i = 0; i < 2; i++) {
		routes->ways[i].password = (struct text)TEXT_INIT(4096);
		routes->ways[i].from = (struct text)TEXT_INIT(512);
	}
	if (read_way(&routes->ways[0], first, "smtp", first->from, err) < 0)
		return -1;
	return routes->n < 2 ? 0 : read_way(&routes->ways[1], second,
					    "smtp_second",
					    *second->from ? second->from
							  : first->from, err);
}

void routes_release(struct routes *routes)
{
	routes_close(routes);
	for (size_t i = 0; i < 2; i++) {
		struct text *password = &routes->ways[i].password;

		if (password->bytes)
			explicit_bzero(password->bytes, password->room);
		text_release(password);
		text_release(&routes->ways[i].from);
	}
}

static int open_way(struct routes_way *way, struct mail_route *route_out,
		    struct err *err)
{
	if (mail_folder_init(way->mail.url, &way->folder)) {
		*route_out = mail_folder_route(&way->folder);
		return 0;
	}
	if (mail_client_open(&way->mail, &way->client, err) < 0)
		return -1;
	*route_out = mail_client_route(way->client);
	return 0;
}

/* A notice must be over with before its claim is: by both ways. */
static int64_t patience_ms(int64_t wanted_ms)
{
	int64_t most_ms = WAITING_CLAIM_MS - 30000 - settings.smtp.timeout_ms;

	if (*settings.smtp_second.url)
		most_ms -= settings.smtp_second.timeout_ms;
	return wanted_ms < most_ms ? wanted_ms : most_ms;
}

int routes_open(struct routes *routes, bool is_patient,
		struct mail_route *route_out, struct err *err)
{
	const int64_t wanted_ms[] = { settings.smtp.answer_timeout_ms,
				      settings.smtp_second.answer_timeout_ms };

	for (size_t i = 0; i < routes->n && i < 2; i++) {
		struct mail_way *way = &routes->pair.ways[i];

		way->name = routes->ways[i].mail.url;
		routes->ways[i].mail.answer_ms =
			is_patient ? patience_ms(wanted_ms[i]) : 0;
		if (open_way(&routes->ways[i], &way->route, err) < 0) {
			routes_close(routes);
			return -1;
		}
	}
	*route_out = mail_pair_route(&routes->pair);
	return 0;
}

void routes_close(struct routes *routes)
{
	for (size_t i = 0; i < 2; i++) {
		mail_client_close(&routes->ways[i].client);
		routes->pair.ways[i].route.send = NULL;
	}
}
