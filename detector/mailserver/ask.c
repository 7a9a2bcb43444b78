#include "detector/mailserver/ask.h"

#include "base/files.h"
#include "base/program.h"

#include <string.h>

enum { FILE_MAX = 65536, SAID_MAX = PROGRAM_MAX_SAID, ARGUMENTS = 10 };

void ask_release(struct asked *asked)
{
	for (size_t i = 0; i < asked->n; i++) {
		if (asked->texts[i].bytes)
			explicit_bzero(asked->texts[i].bytes,
				       asked->texts[i].room);
		text_release(&asked->texts[i]);
	}
	asked->n = 0;
}

/* Room for one more answer. There is one for everything asked here: eight
 * maps with their file and two lookups, and six of other kinds. */
static struct text *add_text(struct asked *asked, size_t max)
{
	struct text *text = &asked->texts[asked->n++];

	*text = (struct text)TEXT_INIT(max);
	return text;
}

void ask_strip(struct text *said, struct slice mark, struct text *last_out)
{
	struct slice rest = text_slice(said);
	struct text kept = TEXT_INIT(said->max);
	ptrdiff_t at;

	while ((at = slice_find(rest, mark)) >= 0) {
		text_add(&kept, slice_sub(rest, 0, (size_t)at));
		rest = slice_after(rest, (size_t)at);
		text_clear(last_out);
		text_add(last_out, slice_cut(&rest, '\n'));
	}
	text_add(&kept, rest);
	if (said->bytes)
		explicit_bzero(said->bytes, said->room);
	text_release(said);
	*said = kept;
}

/* A list of arguments without the empty pair "-c", "". */
struct command {
	const char *arguments[ARGUMENTS + 1];
	size_t n;
};

static struct command begin(const char *program, const char *option,
			    const char *value)
{
	struct command command = { { program }, 1 };

	if (*value) {
		command.arguments[command.n++] = option;
		command.arguments[command.n++] = value;
	}
	return command;
}

static enum program_end run(const struct command *command, struct text *said,
			    int *status, struct err *err)
{
	const struct program program = { .arguments = command->arguments,
					 .limit_ms = ASK_LIMIT_MS };

	return program_run(&program, said, status, err);
}

/* Run it, and take its complaints out. Ended well or not at all. */
static enum ask_result listen(const struct command *command, struct text *said,
			      struct err *err)
{
	struct text mark = TEXT_INIT(64), complaint = TEXT_INIT(512);
	struct text shown = TEXT_INIT(512);
	int status = 0;
	enum program_end end = run(command, said, &status, err);
	enum ask_result result = ASK_DONE;

	text_addf(&mark, "%s: ", command->arguments[0]);
	ask_strip(said, text_slice(&mark), &complaint);
	if (end != PROGRAM_ENDED) {
		result = end == PROGRAM_NOT_FOUND ? ASK_ABSENT : ASK_FAILED;
	} else if (status != 0) {
		text_add_visible(&shown, text_slice(&complaint));
		err_set(err, EXIT_CONFIG, "%s ended with %d: %.300s",
			command->arguments[0], status, text_string(&shown));
		result = ASK_FAILED;
	}
	text_release(&shown);
	text_release(&mark);
	text_release(&complaint);
	return result;
}

static void read_map(struct asked *asked, struct postfix_map *map)
{
	struct slice path = postfix_map_path(slice_from(map->name));
	struct text *text;
	char name[MAILSERVER_NAME_SIZE];
	struct err err;

	if (!path.len || !slice_copy(path, name, sizeof(name)))
		return;
	text = add_text(asked, FILE_MAX);
	map->is_read = files_read(name, text, &err) == 0;
	map->file = text_slice(text);
}

static void look_up(const char *folder, const char *account,
		    struct asked *asked, const struct postfix_map *map,
		    struct mailserver_answer *answer)
{
	struct command command = begin("postmap", "-c", folder);
	struct text *said = add_text(asked, 4096);
	struct err err;

	if (!*account)
		return;
	command.arguments[command.n++] = "-q";
	command.arguments[command.n++] = account;
	command.arguments[command.n++] = map->name;
	if (run(&command, said, &answer->status, &err) != PROGRAM_ENDED) {
		answer->status = EXIT_AGAIN;
		text_clear(said);
		text_add_string(said, err.text);
	}
	answer->said = text_slice(said);
}

/* "mysql:/etc/x.cf": what postmap takes as a map and never as an option. */
static bool is_map_name(const char *name)
{
	return is_letter(name[0]) && strchr(name, ':');
}

static enum ask_result ask_postconf(const char *folder, const char *option,
				    struct asked *asked,
				    struct slice *answer_out, struct err *err)
{
	struct command command = begin("postconf", "-c", folder);
	struct text *said = add_text(asked, SAID_MAX);
	enum ask_result result;

	if (option)
		command.arguments[command.n++] = option;
	result = listen(&command, said, err);
	*answer_out = text_slice(said);
	return result;
}

enum ask_result ask_postfix(const char *folder,
			    const struct ask_accounts *accounts,
			    struct asked *asked,
			    struct postfix_answers *answers_out,
			    struct err *err)
{
	struct {
		const char *option;
		struct slice *answer;
	} questions[] = {
		{ NULL, &answers_out->main },
		{ "-M", &answers_out->master },
		{ "-P", &answers_out->overrides },
	};

	for (size_t i = 0; i < 3; i++) {
		enum ask_result result =
			ask_postconf(folder, questions[i].option, asked,
				     questions[i].answer, err);

		if (result != ASK_DONE)
			return result;
	}
	answers_out->blocked = accounts->blocked;
	postfix_maps(answers_out);
	for (size_t i = 0; i < answers_out->n_maps; i++) {
		struct postfix_map *map = &answers_out->maps[i];

		read_map(asked, map);
		if (!is_map_name(map->name))
			continue;
		look_up(folder, accounts->blocked, asked, map, &map->blocked);
		look_up(folder, accounts->unblocked, asked, map,
			&map->unblocked);
	}
	return ASK_DONE;
}

/* Debian's name first. */
enum ask_result ask_exim(struct asked *asked, struct slice *config_out,
			 struct err *err)
{
	static const char *const names[] = { "exim4", "exim" };
	enum ask_result result = ASK_ABSENT;

	for (size_t i = 0; i < 2 && result == ASK_ABSENT; i++) {
		struct command command = { { names[i], "-bP", "config" }, 3 };
		struct text *said = add_text(asked, SAID_MAX);

		result = listen(&command, said, err);
		*config_out = text_slice(said);
	}
	return result;
}

static int look_up_login(const char *file, const char *account,
			 const char *service)
{
	struct command command = begin("doveadm", "-c", file);
	/* It shows the password's hash, which nobody wants. */
	struct text said = TEXT_INIT(0);
	struct err err;
	int status = 0;

	command.arguments[command.n++] = "auth";
	command.arguments[command.n++] = "lookup";
	command.arguments[command.n++] = "-x";
	command.arguments[command.n++] = service;
	command.arguments[command.n++] = account;
	if (run(&command, &said, &status, &err) != PROGRAM_ENDED)
		status = EXIT_AGAIN;
	text_release(&said);
	return status;
}

enum ask_result ask_dovecot(const char *file,
			    const struct ask_accounts *accounts,
			    struct asked *asked,
			    struct dovecot_answers *answers_out,
			    struct err *err)
{
	struct command command = begin("doveconf", "-c", file);
	struct text *said = add_text(asked, SAID_MAX);
	enum ask_result result;

	command.arguments[command.n++] = "-n";
	result = listen(&command, said, err);
	answers_out->conf = text_slice(said);
	answers_out->smtp = answers_out->imap = MAILSERVER_NOT_ASKED;
	if (result != ASK_DONE)
		return result;
	dovecot_files(answers_out);
	for (size_t i = 0; i < answers_out->n_files; i++) {
		struct text *text = add_text(asked, FILE_MAX);
		struct err waste;

		answers_out->files[i].is_read =
			files_read(answers_out->files[i].path, text,
				   &waste) == 0;
		answers_out->files[i].text = text_slice(text);
	}
	answers_out->is_blocked = *accounts->blocked;
	answers_out->account = *accounts->blocked ? accounts->blocked
						  : accounts->unblocked;
	if (!*answers_out->account || answers_out->account[0] == '-')
		return ASK_DONE;
	answers_out->smtp = look_up_login(file, answers_out->account,
					  "service=smtp");
	answers_out->imap = look_up_login(file, answers_out->account,
					  "service=imap");
	return ASK_DONE;
}
