#include "gen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_BYTES_MAX (UINT32_C(1) << 31)	/* text of one day */
#define MESSAGES_MAX (UINT32_C(1) << 28)
#define POSTFIX_LINE_MAX 2000	/* where Postfix cuts */
#define LINE_MAX_BYTES 8192	/* where Exim cuts */
#define RECENT_IDS 64		/* ids that may come back whole */
#define FIRST_INODE 131072

struct line {
	int64_t at_us;
	uint32_t offset;	/* of the text; also the order of coming */
	uint32_t pid;
	uint32_t message;	/* 0: no queue id in front */
	uint32_t named;		/* 0: no second queue id */
	uint16_t length;
	uint8_t program;
	bool removed;
};

struct batch {
	struct line *lines;
	size_t count;
	size_t room;
	char *text;
	size_t used;
	size_t size;
};

struct queue_id {
	uint32_t inode;		/* 0: not drawn yet, or given back */
	uint32_t microseconds;
	int64_t seconds;	/* for the long form */
};

struct gen_log {
	FILE *out;
	FILE *logins;
	enum gen_header header;
	bool long_ids;
	int64_t day_end_us;
	struct batch batch[2];	/* the day, and the one after it */
	uint64_t written;
	struct queue_id *ids;	/* by message */
	uint32_t messages;
	uint32_t ids_room;
	uint32_t *free_inodes;	/* the last one freed is taken first */
	uint32_t free_count;
	uint32_t free_room;
	uint32_t next_inode;
	struct queue_id recent[RECENT_IDS];
	uint32_t removals;
	struct rng rng;
	int64_t stamp_second;	/* what `stamp` says */
	char stamp[32];
};

static const char *const programs[] = {
	[SMTPD] = "postfix/smtpd", [SUBMISSION] = "postfix/submission/smtpd",
	[SMTPS] = "postfix/smtps/smtpd", [CLEANUP] = "postfix/cleanup",
	[QMGR] = "postfix/qmgr", [SMTP] = "postfix/smtp",
	[LMTP] = "postfix/lmtp", [BOUNCE] = "postfix/bounce",
	[ANVIL] = "postfix/anvil", [DOVECOT] = "dovecot", [EXIM] = "exim",
};

static void *grow(void *old, size_t bytes)
{
	void *bigger = realloc(old, bytes);

	if (!bigger)
		gen_die(71, "out of memory");
	return bigger;
}

struct gen_log *log_new(FILE *out, enum gen_header header, bool long_ids)
{
	struct gen_log *log = calloc(1, sizeof(*log));

	if (!log)
		gen_die(71, "out of memory");
	log->out = log->logins = out;
	log->header = header;
	log->long_ids = long_ids;
	log->next_inode = FIRST_INODE;
	log->rng.state = 42;
	log->stamp_second = -1;
	return log;
}

void log_free(struct gen_log *log)
{
	for (size_t i = 0; i < 2; i++) {
		free(log->batch[i].lines);
		free(log->batch[i].text);
	}
	free(log->ids);
	free(log->free_inodes);
	free(log);
}

void log_split_logins(struct gen_log *log, FILE *logins)
{
	log->logins = logins;
}

uint64_t log_written_bytes(const struct gen_log *log)
{
	return log->written;
}

void log_begin_day(struct gen_log *log, int64_t day_start_us)
{
	log->day_end_us = day_start_us + DAY_US;
}

uint32_t log_message(struct gen_log *log)
{
	if (++log->messages >= MESSAGES_MAX)
		gen_die(71, "too many messages for one log");
	if (log->messages >= log->ids_room) {
		log->ids_room = log->ids_room ? log->ids_room * 2 : 4096;
		log->ids = grow(log->ids, log->ids_room * sizeof(*log->ids));
	}
	log->ids[log->messages] = (struct queue_id){ 0 };
	return log->messages;
}

static struct line *add_line(struct gen_log *log, int64_t at_us,
			     struct batch **batch_out)
{
	struct batch *batch = &log->batch[at_us >= log->day_end_us];

	if (at_us >= log->day_end_us + DAY_US)
		return NULL;
	if (batch->count == batch->room) {
		batch->room = batch->room ? batch->room * 2 : 16384;
		batch->lines = grow(batch->lines,
				    batch->room * sizeof(*batch->lines));
	}
	if (batch->used + LINE_MAX_BYTES > batch->size) {
		batch->size = batch->size ? batch->size * 2 : 1 << 20;
		if (batch->size > DAY_BYTES_MAX)
			gen_die(71, "too much text for one day: use more days");
		batch->text = grow(batch->text, batch->size);
	}
	*batch_out = batch;
	batch->lines[batch->count] = (struct line){
		.at_us = at_us, .offset = (uint32_t)batch->used,
	};
	return &batch->lines[batch->count++];
}

void log_line(struct gen_log *log, int64_t at_us, enum gen_program program,
	      uint32_t pid, uint32_t message, const char *format, ...)
{
	struct batch *batch;
	struct line *line = add_line(log, at_us, &batch);
	int room = program == EXIM ? LINE_MAX_BYTES : POSTFIX_LINE_MAX;
	va_list arguments;
	int length;

	if (!line)
		return;
	va_start(arguments, format);
	length = vsnprintf(batch->text + batch->used, (size_t)room, format,
			   arguments);
	va_end(arguments);
	if (length >= room)
		length = room - 1;
	line->length = (uint16_t)length;
	line->program = (uint8_t)program;
	line->pid = pid;
	line->message = message;
	/* Counted even if empty: the offset also is the order of coming. */
	batch->used += (size_t)length + 1;
}

static struct line *last_line(struct gen_log *log, int64_t at_us)
{
	struct batch *batch = &log->batch[at_us >= log->day_end_us];

	if (at_us >= log->day_end_us + DAY_US)
		return NULL;
	return &batch->lines[batch->count - 1];
}

void log_naming(struct gen_log *log, int64_t at_us, enum gen_program program,
		uint32_t pid, uint32_t message, uint32_t named,
		const char *text)
{
	struct line *line;

	log_line(log, at_us, program, pid, message, "%s", text);
	line = last_line(log, at_us);
	if (line)
		line->named = named;
}

void log_removed(struct gen_log *log, int64_t at_us, uint32_t message)
{
	struct line *line;

	if (log->header == EXIM_FILE)
		log_line(log, at_us, EXIM, 0, message, "%s", "Completed");
	else
		log_line(log, at_us, QMGR, 601, message, "%s", "removed");
	line = last_line(log, at_us);
	if (line)
		line->removed = true;
}

static void free_inode(struct gen_log *log, uint32_t inode)
{
	if (log->free_count == log->free_room) {
		log->free_room = log->free_room ? log->free_room * 2 : 256;
		log->free_inodes = grow(log->free_inodes, log->free_room *
					sizeof(*log->free_inodes));
	}
	log->free_inodes[log->free_count++] = inode;
}

/*
 * One id in 20 waits in `recent` after its removal and may come back whole,
 * to another message: the trap of short ids. Its inode waits with it, so two
 * living messages never share an id.
 */
static void give_back(struct gen_log *log, struct queue_id *id)
{
	struct queue_id *seat;

	if (rng_below(&log->rng, 20)) {
		free_inode(log, id->inode);
	} else {
		seat = &log->recent[log->removals++ % RECENT_IDS];
		if (seat->inode)
			free_inode(log, seat->inode);
		*seat = *id;
	}
	id->inode = 0;
}

static void draw_id(struct gen_log *log, struct queue_id *id, int64_t at_us)
{
	struct queue_id *old = &log->recent[rng_below(&log->rng, RECENT_IDS)];

	if (!log->long_ids && log->header != EXIM_FILE && old->inode &&
	    !rng_below(&log->rng, 15) &&
	    at_us / SECOND_US > old->seconds + 60) {
		*id = *old;
		id->seconds = at_us / SECOND_US;
		old->inode = 0;
		return;
	}
	id->seconds = at_us / SECOND_US;
	id->microseconds = (uint32_t)(at_us % SECOND_US);
	id->inode = log->free_count ? log->free_inodes[--log->free_count]
				    : log->next_inode++;
}

static const char postfix_digits[] =
	"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
static const char exim_digits[] =
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static size_t put_number(char *out, const char *digits, uint64_t number,
			 uint32_t base, size_t least)
{
	char backwards[24];
	size_t count = 0;

	while (number || count < least) {
		backwards[count++] = digits[number % base];
		number /= base;
	}
	for (size_t i = 0; i < count; i++)
		out[i] = backwards[count - 1 - i];
	return count;
}

/* Seconds, process, fraction; the inode stands in for the process. */
static size_t put_exim_id(char *out, const struct queue_id *id)
{
	size_t used = put_number(out, exim_digits, (uint64_t)id->seconds, 62,
				 6);

	out[used++] = '-';
	used += put_number(out + used, exim_digits, id->inode, 62, 6);
	out[used++] = '-';
	return used + put_number(out + used, exim_digits,
				 id->microseconds / 500, 62, 2);
}

static size_t put_id(const struct gen_log *log, char *out, size_t size,
		     const struct queue_id *id)
{
	const char *digits = postfix_digits;
	size_t used;

	if (log->header == EXIM_FILE)
		return put_exim_id(out, id);
	if (!log->long_ids)
		return (size_t)snprintf(out, size, "%05X%X", id->microseconds,
					id->inode);
	used = put_number(out, digits, (uint64_t)id->seconds, 52, 6);
	used += put_number(out + used, digits, id->microseconds, 52, 4);
	out[used++] = 'z';
	return used + put_number(out + used, digits, id->inode, 51, 1);
}

static const char *stamp_of(struct gen_log *log, int64_t second)
{
	size_t size = sizeof(log->stamp);
	struct tm parts;
	time_t at = second;

	if (second == log->stamp_second)
		return log->stamp;
	gmtime_r(&at, &parts);
	if (log->header == RFC3339 || log->header == EXIM_FILE)
		strftime(log->stamp, size, "%Y-%m-%dT%H:%M:%S", &parts);
	else if (log->header == RFC3164)
		strftime(log->stamp, size, "%b %e %H:%M:%S", &parts);
	else
		strftime(log->stamp, size, "%b %d %H:%M:%S", &parts);
	log->stamp_second = second;
	return log->stamp;
}

static size_t put_header(struct gen_log *log, char *out, size_t size,
			 const struct line *line)
{
	const char *stamp = stamp_of(log, line->at_us / SECOND_US);
	char fraction[16] = "";
	char pid[16] = "";

	if (line->program == EXIM)
		return (size_t)snprintf(out, size, "%.10s %s ", stamp,
					stamp + 11);
	if (log->header == RFC3339 || log->header == EXIM_FILE)
		snprintf(fraction, sizeof(fraction), ".%06u+00:00",
			 (uint32_t)(line->at_us % SECOND_US));
	if (line->pid)
		snprintf(pid, sizeof(pid), "[%u]", line->pid);
	return (size_t)snprintf(out, size, "%s%s mx1 %s%s: ", stamp, fraction,
				programs[line->program], pid);
}

static size_t put_message(struct gen_log *log, char *out, size_t size,
			  uint32_t message, int64_t at_us)
{
	struct queue_id *id = &log->ids[message];

	if (!id->inode)
		draw_id(log, id, at_us);
	return put_id(log, out, size, id);
}

static size_t put_text(struct gen_log *log, char *out,
		       const struct batch *batch, const struct line *line)
{
	const char *text = batch->text + line->offset;
	const char *mark = line->named ? memchr(text, LOG_NAMED[0],
						line->length) : NULL;
	size_t before = mark ? (size_t)(mark - text) : line->length;
	size_t used = before;

	memcpy(out, text, before);
	if (!mark)
		return used;
	used += put_message(log, out + used, 40, line->named, line->at_us);
	memcpy(out + used, mark + 1, line->length - before - 1);
	return used + line->length - before - 1;
}

static void write_line(struct gen_log *log, const struct batch *batch,
		       const struct line *line)
{
	char whole[LINE_MAX_BYTES + 256];
	size_t used = put_header(log, whole, 128, line);
	FILE *out = line->program == DOVECOT ? log->logins : log->out;

	if (line->message) {
		used += put_message(log, whole + used, 40, line->message,
				    line->at_us);
		if (line->program != EXIM)
			whole[used++] = ':';
		whole[used++] = ' ';
	}
	used += put_text(log, whole + used, batch, line);
	whole[used++] = '\n';
	if (line->removed)
		give_back(log, &log->ids[line->message]);
	log->written += used;
	if (out && fwrite(whole, 1, used, out) != used)
		gen_die(74, "cannot write the log");
}

static int compare_lines(const void *left, const void *right)
{
	const struct line *a = left;
	const struct line *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

void log_end_day(struct gen_log *log)
{
	struct batch *batch = &log->batch[0];
	struct batch spare;

	if (batch->count)
		qsort(batch->lines, batch->count, sizeof(*batch->lines),
		      compare_lines);
	for (size_t i = 0; i < batch->count; i++)
		write_line(log, batch, &batch->lines[i]);
	batch->count = 0;
	batch->used = 0;
	spare = log->batch[0];
	log->batch[0] = log->batch[1];
	log->batch[1] = spare;
}
