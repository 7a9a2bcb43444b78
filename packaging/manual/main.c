/*
 * describe FOLDER DATE - writes the manual and all else of describe.h there;
 *     pages bear the date.
 * describe --values [FILE] - every option with its value, as it is when nobody
 *     sets it, or as FILE does.
 */
#include "packaging/manual/describe.h"

#include "detector/settings.h"

#include <errno.h>
#include <string.h>

static const char MODEL[] = "detector/model.conf";

static int load(const char *path, struct err *err)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	return conf_load(sections, n, MODEL, path, path != NULL, NULL, 0, err);
}

static FILE *begin(const char *folder, const char *name, struct err *err)
{
	char path[1024];
	FILE *out;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    sizeof(path)) {
		err_set(err, EXIT_USAGE, "%s is too long", folder);
		return NULL;
	}
	out = fopen(path, "w");
	if (!out)
		err_errno(err, EXIT_FILE, errno, "cannot write %s", path);
	return out;
}

static int end(FILE *out, const char *name, struct err *err)
{
	bool is_lost = ferror(out);

	if (fclose(out) == 0 && !is_lost)
		return 0;
	return err_set(err, EXIT_FILE, "cannot write %s whole", name);
}

static int write_plain(const char *folder, struct err *err)
{
	static const struct {
		const char *name;
		describe_writer *write;
	} files[] = {
		{ "comporta.conf", write_conf },
		{ "packaged.conf", write_packaged_conf },
		{ "examples.conf", write_examples },
		{ "comporta.bash", write_bash },
		{ "_comporta", write_zsh },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *out = begin(folder, files[i].name, err);

		if (!out)
			return -1;
		files[i].write(out);
		if (end(out, files[i].name, err) < 0)
			return -1;
	}
	return 0;
}

static int write_page(const char *folder, const char *name,
		      void (*write)(FILE *out, const char *date),
		      const char *date, struct err *err)
{
	FILE *out = begin(folder, name, err);

	if (!out)
		return -1;
	write(out, date);
	return end(out, name, err);
}

static int write_command_pages(const char *folder, const char *date,
			       struct err *err)
{
	const struct command *command;
	char name[80];

	for (size_t i = 0; (command = command_at(i)); i++) {
		FILE *out;

		snprintf(name, sizeof(name), "comporta-%s.1", command->name);
		out = begin(folder, name, err);
		if (!out)
			return -1;
		write_command_page(out, command, date);
		if (end(out, name, err) < 0)
			return -1;
	}
	return 0;
}

static int write_all(const char *folder, const char *date, struct err *err)
{
	if (rows_check(err) < 0 || load(NULL, err) < 0 ||
	    write_plain(folder, err) < 0 ||
	    write_page(folder, "comporta.1", write_main_page, date, err) < 0 ||
	    write_page(folder, "comporta.conf.5", write_conf_page, date,
		       err) < 0)
		return -1;
	return write_command_pages(folder, date, err);
}

static int run(int argc, char **argv, struct err *err)
{
	if (argc < 2 || argc > 3)
		return err_set(err, EXIT_USAGE, "usage: describe FOLDER DATE | "
			       "--values [FILE]");
	if (strcmp(argv[1], "--values") != 0)
		return write_all(argv[1], argc == 3 ? argv[2] : "", err);
	if (load(argc == 3 ? argv[2] : NULL, err) < 0)
		return -1;
	write_values(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err;
	int result = run(argc, argv, &err);
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	conf_release(sections, n);
	if (result == 0)
		return EXIT_FINE;
	fprintf(stderr, "describe: %s\n", err.text);
	return err.code;
}
