#include "detector/commands/command.h"

#include "base/log.h"

#include <string.h>

#define COMMAND(id) extern const struct command command_##id;
#include "detector/commands/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(id) &command_##id,
#include "detector/commands/commands.def"
#undef COMMAND
};

const struct command *command_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

int command_fail(const struct err *err)
{
	log_error("%s", err->text);
	return err->code;
}
