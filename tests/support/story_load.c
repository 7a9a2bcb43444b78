/*
 * The lines of a story, with those of the parts that it uses.
 */
#include "tests/support/story_inside.h"

#include <stdlib.h>
#include <string.h>

bool story_is_verb(struct slice line, struct slice verb)
{
	return slice_eq(story_word(&line), verb);
}

/* "use NAME WORD...": the lines of NAME.part beside the story. */
static void use(struct story *story, struct slice rest)
{
	const char *slash = strrchr(story->path, '/');
	struct slice name = story_word(&rest);
	char path[200];

	snprintf(path, sizeof(path), "%.*s%.*s.part",
		 slash ? (int)(slash + 1 - story->path) : 0, story->path,
		 (int)name.len, name.ptr);
	story_load(story, path, rest);
}

/* {1} to {9} in it are these words. */
static void fill_in_words(struct slice line, struct slice words,
			  struct text *out)
{
	ptrdiff_t at;

	while ((at = slice_find(line, S("{"))) >= 0) {
		struct slice left = words, found = { NULL, 0 };
		size_t next = (size_t)at + 1;
		char digit = next < line.len ? line.ptr[next] : 0;

		text_add(out, slice_sub(line, 0, (size_t)at));
		if (digit < '1' || digit > '9') {
			text_add(out, S("{"));
			line = slice_after(line, next);
			continue;
		}
		for (char i = '0'; i < digit; i++)
			found = story_word(&left);
		text_add(out, found);
		line = slice_after(line, next + 2);
	}
	text_add(out, line);
}

void story_load(struct story *story, const char *path, struct slice words)
{
	const char *slash = strrchr(path, '/');
	char raw[LINE_SIZE];
	FILE *file = fopen(path, "r");
	size_t number = 0;

	if (!file)
		FAIL(story, "%s cannot be read", path);
	while (fgets(raw, sizeof(raw), file)) {
		struct text filled = TEXT_INIT(LINE_SIZE * 2);
		struct line *line = &story->lines[story->n_lines];
		struct slice rest;
		char *copy;

		if (story->n_lines == LINES_MAX)
			FAIL(story, "too many lines");
		fill_in_words(slice_from(raw), words, &filled);
		rest = text_slice(&filled);
		line->text = strndup(rest.ptr, rest.len);
		assert_non_null(line->text);
		line->number = ++number;
		slice_copy(slice_from(slash ? slash + 1 : path), line->file,
			   sizeof(line->file));
		rest = slice_trim(slice_from(line->text));
		text_release(&filled);
		if (!story_is_verb(rest, S("use"))) {
			story->n_lines++;
			continue;
		}
		copy = line->text;
		line->text = NULL;
		story_word(&rest);
		use(story, rest);
		free(copy);
	}
	fclose(file);
}
