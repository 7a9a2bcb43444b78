/*
 * err - what went wrong, for a person, and how the program should end if it
 * cannot go on.
 *
 * A function that can fail returns 0 or -1 and fills in the caller's struct
 * err, which stays untouched on success. The text names the thing, the place
 * and the remedy, in one sentence without a newline, and never holds bytes of
 * a stranger that were not made printable.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Exit codes are those of sysexits(3). */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_USAGE = 64,	/* the command line */
	EXIT_DATA = 65,		/* input that is not what it should be */
	EXIT_SERVICE = 69,	/* database, mail server, network: away */
	EXIT_BUG = 70,		/* ours */
	EXIT_SYSTEM = 71,	/* memory, fork, clock */
	EXIT_FILE = 74,		/* input or output failed */
	EXIT_AGAIN = 75,	/* busy now, the next run will do it */
	EXIT_RIGHTS = 77,	/* no permission */
	EXIT_CONFIG = 78
};

struct err {
	int code;		/* enum exit_code */
	char text[480];
};

/* Fill *err and return -1, so that `return err_set(...)` reads well. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and the words for `errnum` (errno(3)) behind it; the
 * code becomes EXIT_RIGHTS where the system refused permission. */
int err_errno(struct err *err, int code, int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Put `format` in front of what *err says already: "cron line: ...". */
void err_prefix(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
