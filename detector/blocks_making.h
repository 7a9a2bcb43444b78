/*
 * blocks_making - one block on its way into the tables. blocks.c has what is
 * done for each account, blocks_many.c a batch of them in one transaction,
 * blocks_rows.c what is written for it.
 */
#ifndef DETECTOR_BLOCKS_MAKING_H
#define DETECTOR_BLOCKS_MAKING_H

#include "detector/blocks_inside.h"

struct making {
	struct blocks *blocks;
	const struct block_request *request;
	struct block block;
	struct text verdict;
	char hash[PANEL_FIELD_SIZE];	/* as stored; wiped at the end */
	int64_t now_ms;
	int64_t latest_ms;	/* the account's block before, or its end */
	int64_t lifted_ms;	/* its last lift */
	int64_t told_ms;	/* the last block that its owner was told of */
	bool owner_too;		/* write to the owner */
	bool is_login;		/* else no panel can know it */
	bool is_in_panel, can_send;
	bool is_new;		/* its rows are to be written */
	const struct making *twin;	/* of the same batch, with the block */
	enum notice_kind kind;
	enum block_result result;	/* BLOCK_FAILED: not known yet */
};

/* `making` begins as zeros, and the request must outlive it. */
void blocks_making_begin(struct making *making, struct blocks *blocks,
			 const struct block_request *request, int64_t now_ms);
void blocks_making_end(struct making *making);

/* What the panel says of the mailbox, into the block; whether it is a new one,
 * into the result. */
enum db_result blocks_making_ask(struct making *making, struct err *err);

/* What latest_ms means for the block and its notice. */
void blocks_making_compare(struct making *making);

/* Turn the panel's switch, and note whether it was us who did. */
enum db_result blocks_making_switch(struct making *making, struct err *err);

struct blocks_batch {
	struct blocks *blocks;
	struct making *all;
	size_t n, n_new;
};

/* Is this column of an answer the account or decision `text`? What the
 * database calls equal may differ in bytes. Alone, the database is right;
 * among many such a login is nobody's, and they are made one by one. */
bool blocks_batch_is(const struct blocks_batch *batch, struct slice column,
		     const char *text);

/* " IN (...)" of the decisions or accounts, of all or of the new ones. */
void blocks_batch_list(const struct blocks_batch *batch, bool by_decision,
		       bool only_new, struct db_statement *out);

/* Every row of the new blocks, and the switches. */
enum db_result blocks_batch_write(struct blocks_batch *batch, struct err *err);

/* blocks_make_many(), or one block that is tried several times. */
int blocks_make_batch(struct blocks *blocks,
		      const struct block_request *requests, size_t n,
		      int64_t now_ms, enum block_result *results_out,
		      int64_t *ids_out, struct err *err);

#endif
