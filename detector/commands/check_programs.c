#include "detector/commands/check_programs.h"

#include "base/arguments.h"
#include "detector/settings.h"

#include <stdio.h>

static int check_line(struct findings *findings, const char *line,
		      const char *whose)
{
	struct err err;

	if (!*line || arguments_find(line, &err) == 0)
		return 0;
	err_prefix(&err, "%s", whose);
	findings_bad(findings, "actions", &err);
	return 1;
}

static int check_list(struct findings *findings, const struct conf_list *list,
		      const char *whose)
{
	int missing = 0;

	for (size_t i = 0; i < list->n; i++)
		missing += check_line(findings, list->items[i], whose);
	return missing;
}

static int check_panels(struct findings *findings, const struct panel *panel,
			bool to_block)
{
	const char *const *lines = panel_commands(panel, to_block);
	char whose[100];
	int missing = 0;

	snprintf(whose, sizeof(whose), "%s of %.60s: ",
		 to_block ? "block.command" : "unblock.command",
		 panel_name(panel));
	for (; lines && *lines; lines++)
		missing += check_line(findings, *lines, whose);
	return missing;
}

static int check_owner(struct findings *findings, const struct panel *panel)
{
	const char *line = panel_owner_command(panel);
	char whose[100];

	snprintf(whose, sizeof(whose), "owner.command of %.60s: ",
		 panel_name(panel));
	return line ? check_line(findings, line, whose) : 0;
}

int check_programs(struct findings *findings, const struct panel *panel)
{
	return check_list(findings, &settings.actions.on_block,
			  "actions.on_block: ") +
	       check_list(findings, &settings.actions.on_lift,
			  "actions.on_lift: ") +
	       check_line(findings, settings.queue.hold, "queue.hold: ") +
	       check_line(findings, settings.queue.release,
			  "queue.release: ") +
	       check_line(findings, settings.queue.delete, "queue.delete: ") +
	       check_panels(findings, panel, true) +
	       check_panels(findings, panel, false) +
	       check_owner(findings, panel);
}
