#include "base/clock.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

void clock_sleep_ms(int64_t duration_ms)
{
	struct timespec pause = { .tv_sec = duration_ms / 1000,
				  .tv_nsec = duration_ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

int clock_random(void *bytes_out, size_t size, struct err *err)
{
	char *at = bytes_out;

	while (size > 0) {
		ssize_t got = getrandom(at, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, EXIT_SYSTEM, errno,
					 "the kernel gave no random bytes");
		at += got;
		size -= (size_t)got;
	}
	return 0;
}
