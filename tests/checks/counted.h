/*
 * counted - with COVERAGE=1: a process that leaves by _exit() writes its
 * counts first, as one that returns from main() does by itself.
 */
#ifndef CHECKS_COUNTED_H
#define CHECKS_COUNTED_H

#include <unistd.h>

void __gcov_dump(void);

static inline _Noreturn void counted_exit(int status)
{
	__gcov_dump();
	_exit(status);
}
#define _exit counted_exit

#endif
