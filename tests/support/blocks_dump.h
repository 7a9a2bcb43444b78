/*
 * blocks_dump - every row that belongs to blocks, as text, to be compared.
 */
#ifndef TESTS_SUPPORT_BLOCKS_DUMP_H
#define TESTS_SUPPORT_BLOCKS_DUMP_H

#include "detector/panel/db.h"

/* Until the next call. A sealed hash is another one each time, so only its
 * length is told. Where there is a table shop_user, it is told too. */
const char *blocks_dump(struct db *db);

#endif
