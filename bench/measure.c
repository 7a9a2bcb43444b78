/*
 * measure FILE COMMAND [ARGUMENT...] - runs COMMAND and writes one line to
 * FILE: seconds of the processor, peak memory in KiB, exit code (128 + signal
 * if it was killed). The processor's seconds, its own and the kernel's for it,
 * and not the clock's: other guests of the machine then count less. time(1)
 * rounds to 10 ms, which is too rough for these benches. The peak is ru_maxrss
 * of getrusage(2): resident, mapped files included.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int report(const char *path, const struct rusage *usage, int status)
{
	FILE *file = fopen(path, "w");

	if (!file) {
		perror(path);
		return 73;
	}
	fprintf(file, "%.6f %ld %d\n",
		seconds_of(usage->ru_utime) + seconds_of(usage->ru_stime),
		usage->ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) :
				    128 + WTERMSIG(status));
	return fclose(file) ? 74 : 0;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 3) {
		fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
		return 64;
	}
	child = fork();
	if (child < 0) {
		perror("fork");
		return 71;
	}
	if (!child) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) < 0) {
		perror("wait4");
		return 71;
	}
	return report(argv[1], &usage, status);
}
