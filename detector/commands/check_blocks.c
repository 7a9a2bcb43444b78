#include "detector/commands/check_blocks.h"

#include "base/must.h"

#include <stdlib.h>
#include <string.h>

struct gathering {
	char accounts[CHECK_BLOCKS_MAX][PANEL_LOGIN_SIZE];
	size_t n;
};

static int take(void *context, int64_t block_id, struct slice account)
{
	struct gathering *gathering = context;

	(void)block_id;
	slice_copy(account, gathering->accounts[gathering->n++],
		   PANEL_LOGIN_SIZE);
	return gathering->n == CHECK_BLOCKS_MAX;
}

static int look_at(struct blocks *blocks, const char *account,
		   struct blocks_look *out, struct err *err)
{
	struct panel_standing now = { .sends = false };

	if (panel_verify(blocks->panel, blocks->db, slice_from(account), &now,
			 err) == PANEL_ERROR)
		return -1;
	out->active++;
	if (!now.sends)
		return 0;
	out->open++;
	slice_copy(slice_from(account), out->account, sizeof(out->account));
	return 0;
}

int check_blocks_look(struct blocks *blocks, struct blocks_look *out,
		      struct err *err)
{
	struct gathering *gathering = must(calloc(1, sizeof(*gathering)));
	int result;

	memset(out, 0, sizeof(*out));
	result = blocks_each_active(blocks, 0, take, gathering, err);
	/* A program's switch is in no table that could be asked. */
	if (panel_has_command(blocks->panel) &&
	    panel_gate(blocks->panel) == PANEL_GATE_SWITCH) {
		out->active = gathering->n;
		gathering->n = 0;
	}
	for (size_t i = 0; i < gathering->n && result == 0; i++)
		result = look_at(blocks, gathering->accounts[i], out, err);
	free(gathering);
	return result;
}
