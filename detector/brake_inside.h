/*
 * brake_inside - what the files brake*.c share, and nobody else uses.
 */
#ifndef DETECTOR_BRAKE_INSIDE_H
#define DETECTOR_BRAKE_INSIDE_H

#include "detector/blocks_inside.h"
#include "detector/brake.h"

enum { BRAKE_KEY_SIZE = 80 };

/* "lift-22", the key of a block's lift. */
void brake_lift_key(int64_t block_id, char out[BRAKE_KEY_SIZE]);

struct brake_new {
	const char *key;
	enum brake_kind kind;
	const char *account;
	int64_t block_id;	/* 0 for none */
	int64_t decided_ms;
	double probability;
	const char *reason;
};

/* One row that waits; a row of that key which is there already stays as it is:
 * *is_new_out. */
enum db_result brake_add(struct blocks *blocks, const struct brake_new *row,
			 int64_t now_ms, bool *is_new_out, struct err *err);

/* What is over and older than a month. */
enum db_result brake_sweep(struct blocks *blocks, int64_t now_ms,
			   struct err *err);

/* Of those of one kind that wait: how many, and since when (0: none). */
enum db_result brake_count_waiting(struct blocks *blocks,
				   enum brake_kind kind, int64_t *n_out,
				   int64_t *since_ms_out, struct err *err);

/* The first column `n` of one row. */
enum db_result brake_number(struct blocks *blocks, const char *sql,
			    const struct db_parameter *parameters, size_t n,
			    int64_t *out, struct err *err);

/* Commit what is done, or leave nothing of it. */
enum db_result brake_conclude(struct blocks *blocks, enum db_result done,
			      struct err *err);

/* larger of `least` and `share` of `of`. */
int64_t brake_limit(int64_t least, double share, int64_t of);

/* This one's name, as rows have it. */
void brake_machine(char out[BRAKE_MACHINE_SIZE]);

#endif
