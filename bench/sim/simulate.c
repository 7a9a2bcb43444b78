/*
 * simulate - options, files, and the days in order. See sim.h and ../README.md.
 */
#include "sim.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define OUT_BYTES (1 << 20)
#define ACCOUNTS_MAX 200000
#define DAYS_MAX 400

/* The GeoIP data are of 2026-06-17; comporta takes them for 60 days. */
#define FIRST_END "2026-06-17"
#define LAST_END "2026-08-16"

struct files {
	const char *prefixes;
	const char *log;
	const char *login_log;
	const char *people;
	const char *events;
	const char *end;
};

static const char help[] =
"usage: simulate [OPTION...] --log FILE --people FILE --events FILE\n"
"Writes the mail log of a made-up hosting server, and the truth beside it.\n"
"The same options give the same bytes.\n"
"\n"
"  --seed N          another seed gives another world (1)\n"
"  --accounts N      mail accounts (1500)\n"
"  --days N          days, the last one is --end (21)\n"
"  --end DATE        last day, UTC, within 60 days of the GeoIP data\n"
"                    (2026-07-05)\n"
"  --victims N       victims of each attack class (10)\n"
"  --hazard P        instead: thefts per account and day; 0.00015 is real\n"
"  --classes A,B     only these attack classes\n"
"  --mix NAME        default, abroad, business, school or private\n"
"  --home PL:60,PT   countries of the customers and their shares in per cent;\n"
"                    without a number they share what is left of 90\n"
"  --server NAME     postfix or exim (postfix)\n"
"  --exim-for        Exim writes the recipients of each message\n"
"  --reject-login    Postfix names the login in rejects and failures, as\n"
"                    3.10 does\n"
"  --imap X          share of the accounts whose logins are logged (1)\n"
"  --incoming X      mails from elsewhere a day for an account (0.7)\n"
"  --log FILE        the log; - is standard output (-)\n"
"  --login-log FILE  Dovecot's lines go here instead\n"
"  --people FILE     one row for each account: class, attack, start, end\n"
"  --events FILE     logins, submissions and unknown recipients, by time\n"
"  --prefixes FILE   address blocks (build/geoip/prefixes.tsv)\n"
"  --list            names of all classes\n"
"  --help            this text\n";

_Noreturn void gen_die(int code, const char *what)
{
	fprintf(stderr, "simulate: %s\n", what);
	exit(code);
}

static double number(const char *text, double low, double high)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= low && value <= high))
		gen_die(64, "a number is missing or out of range: see --help");
	return value;
}

static void list_classes(void)
{
	for (uint32_t i = 0; i < benign_class_count; i++)
		printf("benign\t%s\t%.3f\n", benign_classes[i].name,
		       benign_classes[i].share);
	for (uint32_t i = 0; i < attack_class_count; i++)
		printf("attack\t%s\n", attack_classes[i].name);
	exit(0);
}

static void check_classes(const char *list)
{
	char copy[512];
	char *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *name = strtok_r(copy, ",", &rest); name;
	     name = strtok_r(NULL, ",", &rest)) {
		bool known = false;

		for (uint32_t i = 0; i < attack_class_count; i++)
			known |= !strcmp(attack_classes[i].name, name);
		if (!known)
			gen_die(64, "no such attack class: see --list");
	}
}

/* Those without a number share 90 % less the others, as 1, 1/2, 1/3... */
static void share_rest(struct simulation *sim)
{
	double left = 0.9;
	double parts = 0;
	uint32_t nth = 0;

	for (uint32_t i = 0; i < sim->homes; i++) {
		if (sim->home_share[i] >= 0)
			left -= sim->home_share[i];
		else
			parts += 1.0 / ++nth;
	}
	nth = 0;
	for (uint32_t i = 0; i < sim->homes; i++)
		if (sim->home_share[i] < 0)
			sim->home_share[i] = left > 0 ?
				left / parts / ++nth : 0;
}

static void take_homes(struct simulation *sim, const char *list)
{
	char copy[128];
	char *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", list);
	sim->homes = 0;
	for (char *name = strtok_r(copy, ",", &rest); name;
	     name = strtok_r(NULL, ",", &rest)) {
		char *share = strchr(name, ':');

		if (share)
			*share++ = '\0';
		if (sim->homes == HOMES_MAX || !place_find(name))
			gen_die(64, "--home is a list of countries like PL,PT");
		sim->home[sim->homes] = place_find(name)->country;
		sim->home_share[sim->homes++] =
			share ? number(share, 0, 100) / 100 : -1;
	}
	if (!sim->homes)
		gen_die(64, "--home is a list of countries like PL,PT");
	share_rest(sim);
}

static void take_number(struct simulation *sim, int option, const char *text)
{
	switch (option) {
	case 's':
		sim->seed = strtoull(text, NULL, 10);
		break;
	case 'a':
		sim->accounts = (uint32_t)number(text, 50, ACCOUNTS_MAX);
		break;
	case 'd':
		sim->days = (uint32_t)number(text, 2, DAYS_MAX);
		break;
	case 'v':
		sim->victims = (uint32_t)number(text, 0, 10000);
		break;
	case 'z':
		sim->hazard = number(text, 0, 1);
		break;
	case 'i':
		sim->imap = number(text, 0, 1);
		break;
	case 'n':
		sim->incoming = number(text, 0, 100);
		break;
	}
}

static void take_server(struct simulation *sim, const char *name)
{
	sim->exim = !strcmp(name, "exim");
	if (!sim->exim && strcmp(name, "postfix"))
		gen_die(64, "--server is postfix or exim");
}

static void take_option(struct simulation *sim, struct files *files,
			int option)
{
	switch (option) {
	case 'h': fputs(help, stdout); exit(0);
	case 'L': list_classes(); break;
	case 'l': files->log = optarg; break;
	case 'g': files->login_log = optarg; break;
	case 'p': files->people = optarg; break;
	case 'e': files->events = optarg; break;
	case 'b': files->prefixes = optarg; break;
	case 'E': files->end = optarg; break;
	case 'm': sim->mix = optarg; break;
	case 'c': sim->only = optarg; break;
	case 'H': take_homes(sim, optarg); break;
	case 'S': take_server(sim, optarg); break;
	case 'F': sim->exim_for = true; break;
	case 'R': sim->rejects_say_login = true; break;
	case '?': gen_die(64, "no such option: see --help");
	default: take_number(sim, option, optarg);
	}
}

static void read_options(struct simulation *sim, struct files *files,
			 int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "days", required_argument, NULL, 'd' },
		{ "end", required_argument, NULL, 'E' },
		{ "victims", required_argument, NULL, 'v' },
		{ "hazard", required_argument, NULL, 'z' },
		{ "classes", required_argument, NULL, 'c' },
		{ "mix", required_argument, NULL, 'm' },
		{ "home", required_argument, NULL, 'H' },
		{ "server", required_argument, NULL, 'S' },
		{ "exim-for", no_argument, NULL, 'F' },
		{ "reject-login", no_argument, NULL, 'R' },
		{ "imap", required_argument, NULL, 'i' },
		{ "incoming", required_argument, NULL, 'n' },
		{ "log", required_argument, NULL, 'l' },
		{ "login-log", required_argument, NULL, 'g' },
		{ "people", required_argument, NULL, 'p' },
		{ "events", required_argument, NULL, 'e' },
		{ "prefixes", required_argument, NULL, 'b' },
		{ "list", no_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(sim, files, option);
	if (optind != argc)
		gen_die(64, "only options are understood: see --help");
	if (!mix_known(sim->mix))
		gen_die(64, "no such --mix: see --help");
	if (sim->only)
		check_classes(sim->only);
}

static void set_days(struct simulation *sim, const char *end)
{
	int64_t end_us = gen_midnight_us(end);

	if (end_us < gen_midnight_us(FIRST_END) ||
	    end_us > gen_midnight_us(LAST_END))
		gen_die(64, "--end is a date from " FIRST_END " to " LAST_END);
	sim->first_day_us = end_us - (sim->days - 1) * DAY_US;
}

static FILE *create(const char *name)
{
	FILE *out;

	if (!name)
		return NULL;
	out = strcmp(name, "-") ? fopen(name, "w") : stdout;
	if (!out)
		gen_die(73, "cannot create a file");
	setvbuf(out, NULL, _IOFBF, OUT_BYTES);
	return out;
}

static void finish(FILE *out)
{
	if (out && (ferror(out) || fclose(out)))
		gen_die(74, "cannot write a file");
}

/* One working hour, somewhere in the run, large receivers refuse us. */
static void draw_incident(struct simulation *sim)
{
	struct rng rng = { hash3(sim->seed, 1, 1) };
	int64_t day = rng_between(&rng, 0, sim->days - 1);

	sim->incident_us = sim->first_day_us + day * DAY_US +
			   rng_between(&rng, 7 * HOUR_US, 16 * HOUR_US);
	sim->incident_end_us = sim->incident_us +
			       rng_between(&rng, HOUR_US / 2, 2 * HOUR_US);
}

static void play(struct simulation *sim)
{
	for (uint32_t day = 0; day < sim->days; day++) {
		int64_t day_us = sim->first_day_us + day * DAY_US;

		log_begin_day(sim->log, day_us);
		benign_day(sim, day);
		noise_of_day(sim, day);
		thieves_day(sim, day);
		log_end_day(sim->log);
		truth_flush(sim->truth, day_us + DAY_US);
	}
	truth_flush(sim->truth, INT64_MAX);
}

int main(int argc, char **argv)
{
	struct simulation sim = {
		.seed = 1, .accounts = 1500, .days = 21, .victims = 10,
		.mix = "default", .imap = 1, .incoming = 0.7,
	};
	struct files files = { .log = "-", .end = "2026-07-05",
		.prefixes = "build/geoip/prefixes.tsv" };
	FILE *log;
	FILE *logins;
	FILE *events;
	FILE *people;

	take_homes(&sim, "PL:60,PT:30");
	read_options(&sim, &files, argc, argv);
	set_days(&sim, files.end);
	blocks_read(files.prefixes);
	log = create(files.log);
	logins = create(files.login_log);
	events = create(files.events);
	people = create(files.people);
	sim.log = log_new(log, sim.exim ? EXIM_FILE : RFC3339, false);
	if (logins)
		log_split_logins(sim.log, logins);
	sim.truth = truth_new(events);
	draw_incident(&sim);
	people_make(&sim);
	thieves_plan(&sim);
	play(&sim);
	if (people)
		truth_people(people, &sim);
	log_free(sim.log);
	truth_free(sim.truth);
	thieves_free();
	free(sim.people);
	free(sim.domains);
	finish(log);
	finish(logins);
	finish(events);
	finish(people);
	return 0;
}
