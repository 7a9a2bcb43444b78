/*
 * What the parts of story share: story_load.c reads it, story.c tells it,
 * story_lines.c writes the log, story_expect.c compares.
 */
#ifndef TESTS_SUPPORT_STORY_INSIDE_H
#define TESTS_SUPPORT_STORY_INSIDE_H

#include "base/text.h"
#include "detector/pipeline.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>

enum { LINES_MAX = 4000, LINE_SIZE = 1000, LOGS_MAX = 4, NAMES_MAX = 64,
       VERDICTS_MAX = 500, PEAKS_MAX = 64 };

struct told {
	enum verdict_action action;
	int64_t at_ms;
	char account[80];
};

struct line {
	char *text;
	char file[64];
	size_t number;
};

struct story {
	const char *path;
	char folder[FOLDER_SIZE];
	struct line lines[LINES_MAX];
	size_t n_lines, line;
	char home[64];
	bool enforce, was_told, is_open, is_exim;
	bool says;	/* STORY_SAY is set */
	int64_t now_ms;
	unsigned next_id;
	char host[64], service[32], mechanism[32];
	struct {
		char name[32];
		char path[FOLDER_SIZE + 40];
		FILE *file;
		struct source_position position;
		bool is_known;
	} logs[LOGS_MAX];
	size_t n_logs, log;
	struct {
		char name[32], address[64];
	} names[NAMES_MAX];
	size_t n_names;
	struct detector detector;
	struct told told[VERDICTS_MAX];
	size_t n_told;
	struct {
		char account[80];
		double nats;
		struct verdict verdict;
	} peaks[PEAKS_MAX];
	size_t n_peaks;
};

#define FAIL(story, ...)						\
	do {								\
		story_fails(story);					\
		fail_msg(__VA_ARGS__);					\
	} while (0)

struct verb {
	struct slice name;
	void (*run)(struct story *story, struct slice rest);
};

/* Ends with an empty name. */
extern const struct verb story_line_verbs[];

/* `line` with the value in place of every {letter}; {n%200+16} is reckoned
 * from left to right. */
void story_fill_in(struct slice line, char letter, uint32_t value,
		   struct text *out);

void story_fails(const struct story *story);
/* Appends a file's lines; {1} to {9} in them are the words. */
void story_load(struct story *story, const char *path, struct slice words);
bool story_is_verb(struct slice line, struct slice verb);
struct slice story_word(struct slice *rest);
const char *story_text(struct story *story, struct slice slice);
uint32_t story_number(struct story *story, struct slice text);
int64_t story_moment(struct story *story, struct slice text);
void story_read_on(struct story *story, enum source_mode mode);

void story_expect(struct story *story, struct slice rest);
void story_say_what_was_told(const struct story *story);

/* For STORY_SAY: how near each account came. */
void story_note_peak(void *context, const struct signal_input *input,
		     const struct account_entry *entry);
void story_say_verdict(const struct verdict *verdict);
void story_say_peaks(const struct story *story);

#endif
