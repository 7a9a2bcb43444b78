/*
 * metrics_contract - publishing and reading back, on whichever database the
 * caller opened, with our tables in it and comporta_metric empty.
 */
#ifndef TESTS_SUPPORT_METRICS_CONTRACT_H
#define TESTS_SUPPORT_METRICS_CONTRACT_H

#include "detector/panel/db.h"

/* What has changed, all of it in time, silent ones gone. */
void metrics_contract_publish(struct db *db);

void metrics_contract_add(struct db *db);

/* Rows that no program of ours wrote, and what two machines say. */
void metrics_contract_read(struct db *db);

#endif
