#include "detector/actions/action.h"

#include <string.h>

#define ACTION(id) extern const struct action action_##id;
#include "detector/actions/actions.def"
#undef ACTION

static const struct action *const actions[] = {
#define ACTION(id) &action_##id,
#include "detector/actions/actions.def"
#undef ACTION
};

const struct action *action_find(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i]->name, name) == 0)
			return actions[i];
	return NULL;
}
