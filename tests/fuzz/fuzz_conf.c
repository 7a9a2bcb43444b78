/*
 * Configuration files and --set texts of any bytes: taken or refused with a
 * complaint, and all that was taken given back.
 *
 * "@include" would let the input read files of this machine, so it is left
 * out.
 */
#include "detector/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig forgets the text it has just read when a syntax error follows;
 * the program ends then anyway. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static void load(const char *path, const char *const *sets, size_t n_sets)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);
	struct err err = { 0 };

	if (conf_load(sections, n, NULL, path, true, sets, n_sets, &err) < 0 &&
	    (!err.code || !err.text[0] || strlen(err.text) >= sizeof(err.text)))
		abort();
	conf_release(sections, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int file = -1;
	static char path[64];
	const char *set;
	char *copy;

	if (memmem(data, size, "@include", 8))
		return 0;
	if (file < 0) {
		file = memfd_create("conf", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	if (file < 0 || ftruncate(file, 0) < 0 ||
	    pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
	load(path, NULL, 0);
	copy = strndup((const char *)data, size);
	if (!copy)
		abort();
	set = copy;
	load(NULL, &set, 1);
	free(copy);
	return 0;
}
