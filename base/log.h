/*
 * log - what the program tells its operator, on standard error.
 *
 * One line per message, no stranger's byte unescaped: every %s argument that
 * may come from outside is made visible by the caller (text_add_visible), and
 * the finished line is made visible once more here. Messages of one `kind`
 * beyond LOG_BURST within a minute are counted instead of printed, so that a
 * broken server cannot fill a disk.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

/* Of one kind, printed within a minute; the rest is counted. */
enum { LOG_BURST = 20 };

/* Once, at start. */
void log_init(enum log_level level);
bool log_is_quiet(void);

/* Something the operator must mend. Printed even when quiet. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something that will be tried again or was skipped. Printed even when
 * quiet, at most LOG_BURST times a minute. */
void log_warning(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* What was done. Silent with -q. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Only with -v. */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
