#include "base/arena.h"

#include "base/must.h"

#include <stdlib.h>

enum { BLOCK_SIZE = 1 << 16 };

struct arena_block {
	struct arena_block *next;
	char bytes[BLOCK_SIZE - sizeof(struct arena_block *)];
};

static void add_block(struct arena *arena)
{
	struct arena_block *block = must(malloc(sizeof(*block)));

	block->next = arena->blocks;
	arena->blocks = block;
	arena->used = 0;
}

const char *arena_copy(struct arena *arena, struct slice text)
{
	char *to;

	if (text.len > ARENA_TEXT_MAX)
		text.len = ARENA_TEXT_MAX;
	if (!arena->blocks ||
	    arena->used + text.len + 1 > sizeof(arena->blocks->bytes))
		add_block(arena);
	to = arena->blocks->bytes + arena->used;
	arena->used += text.len + 1;
	slice_copy(text, to, text.len + 1);
	return to;
}

void arena_release(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->used = 0;
}
