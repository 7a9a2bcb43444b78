/*
 * A panel whose switch is a program: block.command, unblock.command and
 * owner.command of its folder, read and checked.
 */
#include "detector/panel/panel_inside.h"

#include "base/arguments.h"
#include "base/files.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "account", "local", "domain", "owner",
				     NULL };

static int add_line(struct panel_command *command, struct slice line,
		    struct err *err)
{
	size_t at = 0;

	while (at < PANEL_MAX_COMMANDS && command->lines[at])
		at++;
	if (at == PANEL_MAX_COMMANDS)
		return err_set(err, EXIT_CONFIG, "more than %d commands",
			       PANEL_MAX_COMMANDS);
	command->lines[at] = must(strndup(line.ptr, line.len));
	return arguments_check(command->lines[at], names, err);
}

int panel_command_load(struct panel_command *command, const char *path,
		       struct err *err)
{
	struct text text = TEXT_INIT(65536);
	struct slice rest;
	int number = 0, status = files_read(path, &text, err);

	for (rest = text_slice(&text); status == 0 && rest.len > 0;) {
		struct slice line = slice_trim(slice_cut(&rest, '\n'));

		number++;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		status = add_line(command, line, err);
		if (status != 0)
			err_prefix(err, "%s line %d: ", path, number);
	}
	text_release(&text);
	if (status == 0 && !command->lines[0])
		status = err_set(err, EXIT_CONFIG, "%s: it holds no command",
				 path);
	return status;
}

void panel_command_release(struct panel_command *command)
{
	for (size_t i = 0; i < PANEL_MAX_COMMANDS; i++)
		free(command->lines[i]);
	memset(command, 0, sizeof(*command));
}

bool panel_has_command(const struct panel *panel)
{
	return panel->has_command && panel->gate != PANEL_GATE_TABLE;
}

const char *const *panel_commands(const struct panel *panel, bool to_block)
{
	if (!panel_has_command(panel))
		return NULL;
	return (const char *const *)(to_block ? panel->block_command.lines
					      : panel->unblock_command.lines);
}

const char *panel_owner_command(const struct panel *panel)
{
	return panel->owner_command.lines[0];
}
