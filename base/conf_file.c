/*
 * conf_file - reads a configuration file. The adapter of libconfig.
 */
#include "base/conf.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
	const struct conf_section *sections;
	size_t n_sections;
	const char *path;
	struct err *err;
};

enum { NAME_SIZE = 200, VALUE_SIZE = 64, DEPTH_MAX = 8 };

static const char *scalar(const config_setting_t *setting,
			  char buffer[VALUE_SIZE])
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(setting);
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(buffer, VALUE_SIZE, "%lld",
			 config_setting_get_int64(setting));
		return buffer;
	case CONFIG_TYPE_FLOAT:
		snprintf(buffer, VALUE_SIZE, "%.17g",
			 config_setting_get_float(setting));
		return buffer;
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ? "true" : "false";
	default:
		return NULL;
	}
}

static int read_list(struct reader *r, const config_setting_t *setting,
		     const char *name, const char *where)
{
	char buffer[VALUE_SIZE];

	if (conf_list_begin(r->sections, r->n_sections, name, where,
			    r->err) < 0)
		return -1;
	for (int i = 0; i < config_setting_length(setting); i++) {
		const char *value = scalar(
			config_setting_get_elem(setting, (unsigned)i), buffer);

		if (!value)
			return err_set(r->err, EXIT_CONFIG,
				       "%s: %s may hold only plain values",
				       where, name);
		if (conf_list_add(r->sections, r->n_sections, name, value,
				  where, r->err) < 0)
			return -1;
	}
	return 0;
}

static int read_group(struct reader *r, const config_setting_t *group,
		      const char *prefix, int depth);

/* Is there an option below this group? The file adapter only knows names. */
static bool is_group_known(const struct reader *r, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < r->n_sections; i++)
		if (strncmp(r->sections[i].name, name, len) == 0 &&
		    (r->sections[i].name[len] == '.' ||
		     r->sections[i].name[len] == '\0'))
			return true;
	return false;
}

static int read_setting(struct reader *r, const config_setting_t *setting,
			const char *prefix, int depth)
{
	char name[NAME_SIZE], where[NAME_SIZE * 2], buffer[VALUE_SIZE];
	const char *file = config_setting_source_file(setting);

	snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "",
		 config_setting_name(setting));
	/* Another file than ours behind an @include. */
	snprintf(where, sizeof(where), "%s:%u", file ? file : r->path,
		 config_setting_source_line(setting));
	if (config_setting_is_group(setting)) {
		if (config_setting_length(setting) == 0 &&
		    !is_group_known(r, name))
			return err_set(r->err, EXIT_CONFIG,
				       "%s: there is no group \"%.60s\"",
				       where, name);
		return read_group(r, setting, name, depth + 1);
	}
	if (config_setting_is_aggregate(setting))
		return read_list(r, setting, name, where);
	return conf_set(r->sections, r->n_sections, name,
			scalar(setting, buffer), where, r->err);
}

static int read_group(struct reader *r, const config_setting_t *group,
		      const char *prefix, int depth)
{
	if (depth > DEPTH_MAX)
		return err_set(r->err, EXIT_CONFIG, "%s: groups too deep",
			       r->path);
	for (int i = 0; i < config_setting_length(group); i++)
		if (read_setting(r, config_setting_get_elem(group, (unsigned)i),
				 prefix, depth) < 0)
			return -1;
	return 0;
}

/* What to look for, behind libconfig's own words. */
static const char *remedy(const char *words)
{
	static const char *const remedies[][2] = {
		{ "syntax error", "; a quote, a bracket, a comma or a ; is "
		  "missing or too many there or just before" },
		{ "duplicate setting name", "; this option or group stands in "
		  "the file twice, keep one" },
		{ "mismatched element type in array", "; write ( ) in the "
		  "place of [ ]" },
	};

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strcmp(words, remedies[i][0]) == 0)
			return remedies[i][1];
	return "";
}

int conf_read_file(const struct conf_section *sections, size_t n_sections,
		   const char *path, bool must_exist, struct err *err)
{
	struct reader r = { sections, n_sections, path, err };
	struct stat info;
	config_t file;
	int result;

	if (access(path, R_OK) < 0) {
		if (errno == ENOENT && !must_exist)
			return 0;
		return err_errno(err, EXIT_CONFIG, errno,
				 "cannot read the configuration %s", path);
	}
	if (stat(path, &info) < 0)
		info.st_mode = 0;
	if (S_ISDIR(info.st_mode))
		return err_set(err, EXIT_CONFIG, "the configuration %.300s is "
			       "a folder; name the file in it", path);
	/* It is read twice, and a pipe gives its bytes once. */
	if (S_ISFIFO(info.st_mode))
		return err_set(err, EXIT_CONFIG, "the configuration %.300s is "
			       "a pipe; put it in a file", path);
	config_init(&file);
	if (config_read_file(&file, path) == CONFIG_TRUE)
		result = read_group(&r, config_root_setting(&file), "", 0);
	else
		result = err_set(err, EXIT_CONFIG, "%s:%d: %s%s",
				 config_error_file(&file)
					 ? config_error_file(&file)
					 : path,
				 config_error_line(&file),
				 config_error_text(&file),
				 remedy(config_error_text(&file)));
	config_destroy(&file);
	return result;
}
