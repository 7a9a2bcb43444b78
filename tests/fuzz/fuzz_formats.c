/*
 * The first byte picks the format (or whichever claims the program), the
 * second how the header looks or whether the input brings its own; the rest
 * is one line.
 *
 * Beside what the sanitizers see: an event must borrow from the line, or from
 * what a line of JSON was decoded to, and from nothing else, and be left alone
 * when there is none.
 */
#include "detector/formats/format.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const heads[] = {
	"",
	"Nov 22 03:00:00 mx postfix/smtpd[1]: ",
	"Nov 22 03:00:00 mx postfix/smtpd[1]: 4XyZ1: client=",
	"Nov 22 03:00:00 mx postfix/smtpd[1]: 4XyZ1: reject: RCPT from a",
	"Nov 22 03:00:00 mx postfix/qmgr[1]: 4XyZ1: from=<",
	"Nov 22 03:00:00 mx postfix/smtp[1]: 4XyZ1: to=<",
	"Nov 22 03:00:00 mx postfix/cleanup[1]: 4XyZ1: ",
	"Nov 22 03:00:00 mx dovecot: imap-login: ",
	"Nov 22 03:00:00 mx dovecot: imap-login: Login: user=<",
	"Nov 22 03:00:00 mx dovecot: imap-login: proxy(",
	"Nov 22 03:00:00 mx imapd: LOGIN FAILED, user=",
	"Nov 22 03:00:00 mx courieresmtpd: error,relay=::1,",
	"Nov 22 03:00:00 mx courierd: newmsg,id=1, auth=",
	"Nov 22 03:00:00 mx courieresmtp: id=1,from=<",
	"Nov 22 03:00:00 mx cyrus/imap[1]: badlogin: [::1] ",
	"2026-11-22 03:00:00 ",
	"2026-11-22 03:00:00 1RwtJa-000AFJ-3B <= ",
	"2026-11-22 03:00:00 1RwtJa-000AFJ-3B ** ",
	"Nov 22 03:00:00 mx smtpd[1]: f7a2e6aa567530c9 smtp ",
	"Nov 22 03:00:00 mx smtpd[1]: f7a2e6aa567530c9 smtp failed-command ",
	"Nov 22 03:00:00 mx smtpd[1]: f7a2e6aa567530c9 mta delivery evpid="
	"f7a2e6aa567530c9 ",
	"Nov 22 03:00:00 mx smtpd[1]: smtp-in: ",
	"Nov 22 03:00:00 mx sm-mta[1]: ",
	"Nov 22 03:00:00 mx sm-mta[1]: 06J1e42n012713: from=<",
	"Nov 22 03:00:00 mx sm-mta[1]: 06J1e42n012713: to=<",
	"Nov 22 03:00:00 mx sm-mta[1]: 06J1e42n012713: AUTH failure (",
	"Nov 22 03:00:00 mx sm-mta[1]: 06J1e42n012713: ruleset=check_rcpt, ",
	"Nov 22 03:00:00 mx plesk_saslauthd[1]: No such user '",
};

enum { N_HEADS = sizeof(heads) / sizeof(heads[0]) };

static void must_be_inside(struct slice part, struct slice line)
{
	if (part.len && (part.ptr < line.ptr ||
			 part.ptr + part.len > line.ptr + line.len))
		abort();
}

static bool format_named(struct slice name)
{
	const struct format *format;

	for (size_t i = 0; (format = format_at(i)); i++)
		if (slice_eq(name, slice_from(format->name)))
			return true;
	return false;
}

static void check_event(const struct mail_event *event, struct slice line)
{
	if (event->kind >= MAIL_EVENT_KINDS || event->status > MAIL_EXPIRED)
		abort();
	must_be_inside(event->host, line);
	must_be_inside(event->queue_id, line);
	must_be_inside(event->account, line);
	must_be_inside(event->recipient, line);
	must_be_inside(event->dsn, line);
	must_be_inside(event->requeued_as, line);
	must_be_inside(event->reply, line);
	must_be_inside(event->mechanism, line);
	must_be_inside(event->more_recipients, line);
	if (!slice_eq(event->session, MAIL_SASL_SESSION))
		must_be_inside(event->session, line);
	/* Else a format's own name. */
	if (!format_named(event->instance))
		must_be_inside(event->instance, line);
}

/* NULL, for whichever it is, or one of them. */
static const struct format *pick(uint8_t byte)
{
	size_t n = 0;

	while (format_at(n))
		n++;
	byte %= n + 1;
	return byte ? format_at(byte - 1u) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header_reader reader = { .reference_ms = 1795348800000 };
	struct mail_event event;
	const char *head;
	struct slice line;
	char *copy;

	if (size < 2)
		return 0;
	head = heads[data[1] % N_HEADS];
	line.len = strlen(head) + size - 2;
	copy = malloc(line.len + !line.len);
	memcpy(copy, head, strlen(head));
	memcpy(copy + strlen(head), data + 2, size - 2);
	line.ptr = copy;
	memset(&event, 0x5a, sizeof(event));
	if (format_line(&reader, pick(data[0]), line, &event) == FORMAT_EVENT)
		check_event(&event, reader.decoded.len
					    ? text_slice(&reader.decoded)
					    : line);
	free(copy);
	header_release(&reader);
	return 0;
}
