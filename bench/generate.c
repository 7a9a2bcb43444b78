/*
 * generate - writes a made-up mail log of Postfix and Dovecot to stdout.
 *
 * The same options give the same bytes, everywhere. See README.md.
 */
#include "gen.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define OUT_BYTES (1 << 20)
#define CALIBRATION_ACCOUNTS 1500	/* as many as share a newsletter */
#define ACCOUNTS_MAX 5000000
#define MEGABYTE 1000000

struct settings {
	uint32_t accounts;
	uint32_t days;
	uint32_t stolen;
	uint32_t size_mb;	/* 0: as many accounts as asked for */
	uint64_t seed;
	int64_t end_us;
	enum gen_header header;
	bool long_ids;
	bool light;
	const char *labels;	/* NULL: none */
};

static const char help[] =
"usage: generate [OPTION...] > mail.log\n"
"Writes a made-up mail log; the same options give the same bytes.\n"
"\n"
"  --accounts N     mail accounts, 20 in a domain (3000)\n"
"  --days N         days, the last one is --end (16)\n"
"  --end DATE       last day, UTC (2026-11-21)\n"
"  --seed N         another seed gives other traffic (1)\n"
"  --stolen N       accounts attacked on the last day (2)\n"
"  --header FORM    rfc3339, rfc3164 or postlogd (rfc3339)\n"
"  --size-mb N      about N megabytes: replaces --accounts\n"
"  --labels FILE    one line per stolen account: address, class, time of\n"
"                   the first bad submission, separated by tabs\n"
"  --long-ids       long queue ids\n"
"  --light          one login a day for every account and little mail\n"
"  --help           this text\n";

_Noreturn void gen_die(int code, const char *what)
{
	fprintf(stderr, "generate: %s\n", what);
	exit(code);
}

static uint64_t number(const char *text, uint64_t low, uint64_t high)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < low || value > high)
		gen_die(64, "a number is missing or out of range: see --help");
	return value;
}

static enum gen_header header_of(const char *name)
{
	static const char *const names[] = {
		[RFC3339] = "rfc3339", [RFC3164] = "rfc3164",
		[POSTLOGD] = "postlogd",
	};

	for (int i = RFC3339; i <= POSTLOGD; i++)
		if (!strcmp(name, names[i]))
			return (enum gen_header)i;
	gen_die(64, "--header is rfc3339, rfc3164 or postlogd");
}

static void take_value(struct settings *settings, int option)
{
	switch (option) {
	case 'a':
		settings->accounts = (uint32_t)number(optarg, 1, ACCOUNTS_MAX);
		break;
	case 'd':
		settings->days = (uint32_t)number(optarg, 1, 400);
		break;
	case 'e':
		settings->end_us = gen_midnight_us(optarg);
		if (settings->end_us < 0)
			gen_die(64, "--end is a date like 2026-11-21");
		break;
	case 's':
		settings->seed = number(optarg, 0, UINT64_MAX);
		break;
	case 'n':
		settings->stolen = (uint32_t)number(optarg, 0, 10000);
		break;
	case 'f':
		settings->header = header_of(optarg);
		break;
	case 'm':
		settings->size_mb = (uint32_t)number(optarg, 1, 20000);
		break;
	case 'l':
		settings->labels = optarg;
		break;
	default:
		gen_die(64, "no such option: see --help");
	}
}

static void take_option(struct settings *settings, int option)
{
	if (option == 'h') {
		fputs(help, stdout);
		exit(0);
	}
	if (option == 'i')
		settings->long_ids = true;
	else if (option == 'q')
		settings->light = true;
	else
		take_value(settings, option);
}

static void read_options(struct settings *settings, int argc, char **argv)
{
	static const struct option options[] = {
		{ "accounts", required_argument, NULL, 'a' },
		{ "days", required_argument, NULL, 'd' },
		{ "end", required_argument, NULL, 'e' },
		{ "seed", required_argument, NULL, 's' },
		{ "stolen", required_argument, NULL, 'n' },
		{ "header", required_argument, NULL, 'f' },
		{ "size-mb", required_argument, NULL, 'm' },
		{ "labels", required_argument, NULL, 'l' },
		{ "long-ids", no_argument, NULL, 'i' },
		{ "light", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(settings, option);
	if (optind != argc)
		gen_die(64, "only options are understood: see --help");
}

/* Returns the bytes written, or that would be if `out` is NULL. */
static uint64_t write_log(const struct settings *settings, FILE *out,
			  FILE *labels)
{
	struct world world = {
		.log = log_new(out, settings->header, settings->long_ids),
		.seed = settings->seed, .accounts = settings->accounts,
		.days = settings->days, .light = settings->light,
		.first_day_us = settings->end_us -
				(settings->days - 1) * DAY_US,
	};
	uint64_t bytes;

	for (uint32_t day = 0; day < world.days; day++) {
		log_begin_day(world.log, world.first_day_us + day * DAY_US);
		traffic_day(&world, day);
		noise_day(&world, day);
		if (day + 1 == world.days)
			attack_day(&world, settings->stolen, labels);
		log_end_day(world.log);
	}
	bytes = log_written_bytes(world.log);
	log_free(world.log);
	return bytes;
}

/* Size grows with the accounts, so a small log tells how many are needed. */
static uint32_t accounts_for(const struct settings *settings)
{
	struct settings small = *settings;
	uint64_t wanted = (uint64_t)settings->size_mb * MEGABYTE;
	uint64_t accounts;

	small.accounts = CALIBRATION_ACCOUNTS;
	small.stolen = 0;
	/* One per cent more, for the luck of the draw. */
	accounts = wanted * CALIBRATION_ACCOUNTS * 101 / 100 /
		   write_log(&small, NULL, NULL) + 1;
	if (accounts > ACCOUNTS_MAX)
		gen_die(64, "--size-mb needs too many accounts: add --days");
	return (uint32_t)accounts;
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.accounts = 3000, .days = 16, .stolen = 2, .seed = 1,
		.end_us = gen_midnight_us("2026-11-21"), .header = RFC3339,
	};
	FILE *labels = NULL;

	read_options(&settings, argc, argv);
	if (settings.labels) {
		labels = fopen(settings.labels, "w");
		if (!labels)
			gen_die(73, "cannot create the file of --labels");
	}
	if (settings.size_mb)
		settings.accounts = accounts_for(&settings);
	setvbuf(stdout, NULL, _IOFBF, OUT_BYTES);
	write_log(&settings, stdout, labels);
	if (fflush(stdout) || (labels && fclose(labels)))
		gen_die(74, "cannot write the log");
	return 0;
}
